//! `composekey check` of a Compose file: what each toolkit makes of it.

use std::{io, mem::ManuallyDrop, path::Path};

use super::{Check, Format, count, exit, fix, print, table, unreadable};
use crate::{
    cli::{Exit, Terminal},
    config::{Disk, Paths},
    diagnostic::Diagnostic,
    source::{Loader, Sources},
    xcompose::{profile::Profile, report::report},
};

pub(super) fn run(
    args: &Check,
    file: &Path,
    paths: &Paths,
    terminal: &mut Terminal<'_>,
) -> io::Result<Exit> {
    if args.fix && !fix::run(args, file, paths, terminal)? {
        return Ok(Exit::Failed);
    }
    let mut disk = Disk::default();
    if let Err(error) = disk.load(file) {
        return unreadable(&Diagnostic::unloadable(file, &error), terminal);
    }
    let profiles = if args.toolkits.is_empty() { Profile::ALL } else { &args.toolkits };
    let mut sources = Sources::default();
    // The program ends when it is shown. Taking eight readings apart would take longer than one of them.
    let report = ManuallyDrop::new(report(file, profiles, &paths.world, &mut disk, &mut sources));
    print(&report.findings, &sources, args, terminal)?;
    match args.format() {
        Format::Text => {
            table::write(&report.rows, terminal)?;
            writeln!(terminal.out, "\n{}", count(&report.findings))?;
        }
        Format::Json => table::write_json(&report.rows, terminal)?,
        Format::Sarif => {}
    }
    Ok(exit(&report.findings))
}
