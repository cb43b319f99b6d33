//! Keyboards come and go, lamps, and events that the kernel drops.

use std::{
    fs,
    mem::MaybeUninit,
    os::unix::fs::MetadataExt as _,
    thread,
    time::{Duration, SystemTime},
};

use evdev::{AutoRepeat, EventType, InputEvent, KeyCode, LedCode};
use rustix::{
    fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags},
    process::Signal,
};

use crate::{
    guest::Guest,
    support::{
        board::Board,
        daemon::Daemon,
        reader::Reader,
        rig::{self, MAP, Rig, taken},
        wait_until,
    },
};

const CAPS: KeyCode = KeyCode::KEY_CAPSLOCK;
const USB: &str = "QEMU QEMU USB Keyboard";

pub(crate) fn a_usb_keyboard_comes_and_goes(guest: &mut Guest) {
    let mut daemon = Daemon::start(&rig::home(MAP));
    for round in 0..3 {
        guest.plug("hot");
        let mut twin = taken(&mut daemon, USB);
        guest.tap("b");
        guest.key("caps_lock", true);
        guest.tap("l");
        guest.tap("a");
        guest.key("caps_lock", false);
        twin.expect_text("bL!");
        // Pulled with a letter down, and in the midst of a sequence.
        match round {
            0 => guest.key("j", true),
            1 => {
                guest.key("caps_lock", true);
                guest.tap("l");
            }
            _ => {}
        }
        let mut old = rig::twin("AT Translated Set 2 keyboard");
        guest.unplug("hot");
        assert!(daemon.says(&format!("keyboard `{USB}`: gone")), "{}", daemon.messages());
        let leave = || rig::twins() == 1;
        assert!(wait_until(leave), "the twin stays");
        guest.key("j", false);
        guest.key("caps_lock", false);
        old.clear();
        guest.tap("z");
        assert!(wait_until(|| old.text() == "z"), "{}", old.text());
        drop(daemon);
        daemon = Daemon::start(&rig::home(MAP));
    }
}

/// Until whoever reads keyboards has opened the twin, keys must go the way they went.
pub(crate) fn a_new_twin_is_given_time_to_be_opened(_: &mut Guest) {
    let home = rig::home(&format!("exclude_devices = [\"New\"]\n{MAP}"));
    let daemon = Daemon::start(&home);
    let mut board = Board::new("New");
    let mut physical = Reader::physical("New");
    home.write(MAP);
    let typed = wait_until(|| {
        board.text("x");
        daemon.says_now("keyboard `New`: taken")
    });
    assert!(typed, "{}", daemon.messages());
    let last = *physical.times().last().expect("the first keys are the session's");
    let made = fs::metadata(rig::twin_node("New")).expect("it is there");
    let nanoseconds = u32::try_from(made.ctime_nsec()).expect("below a second");
    let made = Duration::new(u64::try_from(made.ctime()).expect("after 1970"), nanoseconds);
    let time = last.duration_since(SystemTime::UNIX_EPOCH + made).unwrap_or_default();
    assert!(time > Duration::from_millis(200), "taken after {time:?}");
    let mut twin = rig::twin("New");
    board.hold("la");
    twin.expect_text("L!");
}

pub(crate) fn a_second_keyboard_while_composing(_: &mut Guest) {
    let mut rig = Rig::new();
    rig.board.down(CAPS);
    rig.board.text("l");
    let mut other = Board::new("Other");
    let mut twin = taken(&mut rig.daemon, "Other");
    other.text("plain");
    twin.expect_text("plain");
    rig.board.text("a");
    rig.board.up(CAPS);
    rig.finish("L!");
    drop(other);
    assert!(rig.daemon.says("keyboard `Other`: gone"));
    rig.twin.clear();
    rig.board.hold("oo");
    rig.finish("0");
}

