//! Keys before and after a text arrive before and after it, and the text is the one that was meant.

use std::time::Duration;

use evdev::KeyCode;

use super::rig::{CONFIG, Seat};
use crate::{
    guest::Guest,
    support::{board::Board, daemon::Daemon, rig, wait_until},
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
        expected += &format!("x{text}yz");
    }
    expected
}

/// 2 ms a key: while one text is on its way the keys of the next ones come.
pub(crate) fn keys_around_a_text(_: &mut Guest) {
    let mut seat = Seat::new();
    seat.board.pace = Duration::from_millis(1);
    let expected = rounds(&mut seat, 200);
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
