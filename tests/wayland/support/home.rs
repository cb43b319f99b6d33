//! [`Home`]: a home and a runtime folder of the test's own.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use composekey::session::wayland::Compositor;
use tempfile::TempDir;

use super::wait_until;

/// A home; programs started in it see no other, and no session but what is made for them.
#[derive(Debug)]
pub(crate) struct Home {
    dir: TempDir,
    variables: Vec<(String, String)>,
}

impl Home {
    pub(crate) fn new() -> Self {
        let dir = tempfile::Builder::new().prefix("ck-").tempdir().expect("a folder");
        let runtime = dir.path().join("run");
        fs::create_dir_all(&runtime).expect("the folder is ours");
        fs::set_permissions(&runtime, fs::Permissions::from_mode(0o700)).expect("it is ours");
        Self { dir, variables: Vec::new() }
    }

    /// A path in it.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file, and its folders.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("below the home")).expect("the folder is ours");
        fs::write(path, text).expect("the folder is ours");
    }

    /// Every program from now on has this variable.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.variables.push((name.to_owned(), value.into()));
    }

    /// A program, ready to start.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().current_dir(self.path(""));
        command.env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/games");
        command.env("HOME", self.path("")).env("XDG_RUNTIME_DIR", self.path("run"));
        command.env("LANG", "C.UTF-8").env("NO_AT_BRIDGE", "1").env("GTK_A11Y", "none");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// `composekey` with these arguments; it must end well.
    #[track_caller]
    pub(crate) fn composekey(&self, args: &[&str]) -> String {
        let output: Output = self
            .command(env!("CARGO_BIN_EXE_composekey"))
            .args(args)
            .output()
            .expect("it is built");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "composekey {args:?}: {said}");
        String::from_utf8_lossy(&output.stdout).into_owned() + &said
    }

    /// The keymap that the compositor tells its clients, as soon as it has a keyboard.
    pub(crate) fn compositor(&self, socket: &str) -> Compositor {
        let path = self.path("run").join(socket);
        let mut compositor = Compositor::connect(&path).expect("the compositor listens");
        let told = wait_until(|| {
            let _ = compositor.dispatch().expect("it is there");
            compositor.keymap().is_some()
        });
        assert!(told, "no keymap came");
        compositor
    }
}
