//! TOML to [`Entry`]s: values with the places where they stand, in the order of the file.
//!
//! Goes on after every syntax error. The only module that knows the `toml` crate.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::{
    diagnostic::{Code, Diagnostic},
    source::{SourceId, Span},
};

/// A key and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key, unquoted.
    pub key: String,
    /// Where the key is written, quotes included.
    pub key_span: Span,
    /// The value.
    pub value: Value,
}

/// A value and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The place.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// The values that maps are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// `true` or `false`.
    Boolean(bool),
    /// A list.
    Array(Vec<Value>),
    /// A table.
    Table(Vec<Entry>),
    /// What no map has: the name of the type.
    Other(&'static str),
}

impl Kind {
    /// The name of the type.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "a number",
            Self::Boolean(_) => "a boolean",
            Self::Array(_) => "a list",
            Self::Table(_) => "a table",
            Self::Other(name) => name,
        }
    }
}

/// How many findings of a file are told.
const MAX_FINDINGS: usize = 50;

/// Leaves out the findings that nobody reads any more.
pub fn limit(diagnostics: &mut Vec<Diagnostic>, name: &str) {
    if diagnostics.len() > MAX_FINDINGS {
        diagnostics.truncate(MAX_FINDINGS);
        let message = format!("`{name}` has more than {MAX_FINDINGS} findings");
        let diagnostic = Diagnostic::new(Code::TooManyFindings, message);
        diagnostics.push(diagnostic.help("is this really a map? the rest is not shown"));
    }
}

/// Reads a TOML text. What could be understood comes back together with everything that could not.
#[must_use]
pub fn read(text: &str, source: SourceId) -> (Vec<Entry>, Vec<Diagnostic>) {
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut entries = entries(root.into_inner(), source);
    let errors = errors.iter().take(MAX_FINDINGS + 1);
    let diagnostics: Vec<_> = errors.map(|error| diagnose(error, text, source, &entries)).collect();
    // What the parser makes of a broken line would only be found wrong again.
    let broken: Vec<Range<usize>> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.code == Code::Syntax)
        .filter_map(|diagnostic| Some(line_around(diagnostic.labels.first()?.span, text)))
        .collect();
    drop_broken(&mut entries, &broken);
    (entries, diagnostics)
}

/// The bytes of the line on which a span starts.
fn line_around(span: Span, text: &str) -> Range<usize> {
    let at = span.range().start;
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    start..end
}

fn drop_broken(entries: &mut Vec<Entry>, broken: &[Range<usize>]) {
    entries.retain_mut(|entry| match &mut entry.value.kind {
        Kind::Table(table) if !table.is_empty() => {
            drop_broken(table, broken);
            !table.is_empty()
        }
        _ => !broken.iter().any(|line| line.contains(&entry.key_span.range().start)),
    });
}

fn entries(table: DeTable<'_>, source: SourceId) -> Vec<Entry> {
    let mut entries: Vec<Entry> = table
        .into_iter()
        .map(|(key, value)| {
            let key_span = Span::new(source, key.span());
            let span = Span::new(source, value.span());
            let kind = kind(value.into_inner(), source);
            Entry { key: key.into_inner().into_owned(), key_span, value: Value { span, kind } }
        })
        .collect();
    entries.sort_by_key(|entry| entry.key_span.start);
    entries
}

fn kind(value: DeValue<'_>, source: SourceId) -> Kind {
    match value {
        DeValue::String(text) => Kind::Text(text.into_owned()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Kind::Other("a number out of range"), Kind::Integer),
        DeValue::Boolean(value) => Kind::Boolean(value),
        DeValue::Array(array) => Kind::Array(
            array
                .into_iter()
                .map(|value| {
                    let span = Span::new(source, value.span());
                    Value { span, kind: kind(value.into_inner(), source) }
                })
                .collect(),
        ),
        DeValue::Table(table) => Kind::Table(self::entries(table, source)),
        DeValue::Float(_) => Kind::Other("a fraction"),
        DeValue::Datetime(_) => Kind::Other("a date"),
    }
}

fn diagnose(
    error: &toml::de::Error,
    text: &str,
    source: SourceId,
    entries: &[Entry],
) -> Diagnostic {
    let span = Span::new(source, on_characters(error.span().unwrap_or(0..0), text));
    if error.message() == "duplicate key" {
        let key = &text[span.range()];
        let diagnostic =
            Diagnostic::new(Code::DuplicateKey, format!("the key {} is there twice", ticked(key)))
                .at(span, "again here")
                .help("remove one of the two; a file has each key once");
        return match first_of(key, span.start, text, entries) {
            Some(first) => diagnostic.at(first, "first here"),
            None => diagnostic,
        };
    }
    let diagnostic = Diagnostic::new(Code::Syntax, error.message()).at(span, "");
    match hint(&text[..span.range().start], &text[span.range()]) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// What usually lies behind a syntax error.
fn hint(before: &str, found: &str) -> Option<&'static str> {
    let line = before.rsplit('\n').next().unwrap_or_default().trim();
    let odd = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-' | '"' | '\'' | '#');
    if line.is_empty() && found.starts_with(odd) {
        return Some(
            "put keys that are not letters, digits, `_` or `-` in quotes: `\"<-\" = \"←\"`",
        );
    }
    line.ends_with('=').then_some("put the text in quotes: `la = \"λ\"`")
}

/// A key as a message shows it.
fn ticked(key: &str) -> String {
    format!("`{}`", key.lines().next().unwrap_or_default())
}

/// Where the key that is written as `key` stands for the first time, in any table.
fn first_of(key: &str, before: u32, text: &str, entries: &[Entry]) -> Option<Span> {
    let same = |entry: &&Entry| {
        entry.key_span.start < before
            && (text[entry.key_span.range()] == *key || entry.key == unquoted(key))
    };
    // The innermost table that spans the place comes last in the file.
    let inner = entries.iter().rev().filter_map(|entry| match &entry.value.kind {
        Kind::Table(table) => first_of(key, before, text, table),
        _ => None,
    });
    inner.chain(entries.iter().find(same).map(|entry| entry.key_span)).next()
}

fn unquoted(key: &str) -> &str {
    let quoted = |q| key.strip_prefix(q).and_then(|key| key.strip_suffix(q));
    quoted('"').or_else(|| quoted('\'')).unwrap_or(key)
}

/// The range, kept inside the text and on character boundaries.
fn on_characters(range: Range<usize>, text: &str) -> Range<usize> {
    let boundary = |at: &usize| text.is_char_boundary(*at);
    let start = (0..=range.start.min(text.len())).rev().find(boundary).unwrap_or(0);
    let end = (range.end.min(text.len())..=text.len()).find(boundary).unwrap_or(text.len());
    let end = end.max(start);
    start..end
}
