//! [`Grabbed`]: whose a keyboard is at the moment.

use std::time::{Duration, Instant};

/// What is known of a keyboard.
#[derive(Debug)]
pub(super) struct Grabbed {
    pub(super) name: String,
    /// The server refused the passive grab: another program has the key.
    pub(super) refused: bool,
    /// The trigger is down.
    pub(super) trigger_down: bool,
    /// The engine wants its keys beyond the trigger's release.
    pub(super) held: bool,
    /// The server was asked to send us its keys until we say otherwise.
    pub(super) active: bool,
    /// Since when its fingers rest, as far as is known: the time of the last key.
    pub(super) rests_since: Instant,
    /// A key was seen down in a pause: no use to look again before another key comes.
    pub(super) rests_on_key: bool,
    /// Its keymap changed and was not read yet.
    pub(super) stale: bool,
    /// The keymap of the attached keyboards changed while this one was ours: it floats then, and
    /// the server left it out.
    pub(super) missed: bool,
}

/// A keyboard as the user is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyboardInfo {
    /// The name the driver gave it.
    pub name: String,
    /// Whether another program already grabs the trigger on it.
    pub refused: bool,
}

/// How long no key may come before a keyboard is given back. To give it back costs the server some
/// milliseconds, so not between two letters of a word.
pub(super) const PAUSE: Duration = Duration::from_millis(80);

impl Grabbed {
    /// A keyboard that is the applications', but for the trigger.
    pub(super) fn new(name: String, refused: bool, now: Instant) -> Self {
        Self {
            name,
            refused,
            trigger_down: false,
            held: false,
            active: false,
            rests_since: now,
            rests_on_key: false,
            stale: true,
            missed: false,
        }
    }

    /// When it is to be given back; `None` while it is not ours, wanted, or not at rest.
    pub(super) fn return_at(&self) -> Option<Instant> {
        let over = self.active && !self.trigger_down && !self.held && !self.rests_on_key;
        over.then(|| self.rests_since + PAUSE)
    }
}
