//! Commands that change maps of the user: `add.rs`, `remove.rs` and, with an editor, `editor.rs`.
//!
//! All go the same way: a [`Target`] is opened, a text is made of its own, the configuration is read
//! as it would be with that text, and only when that is right is the text written, through
//! `cli/write.rs` and `save/`.

mod add;
mod daemon;
mod editor;
mod remove;

use std::{
    fs,
    io::{self, BufRead, IsTerminal},
    path::{Path, PathBuf},
};

pub(super) use add::{Add, run as add};
pub(super) use editor::{Edit, run as edit};
pub(super) use remove::{Remove, run as remove};

use super::{
    Exit, Terminal,
    check::{What, lint},
    refuse,
    test::no_sequence,
    write::{diff, no_home, versions},
};
use crate::{
    config::{self, Disk, Loaded, Paths},
    diagnostic::{Code, Diagnostic, Severity, closest, json_line, render},
    map::{
        builtin,
        edit::{Document, Unfit},
    },
    save::Place,
    sequence::{Rule, Sequence},
    source::{Sources, Span},
    xcompose,
};

/// A finding with the texts that it points into.
type Refusal = Box<(Diagnostic, Sources)>;

/// What became of a text.
enum Wrote {
    /// It is there now.
    New,
    /// It was there before.
    Same,
    /// The difference was shown, nothing is written.
    Shown,
}

/// A map of the user that is to change.
struct Target<'p> {
    paths: &'p Paths,
    place: Place,
    /// What is in it; nothing when there is no file yet.
    text: String,
    /// The configuration as it is, with all that can be said about it.
    before: Loaded,
    /// Whether the configuration uses it; `config.toml` is.
    in_use: bool,
}

impl<'p> Target<'p> {
    /// The configuration, or a keymap by its name or its file.
    fn open(name: Option<&str>, paths: &'p Paths) -> Result<Self, Diagnostic> {
        let loaded = config::load(paths);
        let path = path(name, &loaded, paths)?;
        let place = Place::look(&path).map_err(|mut finding| {
            if finding.code == Code::ProtectedFile {
                let help = "change the file that it is made from, or copy it and name the copy \
                            with `--config`";
                finding.help = Some(help.to_owned());
            }
            finding
        })?;
        let text = String::from_utf8(place.old.clone().unwrap_or_default()).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            Diagnostic::unloadable(&path, &crate::source::LoadError::NotUtf8(at))
        })?;
        let in_use = loaded.files.contains(&place.path) || loaded.files.contains(&place.real);
        let mut target = Self { paths, place, text, before: loaded, in_use };
        target.before = target.with(&target.text);
        Ok(target)
    }

    /// What its file is called in the findings.
    fn name(&self) -> String {
        self.place.path.display().to_string()
    }

    /// The configuration as it would be with this text, with all that can be said about it.
    fn with(&self, text: &str) -> Loaded {
        let disk = Disk::with(&self.place.path, text.as_bytes());
        let (mut loaded, what) = if self.in_use {
            (config::load_from(self.paths, disk), What::Config)
        } else {
            (config::load_keymap_from(self.paths, &self.place.path, disk), What::Keymap)
        };
        let found = lint(&loaded, what);
        loaded.diagnostics.extend(found);
        loaded
    }

    /// What is to be said about a change: errors in this file, and what was not there before.
    fn news<'l>(&self, after: &'l Loaded) -> Vec<&'l Diagnostic> {
        let old = &self.before.diagnostics;
        let known =
            |new: &Diagnostic| old.iter().any(|d| d.code == new.code && d.message == new.message);
        let name = self.name();
        let here = |new: &Diagnostic| {
            let place = new.labels.first().map(|label| &after.sources.get(label.span.source).name);
            place == Some(&name)
        };
        let error = |new: &Diagnostic| new.severity == Severity::Error && here(new);
        let header = |new: &Diagnostic| new.code == Code::IncompleteHeader;
        let news = after.diagnostics.iter().filter(|new| error(new) || !known(new));
        // What a keymap does not say of itself matters when it is finished.
        news.filter(|new| !header(new)).collect()
    }

    /// The rule of this file that starts at this byte of it, whether it is in force or not.
    fn rule<'l>(&self, loaded: &'l Loaded, wanted: impl Fn(&Rule) -> bool) -> Option<&'l Rule> {
        let name = self.name();
        let gave_way = loaded.replaced.iter().map(|replaced| &replaced.rule);
        let mut all = loaded.rules.iter().chain(gave_way).chain(&loaded.removed);
        all.find(|rule| wanted(rule) && loaded.sources.get(rule.span.source).name == name)
    }

    /// A finding about this file, which cannot be changed by a command.
    fn unfit(&self, unfit: &Unfit, line: &str) -> Refusal {
        let mut sources = Sources::default();
        let id = sources.add(self.name(), self.text.as_str());
        let message = format!("`{}` is left alone: {}", self.name(), unfit.why);
        let finding = Diagnostic::new(Code::NotEditable, message)
            .at(Span::new(id, unfit.range.clone()), "")
            .help(format!("change it by hand, with `composekey edit`: {line}"));
        Box::new((finding, sources))
    }

    /// The file, to be edited. One that is not even TOML is refused with all its errors, and `nothing` is `added`.
    fn document(
        &self,
        nothing: &str,
        json: bool,
        terminal: &mut Terminal<'_>,
    ) -> io::Result<Option<Document<'_>>> {
        let document = Document::read(&self.text);
        if document.is_none() {
            let loaded = self.with(&self.text);
            let errors = loaded.diagnostics.iter().filter(|d| d.severity == Severity::Error);
            say(&errors.collect::<Vec<_>>(), &loaded.sources, json, terminal)?;
            let mend = "mend this first, with `composekey edit`";
            writeln!(terminal.err, "nothing is {nothing}: {mend}")?;
        }
        Ok(document)
    }

    /// Puts the text in its place, or shows what that would change.
    fn write(
        &self,
        text: &str,
        dry_run: bool,
        terminal: &mut Terminal<'_>,
    ) -> io::Result<Result<Wrote, Diagnostic>> {
        let folder = &self.paths.config_dir;
        if self.place.old.as_deref() == Some(text.as_bytes()) {
            return Ok(Ok(Wrote::Same));
        }
        if dry_run {
            diff(&self.place, text, terminal)?;
            return Ok(Ok(Wrote::Shown));
        }
        if self.place.real.parent() == Some(folder) {
            // Where that is impossible, writing says so.
            let _ = fs::create_dir_all(folder);
        }
        let Some(versions) = versions(self.paths) else { return Ok(Err(no_home())) };
        Ok(self.place.save(text.as_bytes(), &versions).map(|()| Wrote::New))
    }

    /// How the file is put into `keymaps`, when it is not there.
    fn remind(&self, terminal: &mut Terminal<'_>) -> io::Result<()> {
        if self.in_use {
            return Ok(());
        }
        let entry = self.place.path.strip_prefix(&self.paths.config_dir);
        let entry = entry.unwrap_or(&self.place.path).display();
        writeln!(terminal.err, "it is not in use: add `\"{entry}\"` to `keymaps` in config.toml")
    }
}

