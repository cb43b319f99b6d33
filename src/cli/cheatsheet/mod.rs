//! `composekey cheatsheet`: the sequences of one's own on a page, to print, to search, to paste.
//!
//! `sheet.rs` chooses and groups them and knows the caps of the keys; `html.rs` and `plain.rs` draw.

mod html;
mod plain;
mod sheet;

use std::{
    io,
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use clap_complete::ArgValueCompleter;

use self::sheet::Sheet;
use super::{
    Exit, Terminal, complete, keyboard, load, pager, refuse,
    write::{How, Over, Wrote, write},
};
use crate::{
    config::{Loaded, Paths},
    diagnostic::closest,
    save::sign,
    source::Sources,
};

/// `composekey cheatsheet`.
#[derive(Debug, clap::Args)]
pub struct Cheatsheet {
    /// How to draw it; by the ending of FILE unless given, else for the terminal
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// Only this keymap, which need not be in use; can be given more than once
    #[arg(
        long = "keymap",
        value_name = "KEYMAP",
        add = ArgValueCompleter::new(complete::keymaps)
    )]
    pub keymaps: Vec<String>,
    /// Also the sequences of the keymaps in use that are not your own
    #[arg(long, conflicts_with = "keymaps")]
    pub all: bool,
    /// Show the keys of this layout, as in us or de(neo), instead of the session's
    #[arg(long, value_name = "LAYOUT")]
    pub layout: Option<String>,
    /// Write this file
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace a file that composekey did not write; `undo` brings it back
    #[arg(long, requires = "output")]
    pub force: bool,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
}

/// How a sheet is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// In columns as wide as the terminal
    Terminal,
    /// One page that needs nothing else: to search in, to copy from, to print
    Html,
    /// Tables in Markdown
    Md,
    /// One JSON object
    Json,
}

impl Cheatsheet {
    fn format(&self) -> Format {
        let named = |path: &Path| match path.extension()?.to_str()? {
            "html" | "htm" => Some(Format::Html),
            "md" | "markdown" => Some(Format::Md),
            "json" => Some(Format::Json),
            _ => None,
        };
        let json = self.json.then_some(Format::Json);
        let by_name = || self.output.as_deref().and_then(named);
        json.or(self.format).or_else(by_name).unwrap_or(Format::Terminal)
    }
}

pub(super) fn run(
    args: &Cheatsheet,
    paths: &Paths,
    terminal: &mut Terminal<'_>,
) -> io::Result<Exit> {
    let session = keyboard::session(paths);
    let loaded = load(paths, !args.keymaps.is_empty(), terminal)?;
    for name in &args.keymaps {
        if !is_known(name, &loaded, terminal)? {
            return Ok(Exit::Failed);
        }
    }
    let asked = args.layout.as_ref().or(loaded.settings.layout.as_ref());
    let layout = match keyboard::choose(asked.map(String::as_str), session) {
        Ok(layout) => layout,
        Err(why) => {
            writeln!(terminal.err, "error: {why}")?;
            return Ok(Exit::Failed);
        }
    };
    let mut sheet = Sheet::new(&loaded, &args.keymaps, args.all, &layout);
    if sheet.is_empty() && args.keymaps.is_empty() {
        let hint = "you have no sequences of your own yet, see `composekey add`: \
                    here are those of the keymaps in use";
        writeln!(terminal.err, "{hint}")?;
        sheet = Sheet::new(&loaded, &[], true, &layout);
    }
    if sheet.is_empty() {
        writeln!(terminal.err, "there is no sequence to show")?;
        return Ok(Exit::Findings);
    }
    put(args, &sheet, paths, terminal)
}

fn is_known(name: &str, loaded: &Loaded, terminal: &mut Terminal<'_>) -> io::Result<bool> {
    let names = || loaded.keymaps.iter().map(|keymap| &*keymap.name);
    if name == "config" || names().any(|known| known == name) {
        return Ok(true);
    }
    let hint = match closest(name, names()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "`composekey list --stats` names them all".to_owned(),
    };
    writeln!(terminal.err, "error: there is no keymap `{name}`; {hint}")?;
    Ok(false)
}

/// Shows the sheet, or writes it.
fn put(
    args: &Cheatsheet,
    sheet: &Sheet,
    paths: &Paths,
    terminal: &mut Terminal<'_>,
) -> io::Result<Exit> {
    let style = if args.output.is_some() { Default::default() } else { terminal.out_style };
    let text = match args.format() {
        Format::Terminal => plain::columns(sheet, terminal.width, style),
        Format::Html => html::page(sheet),
        Format::Md => plain::markdown(sheet),
        Format::Json => plain::json(sheet),
    };
    let Some(file) = &args.output else {
        if args.format() == Format::Terminal {
            pager::page(text.as_bytes(), terminal)?;
        } else {
            terminal.out.write_all(text.as_bytes())?;
        }
        return Ok(Exit::Fine);
    };
    let over = if args.force { Over::Any } else { Over::Own };
    match write(file, &sign(&text), How { dry_run: false, over }, paths, terminal)? {
        Err(mut finding) => {
            if finding.code == crate::diagnostic::Code::ForeignFile {
                let help = "name another file, or replace it with `--force`: \
                            `composekey undo` brings it back";
                finding.help = Some(help.to_owned());
            }
            refuse(&finding, &Sources::default(), false, terminal)
        }
        Ok(Wrote::Same(place)) => {
            writeln!(terminal.err, "{} is up to date", place.shown())?;
            Ok(Exit::Fine)
        }
        Ok(Wrote::New(place)) => {
            let number = super::plural(sheet.len(), "sequence");
            writeln!(terminal.err, "wrote {}: {number}", place.shown())?;
            Ok(Exit::Fine)
        }
        Ok(Wrote::Shown) => Ok(Exit::Fine),
    }
}
