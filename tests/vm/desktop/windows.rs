//! What arrives in xterm and in a GTK entry.

use std::{thread, time::Duration};

use composekey::engine::XkbKeyboard;

use crate::{
    guest::Guest,
    support::{
        desktop::{App, Desk, LAYOUT, PS2, SEQUENCES, key, server},
        rig, wait_until,
    },
};

const USB: &str = "QEMU QEMU USB Keyboard";

/// Types one thing after the other, those with a `+` in a hold, and waits until each has arrived: QEMU types
/// faster than a busy machine reads, and the kernel keeps 64 events for a reader.
#[track_caller]
fn compose(desk: &mut Desk<'_>, steps: &[(&str, &str)]) {
    let mut arrived = desk.app.received();
    for (keys, text) in steps {
        match keys.strip_prefix('+') {
            Some(keys) => desk.keyboard.hold(keys),
            None => desk.keyboard.text(keys),
        }
        arrived.push_str(text);
        desk.expect(&arrived);
    }
}

pub(crate) fn holds_compose(guest: &mut Guest) {
    let mut desk = Desk::new(guest);
    compose(&mut desk, &[("a", "a"), ("+\"u", "ü"), ("B", "B")]);
    // Three characters in one hold, on three levels of the layout.
    compose(&mut desk, &[("+\"U=ess", "Ü€ß")]);
    // A rule that begins another: the release decides.
    compose(&mut desk, &[("+--", "–"), ("-", "-"), ("+---", "—"), ("+himu", "Hi @ duµ")]);
    // After a tap.
    desk.keyboard.tap(key::CAPS);
    compose(&mut desk, &[("\"u", "ü"), ("x", "x")]);
    desk.finish("aüBÜ€ß–-—Hi @ duµüx");
}

pub(crate) fn backspace_escape_and_mismatch(guest: &mut Guest) {
    let mut desk = Desk::new(guest);
    let keyboard = &mut desk.keyboard;
    keyboard.down(key::CAPS);
    keyboard.text("h=");
    keyboard.text("=");
    keyboard.tap(key::BACKSPACE);
    keyboard.text("ss");
    keyboard.text("=");
    keyboard.tap(key::ESCAPE);
    keyboard.text("mu");
    keyboard.up(key::CAPS);
    desk.expect("ßµ");
    let keyboard = &mut desk.keyboard;
    keyboard.hold("sx");
    keyboard.text("x");
    keyboard.tap(key::BACKSPACE);
    desk.finish("ßµx\u{7f}");
}

pub(crate) fn the_trigger_goes_up_first(guest: &mut Guest) {
    let mut desk = Desk::new(guest);
    for round in 1..=3 {
        let keyboard = &mut desk.keyboard;
        // With a key of the sequence down, and the last key after it.
        keyboard.down(key::CAPS);
        keyboard.tap(key::S);
        keyboard.down(key::S);
        keyboard.up(key::CAPS);
        keyboard.down(key::X);
        keyboard.up(key::S);
        keyboard.up(key::X);
        keyboard.down(key::CAPS);
        keyboard.tap(key::S);
        keyboard.up(key::CAPS);
        keyboard.tap(key::S);
        desk.expect(&"ßxß".repeat(round));
    }
    desk.finish("ßxßßxßßxß");
}

/// Shift and Caps Lock; waits until the lock is as given.
#[track_caller]
fn toggle_caps_lock(desk: &mut Desk<'_>, on: bool) {
    desk.keyboard.down(key::SHIFT);
    desk.keyboard.tap(key::CAPS);
    desk.keyboard.up(key::SHIFT);
    desk.expect_rest(on);
}

pub(crate) fn shift_and_caps_lock_is_caps_lock(guest: &mut Guest) {
    let mut desk = Desk::new(guest);
    toggle_caps_lock(&mut desk, true);
    desk.keyboard.text("a");
    // What is composed is not changed by the lock.
    desk.keyboard.hold("\"u=e");
    desk.expect("Aü€");
    desk.expect_rest(true);
    toggle_caps_lock(&mut desk, false);
    desk.keyboard.text("a");
    // The layout types this with the lock off only.
    desk.keyboard.hold("ss");
    desk.finish("Aü€aß");
}