/// The keys of a rule, and the map that is to change. Where they are none, or it cannot be, that is said.
fn open<'p>(
    keys: &str,
    map: Option<&str>,
    json: bool,
    paths: &'p Paths,
    terminal: &mut Terminal<'_>,
) -> io::Result<Result<(Sequence, Target<'p>), Exit>> {
    let sequence = match Sequence::parse(keys) {
        Ok(sequence) => sequence,
        Err(error) => return no_sequence(keys, &error, terminal).map(Err),
    };
    match Target::open(map, paths) {
        Ok(target) => Ok(Ok((sequence, target))),
        Err(finding) => refuse(&finding, &Sources::default(), json, terminal).map(Err),
    }
}

/// The file that a name means: that of a keymap in use, or one beside `config.toml`.
fn path(name: Option<&str>, loaded: &Loaded, paths: &Paths) -> Result<PathBuf, Diagnostic> {
    let Some(name) = name.filter(|&name| name != "config") else {
        return Ok(paths.config_file.clone());
    };
    let is_file = |entry: &str| entry.contains('/') || entry.ends_with(".toml");
    let own = loaded.keymaps.iter().filter(|keymap| is_file(&keymap.entry));
    let mut called = own.clone().filter(|keymap| *keymap.name == *name || *keymap.entry == *name);
    if let Some(keymap) = called.next() {
        return Ok(paths.keymap(&keymap.entry));
    }
    if builtin::find(name).is_some() || [xcompose::SYSTEM, builtin::DEFAULT].contains(&name) {
        let message = format!("`{name}` is not changed: it is part of the system or the program");
        let help = "a rule in config.toml wins over it, and `composekey remove` drops one of its \
                    sequences; `NAME.toml` is a keymap of your own";
        return Err(Diagnostic::new(Code::ProtectedFile, message).help(help));
    }
    if name.contains('/') {
        return Ok(std::path::absolute(name).unwrap_or_else(|_| name.into()));
    }
    if name.ends_with(".toml") {
        return Ok(paths.config_dir.join(name));
    }
    let finding = Diagnostic::new(Code::UnknownKeymap, format!("there is no keymap `{name}`"));
    let help = match closest(name, own.map(|keymap| &*keymap.name)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("a new one has the ending `.toml`: `{name}.toml`"),
    };
    Err(finding.help(help))
}

/// Says findings: for people beside the answer, for programs in it.
fn say(
    findings: &[&Diagnostic],
    sources: &Sources,
    json: bool,
    terminal: &mut Terminal<'_>,
) -> io::Result<()> {
    for finding in findings {
        if json {
            writeln!(terminal.out, "{}", json_line(finding, sources))?;
        } else {
            writeln!(terminal.err, "{}\n", render(finding, sources, terminal.err_style))?;
        }
    }
    Ok(())
}

/// Whether a change is not to be made.
fn stops(findings: &[&Diagnostic]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}

/// Whether somebody is there who can answer.
fn is_asked(terminal: &Terminal<'_>) -> bool {
    io::stdin().is_terminal() && terminal.width.is_some()
}

/// Asks, and takes one line; `None` at the end of the input.
fn ask(question: &str, terminal: &mut Terminal<'_>) -> io::Result<Option<String>> {
    write!(terminal.out, "{question} ")?;
    terminal.out.flush()?;
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer)?;
    if read == 0 {
        writeln!(terminal.out)?;
        return Ok(None);
    }
    Ok(Some(answer.trim_end_matches(['\n', '\r']).to_owned()))
}

/// `PATH:12`.
fn at_line(path: &Path, line: usize) -> String {
    format!("{}:{line}", path.display())
}
