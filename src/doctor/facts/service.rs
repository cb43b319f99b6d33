//! The daemon and its settings.

use std::path::PathBuf;

use serde::Serialize;

use crate::ipc::Untyped;

/// The daemon.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Service {
    /// The user's service manager, when it answers.
    pub systemd: Option<Systemd>,
    /// The entry that starts it with the desktop.
    pub autostart: Option<PathBuf>,
    /// Where the program is.
    pub program: Option<PathBuf>,
    /// Its processes.
    pub processes: Vec<u32>,
    /// Whether one runs as a user of its own, for the whole machine.
    pub of_machine: bool,
    /// The unit of that, where it is installed.
    pub machine_unit: Option<PathBuf>,
    /// How it is, when it answers.
    pub daemon: Option<Daemon>,
    /// Why it does not.
    pub silent: Option<String>,
}

/// The user's service manager.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Systemd {
    /// The unit's file: `enabled`, `disabled`; empty when there is no unit.
    pub enabled: String,
    /// `active`, `inactive`, `failed`.
    pub active: String,
    /// The exit status of its last run.
    pub exit_status: Option<i32>,
    /// Whether `graphical-session.target` is active, which starts it.
    pub graphical_session: bool,
}

/// How the daemon is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Daemon {
    /// Its version.
    pub version: String,
    /// Its process.
    pub pid: u32,
    /// The display it serves.
    pub display: String,
    /// The way keys come in.
    pub input: String,
    /// Whether it let go of the keyboards.
    pub paused: bool,
    /// Whether older maps are in force, because the newest have errors.
    pub kept: bool,
    /// Keyboards that it serves.
    pub keyboards: usize,
    /// Keyboards that are not its: on an X server their trigger is another program's.
    pub refused: Vec<String>,
    /// Characters of the sequences that it cannot type here.
    pub untyped: Option<Untyped>,
}

/// The settings and keymaps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Config {
    /// The file.
    pub file: PathBuf,
    /// Whether it is there.
    pub there: bool,
    /// The key that is held.
    pub trigger: String,
    /// Sequences.
    pub sequences: usize,
    /// What `composekey check` finds: errors,
    pub errors: usize,
    /// and warnings.
    pub warnings: usize,
    /// When the newest of its files changed, in seconds since 1970.
    pub changed: i64,
}
