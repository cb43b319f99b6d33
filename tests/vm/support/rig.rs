//! [`Rig`]: a keyboard, the daemon, and whoever reads the twin.

use std::{fs, path::PathBuf, process};

use evdev::{KeyCode, raw_stream::RawDevice};

use super::{
    board::Board,
    daemon::{Daemon, Home},
    reader::Reader,
};

/// Rules for what the layout `us` can type.
pub(crate) const MAP: &str = r#"
keymaps = []
tap_ms = 60000
release_grace_ms = 60000
compose_timeout_ms = 60000
feedback = "none"
[sequences]
"la" = "L!"
"--" = "x"
"---" = "YY"
"oo" = "0"
"#;

/// Everything, ready to type.
#[derive(Debug)]
pub(crate) struct Rig {
    pub(crate) home: Home,
    pub(crate) daemon: Daemon,
    pub(crate) board: Board,
    pub(crate) twin: Reader,
}

impl Rig {
    /// A daemon with the rules of [`MAP`] that has taken the keyboard.
    #[track_caller]
    pub(crate) fn new() -> Self {
        Self::with_board(Board::new("Board"))
    }

    /// The same with other settings and rules.
    #[track_caller]
    pub(crate) fn with_config(config: &str) -> Self {
        Self::start(config, Board::new("Board"))
    }

    /// The same with another keyboard.
    #[track_caller]
    pub(crate) fn with_board(board: Board) -> Self {
        Self::start(MAP, board)
    }

    #[track_caller]
    fn start(config: &str, board: Board) -> Self {
        Self::in_home(home(config), board)
    }

    /// The same in this home.
    #[track_caller]
    pub(crate) fn in_home(home: Home, board: Board) -> Self {
        let mut daemon = Daemon::start(&home);
        let twin = taken(&mut daemon, &board.name);
        Self { home, daemon, board, twin }
    }

    /// The text that came out by now is this, nothing is down, and it all goes on: types more.
    #[track_caller]
    pub(crate) fn finish(&mut self, wanted: &str) {
        self.board.text("end");
        self.twin.expect_text(&format!("{wanted}end"));
        assert!(self.twin.rests(), "keys are down: {:?}", self.twin.down());
        assert_eq!(self.twin.strokes_of(KeyCode::KEY_CAPSLOCK), 0, "Caps Lock went out");
    }
}

/// Waits until the daemon has taken the keyboard of this name; its twin.
#[track_caller]
pub(crate) fn taken(daemon: &mut Daemon, name: &str) -> Reader {
    let twin = twin(name);
    let taken = daemon.says(&format!("keyboard `{name}`: taken"));
    assert!(taken, "`{name}` was not taken; the daemon said:\n{}", daemon.messages());
    twin
}

/// The twin of the keyboard of this name.
#[track_caller]
pub(crate) fn twin(name: &str) -> Reader {
    Reader::open(&format!("the twin of {name}"), |device| {
        device.name() == Some(name) && is_twin(device)
    })
}

/// Whether there is a twin of this name.
pub(crate) fn has_twin(name: &str) -> bool {
    let devices = super::reader::nodes().into_iter().filter_map(|node| RawDevice::open(node).ok());
    devices.filter(is_twin).any(|device| device.name() == Some(name))
}

/// The device node of the twin of this name.
pub(crate) fn twin_node(name: &str) -> PathBuf {
    let is_it = |node: &PathBuf| {
        RawDevice::open(node).is_ok_and(|device| device.name() == Some(name) && is_twin(&device))
    };
    super::reader::nodes().into_iter().find(is_it).expect("it has a twin")
}

/// How many twins there are.
pub(crate) fn twins() -> usize {
    let devices = super::reader::nodes().into_iter().filter_map(|node| RawDevice::open(node).ok());
    devices.filter(is_twin).count()
}

/// Whether it stands for another keyboard.
pub(crate) fn is_twin(device: &RawDevice) -> bool {
    device.physical_path().unwrap_or_default().starts_with("composekey/")
}

/// A home in memory.
pub(crate) fn home(config: &str) -> Home {
    home_on("", config)
}

/// The same for a session on this display.
pub(crate) fn home_on(display: &str, config: &str) -> Home {
    let folder = PathBuf::from(format!("/run/homes-{}", process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    Home::new(&folder, display, config)
}
