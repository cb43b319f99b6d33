//! The daemon and the session around it: its layout.

use std::process::{Child, Command, Stdio};

use evdev::KeyCode;
use x11rb::{
    connection::Connection as _,
    protocol::{
        xkb::{ConnectionExt as _, Group, ID},
        xproto::ModMask,
    },
};

use crate::{
    guest::Guest,
    support::{
        board::Board,
        daemon::{Daemon, Home},
        reader::Reader,
        rig::{self, MAP, taken},
        wait_until,
    },
};

const DISPLAY: &str = ":77";

/// An X server without a keyboard of its own. Killed when dropped.
struct XServer(Child);

impl XServer {
    fn start() -> Self {
        let mut command = Command::new("Xvfb");
        command.args([DISPLAY, "-noreset"]).stdout(Stdio::null()).stderr(Stdio::null());
        Self(command.spawn().expect("`Xvfb` is there: `make deps`"))
    }

    fn set_layout(&self, layout: &str) {
        let set = || {
            let mut command = Command::new("setxkbmap");
            command.args(["-display", DISPLAY, "-rules", "evdev", "-layout", layout]);
            command.status().is_ok_and(|status| status.success())
        };
        assert!(wait_until(set), "`setxkbmap` is there: `make deps`");
    }

    fn lock_group(&self, group: Group) {
        let (conn, _) = x11rb::connect(Some(DISPLAY)).expect("it runs");
        conn.xkb_use_extension(1, 0).expect("sent").reply().expect("it has XKB");
        let none = ModMask::from(0u8);
        let core = ID::USE_CORE_KBD.into();
        conn.xkb_latch_lock_state(core, none, none, true, group, none, false, 0)
            .expect("sent")
            .check()
            .expect("done");
        conn.flush().expect("sent");
    }
}

impl Drop for XServer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a hold of `la` gives from now on, as keys of the layout `us`.
#[track_caller]
fn gives(board: &mut Board, twin: &mut Reader, wanted: &str) {
    let came = wait_until(|| {
        twin.clear();
        board.hold("la");
        // What is refused types nothing: the comma tells that it is through.
        board.text(",");
        wait_until(|| twin.text().ends_with(','));
        twin.text() == format!("{wanted},")
    });
    assert!(came, "`{}` instead of `{wanted}`", twin.text());
    assert!(twin.rests());
}

fn status(home: &Home) -> String {
    String::from_utf8_lossy(&home.cli(&["status"]).stdout).into_owned()
}

pub(crate) fn the_layout_of_an_x_server_that_comes_changes_and_goes(_: &mut Guest) {
    let home = rig::home_on(DISPLAY, &MAP.replace("L!", "z").replace("YY", "λ"));
    let mut board = Board::new("Board");
    let mut daemon = Daemon::start(&home);
    let mut twin = taken(&mut daemon, &board.name);
    gives(&mut board, &mut twin, "z");
    let told = status(&home);
    assert!(told.contains("no key in the keymap and cannot be typed: λ;"), "{told}");

    let server = XServer::start();
    assert!(daemon.says("layout: told by the X server (`:77`)"), "{}", daemon.messages());
    server.set_layout("de");
    gives(&mut board, &mut twin, "y");
    // With a key held all the while, and Caps Lock on.
    board.down(KeyCode::KEY_LEFTSHIFT);
    server.set_layout("us,de,gr");
    board.up(KeyCode::KEY_LEFTSHIFT);
    gives(&mut board, &mut twin, "z");
    server.lock_group(Group::M2);
    gives(&mut board, &mut twin, "y");
    server.lock_group(Group::M3);
    // Greek has no `z`, and nothing is typed instead.
    gives(&mut board, &mut twin, "");
    server.lock_group(Group::M1);
    gives(&mut board, &mut twin, "z");
    server.set_layout("de");
    gives(&mut board, &mut twin, "y");
    let told = status(&home);
    assert!(told.contains("told by the X server"), "{told}");

    drop(server);
    gives(&mut board, &mut twin, "z");
    let told = status(&home);
    assert!(!told.contains("told by the X server"), "{told}");

    // Another one in its place.
    let server = XServer::start();
    server.set_layout("de");
    gives(&mut board, &mut twin, "y");
}

pub(crate) fn a_session_that_stands_still_holds_no_key(_: &mut Guest) {
    let server = XServer::start();
    server.set_layout("de");
    let home = rig::home_on(DISPLAY, &format!("backend = \"evdev\"\n{}", MAP.replace("L!", "z")));
    let mut board = Board::new("Board");
    let mut daemon = Daemon::start(&home);
    let mut twin = taken(&mut daemon, &board.name);
    gives(&mut board, &mut twin, "y");
    crate::support::daemon::send(server.0.id(), rustix::process::Signal::STOP);
    for _ in 0..3 {
        std::thread::sleep(std::time::Duration::from_secs(1));
        gives(&mut board, &mut twin, "y");
    }
    // It starts while the server says nothing.
    drop(daemon);
    let mut daemon = Daemon::start(&home);
    let mut twin = taken(&mut daemon, &board.name);
    gives(&mut board, &mut twin, "z");
    crate::support::daemon::send(server.0.id(), rustix::process::Signal::CONT);
    gives(&mut board, &mut twin, "y");
}