pub(crate) fn a_board_that_is_pulled_leaves_no_key_down(_: &mut Guest) {
    let mut rig = Rig::new();
    let mut other = Board::new("Other");
    let mut twin = taken(&mut rig.daemon, "Other");
    other.down(KeyCode::KEY_LEFTCTRL);
    other.down(KeyCode::KEY_J);
    assert!(wait_until(|| twin.keys().len() >= 2));
    drop(other);
    assert!(wait_until(|| twin.keys().iter().filter(|key| key.1 == 0).count() == 2));
    rig.board.hold("la");
    rig.finish("L!");
}

pub(crate) fn other_settings_add_and_take_keyboards(_: &mut Guest) {
    let mut rig = Rig::new();
    rig.board.down(KeyCode::KEY_J);
    assert!(wait_until(|| !rig.twin.keys().is_empty()));
    rig.home.write(&format!("exclude_devices = [\"Board\"]\n{MAP}"));
    let left = rig.daemon.says("keyboard `Board`: left alone from now on");
    assert!(left, "{}", rig.daemon.messages());
    assert!(wait_until(|| rig::twins() == 1), "its twin stays");
    let mut physical = Reader::physical("Board");
    rig.board.up(KeyCode::KEY_J);
    rig.board.text("plain");
    assert!(wait_until(|| physical.text().ends_with("plain")), "{}", physical.text());
    rig.home.write(MAP);
    let taken = || rig::twins() == 2;
    assert!(wait_until(taken), "{}", rig.daemon.messages());
    rig.twin = rig::twin("Board");
    assert!(wait_until(|| {
        rig.board.text("x");
        !rig.twin.keys().is_empty()
    }));
    rig.twin.clear();
    rig.board.hold("la");
    rig.finish("L!");
}

pub(crate) fn lamps_are_relayed(_: &mut Guest) {
    let mut daemon = Daemon::start(&rig::home(MAP));
    let name = "AT Translated Set 2 keyboard";
    let mut twin = taken(&mut daemon, name);
    let mut physical = Reader::physical(name);
    for (led, lit) in [
        (LedCode::LED_NUML, true),
        (LedCode::LED_SCROLLL, true),
        (LedCode::LED_NUML, false),
        (LedCode::LED_SCROLLL, false),
    ] {
        let event = InputEvent::new(EventType::LED.0, led.0, i32::from(lit));
        twin.device().send_events(&[event]).expect("the session switches a lamp");
        let shows = |device: &mut Reader| {
            device.device().get_led_state().is_ok_and(|leds| leds.contains(led)) == lit
        };
        assert!(wait_until(|| shows(&mut physical)), "{led:?} is not {lit}");
    }
}

pub(crate) fn a_caps_lock_that_was_on_is_cleared_once(guest: &mut Guest) {
    let name = "AT Translated Set 2 keyboard";
    let mut physical = Reader::physical(name);
    let mut lit =
        || physical.device().get_led_state().is_ok_and(|leds| leds.contains(LedCode::LED_CAPSL));
    guest.tap("caps_lock");
    assert!(wait_until(&mut lit), "the console switches the lock on");
    let mut daemon = Daemon::start(&rig::home(MAP));
    let mut twin = taken(&mut daemon, name);
    assert!(daemon.says("Caps Lock was on at the start"), "{}", daemon.messages());
    assert!(wait_until(|| !lit()), "the lamp stays lit");
    thread::sleep(Duration::from_millis(1500));
    assert_eq!(twin.strokes_of(CAPS), 1, "once");
    assert!(!lit());
}

pub(crate) fn a_caps_lock_that_is_switched_on_later_stays(_: &mut Guest) {
    let mut rig = Rig::new();
    let name = "AT Translated Set 2 keyboard";
    let mut physical = Reader::physical(name);
    let mut lit =
        || physical.device().get_led_state().is_ok_and(|leds| leds.contains(LedCode::LED_CAPSL));
    let taken = format!("keyboard `{name}`: taken");
    assert!(rig.daemon.says(&taken), "{}", rig.daemon.messages());
    let switch = |board: &mut Board| {
        board.down(KeyCode::KEY_LEFTSHIFT);
        board.tap(CAPS);
        board.up(KeyCode::KEY_LEFTSHIFT);
    };
    switch(&mut rig.board);
    assert!(wait_until(&mut lit), "the console switches the lock on");
    // All are let go of and taken again.
    rig.home.cli(&["pause"]);
    rig.home.cli(&["resume"]);
    let again = || rig.daemon.messages().matches(&taken).count() == 2;
    assert!(wait_until(again), "{}", rig.daemon.messages());
    thread::sleep(Duration::from_millis(1500));
    assert!(!rig.daemon.says_now("Caps Lock was on"), "{}", rig.daemon.messages());
    assert!(lit(), "what somebody has switched on stays on");
    switch(&mut rig.board);
    assert!(wait_until(|| !lit()), "and off");
}

