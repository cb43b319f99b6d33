//! `composekey xkb install`, and what follows a change of the maps: [`refresh`].

use std::{fs, io};

use serde::Serialize;

use super::{
    Change,
    desktop::Desktop,
    files::{Folder, Made},
};
use crate::{
    cli::{
        Exit, Terminal, load, plural, refuse,
        write::{self, How, Over, Wrote, no_home, versions},
    },
    config::{Loaded, Paths},
    diagnostic::Diagnostic,
    save::Place,
    xkb_option::NAME,
};

#[derive(Serialize)]
struct Json<'a> {
    option: &'a str,
    folder: String,
    /// Whether a file has changed, or would.
    changed: bool,
    characters: usize,
    /// Those on keycodes up to 255.
    reach_x11: usize,
    left_out: String,
    desktop: &'a str,
    /// Whether the option is on; null where that cannot be asked.
    on: Option<bool>,
}

pub(super) fn run(args: &Change, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let loaded = load(paths, false, terminal)?;
    if loaded.has_errors() {
        writeln!(terminal.err, "nothing is written: the configuration has errors, see above")?;
        return Ok(Exit::Findings);
    }
    let folder = Folder::new(paths);
    let made = folder
        .make(&loaded)
        .and_then(|made| if args.force { Ok(made) } else { made.check().map(|()| made) });
    let made = match made {
        Ok(made) => made,
        Err(finding) => return refuse(&finding, &loaded.sources, args.json, terminal),
    };
    let mut changed = false;
    for (path, text) in &made.files {
        // Whose they are has been looked at, all of them before the first is written.
        let how = How { dry_run: args.dry_run, over: Over::Any };
        if !args.dry_run {
            // What is wrong with the folder shows when the file is written.
            let _ = path.parent().map(fs::create_dir_all);
        }
        match write::write(path, text, how, paths, terminal)? {
            Ok(wrote) => changed |= !matches!(wrote, Wrote::Same(_)),
            Err(finding) => return refuse(&finding, &loaded.sources, args.json, terminal),
        }
    }
    let desktop = Desktop::current();
    if args.yes
        && !args.dry_run
        && let Err(error) = switch_on(desktop, changed)
    {
        writeln!(terminal.err, "error switching the option on: {error}")?;
        return Ok(Exit::Failed);
    }
    if args.json {
        let json = Json {
            option: NAME,
            folder: folder.path.display().to_string(),
            changed,
            characters: made.placement.places.len(),
            reach_x11: made.low(),
            left_out: made.placement.left_out.iter().collect(),
            desktop: desktop.name(),
            on: desktop.is_on(),
        };
        super::super::show::json_line(&json, terminal.out)?;
    } else {
        summary(args, &folder, &made, changed, desktop, terminal)?;
    }
    Ok(Exit::Fine)
}

/// Has the compositor take the option, or take it anew.
fn switch_on(desktop: Desktop, changed: bool) -> io::Result<()> {
    let again = changed && desktop.is_on() == Some(true);
    let _ = if again { desktop.apply_again()? } else { desktop.switch(true)? };
    Ok(())
}

fn summary(
    args: &Change,
    folder: &Folder,
    made: &Made,
    changed: bool,
    desktop: Desktop,
    terminal: &mut Terminal<'_>,
) -> io::Result<()> {
    let err = &mut terminal.err;
    let characters = plural(made.placement.places.len(), "character");
    let path = folder.path.display();
    let low = made.low();
    match (changed, args.dry_run) {
        (false, _) => {
            writeln!(err, "{path} is up to date: {characters}, {low} of them for X11 programs too")?
        }
        (true, true) => {
            writeln!(err, "{path} would have {characters}, {low} of them for X11 programs too")?
        }
        (true, false) => {
            writeln!(err, "wrote {path}: {characters}, {low} of them for X11 programs too")?
        }
    }
    match &made.placement.left_out[..] {
        [] => {}
        left_out => {
            let shown: String = left_out.iter().take(40).collect();
            let more = if left_out.len() > 40 { " …" } else { "" };
            let n = plural(left_out.len(), "character");
            writeln!(err, "no room for {n}, the least used ones: {shown}{more}")?;
        }
    }
    match desktop.is_on() {
        Some(true) if changed && !args.yes && !args.dry_run => {
            writeln!(
                err,
                "the option `{NAME}` is on; it changes when you log in anew, or at once with `--yes`"
            )
        }
        Some(true) => writeln!(err, "the option `{NAME}` is on"),
        _ => writeln!(err, "{}", desktop.advice()),
    }
}

/// Brings an installed option up to date with a changed table, and has the desktop take it where
/// there is a setting for that; whether something was written. Does nothing when the option is not
/// installed.
///
/// # Errors
/// When a file is not ours any more or cannot be written; the old ones go on to serve.
pub(in crate::cli) fn refresh(loaded: &Loaded, paths: &Paths) -> Result<bool, Diagnostic> {
    let folder = Folder::new(paths);
    if loaded.has_errors() || !folder.is_installed() {
        return Ok(false);
    }
    let made = folder.make(loaded)?;
    if made.is_there() {
        return Ok(false);
    }
    made.check()?;
    let versions = versions(paths).ok_or_else(no_home)?;
    for (path, text) in &made.files {
        let place = Place::look(path)?;
        if place.old.as_deref() != Some(text.as_bytes()) {
            place.save(text.as_bytes(), &versions)?;
        }
    }
    let desktop = Desktop::current();
    if desktop.is_on() == Some(true) {
        // Where that fails the files count from the next session on.
        let _ = desktop.apply_again();
    }
    Ok(true)
}
