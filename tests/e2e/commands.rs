//! What the command line asks of a running daemon, and what it does without one.

use serde_json::Value;

use self::schemas::judge;
use crate::support::{App, Desk, SEQUENCES, program, wait_until, weston::Weston};

#[path = "../shared/schema.rs"]
mod schemas;

#[test]
fn type_goes_through_the_daemon() {
    let mut desk = Desk::new("");
    let typed = desk.home.cli(&["type", "naïve → λ"]);
    assert!(typed.status.success(), "{typed:?}");
    desk.keyboard.hold("la");
    desk.finish("naïve → λλ");
}

#[test]
fn type_does_without_a_daemon() {
    let mut desk = Desk::without_daemon(App::xterm, SEQUENCES);
    for _ in 0..2 {
        let typed = desk.home.cli(&["type", "naïve → λ"]);
        assert!(typed.status.success(), "{typed:?}");
    }
    desk.expect("naïve → λnaïve → λ");
    // What it left bound the daemon takes over.
    desk.start_daemon();
    desk.keyboard.hold("la");
    desk.finish("naïve → λnaïve → λλ");
}

#[test]
fn a_text_that_no_key_can_type_is_refused() {
    let mut desk = Desk::new("");
    let typed = desk.home.cli(&["type", "a\u{7}b"]);
    assert_eq!(typed.status.code(), Some(2), "{typed:?}");
    desk.finish("");
}

#[test]
fn pause_and_resume() {
    let mut desk = Desk::new("caps_lock = \"never\"");
    assert!(desk.home.cli(&["pause"]).status.success());
    assert!(status(&desk)["paused"] == true);
    // Caps Lock is the server's own again: it toggles, twice.
    desk.keyboard.hold("la");
    desk.keyboard.hold("");
    desk.expect("LA");
    assert!(desk.home.cli(&["resume"]).status.success());
    desk.keyboard.hold("la");
    desk.finish("LAλ");
}

#[test]
fn an_ignored_program_is_left_alone() {
    let mut desk = Desk::new("");
    let window = desk.server.run(&["xdotool", "getwindowfocus"]).trim().to_owned();
    let class = desk.server.run(&["xprop", "-id", &window, "WM_CLASS"]);
    let class = class.split('"').nth(3).expect("two quoted names").to_owned();
    desk.home.write(&format!("ignore = [\"{class}\"]\n{SEQUENCES}"));
    assert!(desk.home.cli(&["reload"]).status.success());
    desk.keyboard.hold("la");
    desk.expect("λ");
    // What a window manager says of the window that has the focus.
    let active = |desk: &Desk, window: &str| {
        let words = ["xprop", "-root", "-f", "_NET_ACTIVE_WINDOW", "32x", "-set"];
        let _ = desk.server.run(&[&words[..], &["_NET_ACTIVE_WINDOW", window]].concat());
    };
    active(&desk, &window);
    assert!(wait_until(|| status(&desk)["ignoring"] == class.as_str()));
    desk.keyboard.hold("la");
    desk.keyboard.hold("");
    desk.expect("λLA");
    active(&desk, "0x0");
    assert!(wait_until(|| status(&desk)["ignoring"].is_null()));
    desk.keyboard.hold("la");
    desk.finish("λLAλ");
}

#[test]
fn status_without_a_daemon() {
    let desk = Desk::without_daemon(App::xterm, SEQUENCES);
    let answer = desk.home.cli(&["status"]);
    assert_eq!(answer.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&answer.stderr).contains("no `composekeyd` is running"));
}

#[test]
fn a_watched_status_follows_the_daemon() {
    let mut desk = Desk::without_daemon(App::xterm, SEQUENCES);
    let watcher = desk.home.watch(&["status", "--watch"]);
    assert!(watcher.says("no `composekeyd` is running", 1), "{watcher:?}");
    desk.start_daemon();
    assert!(watcher.says("composekeyd ", 1), "{watcher:?}");
    assert!(desk.home.cli(&["pause"]).status.success());
    assert!(watcher.says("composekeyd ", 2), "{watcher:?}");
    assert!(desk.home.cli(&["resume"]).status.success());
    assert!(watcher.says("composekeyd ", 3), "{watcher:?}");
    desk.daemon().stop();
    assert!(watcher.says("no `composekeyd` is running", 2), "{watcher:?}");
}

fn status(desk: &Desk) -> serde_json::Value {
    let answer = desk.home.cli(&["status", "--json"]);
    serde_json::from_slice(&answer.stdout).expect("one JSON object")
}

