//! What a person sits at: Xorg with libinput on the machine's own keyboards, windows that say what they
//! received, the daemon on evdev. Enter at [`Desk`].
//!
//! ```text
//! QEMU's keyboard ──▶ composekeyd ──▶ twin ──▶ udev, libinput, Xorg ──▶ xterm, a GTK entry
//! ```

#[allow(dead_code, reason = "shared with the tests on X servers")]
#[path = "../../../e2e/support/app.rs"]
mod app;
#[allow(dead_code, reason = "shared with the tests on X servers")]
#[path = "../../../e2e/support/inspect.rs"]
mod inspect;
mod keyboard;
mod server;

pub(crate) use app::App;
pub(crate) use keyboard::{Keyboard, key};
pub(crate) use server::{Server, server, start_udev};

use super::{
    daemon::{Daemon, Home},
    rig, wait_until,
};
use crate::guest::Guest;

/// The machine's PS/2 keyboard.
pub(crate) const PS2: &str = "AT Translated Set 2 keyboard";

/// The layout of the server and its keyboards: it has characters on all four levels.
pub(crate) const LAYOUT: &str = "de";

/// Settings and sequences of every desk: what the layout has, on each of its levels.
pub(crate) const SEQUENCES: &str = r#"
backend = "evdev"
layout = "de"
keymaps = []
tap_ms = 60000
release_grace_ms = 60000
compose_timeout_ms = 60000
feedback = "none"
[sequences]
"\"u" = "ü"
"\"U" = "Ü"
"ss" = "ß"
"=e" = "€"
"mu" = "µ"
"--" = "–"
"---" = "—"
"hi" = "Hi @ du"
"#;

/// A window, the daemon, and fingers on the machine's keyboard.
pub(crate) struct Desk<'g> {
    pub(crate) daemon: Daemon,
    pub(crate) app: App,
    pub(crate) keyboard: Keyboard<'g>,
    pub(crate) home: Home,
    pub(crate) server: &'static Server,
}

impl<'g> Desk<'g> {
    /// A desk with xterm.
    #[track_caller]
    pub(crate) fn new(guest: &'g mut Guest) -> Self {
        Self::with_app(guest, App::xterm)
    }

    /// A desk with xterm and other settings and sequences.
    #[track_caller]
    pub(crate) fn with_config(guest: &'g mut Guest, config: &str) -> Self {
        Self::start(guest, config, App::xterm)
    }

    /// A desk with another window.
    #[track_caller]
    pub(crate) fn with_app(guest: &'g mut Guest, app: impl Fn(&Server) -> App) -> Self {
        Self::start(guest, SEQUENCES, app)
    }

    #[track_caller]
    fn start(guest: &'g mut Guest, config: &str, app: impl Fn(&Server) -> App) -> Self {
        let server = server();
        let home = rig::home_on(&server.display(), config);
        let daemon = Daemon::start(&home);
        let keyboard = Keyboard::new(guest, PS2);
        let mut desk = Self { daemon, app: app(server), keyboard, home, server };
        desk.expect_taken(PS2);
        desk.expect_layout();
        desk
    }

    /// Waits until the daemon knows with which layout the server reads the twin.
    #[track_caller]
    pub(crate) fn expect_layout(&self) {
        let status = || String::from_utf8_lossy(&self.home.cli(&["status"]).stdout).into_owned();
        let known = wait_until(|| {
            let status = status();
            status.contains("told by the X server") && !status.contains("no key in the keymap")
        });
        assert!(known, "the layout is not followed:\n{}\n{}", status(), self.daemon.messages());
    }

    /// Waits until the daemon has the keyboard, and the server its twin.
    #[track_caller]
    pub(crate) fn expect_taken(&mut self, name: &str) {
        let taken = self.daemon.says(&format!("keyboard `{name}`: taken"));
        assert!(taken, "`{name}` was not taken; the daemon said:\n{}", self.daemon.messages());
        let both =
            || self.server.devices().iter().filter(|device| device.name == name).count() == 2;
        assert!(wait_until(both), "Xorg has not opened the twin: {:?}", self.server.devices());
    }

    /// Waits until exactly this has arrived since the start.
    #[track_caller]
    pub(crate) fn expect(&self, expected: &str) {
        self.app.expect(expected);
    }

    /// Waits until no key is down and Caps Lock is as given.
    #[track_caller]
    pub(crate) fn expect_rest(&self, caps_lock: bool) {
        let server = self.server;
        let rests = || server.caps_lock() == caps_lock && server.keys_down().is_empty();
        assert!(
            wait_until(rests),
            "not at rest: Caps Lock {} (expected {caps_lock}), down {:?}",
            server.caps_lock(),
            server.keys_down()
        );
    }

    /// The end of most cases: exactly this arrived, plain typing works, no key is down, Caps Lock is off,
    /// every keymap can be read.
    #[track_caller]
    pub(crate) fn finish(&mut self, expected: &str) {
        self.expect(expected);
        self.expect_rest(false);
        self.keyboard.text("z.");
        self.expect(&format!("{expected}z."));
        self.expect_rest(false);
        assert_eq!(self.server.unreadable_keymaps(), [0_i32; 0]);
    }
}
