//! What cases are made of.

pub(crate) mod board;
#[allow(dead_code, reason = "shared with the tests on X servers")]
#[path = "../../e2e/support/daemon.rs"]
pub(crate) mod daemon;
pub(crate) mod desktop;
#[path = "../../support/logind.rs"]
pub(crate) mod logind;
pub(crate) mod packaged;
pub(crate) mod reader;
pub(crate) mod rig;

use std::{
    thread,
    time::{Duration, Instant},
};

/// How long a condition may take to come true; only a failing case waits so long. An emulated machine on a
/// busy host takes half a minute until a GTK window is there.
const LIMIT: Duration = Duration::from_secs(60);

/// Waits until `condition` holds; whether it did.
pub(crate) fn wait_until(mut condition: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while start.elapsed() < LIMIT {
        if condition() {
            return true;
        }
        thread::sleep(Duration::from_millis(5));
    }
    condition()
}
