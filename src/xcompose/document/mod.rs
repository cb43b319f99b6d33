//! [`Document`]: a Compose file as it is written, byte for byte. Enter at [`Document::parse`].
//!
//! Each line is cut into tokens that cover it without a gap, so [`Document::write`] gives the same bytes
//! back, and a line is told for what it seems to be, by the grammar of Compose(5). What a program makes
//! of it is another question: [`super::profile`].
//!
//! ```text
//! line  = [ include | rule ] [ comment ]
//! include = "include" string
//! rule    = { modifier } "<" keysym ">" { { modifier } "<" keysym ">" } ":" result
//! result  = string [ keysym ] | keysym
//! ```

use std::{borrow::Cow, ops::Range};

use super::escape::unescape;

/// The mark that some editors put before UTF-8.
pub const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A file as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    bytes: Vec<u8>,
    /// Whether a byte order mark stands before the first line.
    pub byte_order_mark: bool,
    /// Its lines. What follows the last line end is one only when there is something.
    pub lines: Vec<Line>,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its bytes, without what ends it.
    pub range: Range<usize>,
    /// What ends it.
    pub end: LineEnd,
    /// Its pieces, blanks and the comment among them; they cover all of it.
    pub tokens: Vec<Token>,
    /// What it seems to be.
    pub what: Written,
}

/// What ends a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnd {
    /// `\n`.
    Lf,
    /// `\r\n`.
    CrLf,
    /// The end of the file.
    Nothing,
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its bytes.
    pub range: Range<usize>,
    /// What it is.
    pub kind: TokenKind,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Spaces, tabs and other blanks.
    Blank,
    /// `#` and all that follows.
    Comment,
    /// `<name>`.
    Keysym,
    /// A bare word.
    Word,
    /// `:`.
    Colon,
    /// `!` or `~`.
    Sign,
    /// `"…"`.
    Text,
    /// `<` without its `>`, to the end of the line.
    OpenKeysym,
    /// `"` without its partner, to the end of the line.
    OpenText,
    /// Anything else, up to the next blank.
    Other,
}

/// What a line seems to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// Nothing, or a comment alone.
    Blank,
    /// An include.
    Include {
        /// The path, with its quotes.
        path: Range<usize>,
    },
    /// A rule.
    Rule(WrittenRule),
    /// Neither.
    Wrong {
        /// What could have stood there.
        expected: &'static str,
        /// What does; empty at the end of the line.
        found: Range<usize>,
    },
}

/// A rule, piece by piece.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WrittenRule {
    /// The names of the keys, without their brackets and without blanks at their ends.
    pub keys: Vec<Range<usize>>,
    /// Words and signs about modifiers.
    pub modifiers: Vec<Range<usize>>,
    /// The string, with its quotes.
    pub text: Option<Range<usize>>,
    /// The keysym of the result.
    pub keysym: Option<Range<usize>>,
    /// The text behind `#`.
    pub comment: Option<Range<usize>>,
}

impl Document {
    /// Cuts a file into lines and tokens. There is none that cannot be.
    #[must_use]
    pub fn parse(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        let byte_order_mark = bytes.starts_with(BYTE_ORDER_MARK);
        let mut start = if byte_order_mark { BYTE_ORDER_MARK.len() } else { 0 };
        let mut lines = Vec::new();
        while start < bytes.len() {
            let rest = &bytes[start..];
            let (length, end) = match rest.iter().position(|&byte| byte == b'\n') {
                Some(at) if rest[..at].ends_with(b"\r") => (at - 1, LineEnd::CrLf),
                Some(at) => (at, LineEnd::Lf),
                None => (rest.len(), LineEnd::Nothing),
            };
            let range = start..start + length;
            let tokens = tokens(&bytes, range.clone());
            let what = written(&bytes, &tokens, range.end);
            start = range.end + end.bytes().len();
            lines.push(Line { range, end, tokens, what });
        }
        Self { bytes, byte_order_mark, lines }
    }

    /// The file.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut written = Vec::with_capacity(self.bytes.len());
        if self.byte_order_mark {
            written.extend(BYTE_ORDER_MARK);
        }
        for line in &self.lines {
            for token in &line.tokens {
                written.extend(self.slice(&token.range));
            }
            written.extend(line.end.bytes());
        }
        written
    }

    /// The file with other bytes in the place of some. The ranges stand in order and apart.
    #[must_use]
    pub fn write_with(&self, edits: &[(Range<usize>, Vec<u8>)]) -> Vec<u8> {
        let mut written = Vec::with_capacity(self.bytes.len());
        let mut at = 0;
        for (range, with) in edits {
            written.extend(&self.bytes[at..range.start]);
            written.extend(with);
            at = range.end;
        }
        written.extend(&self.bytes[at..]);
        written
    }

    /// The bytes of a range.
    #[must_use]
    pub fn slice(&self, range: &Range<usize>) -> &[u8] {
        &self.bytes[range.clone()]
    }

    /// The text of a range; `U+FFFD` for what is no UTF-8.
    #[must_use]
    pub fn text(&self, range: &Range<usize>) -> Cow<'_, str> {
        String::from_utf8_lossy(self.slice(range))
    }

    /// What a string in quotes means by Compose(5); `None` when it is no UTF-8.
    #[must_use]
    pub fn unquote(&self, range: &Range<usize>) -> Option<String> {
        let quoted = std::str::from_utf8(self.slice(range)).ok()?;
        unescape(quoted.strip_prefix('"')?.strip_suffix('"')?)
    }

    /// The rules, with the numbers of their lines, counted from 0.
    pub fn rules(&self) -> impl Iterator<Item = (usize, &WrittenRule)> {
        self.lines.iter().enumerate().filter_map(|(number, line)| match &line.what {
            Written::Rule(rule) => Some((number, rule)),
            _ => None,
        })
    }
}

