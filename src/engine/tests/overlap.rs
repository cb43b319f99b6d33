//! Fast typing: each key goes up only after the next went down, the trigger included.

use super::{
    RULES, Settings, check, table,
    world::{Kind, World},
};
use crate::engine::{DeviceId, Direction, Event, KeyEvent, Session};

#[test]
fn the_last_ordinary_key_overlaps_the_trigger() {
    check("down x down Caps up x down l up l down a up a up Caps tap y", "+x -x λ +y -y");
    check("down x down Caps down l up x down a up l up a up Caps", "+x -x λ");
    check("down l down Caps up l down l down a up l up a up Caps", "+l -l λ");
}

#[test]
fn the_last_composed_key_overlaps_the_release() {
    check("down Caps down l down a up l up Caps up a tap y", "λ +y -y");
    check("down Caps down l up l down a up Caps down y up a up y", "λ +y -y");
    check("down Caps down l up Caps down a up l up a tap y", "λ +y -y");
    check("down Caps down l up Caps up l down a down y up a up y", "λ +y -y");
}

#[test]
fn all_keys_overlap() {
    check(
        "down x down Caps up x down l down a up l down s up a up Caps up s 400ms tap y",
        "+x -x λ mismatch +y -y",
    );
    check(
        "down x down Caps up x down l down a up l down minus up a up Caps up minus 400ms tap y",
        "+x -x λ mismatch +y -y",
    );
    check("down x down Caps up x down s up s down s up Caps up s down y up y", "+x -x ß +y -y");
}

#[test]
fn shift_overlaps_too() {
    check(
        "down Caps down Shift_L down apostrophe up apostrophe up Shift_L down u up Caps up u",
        "ü",
    );
    check(
        "down Caps down Shift_L down apostrophe down u up Caps up apostrophe up u up Shift_L",
        "Ü +Shift_L -Shift_L",
    );
    check(
        "down Caps down Shift_L down apostrophe up Shift_L down u up apostrophe up u up Caps",
        "ü",
    );
    check(
        "down Shift_L down x down Caps up x up Shift_L down l down a up l up a up Caps",
        "+Shift_L +x -x -Shift_L λ",
    );
    check(
        "down Caps down l down a down Shift_L up a up l up Caps down y up y up Shift_L",
        "λ +Shift_L +y -y -Shift_L",
    );
}

#[test]
fn a_tap_overlaps() {
    check("down x down Caps up x up Caps down l down a up l up a", "+x -x λ");
    check("down x down Caps up Caps up x down l down a up l up a", "+x -x λ");
    check("down Caps up Caps down l down a down y up l up a up y", "λ +y -y");
    check("down Caps down l up Caps up l down a up a", "λ");
}

#[test]
fn holds_in_a_row() {
    check("down Caps down l down a up Caps down Caps up a down l down a up l up a up Caps", "λ λ");
    check(
        "down Caps down l down a up Caps down y up a down Caps up y down l down a up Caps up l up a",
        "λ +y -y λ",
    );
}

/// A world where the trigger is down, and the session came late: it tells of keys whose press is
/// still to come, or no longer of one whose release is.
fn late(before: &str, held: &[&str]) -> World {
    let mut world = World::new(Kind::Evdev, "us", Settings::default(), table(RULES));
    world.run(before);
    let held = held.iter().map(|name| world.keycode(name)).collect();
    let session = Session { held, ..Session::default() };
    world.event(Event::Session { device: DeviceId(1), session });
    world.run("down Caps");
    world
}

#[test]
fn a_session_that_came_late() {
    // Releases that the applications do not need are dropped by them; the engine sends one rather
    // than leave a key down.
    let mut world = late("", &["l"]);
    world.claim("l");
    world.run("down l up l down a up a up Caps");
    assert_eq!(world.seen(), "λ");
    let mut world = late("", &["Shift_L"]);
    world.claim("Shift_L");
    world.run("down Shift_L tap apostrophe up Shift_L tap u up Caps");
    assert_eq!(world.seen(), "ü");
    let mut world = late("down x", &[]);
    world.run("up x down l up l down a up a up Caps");
    assert_eq!(world.seen(), "+x -x λ");
}

#[test]
fn a_release_without_a_press_is_passed() {
    // A tap ends, and before the keyboard is ours a key goes down where nobody looks.
    let mut world = World::new(Kind::X11, "us", Settings::default(), table(RULES));
    world.run("tap Caps");
    let keycode = world.keycode("x");
    let up = KeyEvent { device: DeviceId(1), keycode, direction: Direction::Up };
    let mut actions = Vec::new();
    world.engine.handle(world.now, Event::Key(up), &mut actions);
    assert!(actions == [crate::engine::Action::Pass(up)]);
    world.run("\"la\" tap a");
    assert_eq!(world.seen(), "λ +a -a");
}

#[test]
fn a_press_of_a_key_that_is_down_is_a_new_press() {
    check("down Caps down s down s up s up Caps", "ß");
    check("down Caps down Up down Up up Up up Caps", "+Up -Up +Up -Up");
}

#[test]
fn a_missed_release_of_the_trigger() {
    let mut world = World::new(Kind::X11, "us", Settings::default(), table(RULES));
    world.loud = true;
    world.run("tap Caps down Caps \"l\" down Shift_L");
    world.run("down Caps");
    assert_eq!(world.seen(), "hold pending free idle");
    world.run("up Shift_L \"la\" up Caps");
    assert_eq!(world.seen(), "pending λ idle");
}
