//! A configuration of one's own, and the program run on it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

/// An empty home with a configuration folder; the locale is `C`, the layout `us`.
pub(crate) struct Home {
    dir: TempDir,
}

/// What a run of the program gave.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Home {
    pub(crate) fn new() -> Self {
        let home = Self { dir: TempDir::new().unwrap() };
        fs::create_dir_all(home.path("")).unwrap();
        home
    }

    /// A home whose `config.toml` is `text`.
    pub(crate) fn with_config(text: &str) -> Self {
        let home = Self::new();
        home.write("config.toml", text);
        home
    }

    /// The home folder.
    pub(crate) fn root(&self) -> &Path {
        self.dir.path()
    }

    /// A path in the configuration folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(".config/composekey").join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).unwrap();
    }

    /// `composekey` with these arguments, ready to run.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_composekey"));
        command.args(args).env_clear().env("HOME", self.dir.path()).current_dir(self.path(""));
        command.env("XKB_DEFAULT_LAYOUT", "us");
        command
    }

    /// Runs `composekey`. The home is called `~` in what it says.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        let Output { status, stdout, stderr } = self.command(args).output().unwrap();
        let home = self.dir.path().to_str().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap().replace(home, "~");
        Ran { status: status.code().unwrap(), out: text(stdout), err: text(stderr) }
    }
}
