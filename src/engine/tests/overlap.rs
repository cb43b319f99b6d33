//! Fast typing: each key goes up only after the next went down, the trigger included.

use super::check;

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