impl LineEnd {
    /// Its bytes.
    #[must_use]
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Self::Lf => b"\n",
            Self::CrLf => b"\r\n",
            Self::Nothing => b"",
        }
    }
}

/// The tokens of a line. None of its bytes is left out.
fn tokens(bytes: &[u8], line: Range<usize>) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(12);
    let mut at = line.start;
    while at < line.end {
        let (kind, length) = token(&bytes[at..line.end]);
        tokens.push(Token { range: at..at + length, kind });
        at += length;
    }
    tokens
}

/// The first token of a text that is not empty, and its length.
fn token(text: &[u8]) -> (TokenKind, usize) {
    let while_all = |fits: fn(u8) -> bool| text.iter().position(|&byte| !fits(byte));
    let length = |fits| while_all(fits).unwrap_or(text.len());
    match text[0] {
        b'#' => (TokenKind::Comment, text.len()),
        b':' => (TokenKind::Colon, 1),
        b'!' | b'~' => (TokenKind::Sign, 1),
        b'<' => match text.iter().position(|&byte| byte == b'>') {
            Some(end) => (TokenKind::Keysym, end + 1),
            None => (TokenKind::OpenKeysym, text.len()),
        },
        b'"' => match closing_quote(text) {
            Some(end) => (TokenKind::Text, end + 1),
            None => (TokenKind::OpenText, text.len()),
        },
        byte if is_blank(byte) => (TokenKind::Blank, length(is_blank)),
        byte if is_word(byte) => (TokenKind::Word, length(is_word)),
        _ => (TokenKind::Other, length(|byte| !is_blank(byte) && !b"#:<\"".contains(&byte))),
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | 0x0b | 0x0c)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// The place of the quote that closes the leading one.
fn closing_quote(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    while at < text.len() {
        match text[at] {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    None
}

/// What the tokens of a line are together; the line ends at `end`.
fn written(bytes: &[u8], tokens: &[Token], end: usize) -> Written {
    let comment = tokens.iter().find(|token| token.kind == TokenKind::Comment);
    let solid = |token: &&Token| !matches!(token.kind, TokenKind::Blank | TokenKind::Comment);
    let mut tokens = tokens.iter().filter(solid);
    let mut next = tokens.next();
    let wrong = |expected, found: Option<&Token>| {
        let end = comment.map_or(end, |comment| comment.range.start);
        Written::Wrong { expected, found: found.map_or(end..end, |token| token.range.clone()) }
    };
    match next {
        None => return Written::Blank,
        Some(word) if bytes[word.range.clone()] == *b"include" => {
            return match (tokens.next(), tokens.next()) {
                (Some(path), None) if path.kind == TokenKind::Text => {
                    Written::Include { path: path.range.clone() }
                }
                (Some(path), Some(more)) if path.kind == TokenKind::Text => {
                    wrong("the end of the line", Some(more))
                }
                (found, _) => wrong("a path in quotes", found),
            };
        }
        Some(_) => {}
    }
    let comment = comment.map(|comment| comment.range.start + 1..comment.range.end);
    let mut rule = WrittenRule { comment, ..WrittenRule::default() };
    while let Some(token) = next {
        match token.kind {
            TokenKind::Keysym => rule.keys.push(name(bytes, &token.range)),
            TokenKind::Word | TokenKind::Sign => rule.modifiers.push(token.range.clone()),
            TokenKind::Colon if !rule.keys.is_empty() => break,
            _ => return wrong("`<keysym>` or `:`", next),
        }
        next = tokens.next();
    }
    if next.is_none() {
        return wrong("`<keysym>` or `:`", None);
    }
    next = tokens.next();
    if let Some(text) = next.filter(|token| token.kind == TokenKind::Text) {
        rule.text = Some(text.range.clone());
        next = tokens.next();
    }
    if let Some(word) = next.filter(|token| token.kind == TokenKind::Word) {
        rule.keysym = Some(word.range.clone());
        next = tokens.next();
    }
    match next {
        None if rule.text.is_none() && rule.keysym.is_none() => wrong("a string or a keysym", None),
        None => Written::Rule(rule),
        Some(_) if rule.keysym.is_some() => wrong("the end of the line", next),
        Some(_) if rule.text.is_some() => wrong("a keysym or the end of the line", next),
        Some(_) => wrong("a string or a keysym", next),
    }
}

/// The name in `<name>`, without blanks at its ends.
fn name(bytes: &[u8], range: &Range<usize>) -> Range<usize> {
    let inner = &bytes[range.start + 1..range.end - 1];
    let start = range.start + 1 + (inner.len() - inner.trim_ascii_start().len());
    start..start + inner.trim_ascii().len()
}

#[cfg(test)]
mod tests;
