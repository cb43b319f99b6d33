//! [`Xwayland`]: an X server inside a Wayland compositor without a screen.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

use super::wait_until;

/// weston with Xwayland.
pub(crate) struct Xwayland {
    weston: Child,
    display: String,
    dir: TempDir,
}

impl Xwayland {
    /// Starts both and waits until the X server can be reached.
    pub(crate) fn start() -> Self {
        let dir = tempfile::Builder::new().prefix("composekey-").tempdir().expect("a folder");
        let runtime = dir.path().join("wayland");
        fs::create_dir(&runtime).expect("the folder is ours");
        fs::set_permissions(&runtime, fs::Permissions::from_mode(0o700)).expect("it is ours");
        let log = dir.path().join("weston.log");
        let weston = Command::new("setpriv")
            .args(["--pdeathsig", "TERM", "weston", "--backend=headless-backend.so"])
            .args(["--no-config", "--xwayland", "--socket=wayland-test", "--idle-time=0"])
            .arg(format!("--log={}", log.display()))
            .env("XDG_RUNTIME_DIR", &runtime)
            .env("HOME", dir.path())
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("`setpriv` (util-linux) starts");
        let mut xwayland = Self { weston, display: String::new(), dir };
        let listens = wait_until(|| {
            let said = fs::read_to_string(&log).unwrap_or_default();
            let Some((_, rest)) = said.split_once("xserver listening on display ") else {
                return false;
            };
            rest.lines().next().unwrap_or_default().clone_into(&mut xwayland.display);
            true
        });
        let said = fs::read_to_string(&log).unwrap_or_default();
        assert!(listens, "weston did not offer an X server:\n{said}");
        xwayland
    }

    /// The display's name.
    pub(crate) fn display(&self) -> &str {
        &self.display
    }

    /// A folder that lives as long.
    pub(crate) fn folder(&self) -> &Path {
        self.dir.path()
    }
}

impl Drop for Xwayland {
    fn drop(&mut self) {
        // Asked politely, weston ends its Xwayland too.
        super::send(self.weston.id(), rustix::process::Signal::TERM);
        let _ = self.weston.wait();
    }
}
