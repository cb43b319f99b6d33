//! What a user without rights is told, and the console as a reader of the twin.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::{fs::chown, process::CommandExt as _},
    process::Command,
    sync::mpsc,
    thread,
    time::Duration,
};

use evdev::KeyCode;

use crate::{
    guest::Guest,
    support::{daemon::program, rig::Rig},
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
    assert!(said.contains("no right to open `/dev/uinput`: "), "{said}");
    assert!(said.contains("packaging/udev/60-composekey.rules"), "{said}");
    // With uinput alone it is the keyboards that are missing.
    chown("/dev/uinput", Some(NOBODY), None).expect("we are root");
    let said = daemon();
    chown("/dev/uinput", Some(0), None).expect("we are root");
    assert!(said.contains("no right to open `/dev/input/event"), "{said}");
}

pub(crate) fn the_text_console_reads_the_twin(_: &mut Guest) {
    let mut rig = Rig::new();
    let (lines, line) = mpsc::channel();
    let console = fs::File::open("/dev/tty1").expect("the console");
    thread::spawn(move || {
        for line in BufReader::new(console).lines().map_while(Result::ok) {
            let _ = lines.send(line);
        }
    });
    rig.board.tap(KeyCode::KEY_ENTER);
    rig.board.text("a");
    rig.board.hold("la");
    rig.board.text("B");
    rig.board.tap(KeyCode::KEY_ENTER);
    let mut seen = Vec::new();
    while !seen.iter().any(|line| line == "aL!B") {
        let next = line.recv_timeout(Duration::from_secs(20));
        seen.push(next.unwrap_or_else(|_| panic!("the console read {seen:?}")));
    }
}
