//! [`Weston`]: a Wayland compositor in a window of an X server, with that server's keyboard and layout.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::{Child, Stdio},
};

use composekey::session::wayland::Compositor;

use super::{LIMIT, Server, wait_until};

/// A compositor. Ends when it is dropped.
pub(crate) struct Weston {
    child: Child,
    socket: PathBuf,
}

impl Weston {
    /// Starts it, with the layout that the server has now, and waits until it can be reached.
    pub(crate) fn start(server: &Server) -> Self {
        let runtime = server.path("weston");
        fs::create_dir(&runtime).expect("the folder is ours");
        fs::set_permissions(&runtime, fs::Permissions::from_mode(0o700)).expect("it is ours");
        let log = runtime.join("log");
        let child = server
            .command("setpriv")
            .args(["--pdeathsig", "TERM", "weston", "--backend=x11-backend.so", "--use-pixman"])
            .args(["--no-config", "--socket=wayland-test", "--idle-time=0"])
            .env("XDG_RUNTIME_DIR", &runtime)
            .stdout(fs::File::create(&log).expect("the folder is ours"))
            .stderr(Stdio::null())
            .spawn()
            .expect("`setpriv` (util-linux) starts");
        let weston = Self { child, socket: runtime.join("wayland-test") };
        // It listens before it has a keyboard.
        let has_keymap = || {
            let compositor = Compositor::connect(&weston.socket);
            compositor.is_ok_and(|mut compositor| compositor.wait(LIMIT).is_ok_and(|told| told))
        };
        let told = wait_until(has_keymap);
        let said = fs::read_to_string(log).unwrap_or_default();
        assert!(told, "weston tells no keymap (`make deps`):\n{said}");
        weston
    }

    /// Its socket.
    pub(crate) fn socket(&self) -> &PathBuf {
        &self.socket
    }
}

impl Drop for Weston {
    fn drop(&mut self) {
        super::send(self.child.id(), rustix::process::Signal::TERM);
        let _ = self.child.wait();
    }
}
