//! [`TypedKeyboard`]: the engine's keyboard in a terminal, whose keys are characters.

use super::input::{Key, Press};
use crate::{
    engine::{Direction, Keyboard, Meaning, Session},
    keycode::Keycode,
    keysym::Keysym,
};

/// A keyboard on which each keysym has a key of its own: a terminal tells the character and not the
/// key. So there are no groups, and no modifiers but those that the character already has in it.
#[derive(Debug, Default)]
pub(in crate::cli) struct TypedKeyboard;

/// Above every real keycode, and every keysym fits below it.
const TYPED: u32 = 1 << 31;

/// Control, Alt or Super was down.
const CHORD: u32 = 1 << 30;

impl Keyboard for TypedKeyboard {
    fn start(&mut self, _session: &Session) {}

    fn update(&mut self, _keycode: Keycode, _direction: Direction) {}

    fn set_group(&mut self, _group: u32) -> bool {
        false
    }

    fn meaning(&self, keycode: Keycode) -> Meaning {
        let keysym = keysym(keycode).unwrap_or(Keysym::NO_SYMBOL);
        Meaning { keysym, latin: None, chord: is_chord(keycode) }
    }
}

/// The key of this keyboard that was pressed.
pub(in crate::cli) fn keycode(press: &Press) -> Keycode {
    let chord = if press.ctrl || press.alt { CHORD } else { 0 };
    Keycode(TYPED | chord | to_keysym(press.key).0)
}

/// Whether a modifier makes a shortcut of the key.
pub(in crate::cli) fn is_chord(keycode: Keycode) -> bool {
    keycode.0 & CHORD != 0
}

/// The keysym of a key of this keyboard; `None` for a real keycode.
pub(in crate::cli) fn keysym(keycode: Keycode) -> Option<Keysym> {
    (keycode.0 & TYPED != 0).then_some(Keysym(keycode.0 & !TYPED & !CHORD))
}

/// The keysym that a key types.
pub(in crate::cli) fn to_keysym(key: Key) -> Keysym {
    Keysym(match key {
        Key::Char(c) => return Keysym::from_char(c),
        Key::Enter => 0xff0d,
        Key::Tab => 0xff09,
        Key::Escape => 0xff1b,
        Key::Backspace => 0xff08,
        Key::Delete => 0xffff,
        Key::Insert => 0xff63,
        Key::Up => 0xff52,
        Key::Down => 0xff54,
        Key::Left => 0xff51,
        Key::Right => 0xff53,
        Key::Home => 0xff50,
        Key::End => 0xff57,
        Key::PageUp => 0xff55,
        Key::PageDown => 0xff56,
        Key::F(number) => 0xffbd + u32::from(number),
        Key::CapsLock => 0xffe5,
        Key::Modifier(keysym) => keysym,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_its_keysym() {
        let meaning = |press: Press| TypedKeyboard.meaning(keycode(&press));
        let lambda = meaning(Press::new(Key::Char('λ')));
        assert_eq!((lambda.keysym.to_char(), lambda.chord), (Some('λ'), false));
        assert!(meaning(Press::ctrl('c')).chord);
        assert_eq!(meaning(Press::new(Key::F(12))).keysym.name(), "F12");
        assert_eq!(keysym(Keycode::CAPS_LOCK), None);
    }
}
