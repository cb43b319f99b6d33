//! The files for systemd and udev, as these programs read them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

fn packaging(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging").join(name)
}

#[track_caller]
fn said(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert!(output.status.success(), "{text}");
    text
}

/// The units, with the program where it was built instead of where it will be installed.
fn units(folder: &Path) -> Vec<PathBuf> {
    let program = env!("CARGO_BIN_EXE_composekeyd");
    let names = ["composekeyd.service", "composekeyd-evdev.service"];
    let unit = |name: &str| {
        let text = fs::read_to_string(packaging("systemd").join(name)).unwrap();
        let path = folder.join(name);
        fs::write(&path, text.replace("ExecStart=composekeyd", &format!("ExecStart={program}")))
            .unwrap();
        path
    };
    names.into_iter().map(unit).collect()
}

#[test]
fn systemd_reads_the_units() {
    let folder = tempfile::tempdir().unwrap();
    for (unit, manager) in units(folder.path()).iter().zip(["--user", "--system"]) {
        let mut verify = Command::new("systemd-analyze");
        verify.args([manager, "--man=no", "verify"]).arg(unit);
        let output = verify.env("XDG_RUNTIME_DIR", folder.path()).output();
        let text = said(&output.expect("`systemd-analyze` is there: `make deps`"));
        let name = unit.file_name().unwrap().to_str().unwrap();
        assert!(!text.contains(name), "{text}");
    }
}

/// The status after the chord and the guard's signal are read in a virtual machine
/// (`safety::the_chord_ends_it`, `safety::the_chord_ends_a_stopped_one`).
#[test]
fn no_unit_starts_the_daemon_again_after_the_chord() {
    let chord = [composekey::daemon::LET_GO.to_string(), "SIGUSR1".to_owned()];
    for name in ["composekeyd.service", "composekeyd-evdev.service"] {
        let text = fs::read_to_string(packaging("systemd").join(name)).unwrap();
        for setting in ["RestartPreventExitStatus=", "SuccessExitStatus="] {
            let line = text.lines().find_map(|line| line.strip_prefix(setting)).unwrap_or_default();
            let words: Vec<_> = line.split(' ').collect();
            assert!(
                chord.iter().all(|word| words.contains(&word.as_str())),
                "{name}: {setting}{line}"
            );
        }
    }
}

#[test]
fn systemd_makes_the_user_and_its_groups() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("usr/lib/sysusers.d");
    fs::create_dir_all(&folder).unwrap();
    fs::create_dir_all(root.path().join("etc")).unwrap();
    // The group of the keyboards is the system's own.
    fs::write(folder.join("basic.conf"), "g input - -\n").unwrap();
    fs::copy(packaging("sysusers.d/composekey.conf"), folder.join("composekey.conf")).unwrap();
    let mut make = Command::new("systemd-sysusers");
    let output = make.arg(format!("--root={}", root.path().display())).output();
    let _ = said(&output.expect("`systemd-sysusers` is there: `make deps`"));
    let groups = fs::read_to_string(root.path().join("etc/group")).unwrap();
    let has = |group: &str| {
        groups
            .lines()
            .any(|line| line.starts_with(&format!("{group}:")) && line.ends_with(":composekey"))
    };
    assert!(has("input") && has("uinput"), "{groups}");
    let users = fs::read_to_string(root.path().join("etc/passwd")).unwrap();
    assert!(users.contains("composekey:") && users.contains("nologin"), "{users}");
}
