//! Maps: TOML texts of rules. Enter at [`load`]; [`merge`] puts several together.
//!
//! ```toml
//! [keymap]
//! title = "Greek letters"
//!
//! [sequences]
//! "la" = "λ"
//! "*a" = { text = "α", name = "alpha", alias = ["&alpha;"], replaces = "å" }
//! ```
//!
//! `read.rs` knows TOML, `lower.rs` makes rules of it, `check.rs` puts keymaps together, `lint/` looks
//! for what is well written and yet a trap, `write.rs` writes rules, `edit.rs` changes a text by one,
//! `builtin.rs` holds the keymaps that
//! are part of the program.

pub mod builtin;
mod check;
pub mod edit;
pub mod lint;
mod lower;
mod read;
mod write;

use std::sync::Arc;

pub use check::{Merged, PrefixPair, Removal, Replaced, merge, prefix_pairs};
pub use lower::{MAX_KEYS, MAX_TEXT, boolean, spanned_strings, string, unknown_key};
pub use read::{Entry, Kind, Value, limit, read};
pub use write::write;

use crate::{
    diagnostic::{Code, Diagnostic},
    sequence::{Rule, Sequence},
    source::{SourceId, Sources, Span},
};

/// A keymap as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Map {
    /// What its `[keymap]` table says.
    pub info: Info,
    /// Its rules, in the order of the file; no two with the same sequence.
    pub rules: Vec<Rule>,
}

/// What a keymap says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Info {
    /// A few words.
    pub title: Option<String>,
    /// A few sentences.
    pub description: Option<String>,
    /// The rule by which its sequences are remembered.
    pub mnemonic: Option<String>,
    /// Where its mnemonics come from.
    pub source: Option<String>,
    /// The licence of that source, or what makes one needless.
    pub licence: Option<String>,
    /// The layout on which all its keys can be typed, as `setxkbmap` names it: `us`, `us(intl)`.
    pub layout: Option<String>,
    /// Whether the name `default` in the configuration stands for this keymap too.
    pub default: bool,
}

/// Reads a keymap called `name`. What is wrong in it is left out and said.
#[must_use]
pub fn load(source: SourceId, name: &Arc<str>, sources: &Sources) -> (Map, Vec<Diagnostic>) {
    let text = &sources.get(source).text;
    let (entries, mut diagnostics) = read(text, source);
    let mut map = Map::default();
    for entry in entries {
        match (entry.key.as_str(), entry.value.kind) {
            ("keymap", Kind::Table(fields)) => map.info = info(fields, &mut diagnostics),
            ("sequences", Kind::Table(table)) => {
                map.rules = sequences(table, name, text, &mut diagnostics);
            }
            (key @ ("keymap" | "sequences"), other) => {
                diagnostics.push(no_table(key, &other).at(entry.value.span, ""));
            }
            (key, _) => {
                let known = &["keymap", "sequences"];
                diagnostics.push(unknown_key(key, entry.key_span, "a keymap", known));
            }
        }
    }
    limit(&mut diagnostics, &sources.get(source).name);
    (map, diagnostics)
}

/// The rules of a `[sequences]` table, each sequence once.
pub fn sequences(
    table: Vec<Entry>,
    name: &Arc<str>,
    text: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Rule> {
    let mut rules = lower::rules(table, name, text, diagnostics);
    check::drop_repeated(&mut rules, diagnostics);
    rules
}

/// Reads a sequence that is written, in quotes, at `span` of `text`.
pub fn sequence(
    keys: &str,
    span: Span,
    text: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Sequence> {
    lower::sequence(keys, span, text, diagnostics)
}

/// Something that should be a table and is not.
#[must_use]
pub fn no_table(key: &str, found: &Kind) -> Diagnostic {
    Diagnostic::new(Code::WrongType, format!("`{key}` is {}, not a table", found.name()))
        .help(format!("write `[{key}]` on a line of its own"))
}

/// What `[keymap]` can have.
const INFO: &[&str] =
    &["title", "description", "mnemonic", "source", "licence", "layout", "default"];

fn info(fields: Vec<Entry>, diagnostics: &mut Vec<Diagnostic>) -> Info {
    let mut info = Info::default();
    for field in fields {
        let slot = match field.key.as_str() {
            "title" => &mut info.title,
            "description" => &mut info.description,
            "mnemonic" => &mut info.mnemonic,
            "source" => &mut info.source,
            "licence" => &mut info.licence,
            "layout" => &mut info.layout,
            "default" => {
                info.default = boolean(field.value, "default", diagnostics).unwrap_or_default();
                continue;
            }
            key => {
                diagnostics.push(unknown_key(key, field.key_span, "`[keymap]`", INFO));
                continue;
            }
        };
        *slot = string(field.value, &field.key, diagnostics);
    }
    info
}

#[cfg(test)]
mod tests;
