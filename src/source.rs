//! Where text came from: [`Sources`] owns the texts, a [`Span`] points into one of them, a
//! [`Loader`] fetches them for modules that touch no file themselves.

use std::{fmt, ops::Range, path::Path, sync::OnceLock};

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
    /// Where the lines of each text start; made when a position is first asked for.
    lines: Vec<OnceLock<Box<[u32]>>>,
}

/// Fetches the texts that other texts name.
pub trait Loader {
    /// The bytes of the file.
    ///
    /// # Errors
    /// See [`LoadError`].
    fn load(&mut self, path: &Path) -> Result<Vec<u8>, LoadError>;
}

/// Why a text could not be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadError {
    /// There is no such file.
    NotFound,
    /// It is a directory, a device or a pipe.
    NotAFile,
    /// It is larger than this many bytes.
    TooLarge(u64),
    /// It is no UTF-8 from this byte on.
    NotUtf8(usize),
    /// What the system said.
    Other(String),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("there is no such file"),
            Self::NotAFile => f.write_str("it is not a regular file"),
            Self::TooLarge(limit) => {
                write!(f, "it is larger than the limit of {} MiB", limit / (1024 * 1024))
            }
            Self::NotUtf8(at) => write!(f, "it is not UTF-8 from byte {at} on"),
            Self::Other(cause) => f.write_str(cause),
        }
    }
}

impl std::error::Error for LoadError {}

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
        self.lines.push(OnceLock::new());
        id
    }

    /// Gives a text that was added without one, by a reader that needed its handle first.
    ///
    /// # Panics
    /// When the handle was not made by this `Sources`.
    pub fn set_text(&mut self, id: SourceId, text: String) {
        self.texts[id.0 as usize].text = text;
        self.lines[id.0 as usize] = OnceLock::new();
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
        let text = &self.get(span.source).text;
        let starts = self.lines[span.source.0 as usize].get_or_init(|| {
            let after = text.match_indices('\n').map(|(at, _)| at + 1);
            let starts = std::iter::once(0).chain(after);
            starts.map(|at| u32::try_from(at).expect("loaders refuse texts of 4 GiB")).collect()
        });
        let line = starts.partition_point(|&start| start <= span.start);
        let before = &text[starts[line - 1] as usize..span.start as usize];
        Position { line, column: before.chars().count() + 1 }
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
