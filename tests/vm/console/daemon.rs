//! `composekeyd` on the text console.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use composekey::output::console::PROGRAM;
use evdev::KeyCode;
use rustix::process::Signal;

use super::{
    helper::long_text,
    terminal::{Keys, Terminal, assert_same, run, tables},
};
use crate::{
    guest::Guest,
    support::{
        board::Board,
        daemon::{children, program, send},
        packaged,
        rig::{self, Rig},
        wait_until,
    },
};

const MAP: &str = r#"
keymaps = []
tap_ms = 60000
release_grace_ms = 60000
compose_timeout_ms = 60000
feedback = "none"
[sequences]
"la" = "λ"
"e'" = "é"
"=e" = "€"
"->" = "→"
":)" = "😀"
"lo" = "Łódź → 😀\n"
"up" = "U"
"#;

/// The terminal in front, and the daemon with its keyboard.
fn rig() -> (Terminal, Rig) {
    let terminal = Terminal::new(1);
    let rig = Rig::with_config(MAP);
    (terminal, rig)
}

/// The process that binds keys for this daemon.
fn helper(rig: &Rig) -> Option<u32> {
    children(rig.daemon.id()).into_iter().find(|id| {
        let name = fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
        PROGRAM.starts_with(name.trim_end()) && name.len() > "composekeyd\n".len()
    })
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

pub(crate) fn holds_type_any_character(guest: &mut Guest) {
    let (terminal, mut rig) = rig();
    assert_eq!(helper(&rig), None, "nothing needed it yet");
    rig.board.text("a");
    rig.board.hold("la");
    rig.board.text("b");
    terminal.expect("aλb");
    // Nobody types so fast.
    rig.board.pace = Duration::from_millis(2);
    let mut wanted = String::new();
    let start = Instant::now();
    for _ in 0..20 {
        for (keys, text) in [
            ("la", "λ"),
            ("e'", "é"),
            ("=e", "€"),
            ("->", "→"),
            (":)", "😀"),
            ("up", "U"),
            ("lo", "Łódź → 😀\r"),
        ] {
            rig.board.text("x");
            rig.board.hold(keys);
            rig.board.text("Y");
            wanted.push_str(&format!("x{text}Y"));
        }
    }
    wait_until(|| terminal.text().len() >= wanted.len());
    guest.note(format!(
        "{} characters by 140 holds: {} ms",
        wanted.chars().count(),
        start.elapsed().as_millis()
    ));
    terminal.expect(&wanted);
    assert!(rig.twin.rests());
}

pub(crate) fn a_long_text_is_typed_in_order(guest: &mut Guest) {
    let (terminal, mut rig) = rig();
    let text = long_text();
    rig.board.text("x");
    let start = Instant::now();
    thread::scope(|scope| {
        let home = &rig.home;
        let typed = scope.spawn(|| home.cli(&["type", &text]));
        assert!(wait_until(|| terminal.text().chars().count() > 5), "it begins");
        // These come behind it.
        rig.board.text("a");
        rig.board.hold("la");
        rig.board.text("B");
        let output = typed.join().expect("no panic");
        assert!(output.status.success(), "{}", said(&output));
    });
    let time = start.elapsed();
    terminal.expect(&format!("x{text}aλB"));
    guest.note(format!("1,000 characters by `composekey type`: {} ms, 0 wrong", time.as_millis()));
    assert!(rig.twin.rests());
}

pub(crate) fn shift_that_is_held_and_caps_lock_change_nothing(_: &mut Guest) {
    let (terminal, mut rig) = rig();
    let text = "λñ😀";
    rig.board.down(KeyCode::KEY_LEFTSHIFT);
    assert!(rig.home.cli(&["type", text]).status.success());
    rig.board.tap(KeyCode::KEY_A);
    rig.board.up(KeyCode::KEY_LEFTSHIFT);
    rig.board.tap(KeyCode::KEY_A);
    terminal.expect(&format!("{text}Aa"));
    let toggle = |board: &mut Board| {
        board.down(KeyCode::KEY_LEFTSHIFT);
        board.tap(KeyCode::KEY_CAPSLOCK);
        board.up(KeyCode::KEY_LEFTSHIFT);
    };
    toggle(&mut rig.board);
    rig.board.text("a");
    rig.board.hold("la");
    rig.board.hold("e'");
    rig.board.text("b");
    toggle(&mut rig.board);
    rig.board.text("c");
    terminal.expect("AλéBc");
    assert!(rig.twin.rests());
}

pub(crate) fn a_helper_that_is_killed_or_stopped_costs_no_key(_: &mut Guest) {
    let (terminal, mut rig) = rig();
    let before = tables();
    rig.board.hold("la");
    terminal.expect("λ");
    for _ in 0..5 {
        send(helper(&rig).expect("it runs"), Signal::KILL);
        rig.board.text("a");
        rig.board.hold(":)");
        rig.board.text("b");
        terminal.expect("a😀b");
    }
    send(helper(&rig).expect("it runs"), Signal::STOP);
    rig.board.text("a");
    rig.board.hold("la");
    rig.board.text("b");
    terminal.expect("ab");
    rig.board.hold("e'");
    terminal.expect("é");
    assert!(rig.twin.rests(), "{:?}", rig.twin.down());
    assert!(rig.daemon.stop().success());
    assert_same(&before, "after its end");
}

pub(crate) fn nothing_is_left_of_a_daemon(_: &mut Guest) {
    let (terminal, mut rig) = rig();
    let before = tables();
    for keys in ["la", ":)"] {
        rig.board.hold(keys);
        assert!(wait_until(|| !terminal.text().is_empty()));
        assert!(wait_until(|| tables() == before), "a moment later, all is as it was");
    }
    terminal.clear();
    rig.board.hold(":)");
    assert!(wait_until(|| !terminal.text().is_empty()));
    rig.daemon.signal(Signal::STOP);
    assert!(tables() != before);
    let helper = helper(&rig).expect("it runs");
    rig.daemon.kill();
    assert!(crate::support::daemon::gone(&[helper]), "it ends with its daemon");
    assert_same(&before, "after a kill");

    // Both killed: the next one clears up.
    let mut rig = Rig::in_home(rig.home.clone(), Board::new("Second"));
    let text: String = ('😀'..).take(60).collect();
    assert!(rig.home.cli(&["type", &text]).status.success());
    send(self::helper(&rig).expect("it runs"), Signal::KILL);
    rig.daemon.kill();
    assert!(wait_until(|| terminal.text().ends_with(&text)));
    assert!(tables() != before);
    let mut rig = Rig::in_home(rig.home.clone(), Board::new("Third"));
    rig.board.hold("la");
    assert!(wait_until(|| terminal.text().ends_with('λ')));
    assert!(rig.daemon.stop().success());
    assert_same(&before, "after the next one");
}

pub(crate) fn a_console_that_takes_no_characters_gets_none(_: &mut Guest) {
    let (terminal, mut rig) = rig();
    let refused = |rig: &Rig, why: &str| {
        let output = rig.home.cli(&["type", "λ"]);
        assert!(!output.status.success() && said(&output).contains(why), "{}", said(&output));
    };
    terminal.set_graphics(true);
    refused(&rig, "the console in front shows graphics, not text");
    let status = said(&rig.home.cli(&["status"]));
    assert!(status.contains("under Wayland"), "{status}");
    terminal.set_graphics(false);
    for keys in [Keys::Bytes, Keys::Codes, Keys::ScanCodes] {
        terminal.set_keys(keys);
        refused(&rig, "is not in Unicode mode: `kbd_mode -u`");
        let status = said(&rig.home.cli(&["status"])).replace("\n", " ");
        assert!(status.contains("Unicode mode"), "{keys:?}: {status}");
    }
    // Another one in front counts.
    let other = Terminal::new(2);
    rig.board.text("a");
    rig.board.hold("la");
    other.expect("aλ");
    drop(other);
    terminal.set_keys(Keys::Unicode);
    terminal.clear();
    rig.board.hold(":)");
    terminal.expect("😀");
    let status = said(&rig.home.cli(&["status"]));
    assert!(!status.contains("no key"), "all is well: {status}");
    assert!(status.contains(PROGRAM), "{status}");
    let output = rig.home.cli(&["type", "λ\u{1b}"]);
    assert!(!output.status.success(), "{}", said(&output));
    assert!(rig.twin.rests());
}

/// The packaged user, its daemon and the helper as a package installs them.
struct Packaged {
    home: crate::support::daemon::Home,
    daemon: Child,
}

impl Packaged {
    fn new(folder: &Path) -> Self {
        let home = rig::home(MAP);
        run("chown", &["-R", "composekey:composekey", &home.path("").display().to_string()]);
        let mut command = as_packaged(&home, &folder.join("bin/composekeyd"));
        command.args(["--backend", "evdev", "--config"]).arg(home.config());
        let daemon = command.stderr(Stdio::null()).spawn().expect("it starts");
        let packaged = Self { home, daemon };
        assert!(wait_until(|| packaged.ask(&["status"]).status.success()), "it does not run");
        packaged
    }

    fn ask(&self, arguments: &[&str]) -> Output {
        let mut command = as_packaged(&self.home, &program("composekey"));
        command.args(arguments).output().expect("it starts")
    }

    /// What `status` says, as one line.
    fn status(&self) -> String {
        said(&self.ask(&["status"])).split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl Drop for Packaged {
    fn drop(&mut self) {
        send(self.daemon.id(), Signal::TERM);
        let _ = self.daemon.wait();
    }
}

fn as_packaged(home: &crate::support::daemon::Home, program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--reuid", "composekey", "--regid", "composekey", "--init-groups", "--"]);
    command.arg(program).env_clear().env("LANG", "C.UTF-8");
    command.env("XDG_RUNTIME_DIR", home.path("run")).env("HOME", home.path(""));
    command
}

pub(crate) fn what_the_packaged_user_lacks_is_said(guest: &mut Guest) {
    let terminal = Terminal::new(1);
    packaged::install();
    let folder = Path::new("/run/prefix");
    let libexec = folder.join("libexec");
    let helper = libexec.join(PROGRAM);
    fs::create_dir_all(folder.join("bin")).expect("a folder");
    fs::create_dir_all(&libexec).expect("a folder");
    fs::copy(program("composekeyd"), folder.join("bin/composekeyd")).expect("a copy");
    let mut board = Board::new("Board");
    packaged::run("udevadm", &["settle"]);
    let setcap = format!("`sudo setcap cap_sys_tty_config+ep {}`", helper.display());
    {
        let packaged = Packaged::new(folder);
        let status = packaged.status();
        guest.note(said(&packaged.ask(&["status"])));
        assert!(status.contains(&format!("`{PROGRAM}` is not installed")), "{status}");
        assert!(status.contains(&setcap), "{status}");
        assert!(!packaged.ask(&["type", "λ"]).status.success());

        // Without the capability: said before it is tried, and when it is.
        fs::copy(program(PROGRAM), &helper).expect("a copy");
        let status = packaged.status();
        assert!(status.contains(&format!("lacks its capability: {setcap}")), "{status}");
        let output = packaged.ask(&["type", "λ"]);
        assert!(!output.status.success() && said(&output).contains(&setcap), "{}", said(&output));

        // The line that is said, without the quotes.
        run("sh", &["-c", setcap.trim_matches('`').trim_start_matches("sudo ")]);
        let output = packaged.ask(&["type", "λ😀"]);
        assert!(output.status.success(), "{}", said(&output));
        terminal.expect("λ😀");
        assert!(!packaged.status().contains("no key"), "{}", packaged.status());
    }
    let packaged = Packaged::new(folder);
    // Until the board is taken a hold would be Caps Lock to the console.
    let mut twin = rig::twin("Board");
    let taken = wait_until(|| {
        board.text("a");
        thread::sleep(Duration::from_millis(50));
        twin.text().ends_with('a')
    });
    assert!(taken, "{}", packaged.status());
    terminal.clear();
    board.hold("la");
    assert!(wait_until(|| !terminal.text().is_empty()), "{}", packaged.status());
    terminal.expect("λ");
    guest.note(said(&packaged.ask(&["status"])));
    // Without the rule for the console.
    run("chgrp", &["tty", "/dev/tty0"]);
    let status = packaged.status();
    assert!(status.contains("no right to open `/dev/tty0`"), "{status}");
    packaged::end();
}
