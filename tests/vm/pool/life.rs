//! A server, or the daemon, that stands still, dies or refuses while a text is on its way.

use std::{
    thread,
    time::{Duration, Instant},
};

use evdev::KeyCode;
use rustix::process::Signal;
use x11rb::{
    connection::Connection as _,
    protocol::xproto::{ConnectionExt as _, CreateWindowAux, WindowClass},
};

use super::rig::{BOARD, Seat};
use crate::{
    guest::Guest,
    support::{
        daemon::{Daemon, gone, send},
        desktop::{App, Server},
        rig, wait_until,
    },
};

/// Whether the keys go on: they wait for a second at most.
#[track_caller]
fn keys_go_on(seat: &mut Seat) {
    let mut twin = rig::twin(BOARD);
    let start = Instant::now();
    seat.board.hold("la");
    seat.board.text("xyz");
    assert!(wait_until(|| twin.text().ends_with("xyz")), "`{}`", twin.text());
    assert!(start.elapsed() < Duration::from_secs(5), "the keys waited {:?}", start.elapsed());
    assert!(twin.rests(), "{:?}", twin.down());
}

pub(crate) fn a_server_that_stands_still(_: &mut Guest) {
    let mut seat = Seat::new();
    seat.board.hold("la");
    seat.app.expect("λ");
    for round in 1..=3 {
        send(seat.server.id(), Signal::STOP);
        keys_go_on(&mut seat);
        // The next ones do not wait any more: these would take ten seconds.
        let start = Instant::now();
        (0..10).for_each(|_| seat.board.hold("la"));
        keys_go_on(&mut seat);
        assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
        let status = seat.status();
        assert!(status.contains("does not answer"), "{status}");
        send(seat.server.id(), Signal::CONT);
        seat.expect_live();
        // Nothing of what was given up comes later.
        seat.board.hold("la");
        seat.app.expect(&format!("λ{}", "xyzxyzλ".repeat(round)));
        seat.expect_rest(false);
    }
    seat.finish(&format!("λ{}", "xyzxyzλ".repeat(3)));
}

/// It stands still for moments, whenever that is: everything arrives, in order.
pub(crate) fn a_server_that_stutters(_: &mut Guest) {
    let mut seat = Seat::new();
    let server = seat.server.id();
    let stutter = thread::spawn(move || {
        for moment in 0..40 {
            send(server, Signal::STOP);
            thread::sleep(Duration::from_millis(60));
            send(server, Signal::CONT);
            thread::sleep(Duration::from_millis(37 + moment % 7));
        }
    });
    let mut expected = String::new();
    while !stutter.is_finished() {
        seat.board.text("x");
        seat.board.hold("la");
        seat.board.text("y");
        expected += "xλy";
    }
    stutter.join().expect("it ends");
    seat.finish(&expected);
}

pub(crate) fn a_server_that_dies_and_another(_: &mut Guest) {
    let mut seat = Seat::new();
    for _ in 0..2 {
        seat.board.down(KeyCode::KEY_LEFTSHIFT);
        seat.board.up(KeyCode::KEY_LEFTSHIFT);
        seat.board.down(KeyCode::KEY_CAPSLOCK);
        seat.board.text("l");
        send(seat.server.id(), Signal::KILL);
        seat.board.text("a");
        seat.board.up(KeyCode::KEY_CAPSLOCK);
        keys_go_on(&mut seat);
        let left = wait_until(|| !seat.status().contains("told by the X server"));
        assert!(left, "{}", seat.status());
        seat.server = Server::start("us");
        seat.app = App::xterm(&seat.server);
        seat.expect_live();
        seat.board.hold("la");
        seat.app.expect("λ");
    }
    seat.finish("λ");
}

