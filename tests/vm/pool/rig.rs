//! [`Seat`]: a server, a window, the daemon, and fingers that are faster than a person's.

use std::time::Duration;

use crate::support::{
    board::Board,
    daemon::{Daemon, Home},
    desktop::{App, Server},
    rig, wait_until,
};

pub(super) const BOARD: &str = "Board";

/// Settings, and sequences for what the layout `us` has and has not.
pub(super) const CONFIG: &str = r#"
backend = "evdev"
keymaps = []
tap_ms = 60000
release_grace_ms = 60000
compose_timeout_ms = 60000
feedback = "none"
[sequences]
"la" = "λ"
"ue" = "ü"
"=e" = "€"
"mx" = "aλB😀ü1"
"pl" = "plain"
"#;

pub(super) struct Seat {
    pub(super) daemon: Daemon,
    pub(super) board: Board,
    pub(super) app: App,
    pub(super) home: Home,
    pub(super) server: Server,
}

impl Seat {
    #[track_caller]
    pub(super) fn new() -> Self {
        Self::with(CONFIG)
    }

    #[track_caller]
    pub(super) fn with(config: &str) -> Self {
        let server = Server::start("us");
        let home = rig::home_on(&server.display(), config);
        let app = App::xterm(&server);
        let mut board = Board::new(BOARD);
        board.pace = Duration::from_millis(4);
        let mut daemon = Daemon::start(&home);
        rig::taken(&mut daemon, BOARD);
        let seat = Self { daemon, board, app, home, server };
        seat.expect_live();
        seat
    }

    /// What `composekey status` says.
    pub(super) fn status(&self) -> String {
        String::from_utf8_lossy(&self.home.cli(&["status"]).stdout).into_owned()
    }

    /// How many keyboards of the board's name the server reads: its own, and its twin.
    pub(super) fn boards(&self) -> usize {
        self.server.devices().iter().filter(|device| device.name == BOARD).count()
    }

    /// Waits until the server reads the twin and the pool is the way out.
    #[track_caller]
    pub(super) fn expect_live(&self) {
        let live = wait_until(|| {
            let status = self.status();
            let is_open = status.contains("X11: the others");
            is_open && status.contains("told by the X server") && self.boards() == 2
        });
        assert!(live, "{}\n{}", self.status(), self.daemon.messages());
    }

    /// Waits until no key is down and Caps Lock is as given.
    #[track_caller]
    pub(super) fn expect_rest(&self, caps_lock: bool) {
        let rests = || self.server.caps_lock() == caps_lock && self.server.keys_down().is_empty();
        assert!(
            wait_until(rests),
            "not at rest: Caps Lock {}, down {:?}",
            self.server.caps_lock(),
            self.server.keys_down()
        );
    }

    /// Exactly this has arrived, plain typing works, nothing is down, Caps Lock is off, every keymap can be read.
    #[track_caller]
    pub(super) fn finish(&mut self, expected: &str) {
        self.app.expect(expected);
        self.expect_rest(false);
        self.board.text("end");
        self.app.expect(&format!("{expected}end"));
        self.expect_rest(false);
        assert_eq!(self.server.unreadable_keymaps(), [0_i32; 0]);
    }
}
