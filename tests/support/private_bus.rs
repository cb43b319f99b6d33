//! [`PrivateBus`]: a message bus for one test.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

/// Ends with it.
#[derive(Debug)]
pub(crate) struct PrivateBus {
    daemon: Child,
    /// As in `DBUS_SYSTEM_BUS_ADDRESS`.
    pub(crate) address: String,
}

impl PrivateBus {
    /// Starts one with its socket in this folder.
    pub(crate) fn start(folder: &Path) -> Self {
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address", "--address"])
            .arg(format!("unix:path={}", folder.join("bus").display()))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("`dbus-daemon` is there: `make deps`");
        let mut address = String::new();
        let mut said = BufReader::new(daemon.stdout.take().expect("piped"));
        said.read_line(&mut address).expect("it says where it listens");
        Self { daemon, address: address.trim().to_owned() }
    }

    /// Ends it, as a crash would.
    pub(crate) fn end(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

impl Drop for PrivateBus {
    fn drop(&mut self) {
        self.end();
    }
}
