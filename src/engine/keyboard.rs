//! [`Keyboard`]: what the engine asks of a keymap.

use super::event::{Direction, Session};
use crate::{keycode::Keycode, keysym::Keysym};

/// The keymap of one physical keyboard and the state of its modifiers during a hold.
pub trait Keyboard {
    /// Takes over the session's state: a hold begins. Lock is ignored.
    fn start(&mut self, session: &Session);

    /// A key of this keyboard changed. Never called for the trigger.
    fn update(&mut self, keycode: Keycode, direction: Direction);

    /// The locked group is this one, as somebody tells; whether that is news: this keyboard's own keys may have
    /// led to it.
    fn set_group(&mut self, group: u32) -> bool;

    /// What a press of this key means now.
    fn meaning(&self, keycode: Keycode) -> Meaning;

    /// [`Meaning::keysym`] alone, where that is quicker.
    fn keysym(&self, keycode: Keycode) -> Keysym {
        self.meaning(keycode).keysym
    }
}

/// What a key means under the present modifiers and group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// The keysym itself.
    pub keysym: Keysym,
    /// The same key's keysym in the first Latin group, when the present one is not Latin.
    pub latin: Option<Keysym>,
    /// Control, Alt or Super is down and the key does not consume it: a shortcut, not text.
    pub chord: bool,
}
