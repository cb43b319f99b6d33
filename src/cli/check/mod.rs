//! `composekey check`: mistakes in the configuration or in a file.
//!
//! This file is about maps, with `lint.rs`; `compose.rs` is about Compose files, `table.rs` draws how
//! each toolkit fares, `fix.rs` mends.

mod compose;
mod fix;
mod lint;
mod table;

use std::{
    io,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};

pub(super) use self::lint::{What, lint};
use super::{Exit, Terminal, plural};
use crate::{
    config::{self, Disk, Loaded, Paths},
    diagnostic::{Code, Diagnostic, Severity, json_line, render, sarif},
    source::{Loader, Sources},
    xcompose::profile::Profile,
};

/// `composekey check`.
#[derive(Debug, Args)]
pub struct Check {
    /// A keymap, a configuration or a Compose file; without one, the configuration in use
    pub file: Option<PathBuf>,
    /// Which toolkits read the Compose file: gtk3, libxkbcommon@1.10 and so on; all unless given
    #[arg(long = "for", value_name = "TOOLKIT", value_delimiter = ',')]
    pub toolkits: Vec<Profile>,
    /// Mend what can be mended in one way only, after showing it
    #[arg(long, requires = "file")]
    pub fix: bool,
    /// With --fix: also include the system's table
    #[arg(long, requires = "fix")]
    pub include: bool,
    /// With --fix: write without asking
    #[arg(long, short, requires = "fix")]
    pub yes: bool,
    /// Show every finding, however often it is the same
    #[arg(long)]
    pub all: bool,
    /// How to print the findings
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    /// Print JSON Lines, one object a finding; the same as --format json
    #[arg(long)]
    pub json: bool,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Text,
    /// JSON Lines
    Json,
    /// SARIF 2.1.0, for editors and code hosts
    Sarif,
}

impl Check {
    fn format(&self) -> Format {
        if self.json { Format::Json } else { self.format }
    }
}

/// How often a kind of finding is drawn in full.
const MOST_ALIKE: usize = 10;

pub(super) fn run(args: &Check, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let file = args.file.as_deref().map(|file| std::path::absolute(file).unwrap_or(file.into()));
    if let Some(file) = file.as_deref().filter(|file| !is_toml(file)) {
        return compose::run(args, file, paths, terminal);
    }
    if args.fix {
        writeln!(terminal.err, "error: `--fix` mends Compose files, and this is a map")?;
        return Ok(Exit::Failed);
    }
    let (mut loaded, what) = match file {
        None => (config::load(paths), What::Config),
        Some(file) => match load_map(&file, paths) {
            Ok(read) => read,
            Err(error) => return unreadable(&error, terminal),
        },
    };
    let found = lint(&loaded, what);
    loaded.diagnostics.extend(found);
    print(&loaded.diagnostics, &loaded.sources, args, terminal)?;
    if args.format() == Format::Text {
        let found = count(&loaded.diagnostics);
        writeln!(terminal.out, "{found}; {}", looked_at(&loaded))?;
    }
    Ok(exit(&loaded.diagnostics))
}

fn is_toml(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "toml")
}

fn unreadable(error: &Diagnostic, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let text = render(error, &Sources::default(), terminal.err_style);
    writeln!(terminal.err, "{text}")?;
    Ok(Exit::Failed)
}

fn exit(findings: &[Diagnostic]) -> Exit {
    let worst = findings.iter().map(|finding| finding.severity).max();
    if worst > Some(Severity::Note) { Exit::Findings } else { Exit::Fine }
}

/// Prints the findings as asked for.
fn print(
    findings: &[Diagnostic],
    sources: &Sources,
    args: &Check,
    terminal: &mut Terminal<'_>,
) -> io::Result<()> {
    match args.format() {
        Format::Sarif => return writeln!(terminal.out, "{}", sarif(findings, sources)),
        Format::Json => {
            for finding in findings {
                writeln!(terminal.out, "{}", json_line(finding, sources))?;
            }
            return Ok(());
        }
        Format::Text => {}
    }
    let mut alike: Vec<(Code, usize)> = Vec::new();
    for finding in findings {
        let known = alike.iter().position(|(code, _)| *code == finding.code);
        let known = known.unwrap_or_else(|| {
            alike.push((finding.code, 0));
            alike.len() - 1
        });
        alike[known].1 += 1;
        if args.all || alike[known].1 <= MOST_ALIKE {
            writeln!(terminal.out, "{}\n", render(finding, sources, terminal.out_style))?;
        }
    }
    let mut more = alike.iter().filter(|(_, n)| !args.all && *n > MOST_ALIKE).peekable();
    let any = more.peek().is_some();
    for (code, n) in more {
        let title = code.story().map_or("", |story| story.title);
        writeln!(terminal.out, "and {} more of {} ({title})", n - MOST_ALIKE, code.id())?;
    }
    if any { writeln!(terminal.out, "`--all` shows them\n") } else { Ok(()) }
}

/// Loads a keymap or a configuration, and says which it was.
fn load_map(file: &Path, paths: &Paths) -> Result<(Loaded, What), Diagnostic> {
    let bytes = Disk::default().load(file).map_err(|error| Diagnostic::unloadable(file, &error))?;
    if config::is_config(&String::from_utf8_lossy(&bytes)) {
        let mut paths = paths.clone();
        paths.set_config(file.to_owned());
        return Ok((config::load(&paths), What::Config));
    }
    Ok((config::load_keymap(paths, file), What::Keymap))
}

/// How many findings of which severity there are.
fn count(findings: &[Diagnostic]) -> String {
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let found: Vec<String> = [
        (count(Severity::Error), "error"),
        (count(Severity::Warning), "warning"),
        (count(Severity::Note), "note"),
    ]
    .into_iter()
    .filter(|&(n, _)| n > 0)
    .map(|(n, noun)| plural(n, noun))
    .collect();
    if found.is_empty() { "no findings".to_owned() } else { found.join(", ") }
}

/// The sequences that were read, and the keymaps.
fn looked_at(loaded: &Loaded) -> String {
    let sequences = plural(loaded.rules.len(), "sequence");
    let mut names: Vec<&str> = Vec::new();
    for keymap in &loaded.keymaps {
        if names.last() != Some(&&**keymap.group()) {
            names.push(keymap.group());
        }
    }
    if names.is_empty() { sequences } else { format!("{sequences} from {}", names.join(", ")) }
}
