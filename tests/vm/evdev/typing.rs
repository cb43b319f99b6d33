//! What is typed comes out of the twin: passed, composed, tapped.

use std::{thread, time::Duration};

use evdev::{
    AbsoluteAxisCode, EventType, KeyCode, PropType, RelativeAxisCode, SwitchCode,
    raw_stream::RawDevice,
};

use crate::{
    guest::Guest,
    support::{
        board::{Board, HIGH},
        daemon::Daemon,
        reader::Reader,
        rig::{self, MAP, Rig, taken},
        wait_until,
    },
};

const CAPS: KeyCode = KeyCode::KEY_CAPSLOCK;
/// The machine's own keyboard.
const MACHINES: &str = "AT Translated Set 2 keyboard";

pub(crate) fn a_key_is_passed_on(_: &mut Guest) {
    let mut rig = Rig::new();
    let mut physical = Reader::physical("Board");
    rig.board.tap(KeyCode::KEY_A);
    rig.twin.expect(&[(KeyCode::KEY_A, 1), (KeyCode::KEY_A, 0)]);
    assert_eq!(physical.keys(), [], "nobody else sees the keyboard itself");
    rig.board.text("Hello, World 42");
    rig.finish("aHello, World 42");
}

pub(crate) fn holds_and_taps_compose(_: &mut Guest) {
    let mut rig = Rig::new();
    rig.board.hold("la");
    rig.board.hold("laoo");
    rig.board.text("plain");
    rig.board.hold("--");
    rig.board.hold("---");
    rig.board.tap(CAPS);
    rig.board.text("la");
    rig.finish("L!L!0plainxYYL!");
}

pub(crate) fn a_text_is_spelled_in_the_layout_of_the_session(_: &mut Guest) {
    let map = MAP.replace("L!", "ü");
    let mut rig = Rig::with_config(&format!("layout = \"de\"\n{map}"));
    rig.board.hold("la");
    // The key of ü on the layout `de`, as `us` has it.
    rig.finish("[");
}

pub(crate) fn a_mismatch_types_nothing(_: &mut Guest) {
    let mut rig = Rig::new();
    rig.board.hold("lx");
    rig.board.hold("zz");
    rig.board.hold("");
    rig.board.tap(KeyCode::KEY_ESC);
    rig.board.hold("la");
    rig.board.text("abc");
    rig.finish("L!abc");
}

pub(crate) fn overlapping_keys_are_paired(_: &mut Guest) {
    let mut rig = Rig::new();
    let board = &mut rig.board;
    // A letter held into the hold, one held out of it, and the trigger up first.
    board.down(KeyCode::KEY_Q);
    board.down(CAPS);
    board.up(KeyCode::KEY_Q);
    board.down(KeyCode::KEY_L);
    board.down(KeyCode::KEY_A);
    board.up(CAPS);
    board.up(KeyCode::KEY_L);
    board.down(KeyCode::KEY_B);
    board.up(KeyCode::KEY_A);
    board.up(KeyCode::KEY_B);
    rig.finish("qL!b");
}

pub(crate) fn a_text_goes_out_while_shift_is_held(_: &mut Guest) {
    let mut rig = Rig::new();
    let board = &mut rig.board;
    // Held before the hold, in it, and after it: only then does it make capitals.
    board.down(KeyCode::KEY_LEFTSHIFT);
    board.text("k");
    board.down(CAPS);
    board.up(KeyCode::KEY_LEFTSHIFT);
    board.text("l");
    board.down(KeyCode::KEY_RIGHTSHIFT);
    board.up(KeyCode::KEY_RIGHTSHIFT);
    board.text("a");
    board.down(KeyCode::KEY_RIGHTSHIFT);
    board.up(CAPS);
    board.text("k");
    board.up(KeyCode::KEY_RIGHTSHIFT);
    // Text between a press and a release of Shift that the session has seen.
    board.down(CAPS);
    board.text("o");
    board.up(CAPS);
    board.down(KeyCode::KEY_LEFTSHIFT);
    board.up(KeyCode::KEY_LEFTSHIFT);
    board.text("o");
    rig.finish("KL!K0");
}

/// Far more than the kernel keeps for one who reads slowly; keys that come meanwhile come after it.
pub(crate) fn a_long_text_goes_out_at_a_pace_that_readers_keep(_: &mut Guest) {
    let text = "Good Night, and good LUCK to each of you! ".repeat(5);
    let map = MAP.replace("L!", &text);
    let mut rig = Rig::with_config(&map);
    rig.twin.nap(Duration::from_millis(100));
    rig.board.hold("la");
    rig.board.text("Then");
    rig.twin.expect_text(&format!("{text}Then"));
    rig.finish(&format!("{text}Then"));
}

