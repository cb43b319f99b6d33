//! [`Keyboard`]: the machine's own keyboard, which QEMU types on.

use composekey::{engine::XkbKeyboard, output::uinput::Speller};
use evdev::KeyCode;

use super::{
    super::{reader::Reader, wait_until},
    LAYOUT,
};
use crate::guest::Guest;

/// The keys that cases name, wherever the layout puts its letters.
pub(crate) mod key {
    use evdev::KeyCode;

    pub(crate) const CAPS: KeyCode = KeyCode::KEY_CAPSLOCK;
    pub(crate) const SHIFT: KeyCode = KeyCode::KEY_LEFTSHIFT;
    pub(crate) const CTRL: KeyCode = KeyCode::KEY_LEFTCTRL;
    pub(crate) const ENTER: KeyCode = KeyCode::KEY_ENTER;
    pub(crate) const BACKSPACE: KeyCode = KeyCode::KEY_BACKSPACE;
    pub(crate) const ESCAPE: KeyCode = KeyCode::KEY_ESC;
    pub(crate) const A: KeyCode = KeyCode::KEY_A;
    pub(crate) const S: KeyCode = KeyCode::KEY_S;
    pub(crate) const U: KeyCode = KeyCode::KEY_U;
    pub(crate) const X: KeyCode = KeyCode::KEY_X;
    /// `2`, and `"` with Shift.
    pub(crate) const TWO: KeyCode = KeyCode::KEY_2;
}

/// A keyboard and its fingers.
pub(crate) struct Keyboard<'g> {
    /// The machine.
    pub(crate) guest: &'g mut Guest,
    /// What the kernel says of its keys; nobody's grab hides that.
    physical: Reader,
    speller: Speller,
}

impl<'g> Keyboard<'g> {
    /// The keyboard of this name, on which QEMU types.
    #[track_caller]
    pub(crate) fn new(guest: &'g mut Guest, name: &str) -> Self {
        let keymap = XkbKeyboard::from_names(LAYOUT, "", "").expect("a keymap");
        let physical = Reader::physical(name);
        Self { guest, physical, speller: Speller::new(keymap.keymap()) }
    }

    /// Types on the keyboard of this name from now on: QEMU's last one that was plugged.
    #[track_caller]
    pub(crate) fn change(&mut self, name: &str) {
        self.physical = Reader::physical(name);
    }

    /// A key goes down or up; returns when the kernel knows, so that QEMU's short queue never fills.
    #[track_caller]
    fn key(&mut self, code: KeyCode, down: bool) {
        self.guest.key_number(number(code), down);
        let arrived = wait_until(|| self.physical.down().contains(&code) == down);
        assert!(arrived, "QEMU's key did not reach the kernel");
    }

    /// Presses a key.
    #[track_caller]
    pub(crate) fn down(&mut self, code: KeyCode) {
        self.key(code, true);
    }

    /// Releases a key.
    #[track_caller]
    pub(crate) fn up(&mut self, code: KeyCode) {
        self.key(code, false);
    }

    /// Presses and releases a key.
    #[track_caller]
    pub(crate) fn tap(&mut self, code: KeyCode) {
        self.down(code);
        self.up(code);
    }

    /// The keys for a text: each with the modifiers around it.
    fn chords(&self, text: &str) -> Vec<(Vec<KeyCode>, KeyCode)> {
        let code = |keycode: composekey::keycode::Keycode| {
            KeyCode(u16::try_from(keycode.0 - 8).expect("an evdev code"))
        };
        let chords = self.speller.spell(text, Some(0)).expect("characters of the layout");
        let chord = |chord: &composekey::output::uinput::Chord| {
            (chord.hold.iter().map(|&key| code(key)).collect(), code(chord.keycode))
        };
        chords.iter().map(chord).collect()
    }

    /// Types a text.
    #[track_caller]
    pub(crate) fn text(&mut self, text: &str) {
        for (hold, code) in self.chords(text) {
            hold.iter().for_each(|&key| self.down(key));
            self.tap(code);
            hold.iter().rev().for_each(|&key| self.up(key));
        }
    }

    /// Types letters so that each goes up only after the next went down.
    #[track_caller]
    pub(crate) fn roll(&mut self, letters: &str) {
        let mut before: Option<KeyCode> = None;
        for (_, code) in self.chords(letters) {
            // The same key twice must go up in between.
            if before == Some(code) {
                self.up(code);
                before = None;
            }
            self.down(code);
            before.replace(code).into_iter().for_each(|code| self.up(code));
        }
        before.into_iter().for_each(|code| self.up(code));
    }

    /// Types a text while Caps Lock is held.
    #[track_caller]
    pub(crate) fn hold(&mut self, text: &str) {
        self.down(key::CAPS);
        self.text(text);
        self.up(key::CAPS);
    }
}

/// What QEMU calls the key: its number in the first set of scan codes, 0x80 more for those that begin
/// with 0xe0. The kernel's codes up to 88 are the same numbers.
fn number(code: KeyCode) -> u16 {
    match code {
        KeyCode(code @ 1..=88) => code,
        KeyCode::KEY_RIGHTALT => 0xb8,
        KeyCode::KEY_RIGHTCTRL => 0x9d,
        code => panic!("no case types {code:?} on QEMU's keyboard yet"),
    }
}
