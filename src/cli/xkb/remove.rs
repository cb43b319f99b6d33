//! `composekey xkb remove`.

use std::io;

use serde::Serialize;

use super::{
    Change,
    desktop::Desktop,
    files::{Folder, own, refused, remove_empty_folders},
};
use crate::{
    cli::{
        Exit, Terminal, refuse,
        show::json_line,
        write::{diff, no_home, versions},
    },
    config::Paths,
    diagnostic::Diagnostic,
    save::Place,
    source::Sources,
    xkb_option::{self, NAME},
};

#[derive(Serialize)]
struct Json<'a> {
    option: &'a str,
    /// The files that are gone, or changed, or would be.
    files: Vec<String>,
    desktop: &'a str,
    on: Option<bool>,
}

pub(super) fn run(args: &Change, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let folder = Folder::new(paths);
    let say = |finding: &Diagnostic, terminal: &mut Terminal<'_>| {
        refuse(finding, &Sources::default(), args.json, terminal)
    };
    let changes = match changes(&folder, args.force) {
        Ok(changes) => changes,
        Err(finding) => return say(&finding, terminal),
    };
    let desktop = Desktop::current();
    // Off first: nothing asks for an option that is not there.
    if args.yes
        && !args.dry_run
        && desktop.is_on() == Some(true)
        && let Err(error) = desktop.switch(false)
    {
        writeln!(terminal.err, "error switching the option off: {error}")?;
        return Ok(Exit::Failed);
    }
    let Some(versions) = versions(paths) else { return say(&no_home(), terminal) };
    for (place, text) in &changes {
        if args.dry_run {
            diff(place, text.as_deref().unwrap_or_default(), terminal)?;
            continue;
        }
        let done = match text {
            Some(text) => place.save(text.as_bytes(), &versions),
            None => place.remove(&versions),
        };
        if let Err(finding) = done {
            return say(&finding, terminal);
        }
    }
    if !args.dry_run {
        remove_empty_folders(&folder);
    }
    let on = desktop.is_on();
    if args.json {
        let files = changes.iter().map(|(place, _)| place.path.display().to_string()).collect();
        json_line(&Json { option: NAME, files, desktop: desktop.name(), on }, terminal.out)?;
    } else if changes.is_empty() {
        writeln!(terminal.err, "nothing to remove: the option is not installed")?;
    } else if !args.dry_run {
        writeln!(terminal.err, "removed the option `{NAME}` from {}", folder.path.display())?;
    }
    match on {
        Some(true) if !args.json => {
            writeln!(
                terminal.err,
                "it is still switched on: `composekey xkb remove --yes` switches it off"
            )?;
        }
        None if !args.json && !changes.is_empty() => {
            writeln!(terminal.err, "take `{NAME}` out of your compositor's settings too")?;
        }
        _ => {}
    }
    Ok(if changes.is_empty() { Exit::Findings } else { Exit::Fine })
}

/// What has to change: a place, and what is to be there; nothing when the file goes.
fn changes(folder: &Folder, force: bool) -> Result<Vec<(Place, Option<String>)>, Diagnostic> {
    let mut changes = Vec::new();
    // The rules first: without them the others mean nothing.
    if let Some(rules) = folder.read_rules()? {
        let rest = xkb_option::without(&rules)
            .map_err(|error| refused(&folder.rules(), &error.to_string()))?;
        if rest.as_deref() != Some(rules.as_str()) {
            changes.push((Place::look(&folder.rules())?, rest));
        }
    }
    for path in folder.ours() {
        let place = Place::look(&path)?;
        if !force {
            own(&place)?;
        }
        if place.old.is_some() {
            changes.push((place, None));
        }
    }
    Ok(changes)
}
