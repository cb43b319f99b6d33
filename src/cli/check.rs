//! `composekey check`: mistakes in the configuration or in a file.

use std::{io, path::Path};

use super::{Exit, Terminal, args::Check};
use crate::{
    config::{self, Disk, Keymap, Loaded, Paths},
    diagnostic::{Diagnostic, Severity, json_line, render},
    engine::XkbKeyboard,
    map::{self, builtin},
    sequence::Rule,
    source::{Loader, Span},
    xcompose,
};

/// What is looked at.
#[derive(Clone, Copy, Debug)]
enum What {
    Config,
    Keymap,
    ComposeFile,
}

pub(super) fn run(args: &Check, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let (mut loaded, what) = match &args.file {
        None => (config::load(paths), What::Config),
        Some(file) => match load_file(file, paths) {
            Ok(read) => read,
            Err(error) => {
                let text = render(&error, &Loaded::default().sources, terminal.err_style);
                writeln!(terminal.err, "{text}")?;
                return Ok(Exit::Failed);
            }
        },
    };
    let found = lint(&loaded, what);
    loaded.diagnostics.extend(found);
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

/// Loads a file as what it is; and says which it was.
fn load_file(file: &Path, paths: &Paths) -> Result<(Loaded, What), Diagnostic> {
    let file = &std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let bytes = Disk::default().load(file).map_err(|error| Diagnostic::unloadable(file, &error))?;
    if file.extension().is_some_and(|extension| extension == "toml") {
        if config::is_config(&String::from_utf8_lossy(&bytes)) {
            let mut paths = paths.clone();
            paths.set_config(file.clone());
            return Ok((config::load(&paths), What::Config));
        }
        return Ok((config::load_keymap(paths, file), What::Keymap));
    }
    let mut loaded = Loaded::default();
    let mut disk = Disk::default();
    let (rules, diagnostics) = xcompose::read(file, &paths.world, &mut disk, &mut loaded.sources);
    (loaded.rules, loaded.diagnostics, loaded.files) = (rules, diagnostics, disk.files);
    Ok((loaded, What::ComposeFile))
}

/// What the lint finds in what the user wrote. A keymap is looked at more closely when the command
/// is about it alone.
fn lint(loaded: &Loaded, what: What) -> Vec<Diagnostic> {
    let judged = |rule: &Rule| {
        let file = &loaded.sources.get(rule.span.source).name;
        *rule.keymap != *xcompose::SYSTEM
            && builtin::BUILTIN.iter().all(|keymap| keymap.file != file)
    };
    let subject = map::lint::Subject {
        rules: &loaded.rules,
        replaced: &loaded.replaced,
        classic: xcompose::SYSTEM,
        judged: &judged,
    };
    let own = loaded.rules.iter().filter(|rule| judged(rule));
    let mut found = Vec::new();
    match (what, loaded.keymaps.last()) {
        (What::Keymap, Some(last)) => {
            found.extend(header(last, loaded));
            found.extend(subject.keymap(last.info.default));
        }
        (What::ComposeFile, _) => found.extend(subject.prefixes()),
        _ => found.extend(subject.own()),
    }
    let layouts =
        loaded.keymaps.iter().filter_map(|keymap| Some((keymap, keymap.info.layout.as_deref()?)));
    for (keymap, layout) in layouts {
        let rules: Vec<&Rule> = own.clone().filter(|rule| rule.keymap == keymap.name).collect();
        if !rules.is_empty() {
            found.extend(untypeable(&rules, layout));
        }
    }
    found
}

fn header(keymap: &Keymap, loaded: &Loaded) -> Option<Diagnostic> {
    let (source, text) = loaded.sources.iter().last()?;
    let at = text.text.find("[keymap]")?;
    map::lint::header(&keymap.info, Span::new(source, at..at + "[keymap]".len()))
}

/// Rules with keys that the layout lacks. A layout that libxkbcommon does not know has none.
fn untypeable(rules: &[&Rule], layout: &str) -> Vec<Diagnostic> {
    let (name, variant) = layout.split_once('(').unwrap_or((layout, ""));
    let keys = XkbKeyboard::from_names(name, variant.trim_end_matches(')'), "")
        .map(|keyboard| keyboard.keysyms())
        .unwrap_or_default();
    let typeable = |keysym| keys.contains(&keysym);
    rules.iter().filter_map(|rule| map::lint::untypeable(rule, layout, &typeable)).collect()
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
    let mut names: Vec<&str> = Vec::new();
    for keymap in &loaded.keymaps {
        if names.last() != Some(&&**keymap.group()) {
            names.push(keymap.group());
        }
    }
    if names.is_empty() {
        return format!("{found}; {sequences}");
    }
    format!("{found}; {sequences} from {}", names.join(", "))
}

fn plural(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}
