//! [`System`]: what the doctor asks of the machine. `host.rs` is the machine itself; tests have a
//! written one.

use std::path::{Path, PathBuf};

use super::facts::Config;
use crate::{config::Paths, ipc::Status, source::Loader, x11::Survey};

/// A machine that can be asked. Nothing here changes it, and everything comes back soon.
pub trait System: Loader {
    /// A variable of the environment; an empty one counts as unset.
    fn env(&self, name: &str) -> Option<String>;

    /// The user who runs this.
    fn identity(&self) -> Identity;

    /// Seconds since 1970.
    fn now(&self) -> i64;

    /// What stands there, links followed.
    fn stat(&self, path: &Path) -> Option<Stat>;

    /// The names in a folder, sorted; nothing when it is not there or may not be looked into.
    fn list(&self, folder: &Path) -> Vec<String>;

    /// Whether this user may read the file, and with `write` also write it.
    fn may(&self, path: &Path, write: bool) -> bool;

    /// Runs these programs beside each other, within one limit of time.
    fn run(&mut self, commands: &[&[&str]]) -> Vec<Ran>;

    /// What the display of this name tells, or why it tells nothing.
    fn display(&mut self, name: &str) -> Result<Survey, String>;

    /// What the daemon behind this socket says.
    fn daemon(&mut self, socket: &Path) -> Answer;

    /// What the user's configuration says.
    fn config(&mut self, paths: &Paths) -> Config;
}

/// Who runs this.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The user's number.
    pub uid: u32,
    /// The numbers of all groups of this process.
    pub groups: Vec<u32>,
}

/// What is known of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stat {
    /// The permissions: `0o640`.
    pub mode: u32,
    /// The owner.
    pub uid: u32,
    /// The group.
    pub gid: u32,
    /// When its contents changed, in seconds since 1970.
    pub modified: i64,
    /// When anything of it changed, its place included, in seconds since 1970.
    pub changed: i64,
}

/// What became of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ran {
    /// It ended well and wrote this.
    Wrote(String),
    /// It is not installed.
    Missing,
    /// It ended badly.
    Failed,
    /// It did not end in time, and was ended.
    TooLate,
}

impl Ran {
    /// What it wrote; nothing unless it ended well.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Wrote(text) => text,
            Self::Missing | Self::Failed | Self::TooLate => "",
        }
    }
}

/// What a daemon said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// There is none.
    NotRunning,
    /// How it is.
    Status(Box<Status>),
    /// Something listens and does not answer, for this reason.
    Silent(String),
}

/// Reads a file as text, without what is no UTF-8; `None` when it cannot be read.
pub(super) fn text(system: &mut dyn System, path: impl AsRef<Path>) -> Option<String> {
    let bytes = system.load(path.as_ref()).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The first of these that is there.
pub(super) fn first(
    system: &dyn System,
    paths: impl IntoIterator<Item = PathBuf>,
) -> Option<PathBuf> {
    paths.into_iter().find(|path| system.stat(path).is_some())
}

/// The program that this word runs in a shell.
pub(super) fn program(system: &dyn System, name: &str) -> Option<PathBuf> {
    let path = system.env("PATH")?;
    let mut files = path.split(':').map(|folder| Path::new(folder).join(name));
    files.find(|file| system.stat(file).is_some_and(|stat| stat.mode & 0o111 != 0))
}
