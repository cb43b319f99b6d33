//! What the doctor sees of a real display and a real daemon.

use composekey::x11::Display;
use rustix::process::Signal;
use serde_json::Value;
use x11rb::{
    protocol::xproto::{AtomEnum, ConnectionExt as _, PropMode},
    wrapper::ConnectionExt as _,
};

use crate::support::{App, Desk, Home, SEQUENCES, key, xwayland::Xwayland};

fn ask(home: &Home) -> Value {
    let answer = home.cli(&["doctor", "--json"]);
    assert_eq!(String::from_utf8_lossy(&answer.stderr), "");
    serde_json::from_slice(&answer.stdout).expect("one JSON object")
}

/// The finding of this code.
fn finding<'a>(answer: &'a Value, code: &str) -> Option<&'a Value> {
    answer["findings"].as_array().unwrap().iter().find(|finding| finding["code"] == code)
}

#[track_caller]
fn check(desk: &Desk, found: &[&str], not_found: &[&str]) -> Value {
    let answer = ask(&desk.home);
    for code in found {
        assert!(finding(&answer, code).is_some(), "{code} is not in {:#}", answer["findings"]);
    }
    for code in not_found {
        assert!(finding(&answer, code).is_none(), "{code} is in {:#}", answer["findings"]);
    }
    answer
}

#[test]
fn the_display_as_it_is() {
    let mut desk = Desk::without_daemon(App::xterm, SEQUENCES);
    let answer = check(&desk, &[], &["E0200", "E0201", "E0202", "E0250", "E0255", "E0256"]);
    let x11 = &answer["facts"]["session"]["x11"];
    assert_eq!(x11["display"], desk.server.display().as_str());
    assert_eq!((&x11["error"], &x11["xwayland"]), (&Value::Null, &Value::Bool(false)));
    assert_eq!(answer["facts"]["methods"]["xim_servers"], Value::Array(Vec::new()));

    desk.keyboard.tap(key::CAPS);
    desk.sync();
    check(&desk, &["E0255"], &["E0256"]);
    // The option takes the key away while the lock is on.
    desk.server.setxkbmap(&["-layout", "us", "-option", "caps:none", "-option", "compose:ralt"]);
    let answer = check(&desk, &["E0256", "E0251"], &["E0255"]);
    // What it tells to do helps.
    let line = finding(&answer, "E0256").unwrap()["fix"].as_str().unwrap();
    let words: Vec<&str> = line.split(' ').collect();
    assert_eq!(words[0], "composekey");
    assert!(desk.home.cli(&words[1..]).status.success());
    check(&desk, &[], &["E0255", "E0256"]);
    let fix = finding(&answer, "E0251").unwrap()["fix"].as_str().unwrap();
    assert_eq!(fix, "setxkbmap -option '' -option compose:ralt");
    desk.server.setxkbmap(&["-option", "", "-option", "compose:ralt"]);
    check(&desk, &[], &["E0250", "E0251"]);
    desk.server.setxkbmap(&["-option", "", "-option", "ctrl:nocaps"]);
    check(&desk, &["E0250"], &["E0251"]);
    desk.server.setxkbmap(&["-option", ""]);
    desk.finish("");
}

#[test]
fn the_daemon_as_it_is() {
    let mut desk = Desk::without_daemon(App::xterm, SEQUENCES);
    let answer = ask(&desk.home);
    // It is not on the path of these tests.
    assert!(finding(&answer, "E0282").is_some(), "{answer:#}");
    desk.start_daemon();
    let answer =
        check(&desk, &[], &["E0270", "E0271", "E0272", "E0273", "E0279", "E0280", "E0282"]);
    let daemon = &answer["facts"]["service"]["daemon"];
    assert_eq!(daemon["pid"], desk.daemon().id());
    assert_eq!(daemon["keyboards"], 2);
    assert!(desk.home.cli(&["pause"]).status.success());
    check(&desk, &["E0273"], &["E0271"]);
    assert!(desk.home.cli(&["resume"]).status.success());
    // A daemon that stands still is told of, and waited for no longer than for any other answer.
    desk.daemon().signal(Signal::STOP);
    check(&desk, &["E0271"], &["E0270"]);
    desk.daemon().signal(Signal::CONT);
    desk.home.write("[sequences]\nla = 1\n");
    assert_eq!(desk.home.cli(&["reload"]).status.code(), Some(1));
    check(&desk, &["E0274", "E0285"], &["E0271"]);
    desk.home.write(SEQUENCES);
    assert!(desk.home.cli(&["reload"]).status.success());
    desk.keyboard.hold("la");
    desk.finish("λ");
}

#[test]
fn xwayland_is_no_display_for_it() {
    let compositor = Xwayland::start();
    let folder = tempfile::tempdir().expect("a folder");
    let home = Home::new(folder.path(), compositor.display(), SEQUENCES);
    let answer = ask(&home);
    assert!(finding(&answer, "E0202").is_some(), "{answer:#}");
    assert_eq!(answer["facts"]["session"]["x11"]["xwayland"], true);
}

#[test]
fn an_input_method_that_is_there_and_one_that_is_not() {
    let desk = Desk::without_daemon(App::xterm, SEQUENCES);
    let display = Display::open(Some(&desk.server.display())).unwrap();
    let conn = &display.conn;
    let atom = |name: &str| conn.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom;
    let (live, dead) = (atom("@server=live"), atom("@server=dead"));
    conn.set_selection_owner(display.client, live, x11rb::CURRENT_TIME).unwrap().check().unwrap();
    let (servers, kind) = (atom("XIM_SERVERS"), AtomEnum::ATOM);
    let replace = PropMode::REPLACE;
    let set = conn.change_property32(replace, display.root, servers, kind, &[dead, live]).unwrap();
    set.check().unwrap();
    let answer = ask(&desk.home);
    assert_eq!(answer["facts"]["methods"]["xim_servers"], serde_json::json!(["live"]));
}
