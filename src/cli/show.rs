//! How rules are shown: as rows of columns, as JSON.

use std::io::{self, Write};

use serde::Serialize;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::{
    config::Loaded,
    diagnostic::Style,
    sequence::{Rule, Sequence},
    source::{Sources, Span},
};

/// The widest column of keys that others are aligned to.
const MAX_KEYS: usize = 12;

/// The widest column of outputs that others are aligned to.
const MAX_TEXT: usize = 12;

/// A rule as a JSON object.
#[derive(Debug, Serialize)]
pub(super) struct Json<'a> {
    keys: String,
    keysyms: Vec<String>,
    text: &'a str,
    keymap: &'a str,
    file: &'a str,
    line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    alias: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tags: &'a [String],
    /// The rule that it took the place of.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<JsonReplaced<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonReplaced<'a> {
    text: &'a str,
    keymap: &'a str,
    file: &'a str,
    line: usize,
}

/// The rule of this index as a JSON object.
pub(super) fn json(loaded: &Loaded, index: usize) -> Json<'_> {
    let replaces = replaced(loaded, index).map(|old| {
        let (file, line) = place(old.span, &loaded.sources);
        JsonReplaced { text: &old.output.text, keymap: &old.keymap, file, line }
    });
    Json { replaces, ..json_rule(&loaded.rules[index], &loaded.sources) }
}

/// A rule alone as a JSON object.
pub(super) fn json_rule<'a>(rule: &'a Rule, sources: &'a Sources) -> Json<'a> {
    let (file, line) = place(rule.span, sources);
    Json {
        keys: rule.sequence.to_string(),
        keysyms: rule.sequence.keysyms().iter().map(|keysym| keysym.name()).collect(),
        text: &rule.output.text,
        keymap: &rule.keymap,
        file,
        line,
        name: name(rule),
        alias: &rule.output.about.alias,
        tags: &rule.output.about.tags,
        replaces: None,
    }
}

/// Writes a value as one line.
pub(super) fn json_line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    writeln!(out)
}

/// The rule that this one overrides, if that gave something else.
pub(super) fn replaced(loaded: &Loaded, index: usize) -> Option<&Rule> {
    let text = &loaded.rules[index].output.text;
    loaded.replaced_by(index).last().filter(|old| old.output.text != *text)
}

/// File and line.
pub(super) fn place(span: Span, sources: &Sources) -> (&str, usize) {
    (&sources.get(span.source).name, sources.position(span).line)
}

/// What the output is called: by its rule, or else by Unicode.
pub(super) fn name(rule: &Rule) -> Option<String> {
    rule.output.about.name.clone().or_else(|| {
        // The selector only says that the character is to be drawn as an emoji.
        let mut chars = rule.output.text.chars().filter(|&c| c != '\u{fe0f}');
        match (chars.next(), chars.next()) {
            (Some(c), None) => unicode_name(c),
            _ => None,
        }
    })
}

/// The name that Unicode gives a character.
pub(super) fn unicode_name(c: char) -> Option<String> {
    unicode_names2::name(c).map(|name| name.to_string())
}

/// The keys in the notation of the maps, blanks and marks by name.
pub(super) fn keys(sequence: &Sequence) -> String {
    let mut keys = String::new();
    for c in sequence.to_string().chars() {
        match c {
            ' ' => keys.push_str("<space>"),
            c if c.width() == Some(0) => keys.push_str(&format!("<U{:04X}>", u32::from(c))),
            c => keys.push(c),
        }
    }
    keys
}

/// The text so that a terminal shows it and nothing else: marks stand on a circle, control
/// characters are escaped.
pub(super) fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            visible.extend(c.escape_default());
            continue;
        }
        if visible.is_empty() && c.width() == Some(0) && !is_format(c) {
            visible.push('\u{25cc}');
        }
        visible.push(c);
    }
    visible
}

/// Whether the character has no shape at all: joiners, directions, the soft hyphen.
fn is_format(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
}

/// Draws rules as rows: keys, output, name, and the keymap at the end where it is asked for.
#[derive(Debug)]
pub(super) struct Rows {
    keys: usize,
    text: usize,
    style: Style,
    width: Option<usize>,
}

impl Rows {
    /// Rows aligned for these rules.
    pub(super) fn new<'a>(
        rules: impl IntoIterator<Item = &'a Rule>,
        style: Style,
        width: Option<usize>,
    ) -> Self {
        let (mut keys, mut text) = (0, 0);
        for rule in rules {
            keys = keys.max(self::keys(&rule.sequence).width().min(MAX_KEYS));
            text = text.max(visible(&rule.output.text).width().min(MAX_TEXT));
        }
        Self { keys, text, style, width }
    }

    /// Writes one row.
    pub(super) fn write(&self, rule: &Rule, keymap: bool, out: &mut dyn Write) -> io::Result<()> {
        let keys = keys(&rule.sequence);
        let text = visible(&rule.output.text);
        let mut name = name(rule).unwrap_or_default();
        let used = 2 + keys.width().max(self.keys) + 2 + text.width().max(self.text) + 2;
        let end = if keymap { rule.keymap.width() + 2 } else { 0 };
        if let Some(width) = self.width {
            name = shortened(&name, width.saturating_sub(used + end + 1).max(8));
        }
        write!(out, "  {}", self.paint("1", &keys))?;
        pad(self.keys, keys.width(), out)?;
        write!(out, "  {}", self.paint("1;32", &text))?;
        if name.is_empty() && !keymap {
            return writeln!(out);
        }
        pad(self.text, text.width(), out)?;
        write!(out, "  {name}")?;
        if keymap {
            write!(out, "  {}", self.paint("2", &rule.keymap))?;
        }
        writeln!(out)
    }

    fn paint(&self, colour: &str, text: &str) -> String {
        paint(self.style, colour, text)
    }
}

/// Blanks up to a width.
pub(super) fn pad(width: usize, used: usize, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{:1$}", "", width.saturating_sub(used))
}

/// The text in a colour, where colours are wanted.
pub(super) fn paint(style: Style, colour: &str, text: &str) -> String {
    match style {
        Style::Plain => text.to_owned(),
        Style::Colour => format!("\u{1b}[{colour}m{text}\u{1b}[0m"),
    }
}

/// The text cut to `width` columns.
pub(super) fn shortened(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut shortened = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        shortened.push(c);
    }
    shortened.truncate(shortened.trim_end().len());
    shortened.push('…');
    shortened
}
