//! `composekey undo`: the version before of a file that composekey wrote.

use std::{io, path::PathBuf};

use super::{
    Exit, Terminal, refuse,
    write::{no_home, versions},
};
use crate::{config::Paths, save, source::Sources};

/// `composekey undo`.
#[derive(Debug, clap::Args)]
pub struct Undo {
    /// The file; without one, that which composekey wrote last
    pub file: Option<PathBuf>,
}

pub(super) fn run(args: &Undo, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let Some(versions) = versions(paths) else {
        return refuse(&no_home(), &Sources::default(), false, terminal);
    };
    let last = match versions.last() {
        Ok(last) => last,
        Err(error) => {
            let folder = versions.folder.display();
            writeln!(terminal.err, "error reading the versions in `{folder}`: {error}")?;
            return Ok(Exit::Failed);
        }
    };
    let Some(file) = args.file.clone().or(last) else {
        writeln!(terminal.err, "nothing to undo: composekey has written no file yet")?;
        return Ok(Exit::Findings);
    };
    match save::undo(&file, &versions) {
        Ok(Some(undone)) => {
            let path = undone.place.shown();
            match undone.text {
                Some(text) => {
                    let lines = text.iter().filter(|&&byte| byte == b'\n').count();
                    writeln!(terminal.out, "{path} is as it was before: {lines} lines")?;
                }
                None => writeln!(terminal.out, "{path} is removed: there was none before")?,
            }
            Ok(Exit::Fine)
        }
        Ok(None) => {
            writeln!(
                terminal.err,
                "nothing to undo: no older version of {} is kept",
                file.display()
            )?;
            Ok(Exit::Findings)
        }
        Err(finding) => refuse(&finding, &Sources::default(), false, terminal),
    }
}
