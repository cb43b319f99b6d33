//! Caps Lock held: what is typed meanwhile composes.

use std::{thread, time::Duration};

use crate::support::{App, Desk, key};

#[test]
fn without_any_configuration() {
    let mut desk = Desk::without_daemon(App::xterm, "");
    std::fs::remove_file(desk.home.config()).unwrap();
    desk.start_daemon();
    desk.keyboard.hold("\"u");
    desk.finish("ü");
}

#[test]
fn one_sequence() {
    let mut desk = Desk::new("");
    desk.keyboard.hold("\"u");
    desk.finish("ü");
}

#[test]
fn three_characters_in_one_hold() {
    let mut desk = Desk::new("");
    desk.keyboard.hold("\"ula=e");
    desk.finish("üλ€");
}

#[test]
fn typed_at_once_and_not_at_the_release() {
    let mut desk = Desk::new("");
    desk.keyboard.down(key::CAPS);
    desk.keyboard.text("la");
    desk.expect("λ");
    desk.keyboard.text(":)");
    desk.expect("λ😀");
    desk.keyboard.up(key::CAPS);
    desk.finish("λ😀");
}

#[test]
fn an_output_of_many_characters() {
    let mut desk = Desk::new("");
    desk.keyboard.text("<");
    desk.keyboard.hold("hi");
    desk.keyboard.text(">");
    desk.finish("<hello, world>");
}

#[test]
fn the_release_commits_a_prefix() {
    let mut desk = Desk::new("");
    desk.keyboard.hold("--");
    desk.keyboard.text("a");
    desk.keyboard.hold("---");
    desk.keyboard.text("b");
    desk.finish("–a—b");
}

#[test]
fn a_key_that_does_not_continue_commits_the_longest_prefix() {
    let mut desk = Desk::new("");
    desk.keyboard.hold("--\"u");
    desk.keyboard.hold("--->");
    desk.finish("–ü—");
}

#[test]
fn backspace_takes_back_one_key() {
    let mut desk = Desk::new("");
    desk.keyboard.down(key::CAPS);
    desk.keyboard.text("(2");
    // `(2` led nowhere and was dropped; this is a new start.
    desk.keyboard.text("(1");
    desk.keyboard.tap(key::BACKSPACE);
    desk.keyboard.text("1)'");
    desk.keyboard.tap(key::BACKSPACE);
    desk.keyboard.text("la");
    desk.keyboard.up(key::CAPS);
    desk.finish("①λ");
}

#[test]
fn escape_drops_what_is_pending() {
    let mut desk = Desk::new("");
    desk.keyboard.down(key::CAPS);
    desk.keyboard.text("(1");
    desk.keyboard.tap(key::ESCAPE);
    desk.keyboard.text("la");
    desk.keyboard.up(key::CAPS);
    desk.finish("λ");
}

#[test]
fn a_mismatch_is_discarded() {
    let mut desk = Desk::new("");
    desk.keyboard.hold("'qlaq");
    desk.keyboard.text("x");
    desk.finish("λx");
}

#[test]
fn a_mismatch_is_typed() {
    let mut desk = Desk::new("on_mismatch = \"type\"");
    desk.keyboard.hold("'qla");
    desk.finish("'qλ");
}

#[test]
fn a_mismatch_is_swapped() {
    let config =
        "on_mismatch = \"swap\"\nkeymaps = []\n[sequences]\n\"'e\" = \"é\"\n\"es\" = \"$\"\n";
    let mut desk = Desk::with_config(config);
    desk.keyboard.hold("e'");
    desk.keyboard.hold("'e");
    desk.finish("éé");
}

#[test]
fn keys_without_text_are_passed_on() {
    let mut desk = Desk::new("");
    desk.keyboard.down(key::CAPS);
    desk.keyboard.tap(key::ENTER);
    desk.keyboard.text("la");
    desk.keyboard.tap(key::UP);
    desk.keyboard.text("la");
    desk.keyboard.up(key::CAPS);
    desk.finish("\rλ\x1b[Aλ");
}

#[test]
fn keys_without_text_can_be_in_a_sequence() {
    let mut desk = Desk::new("");
    desk.keyboard.down(key::CAPS);
    desk.keyboard.tap(key::LEFT);
    desk.keyboard.tap(key::RIGHT);
    desk.keyboard.up(key::CAPS);
    desk.finish("↔");
}

#[test]
fn a_code_point_by_number() {
    let mut desk = Desk::new("");
    desk.keyboard.hold("U+3bb U+1F600");
    desk.keyboard.text("x");
    desk.finish("λ😀x");
}

