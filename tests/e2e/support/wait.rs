//! Waiting for a condition instead of for a time.

use std::{
    thread,
    time::{Duration, Instant},
};

/// How long a condition may take before the test fails. Far above what a busy machine needs: a
/// test never asserts that something is fast.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// Asks until the answer is yes; `false` when it was still no after [`LIMIT`].
pub(crate) fn wait_until(mut condition: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    loop {
        if condition() {
            return true;
        }
        if start.elapsed() > LIMIT {
            return false;
        }
        thread::sleep(Duration::from_millis(3));
    }
}
