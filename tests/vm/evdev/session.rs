//! The daemon and the session around it: its layout, and whether it is there.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

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
        daemon::{Daemon, Home, who_runs},
        logind::Bus,
        reader::Reader,
        rig::{self, MAP, Rig, taken},
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
    // Without the X server it is a text console, where nothing is missing.
    assert!(told.contains("`composekey-console`") && !told.contains("no key"), "{told}");

    let server = XServer::start();
    assert!(daemon.says("layout: told by the X server (`:77`)"), "{}", daemon.messages());
    server.set_layout("de");
    gives(&mut board, &mut twin, "y");
    // It reads no keyboard, so what no key types does not go to it.
    twin.clear();
    board.hold("---");
    board.text(",");
    assert!(wait_until(|| twin.text() == ","), "{}", twin.text());
    let told = status(&home);
    assert!(told.contains("typed: λ; the X server (`:77`) does not read the keyboards"), "{told}");
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

    // Others in its place, each of which changes its layout while the daemon asks for it.
    for _ in 0..5 {
        let server = XServer::start();
        server.set_layout("de");
        gives(&mut board, &mut twin, "y");
    }
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

/// A bus with a logind, and a keyboard that the daemon has taken in session 1.
fn rig_with_logind(settings: &str) -> (Bus, Rig) {
    let folder = Path::new("/run/bus");
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).expect("a folder");
    let bus = Bus::start(folder);
    let home = rig::home(&format!("{settings}\n{MAP}"))
        .with("DBUS_SYSTEM_BUS_ADDRESS", &bus.address)
        .with("XDG_SESSION_ID", "1");
    (bus, Rig::in_home(home, Board::new("Board")))
}

/// Nothing is down on the twin, and what is typed reaches the session from the keyboard itself.
#[track_caller]
fn is_let_go(rig: &mut Rig, why: &str) {
    let home = rig.home.clone();
    assert!(wait_until(|| status(&home).contains(why)), "{}", status(&home));
    assert!(rig.twin.rests(), "a key stays down on the twin: {:?}", rig.twin.down());
    let mut physical = Reader::physical("Board");
    for code in physical.down() {
        rig.board.up(code);
    }
    assert!(physical.rests());
    physical.clear();
    rig.board.text("la");
    assert!(wait_until(|| physical.text() == "la"), "`{}` instead of `la`", physical.text());
}

#[track_caller]
fn is_ours_again(rig: &mut Rig) {
    let ours = wait_until(|| {
        rig.twin.clear();
        rig.board.tap(KeyCode::KEY_X);
        wait_until_soon(|| !rig.twin.keys().is_empty())
    });
    assert!(ours, "{}", rig.daemon.messages());
    assert!(rig.twin.rests());
    rig.twin.clear();
    rig.board.hold("la");
    rig.finish("L!");
}

fn wait_until_soon(mut condition: impl FnMut() -> bool) -> bool {
    (0..20).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        condition()
    })
}

pub(crate) fn a_locked_session_has_its_keyboards(_: &mut Guest) {
    let (bus, mut rig) = rig_with_logind("");
    // Locked in the midst of a sequence, with keys down.
    rig.board.down(KeyCode::KEY_J);
    rig.board.down(KeyCode::KEY_CAPSLOCK);
    rig.board.text("l");
    assert!(wait_until(|| !rig.twin.keys().is_empty()));
    bus.set(true, true);
    is_let_go(&mut rig, "the session is locked");
    bus.set(true, false);
    is_ours_again(&mut rig);
    // A pause goes on when the session is unlocked.
    bus.set(true, true);
    is_let_go(&mut rig, "the session is locked");
    assert!(rig.home.cli(&["pause"]).status.success());
    bus.set(true, false);
    assert!(rig.daemon.says("the keyboards are taken again"));
    let mut physical = Reader::physical("Board");
    rig.board.text("x");
    assert!(wait_until(|| physical.text() == "x"), "paused");
    assert!(rig.home.cli(&["resume"]).status.success());
    is_ours_again(&mut rig);
}

pub(crate) fn a_session_that_is_not_in_front_lets_go(_: &mut Guest) {
    let (bus, mut rig) = rig_with_logind("");
    bus.set(false, false);
    is_let_go(&mut rig, "the session is not active");
    // A keyboard that comes meanwhile is left alone too.
    let mut other = Board::new("Other");
    let mut physical = Reader::physical("Other");
    assert!(wait_until(|| rig::twins() == 3), "its twin waits");
    std::thread::sleep(std::time::Duration::from_millis(500));
    other.text("x");
    assert!(wait_until(|| physical.text() == "x"));
    bus.set(true, false);
    is_ours_again(&mut rig);
    // The setting counts at once.
    bus.set(false, false);
    is_let_go(&mut rig, "the session is not active");
    rig.home.write(&format!("when_away = \"keep\"\n{MAP}"));
    is_ours_again(&mut rig);
    bus.set(true, true);
    is_ours_again(&mut rig);
}

pub(crate) fn the_machine_sleeps_without_us(_: &mut Guest) {
    let (bus, mut rig) = rig_with_logind("when_away = \"keep\"");
    assert!(wait_until(|| bus.delays() == 1), "the machine waits for us");
    rig.board.down(KeyCode::KEY_J);
    assert!(wait_until(|| !rig.twin.keys().is_empty()));
    bus.sleep(true);
    assert!(wait_until(|| bus.delays() == 0), "it may sleep");
    assert!(rig.twin.down().is_empty(), "not before the keys are up");
    is_let_go(&mut rig, "the machine is about to sleep");
    bus.sleep(false);
    is_ours_again(&mut rig);
    assert!(wait_until(|| bus.delays() == 1), "and the next time");
}

pub(crate) fn a_bus_that_breaks_or_is_not_there_changes_nothing(_: &mut Guest) {
    const UNHEARD: &str = "another one is in front is not known";
    let (mut bus, mut rig) = rig_with_logind("");
    is_ours_again(&mut rig);
    comes_to_rest(&rig.daemon);
    bus.kill();
    assert!(rig.daemon.says(UNHEARD), "{}", rig.daemon.messages());
    is_ours_again(&mut rig);
    assert!(status(&rig.home).contains(UNHEARD));
    comes_to_rest(&rig.daemon);
    // Nor is one needed to start.
    let home = rig.home.clone();
    let board = std::mem::replace(&mut rig.board, Board::new("Spare"));
    drop(rig);
    let mut rig = Rig::in_home(home, board);
    assert!(rig.daemon.says(UNHEARD), "{}", rig.daemon.messages());
    is_ours_again(&mut rig);
    comes_to_rest(&rig.daemon);
}

/// Waits for a second in which neither the daemon nor its guard runs.
#[track_caller]
fn comes_to_rest(daemon: &Daemon) {
    let processes: Vec<u32> = daemon.guards().into_iter().chain([daemon.id()]).collect();
    let mut running = Vec::new();
    let rests = wait_until(|| {
        running = who_runs(&processes, Duration::from_secs(1));
        running.is_empty()
    });
    assert!(rests, "these threads do not sleep: {running:?}");
}
