//! The lamp of Scroll Lock says that keys led nowhere. The keyboard is the machine's own: a virtual one of the
//! crate `evdev` has no lamps.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use evdev::{EventType, InputEvent, LedCode};

use crate::{
    console::terminal::Terminal,
    guest::Guest,
    support::{
        daemon::Daemon,
        reader::Reader,
        rig::{self, MAP, taken},
        wait_until,
    },
};

const KEYBOARD: &str = "AT Translated Set 2 keyboard";

/// What becomes of the lamp of the keyboard itself, which is asked every millisecond: each change while `act` does
/// something, and until one that lights it would have put it out again.
fn changes(act: impl FnOnce()) -> Vec<bool> {
    let mut physical = Reader::physical(KEYBOARD);
    let done = AtomicBool::new(false);
    let is_lit = |physical: &mut Reader| {
        let lamps = physical.device().get_led_state().expect("it has lamps");
        lamps.contains(LedCode::LED_SCROLLL)
    };
    let mut last = is_lit(&mut physical);
    thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut changes = Vec::new();
            while !done.load(Ordering::Relaxed) {
                let lit = is_lit(&mut physical);
                if lit != last {
                    changes.push(lit);
                    last = lit;
                }
                thread::sleep(Duration::from_millis(1));
            }
            changes
        });
        act();
        thread::sleep(Duration::from_secs(1));
        done.store(true, Ordering::Relaxed);
        watcher.join().expect("it only looks")
    })
}

fn hold(guest: &mut Guest, keys: [&str; 2]) {
    guest.key("caps_lock", true);
    keys.iter().for_each(|key| guest.tap(key));
    guest.key("caps_lock", false);
}

/// Waits until the lamps that the session switched on the twin are those of the keyboard.
fn switch(twin: &mut Reader, lit: bool) {
    let event = InputEvent::new(EventType::LED.0, LedCode::LED_SCROLLL.0, i32::from(lit));
    twin.device().send_events(&[event]).expect("the session switches a lamp");
    let mut physical = Reader::physical(KEYBOARD);
    let shows = || {
        let lamps = physical.device().get_led_state().expect("it has lamps");
        lamps.contains(LedCode::LED_SCROLLL) == lit
    };
    assert!(wait_until(shows), "the lamp is not relayed");
}

pub(crate) fn a_mismatch_flashes_a_lamp(guest: &mut Guest) {
    for feedback in ["led", "bell", "none"] {
        let settings = format!("feedback = \"{feedback}\"");
        let home = rig::home(&MAP.replace("feedback = \"none\"", &settings));
        let mut daemon = Daemon::start(&home);
        let mut twin = taken(&mut daemon, KEYBOARD);
        let flash: &[bool] = if feedback == "none" { &[] } else { &[true, false] };
        assert_eq!(
            changes(|| hold(guest, ["l", "x"])),
            flash,
            "{feedback}: keys that lead nowhere"
        );
        assert_eq!(changes(|| hold(guest, ["l", "a"])), [false; 0], "{feedback}: a sequence");
        twin.expect_text("L!");
        // What the session has lit is lit again afterwards.
        switch(&mut twin, true);
        assert_eq!(
            changes(|| hold(guest, ["l", "x"])).last(),
            None,
            "{feedback}: lit by the session"
        );
        switch(&mut twin, false);
    }
}

pub(crate) fn a_text_that_no_key_types_flashes_a_lamp(guest: &mut Guest) {
    let map = MAP.replace("feedback = \"none\"", "feedback = \"led\"").replace("L!", "λ");
    let mut daemon = Daemon::start(&rig::home(&map));
    let mut twin = taken(&mut daemon, KEYBOARD);
    let console = Terminal::new(1);
    // As under a compositor: there the console's way to any character is none.
    console.set_graphics(true);
    assert_eq!(changes(|| hold(guest, ["l", "a"])), [true, false], "{}", daemon.messages());
    guest.tap("b");
    twin.expect_text("b");
    console.set_graphics(false);
    console.clear();
    assert_eq!(changes(|| hold(guest, ["l", "a"])), [false; 0], "{}", daemon.messages());
    console.expect("λ");
}
