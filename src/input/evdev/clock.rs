//! [`Clock`]: the kernel's event times as this process's [`Instant`]s.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// Both clocks are the monotonic one (`EVIOCSCLOCKID`), which stands still while the machine sleeps;
/// only their zeros differ.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    /// One moment on both clocks.
    instant: Instant,
    since_boot: Duration,
}

impl Clock {
    pub(super) fn new() -> Self {
        Self { instant: Instant::now(), since_boot: since_boot() }
    }

    /// The instant of an event, from the time that the kernel gives it; never after `now`, so that a device with another
    /// clock does no harm.
    pub(super) fn instant(&self, time: Duration, now: Instant) -> Instant {
        let instant = match time.checked_sub(self.since_boot) {
            Some(after) => self.instant.checked_add(after),
            None => self.instant.checked_sub(self.since_boot.saturating_sub(time)),
        };
        instant.map_or(now, |instant| instant.min(now))
    }
}

/// The time that the kernel gives an event of this moment.
pub(super) fn since_boot() -> Duration {
    let time = clock_gettime(ClockId::Monotonic);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    let rest = Duration::from_nanos(u64::try_from(time.tv_nsec).unwrap_or_default());
    Duration::from_secs(seconds) + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_kept_and_the_future_is_now() {
        let clock = Clock::new();
        let now = Instant::now();
        let at = |time: Duration| clock.instant(time, now);
        let base = clock.since_boot - Duration::from_millis(100);
        assert_eq!(at(base + Duration::from_millis(30)) - at(base), Duration::from_millis(30));
        let next_year = clock.since_boot + Duration::from_secs(31_536_000);
        assert_eq!(at(next_year), now);
    }
}
