//! [`Diagnostic`]: one finding, as plain data. `code.rs` names the findings, `story.rs` tells
//! about them, `render.rs` shows them.

mod code;
mod render;
mod sarif;
mod story;

pub use code::Code;
pub use render::{Style, json_line, render, wrap};
pub use sarif::sarif;
pub use story::{Part, Story};

use std::path::Path;

use crate::source::{LoadError, Span};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing has to change.
    Note,
    /// It works, but hardly as meant.
    Warning,
    /// The thing it is about was left out.
    Error,
}

impl Severity {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A finding: what, where, why and what to do.
///
/// Texts are lower case, names stand in backticks, no dot at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which kind of finding.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// Where: the first label is the place itself, the others belong to it.
    pub labels: Vec<Label>,
    /// What else is to be known, a line each.
    pub notes: Vec<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// What programs do there, where that is what it is about.
    pub effects: Box<[Effect]>,
}

/// What one program does at the place of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The program: `gtk4@4.20`.
    pub toolkit: String,
    /// `dropped`, `altered`, `hidden`, `no table` or `system table replaced`.
    pub verdict: &'static str,
    /// Why, in its own terms.
    pub reason: String,
}

/// A place and what it has to do with the finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What it is there; may be empty.
    pub text: String,
}

impl Diagnostic {
    /// A finding of this kind, with the kind's own severity.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            labels: Vec::new(),
            notes: Vec::new(),
            help: None,
            effects: Box::default(),
        }
    }

    /// Adds a place.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds a line about it.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Says which of the `known` words was probably meant, or else what could stand there.
    #[must_use]
    pub fn did_you_mean<'a>(self, word: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<_> = known.into_iter().collect();
        match closest(word, known.iter().copied()) {
            Some(meant) => self.help(format!("did you mean `{meant}`?")),
            None => self.help(format!("expected {}", list(&known))),
        }
    }

    /// A file that could not be loaded.
    #[must_use]
    pub fn unloadable(path: &Path, error: &LoadError) -> Self {
        let (code, help) = match error {
            LoadError::TooLarge(_) => (Code::TooLarge, "is this the right file?"),
            LoadError::NotUtf8(_) => {
                (Code::NotUtf8, "save it as UTF-8, for example with `iconv -t UTF-8`")
            }
            LoadError::NotFound => (Code::Unreadable, "check the path, or create the file"),
            LoadError::NotAFile => (Code::Unreadable, "name a file"),
            LoadError::Other(_) => (Code::Unreadable, "`ls -l` shows its permissions and links"),
        };
        Self::new(code, format!("error reading `{}`: {error}", path.display())).help(help)
    }
}

/// The word among `known` that is most like `word`, if one is like it at all.
#[must_use]
pub fn closest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let known: Vec<_> = known.into_iter().collect();
    // The beginning of one word only is that word.
    let mut begun = known.iter().filter(|name| lower.len() > 2 && name.starts_with(&lower));
    if let (Some(name), None) = (begun.next(), begun.next()) {
        return Some(name);
    }
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&lower, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= (name.chars().count() / 3).clamp(1, 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// `` `a`, `b` or `c` ``.
#[must_use]
pub fn list(words: &[&str]) -> String {
    let ticked: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match ticked.split_last() {
        None => "nothing".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests;
