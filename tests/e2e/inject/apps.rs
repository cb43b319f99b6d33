//! The tests' windows by kind, with patience for much text.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use super::server::Server;
use crate::support;

/// A program with a window that has the focus.
pub(crate) struct App {
    pub(crate) kind: Kind,
    app: support::App,
}

/// The programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Xterm,
    /// GTK.
    Zenity,
    /// libxkbcommon-x11.
    Qt,
    /// Xlib, with so many milliseconds for each key.
    Toy(u32),
}

impl Kind {
    /// How long it may stay silent while it works.
    fn patience(self) -> Duration {
        // Zenity tells its text at the end only, and needs a millisecond and more a character.
        Duration::from_secs(if self == Self::Zenity { 120 } else { 15 })
    }
}

impl App {
    /// Starts it and waits until it can be typed at.
    pub(crate) fn start(server: &Server, kind: Kind) -> Self {
        let app = match kind {
            Kind::Xterm => support::App::xterm(server),
            Kind::Zenity => support::App::zenity(server),
            Kind::Qt => support::App::qt(server),
            Kind::Toy(lag) => support::App::toy(server, lag),
        };
        // A mapped window is not yet one that reads: input methods start later.
        sleep(Duration::from_millis(700));
        Self { kind, app }
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.app.id()
    }

    /// Gives it the focus.
    pub(crate) fn focus(&self, server: &Server) {
        self.app.focus(server);
    }

    /// What was received so far.
    pub(crate) fn text(&self) -> String {
        // The terminal is raw: Return is `\r`.
        self.app.received().replace('\r', "\n")
    }

    /// Waits until `expected` is there, and a little longer, for too much would be wrong too.
    #[track_caller]
    pub(crate) fn expect(&self, expected: &str) {
        let mut length = 0;
        let mut since = Instant::now();
        while length < expected.len() && since.elapsed() < self.kind.patience() {
            let now = self.text().len();
            if now != length {
                (length, since) = (now, Instant::now());
            }
            sleep(Duration::from_millis(10));
        }
        sleep(Duration::from_millis(200));
        let got = self.text();
        assert!(got == expected, "{:?}: {}", self.kind, support::difference(expected, &got));
    }
}
