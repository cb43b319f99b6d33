//! [`Unlock`]: a Caps Lock that was on when the daemon started is switched off, once. Pure.
//!
//! With the trigger ours nobody could switch it off by hand. Only the keyboards that were there at the start are
//! looked at, each when it is taken for the first time: what is lit later is somebody's own doing. What the lamp of
//! the physical keyboard says may be old, so it is best to wait until the session lights the twin's: then it
//! listens to the twin, and the lock is on. If it does not, the tap goes out all the same; should it turn the
//! lock on, a second one takes it back.

use std::time::{Duration, Instant};

use crate::engine::DeviceId;

/// How long the session may take to light the twin's lamp.
const WAIT: Duration = Duration::from_secs(1);

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Unlock {
    /// The keyboards that were there at the start, and were not taken yet.
    first: Vec<DeviceId>,
    stage: Stage,
}

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// No keyboard with its lamp lit was taken yet.
    #[default]
    Not,
    /// The lamp was lit; the session has not lit the twin's.
    Lit {
        /// When to tap anyway.
        until: Instant,
    },
    /// A tap went out.
    Tapped {
        /// The session had said that the lock is on.
        sure: bool,
    },
    /// Nothing more will be done.
    Done,
}

impl Unlock {
    /// These keyboards are there at the start.
    pub(super) fn new(first: impl Iterator<Item = DeviceId>) -> Self {
        Self { first: first.collect(), stage: Stage::Not }
    }

    /// A keyboard is taken, with its lamp showing that Caps Lock is on or not.
    pub(super) fn taken(&mut self, device: DeviceId, on: bool, now: Instant) {
        let Some(index) = self.first.iter().position(|first| *first == device) else { return };
        self.first.swap_remove(index);
        if self.stage == Stage::Not && on {
            self.stage = Stage::Lit { until: now + WAIT };
        }
    }

    /// The session switched a twin's lamp. Whether Caps Lock is to be tapped.
    pub(super) fn lamp(&mut self, lit: bool) -> bool {
        let (next, tap) = match (self.stage, lit) {
            (Stage::Lit { .. }, true) => (Stage::Tapped { sure: true }, true),
            // The tap switched it on: it had been off.
            (Stage::Tapped { sure: false }, true) => (Stage::Done, true),
            (Stage::Tapped { .. }, _) => (Stage::Done, false),
            (other, _) => (other, false),
        };
        self.stage = next;
        tap
    }

    /// Whether Caps Lock is to be tapped now.
    pub(super) fn proceed(&mut self, now: Instant) -> bool {
        let due = self.deadline().is_some_and(|at| at <= now);
        if due {
            self.stage = Stage::Tapped { sure: false };
        }
        due
    }

    /// When [`Self::proceed`] has something to do.
    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.stage {
            Stage::Lit { until } => Some(until),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: DeviceId = DeviceId(1);
    const SECOND: DeviceId = DeviceId(2);
    const LATER: DeviceId = DeviceId(3);

    fn unlock() -> Unlock {
        Unlock::new([FIRST, SECOND].into_iter())
    }

    #[test]
    fn one_tap_when_the_session_says_so() {
        let now = Instant::now();
        let mut unlock = unlock();
        unlock.taken(FIRST, false, now);
        assert!(!unlock.lamp(true), "the user's own doing");
        unlock.taken(SECOND, true, now);
        assert!(!unlock.proceed(now));
        assert!(unlock.lamp(true));
        assert!(!unlock.lamp(false));
        assert!(!unlock.lamp(true), "once");
        unlock.taken(SECOND, true, now);
        assert_eq!(unlock.deadline(), None, "once");
    }

    #[test]
    fn what_is_lit_later_is_left_alone() {
        let now = Instant::now();
        let mut unlock = unlock();
        unlock.taken(FIRST, false, now);
        unlock.taken(FIRST, true, now);
        assert_eq!(unlock.deadline(), None, "it was let go of, and is taken again");
        unlock.taken(LATER, true, now);
        assert_eq!(unlock.deadline(), None, "it was plugged in");
        unlock.taken(SECOND, true, now);
        assert_eq!(unlock.deadline(), Some(now + WAIT), "a key of it was held at the start");
    }

    #[test]
    fn a_lamp_that_lied_costs_two_taps() {
        let now = Instant::now();
        let mut unlock = unlock();
        unlock.taken(FIRST, true, now);
        assert!(unlock.proceed(now + WAIT));
        assert!(unlock.lamp(true), "it is on now, and was off");
        assert!(!unlock.lamp(false) && !unlock.lamp(true));

        unlock = self::unlock();
        unlock.taken(FIRST, true, now);
        assert!(unlock.proceed(now + WAIT) && !unlock.proceed(now + WAIT));
        assert!(!unlock.lamp(false) && !unlock.lamp(true));
    }
}
