//! [`Away`]: whether the keyboards are somebody else's business for now. Pure.

use crate::session::logind::State;

/// What logind told last. Without logind nobody is ever away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Away {
    inactive: bool,
    locked: bool,
    asleep: bool,
}

impl Away {
    /// How the session is.
    pub(super) fn session(&mut self, state: State) {
        (self.inactive, self.locked) = (!state.active, state.locked);
    }

    /// The machine is about to sleep, or awake.
    pub(super) fn sleep(&mut self, asleep: bool) {
        self.asleep = asleep;
    }

    /// Why the keyboards are let go of; `follow` is whether the session counts.
    pub(super) fn why(self, follow: bool) -> Option<&'static str> {
        if self.asleep {
            Some("the machine is about to sleep")
        } else if follow && self.locked {
            Some("the session is locked")
        } else if follow && self.inactive {
            Some("the session is not active")
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_away() {
        let mut away = Away::default();
        assert_eq!(away.why(true), None, "nobody told anything");
        away.session(State { active: true, locked: true });
        assert_eq!(away.why(true), Some("the session is locked"));
        assert_eq!(away.why(false), None, "the setting turns it off");
        away.session(State { active: false, locked: false });
        assert_eq!(away.why(true), Some("the session is not active"));
        away.sleep(true);
        assert!(away.why(false).is_some(), "whatever the setting says");
        away.session(State { active: true, locked: false });
        assert!(away.why(true).is_some(), "still");
        away.sleep(false);
        assert_eq!(away.why(true), None);
    }
}
