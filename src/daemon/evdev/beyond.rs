//! [`Beyond`]: a way out for a text that the keys of the session's keymap cannot type.
//!
//! ```text
//! typist ──text──▶ way out, which takes its time: a thread of its own
//!    ▲                │
//!    └────Answer──────┘   alive … alive, then one of: typed, refused, strokes
//! ```
//!
//! While a text is on its way, everything that comes after it waits in the typist's queue. A way out
//! that says nothing for [`PATIENCE`] is given up, and the keys go out: whatever it answers later means
//! nothing.

use std::time::Duration;

use crate::output::Undelivered;

/// How long a way out may say nothing.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);

/// What a way out says of a text.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "the ways out of the session are not connected yet")
)]
pub(super) enum Answer {
    /// It is at work.
    Alive,
    /// The text is out: a key that is struck now comes after it.
    Typed,
    /// Nothing of the text is out, or only its beginning.
    Refused(Undelivered),
    /// These keys type it, by the codes of the kernel, each with whether it goes down. They are struck
    /// on a twin, at the pace of a text.
    Strokes(Vec<(u16, bool)>),
}

/// The way out that is open.
#[derive(Debug, Default)]
pub(super) enum Beyond {
    /// None.
    #[default]
    Nothing,
    /// One that a test plays.
    #[cfg(test)]
    Played(std::rc::Rc<std::cell::RefCell<tests::Play>>),
}

impl Beyond {
    /// Takes a text; the answers carry its `number`. There is one text at a time.
    ///
    /// # Errors
    /// Why it cannot be typed this way; `None` when there is no way.
    #[cfg_attr(not(test), expect(unused_variables, reason = "there is no way yet"))]
    pub(super) fn send(&mut self, number: u64, text: &str) -> Result<(), Option<Undelivered>> {
        match self {
            Self::Nothing => Err(None),
            #[cfg(test)]
            Self::Played(play) => play.borrow_mut().send(number, text),
        }
    }

    /// The next answer, with the number of its text; to be called until there is none.
    pub(super) fn take(&mut self) -> Option<(u64, Answer)> {
        match self {
            Self::Nothing => None,
            #[cfg(test)]
            Self::Played(play) => play.borrow_mut().answers.pop_front(),
        }
    }

    /// Keeps the text from going out, if it is not too late for that: whether it does not go out.
    pub(super) fn revoke(&mut self) -> bool {
        match self {
            Self::Nothing => true,
            #[cfg(test)]
            Self::Played(play) => play.borrow_mut().revoke(),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::VecDeque;

    use super::*;

    /// A way out that does what a test says.
    #[derive(Default)]
    pub(in super::super) struct Play {
        /// The texts, each with its number.
        pub(in super::super) sent: Vec<(u64, String)>,
        /// What is to be heard.
        pub(in super::super) answers: VecDeque<(u64, Answer)>,
        /// It takes no text.
        pub(in super::super) refuses: Option<Undelivered>,
        /// The text is going out this moment.
        pub(in super::super) too_late: bool,
        /// Somebody tried to keep it from that.
        pub(in super::super) revoked: bool,
    }

    impl Play {
        pub(super) fn send(&mut self, number: u64, text: &str) -> Result<(), Option<Undelivered>> {
            match &self.refuses {
                Some(why) => Err(Some(why.clone())),
                None => {
                    self.sent.push((number, text.to_owned()));
                    Ok(())
                }
            }
        }

        pub(super) fn revoke(&mut self) -> bool {
            self.revoked = true;
            !self.too_late
        }
    }

    impl std::fmt::Debug for Play {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Play")
        }
    }
}
