//! R4: how the real Caps Lock is reached, and how it is not.

use super::{CapsLock, Settings, TapAction, caps_lock, check, check_with};

#[test]
fn shift_and_the_trigger() {
    check("down Shift_L tap Caps up Shift_L tap a", "+Shift_L lock -Shift_L +a -a");
    check("down Shift_L down Caps 900ms up Caps up Shift_L", "+Shift_L lock -Shift_L");
    check("down Caps tap a down Shift_R up Caps up Shift_R", "mismatch +Shift_R -Shift_R");
    check("down Caps down Shift_R up Caps up Shift_R", "lock +Shift_R -Shift_R");
    check("down Shift_L down Caps up Shift_L up Caps tap a", "+Shift_L -Shift_L lock +a -a");
    check("down x down Shift_L down Caps up x up Caps up Shift_L", "+x +Shift_L -x lock -Shift_L");
}

#[test]
fn shift_is_for_symbols_too() {
    check("down Shift_L down Caps tap apostrophe up Shift_L tap u up Caps", "+Shift_L -Shift_L ü");
    check("down Caps tap Shift_L 400ms up Caps tap a", "+a -a");
    check("down Caps tap Shift_L up Caps \"la\"", "λ");
}

#[test]
fn a_plain_hold_or_tap_never_toggles() {
    check("down Caps 900ms up Caps tap Caps 5001ms down Caps \"la\" up Caps", "λ");
}

#[test]
fn the_lock_ends_what_a_tap_began() {
    check("tap Caps \"l\" down Shift_L tap Caps up Shift_L tap a", "lock +Shift_L -Shift_L +a -a");
}

#[test]
fn both_shifts() {
    let check = |script, expected| check_with(caps_lock(CapsLock::BothShifts), script, expected);
    check("down Caps down Shift_L down Shift_R up Shift_R up Shift_L up Caps tap a", "lock +a -a");
    check(
        "down Shift_L down Caps down Shift_R up Shift_R up Shift_L up Caps",
        "+Shift_L lock -Shift_L",
    );
    check("down Caps tap Shift_L tap Shift_R up Caps \"la\"", "λ");
    check("down Shift_L tap Caps up Shift_L \"la\"", "+Shift_L -Shift_L λ");
}

#[test]
fn double_tap() {
    let check = |script, expected| check_with(caps_lock(CapsLock::DoubleTap), script, expected);
    check("tap Caps 100ms tap Caps tap a", "lock +a -a");
    check("tap Caps 400ms tap Caps tap x", "✕");
    check("tap Caps tap Caps tap Caps \"la\"", "lock λ");
    check("tap Caps 100ms down Caps 400ms up Caps tap a", "+a -a");
    check("tap Caps \"la\" tap Caps \"la\"", "λ λ");
    let quiet = Settings { tap_action: TapAction::None, ..caps_lock(CapsLock::DoubleTap) };
    check_with(quiet, "tap Caps 100ms tap Caps tap a", "lock +a -a");
}

#[test]
fn never() {
    let check = |script, expected| check_with(caps_lock(CapsLock::Never), script, expected);
    check("down Shift_L tap Caps up Shift_L \"la\"", "+Shift_L -Shift_L λ");
    check("down Caps tap Shift_L tap Shift_R 400ms up Caps tap Caps tap Caps tap x", "✕");
}
