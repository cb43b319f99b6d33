//! [`News`]: what a thread of its own has to tell to a loop that polls.

use std::{
    io::{self, Read, Write},
    os::{
        fd::{AsFd, BorrowedFd},
        unix::net::UnixStream,
    },
    sync::mpsc,
    time::Duration,
};

/// The end of the one who listens.
#[derive(Debug)]
pub(super) struct News<T> {
    words: mpsc::Receiver<T>,
    wake: UnixStream,
}

/// The end of the one who tells.
#[derive(Debug)]
pub(super) struct Teller<T> {
    words: mpsc::Sender<T>,
    wake: UnixStream,
}

impl<T> News<T> {
    /// Both ends.
    pub(super) fn new() -> io::Result<(Self, Teller<T>)> {
        let (listener, teller) = mpsc::channel();
        let (wake, woken) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        woken.set_nonblocking(true)?;
        Ok((Self { words: teller, wake: woken }, Teller { words: listener, wake }))
    }

    /// The next word, if there is one. To be called until there is none.
    pub(super) fn take(&mut self) -> Option<T> {
        let mut bytes = [0; 64];
        while let Ok(1..) = self.wake.read(&mut bytes) {}
        self.words.try_recv().ok()
    }

    /// The next word, waited for.
    pub(super) fn wait(&mut self, longest: Duration) -> Option<T> {
        self.words.recv_timeout(longest).ok()
    }
}

impl<T> AsFd for News<T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}

impl<T> Teller<T> {
    /// Tells a word; whether somebody listens.
    pub(super) fn tell(&mut self, word: T) -> bool {
        let told = self.words.send(word).is_ok();
        // A full socket wakes as well.
        let _ = self.wake.write(&[0]);
        told
    }
}

/// Readable when nobody listens any more.
impl<T> AsFd for Teller<T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}