/// A compositor that stands still while one types.
pub(crate) fn keys_wait_for_one_who_reads_late(_: &mut Guest) {
    let mut rig = Rig::new();
    rig.twin.nap(Duration::from_secs(3));
    // Once it has read, it sleeps.
    rig.board.text("b");
    assert!(wait_until(|| rig.twin.text() == "b"));
    rig.board.text(&"k".repeat(60));
    rig.twin.expect_text(&format!("b{}", "k".repeat(60)));
}

/// Shift is held on one keyboard, and the text goes out on another: Shift goes up first.
pub(crate) fn a_text_goes_out_while_another_keyboard_has_shift_down(_: &mut Guest) {
    let mut rig = Rig::new();
    let mut other = Board::new("Other");
    let mut twin = taken(&mut rig.daemon, "Other");
    other.down(KeyCode::KEY_RIGHTSHIFT);
    assert!(wait_until(|| twin.keys().len() == 1));
    // The text goes out by the keyboard that was typed on last.
    rig.board.tap(KeyCode::KEY_F5);
    assert!(wait_until(|| rig.twin.keys().len() == 2));
    rig.twin.clear();
    assert!(rig.home.cli(&["type", "l"]).status.success());
    assert!(wait_until(|| rig.twin.keys().len() + twin.keys().len() == 5), "{:?}", twin.keys());
    let times = |reader: &mut Reader| reader.times().to_vec();
    let (shift, text) = (times(&mut twin), times(&mut rig.twin));
    assert!(shift[1] <= text[0], "Shift goes up before the text");
    assert!(text[1] <= shift[2], "and down after it");
    other.up(KeyCode::KEY_RIGHTSHIFT);
    rig.twin.clear();
    rig.board.hold("la");
    rig.finish("L!");
}

pub(crate) fn shift_and_caps_lock_is_caps_lock(_: &mut Guest) {
    let mut rig = Rig::new();
    for _ in 0..2 {
        rig.board.down(KeyCode::KEY_LEFTSHIFT);
        rig.board.tap(CAPS);
        rig.board.up(KeyCode::KEY_LEFTSHIFT);
    }
    rig.board.text("x");
    assert!(wait_until(|| rig.twin.strokes_of(KeyCode::KEY_X) == 1));
    let caps = |value| rig.twin.keys().iter().filter(|&&key| key == (CAPS, value)).count();
    let mut caps = caps;
    assert_eq!((caps(1), caps(0)), (2, 2), "two complete taps");
}

pub(crate) fn all_keys_buttons_and_axes_pass(_: &mut Guest) {
    let mut rig = Rig::with_board(Board::with_everything("Mixed"));
    rig.twin.clear();
    for code in (1..=248).map(KeyCode).filter(|&code| code != CAPS).chain(HIGH) {
        rig.board.tap(code);
        let wanted = [(code, 1), (code, 0)];
        let came = wait_until(|| rig.twin.keys().iter().filter(|key| key.1 != 2).count() >= 2);
        assert!(came, "{code:?} does not pass");
        rig.twin.expect(&wanted);
        rig.twin.clear();
    }
    rig.board.tap(KeyCode::BTN_LEFT);
    rig.twin.expect(&[(KeyCode::BTN_LEFT, 1), (KeyCode::BTN_LEFT, 0)]);
    rig.board.emit(EventType::RELATIVE, RelativeAxisCode::REL_X.0, 7);
    rig.board.emit(EventType::RELATIVE, RelativeAxisCode::REL_WHEEL.0, -1);
    rig.board.emit(EventType::ABSOLUTE, AbsoluteAxisCode::ABS_VOLUME.0, 100);
    rig.board.emit(EventType::SWITCH, SwitchCode::SW_TABLET_MODE.0, 1);
    rig.board.emit(EventType::SWITCH, SwitchCode::SW_TABLET_MODE.0, 0);
    let wanted = [
        (EventType::RELATIVE, RelativeAxisCode::REL_X.0, 7),
        (EventType::RELATIVE, RelativeAxisCode::REL_WHEEL.0, -1),
        (EventType::ABSOLUTE, AbsoluteAxisCode::ABS_VOLUME.0, 100),
        (EventType::SWITCH, SwitchCode::SW_TABLET_MODE.0, 1),
        (EventType::SWITCH, SwitchCode::SW_TABLET_MODE.0, 0),
    ];
    let mut seen = Vec::new();
    wait_until(|| {
        seen.extend(rig.twin.others());
        seen.len() >= wanted.len()
    });
    assert_eq!(seen, wanted);
}

