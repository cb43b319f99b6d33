//! [`Unlock`]: a Caps Lock that was on when the daemon started is switched off, once. Pure.
//!
//! With the trigger ours nobody could switch it off by hand. What the lamp of the physical keyboard
//! says may be old, so it is best to wait until the session lights the twin's: then it listens to
//! the twin, and the lock is on. If it does not, the tap goes out all the same; should it turn
//! the lock on, a second one takes it back.

use std::time::{Duration, Instant};

/// How long the session may take to light the twin's lamp.
const WAIT: Duration = Duration::from_secs(1);

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Unlock {
    /// No keyboard with its lamp lit was seen yet.
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
    /// A keyboard is taken, with its lamp lit or not.
    pub(super) fn taken(&mut self, lit: bool, now: Instant) {
        if *self == Self::Not && lit {
            *self = Self::Lit { until: now + WAIT };
        }
    }

    /// The session switched a twin's lamp. Whether Caps Lock is to be tapped.
    pub(super) fn lamp(&mut self, lit: bool) -> bool {
        let (next, tap) = match (*self, lit) {
            (Self::Lit { .. }, true) => (Self::Tapped { sure: true }, true),
            // The tap switched it on: it had been off.
            (Self::Tapped { sure: false }, true) => (Self::Done, true),
            (Self::Tapped { .. }, _) => (Self::Done, false),
            (other, _) => (other, false),
        };
        *self = next;
        tap
    }

    /// Whether Caps Lock is to be tapped now.
    pub(super) fn proceed(&mut self, now: Instant) -> bool {
        let due = self.deadline().is_some_and(|at| at <= now);
        if due {
            *self = Self::Tapped { sure: false };
        }
        due
    }

    /// When [`Self::proceed`] has something to do.
    pub(super) fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Lit { until } => Some(*until),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_tap_when_the_session_says_so() {
        let now = Instant::now();
        let mut unlock = Unlock::default();
        unlock.taken(false, now);
        assert!(!unlock.lamp(true), "the user's own doing");
        unlock.taken(true, now);
        assert!(!unlock.proceed(now));
        assert!(unlock.lamp(true));
        assert!(!unlock.lamp(false));
        assert!(!unlock.lamp(true), "once");
        unlock.taken(true, now);
        assert_eq!(unlock.deadline(), None, "once");
    }

    #[test]
    fn a_lamp_that_lied_costs_two_taps() {
        let now = Instant::now();
        let mut unlock = Unlock::default();
        unlock.taken(true, now);
        assert!(unlock.proceed(now + WAIT));
        assert!(unlock.lamp(true), "it is on now, and was off");
        assert!(!unlock.lamp(false) && !unlock.lamp(true));

        unlock = Unlock::default();
        unlock.taken(true, now);
        assert!(unlock.proceed(now + WAIT) && !unlock.proceed(now + WAIT));
        assert!(!unlock.lamp(false) && !unlock.lamp(true));
    }
}