pub(crate) fn another_program_has_the_pool(_: &mut Guest) {
    let mut seat = Seat::new();
    seat.daemon.stop();
    let conn = &seat.server.conn;
    let root = conn.setup().roots[0].root;
    let window = conn.generate_id().expect("an id");
    let (class, aux) = (WindowClass::INPUT_ONLY, CreateWindowAux::new());
    conn.create_window(0, window, root, 0, 0, 1, 1, 0, class, 0, &aux).unwrap().check().unwrap();
    let lock = conn.intern_atom(false, b"_COMPOSEKEY_POOL").unwrap().reply().unwrap().atom;
    conn.set_selection_owner(window, lock, 0_u32).unwrap().check().unwrap();
    seat.daemon = Daemon::start(&seat.home);
    rig::taken(&mut seat.daemon, BOARD);
    let status = seat.status();
    assert!(status.contains("another composekey already types on this display"), "{status}");
    seat.board.hold("la");
    seat.board.text("x");
    seat.board.hold("pl");
    seat.app.expect("xplain");
    seat.server.conn.destroy_window(window).unwrap().check().unwrap();
    seat.board.hold("la");
    seat.app.expect("xplainλ");
    seat.expect_live();
    seat.finish("xplainλ");
}

/// The server gets a beginning of the text, or nothing: the keyboard works at once, and so does the next daemon.
pub(crate) fn killed_while_it_types(_: &mut Guest) {
    let mut seat = Seat::new();
    for round in 0..10 {
        let before = seat.app.received();
        seat.board.hold("mx");
        thread::sleep(Duration::from_millis(2 * round));
        let guards = seat.daemon.guards();
        seat.daemon.kill();
        // It holds the keyboard for as long as the kernel needs to kill it.
        assert!(gone(&guards), "the guard goes on");
        assert!(wait_until(|| seat.boards() == 1), "Xorg keeps the twin");
        seat.board.text("q");
        let came = || {
            let received = seat.app.received();
            Some(received.strip_prefix(&before)?.strip_suffix('q')?.to_owned())
        };
        let down = || seat.server.keys_down();
        assert!(wait_until(|| came().is_some()), "{} {:?}", seat.app.received(), down());
        assert!(came().is_some_and(|text| "aλB😀ü1".starts_with(&text)), "{:?}", came());
        seat.expect_rest(false);
        assert_eq!(seat.server.unreadable_keymaps(), [0_i32; 0]);
        seat.daemon = Daemon::start(&seat.home);
        rig::taken(&mut seat.daemon, BOARD);
        seat.expect_live();
    }
    let received = seat.app.received();
    seat.board.hold("la");
    seat.finish(&format!("{received}λ"));
}

const CHORD: [KeyCode; 3] = [KeyCode::KEY_BACKSPACE, KeyCode::KEY_ESC, KeyCode::KEY_ENTER];

/// While a text waits for a server that stands still.
pub(crate) fn the_chord_and_a_pause_come_through(_: &mut Guest) {
    let mut seat = Seat::new();
    send(seat.server.id(), Signal::STOP);
    seat.board.hold("la");
    seat.board.down(KeyCode::KEY_X);
    assert!(seat.home.cli(&["pause"]).status.success());
    let twin = rig::twin(BOARD);
    assert!(twin.rests(), "{:?}", twin.down());
    seat.board.up(KeyCode::KEY_X);
    send(seat.server.id(), Signal::CONT);
    assert!(seat.home.cli(&["resume"]).status.success());
    // On a busy machine the chord may come when the text's time is up: not every time.
    let overtakes = (0..5).any(|_| chord_overtakes(&mut seat));
    assert!(overtakes, "the chord waits for the text");
    assert!(!seat.app.received().contains('λ'), "what was given up came later");
}

/// Whether the daemon ends before it lets the key go that waits behind the text.
#[track_caller]
fn chord_overtakes(seat: &mut Seat) -> bool {
    seat.expect_live();
    let mut twin = rig::twin(BOARD);
    send(seat.server.id(), Signal::STOP);
    seat.board.hold("la");
    seat.board.text("x");
    CHORD.iter().for_each(|&key| seat.board.down(key));
    assert_eq!(seat.daemon.wait().code(), Some(3));
    let overtakes = twin.strokes_of(KeyCode::KEY_X) == 0;
    CHORD.iter().for_each(|&key| seat.board.up(key));
    send(seat.server.id(), Signal::CONT);
    seat.expect_rest(false);
    seat.daemon = Daemon::start(&seat.home);
    rig::taken(&mut seat.daemon, BOARD);
    overtakes
}
