//! The keymaps that are part of the program. [`load`] reads one without its TOML, which was read when
//! the program was built: `build/keymaps.rs` has the form.

use std::sync::Arc;

use super::{Info, Map};
use crate::{
    diagnostic::Code,
    sequence::{Output, Rule, Said, Sequence},
    source::{SourceId, Span},
};

/// What `keymaps` in the configuration calls all keymaps that are on by default.
pub const DEFAULT: &str = "default";

/// A keymap compiled into the program.
#[derive(Clone, Copy, Debug)]
pub struct Builtin {
    /// What `keymaps` in the configuration calls it.
    pub name: &'static str,
    /// The file in the source tree.
    pub file: &'static str,
    /// Its text.
    pub text: &'static str,
    /// What the text says, as `build/keymaps.rs` writes it.
    read: &'static str,
    /// Whether it is one of [`DEFAULT`]: what its `[keymap]` says, known without reading it.
    pub default: bool,
}

macro_rules! builtin {
    ($($name:literal $default:literal)+) => {
        &[$(Builtin {
            name: $name,
            file: concat!("keymaps/", $name, ".toml"),
            text: include_str!(concat!("../../keymaps/", $name, ".toml")),
            read: include_str!(concat!(env!("OUT_DIR"), "/", $name, ".keymap")),
            default: $default,
        },)+]
    };
}

/// Every built-in keymap; those that are on by default come first.
pub const BUILTIN: &[Builtin] = builtin! {
    "umlauts" true
    "latin" true
    "typography" true
    "arrows" true
    "math" true
    "greek" true
    "supersub" true
    "fractions" true
    "currency" true
    "esperanto" true
    "keys" true
    "emoji" true
    "polish" false
    "czech" false
    "turkish" false
    "vietnamese" false
    "pinyin" false
    "cyrillic" false
    "hebrew" false
    "ipa" false
    "doublestruck" false
    "latex" false
    "apl" false
    "box" false
    "music" false
    "games" false
    "fullwidth" false
};

/// The built-in keymap of this name.
#[must_use]
pub fn find(name: &str) -> Option<Builtin> {
    BUILTIN.iter().find(|keymap| keymap.name == name).copied()
}

/// The keymaps that are on by default.
pub fn defaults() -> impl Iterator<Item = Builtin> {
    BUILTIN.iter().filter(|keymap| keymap.default).copied()
}

/// Reads a built-in keymap: what [`super::load`] makes of its text, which `source` is.
///
/// # Panics
/// When a keymap is not as it was written.
#[must_use]
pub fn load(keymap: &Builtin, source: SourceId) -> Map {
    let name: Arc<str> = keymap.name.into();
    let mut records = keymap.read.split_terminator('\x1e').map(|record| record.split('\x1f'));
    let info = records.next().map_or_else(Info::default, info);
    let mut rules =
        Vec::with_capacity(memchr::memchr_iter(b'\x1e', keymap.read.as_bytes()).count());
    let rule = |fields| rule(fields, &name, source).expect("`build/keymaps.rs` writes rules");
    rules.extend(records.map(rule));
    Map { info, rules }
}

fn info<'a>(fields: impl Iterator<Item = &'a str>) -> Info {
    let mut fields = fields.map(|field| (!field.is_empty()).then(|| field.to_owned()));
    let mut next = || fields.next().flatten();
    Info {
        title: next(),
        description: next(),
        mnemonic: next(),
        source: next(),
        licence: next(),
        layout: next(),
        default: next().as_deref() == Some("true"),
    }
}

fn rule<'a>(
    mut fields: impl Iterator<Item = &'a str>,
    keymap: &Arc<str>,
    source: SourceId,
) -> Option<Rule> {
    let (start, end) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    let sequence = Sequence::parse(fields.next()?).ok()?;
    let text = fields.next()?.to_owned();
    let name = fields.next().filter(|name| !name.is_empty()).map(str::to_owned);
    let mut list = || {
        let items = fields.next().unwrap_or_default().split('\x1d');
        items.filter(|item| !item.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    let (alias, tags, replaces, allow) = (list(), list(), list(), list());
    let allow = allow.iter().filter_map(|id| Code::ALL.iter().copied().find(|c| c.id() == *id));
    let said = Said { name, alias, tags, replaces, allow: allow.collect() };
    let output = Output { text, about: said.into() };
    let span = Span { source, start, end };
    Some(Rule { sequence, output, keymap: Arc::clone(keymap), span })
}
