//! Fast fingers: a key goes up only after the next went down, the trigger included.

use crate::support::{Desk, PATIENT, key, wait_until};

#[test]
fn the_trigger_goes_down_before_the_last_letter_is_up() {
    let mut desk = Desk::new("");
    for _ in 0..10 {
        desk.keyboard.down(key::X);
        desk.keyboard.down(key::CAPS);
        desk.keyboard.up(key::X);
        desk.keyboard.text("la");
        desk.keyboard.up(key::CAPS);
        desk.keyboard.tap(key::A);
    }
    desk.finish(&"xλa".repeat(10));
}

#[test]
fn the_trigger_goes_up_before_the_last_key() {
    let mut desk = Desk::new("");
    for _ in 0..10 {
        desk.keyboard.tap(key::X);
        desk.keyboard.down(key::CAPS);
        desk.keyboard.tap(key::L);
        desk.keyboard.down(key::A);
        desk.keyboard.up(key::CAPS);
        desk.keyboard.up(key::A);
        desk.keyboard.tap(key::X);
    }
    desk.finish(&"xλx".repeat(10));
}

#[test]
fn the_last_key_goes_up_after_the_next_letter_went_down() {
    let mut desk = Desk::new("");
    for _ in 0..10 {
        desk.keyboard.down(key::CAPS);
        desk.keyboard.down(key::L);
        desk.keyboard.down(key::A);
        desk.keyboard.up(key::L);
        desk.keyboard.up(key::CAPS);
        desk.keyboard.down(key::X);
        desk.keyboard.up(key::A);
        desk.keyboard.up(key::X);
    }
    desk.finish(&"λx".repeat(10));
}

#[test]
fn a_key_held_through_two_holds_stays_down_once() {
    let mut desk = Desk::new("");
    desk.keyboard.down(key::CAPS);
    desk.keyboard.down(key::L);
    desk.keyboard.up(key::CAPS);
    desk.keyboard.down(key::CAPS);
    desk.keyboard.up(key::L);
    desk.keyboard.up(key::CAPS);
    desk.keyboard.tap(key::ESCAPE);
    desk.expect_rest(false);
    desk.keyboard.hold("la");
    desk.expect_rest(false);
    assert!(wait_until(|| desk.app.received().ends_with('λ')));
}

#[test]
fn shift_of_the_sequence_is_held_into_the_next_word() {
    let mut desk = Desk::new("");
    for _ in 0..10 {
        desk.keyboard.down(key::CAPS);
        desk.keyboard.down(key::SHIFT);
        desk.keyboard.tap(key::QUOTE);
        desk.keyboard.down(key::U);
        desk.keyboard.up(key::CAPS);
        desk.keyboard.up(key::U);
        desk.keyboard.tap(key::X);
        desk.keyboard.up(key::SHIFT);
        desk.keyboard.tap(key::X);
    }
    desk.finish(&"ÜXx".repeat(10));
}

#[test]
fn shift_goes_up_right_after_the_trigger() {
    let mut desk = Desk::new("");
    for _ in 0..10 {
        desk.keyboard.down(key::CAPS);
        desk.keyboard.down(key::SHIFT);
        desk.keyboard.tap(key::QUOTE);
        desk.keyboard.tap(key::U);
        desk.keyboard.up(key::CAPS);
        desk.keyboard.up(key::SHIFT);
        desk.keyboard.tap(key::X);
    }
    desk.finish(&"Üx".repeat(10));
}

#[test]
fn after_a_tap() {
    let mut desk = Desk::new(PATIENT);
    let strokes = desk.keyboard.layout.text("\"ux");
    for _ in 0..10 {
        desk.keyboard.tap_trigger();
        let last = desk.keyboard.roll(None, &strokes);
        desk.keyboard.lift(last);
    }
    desk.finish(&"üx".repeat(10));
}
