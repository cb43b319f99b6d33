//! Caps Lock tapped, and keys that come after its release.

use std::{thread, time::Duration};

use crate::support::{Desk, PATIENT, key};

#[test]
fn the_next_keys_compose() {
    let mut desk = Desk::new(PATIENT);
    desk.keyboard.text("a");
    desk.keyboard.tap_trigger();
    desk.keyboard.text("\"ula");
    desk.keyboard.tap_trigger();
    desk.keyboard.text("lab");
    desk.finish("aülaλb");
}

#[test]
fn a_further_tap_is_multi_key() {
    let mut desk = Desk::new(PATIENT);
    desk.keyboard.tap_trigger();
    desk.keyboard.tap_trigger();
    desk.keyboard.text("rr");
    desk.finish("®r");
}

#[test]
fn a_further_tap_cancels_where_no_rule_has_multi_key() {
    let map = format!("{PATIENT}keymaps = []\n[sequences]\n\"la\" = \"λ\"\n");
    let mut desk = Desk::with_config(&map);
    desk.keyboard.tap_trigger();
    desk.keyboard.tap_trigger();
    desk.keyboard.text("la");
    desk.finish("la");
}

#[test]
fn a_mismatch_ends_it() {
    let mut desk = Desk::new(PATIENT);
    desk.keyboard.tap_trigger();
    desk.keyboard.text("'qla");
    desk.finish("la");
}

#[test]
fn escape_ends_it() {
    let mut desk = Desk::new(PATIENT);
    desk.keyboard.tap_trigger();
    desk.keyboard.text("l");
    desk.keyboard.tap(key::ESCAPE);
    desk.keyboard.text("la");
    desk.finish("la");
}

#[test]
fn backspace_takes_back_one_key() {
    let mut desk = Desk::new(PATIENT);
    desk.keyboard.tap_trigger();
    desk.keyboard.text("(1");
    desk.keyboard.tap(key::BACKSPACE);
    desk.keyboard.text("1)x");
    desk.finish("①x");
}

#[test]
fn time_ends_it() {
    let mut desk = Desk::new("tap_ms = 15000\ncompose_timeout_ms = 200");
    desk.keyboard.tap_trigger();
    thread::sleep(Duration::from_millis(600));
    desk.expect_rest(false);
    desk.keyboard.text("la");
    desk.finish("la");
}

#[test]
fn a_long_press_alone_is_no_tap() {
    let mut desk = Desk::new("tap_ms = 50");
    desk.keyboard.down(key::CAPS);
    thread::sleep(Duration::from_millis(300));
    desk.keyboard.up(key::CAPS);
    desk.expect_rest(false);
    desk.keyboard.text("la");
    desk.finish("la");
}

#[test]
fn tap_action_none() {
    let mut desk = Desk::new(&format!("{PATIENT}tap_action = \"none\""));
    desk.keyboard.tap_trigger();
    desk.keyboard.text("la");
    desk.keyboard.hold("la");
    desk.finish("laλ");
}

#[test]
fn tap_action_escape() {
    let mut desk = Desk::new(&format!("{PATIENT}tap_action = \"escape\""));
    desk.keyboard.tap_trigger();
    desk.expect("\x1b");
    desk.keyboard.hold("la");
    desk.finish("\x1bλ");
}

#[test]
fn tap_action_caps_lock() {
    let mut desk = Desk::new(&format!("{PATIENT}tap_action = \"caps_lock\""));
    desk.keyboard.tap_trigger();
    desk.expect_rest(true);
    desk.keyboard.text("a");
    desk.keyboard.hold("'e");
    desk.keyboard.text("a");
    desk.expect("AéA");
    desk.expect_rest(true);
    desk.keyboard.tap_trigger();
    desk.expect_rest(false);
    desk.finish("AéA");
}

#[test]
fn a_pending_prefix_survives_an_early_release() {
    let mut desk = Desk::new(PATIENT);
    desk.keyboard.text("a");
    desk.keyboard.hold("l");
    desk.keyboard.text("ax");
    desk.keyboard.hold("(1");
    desk.keyboard.text(")y");
    desk.finish("aλx①y");
}

#[test]
fn a_pending_prefix_does_not_survive_the_grace() {
    let mut desk = Desk::new("release_grace_ms = 100");
    desk.keyboard.hold("l");
    thread::sleep(Duration::from_millis(500));
    desk.expect_rest(false);
    desk.keyboard.text("a");
    desk.finish("a");
}

#[test]
fn letters_directly_after() {
    let mut desk = Desk::new(PATIENT);
    for _ in 0..20 {
        desk.keyboard.text("x");
        desk.keyboard.tap_trigger();
        desk.keyboard.text("lay");
    }
    desk.finish(&"xλy".repeat(20));
}