pub(crate) fn held_modifiers(guest: &mut Guest) {
    let mut desk = Desk::new(guest);
    let keyboard = &mut desk.keyboard;
    // Shift before the hold, through it and after it.
    keyboard.down(key::SHIFT);
    keyboard.tap(key::A);
    keyboard.down(key::CAPS);
    keyboard.tap(key::TWO);
    keyboard.tap(key::U);
    keyboard.up(key::CAPS);
    keyboard.tap(key::A);
    keyboard.up(key::SHIFT);
    desk.expect("AÜA");
    let keyboard = &mut desk.keyboard;
    // Shift pressed in the hold and still down after it.
    keyboard.down(key::CAPS);
    keyboard.down(key::SHIFT);
    keyboard.tap(key::TWO);
    keyboard.tap(key::U);
    keyboard.up(key::CAPS);
    keyboard.tap(key::X);
    keyboard.up(key::SHIFT);
    keyboard.tap(key::X);
    desk.expect("AÜAÜXx");
    let keyboard = &mut desk.keyboard;
    // A chord is passed on, in a hold and before it.
    keyboard.down(key::CAPS);
    keyboard.down(key::CTRL);
    keyboard.tap(key::A);
    keyboard.up(key::CTRL);
    keyboard.text("ss");
    keyboard.up(key::CAPS);
    desk.expect("AÜAÜXx\u{1}ß");
    let keyboard = &mut desk.keyboard;
    keyboard.down(key::CTRL);
    keyboard.down(key::CAPS);
    keyboard.tap(key::A);
    keyboard.up(key::CTRL);
    keyboard.text("ss");
    keyboard.up(key::CAPS);
    desk.finish("AÜAÜXx\u{1}ß\u{1}ß");
}

pub(crate) fn overlapping_keys(guest: &mut Guest) {
    let mut desk = Desk::new(guest);
    let keyboard = &mut desk.keyboard;
    keyboard.down(key::X);
    keyboard.down(key::CAPS);
    keyboard.up(key::X);
    keyboard.roll("ssmuhi");
    // Longer than it takes until a key that is still down repeats.
    thread::sleep(Duration::from_millis(1200));
    keyboard.up(key::CAPS);
    keyboard.roll("plain");
    desk.finish("xßµHi @ duplain");
}

pub(crate) fn a_second_keyboard(guest: &mut Guest) {
    let mut desk = Desk::new(guest);
    // Plugged while the first one composes: it types plainly.
    desk.keyboard.down(key::CAPS);
    desk.keyboard.text("s");
    desk.keyboard.guest.plug("second");
    desk.keyboard.change(USB);
    desk.expect_taken(USB);
    desk.keyboard.text("ss");
    desk.expect("ss");
    // It composes by itself.
    desk.keyboard.hold("\"u");
    desk.expect("ssü");
    // Pulled with a letter down, which repeats no more.
    desk.keyboard.down(key::X);
    desk.expect("ssüx");
    desk.keyboard.guest.unplug("second");
    assert!(desk.daemon.says(&format!("keyboard `{USB}`: gone")), "{}", desk.daemon.messages());
    let gone = || desk.server.devices().iter().all(|device| device.name != USB);
    assert!(wait_until(gone), "Xorg keeps it: {:?}", desk.server.devices());
    let typed = desk.app.received();
    assert!(typed.trim_end_matches('x') == "ssü", "{typed}");
    desk.keyboard.change(PS2);
    desk.keyboard.text("s");
    desk.keyboard.up(key::CAPS);
    desk.finish(&format!("{typed}ß"));
}

/// To the server the twin is a keyboard that was plugged after the layout was set.
pub(crate) fn a_layout_that_was_set_before(guest: &mut Guest) {
    struct Back;
    impl Drop for Back {
        fn drop(&mut self) {
            server().set_layout(LAYOUT);
        }
    }
    let back = Back;
    server().set_layout("fr");
    let french = SEQUENCES.split("[sequences]").next().expect("settings").to_owned();
    let mut desk = Desk::with_config(guest, &format!("{french}[sequences]\nxx = \"ù²\"\n"));
    desk.keyboard.tap(key::A);
    desk.keyboard.hold("xx");
    desk.expect("qù²");
    // One that is set later counts for the twin too.
    desk.home.write(SEQUENCES);
    assert!(desk.home.cli(&["reload"]).status.success());
    let layouts = |desk: &Desk<'_>| desk.daemon.messages().matches("layout: ").count();
    let before = layouts(&desk);
    drop(back);
    assert!(wait_until(|| layouts(&desk) > before), "{}", desk.daemon.messages());
    // It is told of the change in as many steps as the server makes it.
    while {
        let before = layouts(&desk);
        thread::sleep(Duration::from_millis(500));
        layouts(&desk) > before
    } {}
    desk.keyboard.hold("ss");
    desk.finish("qù²ß");
}