pub(crate) fn the_twin_is_like_its_keyboard(_: &mut Guest) {
    let mut rig = Rig::with_board(Board::with_everything("Mixed"));
    let mut physical = Reader::physical("Mixed");
    let (physical, twin) = (physical.device(), rig.twin.device());
    assert_eq!(physical.input_id().as_ref(), twin.input_id().as_ref());
    let axes = |device: &RawDevice| -> Vec<_> {
        device.supported_relative_axes().into_iter().flat_map(|axes| axes.iter()).collect()
    };
    let (own, of_twin) = (axes(physical), axes(twin));
    assert!(own.iter().all(|axis| of_twin.contains(axis)), "{of_twin:?}");
    // Those that it has besides move no pointer and turn no wheel.
    let more = of_twin.iter().filter(|axis| !own.contains(axis));
    let moves = [RelativeAxisCode::REL_X, RelativeAxisCode::REL_Y, RelativeAxisCode::REL_HWHEEL];
    assert!(more.clone().all(|axis| !moves.contains(axis)) && more.count() > 0);
    assert_eq!(physical.properties().iter().collect::<Vec<_>>(), [PropType::POINTING_STICK]);
    assert!(physical.properties().iter().eq(twin.properties().iter()));
    let switches = |device: &RawDevice| -> Vec<_> {
        device.supported_switches().into_iter().flat_map(|all| all.iter()).collect()
    };
    assert_eq!(switches(physical), [SwitchCode::SW_TABLET_MODE]);
    assert_eq!(switches(physical), switches(twin));
    let positions =
        |device: &RawDevice| device.get_absinfo().expect("it has axes").collect::<Vec<_>>();
    assert_eq!(positions(physical).len(), 1);
    assert_eq!(positions(physical), positions(twin), "where it is, its ends, noise and rest");
    let keys = physical.supported_keys().expect("it has keys");
    let of_twin = twin.supported_keys().expect("it has keys");
    assert!(HIGH.iter().all(|&key| keys.contains(key)));
    assert!(keys.iter().all(|key| of_twin.contains(key)));
    assert_eq!(rig::twins(), 2, "the machine's own keyboard has one too");
    let lamps = |reader: &mut Reader| -> Vec<_> {
        reader.device().supported_leds().into_iter().flat_map(|all| all.iter()).collect()
    };
    let own = lamps(&mut Reader::physical(MACHINES));
    assert_eq!(own.len(), 3, "Num Lock, Caps Lock, Scroll Lock: {own:?}");
    assert_eq!(own, lamps(&mut rig::twin(MACHINES)));
}

/// By the twin itself, as the kernel does it for a keyboard; it begins after a quarter of a second.
pub(crate) fn a_key_that_is_held_repeats(guest: &mut Guest) {
    let mut daemon = Daemon::start(&rig::home(MAP));
    let mut twin = taken(&mut daemon, MACHINES);
    for (key, code) in [("k", KeyCode::KEY_K), ("f5", KeyCode::KEY_F5)] {
        twin.clear();
        guest.key(key, true);
        thread::sleep(Duration::from_millis(600));
        let repeats = |twin: &mut Reader| twin.keys().iter().filter(|k| **k == (code, 2)).count();
        assert!(wait_until(|| repeats(&mut twin) >= 3), "{:?}", twin.keys());
        guest.key(key, false);
        assert!(twin.rests());
        assert!(wait_until(|| twin.keys().last() == Some(&(code, 0))), "{:?}", twin.keys());
        thread::sleep(Duration::from_millis(400));
        let keys = twin.keys();
        assert_eq!(keys.first(), Some(&(code, 1)));
        assert_eq!(keys.last(), Some(&(code, 0)), "none after the release");
        assert!(keys[1..keys.len() - 1].iter().all(|key| *key == (code, 2)), "{keys:?}");
    }
    // A key of a sequence does not.
    twin.clear();
    guest.key("caps_lock", true);
    guest.key("l", true);
    thread::sleep(Duration::from_millis(600));
    guest.key("l", false);
    guest.tap("a");
    guest.key("caps_lock", false);
    twin.expect_text("L!");
    assert!(twin.keys().iter().all(|key| key.1 != 2), "{:?}", twin.keys());
}

/// Typed plainly, composed, and in sequences that lead nowhere: nothing of it is in what is said.
pub(crate) fn nothing_typed_is_said(_: &mut Guest) {
    let map = MAP.replace("\"la\" = \"L!\"", "\"xyzzy\" = \"PLUGH\"");
    let mut rig = Rig::with_config(&map);
    rig.board.text("frobnicate");
    rig.board.hold("xyzzy");
    rig.board.hold("xyzquux");
    rig.board.tap(CAPS);
    rig.board.text("xyzzy");
    rig.twin.expect_text("frobnicatePLUGHPLUGH");
    assert!(rig.home.cli(&["type", "grault"]).status.success());
    let said = |output: std::process::Output| {
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    };
    let status = said(rig.home.cli(&["status"]));
    let json = said(rig.home.cli(&["status", "--json"]));
    rig.finish("frobnicatePLUGHPLUGHgrault");
    assert!(rig.daemon.stop().success());
    let all = format!("{status}{json}{}", rig.daemon.messages()).to_lowercase();
    assert!(all.contains("keyboard `board`: taken") && status.contains("Board"), "{all}");
    for typed in ["frob", "nicate", "xyz", "zzy", "quux", "plugh", "grault"] {
        assert!(!all.contains(typed), "`{typed}`: {all}");
    }
}
