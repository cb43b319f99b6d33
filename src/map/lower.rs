//! [`Entry`]s to [`Rule`]s: names, escapes and limits.

use std::sync::Arc;

use super::read::{Entry, Kind, Value};
use crate::{
    diagnostic::{Code, Diagnostic},
    keysym::Keysym,
    sequence::{Output, Rule, Sequence, SequenceError, SequenceErrorKind},
    source::Span,
};

/// The longest sequence, in keys: more than anyone types, and a bound for the table's depth.
pub const MAX_KEYS: usize = 32;

/// The longest output, in bytes.
pub const MAX_TEXT: usize = 4096;

/// What a rule's table can have.
const FIELDS: &[&str] = &["text", "name", "alias", "tags", "replaces", "allow"];

/// The rules of a `[sequences]` table. `text` is the file they are written in.
pub(super) fn rules(
    entries: Vec<Entry>,
    keymap: &Arc<str>,
    text: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Rule> {
    let mut rules = Vec::with_capacity(entries.len());
    for entry in entries {
        let span = entry.key_span;
        let sequence = sequence(&entry.key, span, text, diagnostics);
        let output = output(entry, diagnostics);
        if let (Some(sequence), Some(output)) = (sequence, output) {
            rules.push(Rule { sequence, output, keymap: keymap.clone(), span });
        }
    }
    rules
}

/// Reads a sequence that is written at `span`, quotes included.
pub(super) fn sequence(
    keys: &str,
    span: Span,
    text: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Sequence> {
    match Sequence::parse(keys) {
        Ok(sequence) if sequence.keysyms().len() > MAX_KEYS => {
            let message = format!(
                "a sequence has at most {MAX_KEYS} keys, this one has {}",
                sequence.keysyms().len()
            );
            diagnostics.push(Diagnostic::new(Code::TooLong, message).at(span, ""));
            None
        }
        Ok(sequence) => Some(sequence),
        Err(error) => {
            diagnostics.push(no_sequence(&error, keys, span, text));
            None
        }
    }
}

fn no_sequence(error: &SequenceError, keys: &str, span: Span, text: &str) -> Diagnostic {
    // Without escapes the piece can be pointed at; with them the whole key is.
    let place = match text[span.range()].find(keys) {
        Some(offset) if !error.range.is_empty() => {
            let start = span.range().start + offset;
            Span::new(span.source, start + error.range.start..start + error.range.end)
        }
        _ => span,
    };
    let diagnostic = Diagnostic::new(error.kind.code(), error.kind.to_string()).at(place, "");
    match &error.kind {
        SequenceErrorKind::UnknownName(name) => match Keysym::similar_name(name) {
            Some(meant) => diagnostic.help(format!("did you mean `<{meant}>`?")),
            None => diagnostic.help("write `<less>` for the key `<` before a letter"),
        },
        SequenceErrorKind::Empty => diagnostic.help("write the keys: `\"la\" = \"λ\"`"),
        SequenceErrorKind::Control(_) => {
            diagnostic.help("name the key, as in `<Tab>` or `<Return>`")
        }
        SequenceErrorKind::Modifier(_) => {
            diagnostic.help("leave it out: `A` is already the key with Shift")
        }
    }
}

fn output(entry: Entry, diagnostics: &mut Vec<Diagnostic>) -> Option<Output> {
    let Value { span, kind } = entry.value;
    match kind {
        Kind::Text(text) => checked(&text, span, diagnostics).then(|| Output::plain(text)),
        Kind::Table(fields) => from_table(fields, &entry.key, entry.key_span, diagnostics),
        other => {
            let message = format!(
                "the output of `{}` is {}, not a string or a table",
                entry.key,
                other.name()
            );
            let help = "write it as `\"λ\"` or as `{ text = \"λ\", name = \"lambda\" }`";
            diagnostics.push(Diagnostic::new(Code::WrongType, message).at(span, "").help(help));
            None
        }
    }
}

fn from_table(
    fields: Vec<Entry>,
    key: &str,
    key_span: Span,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Output> {
    let mut output = Output::default();
    let mut text = None;
    let mut good = true;
    for field in fields {
        let span = field.value.span;
        match field.key.as_str() {
            "text" => {
                text = Some(string(field.value, "text", diagnostics));
                if let Some(Some(text)) = &text {
                    good &= checked(text, span, diagnostics);
                }
            }
            "name" => output.about.name = string(field.value, "name", diagnostics),
            "alias" => output.about.alias = strings(field.value, "alias", diagnostics),
            "tags" => output.about.tags = strings(field.value, "tags", diagnostics),
            "allow" => output.about.allow = allowed(field.value, diagnostics),
            "replaces" => output.about.replaces = strings(field.value, "replaces", diagnostics),
            unknown => diagnostics.push(unknown_key(unknown, field.key_span, "a rule", FIELDS)),
        }
    }
    let Some(text) = text else {
        let message = format!("the rule `{key}` has no `text`");
        let help = "add what it gives: `text = \"λ\"`; keys with a dot in them need quotes";
        diagnostics.push(Diagnostic::new(Code::MissingText, message).at(key_span, "").help(help));
        return None;
    };
    output.text = text?;
    good.then_some(output)
}

/// A key that nothing knows.
pub fn unknown_key(key: &str, span: Span, place: &str, known: &[&str]) -> Diagnostic {
    Diagnostic::new(Code::UnknownKey, format!("{place} has no `{key}`"))
        .at(span, "")
        .did_you_mean(key, known.iter().copied())
}

/// Whether the text can be an output.
fn checked(text: &str, span: Span, diagnostics: &mut Vec<Diagnostic>) -> bool {
    let control = text.chars().find(|&c| c.is_control() && !matches!(c, '\n' | '\t'));
    let diagnostic = if text.is_empty() {
        Diagnostic::new(Code::EmptyOutput, "a rule must give some text")
            .help("to drop a rule of another keymap, put it into `remove` in config.toml")
    } else if text.len() > MAX_TEXT {
        let message = format!("an output has at most {MAX_TEXT} bytes, this one {}", text.len());
        Diagnostic::new(Code::TooLong, message)
    } else if let Some(c) = control {
        let message = format!("an output cannot have the control character U+{:04X}", u32::from(c));
        Diagnostic::new(Code::ControlInOutput, message)
            .help("of the control characters only newline and tab can be typed")
    } else {
        return true;
    };
    diagnostics.push(diagnostic.at(span, ""));
    false
}

/// A string, or a finding.
pub fn string(value: Value, name: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
    match value.kind {
        Kind::Text(text) => Some(text),
        other => {
            let message = format!("`{name}` is {}, not a string", other.name());
            diagnostics.push(Diagnostic::new(Code::WrongType, message).at(value.span, ""));
            None
        }
    }
}

/// `true` or `false`, or a finding.
pub fn boolean(value: Value, name: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<bool> {
    match value.kind {
        Kind::Boolean(value) => Some(value),
        other => {
            let message = format!("`{name}` is {}, not `true` or `false`", other.name());
            diagnostics.push(Diagnostic::new(Code::WrongType, message).at(value.span, ""));
            None
        }
    }
}

/// The findings that a rule asks not to be told of itself.
fn allowed(value: Value, diagnostics: &mut Vec<Diagnostic>) -> Vec<Code> {
    let ids = spanned_strings(value, "allow", diagnostics).unwrap_or_default();
    ids.into_iter()
        .filter_map(|(id, span)| {
            let code = Code::ALL.iter().copied().find(|code| code.id() == id);
            if code.is_none() {
                let message = format!("there is no finding `{id}`");
                let help = "write the code that `composekey check` shows, such as `E0016`";
                diagnostics.push(Diagnostic::new(Code::BadValue, message).at(span, "").help(help));
            }
            code
        })
        .collect()
}

/// A list of strings; one string alone is a list of one.
fn strings(value: Value, name: &str, diagnostics: &mut Vec<Diagnostic>) -> Vec<String> {
    let strings = spanned_strings(value, name, diagnostics).unwrap_or_default();
    strings.into_iter().map(|(text, _)| text).collect()
}

/// A list of strings and their places; one string alone is a list of one. `None` when it is neither.
pub fn spanned_strings(
    value: Value,
    name: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<(String, Span)>> {
    let values = match value.kind {
        Kind::Array(values) => values,
        kind @ Kind::Text(_) => vec![Value { span: value.span, kind }],
        other => {
            let message = format!("`{name}` is {}, not a list of strings", other.name());
            let help = format!("write `{name} = [\"…\", \"…\"]`");
            let diagnostic = Diagnostic::new(Code::WrongType, message).at(value.span, "");
            diagnostics.push(diagnostic.help(help));
            return None;
        }
    };
    let mut strings = Vec::with_capacity(values.len());
    for value in values {
        let span = value.span;
        strings.extend(string(value, name, diagnostics).map(|text| (text, span)));
    }
    Some(strings)
}
