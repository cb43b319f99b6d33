//! [`Event`] and [`Action`]: every input and every effect of the engine, and nothing else.

use std::sync::Arc;

use super::Settings;
use crate::{keycode::Keycode, table::Table};

/// One physical keyboard. The number is the shell's own (X11: the slave device's id).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceId(pub u32);

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// It goes down.
    Down,
    /// It is held and repeats.
    Repeat,
    /// It goes up.
    Up,
}

/// A key of a keyboard goes down, repeats or goes up.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyEvent {
    /// The keyboard.
    pub device: DeviceId,
    /// The key.
    pub keycode: Keycode,
    /// What it does.
    pub direction: Direction,
}

/// Keys are secrets: even a debug print does not show which one it is.
impl std::fmt::Debug for KeyEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyEvent({:?})", self.direction)
    }
}

/// The modifiers and the group of the session when a trigger goes down.
///
/// Modifiers are masks of the eight real ones: Shift, Lock, Control, Mod1 to Mod5, lowest bit
/// first (X11 protocol, `SETofKEYMASK`); libxkbcommon numbers them the same way.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Session {
    /// The keys of this keyboard that are down, the trigger left out.
    pub held: Vec<Keycode>,
    /// Modifiers held down on any keyboard (X11 `XkbGetState`: `baseMods`).
    pub base: u8,
    /// Modifiers that apply to the next key.
    pub latched: u8,
    /// Modifiers switched on, such as NumLock.
    pub locked: u8,
    /// The locked group, counted from 0.
    pub group: u32,
}

/// Keys are secrets: a debug print does not show which ones are held.
impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Session({} held, group {})", self.held.len(), self.group)
    }
}

/// Everything that can happen to the engine.
#[derive(Debug)]
pub enum Event<K> {
    /// A key of a keyboard that the engine was told of. The first one in sight is the trigger's
    /// press; before it comes [`Event::Session`].
    Key(KeyEvent),
    /// The session's state. Comes right before the trigger's press on `device`, and tells at the
    /// same time which keys are down: what the engine believed of them before is void.
    Session {
        /// The keyboard whose trigger goes down.
        device: DeviceId,
        /// The state.
        session: Session,
    },
    /// A keyboard is there, or its keymap changed. Drops what is pending on it.
    Keyboard {
        /// The keyboard.
        device: DeviceId,
        /// Its keymap and state.
        keyboard: K,
    },
    /// The session's locked group. Drops what is pending on a keyboard whose own keys have not led to it.
    Group(u32),
    /// Events of this keyboard were lost; those that come next say which keys are down now. Drops
    /// what is pending, and a hold that goes on is no tap: nobody knows what was typed.
    Lost(DeviceId),
    /// A keyboard went away, with whatever was held on it.
    DeviceGone(DeviceId),
    /// The map changed: from now on this table answers; pending keys are fed again.
    Table(Arc<Table>),
    /// The settings changed. Drops what is pending when the trigger changed.
    Settings(Settings),
    /// The time of [`super::Engine::deadline`] came.
    Deadline,
}

/// Something to show on a mismatch or while keys are pending; never says which keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Feedback {
    /// Keys led nowhere, or an output was refused.
    Mismatch,
    /// The first key of a sequence, or a tap, is waiting for more.
    Pending,
    /// Nothing is waiting any more.
    Idle,
}

/// Everything the engine can cause. To be carried out in order.
#[derive(Clone, PartialEq, Eq)]
pub enum Action {
    /// Give this key event to the applications.
    Pass(KeyEvent),
    /// Type this text.
    Type(String),
    /// Toggle Caps Lock.
    ToggleCapsLock,
    /// Show this.
    Feedback(Feedback),
    /// Keep this keyboard's keys coming beyond the trigger's release.
    Hold(DeviceId),
    /// The opposite: this keyboard's keys are the applications' again. What is passed on because
    /// of that comes right behind: a finger may have let go of it unseen.
    Free(DeviceId),
    /// The emergency chord: let go of everything and end (rule R9 in docs/engine.md).
    LetGo,
}

/// Keys are secrets: a debug print shows no text.
impl std::fmt::Debug for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Pass(key) => write!(f, "Pass({key:?})"),
            Self::Type(_) => f.write_str("Type(…)"),
            Self::ToggleCapsLock => f.write_str("ToggleCapsLock"),
            Self::Feedback(feedback) => write!(f, "Feedback({feedback:?})"),
            Self::Hold(device) => write!(f, "Hold({device:?})"),
            Self::Free(device) => write!(f, "Free({device:?})"),
            Self::LetGo => f.write_str("LetGo"),
        }
    }
}