#[test]
fn repeats_of_a_swallowed_key_do_nothing() {
    let mut desk = Desk::new("");
    desk.server.run(&["xset", "r", "rate", "100", "100"]);
    desk.keyboard.down(key::CAPS);
    desk.keyboard.down(key::L);
    thread::sleep(Duration::from_millis(500));
    desk.keyboard.up(key::L);
    desk.keyboard.tap(key::A);
    desk.keyboard.up(key::CAPS);
    desk.finish("λ");
}

#[test]
fn a_key_already_down_stays_the_applications_and_goes_up() {
    let mut desk = Desk::new("");
    desk.keyboard.down(key::X);
    desk.keyboard.down(key::CAPS);
    desk.keyboard.up(key::X);
    desk.keyboard.text("la");
    // Longer than it takes until a key that is still down repeats.
    thread::sleep(Duration::from_millis(1500));
    desk.keyboard.up(key::CAPS);
    desk.finish("xλ");
}

#[test]
fn shift_held_across_the_release_still_makes_capitals() {
    let mut desk = Desk::new("");
    desk.keyboard.down(key::CAPS);
    desk.keyboard.down(key::SHIFT);
    desk.keyboard.tap(key::QUOTE);
    desk.keyboard.tap(key::U);
    desk.keyboard.up(key::CAPS);
    desk.keyboard.tap(key::A);
    desk.keyboard.up(key::SHIFT);
    desk.keyboard.tap(key::A);
    desk.finish("ÜAa");
}

#[test]
fn shift_pressed_before_and_released_in_the_hold() {
    let mut desk = Desk::new("");
    desk.keyboard.down(key::SHIFT);
    desk.keyboard.tap(key::A);
    desk.keyboard.down(key::CAPS);
    desk.keyboard.tap(key::QUOTE);
    desk.keyboard.up(key::SHIFT);
    desk.keyboard.tap(key::U);
    desk.keyboard.up(key::CAPS);
    desk.keyboard.tap(key::A);
    desk.finish("Aüa");
}

#[test]
fn a_held_shift_does_not_change_what_is_typed() {
    let mut desk = Desk::new("");
    desk.keyboard.down(key::SHIFT);
    desk.keyboard.down(key::CAPS);
    desk.keyboard.tap(key::QUOTE);
    desk.keyboard.tap(key::U);
    desk.keyboard.tap(key::QUOTE);
    desk.keyboard.tap(key::U);
    desk.keyboard.up(key::CAPS);
    desk.keyboard.tap(key::X);
    desk.keyboard.up(key::SHIFT);
    desk.finish("ÜÜX");
}

#[test]
fn a_chord_is_passed_on() {
    let mut desk = Desk::new("");
    desk.keyboard.down(key::CAPS);
    desk.keyboard.down(key::CTRL);
    desk.keyboard.tap(key::A);
    desk.keyboard.up(key::CTRL);
    desk.keyboard.text("la");
    desk.keyboard.up(key::CAPS);
    desk.finish("\x01λ");
}

#[test]
fn a_chord_with_a_modifier_held_before_is_passed_on() {
    let mut desk = Desk::new("");
    desk.keyboard.down(key::CTRL);
    desk.keyboard.down(key::CAPS);
    desk.keyboard.tap(key::A);
    desk.keyboard.up(key::CTRL);
    desk.keyboard.text("la");
    desk.keyboard.up(key::CAPS);
    desk.finish("\x01λ");
}

#[test]
fn control_held_across_the_release_is_control() {
    let mut desk = Desk::new("");
    desk.keyboard.down(key::CAPS);
    desk.keyboard.text("la");
    desk.keyboard.down(key::CTRL);
    desk.keyboard.up(key::CAPS);
    desk.keyboard.tap(key::A);
    desk.keyboard.up(key::CTRL);
    desk.finish("λ\x01");
}

#[test]
fn num_lock_is_no_chord() {
    let mut desk = Desk::new("");
    desk.keyboard.tap(key::NUM_LOCK);
    desk.keyboard.hold("la");
    desk.keyboard.tap(key::NUM_LOCK);
    desk.finish("λ");
}

#[test]
fn letters_directly_before_and_after() {
    let mut desk = Desk::new("");
    for _ in 0..20 {
        desk.keyboard.text("a");
        desk.keyboard.hold("lalala");
        desk.keyboard.text("b");
    }
    desk.finish(&"aλλλb".repeat(20));
}
