//! Keys before and after a text arrive before and after it, and the text is the one that was meant.

use std::{thread, time::Duration};

use evdev::KeyCode;

use super::rig::{CONFIG, Seat};
use crate::{
    guest::Guest,
    support::{board::Board, daemon::Daemon, desktop::App, rig, wait_until},
};

const SECOND: &str = "Second";

/// What is held, and what it gives: by keys, by the pool, by both.
const HOLDS: [(&str, &str); 4] = [("la", "λ"), ("=e", "€"), ("pl", "plain"), ("mx", "aλB😀ü1")];

#[track_caller]
fn rounds(seat: &mut Seat, rounds: usize) -> String {
    let mut expected = String::new();
    for round in 0..rounds {
        let (keys, text) = HOLDS[round % HOLDS.len()];
        seat.board.text("x");
        seat.board.hold(keys);
        seat.board.text("yz");
        seat.board.expect_read(&seat.daemon);
        expected += &format!("x{text}yz");
    }
    expected
}

/// 2 ms a key: while one text is on its way the keys of the next ones come.
pub(crate) fn keys_around_a_text(_: &mut Guest) {
    let mut seat = Seat::new();
    seat.board.pace = Duration::from_millis(1);
    let mut expected = String::new();
    for _ in 0..10 {
        expected += &rounds(&mut seat, 20);
        seat.app.expect(&expected);
    }
    seat.finish(&expected);
    // As slowly as a fast typist.
    seat.board.pace = Duration::from_millis(15);
    let more = rounds(&mut seat, 8);
    seat.finish(&format!("{expected}end{more}"));
}

pub(crate) fn with_caps_lock_on(_: &mut Guest) {
    let mut seat = Seat::new();
    for on in [true, false] {
        seat.board.down(KeyCode::KEY_LEFTSHIFT);
        seat.board.tap(KeyCode::KEY_CAPSLOCK);
        seat.board.up(KeyCode::KEY_LEFTSHIFT);
        seat.expect_rest(on);
        if on {
            for keys in ["ue", "la", "mx", "pl"] {
                seat.board.text("x");
                seat.board.hold(keys);
                seat.board.text("y");
            }
        }
    }
    seat.finish("XüYXλYXaλB😀ü1YXplainY");
}

pub(crate) fn with_shift_held_across(_: &mut Guest) {
    let mut seat =
        Seat::with(&CONFIG.replace("\"pl\"", "\"LA\" = \"Λ\"\n\"EE\" = \"Ε\\n\"\n\"pl\""));
    for _ in 0..10 {
        seat.board.down(KeyCode::KEY_LEFTSHIFT);
        seat.board.tap(KeyCode::KEY_A);
        seat.board.down(KeyCode::KEY_CAPSLOCK);
        for key in [KeyCode::KEY_L, KeyCode::KEY_A, KeyCode::KEY_E, KeyCode::KEY_E] {
            seat.board.tap(key);
        }
        seat.board.up(KeyCode::KEY_CAPSLOCK);
        seat.board.tap(KeyCode::KEY_A);
        seat.board.up(KeyCode::KEY_LEFTSHIFT);
        seat.board.tap(KeyCode::KEY_A);
    }
    // A line's end is one: with Shift held it would be another key.
    seat.finish(&"AΛΕ\rAa".repeat(10));
}

/// So many characters, of so many kinds.
fn characters(count: usize, kinds: usize) -> String {
    let all = ('α'..='ω').chain('а'..='я').chain('←'..='⇿');
    let kinds: Vec<char> = all.take(kinds).collect();
    (0..count).map(|i| kinds[i * 7 % kinds.len()]).collect()
}

/// As many characters as the pool has room for: of more, xterm cannot be asked whether it has read them
/// (docs/x11-output.md). Keys come meanwhile.
pub(crate) fn a_long_text(_: &mut Guest) {
    let mut seat = Seat::new();
    let text = characters(1000, 60);
    seat.board.text("x");
    // A program of Xlib's hears of changed keys from its first key on.
    seat.app.expect("x");
    thread::scope(|scope| {
        let home = &seat.home;
        let typed = scope.spawn(|| home.cli(&["type", &text]));
        assert!(wait_until(|| seat.app.received().chars().count() > 5), "it begins");
        seat.board.text("a");
        seat.board.hold("la");
        seat.board.text("B");
        let output = typed.join().expect("no panic");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    });
    seat.finish(&format!("x{text}aλB"));
}

/// It tells its text at its end only.
pub(crate) fn in_a_gtk_entry(_: &mut Guest) {
    let mut seat = Seat::new();
    seat.app = App::zenity(&seat.server);
    let mut expected = rounds(&mut seat, 8);
    // More than the pool has room for.
    let text = characters(300, 100);
    let output = seat.home.cli(&["type", &text]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    expected += &text;
    seat.expect_rest(false);
    seat.board.tap(KeyCode::KEY_ENTER);
    seat.app.expect(&format!("{expected}\n"));
    seat.expect_rest(false);
}

/// Each keyboard has a layout of its own. The first key of a keyboard that the server sees is one of the text's, and
/// the server reads it by that keyboard's layout.
pub(crate) fn each_keyboard_by_its_own_layout(_: &mut Guest) {
    let mut seat =
        Seat::with(&CONFIG.replace("\"pl\"", "\"yl\" = \"1y\"\n\"zl\" = \"2z\"\n\"pl\""));
    seat.daemon.stop();
    let mut second = Board::new(SECOND);
    let ids = |seat: &Seat| {
        let devices = seat.server.devices().into_iter().filter(|device| device.name == SECOND);
        devices.map(|device| device.id.to_string()).collect::<Vec<_>>()
    };
    assert!(wait_until(|| ids(&seat).len() == 1), "{:?}", seat.server.devices());
    let german = ["-device", &ids(&seat)[0], "-layout", "de"];
    let status = seat.server.command("setxkbmap").args(german).status();
    assert!(status.is_ok_and(|status| status.success()), "`setxkbmap`: `make deps`");
    seat.daemon = Daemon::start(&seat.home);
    rig::taken(&mut seat.daemon, SECOND);
    seat.expect_live();
    assert!(wait_until(|| ids(&seat).len() == 2), "{:?}", seat.server.devices());
    // It is told of the one layout and of the other when the twins are there.
    let says = "layout: told by the X server";
    assert!(seat.daemon.says(says), "{}", seat.daemon.messages());
    let mut expected = String::new();
    for _ in 0..3 {
        for (board, yl) in [(&mut seat.board, "1y"), (&mut second, "2z")] {
            for (keys, text) in [("yl", yl), ("ue", "ü"), ("la", "λ")] {
                board.hold(keys);
                expected += text;
                seat.app.expect(&expected);
            }
        }
    }
    seat.finish(&expected);
}
