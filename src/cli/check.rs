//! `composekey check`: mistakes in the configuration or in a file.

use std::{io, path::Path};

use super::{Exit, Terminal, args::Check, plural};
use crate::{
    config::{self, Disk, Loaded, Paths},
    diagnostic::{Code, Diagnostic, Severity, json_line, render},
    map,
    sequence::Rule,
    source::Loader,
    xcompose,
};

pub(super) fn run(args: &Check, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let mut loaded = match &args.file {
        None => config::load(paths),
        Some(file) => match load_file(file, paths) {
            Ok(loaded) => loaded,
            Err(error) => {
                let text = render(&error, &Loaded::default().sources, terminal.err_style);
                writeln!(terminal.err, "{text}")?;
                return Ok(Exit::Failed);
            }
        },
    };
    let pairs = prefix_notes(&loaded);
    loaded.diagnostics.extend(pairs);
    for diagnostic in &loaded.diagnostics {
        if args.json {
            writeln!(terminal.out, "{}", json_line(diagnostic, &loaded.sources))?;
        } else {
            let text = render(diagnostic, &loaded.sources, terminal.out_style);
            writeln!(terminal.out, "{text}\n")?;
        }
    }
    if !args.json {
        writeln!(terminal.out, "{}", summary(&loaded))?;
    }
    let worst = loaded.diagnostics.iter().map(|diagnostic| diagnostic.severity).max();
    Ok(if worst > Some(Severity::Note) { Exit::Findings } else { Exit::Fine })
}

/// Loads a file as what it is.
fn load_file(file: &Path, paths: &Paths) -> Result<Loaded, Diagnostic> {
    let file = &std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let bytes = Disk::default().load(file).map_err(|error| Diagnostic::unloadable(file, &error))?;
    if file.extension().is_some_and(|extension| extension == "toml") {
        if config::is_config(&String::from_utf8_lossy(&bytes)) {
            let mut paths = paths.clone();
            paths.set_config(file.clone());
            return Ok(config::load(&paths));
        }
        return Ok(config::load_keymap(paths, file));
    }
    let mut loaded = Loaded::default();
    let mut disk = Disk::default();
    let (rules, diagnostics) = xcompose::read(file, &paths.world, &mut disk, &mut loaded.sources);
    (loaded.rules, loaded.diagnostics, loaded.files) = (rules, diagnostics, disk.files);
    Ok(loaded)
}

/// Notes about rules that start others, where the user wrote one of them.
fn prefix_notes(loaded: &Loaded) -> Vec<Diagnostic> {
    let own = |rule: &Rule| loaded.is_users(rule);
    let mut notes = Vec::new();
    for pair in map::prefix_pairs(&loaded.rules) {
        let short = &loaded.rules[pair.short];
        let mut longer: Vec<&Rule> = pair.longer.iter().map(|&i| &loaded.rules[i]).collect();
        if !own(short) {
            longer.retain(|rule| own(rule));
        }
        let Some(first) = longer.first() else { continue };
        let others = match longer.len() {
            1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        let message =
            format!("`{}` is also the start of `{}`{others}", short.sequence, first.sequence);
        notes.push(
            Diagnostic::new(Code::PrefixPair, message)
                .at(short.span, "typed when the trigger is let go, or another key follows")
                .at(first.span, "typed when the keys go on")
                .help("the daemon knows both; a Compose file can have the longer ones only"),
        );
    }
    notes
}

/// What was looked at, and how it went.
fn summary(loaded: &Loaded) -> String {
    let count = |severity| {
        loaded.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    };
    let found: Vec<String> = [
        (count(Severity::Error), "error"),
        (count(Severity::Warning), "warning"),
        (count(Severity::Note), "note"),
    ]
    .into_iter()
    .filter(|&(n, _)| n > 0)
    .map(|(n, noun)| plural(n, noun))
    .collect();
    let found = if found.is_empty() { "no findings".to_owned() } else { found.join(", ") };
    let sequences = plural(loaded.rules.len(), "sequence");
    let names: Vec<_> = loaded.keymaps.iter().map(|keymap| &*keymap.name).collect();
    if names.is_empty() {
        return format!("{found}; {sequences}");
    }
    format!("{found}; {sequences} from {}", names.join(", "))
}
