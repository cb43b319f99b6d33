//! Where text came from: [`Sources`] owns the texts, a [`Span`] points into one of them.

use std::ops::Range;

/// One text that was read: a file, a built-in keymap, an argument.
#[derive(Clone, Debug)]
pub struct Source {
    /// What the user knows it by: a path, `keymaps/greek.toml` or `<argument>`.
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// Which source of a [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// A piece of a source, in bytes; always on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The text it is in.
    pub source: SourceId,
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A line and a column, both counted from 1; columns count characters, not bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
}

/// Every text read in one load, in reading order.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    texts: Vec<Source>,
}

impl Span {
    /// The bytes `range` of `source`.
    ///
    /// # Panics
    /// When a text is larger than 4 GiB; loaders refuse such files.
    #[must_use]
    pub fn new(source: SourceId, range: Range<usize>) -> Self {
        let offset = |n| u32::try_from(n).expect("loaders refuse texts of 4 GiB");
        Self { source, start: offset(range.start), end: offset(range.end) }
    }

    /// The byte range within its source.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl Sources {
    /// Takes a text and returns its handle.
    ///
    /// # Panics
    /// After 2^32 texts.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        let id = SourceId(u32::try_from(self.texts.len()).expect("fewer than 2^32 sources"));
        self.texts.push(Source { name: name.into(), text: text.into() });
        id
    }

    /// The text behind a handle made by this `Sources`.
    #[must_use]
    pub fn get(&self, id: SourceId) -> &Source {
        &self.texts[id.0 as usize]
    }

    /// Every text, in the order of [`Sources::add`].
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        (0..).map(SourceId).zip(&self.texts)
    }

    /// The text a span covers.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        &self.get(span.source).text[span.range()]
    }

    /// Where a span starts.
    #[must_use]
    pub fn position(&self, span: Span) -> Position {
        let before = &self.get(span.source).text[..span.start as usize];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        Position {
            line: before.bytes().filter(|&b| b == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters() {
        let mut sources = Sources::default();
        let id = sources.add("a.toml", "x\n\"λ\" = 1\n");
        let span = Span::new(id, 7..8);
        assert_eq!(sources.position(span), Position { line: 2, column: 5 });
        assert_eq!(sources.slice(span), "=");
    }
}
