//! What becomes of a change elsewhere: in the XKB option, and in a daemon that runs.

use std::io;

use crate::{
    cli::{Terminal, xkb},
    config::{self, Paths},
    ipc::{self, Reply, Request},
};

/// Brings the XKB option up to date where it is installed, and says so: new characters have keys then.
fn refresh_option(paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<()> {
    if !xkb::is_installed(paths) {
        return Ok(());
    }
    match xkb::refresh(&config::load(paths), paths) {
        Ok(false) => Ok(()),
        Ok(true) => writeln!(
            terminal.err,
            "the XKB option has it: in GNOME at once, elsewhere when the compositor has read its \
             configuration again"
        ),
        Err(finding) => writeln!(
            terminal.err,
            "the XKB option is as it was: {}; `composekey xkb install` tells more",
            finding.message
        ),
    }
}

/// Has a daemon with this configuration read it, and says what came of that. The daemon watches its
/// files anyway; asking it makes sure that it is done.
pub(super) fn tell(paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<()> {
    refresh_option(paths, terminal)?;
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
