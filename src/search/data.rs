//! What every character is called: one text, made when the program is built (`build/characters.rs`), in
//! which is searched as it is. Nothing is read or sorted at the start; what is not looked at stays on disk.
//!
//! ```text
//! ≠ ⇥ not equal to ⇥ =not equal ⇥ inequality ⇥ &ne; ⇥ \ne ⇥ %!= ⏎
//! ```

use memchr::{memchr, memmem, memrchr};

/// Lines in the order of the bytes of their texts.
static LINES: &str = include_str!(concat!(env!("OUT_DIR"), "/characters.tsv"));

/// Every word of four letters or more that is in a name, shortest first.
static WORDS: &str = include_str!(concat!(env!("OUT_DIR"), "/words.txt"));

/// A text and what it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The text: a character, or several that are one sign.
    pub text: &'static str,
    /// The rest of the line.
    fields: &'static str,
}

/// One way of calling a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Called<'a> {
    /// A name, in lower case.
    Name(&'a str),
    /// A name that is used now and then, in lower case.
    Alias(&'a str),
    /// A word about it, in lower case.
    Word(&'a str),
    /// A name in a notation, with its signs: `&ouml;`, `\lambda`, `:tada:`.
    Code(&'a str),
    /// A mnemonic of RFC 1345.
    Mnemonic(&'a str),
}

impl<'a> Called<'a> {
    /// A field of the data, which tells by its first sign what it is.
    fn new(field: &'a str) -> Self {
        match field.as_bytes() {
            [b'=', ..] => Self::Name(&field[1..]),
            [b'~', ..] => Self::Alias(&field[1..]),
            [b'%', _, ..] => Self::Mnemonic(&field[1..]),
            _ if is_code(field) => Self::Code(field),
            _ => Self::Word(field),
        }
    }

    /// What a rule says of itself: an alias.
    #[must_use]
    pub fn alias(alias: &'a str) -> Self {
        if is_code(alias) { Self::Code(alias) } else { Self::Name(alias) }
    }

    /// It without what stands around a name in a notation: `ouml` of `&ouml;`.
    #[must_use]
    pub fn bare(self) -> &'a str {
        match self {
            Self::Name(name) | Self::Alias(name) | Self::Word(name) | Self::Mnemonic(name) => name,
            Self::Code(code) => code[1..].trim_end_matches([';', ':']),
        }
    }
}

/// Whether this is a name in HTML, in LaTeX or in chats.
fn is_code(name: &str) -> bool {
    let inner = |sign| name.len() > 2 && name.ends_with(sign);
    match name.as_bytes().first() {
        Some(b'&') => inner(';'),
        Some(b':') => inner(':'),
        Some(b'\\') => name.len() > 1,
        _ => false,
    }
}

impl Entry {
    fn new(line: &'static str) -> Self {
        let (text, fields) = line.split_once('\t').unwrap_or((line, ""));
        Self { text, fields }
    }

    /// The name in Unicode, or the short one of an emoji; in lower case.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        self.names().next()
    }

    /// The names, the one in Unicode first.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.called().filter_map(|called| match called {
            Called::Name(name) | Called::Alias(name) => Some(name),
            _ => None,
        })
    }

    /// Everything that it is called.
    pub fn called(self) -> impl Iterator<Item = Called<'static>> {
        let (name, others) = self.fields.split_once('\t').unwrap_or((self.fields, ""));
        let name = (!name.is_empty()).then_some(Called::Name(name));
        let others = others.split('\t').filter(|field| !field.is_empty()).map(Called::new);
        name.into_iter().chain(others)
    }
}

/// What is known of a text.
#[must_use]
pub fn entry(text: &str) -> Option<Entry> {
    // The lines that start in `from..to` are those that it can be.
    let (mut from, mut to) = (0, LINES.len());
    while from < to {
        let line = line_at(from + (to - from) / 2);
        let start = line.as_ptr() as usize - LINES.as_ptr() as usize;
        let entry = Entry::new(line);
        match entry.text.cmp(text) {
            std::cmp::Ordering::Equal => return Some(entry),
            std::cmp::Ordering::Less => from = start + line.len() + 1,
            std::cmp::Ordering::Greater => to = start,
        }
    }
    None
}

/// Every text in whose line this is written, at the start of a word only or anywhere.
pub fn containing(needle: &str, inside: bool) -> impl Iterator<Item = Entry> {
    let finder = memmem::Finder::new(needle).into_owned();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let found = at + finder.find(&LINES.as_bytes()[at..])?;
            let before = LINES[..found].chars().next_back();
            if !inside && before.is_some_and(char::is_alphanumeric) {
                at = found + needle.len().max(1);
                continue;
            }
            let line = line_at(found);
            at = line.as_ptr() as usize - LINES.as_ptr() as usize + line.len() + 1;
            at = at.min(LINES.len());
            return Some(Entry::new(line));
        }
    })
}

/// Every text of the data, in the order of its bytes.
pub fn entries() -> impl Iterator<Item = Entry> {
    LINES.lines().map(Entry::new)
}

/// The words in which a slip can be mended, shortest first.
pub fn words() -> impl Iterator<Item = &'static str> {
    WORDS.lines()
}

/// The line around a byte.
fn line_at(at: usize) -> &'static str {
    let bytes = LINES.as_bytes();
    let start = memrchr(b'\n', &bytes[..at]).map_or(0, |newline| newline + 1);
    let end = memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |newline| at + newline);
    &LINES[start..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_found_by_itself() {
        assert!(entries().count() > 38_000);
        for entry in entries() {
            assert_eq!(super::entry(entry.text), Some(entry));
        }
        assert_eq!(entry("no such text"), None);
        assert_eq!(entry(""), None);
    }

    #[test]
    fn fields_tell_what_they_are() {
        let called: Vec<_> = entry("≠").unwrap().called().collect();
        for expected in [
            Called::Name("not equal to"),
            Called::Name("not equal"),
            Called::Word("inequality"),
            Called::Code("&ne;"),
            Called::Code("\\ne"),
            Called::Mnemonic("!="),
        ] {
            assert!(called.contains(&expected), "{expected:?} in {called:?}");
        }
        assert_eq!(Called::Code("&ne;").bare(), "ne");
        assert_eq!(Called::Code("\\;").bare(), "");
        assert_eq!(Called::alias("&"), Called::Name("&"));
    }

    #[test]
    fn lines_with_a_piece() {
        let texts = |needle, inside| -> Vec<_> {
            containing(needle, inside).map(|entry| entry.text).collect()
        };
        let interrobangs = texts("interrobang", false);
        assert!(interrobangs.starts_with(&["‽"]) && interrobangs.contains(&"⸘"));
        assert!(texts("robang", false).is_empty());
        assert_eq!(texts("robang", true), interrobangs);
        assert!(texts("no such piece", true).is_empty());
    }
}
