//! Who asks, from which session, and in which language.

use std::path::PathBuf;

use serde::Serialize;

/// Who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct User {
    /// The number.
    pub uid: u32,
    /// The name; empty when nobody knows it.
    pub name: String,
    /// The home folder.
    pub home: Option<PathBuf>,
    /// Who became root by `sudo` for this.
    pub sudo_from: Option<String>,
}

/// The session that is asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Session {
    /// `XDG_SESSION_TYPE`: `x11`, `wayland`, `tty`.
    pub kind: Option<String>,
    /// `XDG_CURRENT_DESKTOP`.
    pub desktop: Option<String>,
    /// The compositor or window manager, by its process.
    pub compositor: Option<String>,
    /// The X display.
    pub x11: Option<X11>,
    /// X displays of this machine, by their sockets.
    pub x11_sockets: Vec<String>,
    /// The Wayland display.
    pub wayland: Option<Wayland>,
    /// `XDG_RUNTIME_DIR`.
    pub runtime_dir: Option<PathBuf>,
    /// The folder that it should name, where that exists.
    pub usual_runtime_dir: Option<PathBuf>,
    /// Whether this is a remote login.
    pub ssh: bool,
}

/// An X display.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct X11 {
    /// `DISPLAY`.
    pub display: String,
    /// Why it does not answer.
    pub error: Option<String>,
    /// Who made the server.
    pub vendor: String,
    /// Whether it is XWayland.
    pub xwayland: bool,
    /// What the window manager calls itself.
    pub window_manager: Option<String>,
}

/// A Wayland display.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Wayland {
    /// `WAYLAND_DISPLAY`.
    pub display: String,
    /// Whether its socket is there.
    pub there: bool,
}

/// The language and its Compose file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Locale {
    /// The name.
    pub name: String,
    /// The variable that gives it; without one it is `C`.
    pub variable: Option<&'static str>,
    /// Where the X locales are.
    pub folder: PathBuf,
    /// Whether they are there.
    pub folder_there: bool,
    /// The Compose file that it has.
    pub compose_file: Option<PathBuf>,
    /// A locale of this machine that has one.
    pub better: String,
}
