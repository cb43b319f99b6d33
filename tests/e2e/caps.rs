//! The real Caps Lock: reached when it is meant, never otherwise.

use crate::support::{App, Desk, PATIENT, SEQUENCES, key};

fn shift_and_trigger(desk: &mut Desk) {
    desk.keyboard.down(key::SHIFT);
    desk.keyboard.tap_trigger();
    desk.keyboard.up(key::SHIFT);
}

#[test]
fn shift_and_the_trigger_toggle_it() {
    let mut desk = Desk::new("");
    shift_and_trigger(&mut desk);
    desk.expect_rest(true);
    desk.keyboard.text("a");
    shift_and_trigger(&mut desk);
    desk.expect_rest(false);
    desk.keyboard.text("a");
    desk.finish("Aa");
}

#[test]
fn it_does_not_change_what_is_composed() {
    let mut desk = Desk::new("");
    shift_and_trigger(&mut desk);
    desk.expect_rest(true);
    desk.keyboard.hold("'e");
    desk.keyboard.text("a");
    desk.keyboard.hold("la'ahi");
    desk.keyboard.text("b");
    desk.expect("éAλáhello, worldB");
    desk.expect_rest(true);
    shift_and_trigger(&mut desk);
    desk.finish("éAλáhello, worldB");
}

#[test]
fn already_on_at_the_start() {
    let mut desk = Desk::without_daemon(App::xterm, SEQUENCES);
    desk.keyboard.tap_trigger();
    desk.expect_rest(true);
    desk.start_daemon();
    desk.expect_rest(true);
    desk.keyboard.hold("'e");
    desk.keyboard.text("a");
    desk.expect("éA");
    desk.expect_rest(true);
    shift_and_trigger(&mut desk);
    desk.finish("éA");
}

#[test]
fn a_hold_with_shift_and_a_key_does_not_toggle_it() {
    let mut desk = Desk::new("");
    desk.keyboard.down(key::SHIFT);
    desk.keyboard.down(key::CAPS);
    desk.keyboard.tap(key::QUOTE);
    desk.keyboard.up(key::SHIFT);
    desk.keyboard.tap(key::U);
    desk.keyboard.up(key::CAPS);
    desk.finish("ü");
}

#[test]
fn holds_and_taps_do_not_toggle_it() {
    let mut desk = Desk::new(PATIENT);
    for _ in 0..10 {
        desk.keyboard.tap_trigger();
        desk.keyboard.tap(key::ESCAPE);
        desk.keyboard.hold("la");
    }
    desk.finish(&"λ".repeat(10));
}

#[test]
fn both_shifts() {
    let mut desk = Desk::new("caps_lock = \"both_shifts\"\ntap_action = \"none\"");
    let toggle = |desk: &mut Desk| {
        desk.keyboard.down(key::CAPS);
        desk.keyboard.down(key::SHIFT);
        desk.keyboard.down(key::RIGHT_SHIFT);
        desk.keyboard.up(key::SHIFT);
        desk.keyboard.up(key::RIGHT_SHIFT);
        desk.keyboard.up(key::CAPS);
    };
    toggle(&mut desk);
    desk.expect_rest(true);
    desk.keyboard.text("a");
    desk.expect("A");
    toggle(&mut desk);
    desk.expect_rest(false);
    // Shift and the trigger are nothing special here.
    shift_and_trigger(&mut desk);
    desk.finish("A");
}

#[test]
fn double_tap() {
    let mut desk = Desk::new(&format!("{PATIENT}caps_lock = \"double_tap\""));
    let toggle = |desk: &mut Desk| {
        desk.keyboard.tap_trigger();
        desk.keyboard.tap_trigger();
    };
    toggle(&mut desk);
    desk.expect_rest(true);
    desk.keyboard.text("a");
    desk.expect("A");
    toggle(&mut desk);
    desk.expect_rest(false);
    desk.finish("A");
}

#[test]
fn never() {
    let mut desk = Desk::new(&format!("{PATIENT}caps_lock = \"never\"\ntap_action = \"none\""));
    shift_and_trigger(&mut desk);
    desk.keyboard.tap_trigger();
    desk.keyboard.tap_trigger();
    desk.keyboard.text("a");
    desk.finish("a");
}
