//! [`Typist`]: an output that waits until the text is out. For a program that types and ends.

use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use x11rb::connection::Connection;

use super::{Item, OutputError, X11Output};
use crate::{
    output::{TextSink, Undelivered},
    x11::{Display, DisplayError},
};

/// Types texts one after the other, and waits.
///
/// The keycodes stay bound when it ends right after typing, because the client may not have looked
/// them up yet; the next output adopts them.
#[derive(Debug)]
pub struct Typist {
    display: Display,
    output: X11Output,
}

impl Typist {
    /// Takes the pool of `display`.
    ///
    /// # Errors
    /// As [`X11Output::new`].
    pub fn new(display: Display) -> Result<Self, OutputError> {
        let output = X11Output::new(&display, Instant::now())?;
        Ok(Self { display, output })
    }

    /// Gives the pool back.
    ///
    /// # Errors
    /// When the display is gone.
    pub fn close(self) -> Result<(), DisplayError> {
        self.output.close(Instant::now())
    }

    fn run(&mut self, text: &str) -> Result<Result<(), Undelivered>, DisplayError> {
        self.output.push(Item::Text(text.to_owned()));
        loop {
            while let Some(event) = self.display.conn.poll_for_event()? {
                let _ = self.output.on_event(&event);
            }
            self.output.flush(Instant::now())?;
            if let Some((_, outcome)) = self.output.take_outcome() {
                return Ok(outcome);
            }
            self.wait();
        }
    }

    /// Until the server has something to tell or the output's time has come.
    fn wait(&self) {
        let Some(deadline) = self.output.deadline() else { return };
        let left = deadline.saturating_duration_since(Instant::now());
        let Ok(timeout) = Timespec::try_from(left) else { return };
        let mut fds = [PollFd::new(&*self.display.conn, PollFlags::IN)];
        // Interrupted or not: the loop looks again.
        let _ = poll(&mut fds, Some(&timeout));
    }
}

impl TextSink for Typist {
    fn type_text(&mut self, text: &str) -> Result<(), Undelivered> {
        self.run(text).unwrap_or_else(|error| Err(Undelivered::Display(error.to_string())))
    }
}