pub(crate) fn a_map_that_is_edited_in_the_middle(guest: &mut Guest) {
    let mut desk = Desk::new(guest);
    desk.keyboard.down(key::CAPS);
    desk.keyboard.text("s");
    desk.home.write(&SEQUENCES.replace("\"ss\" = \"ß\"", "\"ss\" = \"§\"\n\"nn\" = \"²\""));
    assert!(desk.home.cli(&["reload"]).status.success());
    desk.keyboard.text("snn");
    desk.keyboard.up(key::CAPS);
    desk.expect("§²");
    desk.home.write("[sequences]\n\"ss\" = \n");
    assert!(!desk.home.cli(&["reload"]).status.success(), "a broken map is an error");
    desk.keyboard.hold("ss");
    desk.finish("§²§");
}

pub(crate) fn killed_in_the_middle(guest: &mut Guest) {
    let mut desk = Desk::new(guest);
    desk.keyboard.text("a");
    desk.expect("a");
    desk.keyboard.down(key::CAPS);
    desk.keyboard.text("s");
    desk.daemon.kill();
    let twins = || desk.server.devices().iter().filter(|device| device.name == PS2).count();
    assert!(wait_until(|| twins() == 1), "Xorg keeps the twin: {:?}", desk.server.devices());
    desk.keyboard.up(key::CAPS);
    desk.finish("a");
}

pub(crate) fn a_gtk_entry(guest: &mut Guest) {
    let mut desk = Desk::with_app(guest, App::zenity);
    // It tells its text at its end only, so this waits for the twin instead: QEMU types faster than a busy
    // machine reads.
    let mut twin = rig::twin(PS2);
    let keymap = XkbKeyboard::from_names(LAYOUT, "", "").expect("a keymap");
    let mut said = |wanted: &str| {
        let said = wait_until(|| twin.text_under(keymap.keymap()) == wanted);
        assert!(said, "the twin said `{}`", twin.text_under(keymap.keymap()));
    };
    let mut typed = String::new();
    for (keys, text) in [
        ("a", "a"),
        ("+\"u", "ü"),
        ("B", "B"),
        ("+\"U=ess", "Ü€ß"),
        ("+--", "–"),
        ("+---", "—"),
        ("+muhi", "µHi @ du"),
        ("+sx", ""),
        ("z", "z"),
    ] {
        match keys.strip_prefix('+') {
            Some(keys) => desk.keyboard.hold(keys),
            None => desk.keyboard.text(keys),
        }
        typed.push_str(text);
        said(&typed);
        desk.expect_rest(false);
    }
    let keyboard = &mut desk.keyboard;
    keyboard.down(key::CAPS);
    keyboard.text("=");
    keyboard.tap(key::BACKSPACE);
    keyboard.text("=");
    keyboard.tap(key::ESCAPE);
    keyboard.tap(key::S);
    keyboard.up(key::CAPS);
    keyboard.tap(key::S);
    said("aüBÜ€ß–—µHi @ duzß");
    desk.expect_rest(false);
    toggle_caps_lock(&mut desk, true);
    desk.keyboard.text("c");
    desk.keyboard.hold("\"u");
    said("aüBÜ€ß–—µHi @ duzßCü");
    toggle_caps_lock(&mut desk, false);
    let keyboard = &mut desk.keyboard;
    keyboard.down(key::X);
    keyboard.down(key::CAPS);
    keyboard.up(key::X);
    keyboard.roll("ss");
    keyboard.up(key::CAPS);
    desk.expect_rest(false);
    let Desk { app, keyboard, .. } = &mut desk;
    app.submit(keyboard, "aüBÜ€ß–—µHi @ duzßCüxß");
}
