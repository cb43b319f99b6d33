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

/// The end of the one who listens. Its descriptor is readable when there is a word to take.
#[derive(Debug)]
pub struct News<T> {
    words: mpsc::Receiver<T>,
    wake: UnixStream,
    /// Kept open: the end of a stream is readable for ever, and the loop would never sleep again.
    _teller: UnixStream,
    over: bool,
}

/// The end of the one who tells.
#[derive(Debug)]
pub struct Teller<T> {
    /// Until the end.
    words: Option<mpsc::Sender<T>>,
    wake: UnixStream,
}

impl<T> News<T> {
    /// Both ends.
    ///
    /// # Errors
    /// When there are no descriptors left.
    pub fn new() -> io::Result<(Self, Teller<T>)> {
        let (listener, teller) = mpsc::channel();
        let (wake, woken) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        woken.set_nonblocking(true)?;
        let _teller = wake.try_clone()?;
        let news = Self { words: teller, wake: woken, _teller, over: false };
        Ok((news, Teller { words: Some(listener), wake }))
    }

    /// The next word, if there is one. To be called until there is none.
    pub fn take(&mut self) -> Option<T> {
        let mut bytes = [0; 64];
        while let Ok(1..) = self.wake.read(&mut bytes) {}
        let word = self.words.try_recv();
        self.over |= matches!(word, Err(mpsc::TryRecvError::Disconnected));
        word.ok()
    }

    /// The next word, waited for; `None` when it takes longer, or none will come.
    pub fn wait(&mut self, longest: Duration) -> Option<T> {
        let word = self.words.recv_timeout(longest);
        self.over |= matches!(word, Err(mpsc::RecvTimeoutError::Disconnected));
        word.ok()
    }

    /// Whether nobody tells anything any more, as far as was taken.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over
    }
}

impl<T> AsFd for News<T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}

impl<T> Teller<T> {
    /// Tells a word; whether somebody listens.
    pub fn tell(&mut self, word: T) -> bool {
        let told = self.words.as_ref().is_some_and(|words| words.send(word).is_ok());
        // A full socket wakes as well.
        let _ = self.wake.write(&[0]);
        told
    }
}

/// The one who listens hears of the end too.
impl<T> Drop for Teller<T> {
    fn drop(&mut self) {
        self.words = None;
        let _ = self.wake.write(&[0]);
    }
}

/// Readable when nobody listens any more.
impl<T> AsFd for Teller<T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    use super::*;

    fn is_readable(end: impl AsFd) -> bool {
        let mut fds = [PollFd::new(&end, PollFlags::IN)];
        poll(&mut fds, Some(&Timespec::default())).unwrap() > 0
    }

    #[test]
    fn who_has_nothing_more_to_tell_wakes_nobody() {
        let (mut news, mut teller) = News::new().unwrap();
        assert!(teller.tell("word") && is_readable(&news));
        drop(teller);
        assert_eq!((news.take(), news.take()), (Some("word"), None));
        assert!(!is_readable(&news));
    }

    #[test]
    fn a_teller_learns_that_nobody_listens() {
        let (news, mut teller) = News::new().unwrap();
        assert!(!is_readable(&teller));
        drop(news);
        assert!(is_readable(&teller) && !teller.tell("word"));
    }

    #[test]
    fn the_one_who_listens_hears_of_the_end() {
        let (mut news, teller) = News::<u8>::new().unwrap();
        assert_eq!((news.take(), news.is_over()), (None, false));
        drop(teller);
        assert!(is_readable(&news));
        assert_eq!((news.take(), news.is_over()), (None, true));
        assert!(!is_readable(&news), "told once: who polls can sleep");
    }
}
