//! Figures, not a test: how long a key takes from a keyboard through a relay to whoever reads the relay's
//! virtual keyboard. `make latency`; docs/performance.md has what came of it.
//!
//! ```text
//! uinput keyboard ──▶ relay: none, 20 lines of C, composekeyd, kanata, interception-tools ──▶ reader
//! ```
//!
//! In each round all relays are started afresh, each on a keyboard of its own, and a key goes through one after
//! the other before the next key does: a busy moment of the host, which lasts longer than a key, strikes all of them, and so
//! does what is different from start to start, such as where the kernel puts a program. Of each round the median counts;
//! `times` is how often that of `relay.c` it is, in the same round.
//!
//! Whoever types and reads has priority: what arrives is read at once. Without that the kernel decides, by how much either
//! has run before, whether a relay is let finish first what it has to do behind the key. As long as it was left to that, one
//! and the same program was measured in two ways, in a run by chance more often in the one or in the other. `turn` is the
//! other way: the relay goes first, so that all it does for a key counts, until it sleeps again.
//!
//! Everything is bound to one processor. Otherwise the kernel puts a relay beside the one that types or on the other
//! processor, which is woken by QEMU: that takes longer than the relay itself, and strikes a round or spares it.

mod relays;

use std::{
    process::{self, Command},
    thread,
    time::{Duration, Instant},
};

use evdev::{EventType, InputEvent, KeyCode};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    thread::{CpuSet, sched_setaffinity},
};

use self::relays::{PLAIN, Relay, Running};
use crate::{Group, cases, guest::Guest};

pub(crate) const GROUP: Group =
    Group { name: "latency", hardware: &[], cases: cases![relays_side_by_side] };

/// How often all relays are started afresh.
const ROUNDS: usize = 12;

/// How many keys go down and up in a round, after those that warm it up.
const KEYS: usize = 100;
const WARM: usize = 10;

/// Between two events: whoever has something left to do does it meanwhile, and all of them sleep when the next one
/// comes. A relay is asleep for about ten times as long.
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
    let mut of_rounds = Vec::with_capacity(ROUNDS);
    for number in 1..=ROUNDS {
        of_rounds.push(round(&relays));
        // A host that is busy takes its time.
        guest.note(format!("round {number} of {ROUNDS}"));
    }
    guest.note(format!(
        "{:<20} {:>6} {:>12} {:>6} {:>12} {:>6} {:>12}   resident",
        "relay", "median", "", "times", "", "turn", ""
    ));
    for (number, relay) in relays.iter().enumerate() {
        let of = |figure: fn(&[Turn], usize) -> f64| {
            Spread::of(of_rounds.iter().map(|turns| figure(turns, number)).collect())
        };
        // Beside the plain relay of the same moment: the machine is not equally busy in all.
        let columns = [
            of(|turns, number| turns[number].arrival).show(0),
            of(|turns, number| turns[number].arrival / turns[PLAIN].arrival).show(2),
            of(|turns, number| turns[number].whole / turns[PLAIN].whole).show(2),
        ];
        let memory = &of_rounds[ROUNDS - 1][number].memory;
        guest.note(format!("{:<20} {}   {memory}", relay.name, columns.join(" ")));
    }
}

/// What came of a relay in a round.
struct Turn {
    /// How long an event took until it was there, in microseconds.
    arrival: f64,
    /// How long it took until the relay slept again.
    whole: f64,
    /// What it has in memory at the end.
    memory: String,
}

/// One round of all relays, side by side.
fn round(relays: &[Relay]) -> Vec<Turn> {
    let mut running: Vec<Running> = relays.iter().map(Relay::start).collect();
    let arrivals = pass(&mut running, Priority::First);
    let wholes = pass(&mut running, Priority::Last);
    let turn = |((running, arrival), whole): ((&Running, f64), f64)| Turn {
        arrival,
        whole,
        memory: running.memory(),
    };
    running.iter().zip(arrivals).zip(wholes).map(turn).collect()
}

/// How long an event took through each relay, in microseconds: the medians.
fn pass(running: &mut [Running], priority: Priority) -> Vec<f64> {
    let mut times = vec![Vec::with_capacity(2 * (WARM + KEYS)); running.len()];
    prefer(priority);
    for _ in 0..WARM + KEYS {
        for (running, times) in running.iter_mut().zip(&mut times) {
            times.extend(tap(running));
        }
    }
    prefer(Priority::None);
    times.into_iter().map(|times| Spread::of(times[2 * WARM..].to_vec()).middle).collect()
}

/// Whether this program runs before the relays or behind them, when both could.
#[derive(Clone, Copy, Debug)]
enum Priority {
    None,
    First,
    Last,
}

fn prefer(priority: Priority) {
    let (policy, level) = match priority {
        Priority::None => ("--other", "0"),
        Priority::First => ("--fifo", "1"),
        Priority::Last => ("--idle", "0"),
    };
    let own = process::id().to_string();
    let chrt = Command::new("chrt").args([policy, "--pid", level, &own]).status();
    assert!(chrt.is_ok_and(|chrt| chrt.success()), "`chrt` gives no priority");
}

/// How long a press took and how long its release, in microseconds.
fn tap(running: &mut Running) -> [f64; 2] {
    [1, 0].map(|down| {
        let start = Instant::now();
        running.board.emit(EventType::KEY, KeyCode::KEY_J.0, down);
        await_key(running, down);
        let time = start.elapsed();
        thread::sleep(PAUSE);
        time.as_secs_f64() * 1e6
    })
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

/// Figures of one kind.
struct Spread {
    lowest: f64,
    /// The median.
    middle: f64,
    highest: f64,
}

impl Spread {
    fn of(mut figures: Vec<f64>) -> Self {
        figures.sort_by(f64::total_cmp);
        let (half, last) = (figures.len() / 2, figures.len() - 1);
        let middle = f64::midpoint(figures[half], figures[last - half]);
        Self { lowest: figures[0], middle, highest: figures[last] }
    }

    /// The median, and from where to where the figures go.
    fn show(&self, digits: usize) -> String {
        let Self { lowest, middle, highest } = self;
        let range = format!("{lowest:.digits$} to {highest:.digits$}");
        format!("{middle:>6.digits$} {range:>12}")
    }
}
