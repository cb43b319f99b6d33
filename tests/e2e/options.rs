//! The trigger is a physical key: what a layout option gives Caps Lock to do is lost, and said.

use crate::support::{App, Desk, SEQUENCES};

#[track_caller]
fn check(option: &str) {
    let mut desk = Desk::without_daemon(App::xterm, SEQUENCES);
    desk.server.setxkbmap(&["-layout", "us,ru", "-option", option]);
    desk.start_daemon();
    let messages = desk.daemon().messages();
    assert!(messages.contains(option), "the start message does not name `{option}`:\n{messages}");
    desk.keyboard.text("a");
    desk.keyboard.hold("\"ula");
    desk.keyboard.text("b");
    desk.keyboard.tap_trigger();
    desk.keyboard.text("=ec");
    desk.expect("aüλb€c");
    assert_eq!(desk.server.group(), 0, "the group stays");
    desk.finish("aüλb€c");
}

#[test]
fn ctrl_nocaps() {
    check("ctrl:nocaps");
}

#[test]
fn ctrl_swapcaps() {
    check("ctrl:swapcaps");
}

#[test]
fn caps_escape() {
    check("caps:escape");
}

#[test]
fn compose_caps() {
    check("compose:caps");
}

#[test]
fn caps_none() {
    check("caps:none");
}

#[test]
fn grp_caps_toggle() {
    check("grp:caps_toggle");
}
