//! [`Emergency`]: Backspace, Escape and Enter held together let go of everything (R9).

use super::event::Direction;
use crate::keycode::Keycode;

/// Which keys of the chord are down. Raw keycodes: no layout and no state can spoil it.
#[derive(Clone, Copy, Default)]
pub(super) struct Emergency(u8);

const CHORD: [Keycode; 3] = [Keycode::BACKSPACE, Keycode::ESCAPE, Keycode::ENTER];
const ALL: u8 = 0b111;

impl Emergency {
    /// Whether a key is one of the three.
    #[inline]
    pub(super) fn has(keycode: Keycode) -> bool {
        CHORD.contains(&keycode)
    }

    /// Takes a key; whether its press completes the chord.
    pub(super) fn update(&mut self, keycode: Keycode, direction: Direction) -> bool {
        let Some(bit) = CHORD.iter().position(|&key| key == keycode) else { return false };
        match direction {
            Direction::Down => self.0 |= 1 << bit,
            Direction::Repeat => return false,
            Direction::Up => self.0 &= !(1 << bit),
        }
        direction == Direction::Down && self.0 == ALL
    }

    /// Starts again from the keys that are down.
    pub(super) fn restart(&mut self, down: &[Keycode]) {
        self.0 = 0;
        for &key in down {
            self.update(key, Direction::Down);
        }
    }
}

/// Keys are secrets: says nothing of them.
impl std::fmt::Debug for Emergency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Emergency")
    }
}
