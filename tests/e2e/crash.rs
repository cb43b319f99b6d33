//! The daemon dies or stops in the middle: the keyboard is as it was.

use std::{thread, time::Duration};

use rustix::process::{Pid, Signal, getpgid};

use crate::support::{Desk, PATIENT, gone, key, send, wait_until};

/// A state of the engine: how to get there, and which keys are down then.
struct State {
    name: &'static str,
    settings: &'static str,
    keys: fn(&mut Desk),
    down: &'static [u8],
    /// What has arrived by then.
    received: &'static str,
}

const STATES: &[State] = &[
    State { name: "idle", settings: "", keys: |_| (), down: &[], received: "" },
    State {
        name: "held",
        settings: "",
        keys: |desk| desk.keyboard.down(key::CAPS),
        down: &[key::CAPS],
        received: "",
    },
    State {
        name: "pending",
        settings: "",
        keys: |desk| {
            desk.keyboard.down(key::CAPS);
            desk.keyboard.tap(key::L);
        },
        down: &[key::CAPS],
        received: "",
    },
    State {
        name: "a swallowed key down",
        settings: "",
        keys: |desk| {
            desk.keyboard.down(key::CAPS);
            desk.keyboard.down(key::L);
        },
        down: &[key::L, key::CAPS],
        received: "",
    },
    State {
        name: "a passed modifier down",
        settings: "",
        keys: |desk| {
            desk.keyboard.down(key::CAPS);
            desk.keyboard.down(key::SHIFT);
        },
        down: &[key::SHIFT, key::CAPS],
        received: "",
    },
    State {
        name: "after an output",
        settings: "",
        keys: |desk| {
            desk.keyboard.down(key::CAPS);
            desk.keyboard.text("la");
        },
        down: &[key::CAPS],
        received: "λ",
    },
    State {
        name: "after a tap",
        settings: PATIENT,
        keys: |desk| desk.keyboard.tap_trigger(),
        down: &[],
        received: "",
    },
    State {
        name: "pending after a tap",
        settings: PATIENT,
        keys: |desk| {
            desk.keyboard.tap_trigger();
            desk.keyboard.tap(key::L);
        },
        down: &[],
        received: "",
    },
    State {
        name: "pending after the release",
        settings: PATIENT,
        keys: |desk| desk.keyboard.hold("l"),
        down: &[],
        received: "",
    },
];

/// Plain typing works and no key is down: on this keyboard and on the other.
#[track_caller]
fn expect_plain_typing(desk: &mut Desk, state: &State) {
    for &code in state.down {
        desk.keyboard.up(code);
    }
    desk.expect_rest(false);
    desk.finish(state.received);
}

fn enter(state: &State) -> Desk {
    let mut desk = Desk::new(state.settings);
    (state.keys)(&mut desk);
    desk.expect(state.received);
    desk
}

fn killed(number: usize) {
    let state = &STATES[number];
    let mut desk = enter(state);
    desk.daemon().kill();
    expect_plain_typing(&mut desk, state);
    // The next daemon starts as if nothing had been.
    desk.start_daemon();
    desk.keyboard.hold("la");
    desk.finish(&format!("{}1.2.λ", state.received));
}

fn stopped(number: usize) {
    let state = &STATES[number];
    let mut desk = enter(state);
    desk.daemon().signal(Signal::STOP);
    expect_plain_typing(&mut desk, state);
}

