//! [`Beyond`]: a way out for a text that the keys of the session's keymap cannot type.
//!
//! ```text
//! typist ──text──▶ way out, which takes its time: a thread of its own
//!    ▲                │
//!    └────Answer──────┘   seen, alive … alive, then one of: typed, refused, strokes
//! ```
//!
//! While a text is on its way, everything that comes after it waits in the typist's queue. A way out
//! that says nothing for [`PATIENCE`] is given up, and the keys go out: whatever it answers later means
//! nothing.

pub(super) mod console;
pub(super) mod x11;

use std::{
    os::fd::{AsFd, BorrowedFd},
    path::PathBuf,
    time::Duration,
};

use self::x11::Way;
use crate::{output::Undelivered, session::Origin};

/// How long a way out may say nothing.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);

/// What a way out says of a text.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// The [`Mark`] is there, and so is everything that was struck before it. It is to go up.
    Seen,
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

/// A key that does nothing and goes down on the twins when a text is sent: whoever sees it has seen everything
/// that was struck before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    /// The kernel's code of the key.
    pub(super) code: u16,
    /// The nodes of the twins.
    pub(super) nodes: Vec<PathBuf>,
}

/// The way out that is open.
#[derive(Debug, Default)]
pub(super) enum Beyond {
    /// None.
    #[default]
    Nothing,
    /// The pool of an X server.
    X(Way),
    /// The kernel's tables, where no display server tells a keymap.
    Console(console::Way),
    /// One that a test plays.
    #[cfg(test)]
    Played(std::rc::Rc<std::cell::RefCell<tests::Play>>),
}

impl Beyond {
    /// The way in a session that tells its keymap so, if it is not the present one.
    pub(super) fn for_session(&self, origin: &Origin) -> Option<Self> {
        match (origin, self) {
            (Origin::XServer(display), Self::X(way)) if way.display == *display => None,
            // Without threads or descriptors left there is none.
            (Origin::XServer(display), _) => {
                Some(Way::start(display).map_or(Self::Nothing, Self::X))
            }
            (Origin::Compositor(_), Self::Nothing) => None,
            (Origin::Compositor(_), _) => Some(Self::Nothing),
            (_, Self::Console(_)) => None,
            _ => Some(console::Way::start().map_or(Self::Nothing, Self::Console)),
        }
    }

    /// Readable when there is an answer.
    pub(super) fn fd(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Self::X(way) => Some(way.as_fd()),
            Self::Console(way) => Some(way.as_fd()),
            _ => None,
        }
    }

    /// Waits until it is known how it is, but not too long.
    pub(super) fn wait(&mut self) {
        if let Self::X(way) = self {
            way.wait(PATIENCE);
        }
    }

    /// Leaves everything as it was, as far as that takes no long time.
    pub(super) fn close(self) {
        match self {
            Self::X(way) => way.close(PATIENCE / 4),
            Self::Console(way) => way.close(PATIENCE / 4),
            _ => {}
        }
    }

    /// Whether a text has to come with a [`Mark`].
    pub(super) fn wants_mark(&self) -> bool {
        match self {
            Self::Nothing | Self::Console(_) => false,
            Self::X(_) => true,
            #[cfg(test)]
            Self::Played(play) => play.borrow().marked,
        }
    }

    /// Takes a text; the answers carry its `number`. There is one text at a time. The mark goes down
    /// afterwards, at once.
    ///
    /// # Errors
    /// Why it cannot be typed this way; `None` when there is no way.
    pub(super) fn send(
        &mut self,
        number: u64,
        text: &str,
        mark: Mark,
    ) -> Result<(), Option<Undelivered>> {
        match self {
            Self::Nothing => Err(None),
            Self::X(way) => way.send(number, text, mark).map_err(Some),
            Self::Console(way) => way.send(number, text).map_err(Some),
            #[cfg(test)]
            Self::Played(play) => play.borrow_mut().send(number, text, mark),
        }
    }

    /// The next answer, with the number of its text; to be called until there is none.
    pub(super) fn take(&mut self) -> Option<(u64, Answer)> {
        match self {
            Self::Nothing => None,
            Self::X(way) => way.take(),
            Self::Console(way) => way.take(),
            #[cfg(test)]
            Self::Played(play) => play.borrow_mut().answers.pop_front(),
        }
    }

    /// Whether the one who reads the twins makes of this key what the keymap says.
    pub(super) fn reads(&self, code: u16) -> bool {
        match self {
            Self::Console(_) => console::Way::reads(code),
            _ => true,
        }
    }

    /// The strokes that were answered are out, or do not go out.
    pub(super) fn struck(&mut self) {
        if let Self::Console(way) = self {
            way.struck();
        }
    }

    /// Keeps the text from going out, if it is not too late for that: whether it does not go out.
    pub(super) fn revoke(&mut self) -> bool {
        match self {
            Self::Nothing => true,
            Self::X(way) => way.revoke(),
            Self::Console(way) => way.revoke(),
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
        /// It wants a mark.
        pub(in super::super) marked: bool,
        /// The last one.
        pub(in super::super) mark: Mark,
        /// It takes no text.
        pub(in super::super) refuses: Option<Undelivered>,
        /// The text is going out this moment.
        pub(in super::super) too_late: bool,
        /// Somebody tried to keep it from that.
        pub(in super::super) revoked: bool,
    }

    impl Play {
        pub(super) fn send(
            &mut self,
            number: u64,
            text: &str,
            mark: Mark,
        ) -> Result<(), Option<Undelivered>> {
            self.mark = mark;
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
