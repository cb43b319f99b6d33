//! [`Pace`]: how fast a text may go out. Pure.
//!
//! The kernel keeps [`ROOM`] events for each reader of a twin, and drops all of them when one more comes.
//! A compositor that draws a picture does not read meanwhile. So only so much goes out at once, and what
//! follows at a pace that leaves a reader 200 ms.

use std::time::{Duration, Instant};

use crate::input::evdev::ROOM;

/// A reader who has read nothing for so many times [`EACH`] loses nothing.
const PATIENCE: u32 = 200;

/// So many events may go out at once.
const ROW: u32 = ROOM - PATIENCE;

/// The time after which one more may go out.
const EACH: Duration = Duration::from_millis(1);

/// How much has gone out of late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pace {
    /// When everything that went out will have been read, at this pace.
    read: Option<Instant>,
}

impl Pace {
    /// Whether so many events may go out now; then they count.
    pub(super) fn take(&mut self, events: u32, now: Instant) -> bool {
        let fits = self.next(events).is_none_or(|at| at <= now);
        if fits {
            let read = self.read.map_or(now, |read| read.max(now));
            self.read = Some(read + EACH * events);
        }
        fits
    }

    /// When so many events may go out; `None`: at once.
    pub(super) fn next(&self, events: u32) -> Option<Instant> {
        self.read?.checked_sub(EACH * ROW.saturating_sub(events))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_goes_out_at_once_and_the_rest_in_time() {
        let now = Instant::now();
        let mut pace = Pace::default();
        let row = (0..100).take_while(|_| pace.take(2, now)).count();
        assert_eq!(row, 28);
        let next = pace.next(2).unwrap();
        assert_eq!(next, now + EACH * 2);
        assert!(!pace.take(2, next - EACH / 2));
        assert!(pace.take(2, next) && !pace.take(2, next));
        let later = now + Duration::from_secs(1);
        assert_eq!((0..100).take_while(|_| pace.take(2, later)).count(), 28, "and never more");
    }

    #[test]
    fn what_waits_for_a_reader_never_fills_the_buffer() {
        // A reader that reads everything each 200 ms.
        let start = Instant::now();
        let (mut pace, mut waiting) = (Pace::default(), 0);
        for ms in 0..2000_u32 {
            while pace.take(2, start + EACH * ms) {
                waiting += 2;
            }
            assert!(waiting <= ROOM, "{waiting} after {ms} ms");
            if ms % PATIENCE == PATIENCE - 1 {
                waiting = 0;
            }
        }
    }
}
