//! Figures, not a test: how long a key takes from a keyboard through a relay to whoever reads the relay's
//! virtual keyboard. `make latency`; docs/performance.md has what came of it.
//!
//! ```text
//! uinput keyboard ──▶ relay: none, 20 lines of C, composekeyd, kanata, interception-tools ──▶ reader
//! ```
//!
//! The relays take turns, each for a round of the same keys, so that a busy moment of the machine strikes
//! all of them. Of each round the median counts; `times` is how often that of `relay.c` it is, in the same round;
//! `runs` is how long the relay itself runs for an event.
//!
//! Everything is bound to one processor. Otherwise the kernel puts a relay beside the one that types or on the other
//! processor, which is woken by QEMU: that takes longer than the relay itself, and strikes a round or spares it.

mod relays;

use std::{
    thread,
    time::{Duration, Instant},
};

use evdev::{EventType, InputEvent, KeyCode};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    thread::{CpuSet, sched_setaffinity},
};

use self::relays::{Relay, Running};
use crate::{Group, cases, guest::Guest, support::board::Board};

pub(crate) const GROUP: Group =
    Group { name: "latency", hardware: &[], cases: cases![relays_side_by_side] };

/// How often each relay has its turn.
const ROUNDS: usize = 10;

/// How many keys go down and up in a turn, after those that warm it up.
const KEYS: usize = 50;
const WARM: usize = 10;

/// Between two events: a relay goes to sleep meanwhile, as it does when a person types.
const PAUSE: Duration = Duration::from_millis(1);

fn relays_side_by_side(guest: &mut Guest) {
    let profile = if cfg!(debug_assertions) { "debug: use --release" } else { "release" };
    guest.note(format!(
        "{ROUNDS} rounds of {} events each, in microseconds; composekeyd: {profile}",
        2 * KEYS
    ));
    let mut first = CpuSet::new();
    first.set(0);
    sched_setaffinity(None, &first).expect("there is a first one");
    let relays = relays::all();
    let mut medians = vec![Vec::new(); relays.len()];
    let mut runs = vec![Vec::new(); relays.len()];
    let mut memory = vec![String::new(); relays.len()];
    for round in 0..ROUNDS {
        for (number, relay) in relays.iter().enumerate() {
            let turn = turn(relay);
            medians[number].push(turn.median);
            runs[number].push(turn.run);
            memory[number] = turn.memory;
        }
        // A host that is busy takes its time.
        guest.note(format!("round {} of {ROUNDS}", round + 1));
    }
    guest.note(format!(
        "{:<20} {:>8} {:>8} {:>8} {:>8} {:>8}   resident",
        "relay", "median", "lowest", "highest", "times", "runs"
    ));
    for (number, (relay, rounds)) in relays.iter().zip(&medians).enumerate() {
        // Beside the plain relay of the same moment: the machine is not equally busy in all.
        let mut times: Vec<f64> = rounds.iter().zip(&medians[1]).map(|(a, b)| a / b).collect();
        let mut rounds = rounds.clone();
        let (median, times) = (middle(&mut rounds), middle(&mut times));
        guest.note(format!(
            "{:<20} {median:>8.0} {:>8.0} {:>8.0} {times:>8.2} {:>8.0}   {}",
            relay.name,
            rounds[0],
            rounds[rounds.len() - 1],
            middle(&mut runs[number]),
            memory[number],
        ));
    }
}

/// What came of a round.
struct Turn {
    /// How long an event took, in microseconds.
    median: f64,
    /// How long the relay itself ran for an event, in microseconds.
    run: f64,
    /// What it has in memory at the end.
    memory: String,
}

fn turn(relay: &Relay) -> Turn {
    let mut board = Board::new("Board");
    board.pace = Duration::ZERO;
    let mut running = relay.start(&mut board);
    let mut times = Vec::with_capacity(2 * KEYS);
    let mut before = 0.0;
    for key in 0..WARM + KEYS {
        if key == WARM {
            before = running.time_run();
        }
        for down in [1, 0] {
            let start = Instant::now();
            board.emit(EventType::KEY, KeyCode::KEY_J.0, down);
            await_key(&mut running, down);
            let time = start.elapsed();
            if key >= WARM {
                times.push(time.as_secs_f64() * 1e6);
            }
            thread::sleep(PAUSE);
        }
    }
    let run = (running.time_run() - before) / (2 * KEYS) as f64;
    Turn { median: middle(&mut times), run, memory: running.memory() }
}

/// Sleeps until this key arrives.
fn await_key(running: &mut Running, value: i32) {
    let wanted = |event: &InputEvent| {
        let key = (event.event_type(), event.code(), event.value());
        key == (EventType::KEY, KeyCode::KEY_J.0, value)
    };
    while !running.read().iter().any(wanted) {
        let mut fds = [PollFd::new(&running.reader, PollFlags::IN)];
        let patience = Timespec { tv_sec: 20, tv_nsec: 0 };
        assert_eq!(poll(&mut fds, Some(&patience)), Ok(1), "a key does not arrive");
    }
}

/// The median; sorts.
fn middle(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len() % 2 == 1 { values[half] } else { f64::midpoint(values[half - 1], values[half]) }
}
