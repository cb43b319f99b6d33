//! [`Desk`]: server, keyboards, a window and the daemon, put together.

use super::{App, Daemon, Home, Keyboard, Server, wait_until};

/// What most tests need. Fields are dropped in this order.
pub(crate) struct Desk {
    /// The daemon; a test may stop it or start another.
    pub(crate) daemon: Option<Daemon>,
    /// The window with the focus.
    pub(crate) app: App,
    /// The keyboard that is typed on.
    pub(crate) keyboard: Keyboard,
    /// A second keyboard on the same desk.
    pub(crate) second: Keyboard,
    /// The user's folders.
    pub(crate) home: Home,
    /// The X server.
    pub(crate) server: Server,
}

/// The sequences that most tests type: nothing of the shipped keymaps, so that a test shows the
/// engine and not the map.
pub(crate) const SEQUENCES: &str = r#"
keymaps = []
[sequences]
"\"u" = "ü"
"\"U" = "Ü"
"'e" = "é"
"'a" = "á"
"ss" = "ß"
"la" = "λ"
"=e" = "€"
"->" = "→"
"--" = "–"
"---" = "—"
"(1)" = "①"
":)" = "😀"
"hi" = "hello, world"
"<Multi_key>r" = "®"
"<Left><Right>" = "↔"
"#;

/// Settings that take time out of a test: a tap may take as long as a loaded machine needs.
pub(crate) const PATIENT: &str =
    "tap_ms = 15000\nrelease_grace_ms = 15000\ncompose_timeout_ms = 60000\n";

impl Desk {
    /// A desk with [`SEQUENCES`], these settings before them, and xterm.
    pub(crate) fn new(settings: &str) -> Self {
        Self::with_config(&format!("{settings}\n{SEQUENCES}"))
    }

    /// A desk with this `config.toml` and xterm.
    #[track_caller]
    pub(crate) fn with_config(config: &str) -> Self {
        let mut desk = Self::without_daemon(App::xterm, config);
        desk.start_daemon();
        desk
    }

    /// A desk with [`SEQUENCES`] and another window.
    pub(crate) fn with_app(app: impl Fn(&Server) -> App) -> Self {
        let mut desk = Self::without_daemon(app, SEQUENCES);
        desk.start_daemon();
        desk
    }

    /// A desk on which no daemon runs yet.
    pub(crate) fn without_daemon(app: impl Fn(&Server) -> App, config: &str) -> Self {
        let server = Server::start(2);
        let home = Home::new(server.folder(), &server.display(), config);
        let (keyboard, second) = (server.keyboard(0), server.keyboard(1));
        Self { daemon: None, app: app(&server), keyboard, second, home, server }
    }

    /// Starts the daemon, instead of the one that ran.
    #[track_caller]
    pub(crate) fn start_daemon(&mut self) {
        self.daemon = None;
        self.daemon = Some(Daemon::start(&self.home));
    }

    /// The daemon.
    pub(crate) fn daemon(&mut self) -> &mut Daemon {
        self.daemon.as_mut().expect("this desk has a daemon")
    }

    /// Returns when the server has processed all that was typed.
    pub(crate) fn sync(&mut self) {
        self.keyboard.sync();
        self.second.sync();
    }

    /// Waits until exactly this has arrived since the start.
    #[track_caller]
    pub(crate) fn expect(&mut self, expected: &str) {
        self.sync();
        self.app.expect(expected);
    }

    /// Waits until no key is down anywhere and Caps Lock is as given.
    #[track_caller]
    pub(crate) fn expect_rest(&mut self, caps_lock: bool) {
        self.sync();
        let server = &self.server;
        let at_rest = wait_until(|| {
            server.caps_lock() == caps_lock
                && server.keys_down().is_empty()
                && server.devices().iter().all(|device| !device.floating)
        });
        assert!(
            at_rest,
            "not at rest: Caps Lock {} (expected {caps_lock}), down {:?}, devices {:?}",
            server.caps_lock(),
            server.keys_down(),
            server.devices()
        );
    }

    /// The end of most tests: exactly this arrived, nothing comes after it, plain typing works on
    /// both keyboards, no key is down, Caps Lock is off, and every keymap can be read.
    #[track_caller]
    pub(crate) fn finish(&mut self, expected: &str) {
        self.expect(expected);
        self.expect_rest(false);
        self.keyboard.text("1.");
        self.expect(&format!("{expected}1."));
        self.second.text("2.");
        self.expect(&format!("{expected}1.2."));
        self.expect_rest(false);
        assert_eq!(self.server.unreadable_keymaps(), [0_i32; 0]);
    }
}
