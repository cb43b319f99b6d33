//! How the daemon starts, waits and ends.

use std::{
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use crate::support::{
    Daemon, Desk, Home, SEQUENCES, gone, key, wait_until, wake_ups, xwayland::Xwayland,
};

#[test]
fn a_second_instance_says_so_and_ends() {
    let mut desk = Desk::new("");
    let mut second = Daemon::spawn(&desk.home);
    assert_eq!(second.wait().code(), Some(2));
    assert!(second.says("another composekeyd"), "it says why: {}", second.messages());
    desk.keyboard.hold("la");
    desk.finish("λ");
}

/// Without it a daemon that finds no X server would take the keyboards of the machine.
fn on_x11() -> String {
    format!("backend = \"x11\"\n{SEQUENCES}")
}

#[test]
fn xwayland_is_refused() {
    let compositor = Xwayland::start();
    let home = Home::new(compositor.folder(), compositor.display(), &on_x11());
    let mut daemon = Daemon::spawn(&home);
    assert_eq!(daemon.wait().code(), Some(2), "{}", daemon.messages());
    assert!(daemon.says("XWayland"), "it says why: {}", daemon.messages());
}

#[test]
fn without_a_display_it_says_so_and_ends() {
    let desk = Desk::new("");
    let home = Home::new(desk.server.folder(), ":119", &on_x11());
    let mut daemon = Daemon::spawn(&home);
    assert_eq!(daemon.wait().code(), Some(2), "{}", daemon.messages());
}

#[test]
fn the_x_server_goes_away() {
    let mut desk = Desk::new("");
    let guards = desk.daemon().guards();
    desk.server.kill();
    let daemon = desk.daemon();
    let status = daemon.wait();
    assert!(status.code().is_some(), "it ends by itself: {status}");
    assert!(daemon.says("the X server went away"), "it says why: {}", daemon.messages());
    assert!(!daemon.messages().contains("panicked"));
    assert!(gone(&guards), "the guard ends too");
}

#[test]
fn terminated() {
    ends_cleanly(Signal::TERM);
}

#[test]
fn interrupted() {
    ends_cleanly(Signal::INT);
}

/// While Caps Lock is held and keys are pending.
#[track_caller]
fn ends_cleanly(signal: Signal) {
    let mut desk = Desk::new("");
    let guards = desk.daemon().guards();
    desk.keyboard.down(key::CAPS);
    desk.keyboard.text("lal");
    desk.expect("λ");
    desk.daemon().signal(signal);
    assert_eq!(desk.daemon().wait().code(), Some(0), "{}", desk.daemon().messages());
    assert!(gone(&guards), "the guard ends too");
    desk.keyboard.up(key::CAPS);
    desk.expect_rest(false);
    desk.finish("λ");
}

#[test]
fn three_keys_let_go_of_everything() {
    let mut desk = Desk::new("");
    let chord = [key::BACKSPACE, key::ESCAPE, key::ENTER];
    desk.keyboard.down(key::CAPS);
    desk.keyboard.text("l");
    chord.iter().for_each(|&code| desk.keyboard.down(code));
    desk.sync();
    let status = desk.daemon().wait();
    assert!(status.code().is_some(), "it ends by itself: {status}");
    chord.iter().for_each(|&code| desk.keyboard.up(code));
    desk.keyboard.up(key::CAPS);
    desk.expect_rest(false);
    desk.keyboard.text("ab");
    desk.sync();
    assert!(wait_until(|| desk.app.received().ends_with("ab")));
}

#[test]
fn nothing_typed_is_in_a_message() {
    let mut desk = Desk::new("");
    desk.keyboard.hold("\"ula(1)'q:)");
    desk.keyboard.text("secret");
    desk.finish("üλ①😀secret");
    desk.daemon().signal(Signal::HUP);
    assert!(desk.home.cli(&["status"]).status.success());
    desk.daemon().stop();
    let said = desk.daemon().messages();
    for word in ["ü", "λ", "①", "😀", "quotedbl", "parenleft", "secret", "SECRET"] {
        assert!(!said.contains(word), "`{word}` in:\n{said}");
    }
}

#[test]
fn idle_means_asleep() {
    let mut desk = Desk::new("");
    desk.keyboard.hold("la");
    desk.finish("λ");
    let mut processes = desk.daemon().guards();
    processes.push(desk.daemon().id());
    // Whatever waits for time, such as a grace, ends within its time; then nothing does.
    let mut before = wake_ups(&processes);
    let start = Instant::now();
    let asleep = loop {
        thread::sleep(Duration::from_secs(4));
        let now = wake_ups(&processes);
        if now == before {
            break true;
        }
        if start.elapsed() > Duration::from_secs(30) {
            break false;
        }
        before = now;
    };
    assert!(asleep, "it wakes up though nothing happens: {before} times so far");
}
