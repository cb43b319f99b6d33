//! The files of `packaging/`, installed as a package would.

use std::{fs, os::unix::fs::MetadataExt as _, process::Command};

use super::wait_until;

/// Installs them, and has systemd and udev act by them.
#[track_caller]
pub(crate) fn install() {
    let packaging = concat!(env!("CARGO_MANIFEST_DIR"), "/packaging");
    let install = |from: &str, to: &str| {
        fs::create_dir_all(to).expect("a folder");
        let name = from.rsplit('/').next().expect("a name");
        fs::copy(format!("{packaging}/{from}"), format!("{to}/{name}")).expect("it is there");
    };
    install("sysusers.d/composekey.conf", "/usr/lib/sysusers.d");
    install("modules-load.d/composekey.conf", "/usr/lib/modules-load.d");
    install("udev/60-composekey.rules", "/usr/lib/udev/rules.d");
    run("systemd-sysusers", &[]);
    run("/lib/systemd/systemd-modules-load", &[]);
    run("/lib/systemd/systemd-udevd", &["--daemon"]);
    run("udevadm", &["control", "--ping"]);
    let devices = ["uinput", "tty0", "event*"].map(|name| format!("--sysname-match={name}"));
    let [uinput, console, inputs] = devices.each_ref().map(String::as_str);
    run("udevadm", &["trigger", "--action=add", "--settle", uinput, console, inputs]);
    let mode = || fs::metadata("/dev/uinput").expect("the module is loaded").mode() & 0o777;
    let tested = Command::new("udevadm").args(["test", "/sys/class/misc/uinput"]).output();
    let tested = tested.expect("`udevadm` is there: `make deps`");
    let tested = String::from_utf8_lossy(&tested.stderr).into_owned();
    assert!(wait_until(|| mode() == 0o660), "{:o}: {tested}", mode());
}

/// Ends udev.
pub(crate) fn end() {
    run("udevadm", &["control", "--exit"]);
}

/// Runs a program of the system to its end.
#[track_caller]
pub(crate) fn run(program: &str, args: &[&str]) {
    // The guest's files are below its first process's.
    let output = Command::new(program).args(args).env("SYSTEMD_IGNORE_CHROOT", "1").output();
    let output = output.unwrap_or_else(|error| panic!("`{program}`: {error}: `make deps`"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {said}");
}
