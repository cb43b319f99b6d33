//! What every character is called, from crates and from `data/`, as `src/search/data.rs` takes it.
//!
//! One line a text, in the order of the bytes of the texts, with tabs between its fields:
//!
//! ```text
//! ≠   not equal to   =not equal   inequality   &ne;   \ne   %!=
//! ```
//!
//! The text; its name, which may be empty; and what else it is called: `=` begins a name, `~` one that
//! is used now and then, `&`, `\` and `:` a name in HTML, in LaTeX and in chats, `%` a mnemonic of
//! RFC 1345; other fields are words about it. Names and words are in lower case.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Files of `data/` and what stands before the names of each.
const FILES: &[(&str, &str)] = &[
    ("cldr.tsv", ""),
    ("aliases.tsv", ""),
    ("latex.tsv", ""),
    ("lean.tsv", ""),
    ("rfc1345.tsv", "%"),
];

/// Names that only repeat the number of the character.
const NUMBERED: &[&str] = &[
    "CJK UNIFIED IDEOGRAPH-",
    "CJK COMPATIBILITY IDEOGRAPH-",
    "TANGUT ",
    "NUSHU CHARACTER-",
    "KHITAN SMALL SCRIPT CHARACTER-",
    "HANGUL SYLLABLE ",
    "VARIATION SELECTOR-",
    "TAG ",
];

/// The shortest word in which a slip is mended.
const MIN_WORD: usize = 4;

/// What each text is called.
pub(crate) struct Characters(BTreeMap<String, Called>);

#[derive(Default)]
struct Called {
    name: String,
    others: Vec<String>,
}

impl Called {
    /// Whether this only repeats the name, or a word of it.
    fn is_known(&self, other: &str) -> bool {
        other.strip_prefix(['=', '~']) == Some(&self.name)
            || self.name.split(' ').any(|w| w == other)
    }
}

impl Characters {
    /// Reads the crates and the files.
    pub(crate) fn read(data: &Path) -> Self {
        let mut characters = Self(BTreeMap::new());
        characters.peoples_words(&data.join("words.tsv"));
        for (file, mark) in FILES {
            characters.file(&data.join(file), mark);
        }
        for emoji in emojis::iter() {
            // Most of them are told twice, with and without the selector that asks for colours.
            for text in [emoji.as_str().to_owned(), emoji.as_str().replace('\u{fe0f}', "")] {
                characters.add(&text, format!("={}", emoji.name().to_lowercase()));
                for code in emoji.shortcodes() {
                    characters.add(&text, format!(":{code}:"));
                }
            }
        }
        for entity in &entities::ENTITIES {
            // Some old ones go without the semicolon too.
            if entity.entity.ends_with(';') {
                characters.add(entity.characters, entity.entity.to_owned());
            }
        }
        let every = (0x20..=0x10_ffff).filter_map(char::from_u32).filter(|c| !c.is_control());
        for c in every {
            let name = unicode_names2::name(c).map(|name| name.to_string());
            if let Some(name) = name.filter(|name| NUMBERED.iter().all(|n| !name.starts_with(n))) {
                characters.0.entry(c.to_string()).or_default().name = name.to_lowercase();
            }
        }
        characters
    }

    /// A file of characters and what people call them; `#` opens a comment.
    fn peoples_words(&mut self, path: &Path) {
        let file = path.display();
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{file}: {error}"));
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")) {
            let (text, names) = line.split_once('\t').unwrap_or_else(|| panic!("{file}: `{line}`"));
            for name in names.split(", ") {
                self.add(text, format!("={}", name.to_lowercase()));
            }
        }
    }

    /// A file of code points and names.
    fn file(&mut self, path: &Path, mark: &str) {
        let file = path.display();
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{file}: {error}"));
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut fields = line.split('\t');
            let codes = fields.next().unwrap_or_default().split(' ');
            let text: Option<String> =
                codes.map(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?)).collect();
            let text = text.unwrap_or_else(|| panic!("{file}: no code points in `{line}`"));
            for name in fields {
                let coded = name.starts_with('\\') || !mark.is_empty();
                let name = if coded { format!("{mark}{name}") } else { name.to_lowercase() };
                self.add(&text, name);
            }
        }
    }

    fn add(&mut self, text: &str, name: String) {
        if text.contains(|c: char| c.is_control()) {
            return;
        }
        let called = self.0.entry(text.to_owned()).or_default();
        if !called.others.contains(&name) {
            called.others.push(name);
        }
    }

    /// The lines of all texts.
    pub(crate) fn lines(&self) -> String {
        let mut lines = String::new();
        for (text, called) in &self.0 {
            lines.push_str(text);
            lines.push('\t');
            lines.push_str(&called.name);
            // What only repeats the name says nothing.
            let others = called.others.iter().filter(|name| !called.is_known(name));
            for other in others {
                lines.push('\t');
                lines.push_str(other);
            }
            lines.push('\n');
        }
        lines
    }

    /// The words of all names, shortest first, one a line.
    pub(crate) fn words(&self) -> String {
        let mut words = BTreeSet::new();
        for called in self.0.values() {
            let plain = called.others.iter().filter(|name| !name.starts_with('%'));
            for name in plain.chain([&called.name]) {
                let name = name.to_lowercase();
                for word in name.split(|c: char| !c.is_alphanumeric()) {
                    let length = word.chars().count();
                    if length >= MIN_WORD && !word.contains(|c: char| c.is_ascii_digit()) {
                        words.insert((length, word.to_owned()));
                    }
                }
            }
        }
        words.into_iter().map(|(_, word)| word + "\n").collect()
    }
}
