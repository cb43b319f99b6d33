//! The machine sleeps (ACPI's S3), and its power button wakes it.

use std::time::Instant;

use super::{
    person::{Person, journal, run},
    typing::{hold, is_taken, letters, rests},
};
use crate::{guest::Guest, support::wait_until};

/// How many of ours have the machine wait for them.
fn delays() -> usize {
    let list = run("systemd-inhibit --list --no-legend");
    list.lines().filter(|line| line.starts_with("composekey") && line.contains("sleep")).count()
}

/// Has the machine sleep with keys down and wakes it: nothing is stuck, and `person` composes again.
#[track_caller]
pub(super) fn sleeps_and_wakes(guest: &mut Guest, person: &Person, lambda: &str) {
    assert!(wait_until(|| delays() == 1), "the machine waits for us: {}", journal());
    run("journalctl -q --rotate && journalctl -q --vacuum-time=1s");
    guest.key("j", true);
    let start = Instant::now();
    guest.sleep(|| drop(run("systemctl suspend")));
    guest.note(format!("slept and woke in {} ms", start.elapsed().as_millis()));
    guest.key("j", false);
    let told = || run("journalctl -q --no-pager -b");
    assert!(wait_until(|| told().contains("System returned from sleep state")), "{}", told());
    assert!(!told().contains("inhibitor timeout is reached"), "we were waited for: {}", told());
    is_taken(guest);
    rests();
    person.clear();
    letters(guest, "a");
    hold(guest, "la");
    letters(guest, "b");
    person.expect(&format!("a{lambda}b"));
    assert!(wait_until(|| delays() == 1), "and the next time");
}