/// One test for each state, so that they run beside each other and a failure names its state.
macro_rules! states {
    ($($test:ident: $number:expr;)*) => {
        mod kill_9 {
            $(#[test] fn $test() { super::killed($number); })*
        }
        mod sigstop {
            $(#[test] fn $test() { super::stopped($number); })*
        }
        #[test]
        fn every_state_has_its_test() {
            let tests = [$((stringify!($test), $number)),*];
            for (number, state) in STATES.iter().enumerate() {
                assert_eq!(tests[number], (state.name.replace(' ', "_").as_str(), number));
            }
            assert_eq!(tests.len(), STATES.len());
        }
    };
}

states! {
    idle: 0;
    held: 1;
    pending: 2;
    a_swallowed_key_down: 3;
    a_passed_modifier_down: 4;
    after_an_output: 5;
    after_a_tap: 6;
    pending_after_a_tap: 7;
    pending_after_the_release: 8;
}

#[test]
fn ten_kills_leave_the_same_free_keycodes() {
    let mut desk = Desk::new("");
    let free = |desk: &Desk| desk.server.free_keycodes();
    // Use the pool first: what is bound then must be found again, not added to.
    desk.keyboard.hold("la=e");
    desk.expect("λ€");
    let first = free(&desk);
    let mut expected = "λ€".to_owned();
    for _ in 0..10 {
        desk.daemon().kill();
        desk.start_daemon();
        desk.keyboard.hold("la=e");
        expected += "λ€";
        desk.expect(&expected);
        assert_eq!(free(&desk), first);
    }
    desk.finish(&expected);
    // What was just typed may not be read yet by a slow program, so a daemon that ends right then
    // leaves it bound. Let time pass.
    thread::sleep(Duration::from_secs(2));
    desk.daemon().stop();
    assert_eq!(free(&desk), desk.server.free_at_start, "after a clean end");
    assert_eq!(desk.server.bound_keycodes(), []);
}

#[test]
fn killed_in_the_middle_of_much_text() {
    let long = "λéüµ€→".repeat(50);
    let config = format!("keymaps = []\n[sequences]\n\"la\" = \"{long}\"\n");
    let mut desk = Desk::with_config(&config);
    desk.keyboard.hold("la");
    desk.expect(&long);
    let before = desk.server.free_keycodes();
    for _ in 0..5 {
        desk.keyboard.hold("la");
        desk.keyboard.sync();
        desk.daemon().kill();
        desk.expect_rest(false);
        desk.start_daemon();
        assert_eq!(desk.server.free_keycodes(), before);
    }
    let received = desk.app.received().len();
    desk.keyboard.hold("la");
    assert!(wait_until(|| desk.app.received().len() >= received + long.len()));
    assert!(desk.app.received().ends_with(&long));
    desk.expect_rest(false);
}

/// The trigger goes down when the daemon already stands still: that keyboard waits for it no longer
/// than the guard does, the other one not at all.
#[test]
fn stopped_before_the_trigger() {
    let mut desk = Desk::new("");
    let guards = desk.daemon().guards();
    desk.keyboard.text("a");
    desk.sync();
    desk.daemon().signal(Signal::STOP);
    // Its release comes while the server keeps the keys of this keyboard.
    desk.keyboard.down(key::SHIFT);
    desk.keyboard.down(key::CAPS);
    desk.keyboard.up(key::SHIFT);
    desk.keyboard.tap(key::L);
    desk.second.text("b");
    desk.expect("aB");
    desk.keyboard.up(key::CAPS);
    assert!(gone(&guards), "the guard cuts the daemon off and ends");
    desk.expect_rest(false);
    desk.finish("aB");
}

/// The daemon goes on in time: nothing of what was typed meanwhile is lost or changes places.
#[test]
fn stopped_for_a_moment() {
    let mut desk = Desk::new("");
    for _ in 0..3 {
        desk.daemon().signal(Signal::STOP);
        desk.keyboard.text("a");
        desk.keyboard.hold("la");
        desk.keyboard.text("b");
        thread::sleep(Duration::from_millis(500));
        desk.daemon().signal(Signal::CONT);
        thread::sleep(Duration::from_millis(200));
    }
    desk.finish("aλbaλbaλb");
}

/// With the guard stopped as well nobody can cut the daemon off. The other keyboard types, and all is
/// there when the daemon goes on.
#[test]
fn stopped_with_its_guard() {
    let mut desk = Desk::new("");
    let mut both = desk.daemon().guards();
    both.push(desk.daemon().id());
    both.iter().for_each(|&process| send(process, Signal::STOP));
    desk.keyboard.hold("la");
    desk.keyboard.text("b");
    desk.second.text("2");
    desk.expect("2");
    thread::sleep(Duration::from_secs(3));
    both.iter().rev().for_each(|&process| send(process, Signal::CONT));
    desk.finish("2λb");
}

/// Ctrl+Z in a terminal is for its foreground process group, and the guard is in none.
#[test]
fn the_guard_is_not_stopped_with_the_terminal() {
    let mut desk = Desk::new("");
    let group = |process: u32| {
        let pid = i32::try_from(process).ok().and_then(Pid::from_raw);
        getpgid(pid).expect("the process runs")
    };
    let daemon = group(desk.daemon().id());
    assert!(desk.daemon().guards().iter().all(|&guard| group(guard) != daemon));
}

/// The guard is told of every grab, and asks; a daemon that runs answers, whoever it was.
#[test]
fn a_keyboard_grabbed_by_another_program() {
    let mut desk = Desk::new("");
    let devices = desk.server.devices();
    let keyboard = devices.iter().find(|device| device.name == "keyboard0").expect("it is there");
    desk.server.grab_for(keyboard, Duration::from_secs(3));
    desk.keyboard.hold("la");
    desk.finish("λ");
}

/// A key of the server's own (`grab:break_actions`, Ctrl+Alt+keypad `/`) takes the keyboard from the
/// daemon in the middle of a hold, without a word to it. The next hold is one like any other.
#[test]
fn the_server_breaks_the_grab() {
    const ALT: u8 = 64;
    const KEYPAD_SLASH: u8 = 106;
    let mut desk = Desk::new("");
    desk.server.setxkbmap(&["-option", "grab:break_actions"]);
    let chord = [key::CTRL, ALT, KEYPAD_SLASH];
    for _ in 0..2 {
        desk.keyboard.down(key::CAPS);
        chord.iter().for_each(|&code| desk.keyboard.down(code));
        chord.iter().rev().for_each(|&code| desk.keyboard.up(code));
        desk.keyboard.up(key::CAPS);
        desk.sync();
        desk.expect_rest(false);
        desk.keyboard.hold("la");
        desk.keyboard.text("b");
        desk.sync();
    }
    desk.finish("λbλb");
}

#[test]
fn guard_killed_with_the_daemon() {
    let mut desk = Desk::new(PATIENT);
    desk.keyboard.tap_trigger();
    desk.keyboard.tap(key::L);
    desk.sync();
    let guards = desk.daemon().guards();
    desk.daemon().signal(Signal::STOP);
    guards.iter().for_each(|&guard| send(guard, Signal::KILL));
    desk.daemon().kill();
    desk.expect_rest(false);
    desk.finish("");
}

#[test]
fn guard_killed_alone() {
    let mut desk = Desk::new(PATIENT);
    let guards = desk.daemon().guards();
    assert!(!guards.is_empty(), "the daemon has a guard");
    guards.iter().for_each(|&guard| send(guard, Signal::KILL));
    desk.keyboard.text("a");
    desk.keyboard.hold("la");
    desk.keyboard.text("b");
    desk.finish("aλb");
}

/// Without a guard a tap could lock the user out: rather no daemon.
#[test]
fn no_guard_can_live() {
    let mut desk = Desk::new("");
    desk.keyboard.hold("la");
    desk.expect("λ");
    let ended = wait_until(|| {
        desk.daemon().guards().iter().for_each(|&guard| send(guard, Signal::KILL));
        desk.daemon().says_now("the guard cannot live here")
    });
    assert!(ended, "it said:\n{}", desk.daemon().messages());
    assert_eq!(desk.daemon().wait().code(), Some(1));
    desk.expect_rest(false);
    desk.finish("λ");
}
