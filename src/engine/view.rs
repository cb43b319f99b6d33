//! [`View`]: what is going on on a keyboard, for a program that shows it to the one who types on it
//! (`composekey try`, `train`). The daemon never asks.

use super::{
    DeviceId, Engine, Keyboard,
    device::{Device, Phase},
    lookup::{self, Key},
};
use crate::{keysym::Keysym, table::RuleId};

/// Whose the keys of a keyboard are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The applications'.
    Idle,
    /// The engine's: the trigger is down.
    Holding,
    /// The engine's after a tap, until an answer or its end.
    Tapped,
    /// The engine's for a moment: the trigger went up before the last key.
    Grace,
}

/// One keyboard, between two events.
#[derive(Clone)]
pub struct View {
    /// Whose its keys are.
    pub mode: Mode,
    /// The rule that the pending keys are, if they are one: longer ones go on.
    pub complete: Option<RuleId>,
    pending: Vec<Key>,
}

impl View {
    /// The keys that wait for more.
    pub fn pending(&self) -> impl ExactSizeIterator<Item = Keysym> {
        self.pending.iter().map(|key| key.keysym)
    }

    /// Whether these keysyms are what was typed from the `skip`-th pending key on, `next` behind the
    /// last of them, as far as both go.
    #[must_use]
    pub fn fits(&self, skip: usize, next: Option<Keysym>, keysyms: &[Keysym]) -> bool {
        let next = next.map(|keysym| Key { keysym, latin: None });
        let keys = self.pending.iter().copied().chain(next).skip(skip);
        keysyms.iter().zip(keys).all(|(own, key)| key.forms().iter().any(|form| form == *own))
    }
}

/// Keys are secrets: says how many are pending, not which.
impl std::fmt::Debug for View {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "View({:?}, {} pending)", self.mode, self.pending.len())
    }
}

impl<K: Keyboard> Engine<K> {
    /// What is going on on this keyboard; `None` when there is none of this number.
    #[must_use]
    pub fn view(&self, device: DeviceId) -> Option<View> {
        let device = self.devices.iter().find(|known| known.id == device)?;
        let pending = device.pending.keys().to_vec();
        let complete = lookup::find(&self.table, &pending).and_then(|place| place.rule);
        Some(View { mode: device.mode(), complete, pending })
    }
}

impl<K> Device<K> {
    fn mode(&self) -> Mode {
        match self.phase {
            Phase::Idle => Mode::Idle,
            Phase::Holding(_) => Mode::Holding,
            Phase::Loose { tapped: true, .. } => Mode::Tapped,
            Phase::Loose { tapped: false, .. } => Mode::Grace,
        }
    }
}