pub(crate) fn dropped_events_leave_no_key_down(_: &mut Guest) {
    let mut rig = Rig::new();
    rig.board.down(KeyCode::KEY_J);
    rig.board.down(CAPS);
    rig.board.down(KeyCode::KEY_L);
    assert!(wait_until(|| rig.twin.strokes_of(KeyCode::KEY_J) == 1));
    rig.daemon.signal(Signal::STOP);
    rig.board.pace = Duration::ZERO;
    // Far more than the kernel keeps; among it the releases of what was down.
    rig.board.up(KeyCode::KEY_L);
    rig.board.up(CAPS);
    rig.board.up(KeyCode::KEY_J);
    for _ in 0..300 {
        rig.board.tap(KeyCode::KEY_K);
    }
    rig.board.down(KeyCode::KEY_LEFTSHIFT);
    rig.board.pace = Duration::from_millis(2);
    rig.daemon.signal(Signal::CONT);
    assert!(wait_until(|| rig.twin.down() == [KeyCode::KEY_LEFTSHIFT]), "{:?}", rig.twin.down());
    rig.board.up(KeyCode::KEY_LEFTSHIFT);
    assert!(rig.twin.rests());
    rig.twin.clear();
    rig.board.hold("la");
    rig.finish("L!");
}

/// Keys come on, on the other processor, while the daemon asks the kernel what is down.
pub(crate) fn a_flood_leaves_no_key_down(_: &mut Guest) {
    let mut rig = Rig::new();
    rig.board.pace = Duration::ZERO;
    let keys: Vec<_> = (KeyCode::KEY_Q.0..=KeyCode::KEY_P.0).map(KeyCode).collect();
    for flood in 0..20 {
        let composes = flood % 2 == 1;
        if composes {
            rig.board.down(CAPS);
        }
        rig.daemon.signal(Signal::STOP);
        // All the time one key or two are down.
        rig.board.down(keys[0]);
        for stroke in 0..40 * keys.len() {
            rig.board.down(keys[(stroke + 1) % keys.len()]);
            rig.board.up(keys[stroke % keys.len()]);
            if stroke == 10 * keys.len() {
                rig.daemon.signal(Signal::CONT);
            }
        }
        rig.board.up(keys[0]);
        if composes {
            rig.board.up(CAPS);
        }
        rig.board.expect_read(&rig.daemon);
        assert!(rig.twin.rests(), "flood {flood}: {:?}", rig.twin.down());
    }
    rig.board.pace = Duration::from_millis(2);
    // The flood may have been too much for the test's own reader.
    rig.twin = rig::twin(&rig.board.name);
    rig.board.hold("la");
    rig.finish("L!");
}

