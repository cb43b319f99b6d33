//! Puts a text into a file of the user, for every command that writes one.

use std::{io, path::Path};

use similar::TextDiff;

use super::{Terminal, show::paint};
use crate::{
    config::Paths,
    diagnostic::{Code, Diagnostic, Style},
    save::{Origin, Place, Versions},
};

/// How a file is written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct How {
    /// Only show what would change.
    pub(super) dry_run: bool,
    /// Whose files may be replaced.
    pub(super) over: Over,
}

/// Whose files may be replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Over {
    /// Only those that composekey wrote and nobody changed.
    #[default]
    Own,
    /// Any.
    Any,
}

/// What became of it.
#[derive(Debug)]
pub(super) enum Wrote {
    /// The text is there now.
    New(Place),
    /// It was there before.
    Same(Place),
    /// The difference was shown, nothing is written.
    Shown,
}

/// Writes `text` to `path`. The inner error says why that is not possible.
pub(super) fn write(
    path: &Path,
    text: &str,
    how: How,
    paths: &Paths,
    terminal: &mut Terminal<'_>,
) -> io::Result<Result<Wrote, Diagnostic>> {
    let place = match Place::look(path) {
        Ok(place) => place,
        Err(finding) => return Ok(Err(finding)),
    };
    if how.dry_run {
        diff(&place, text, terminal)?;
    }
    if place.old.as_deref() == Some(text.as_bytes()) {
        return Ok(Ok(Wrote::Same(place)));
    }
    let origin = place.origin();
    if how.over == Over::Own && matches!(origin, Origin::Foreign | Origin::Changed) {
        return Ok(Err(foreign(&place, origin)));
    }
    if how.dry_run {
        return Ok(Ok(Wrote::Shown));
    }
    let Some(versions) = versions(paths) else { return Ok(Err(no_home())) };
    Ok(place.save(text.as_bytes(), &versions).map(|()| Wrote::New(place)))
}

/// Where versions are kept; `None` without a home folder.
pub(super) fn versions(paths: &Paths) -> Option<Versions> {
    paths.state_dir.as_deref().map(Versions::new)
}

pub(super) fn no_home() -> Diagnostic {
    let message = "nothing is written: there is no home folder to keep the version before it in";
    Diagnostic::new(Code::NotWritten, message).help("set HOME or XDG_STATE_HOME")
}

fn foreign(place: &Place, origin: Origin) -> Diagnostic {
    let why = match origin {
        Origin::Changed => "somebody changed it since composekey wrote it",
        _ => "composekey did not write it",
    };
    let path = place.path.display();
    let help = format!(
        "`composekey import {path} --into NAME.toml` makes a keymap of it, to be listed in \
         `keymaps`; or write another file with `--output FILE` and include that one in yours; \
         `--force` replaces it, and `composekey undo` brings it back"
    );
    Diagnostic::new(Code::ForeignFile, format!("`{path}` is left alone: {why}")).help(help)
}

/// Shows what a text would change, as `diff -u` does.
pub(super) fn diff(place: &Place, text: &str, terminal: &mut Terminal<'_>) -> io::Result<()> {
    let old = place.old.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
    let name = place.path.display().to_string();
    let before = if place.old.is_some() { name.as_str() } else { "/dev/null" };
    let diff = TextDiff::from_lines(&*old, text);
    let unified = diff.unified_diff().context_radius(3).header(before, &name).to_string();
    for line in unified.split_inclusive('\n') {
        let code = match line.as_bytes().first() {
            Some(b'+') => "32",
            Some(b'-') => "31",
            Some(b'@') => "36",
            _ => "",
        };
        if terminal.out_style == Style::Plain || code.is_empty() {
            terminal.out.write_all(line.as_bytes())?;
        } else {
            writeln!(
                terminal.out,
                "{}",
                paint(terminal.out_style, code, line.trim_end_matches('\n'))
            )?;
        }
    }
    Ok(())
}
