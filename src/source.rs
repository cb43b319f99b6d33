//! Where text came from: [`Sources`] owns the texts, a [`Span`] points into one of them, a
//! [`Loader`] fetches them for modules that touch no file themselves.

use std::{
    fmt,
    ops::Range,
    path::Path,
    sync::{Arc, OnceLock},
};

/// One text that was read: a file, a built-in keymap, an argument.
#[derive(Clone, Debug)]
pub struct Source {
    /// What the user knows it by: a path, `keymaps/greek.toml` or `<argument>`.
    pub name: String,
    /// The whole text; `U+FFFD` stands for what is no UTF-8.
    pub text: String,
    /// The bytes, where they are not those of the text.
    raw: Option<Box<Raw>>,
    /// Where its lines start; found when a position is first asked for.
    starts: OnceLock<Box<[u32]>>,
}

/// A file that is not all UTF-8.
#[derive(Clone, Debug)]
struct Raw {
    bytes: Vec<u8>,
    /// Where the text gets out of step: an offset in the bytes, and the same place in the text.
    steps: Vec<(usize, usize)>,
}

/// Which source of a [`Sources`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// Every text read in one load, in reading order. Texts are shared by all copies.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    texts: Vec<Arc<Source>>,
}

/// Finds lines quickly for places that come in the order of a text, or nearly so.
#[derive(Clone, Debug)]
pub struct LineFinder<'a> {
    sources: &'a Sources,
    source: SourceId,
    starts: &'a [u32],
    line: usize,
}

/// Fetches the texts that other texts name.
pub trait Loader: Send {
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

impl Source {
    /// A text.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into(), raw: None, starts: OnceLock::new() }
    }

    /// A file of whatever bytes.
    #[must_use]
    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::new(name, text),
            Err(error) => {
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                let raw = Raw::new(error.into_bytes());
                Self { raw: Some(Box::new(raw)), ..Self::new(name, text) }
            }
        }
    }

    /// The bytes as they were read.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.raw.as_ref().map_or(self.text.as_bytes(), |raw| &raw.bytes)
    }

    /// The place in the text of a range of the bytes, widened to whole characters.
    #[must_use]
    pub fn place(&self, range: Range<usize>) -> Range<usize> {
        let place = |at| self.raw.as_ref().map_or(at, |raw| raw.in_text(at));
        let (mut start, mut end) = (place(range.start), place(range.end));
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        start..end
    }

    /// The line, from 1, that this byte of the text is on.
    #[must_use]
    pub fn line(&self, at: u32) -> usize {
        self.starts().partition_point(|&start| start <= at)
    }

    /// Where each line starts.
    fn starts(&self) -> &[u32] {
        self.starts.get_or_init(|| {
            let after = memchr::memchr_iter(b'\n', self.text.as_bytes()).map(|at| at + 1);
            let starts = std::iter::once(0).chain(after);
            starts.map(|at| u32::try_from(at).expect("loaders refuse texts of 4 GiB")).collect()
        })
    }
}

impl Raw {
    fn new(bytes: Vec<u8>) -> Self {
        let mut steps = Vec::new();
        let (mut at, mut in_text) = (0, 0);
        for chunk in bytes.utf8_chunks() {
            at += chunk.valid().len();
            in_text += chunk.valid().len();
            if !chunk.invalid().is_empty() {
                steps.push((at, in_text));
                at += chunk.invalid().len();
                in_text += char::REPLACEMENT_CHARACTER.len_utf8();
                steps.push((at, in_text));
            }
        }
        Self { bytes, steps }
    }

    /// The place in the text of a place in the bytes; within bytes that are no UTF-8, before them.
    fn in_text(&self, at: usize) -> usize {
        match self.steps.partition_point(|&(bytes, _)| bytes <= at).checked_sub(1) {
            None => at,
            // Every second step ends a piece that is no UTF-8.
            Some(step) if step % 2 == 0 => self.steps[step].1,
            Some(step) => at - self.steps[step].0 + self.steps[step].1,
        }
    }
}

