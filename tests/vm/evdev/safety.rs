//! Nobody is locked out, no key stays down: whatever happens to the daemon.

use std::{
    fs,
    os::unix::process::ExitStatusExt as _,
    thread,
    time::{Duration, Instant},
};

use evdev::{EventType, KeyCode, raw_stream::RawDevice};
use rustix::{
    fs::{Mode, OFlags, open},
    process::Signal,
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Action, tcflow},
};

use crate::{
    console::terminal::Terminal,
    guest::Guest,
    support::{
        board::Board,
        daemon::{Daemon, gone},
        reader::Reader,
        rig::{self, MAP, Rig, taken, twins},
        wait_until,
    },
};

const CAPS: KeyCode = KeyCode::KEY_CAPSLOCK;
const CHORD: [KeyCode; 3] = [KeyCode::KEY_BACKSPACE, KeyCode::KEY_ESC, KeyCode::KEY_ENTER];

/// What it is called, and how to get there.
type State = (&'static str, fn(&mut Board));

/// The states in which a daemon may die, each with the keys that lead there.
const STATES: &[State] = &[
    ("at rest", |_| {}),
    ("a letter is held", |board| board.down(KeyCode::KEY_J)),
    ("shift is held", |board| board.down(KeyCode::KEY_LEFTSHIFT)),
    ("in a hold", |board| board.down(CAPS)),
    ("a sequence is pending", |board| {
        board.down(CAPS);
        board.text("l");
    }),
    ("in a hold with a letter down", |board| {
        board.down(KeyCode::KEY_J);
        board.down(CAPS);
        board.down(KeyCode::KEY_L);
    }),
    ("after a tap", |board| board.tap(CAPS)),
    ("a tap's sequence is pending", |board| {
        board.tap(CAPS);
        board.text("l");
    }),
    ("in the grace", |board| {
        board.down(CAPS);
        board.text("l");
        board.up(CAPS);
    }),
];

/// Lifts every finger; then plain typing reaches the session from the keyboard itself.
#[track_caller]
fn types_plainly(board: &mut Board, what: &str) {
    let mut physical = Reader::physical(&board.name);
    // Nobody has it any more; who has been let go of may take a moment.
    assert!(wait_until(|| physical.device().grab().is_ok()), "{what}: it is still taken");
    physical.device().ungrab().expect("it was ours");
    let fingers = physical.down();
    fingers.iter().for_each(|&code| board.up(code));
    let releases: Vec<_> = fingers.iter().map(|&code| (code, 0)).collect();
    let came = wait_until(|| releases.iter().all(|key| physical.keys().contains(key)));
    assert!(came, "{what}: of {releases:?} only {:?}", physical.keys());
    assert!(physical.rests(), "{what}: fingers stay down");
    physical.clear();
    board.text("ok");
    let came = wait_until(|| physical.text() == "ok");
    assert!(came, "{what}: the keyboard gives `{}`", physical.text());
}

pub(crate) fn killed_in_every_state(_: &mut Guest) {
    for (what, lead) in STATES {
        let mut rig = Rig::new();
        lead(&mut rig.board);
        let guards = rig.daemon.guards();
        rig.daemon.kill();
        assert!(wait_until(|| twins() == 0), "{what}: a twin outlives its daemon");
        assert!(gone(&guards), "{what}: the guard outlives the daemon");
        types_plainly(&mut rig.board, what);
    }
}

/// The kernel lets the twin's keys go before it takes the twin away. Who reads the twin's node may find it gone
/// before that is read, and has to let its keys go by itself, as libinput does; so the console is asked, which is
/// told in the kernel.
pub(crate) fn the_session_has_the_release_of_a_killed_ones_keys(_: &mut Guest) {
    let console = Terminal::new(1);
    let mut rig = Rig::new();
    let mut other = Board::new("Other");
    let _twin = taken(&mut rig.daemon, "Other");
    rig.board.down(KeyCode::KEY_LEFTSHIFT);
    assert!(wait_until(|| rig.twin.down() == [KeyCode::KEY_LEFTSHIFT]));
    other.text("k");
    console.expect("K");
    rig.daemon.kill();
    assert!(wait_until(|| twins() == 0));
    assert!(gone(&rig.daemon.guards()));
    // The finger is on Shift all the time, and no key of it is down to the session.
    other.text("k");
    console.expect("k");
    rig.board.up(KeyCode::KEY_LEFTSHIFT);
    rig.board.text("K");
    console.expect("K");
}

pub(crate) fn stopped_in_every_state(_: &mut Guest) {
    for (what, lead) in STATES {
        let mut rig = Rig::new();
        lead(&mut rig.board);
        rig.daemon.signal(Signal::STOP);
        // Without keys nobody waits, so nobody looks.
        rig.board.down(KeyCode::KEY_M);
        let start = Instant::now();
        assert!(wait_until(|| twins() == 0), "{what}: nobody takes the keyboard away");
        let time = start.elapsed();
        assert!(time > Duration::from_secs(1), "{what}: after {time:?} it was not standing still");
        types_plainly(&mut rig.board, what);
        assert_eq!(rig.daemon.wait().signal(), Some(9), "{what}");
    }
}

pub(crate) fn a_short_stop_loses_nothing(_: &mut Guest) {
    let mut rig = Rig::new();
    rig.daemon.signal(Signal::STOP);
    rig.board.text("late");
    rig.daemon.signal(Signal::CONT);
    rig.finish("late");
}

pub(crate) fn the_chord_ends_it(_: &mut Guest) {
    for (what, lead) in STATES {
        let mut rig = Rig::new();
        lead(&mut rig.board);
        CHORD.iter().for_each(|&key| rig.board.down(key));
        // By itself, or by its guard if that finds it at work; no unit restarts either.
        let status = rig.daemon.wait();
        let ended = status.code() == Some(3) || status.signal() == Some(10);
        assert!(ended, "{what}: {status:?}");
        assert!(wait_until(|| twins() == 0), "{what}");
        types_plainly(&mut rig.board, what);
    }
}

pub(crate) fn the_chord_ends_a_stopped_one(_: &mut Guest) {
    let mut rig = Rig::new();
    rig.board.down(KeyCode::KEY_J);
    rig.daemon.signal(Signal::STOP);
    let start = Instant::now();
    CHORD.iter().for_each(|&key| rig.board.down(key));
    assert_eq!(rig.daemon.wait().signal(), Some(10), "by SIGUSR1, which no unit restarts");
    let time = start.elapsed();
    assert!(time < Duration::from_millis(1900), "after {time:?}: not before its patience was over");
    assert!(wait_until(|| twins() == 0));
    types_plainly(&mut rig.board, "after the chord");
}

pub(crate) fn a_stopped_guard_does_not_hold_the_keyboard(_: &mut Guest) {
    let mut rig = Rig::new();
    let guards = rig.daemon.guards();
    guards.iter().for_each(|&guard| crate::support::daemon::send(guard, Signal::STOP));
    rig.board.text("go");
    rig.twin.expect_text("go");
    rig.daemon.kill();
    assert!(wait_until(|| twins() == 0));
    types_plainly(&mut rig.board, "with a stopped guard");
}

pub(crate) fn a_killed_guard_is_replaced(_: &mut Guest) {
    let mut rig = Rig::new();
    let old = rig.daemon.guards();
    old.iter().for_each(|&guard| crate::support::daemon::send(guard, Signal::KILL));
    assert!(wait_until(|| rig.daemon.guards().iter().any(|guard| !old.contains(guard))));
    rig.board.text("go");
    rig.twin.expect_text("go");
    rig.daemon.signal(Signal::STOP);
    rig.board.tap(KeyCode::KEY_M);
    assert!(wait_until(|| twins() == 0), "the new guard knows the keyboards");
    types_plainly(&mut rig.board, "with a new guard");
}

pub(crate) fn a_key_that_is_held_at_the_start_is_waited_for(_: &mut Guest) {
    let mut board = Board::new("Board");
    let mut physical = Reader::physical("Board");
    board.down(KeyCode::KEY_ENTER);
    let mut daemon = Daemon::start(&rig::home(MAP));
    assert!(daemon.says("keyboard `Board`: a key is held down on it"), "{}", daemon.messages());
    assert!(!daemon.says_now("keyboard `Board`: taken"), "it takes it all the same");
    board.up(KeyCode::KEY_ENTER);
    let mut twin = taken(&mut daemon, "Board");
    let ends = |keys: &[(KeyCode, i32)]| keys.last() == Some(&(KeyCode::KEY_ENTER, 0));
    assert!(wait_until(|| ends(physical.keys())), "its release is the session's");
    board.hold("la");
    twin.expect_text("L!");
}

pub(crate) fn a_release_that_the_session_was_not_told_is_waited_for(_: &mut Guest) {
    let (mut board, mut other) = (Board::new("Board"), Board::new("Other"));
    let mut physical = Reader::physical("Board");
    board.down(KeyCode::KEY_ENTER);
    let mut daemon = Daemon::start(&rig::home(MAP));
    let _ = taken(&mut daemon, "Other");
    // To the kernel it is up from here on, to everybody else when the report ends.
    board.emit_unreported(EventType::KEY, KeyCode::KEY_ENTER.0, 0);
    // Wakes the daemon, which looks at its keyboards then.
    other.tap(KeyCode::KEY_F);
    thread::sleep(Duration::from_millis(20));
    board.emit_unreported(EventType::SYNCHRONIZATION, 0, 0);
    let mut twin = taken(&mut daemon, "Board");
    let ends = |keys: &[(KeyCode, i32)]| keys.last() == Some(&(KeyCode::KEY_ENTER, 0));
    assert!(wait_until(|| ends(physical.keys())), "its release is the session's");
    board.hold("la");
    twin.expect_text("L!");
}

/// A key that repeats is down still, whatever the repeat says of reports.
pub(crate) fn a_repeat_is_no_release(_: &mut Guest) {
    let (mut board, mut other) = (Board::new("Board"), Board::new("Other"));
    let mut physical = Reader::physical("Board");
    board.down(KeyCode::KEY_ENTER);
    let mut daemon = Daemon::start(&rig::home(MAP));
    let mut other_twin = taken(&mut daemon, "Other");
    daemon.signal(Signal::STOP);
    board.emit(EventType::KEY, KeyCode::KEY_ENTER.0, 2);
    board.emit_unreported(EventType::KEY, KeyCode::KEY_ENTER.0, 0);
    other.tap(KeyCode::KEY_F);
    daemon.signal(Signal::CONT);
    // Whoever has read the one has read the other, and looks at it in the same breath.
    assert!(wait_until(|| other_twin.strokes_of(KeyCode::KEY_F) == 1));
    thread::sleep(Duration::from_millis(20));
    board.emit_unreported(EventType::SYNCHRONIZATION, 0, 0);
    let mut twin = taken(&mut daemon, "Board");
    let ends = |keys: &[(KeyCode, i32)]| keys.last() == Some(&(KeyCode::KEY_ENTER, 0));
    assert!(wait_until(|| ends(physical.keys())), "its release is the session's");
    board.hold("la");
    twin.expect_text("L!");
}

/// The first look too may come between the release and the report.
pub(crate) fn a_release_may_be_owed_at_a_resume(_: &mut Guest) {
    let mut rig = Rig::new();
    assert!(rig.home.cli(&["pause"]).status.success());
    let mut physical = Reader::physical("Board");
    rig.board.down(KeyCode::KEY_ENTER);
    rig.board.emit_unreported(EventType::KEY, KeyCode::KEY_ENTER.0, 0);
    assert!(rig.home.cli(&["resume"]).status.success());
    thread::sleep(Duration::from_millis(20));
    rig.board.emit_unreported(EventType::SYNCHRONIZATION, 0, 0);
    let ends = |keys: &[(KeyCode, i32)]| keys.last() == Some(&(KeyCode::KEY_ENTER, 0));
    assert!(wait_until(|| ends(physical.keys())), "its release is the session's");
    assert!(wait_until(|| {
        rig.board.text("x");
        !rig.twin.keys().is_empty()
    }));
    rig.twin.clear();
    rig.board.hold("la");
    rig.finish("L!");
}

pub(crate) fn a_button_that_is_held_at_the_start_is_waited_for(_: &mut Guest) {
    let mut board = Board::with_everything("Mixed");
    let mut physical = Reader::physical("Mixed");
    board.down(KeyCode::BTN_LEFT);
    let mut daemon = Daemon::start(&rig::home(MAP));
    assert!(daemon.says("keyboard `Mixed`: a key"), "{}", daemon.messages());
    assert!(!daemon.says_now("keyboard `Mixed`: taken"), "it takes it all the same");
    board.up(KeyCode::BTN_LEFT);
    let mut twin = taken(&mut daemon, "Mixed");
    assert_eq!(physical.keys(), [(KeyCode::BTN_LEFT, 1), (KeyCode::BTN_LEFT, 0)]);
    board.hold("la");
    twin.expect_text("L!");
}

pub(crate) fn a_button_that_is_held_goes_up_with_a_pause(_: &mut Guest) {
    let mut rig = Rig::with_board(Board::with_everything("Mixed"));
    rig.board.down(KeyCode::BTN_LEFT);
    rig.twin.expect(&[(KeyCode::BTN_LEFT, 1)]);
    assert!(rig.home.cli(&["pause"]).status.success());
    rig.twin.expect(&[(KeyCode::BTN_LEFT, 1), (KeyCode::BTN_LEFT, 0)]);
    assert!(rig.twin.rests(), "the button stays down on the twin");
    rig.board.up(KeyCode::BTN_LEFT);
    assert!(rig.home.cli(&["resume"]).status.success());
    rig.twin.clear();
    assert!(wait_until(|| {
        rig.board.tap(KeyCode::BTN_LEFT);
        rig.twin.strokes_of(KeyCode::BTN_LEFT) > 0
    }));
    assert!(rig.twin.rests());
}

/// Giving a keyboard back takes the kernel its time, and another one is typed on meanwhile.
pub(crate) fn a_pause_loses_no_key(_: &mut Guest) {
    const KEYS: usize = 60;
    let mut rig = Rig::new();
    let mut last = Board::new("Last");
    let mut twin = taken(&mut rig.daemon, "Last");
    let mut physical = Reader::physical("Last");
    // The kernel keeps 16 keys of them, for a third of a second.
    last.pace = Duration::from_millis(10);
    let letters: Vec<_> = (KeyCode::KEY_Q.0..=KeyCode::KEY_P.0).map(KeyCode).collect();
    for round in 0..3 {
        thread::scope(|scope| {
            let home = &rig.home;
            let pause = scope.spawn(|| {
                thread::sleep(Duration::from_millis(300));
                home.cli(&["pause"]).status.success()
            });
            (0..KEYS).for_each(|key| last.tap(letters[key % letters.len()]));
            assert!(pause.join().expect("it is asked"));
        });
        let presses = |reader: &mut Reader| -> Vec<_> {
            reader.keys().iter().filter(|key| key.1 == 1).map(|key| key.0).collect()
        };
        // First the twin's, then the keyboard's own; one that went to both is no loss.
        let typed = |twin: &mut Reader, physical: &mut Reader| {
            let (first, then) = (presses(twin), presses(physical));
            let lost = KEYS.saturating_sub(first.len() + then.len());
            let wanted = |key: usize| letters[key % letters.len()];
            let begins = first.iter().enumerate().all(|(key, &is)| is == wanted(key));
            let ends = then.iter().rev().enumerate().all(|(key, &is)| is == wanted(KEYS - 1 - key));
            (lost, begins, ends)
        };
        let all = wait_until(|| typed(&mut twin, &mut physical) == (0, true, true));
        let (first, then) = (presses(&mut twin).len(), presses(&mut physical).len());
        assert!(all, "round {round}: of {KEYS} keys {first} and {then} came");
        assert!(first > 0 && then > 0, "round {round}: the pause came at the wrong time");
        assert!(twin.rests() && physical.rests());
        assert!(rig.home.cli(&["resume"]).status.success());
        assert!(wait_until(|| {
            twin.clear();
            last.tap(KeyCode::KEY_F);
            twin.strokes_of(KeyCode::KEY_F) == 1
        }));
        twin.clear();
        physical.clear();
    }
    rig.twin.clear();
    assert!(wait_until(|| {
        rig.board.text("x");
        !rig.twin.keys().is_empty()
    }));
    rig.twin.clear();
    rig.finish("");
}

/// A node may be closed to us by then: logind takes rights away with the session.
pub(crate) fn a_new_guard_knows_keyboards_that_cannot_be_opened_again(_: &mut Guest) {
    let mut rig = Rig::new();
    let mut physical = Reader::physical("Board");
    let node = rig.board.node();
    let away = node.with_file_name("away");
    fs::rename(&node, &away).expect("we are root");
    let old = rig.daemon.guards();
    old.iter().for_each(|&guard| crate::support::daemon::send(guard, Signal::KILL));
    assert!(wait_until(|| rig.daemon.guards().iter().any(|guard| !old.contains(guard))));
    rig.board.text("go");
    rig.twin.expect_text("go");
    rig.daemon.signal(Signal::STOP);
    rig.board.tap(KeyCode::KEY_M);
    thread::sleep(Duration::from_secs(3));
    rig.board.text("ok");
    fs::rename(&away, &node).expect("we are root");
    assert!(wait_until(|| physical.text() == "ok"), "the guard does not know the keyboard");
}

pub(crate) fn pausing_gives_the_keyboards_back(_: &mut Guest) {
    let mut rig = Rig::new();
    rig.board.down(KeyCode::KEY_J);
    assert!(wait_until(|| !rig.twin.keys().is_empty()));
    assert!(rig.home.cli(&["pause"]).status.success());
    assert!(rig.twin.rests(), "a key stays down on the twin");
    types_plainly(&mut rig.board, "paused");
    assert!(rig.home.cli(&["resume"]).status.success());
    rig.twin.clear();
    assert!(wait_until(|| {
        rig.board.text("x");
        !rig.twin.keys().is_empty()
    }));
    rig.twin.clear();
    rig.board.hold("la");
    rig.twin.expect_text("L!");
}

pub(crate) fn a_clean_end_leaves_nothing(_: &mut Guest) {
    let mut rig = Rig::new();
    rig.board.down(KeyCode::KEY_J);
    assert!(rig.daemon.stop().success());
    assert_eq!(twins(), 0);
    types_plainly(&mut rig.board, "after the end");
}

pub(crate) fn two_daemons_do_not_chain(_: &mut Guest) {
    let mut rig = Rig::new();
    let mut second = Daemon::start(&rig::home(MAP));
    assert!(second.says("keyboard `Board`: another program has it"), "{}", second.messages());
    rig.board.hold("la");
    rig.board.text("plain");
    rig.finish("L!plain");
    // The first one ends: the second takes over.
    assert!(rig.daemon.stop().success());
    assert!(second.says("keyboard `Board`: taken"), "{}", second.messages());
    let mut twin = rig::twin("Board");
    rig.board.hold("la");
    twin.expect_text("L!");
}

pub(crate) fn another_programs_keyboard_is_left_to_it(_: &mut Guest) {
    let board = Board::new("Board");
    let nodes = crate::support::reader::nodes();
    let mut other = nodes
        .iter()
        .filter_map(|node| RawDevice::open(node).ok())
        .find(|device| device.name() == Some("Board"))
        .expect("it is there");
    other.grab().expect("nobody has it");
    let mut daemon = Daemon::start(&rig::home(MAP));
    assert!(daemon.says("keyboard `Board`: another program has it"), "{}", daemon.messages());
    assert!(!daemon.says_now("keyboard `Board`: taken"));
    drop(other);
    assert!(daemon.says("keyboard `Board`: taken"), "{}", daemon.messages());
    drop(board);
    assert!(daemon.says("keyboard `Board`: gone"), "{}", daemon.messages());
}

pub(crate) fn a_terminal_that_stands_still_holds_no_key(_: &mut Guest) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("there are terminals");
    grantpt(&master).and_then(|()| unlockpt(&master)).expect("it is ours");
    let name = ptsname(&master, Vec::new()).expect("it has a name");
    let terminal = open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).expect("it is ours");
    // As Ctrl+S does.
    tcflow(&terminal, Action::OOff).expect("it is a terminal");
    let home = rig::home(MAP);
    let mut board = Board::new("Board");
    let mut daemon = Daemon::spawn_on(&home, terminal.try_clone().expect("there is room"));
    let answers = |what| home.cli(&[what]).status.success();
    assert!(wait_until(|| answers("status")), "nobody answers");
    let mut twin = rig::twin(&board.name);
    let taken = || {
        twin.clear();
        board.hold("la");
        thread::sleep(Duration::from_millis(100));
        twin.text() == "L!"
    };
    assert!(wait_until(taken), "the keyboard is not taken");
    for _ in 0..10 {
        assert!(answers("reload"));
    }
    twin.clear();
    board.text("on");
    board.hold("la");
    twin.expect_text("onL!");
    assert!(daemon.stop().success(), "it ends, whoever reads what it said");
    drop((terminal, master));
}
