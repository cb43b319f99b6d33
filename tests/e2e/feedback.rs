//! What tells the user that keys led nowhere.

use std::{thread, time::Duration};

use x11rb::protocol::xinput::{ConnectionExt as _, FeedbackStateData};

use crate::support::{Desk, key, wait_until};

/// Whether the Scroll Lock lamp of this keyboard is lit.
fn is_lit(desk: &Desk, name: &str) -> bool {
    let devices = desk.server.devices();
    let id = devices.iter().find(|device| device.name == name).expect("it is there").id;
    let id = u8::try_from(id).expect("XInput 1 sees devices up to 255");
    let reply = desk.server.conn.xinput_get_feedback_control(id).unwrap().reply().unwrap();
    reply.feedbacks.iter().any(|feedback| match &feedback.data {
        FeedbackStateData::Keyboard(keyboard) => keyboard.led_mask & 4 != 0,
        _ => false,
    })
}

/// Types keys that lead nowhere until the lamp of the keyboard changes, for a test may sleep through a
/// flash; then waits until it is as it was.
#[track_caller]
fn flashes(desk: &mut Desk) {
    let before = is_lit(desk, "keyboard0");
    let changes = wait_until(|| {
        desk.keyboard.text("'q");
        desk.keyboard.sync();
        (0..50).any(|_| {
            thread::sleep(Duration::from_millis(3));
            is_lit(desk, "keyboard0") != before
        })
    });
    assert!(changes, "the lamp of the keyboard that is typed on stays as it is");
    assert!(wait_until(|| is_lit(desk, "keyboard0") == before), "the lamp stays changed");
}

/// While the keyboard is held it floats, and what is said to the core keyboard does not reach it.
#[test]
fn the_lamp_of_the_held_keyboard_flashes() {
    let mut desk = Desk::new("feedback = \"led\"");
    desk.keyboard.down(key::CAPS);
    flashes(&mut desk);
    // A lamp that is lit goes out for the same time.
    desk.keyboard.up(key::CAPS);
    desk.expect_rest(false);
    desk.server.run(&["xset", "led", "3"]);
    assert!(wait_until(|| is_lit(&desk, "keyboard0")));
    desk.keyboard.down(key::CAPS);
    flashes(&mut desk);
    desk.keyboard.up(key::CAPS);
    desk.finish("");
}

/// Nobody would put a lamp back that a daemon left changed.
#[test]
fn a_daemon_that_ends_in_a_flash_leaves_the_lamp_as_it_was() {
    let mut desk = Desk::new("feedback = \"led\"");
    for lit in [false, true] {
        if lit {
            desk.server.run(&["xset", "led", "3"]);
            desk.start_daemon();
        }
        desk.keyboard.down(key::CAPS);
        let changes = wait_until(|| {
            desk.keyboard.text("'q");
            desk.keyboard.sync();
            (0..20).any(|_| is_lit(&desk, "keyboard0") != lit)
        });
        assert!(changes, "the lamp stays as it is");
        desk.daemon().stop();
        assert!(wait_until(|| is_lit(&desk, "keyboard0") == lit), "the lamp stays changed");
        desk.keyboard.up(key::CAPS);
    }
}

#[test]
fn no_lamp_flashes_unless_asked_for() {
    let mut desk = Desk::new("feedback = \"none\"");
    desk.keyboard.down(key::CAPS);
    for _ in 0..20 {
        desk.keyboard.text("'q");
        desk.keyboard.sync();
        assert!(!is_lit(&desk, "keyboard0"));
    }
    desk.keyboard.up(key::CAPS);
    desk.finish("");
}
