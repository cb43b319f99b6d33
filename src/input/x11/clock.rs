//! [`ServerClock`]: the X server's milliseconds as this process's [`Instant`]s.

use std::time::{Duration, Instant};

/// Maps event times to instants.
///
/// A late daemon must still see a quick tap as quick, so time is the server's. The two clocks run at
/// the same speed with an unknown offset; the event that arrived fastest tells it best.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ServerClock {
    /// One moment on both clocks.
    anchor: Option<(u32, Instant)>,
    /// The last answer: time never runs backwards.
    last: Option<Instant>,
}

impl ServerClock {
    /// The instant of an event that happened at `time` (milliseconds, wrapping at 2^32) and is read
    /// at `now`.
    pub(super) fn instant(&mut self, time: u32, now: Instant) -> Instant {
        let computed = self.anchor.and_then(|(server, instant)| {
            // Half the range ahead is the past: 24 days, longer than an event waits.
            match time.wrapping_sub(server).cast_signed() {
                ahead @ 0.. => {
                    instant.checked_add(Duration::from_millis(ahead.unsigned_abs().into()))
                }
                behind => instant.checked_sub(Duration::from_millis(behind.unsigned_abs().into())),
            }
        });
        let instant = match computed {
            Some(instant) if instant <= now => instant,
            _ => now,
        };
        self.anchor = Some((time, instant));
        let instant = self.last.map_or(instant, |last| last.max(instant)).min(now);
        self.last = Some(instant);
        instant
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_late_reader_sees_the_time_between_the_events() {
        let start = Instant::now();
        let mut clock = ServerClock::default();
        assert_eq!(clock.instant(1000, start), start);
        // Read 500 ms late, both at once.
        assert_eq!(clock.instant(1050, start + 550 * MS), start + 50 * MS);
        assert_eq!(clock.instant(1060, start + 550 * MS), start + 60 * MS);
    }

    #[test]
    fn a_faster_event_corrects_the_offset() {
        let start = Instant::now();
        let mut clock = ServerClock::default();
        // The first one was read 100 ms late, which nobody could know.
        assert_eq!(clock.instant(1000, start + 100 * MS), start + 100 * MS);
        assert_eq!(clock.instant(1050, start + 50 * MS + 51 * MS), start + 101 * MS);
        assert_eq!(clock.instant(1060, start + 112 * MS), start + 111 * MS);
    }

    #[test]
    fn wraps_and_never_runs_backwards() {
        let start = Instant::now();
        let mut clock = ServerClock::default();
        assert_eq!(clock.instant(u32::MAX - 9, start), start);
        assert_eq!(clock.instant(10, start + 30 * MS), start + 20 * MS);
        assert_eq!(clock.instant(5, start + 30 * MS), start + 20 * MS);
    }
}
