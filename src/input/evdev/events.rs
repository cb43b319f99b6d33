//! [`Events`]: what one reading of a device brings.
//!
//! Read without the `evdev` crate, which keeps a list of its own beside ours: a key passes through here.

use std::{os::fd::AsFd, time::Duration};

use evdev::{EventType, SynchronizationCode};
use rustix::io::{Result, read};

/// `struct input_event`: a time that the kernel fills in, kind, code, value.
pub(super) const EVENT: usize = 2 * TIME + 8;

/// Seconds and microseconds are as wide as an address.
const TIME: usize = size_of::<usize>();

/// As many as the kernel keeps of a keyboard (`evdev_compute_buffer_size`); with more it takes another reading.
const ROOM: usize = 64;

/// An event as the kernel tells it.
#[derive(Clone, Copy)]
pub(super) struct Told {
    /// Since the zero of the device's clock.
    pub(super) time: Duration,
    pub(super) kind: EventType,
    pub(super) code: u16,
    pub(super) value: i32,
}

/// The events of one reading.
pub(super) struct Events {
    bytes: [u8; ROOM * EVENT],
    length: usize,
}

impl Events {
    /// None.
    pub(super) const NONE: Self = Self { bytes: [0; ROOM * EVENT], length: 0 };

    /// Forgets what there was, and reads what can be read at once.
    ///
    /// # Errors
    /// `AGAIN` when there is nothing, `NODEV` when the device is gone. Then there are no events.
    #[inline(always)]
    pub(super) fn read(&mut self, device: impl AsFd) -> Result<()> {
        self.length = 0;
        self.length = read(device, &mut self.bytes)?;
        Ok(())
    }

    /// Reads and forgets all that waits; whether a key or button went down there, or may have: the kernel dropped
    /// events.
    pub(super) fn bring_press(&mut self, device: impl AsFd) -> bool {
        let mut came = false;
        while self.read(&device).is_ok() && self.length > 0 {
            came |= self.iter().any(|Told { kind, code, value, .. }| {
                let dropped = SynchronizationCode::SYN_DROPPED.0;
                (kind == EventType::KEY && value == 1)
                    || (kind == EventType::SYNCHRONIZATION && code == dropped)
            });
        }
        self.clear();
        came
    }

    /// Forgets them.
    pub(super) fn clear(&mut self) {
        self.length = 0;
    }

    /// The events, in their order.
    #[inline]
    pub(super) fn iter(&self) -> impl Iterator<Item = Told> {
        self.bytes[..self.length].chunks_exact(EVENT).filter_map(told)
    }
}

/// A `struct input_event` for the kernel, which fills in the time.
#[inline]
pub(super) fn event(kind: EventType, code: u16, value: i32) -> [u8; EVENT] {
    let mut event = [0; EVENT];
    event[EVENT - 8..EVENT - 6].copy_from_slice(&kind.0.to_ne_bytes());
    event[EVENT - 6..EVENT - 4].copy_from_slice(&code.to_ne_bytes());
    event[EVENT - 4..].copy_from_slice(&value.to_ne_bytes());
    event
}

/// The parts of a `struct input_event`; `None` when these bytes are none.
#[inline]
fn told(event: &[u8]) -> Option<Told> {
    let (seconds, rest) = event.split_first_chunk()?;
    let (microseconds, rest) = rest.split_first_chunk()?;
    let (kind, rest) = rest.split_first_chunk()?;
    let (code, value) = rest.split_first_chunk()?;
    let seconds = Duration::from_secs(usize::from_ne_bytes(*seconds) as u64);
    let microseconds = Duration::from_micros(usize::from_ne_bytes(*microseconds) as u64);
    Some(Told {
        time: seconds.saturating_add(microseconds),
        kind: EventType(u16::from_ne_bytes(*kind)),
        code: u16::from_ne_bytes(*code),
        value: i32::from_ne_bytes(*value.first_chunk()?),
    })
}

/// Keys are secrets: says only how many.
impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Events({})", self.length / EVENT)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use rustix::{
        io::Errno,
        pipe::{PipeFlags, pipe_with},
    };

    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let (device, kernel) = pipe_with(PipeFlags::NONBLOCK).unwrap();
        let mut events = Events::NONE;
        assert_eq!(events.read(&device), Err(Errno::AGAIN));
        let mut key = event(EventType::KEY, 30, -2);
        key[..TIME].copy_from_slice(&3_usize.to_ne_bytes());
        key[TIME..2 * TIME].copy_from_slice(&4_usize.to_ne_bytes());
        let report = event(EventType::SYNCHRONIZATION, 0, 0);
        // The kernel writes whole events; half a one is none.
        std::fs::File::from(kernel)
            .write_all(&[&key[..], &report, &key[..EVENT - 1]].concat())
            .unwrap();
        assert_eq!(events.read(&device), Ok(()));
        let read: Vec<_> =
            events.iter().map(|told| (told.time, told.kind, told.code, told.value)).collect();
        let time = Duration::new(3, 4_000);
        let zero = Duration::ZERO;
        assert_eq!(
            read,
            [(time, EventType::KEY, 30, -2), (zero, EventType::SYNCHRONIZATION, 0, 0)]
        );
        assert_eq!(format!("{events:?}"), "Events(2)");
        events.clear();
        assert!(events.iter().next().is_none());
    }

    #[test]
    fn a_press_behind_a_whole_reading_is_seen() {
        let (device, kernel) = pipe_with(PipeFlags::NONBLOCK).unwrap();
        let mut kernel = std::fs::File::from(kernel);
        let mut events = Events::NONE;
        let mut comes = |kind, code, value| {
            for _ in 0..3 * ROOM {
                kernel.write_all(&event(EventType::RELATIVE, 0, 1)).unwrap();
            }
            kernel.write_all(&event(kind, code, value)).unwrap();
            events.bring_press(&device)
        };
        assert!(!comes(EventType::SYNCHRONIZATION, 0, 0));
        assert!(!comes(EventType::KEY, 30, 0) && !comes(EventType::KEY, 30, 2));
        assert!(comes(EventType::KEY, 30, 1));
        assert!(!comes(EventType::SYNCHRONIZATION, 0, 0), "all was read");
        assert!(comes(EventType::SYNCHRONIZATION, SynchronizationCode::SYN_DROPPED.0, 0));
    }
}
