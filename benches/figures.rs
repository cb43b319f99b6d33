//! `make bench`: memory, time to get ready and wake-ups of `composekeyd` with its default keymaps.
//!
//! Figures depend on the machine, so nothing here passes or fails.
#![expect(clippy::print_stdout, reason = "figures are for the terminal")]

#[expect(dead_code, unused_imports, reason = "the tests use more of it")]
#[path = "../tests/e2e/support/mod.rs"]
mod support;

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use support::{App, Daemon, Desk, wake_ups};

/// How long the daemon is left alone.
const IDLE: Duration = Duration::from_secs(60);

fn main() {
    // `cargo bench` hands over arguments of its own test harness.
    let mut desk = Desk::without_daemon(App::xterm, "");
    ready(&desk);
    desk.start_daemon();
    memory(&mut desk, "after the start");
    for _ in 0..200 {
        desk.keyboard.hold("\"u'e=e->");
    }
    desk.expect(&"üé€→".repeat(200));
    desk.expect_rest(false);
    memory(&mut desk, "after 800 characters");
    idle(&mut desk);
}

/// From the start of the process to its last start message, on a server with two keyboards.
fn ready(desk: &Desk) {
    let mut times: Vec<Duration> = (0..20)
        .map(|_| {
            let start = Instant::now();
            let mut daemon = Daemon::spawn(&desk.home);
            while !daemon.messages().contains("composekeyd: ready") {
                assert!(start.elapsed() < Duration::from_secs(20), "not ready after 20 s");
                thread::sleep(Duration::from_micros(200));
            }
            let time = start.elapsed();
            daemon.stop();
            time
        })
        .collect();
    times.sort_unstable();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let (fastest, median, slowest) = (ms(times[0]), ms(times[10]), ms(times[19]));
    println!("ready after         {median:.1} ms (20 starts: {fastest:.1} to {slowest:.1})");
}

fn memory(desk: &mut Desk, when: &str) {
    let daemon = resident(desk.daemon().id());
    let guards: Vec<_> = desk.daemon().guards().into_iter().map(resident).collect();
    println!("resident memory     {daemon} kB, guard {guards:?} kB, {when}");
}

/// `VmRSS` of a process, in kB.
fn resident(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("Linux says so");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

fn idle(desk: &mut Desk) {
    // What waits for time ends within its time.
    thread::sleep(Duration::from_secs(6));
    let mut processes = desk.daemon().guards();
    processes.push(desk.daemon().id());
    let before = wake_ups(&processes);
    thread::sleep(IDLE);
    let count = wake_ups(&processes) - before;
    println!("wake-ups            {count} in {} idle seconds, guard included", IDLE.as_secs());
}
