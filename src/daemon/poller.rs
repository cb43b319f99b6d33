//! [`Poller`]: everything that the daemon waits for, in one epoll instance.
//!
//! The kernel keeps the list, so a key that comes costs one call, whatever else is waited for.

use std::{
    io,
    mem::MaybeUninit,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    time::{Duration, Instant},
};

use arrayvec::ArrayVec;
use rustix::{event::epoll, io::Errno};

use super::time_to_poll;

/// So many are told of at a time; the others are told of next time.
const BATCH: usize = 32;

/// The numbers below are the backend's, those from here up stand for [`Own`].
const OWN: u64 = u64::MAX - 15;

/// A wait that is longer than an `int` of milliseconds is more than every kernel can do.
const DAY: Duration = Duration::from_secs(86_400);

/// Something that the loop itself looks after.
#[derive(Clone, Copy, Debug)]
pub(super) enum Own {
    /// The signals that end the daemon.
    Stop,
    /// The signal to read the maps again.
    Reload,
    Guard,
    /// Settings and maps.
    Files,
    /// Readings of them.
    Loading,
    /// Who asks, and who wants to.
    Callers,
}

/// Who of the loop's own has something.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Woke(u16);

impl Woke {
    /// Whether nobody has.
    pub(super) fn is_nothing(self) -> bool {
        self.0 == 0
    }

    /// Whether it is this one.
    pub(super) fn has(self, own: Own) -> bool {
        self.0 & (1 << own as u16) != 0
    }
}

/// Waits.
#[derive(Debug)]
pub(super) struct Poller {
    epoll: OwnedFd,
    /// What the backend has to do.
    ready: ArrayVec<u64, BATCH>,
}

impl Poller {
    /// Waits for nothing yet.
    ///
    /// # Errors
    /// When there are no descriptors left.
    pub(super) fn new() -> io::Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        Ok(Self { epoll, ready: ArrayVec::new() })
    }

    /// Waits for this descriptor too, as long as it is open.
    ///
    /// # Errors
    /// When the kernel has no room left.
    pub(super) fn add(&self, own: Own, descriptor: impl AsFd) -> io::Result<()> {
        self.add_number(OWN + own as u64, descriptor)
    }

    /// Waits for the backend, which has one descriptor.
    ///
    /// # Errors
    /// When the kernel has no room left.
    pub(super) fn add_backend(&self, descriptor: impl AsFd) -> io::Result<()> {
        self.add_number(0, descriptor)
    }

    fn add_number(&self, number: u64, descriptor: impl AsFd) -> io::Result<()> {
        let number = epoll::EventData::new_u64(number);
        Ok(epoll::add(&self.epoll, descriptor, number, epoll::EventFlags::IN)?)
    }

    /// Sleeps until something can be read, or until this moment. `None` is for ever.
    ///
    /// # Errors
    /// Only a bug or an exhausted kernel.
    #[inline(always)]
    pub(super) fn wait(&mut self, until: Option<Instant>) -> Result<Woke, Errno> {
        self.ready.clear();
        let mut events = [const { MaybeUninit::<epoll::Event>::uninit() }; BATCH];
        let left = |at: Instant| at.saturating_duration_since(Instant::now()).min(DAY);
        let timeout = until.map(|at| time_to_poll(left(at)));
        let events = match epoll::wait(&self.epoll, &mut events, timeout.as_ref()) {
            Ok((events, _)) => events,
            Err(Errno::INTR) => return Ok(Woke::default()),
            Err(error) => return Err(error),
        };
        let mut woke = Woke::default();
        for event in events {
            match event.data.u64() {
                number if number < OWN => self.ready.push(number),
                own => woke.0 |= 1 << (own - OWN),
            }
        }
        Ok(woke)
    }

    /// What the backend has to do, by the number that it gave, when that is one thing alone.
    #[inline(always)]
    pub(super) fn only(&self) -> Option<u64> {
        match self.ready[..] {
            [only] => Some(only),
            _ => None,
        }
    }

    /// What the backend has to do, by the numbers that it gave. Told once.
    pub(super) fn take(&mut self) -> ArrayVec<u64, BATCH> {
        std::mem::take(&mut self.ready)
    }
}

/// For a backend that adds its own descriptors, with numbers below `u64::MAX / 2`.
impl AsFd for Poller {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.epoll.as_fd()
    }
}
