//! [`Held`]: the keys of one keyboard that are down, and what became of each press. A release does
//! what its press did, so that the two always pair up (R1, R5).

use crate::keycode::Keycode;

/// What became of a press.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// The applications have it: it was down before the trigger, or was passed on.
    Passed,
    /// Nobody else saw it.
    Swallowed,
    /// A modifier pressed while composing: nobody else saw it yet.
    Withheld,
    /// It is the trigger.
    Trigger,
}

/// A key that is down.
#[derive(Clone, Copy)]
pub(super) struct Press {
    pub(super) keycode: Keycode,
    pub(super) fate: Fate,
    /// Whether it is a Shift key.
    pub(super) shift: bool,
}

/// The keys that are down, first pressed first.
#[derive(Default)]
pub(super) struct Held(Vec<Press>);

impl Held {
    /// A key goes down.
    pub(super) fn press(&mut self, press: Press) {
        debug_assert!(self.get(press.keycode).is_none(), "a key goes down once");
        self.0.push(press);
    }

    /// A key goes up: what became of its press, if that was seen.
    pub(super) fn release(&mut self, keycode: Keycode) -> Option<Fate> {
        let index = self.0.iter().position(|press| press.keycode == keycode)?;
        Some(self.0.remove(index).fate)
    }

    /// What became of the press of a key that is down.
    pub(super) fn get(&self, keycode: Keycode) -> Option<Fate> {
        self.0.iter().find(|press| press.keycode == keycode).map(|press| press.fate)
    }

    /// Gives every press of one fate another, and names its key.
    pub(super) fn turn(&mut self, from: Fate, to: Fate) -> impl Iterator<Item = Keycode> {
        self.0.iter_mut().filter(move |press| press.fate == from).map(move |press| {
            press.fate = to;
            press.keycode
        })
    }

    /// How many Shift keys are down.
    pub(super) fn shifts(&self) -> usize {
        self.0.iter().filter(|press| press.shift).count()
    }

    /// Forgets every key.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Every key that is down, first pressed first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Press> {
        self.0.iter()
    }
}

/// Keys are secrets: says only how many.
impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Held({})", self.0.len())
    }
}
