//! What a user without rights is told, the rights that the packaged files give, and the console as a reader
//! of the twin.

use std::{
    fs,
    io::Read as _,
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use crate::{
    console::terminal::Terminal,
    guest::Guest,
    support::{
        board::Board,
        daemon::program,
        packaged::{self, run},
        reader::Reader,
        rig::{self, Rig},
        wait_until,
    },
};

/// `nobody` of Debian.
const NOBODY: u32 = 65534;

pub(crate) fn a_user_without_rights_is_told_what_mends_it(_: &mut Guest) {
    let home = "/run/nobody";
    fs::create_dir_all(home).expect("a folder");
    chown(home, Some(NOBODY), Some(NOBODY)).expect("we are root");
    let daemon = || {
        let mut command = Command::new(program("composekeyd"));
        command.env_clear().env("XDG_RUNTIME_DIR", home).env("HOME", home);
        command.args(["--backend", "evdev"]).uid(NOBODY).gid(NOBODY);
        let output = command.output().expect("it starts");
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let said = daemon();
    assert!(said.contains("no right to open `/dev/uinput` and `/dev/input/event"), "{said}");
    assert!(said.contains("packaging/udev/60-composekey.rules"), "{said}");
    assert!(said.contains(" && sudo usermod -aG uinput,input $USER`, and log in again"), "{said}");
    // With uinput alone it is the keyboards that are missing.
    chown("/dev/uinput", Some(NOBODY), None).expect("we are root");
    let said = daemon();
    chown("/dev/uinput", Some(0), None).expect("we are root");
    assert!(said.contains("no right to open `/dev/input/event"), "{said}");
}

/// The packaged files, installed as a package would, and the daemon as their user.
pub(crate) fn the_packaged_user_takes_keyboards(_: &mut Guest) {
    packaged::install();
    let mut board = Board::new("Board");
    run("udevadm", &["settle"]);
    let home = rig::home(rig::MAP);
    let folder = home.config().ancestors().nth(3).expect("the home").to_owned();
    run("chown", &["-R", "composekey:composekey", &folder.display().to_string()]);
    let mut command = Command::new("setpriv");
    command.args(["--reuid", "composekey", "--regid", "composekey", "--init-groups", "--"]);
    command.arg(program("composekeyd")).args(["--backend", "evdev", "--config"]).arg(home.config());
    command.env_clear().env("XDG_RUNTIME_DIR", folder.join("run")).env("HOME", &folder);
    let mut daemon = command.stderr(Stdio::piped()).spawn().expect("it starts");
    let mut twin = rig::twin("Board");
    let composed = composes(&mut board, &mut twin);
    // Of one that comes later the node is there first, and only root's.
    run("udevadm", &["control", "--stop-exec-queue"]);
    let mut late = Board::new("Late");
    let node = Reader::physical("Late").node().to_owned();
    let owner = fs::metadata(&node).expect("it is there");
    assert_eq!((owner.gid(), owner.mode() & 0o777), (0, 0o600));
    thread::sleep(Duration::from_millis(500));
    let early = rig::has_twin("Late");
    run("udevadm", &["control", "--start-exec-queue"]);
    let mut twin = rig::twin("Late");
    let late = !early && composes(&mut late, &mut twin);
    let status = fs::read_to_string(format!("/proc/{}/status", daemon.id())).unwrap_or_default();
    let capabilities = status.lines().find(|line| line.starts_with("CapEff:")).map(str::to_owned);
    let _ = daemon.kill();
    let mut said = String::new();
    let _ = daemon.stderr.take().expect("piped").read_to_string(&mut said);
    let _ = daemon.wait();
    assert!(composed, "{said}");
    assert!(late, "its rights came late; taken before: {early}\n{said}");
    assert_eq!(
        capabilities.as_deref(),
        Some("CapEff:\t0000000000000000"),
        "no root, no capability"
    );
    packaged::end();
}

/// Whether what is typed comes out of the twin, composed too.
fn composes(board: &mut Board, twin: &mut Reader) -> bool {
    let mut comes = |press: &mut dyn FnMut(&mut Board), expected: &str| {
        wait_until(|| {
            twin.clear();
            press(board);
            thread::sleep(Duration::from_millis(50));
            twin.text() == expected
        })
    };
    // Until the board is taken a hold would be Caps Lock to the console, which reads it too.
    comes(&mut |board| board.text("a"), "a") && comes(&mut |board| board.hold("la"), "L!")
}

/// Whatever keeps the daemon from starting, the keyboards are the session's.
pub(crate) fn a_start_that_fails_takes_no_keyboard(_: &mut Guest) {
    let mut board = Board::new("Board");
    let home = rig::home(rig::MAP);
    let run = home.config().ancestors().nth(3).expect("the home").join("run");
    let start = |name: &str, value: &str, user: Option<u32>| {
        let mut command = Command::new("/usr/bin/timeout");
        command.env_clear().env("XDG_RUNTIME_DIR", &run).env("HOME", "/run").env(name, value);
        command.arg("20").arg(program("composekeyd")).args(["--backend", "evdev", "--config"]);
        command.arg(home.config());
        user.map(|user| command.uid(user).gid(user));
        let output = command.output().expect("it starts");
        assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let mut is_free = |why: &str| {
        assert_eq!(rig::twins(), 0, "{why}");
        let mut physical = Reader::physical("Board");
        board.text("ok");
        assert!(wait_until(|| physical.text() == "ok"), "{why}: `{}`", physical.text());
    };
    start("XKB_CONFIG_ROOT", "/nonexistent", None);
    is_free("no keymap");
    let nobody = "/run/nobody2";
    fs::create_dir_all(nobody).expect("a folder");
    chown(nobody, Some(NOBODY), Some(NOBODY)).expect("we are root");
    start("XDG_RUNTIME_DIR", nobody, Some(NOBODY));
    is_free("no rights");
    chown("/dev/uinput", Some(NOBODY), None).expect("we are root");
    start("XDG_RUNTIME_DIR", nobody, Some(NOBODY));
    chown("/dev/uinput", Some(0), None).expect("we are root");
    is_free("rights to make keyboards, and none to take them");
    let control = run.join("composekey");
    fs::create_dir_all(&control).expect("a folder");
    fs::set_permissions(&control, fs::Permissions::from_mode(0o777)).expect("it is ours");
    start("LANG", "C", None);
    is_free("an unsafe folder");
}

pub(crate) fn the_text_console_reads_the_twin(_: &mut Guest) {
    let console = Terminal::new(1);
    let mut rig = Rig::new();
    rig.board.text("a");
    rig.board.hold("la");
    rig.board.text("B");
    console.expect("aL!B");
}
