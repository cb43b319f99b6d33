//! `composekey import`: a file of another program as a keymap.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::ValueEnum;

use super::{
    Exit, Terminal, plural, refuse,
    show::{json, json_line},
    write::{self, How, Over, Wrote},
};
use crate::{
    config::{Disk, Loaded, Paths},
    diagnostic::{Diagnostic, json_line as finding_line},
    exchange::{self, Format},
    map,
    save::sign,
    source::{LoadError, Loader},
};

/// `composekey import`.
#[derive(Debug, clap::Args)]
pub struct Import {
    /// The file
    pub file: PathBuf,
    /// What it is, if it does not look like that
    #[arg(long, value_name = "FORMAT")]
    pub from: Option<From>,
    /// Write this keymap instead of the standard output; a name without a / is beside config.toml
    #[arg(long, value_name = "KEYMAP")]
    pub into: Option<PathBuf>,
    /// Show what would change, and write nothing
    #[arg(long, requires = "into")]
    pub dry_run: bool,
    /// Replace a keymap that was not imported, or was changed since; `undo` brings it back
    #[arg(long, requires = "into")]
    pub force: bool,
    /// Print JSON Lines, one object a rule, or a finding about what is not imported
    #[arg(long)]
    pub json: bool,
}

/// What can be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum From {
    /// A Compose file
    Compose,
    /// A Compose file of WinCompose
    Wincompose,
    /// Matches of espanso
    Espanso,
    /// DefaultKeyBinding.dict of macOS
    Macos,
    /// Digraphs of Vim
    Vim,
}

pub(super) fn run(args: &Import, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let mut loaded = Loaded::default();
    let text = match load(&args.file) {
        Ok(text) => text,
        Err(error) => {
            let finding = Diagnostic::unloadable(&args.file, &error);
            return refuse(&finding, &loaded.sources, args.json, terminal);
        }
    };
    let format = match args.from {
        Some(from) => from.format(),
        None => by_name(&args.file).or_else(|| exchange::guess(&text)),
    };
    let name = args.into.as_deref().unwrap_or(&args.file).file_stem().unwrap_or_default();
    let name: Arc<str> = name.to_string_lossy().into();
    let source = loaded.sources.add(args.file.display().to_string(), text);
    if let Some((rules, findings)) = exchange::read(format, source, &name, &loaded.sources) {
        (loaded.rules, loaded.diagnostics) = (rules, findings);
    }
    tell(args, &loaded, terminal)?;
    if loaded.rules.is_empty() {
        let file = args.file.display();
        writeln!(terminal.err, "there is nothing to import in {file}; `--from` says what it is")?;
        return Ok(Exit::Findings);
    }
    let toml = sign(&toml(&args.file, &loaded));
    let Some(into) = &args.into else {
        if !args.json {
            terminal.out.write_all(toml.as_bytes())?;
        }
        return Ok(Exit::Fine);
    };
    let place =
        if into.components().count() == 1 { paths.config_dir.join(into) } else { into.clone() };
    let over = if args.force { Over::Any } else { Over::Own };
    let how = How { dry_run: args.dry_run, over };
    match write::write(&place, &toml, how, paths, terminal)? {
        Err(finding) => return refuse(&finding, &loaded.sources, args.json, terminal),
        Ok(Wrote::Shown) => {}
        Ok(Wrote::Same(place)) => writeln!(terminal.err, "{} is up to date", place.shown())?,
        Ok(Wrote::New(place)) => {
            let number = plural(loaded.rules.len(), "sequence");
            let left = match loaded.diagnostics.len() {
                0 => String::new(),
                n => format!("; {n} lines left out"),
            };
            writeln!(terminal.err, "wrote {}: {number}{left}", place.shown())?;
            writeln!(terminal.err, "add `\"{}\"` to `keymaps` in config.toml", into.display())?;
        }
    }
    Ok(Exit::Fine)
}

impl From {
    /// `None` is a Compose file.
    fn format(self) -> Option<Format> {
        match self {
            Self::Compose => None,
            Self::Wincompose => Some(Format::WinCompose),
            Self::Espanso => Some(Format::Espanso),
            Self::Macos => Some(Format::MacOs),
            Self::Vim => Some(Format::Vim),
        }
    }
}

fn load(file: &Path) -> Result<String, LoadError> {
    let bytes = Disk::default().load(file)?;
    let not_utf8 = |error: std::string::FromUtf8Error| error.utf8_error().valid_up_to();
    String::from_utf8(bytes).map_err(|error| LoadError::NotUtf8(not_utf8(error)))
}

fn by_name(file: &Path) -> Option<Format> {
    match file.extension()?.to_str()? {
        "yml" | "yaml" => Some(Format::Espanso),
        "dict" => Some(Format::MacOs),
        "vim" => Some(Format::Vim),
        _ => None,
    }
}

/// The keymap.
fn toml(file: &Path, loaded: &Loaded) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let source = format!("imported from {name}");
    let info = map::Info { source: Some(source), ..map::Info::default() };
    format!(
        "# Written by composekey: change it as you like.\n\n{}",
        map::write(&info, &loaded.rules)
    )
}

/// How many lines are told of a file of which nothing is imported.
const FEW: usize = 10;

/// Line by line what is not imported; as JSON also what is.
fn tell(args: &Import, loaded: &Loaded, terminal: &mut Terminal<'_>) -> io::Result<()> {
    if args.json {
        for i in 0..loaded.rules.len() {
            json_line(&json(loaded, i), terminal.out)?;
        }
        for finding in &loaded.diagnostics {
            writeln!(terminal.out, "{}", finding_line(finding, &loaded.sources))?;
        }
        return Ok(());
    }
    // A file of which nothing is understood is hardly what it is taken for.
    let most = if loaded.rules.is_empty() { FEW } else { usize::MAX };
    for finding in loaded.diagnostics.iter().take(most) {
        // One line each: a file can have thousands.
        let place = finding.labels.first().map(|label| {
            let position = loaded.sources.position(label.span);
            format!("{}:{}:{}: ", args.file.display(), position.line, position.column)
        });
        let help = finding.help.as_ref().map_or(String::new(), |help| format!("; {help}"));
        writeln!(terminal.err, "{}{}{help}", place.unwrap_or_default(), finding.message)?;
    }
    let more = loaded.diagnostics.len().saturating_sub(most);
    if more > 0 {
        writeln!(terminal.err, "and {more} more lines")?;
    }
    Ok(())
}