/// What is no keyboard stays closed, whatever comes and changes: closing a device takes the kernel its time, and
/// keys wait meanwhile.
pub(crate) fn other_devices_are_not_opened(_: &mut Guest) {
    let mut rig = Rig::new();
    let _before: Vec<_> =
        (0..20).map(|number| Board::buttons(&format!("Mouse {number}"))).collect();
    rig.board.text("a");
    rig.twin.expect_text("a");
    let opened = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).expect("a watch");
    let _ = inotify::add_watch(&opened, "/dev/input", WatchFlags::OPEN).expect("a folder");
    let opened = || {
        let mut buffer = [const { MaybeUninit::uninit() }; 4096];
        let mut reader = inotify::Reader::new(&opened, &mut buffer);
        let (mut nodes, mut folder) = (Vec::new(), 0);
        while let Ok(event) = reader.next() {
            match event.file_name() {
                Some(name) => nodes.push(name.to_owned()),
                None => folder += usize::from(event.events().contains(ReadFlags::ISDIR)),
            }
        }
        (nodes, folder)
    };
    let _after: Vec<_> =
        (20..40).map(|number| Board::buttons(&format!("Mouse {number}"))).collect();
    let reload = |rig: &mut Rig, settings: &str, number: usize| {
        rig.home.write(&format!("{settings}{MAP}\"ab\" = \"{number}\"\n"));
        rig.board.text("typed");
        assert!(rig.home.cli(&["reload"]).status.success());
        rig.board.hold("ab");
    };
    let mut wanted = "a".to_owned();
    for number in 0..5 {
        reload(&mut rig, "", number);
        wanted += &format!("typed{number}");
    }
    rig.twin.expect_text(&wanted);
    assert_eq!(opened(), (Vec::new(), 0), "with the same keyboards it does not even look");
    for number in 5..10 {
        reload(&mut rig, &format!("exclude_devices = [\"Nobody {number}\"]\n"), number);
        wanted += &format!("typed{number}");
    }
    rig.twin.expect_text(&wanted);
    let (nodes, folder) = opened();
    assert!(nodes.is_empty(), "{nodes:?} were opened");
    assert!(folder > 0, "it has looked");
    rig.finish(&wanted);
}

/// Whatever waits in two keyboards is in the order of the fingers.
pub(crate) fn two_keyboards_are_one_to_fingers(_: &mut Guest) {
    let mut left = Board::new("Left");
    let mut rig = Rig::with_board(Board::new("Right"));
    let mut of_left = taken(&mut rig.daemon, "Left");
    let shift = KeyCode::KEY_LEFTSHIFT;
    for round in 1..=3 {
        rig.daemon.signal(Signal::STOP);
        left.down(shift);
        rig.board.tap(KeyCode::KEY_H);
        left.up(shift);
        rig.board.tap(KeyCode::KEY_E);
        rig.daemon.signal(Signal::CONT);
        assert!(wait_until(|| rig.twin.strokes_of(KeyCode::KEY_E) == round));
    }
    let all = |twin: &mut Reader, code| twin.keys().iter().filter(|key| key.0 == code).count() == 6;
    assert!(wait_until(|| all(&mut of_left, shift) && all(&mut rig.twin, KeyCode::KEY_H)));
    let times = |reader: &mut Reader, code| -> Vec<_> {
        let times = reader.times().to_vec();
        let keys = reader.keys().iter().zip(times);
        keys.filter(|((key, _), _)| *key == code).map(|(_, time)| time).collect()
    };
    let (shifts, letters) = (times(&mut of_left, shift), times(&mut rig.twin, KeyCode::KEY_H));
    for (shift, letter) in shifts.chunks(2).zip(letters.chunks(2)) {
        assert!(shift[0] <= letter[0], "a letter goes down before Shift");
        assert!(letter[1] <= shift[1], "Shift goes up before a letter");
    }
}

/// The console repeats keys as the kernel does, which `kbdrate` tells.
pub(crate) fn a_twin_repeats_like_its_keyboard(_: &mut Guest) {
    let name = "AT Translated Set 2 keyboard";
    let mut physical = Reader::physical(name);
    let before = physical.device().get_auto_repeat().expect("it repeats");
    // What the hardware has too.
    let other = AutoRepeat { delay: 500, period: 50 };
    physical.device().update_auto_repeat(&other).expect("we are root");
    let mut daemon = Daemon::start(&rig::home(MAP));
    let mut twin = taken(&mut daemon, name);
    let of_twin = twin.device().get_auto_repeat().expect("it repeats");
    assert_eq!((of_twin.delay, of_twin.period), (other.delay, other.period));
    physical.device().update_auto_repeat(&before).expect("we are root");
}
