//! What becomes of a change in a daemon that runs.

use std::io;

use crate::{
    cli::Terminal,
    config::Paths,
    ipc::{self, Reply, Request},
};

/// Has a daemon with this configuration read it, and says what came of that. The daemon watches its
/// files anyway; asking it makes sure that it is done.
pub(super) fn tell(paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<()> {
    let socket = ipc::socket(&paths.control_dir());
    let Ok(Reply::Status(status)) = ipc::call(&socket, &Request::Status) else { return Ok(()) };
    if status.config != paths.config_file {
        return Ok(());
    }
    let pid = status.pid;
    let said = match ipc::call(&socket, &Request::Reload) {
        Ok(Reply::Reloaded { kept: true, .. }) => {
            "does not take it: `composekey check` tells why, the old map stays in force"
        }
        Ok(Reply::Reloaded { .. }) if status.paused => {
            "has it, and is paused: `composekey resume` goes on"
        }
        Ok(Reply::Reloaded { .. }) => "has it: it is in force now",
        _ => "has not answered: `composekey status` tells how it is",
    };
    writeln!(terminal.err, "composekeyd, process {pid}, {said}")
}
