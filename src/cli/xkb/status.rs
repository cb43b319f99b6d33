//! `composekey xkb status`.

use std::io;

use serde::Serialize;

use super::{Status, desktop::Desktop, files::Folder};
use crate::{
    cli::{Exit, Terminal, load, refuse, show::json_line},
    config::Paths,
    xkb_option::NAME,
};

#[derive(Serialize)]
struct Json<'a> {
    option: &'a str,
    folder: String,
    installed: bool,
    /// Whether the files are those of the table in use.
    up_to_date: bool,
    characters: usize,
    reach_x11: usize,
    left_out: String,
    desktop: &'a str,
    on: Option<bool>,
}

pub(super) fn run(args: &Status, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let loaded = load(paths, false, terminal)?;
    let folder = Folder::new(paths);
    let made = match folder.make(&loaded) {
        Ok(made) => made,
        Err(finding) => return refuse(&finding, &loaded.sources, args.json, terminal),
    };
    let (installed, up_to_date) = (folder.is_installed(), made.is_there());
    let desktop = Desktop::current();
    let on = desktop.is_on();
    let (characters, low) = (made.placement.places.len(), made.low());
    let exit =
        if installed && up_to_date && on != Some(false) { Exit::Fine } else { Exit::Findings };
    if args.json {
        let json = Json {
            option: NAME,
            folder: folder.path.display().to_string(),
            installed,
            up_to_date,
            characters,
            reach_x11: low,
            left_out: made.placement.left_out.iter().collect(),
            desktop: desktop.name(),
            on,
        };
        json_line(&json, terminal.out)?;
        return Ok(exit);
    }
    let files = match (installed, up_to_date) {
        (false, _) => "not installed: `composekey xkb install`",
        (true, false) => "installed, not up to date: `composekey xkb install`",
        (true, true) => "installed, up to date",
    };
    let switched = match on {
        Some(true) => "on",
        Some(false) => "off: `composekey xkb install --yes` switches it on",
        None => "not known here",
    };
    let left_out = made.placement.left_out.len();
    let out = &mut terminal.out;
    writeln!(out, "XKB option `{NAME}`: {files}")?;
    for (name, value) in [
        ("folder", folder.path.display().to_string()),
        ("characters", format!("{characters}, {low} of them for X11 programs too")),
        ("left out", left_out.to_string()),
        ("switched", switched.to_owned()),
    ] {
        writeln!(out, "  {name:<10} {value}")?;
    }
    if installed && on.is_none() {
        writeln!(out, "{}", desktop.advice())?;
    }
    Ok(exit)
}
