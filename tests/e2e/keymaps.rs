//! The keymaps that are on by default, typed: every sequence while the trigger is held, and a part of
//! them after a tap. `tests/fast/keymaps.rs` puts all of them through the engine in both ways.

use crate::support::{App, Desk, Rule, difference, key, rules, wait_until};

/// Sequences in one hold.
const IN_A_HOLD: usize = 10;

/// Of so many sequences one is typed after a tap, which takes a finger 30 ms each.
const TAPPED: usize = 5;

/// The rules of the default keymaps, `system` left out, all of which a US keyboard can type.
fn default_rules(desk: &Desk) -> Vec<Rule> {
    let rules = rules(desk);
    let others: Vec<_> = rules.others.iter().filter(|(keymap, _)| keymap != "system").collect();
    assert!(others.is_empty(), "no key types {others:?}");
    let mut ours = rules.typeable;
    ours.retain(|rule| rule.keymap != "system");
    assert!(ours.len() > 1500, "only {} rules", ours.len());
    ours
}

#[track_caller]
fn finish(desk: &mut Desk, expected: &str) {
    desk.sync();
    let arrived = wait_until(|| desk.app.received() == expected);
    assert!(arrived, "{}", difference(expected, &desk.app.received()));
    desk.finish(expected);
}

#[test]
fn every_default_sequence_in_a_hold() {
    let mut desk = Desk::without_daemon(App::xterm, "");
    desk.start_daemon();
    let rules = default_rules(&desk);
    let mut expected = String::new();
    // A rule that waits for more ends with the hold.
    let last = |rule: &Rule| rule.is_prefix;
    for hold in rules.chunk_by(|before, _| !last(before)).flat_map(|run| run.chunks(IN_A_HOLD)) {
        desk.keyboard.down(key::CAPS);
        for rule in hold {
            desk.keyboard.strokes(&rule.strokes);
            expected.push_str(&rule.text);
        }
        desk.keyboard.up(key::CAPS);
        desk.keyboard.text(".");
        expected.push('.');
    }
    finish(&mut desk, &expected);
}

#[test]
fn default_sequences_after_a_tap() {
    let mut desk = Desk::without_daemon(App::xterm, crate::support::PATIENT);
    desk.start_daemon();
    let rules = default_rules(&desk);
    let mut expected = String::new();
    // One that waits for more is typed when another key follows.
    for rule in rules.iter().filter(|rule| !rule.is_prefix).step_by(TAPPED) {
        desk.keyboard.tap_trigger();
        desk.keyboard.strokes(&rule.strokes);
        desk.keyboard.text(".");
        expected.push_str(&rule.text);
        expected.push('.');
    }
    finish(&mut desk, &expected);
}
