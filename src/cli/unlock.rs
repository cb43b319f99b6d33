//! `composekey unlock-caps`: clears a stuck Caps Lock. It talks to the X server itself, so that it
//! works when no daemon runs, and finds the display by itself, so that it works over ssh.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::Command,
};

use clap::Args;

use super::{Exit, Terminal};
use crate::{
    config::Paths,
    ipc::{self, Reply, Request},
    x11::{Display, clear_caps_lock},
};

/// `composekey unlock-caps`.
#[derive(Debug, Args)]
pub struct Unlock {
    /// On this display, `:0` for example; else `$DISPLAY`, that of the daemon, or whichever answers
    #[arg(long, value_name = "DISPLAY")]
    pub display: Option<String>,
}

/// Where the sockets of the X servers are.
const SOCKETS: &str = "/tmp/.X11-unix";

pub(super) fn run(args: &Unlock, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let own = std::env::var("DISPLAY").ok().filter(|display| !display.is_empty());
    match args.display.clone().or(own) {
        Some(display) => unlock(&display, terminal),
        None => search(paths, terminal),
    }
}

/// Clears the lock of this display.
fn unlock(name: &str, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let display = Display::open(Some(name));
    let cleared = match display.and_then(|display| clear_caps_lock(&display)) {
        Ok(cleared) => cleared,
        Err(error) => {
            writeln!(terminal.err, "error: display `{name}`: {error}")?;
            return Ok(Exit::Failed);
        }
    };
    let out = &mut terminal.out;
    for keycode in &cleared.released {
        writeln!(out, "{name}: the key {keycode} was down and is let go of")?;
    }
    if cleared.still_on {
        writeln!(out, "{name}: Caps Lock is still on: something presses it again")?;
        return Ok(Exit::Findings);
    }
    let said = if cleared.locked { "was on and is off now" } else { "is off" };
    writeln!(out, "{name}: Caps Lock {said}")?;
    Ok(Exit::Fine)
}

/// Tries the displays of this machine, each in a process of its own: only at its start does a
/// program learn which `$XAUTHORITY` to show.
fn search(paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let program = std::env::current_exe()?;
    let displays = displays(paths, Path::new(SOCKETS));
    let mut refused = Vec::new();
    for display in &displays {
        for authority in authorities(paths) {
            let mut command = Command::new(&program);
            command.args(["unlock-caps", "--display", display]);
            if let Some(file) = authority {
                command.env("XAUTHORITY", file);
            }
            let output = command.output()?;
            let exit = match output.status.code() {
                Some(0) => Exit::Fine,
                Some(1) => Exit::Findings,
                _ => {
                    refused = output.stderr;
                    continue;
                }
            };
            terminal.out.write_all(&output.stdout)?;
            return Ok(exit);
        }
    }
    terminal.err.write_all(&refused)?;
    let found = if displays.is_empty() { "there is none" } else { "none of this machine answers" };
    writeln!(
        terminal.err,
        "error: no X display: `$DISPLAY` is not set and {found}; `--display :0` names one"
    )?;
    Ok(Exit::Failed)
}

/// The displays to try: the daemon's, then those that have a socket, lowest number first.
fn displays(paths: &Paths, sockets: &Path) -> Vec<String> {
    let mut displays = Vec::new();
    if let Ok(Reply::Status(status)) =
        ipc::call(&ipc::socket(&paths.control_dir()), &Request::Status)
    {
        displays.push(status.display);
    }
    let entries = fs::read_dir(sockets).into_iter().flatten().flatten();
    let number = |name: std::ffi::OsString| name.to_str()?.strip_prefix('X')?.parse::<u32>().ok();
    let mut numbers: Vec<u32> = entries.filter_map(|entry| number(entry.file_name())).collect();
    numbers.sort_unstable();
    displays.extend(numbers.iter().map(|number| format!(":{number}")));
    let mut seen = std::collections::HashSet::new();
    displays.retain(|display| seen.insert(display.clone()));
    displays
}

/// The files with the right to connect that may be there: `$XAUTHORITY` or `~/.Xauthority` as they
/// are, then those that display managers keep in the runtime folder (gdm, sddm).
fn authorities(paths: &Paths) -> Vec<Option<PathBuf>> {
    let mut files = vec![None];
    let uid = rustix::process::geteuid().as_raw();
    let folder = paths.runtime_dir.clone().unwrap_or_else(|| format!("/run/user/{uid}").into());
    let gdm = folder.join("gdm/Xauthority");
    if gdm.exists() {
        files.push(Some(gdm));
    }
    for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if name.to_string_lossy().starts_with("xauth_") {
            files.push(Some(entry.path()));
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displays_have_a_socket() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["X10", "X2", "X2_", "Y1", "X"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let paths = Paths::new(folder.path().into(), Some(folder.path().into()), None, |_| None);
        assert_eq!(displays(&paths, folder.path()), [":2", ":10"]);
        assert!(displays(&paths, &folder.path().join("none")).is_empty());
    }

    #[test]
    fn authorities_of_display_managers() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("gdm")).unwrap();
        for name in ["gdm/Xauthority", "xauth_abc", "other"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let paths = Paths::new(folder.path().into(), Some(folder.path().into()), None, |_| None);
        let at = |name: &str| Some(folder.path().join(name));
        assert_eq!(authorities(&paths), [None, at("gdm/Xauthority"), at("xauth_abc")]);
    }
}
