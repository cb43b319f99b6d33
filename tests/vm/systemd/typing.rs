//! Fingers on QEMU's PS/2 keyboard.

use std::{thread, time::Duration};

use crate::{
    guest::Guest,
    support::{
        reader::Reader,
        rig::{self, is_twin},
        wait_until,
    },
};

/// The kernel's name for it.
pub(super) const KEYBOARD: &str = "AT Translated Set 2 keyboard";

/// Between two keys: the keyboard itself keeps no more than sixteen bytes.
const PACE: Duration = Duration::from_millis(10);

/// Types letters.
pub(super) fn letters(guest: &mut Guest, text: &str) {
    for letter in text.chars() {
        guest.tap(&letter.to_string());
        thread::sleep(PACE);
    }
}

/// Types letters while Caps Lock is held.
pub(super) fn hold(guest: &mut Guest, text: &str) {
    guest.key("caps_lock", true);
    thread::sleep(PACE);
    letters(guest, text);
    guest.key("caps_lock", false);
    thread::sleep(PACE);
}

/// Presses keys, the first before the last, and releases them.
pub(super) fn chord(guest: &mut Guest, keys: &[&str]) {
    for key in keys {
        guest.key(key, true);
        thread::sleep(PACE);
    }
    for key in keys.iter().rev() {
        guest.key(key, false);
        thread::sleep(PACE);
    }
}

/// Waits until what is typed comes from the twin; types some `x`.
#[track_caller]
pub(super) fn is_taken(guest: &mut Guest) {
    let mut twin = rig::twin(KEYBOARD);
    let taken = wait_until(|| {
        letters(guest, "x");
        thread::sleep(Duration::from_millis(50));
        !twin.keys().is_empty()
    });
    assert!(taken, "the keyboard is not taken");
    assert!(twin.rests(), "a key stays down: {:?}", twin.down());
}

/// Waits until nothing is down, on the keyboard and, when it has one, on its twin.
#[track_caller]
pub(super) fn rests() {
    let keyboard = Reader::physical(KEYBOARD);
    assert!(keyboard.rests(), "a key stays down: {:?}", keyboard.down());
    if rig::twins() > 0 {
        let twin = Reader::open("a twin", is_twin);
        assert!(twin.rests(), "a key stays down on the twin: {:?}", twin.down());
    }
}