#[test]
fn a_sequence_that_is_added_is_typed_at_once_and_one_that_is_removed_no_more() {
    let mut desk = Desk::new("");
    let added = desk.home.cli(&["add", "zq", "łódź"]);
    let said = String::from_utf8_lossy(&added.stderr);
    assert!(said.ends_with("has it: it is in force now\n"), "{said}");
    desk.keyboard.hold("zq");
    desk.expect("łódź");
    let removed = desk.home.cli(&["remove", "zq"]);
    assert!(removed.status.success(), "{removed:?}");
    desk.keyboard.hold("zq");
    desk.keyboard.hold("la");
    desk.finish("łódźλ");
}

#[test]
fn what_the_daemon_answers_fits_its_schema() {
    let desk = Desk::new("");
    let mut answers: Vec<(&[&str], Value)> = Vec::new();
    for (command, kind) in [
        ("status", &["status"][..]),
        ("pause", &["done"]),
        ("status", &["status"]),
        ("resume", &["done"]),
        ("reload", &["reloaded"]),
    ] {
        let answer = desk.home.cli(&[command, "--json"]);
        assert!(answer.status.success(), "{answer:?}");
        answers.push((kind, serde_json::from_slice(&answer.stdout).expect("one JSON object")));
    }
    desk.home.write("keymaps = []\n[sequences]\nla = 1\n");
    let answer = desk.home.cli(&["reload", "--json"]);
    answers.push((&["reloaded"], serde_json::from_slice(&answer.stdout).expect("one JSON object")));
    assert_eq!((answer.status.code(), &answers[5].1["kept"]), (Some(1), &true.into()));
    let watcher = Desk::without_daemon(App::xterm, "").home.watch(&["status", "--watch", "--json"]);
    let error = r#"{"error":"no `composekeyd` is running"#;
    assert!(watcher.says(error, 1), "{watcher:?}");
    for ((kind, answer), judged) in answers.iter().zip(judge("output", &answers)) {
        assert_eq!(judged[kind[0]], [""; 0], "{answer}");
    }
}

/// The keys that `find` and `how` show are those of the X server's layout (`_XKB_RULES_NAMES`); a
/// setting comes before it.
#[test]
fn keys_are_shown_for_the_layout_of_the_x_server() {
    let desk = Desk::without_daemon(App::xterm, SEQUENCES);
    let layout = |desk: &Desk, args: &[&str]| -> (Value, Value) {
        let answer = desk.home.cli(&[args, &["①", "--json"]].concat());
        let answer: Value = serde_json::from_slice(&answer.stdout).expect("one JSON object");
        (answer["layout"].clone(), answer["sequences"][0]["presses"].clone())
    };
    for (names, told, presses) in [
        (&["-layout", "us"][..], "us", ["Shift+9", "1", "Shift+0"]),
        (
            &["-layout", "de", "-variant", "nodeadkeys"],
            "de(nodeadkeys)",
            ["Shift+8", "1", "Shift+9"],
        ),
        (
            &["-layout", "fr,us", "-variant", "bepo,", "-option", "grp:menu_toggle"],
            "fr(bepo),us",
            ["(", "Shift+\"", ")"],
        ),
    ] {
        desk.server.setxkbmap(&["-option", ""]);
        desk.server.setxkbmap(names);
        for command in [&["find"][..], &["how"]] {
            assert_eq!(layout(&desk, command), (told.into(), presses.into()), "{command:?}");
        }
    }
    desk.home.write(&format!("layout = \"gb\"\n{SEQUENCES}"));
    assert_eq!(layout(&desk, &["find"]), ("gb".into(), ["Shift+9", "1", "Shift+0"].into()));
}

/// On Wayland it is the compositor that tells, by its keymap; the X server is not asked.
#[test]
fn keys_are_shown_for_the_layout_of_the_compositor() {
    let desk = Desk::without_daemon(App::xterm, SEQUENCES);
    for (layout, told, presses) in [
        ("de", "German", ["Shift+8", "1", "Shift+9"]),
        ("gr,us", "Greek, English (US)", ["Shift+9", "1", "Shift+0"]),
    ] {
        desk.server.setxkbmap(&["-layout", layout]);
        let weston = Weston::start(&desk.server);
        for command in ["find", "how"] {
            let mut composekey = desk.home.shell(program("composekey").to_str().expect("UTF-8"));
            let _ =
                composekey.args([command, "①", "--json"]).env("WAYLAND_DISPLAY", weston.socket());
            let answer = composekey.output().expect("it starts");
            let answer: Value = serde_json::from_slice(&answer.stdout).expect("one JSON object");
            let found = (&answer["layout"], &answer["sequences"][0]["presses"]);
            assert_eq!(found, (&told.into(), &presses.into()), "{command}");
        }
    }
}
