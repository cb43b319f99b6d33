//! `composekey unlock-caps`: whatever left Caps Lock on, it is off.

use std::process::Output;

use x11rb::protocol::{
    xproto::{KEY_PRESS_EVENT, KEY_RELEASE_EVENT},
    xtest::ConnectionExt as _,
};

use crate::support::{App, Desk, SEQUENCES, key};

#[track_caller]
fn says(answer: &Output, status: i32, out: &str) {
    assert_eq!(String::from_utf8_lossy(&answer.stdout), out, "{answer:?}");
    assert_eq!(answer.status.code(), Some(status), "{answer:?}");
}

/// What another program injects and forgets.
fn inject(desk: &Desk, kind: u8, keycode: u8) {
    let fake = desk.server.conn.xtest_fake_input(kind, keycode, 0, x11rb::NONE, 0, 0, 0);
    fake.unwrap().check().unwrap();
}

#[test]
fn a_lock_is_cleared_without_a_daemon() {
    let mut desk = Desk::without_daemon(App::xterm, SEQUENCES);
    let display = desk.server.display();
    desk.keyboard.tap_trigger();
    desk.expect_rest(true);
    let expected = format!("{display}: Caps Lock was on and is off now\n");
    says(&desk.home.cli(&["unlock-caps"]), 0, &expected);
    desk.expect_rest(false);
    says(&desk.home.cli(&["unlock-caps"]), 0, &format!("{display}: Caps Lock is off\n"));
    desk.finish("");
}

#[test]
fn a_key_that_nobody_holds_is_let_go_of() {
    let mut desk = Desk::without_daemon(App::xterm, SEQUENCES);
    let display = desk.server.display();
    inject(&desk, KEY_PRESS_EVENT, key::CAPS);
    let expected = format!(
        "{display}: the key 66 was down and is let go of\n{display}: Caps Lock was on and is off now\n"
    );
    says(&desk.home.cli(&["unlock-caps"]), 0, &expected);
    desk.finish("");
}

#[test]
fn the_second_press_of_a_lock_that_is_on_is_let_go_of_too() {
    let mut desk = Desk::without_daemon(App::xterm, SEQUENCES);
    desk.keyboard.tap_trigger();
    desk.expect_rest(true);
    inject(&desk, KEY_PRESS_EVENT, key::CAPS);
    assert_eq!(desk.home.cli(&["unlock-caps"]).status.code(), Some(0));
    desk.finish("");
    // The release comes late, and does no harm.
    inject(&desk, KEY_RELEASE_EVENT, key::CAPS);
    desk.finish("1.2.");
}

/// As over ssh: no `$DISPLAY`, but a daemon that knows.
#[test]
fn the_display_is_found_by_the_daemon() {
    let mut desk = Desk::new("");
    let display = desk.server.display();
    desk.keyboard.down(key::SHIFT);
    desk.keyboard.tap_trigger();
    desk.keyboard.up(key::SHIFT);
    desk.expect_rest(true);
    let expected = format!("{display}: Caps Lock was on and is off now\n");
    says(&desk.home.cli_without_display(&["unlock-caps"]), 0, &expected);
    desk.expect_rest(false);
    desk.keyboard.hold("la");
    desk.finish("λ");
}

/// In the middle of a hold the keyboard floats, with a lock of its own.
#[test]
fn in_the_middle_of_a_hold() {
    let mut desk = Desk::new("");
    desk.keyboard.down(key::SHIFT);
    desk.keyboard.tap_trigger();
    desk.keyboard.up(key::SHIFT);
    desk.expect_rest(true);
    desk.keyboard.down(key::CAPS);
    desk.keyboard.tap(key::L);
    desk.sync();
    assert_eq!(desk.home.cli(&["unlock-caps"]).status.code(), Some(0));
    desk.keyboard.tap(key::A);
    desk.keyboard.up(key::CAPS);
    desk.finish("λ");
}

#[test]
fn a_display_that_is_not_there_is_an_error() {
    let desk = Desk::without_daemon(App::xterm, SEQUENCES);
    let answer = desk.home.cli(&["unlock-caps", "--display", ":9999"]);
    says(&answer, 2, "");
    let errors = String::from_utf8_lossy(&answer.stderr);
    assert!(errors.starts_with("error: display `:9999`: error connecting"), "{errors}");
}