impl Sources {
    /// Takes a text and returns its handle.
    ///
    /// # Panics
    /// After 2^32 texts.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        self.push(Source::new(name, text).into())
    }

    /// Takes a file. One that is there already has the handle that it had.
    ///
    /// # Panics
    /// After 2^32 texts.
    pub fn add_file(&mut self, file: &Arc<Source>) -> SourceId {
        let same = |(_, source): &(_, &Arc<Source>)| {
            Arc::ptr_eq(source, file) || source.name == file.name && source.bytes() == file.bytes()
        };
        let known = (0..).map(SourceId).zip(&self.texts).find(same).map(|(id, _)| id);
        known.unwrap_or_else(|| self.push(Arc::clone(file)))
    }

    fn push(&mut self, source: Arc<Source>) -> SourceId {
        let id = SourceId(u32::try_from(self.texts.len()).expect("fewer than 2^32 sources"));
        self.texts.push(source);
        id
    }

    /// The span of a range of a source's bytes, widened to whole characters.
    #[must_use]
    pub fn span(&self, id: SourceId, range: Range<usize>) -> Span {
        Span::new(id, self.get(id).place(range))
    }

    /// Gives a text that was added without one, by a reader that needed its handle first.
    ///
    /// # Panics
    /// When the handle was not made by this `Sources`.
    pub fn set_text(&mut self, id: SourceId, text: String) {
        let source = &mut self.texts[id.0 as usize];
        *source = Source::new(source.name.as_str(), text).into();
    }

    /// The text behind a handle made by this `Sources`.
    #[must_use]
    pub fn get(&self, id: SourceId) -> &Source {
        &self.texts[id.0 as usize]
    }

    /// Every text, in the order of [`Sources::add`].
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        (0..).map(SourceId).zip(self.texts.iter().map(|source| &**source))
    }

    /// Every text, to be shared with others by [`Sources::add_file`].
    pub fn files(&self) -> impl Iterator<Item = &Arc<Source>> {
        self.texts.iter()
    }

    /// The text a span covers.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        &self.get(span.source).text[span.range()]
    }

    /// Where a span starts.
    #[must_use]
    pub fn position(&self, span: Span) -> Position {
        let source = self.get(span.source);
        let line = source.line(span.start);
        let start = source.starts()[line - 1];
        let before = &source.text[start as usize..span.start as usize];
        Position { line, column: before.chars().count() + 1 }
    }

    /// The line, from 1, that this byte of a text is on.
    #[must_use]
    pub fn line(&self, source: SourceId, at: u32) -> usize {
        self.get(source).line(at)
    }
}

impl<'a> LineFinder<'a> {
    /// At the start of nothing yet.
    #[must_use]
    pub fn new(sources: &'a Sources) -> Self {
        Self { sources, source: SourceId(u32::MAX), starts: &[], line: 1 }
    }

    /// The line, from 1, that this byte of a text is on: what [`Sources::line`] says.
    pub fn line(&mut self, source: SourceId, at: u32) -> usize {
        if source != self.source {
            (self.source, self.starts, self.line) = (source, self.sources.get(source).starts(), 1);
        }
        let starts = self.starts;
        let is_on = |line: &usize| {
            starts.get(line - 1).is_some_and(|&start| start <= at)
                && starts.get(*line).is_none_or(|&next| at < next)
        };
        let near = [self.line, self.line + 1].into_iter().find(is_on);
        self.line = near.unwrap_or_else(|| starts.partition_point(|&start| start <= at));
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_in_any_order() {
        let mut sources = Sources::default();
        let ids = ["", "a\nb\n\nc", "\n\n"].map(|text| sources.add("", text));
        let mut finder = LineFinder::new(&sources);
        for at in [0, 1, 2, 3, 4, 5, 5, 0, 4, 2, 1, 5] {
            for id in ids {
                assert_eq!(finder.line(id, at), sources.line(id, at), "{id:?} {at}");
            }
            assert_eq!(finder.line(ids[1], at), sources.line(ids[1], at), "{at}");
        }
    }

    #[test]
    fn positions_count_characters() {
        let mut sources = Sources::default();
        let id = sources.add("a.toml", "x\n\"λ\" = 1\n");
        let span = Span::new(id, 7..8);
        assert_eq!(sources.position(span), Position { line: 2, column: 5 });
        assert_eq!(sources.slice(span), "=");
    }

    #[test]
    fn bytes_that_are_no_text() {
        let mut sources = Sources::default();
        let bytes = b"a\xff\xe2\x82b\xc3\xa9c".to_vec();
        let file = |name: &str, bytes: &[u8]| Arc::new(Source::from_bytes(name, bytes.to_vec()));
        let id = sources.add_file(&file("latin1", &bytes));
        assert_eq!(sources.get(id).text, "a\u{fffd}\u{fffd}b\u{e9}c");
        assert_eq!(sources.get(id).bytes(), bytes);
        let slice = |range| sources.slice(sources.span(id, range));
        assert_eq!((slice(0..1), slice(1..2), slice(4..5)), ("a", "\u{fffd}", "b"));
        assert_eq!((slice(5..6), slice(5..8), slice(4..7)), ("\u{e9}", "\u{e9}c", "b\u{e9}"));
        let mut again = sources.clone();
        assert_eq!(again.add_file(&file("latin1", &bytes)), id);
        assert_ne!(again.add_file(&file("other", b"x")), id);
    }
}
