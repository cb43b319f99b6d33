//! The tokens of one line.

use std::ops::Range;

/// A piece of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// `<name>`, without the brackets.
    Keysym(&'t str),
    /// A bare word: a keyword, a modifier or a keysym of the result.
    Word(&'t str),
    /// What stands between quotes, escapes as written.
    Text(&'t str),
    /// `:`.
    Colon,
    /// `!` or `~`, which belong to modifiers.
    Sign,
    /// Anything else, up to the end of the line.
    Bad(&'t str),
}

/// Reads tokens from the front of a line. A comment ends it.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'t> {
    line: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(line: &'t str) -> Self {
        Self { line, at: 0 }
    }

    /// The next token and its bytes in the line; `None` at the end.
    pub(super) fn next(&mut self) -> Option<(Token<'t>, Range<usize>)> {
        let rest = &self.line[self.at..];
        let blank = rest.len() - rest.trim_ascii_start().len();
        let start = self.at + blank;
        let rest = &self.line[start..];
        let (token, length) = match rest.bytes().next()? {
            b'#' => return None,
            b':' => (Token::Colon, 1),
            b'!' | b'~' => (Token::Sign, 1),
            b'<' => match rest.find('>') {
                Some(end) => (Token::Keysym(rest[1..end].trim_ascii()), end + 1),
                None => (Token::Bad(rest), rest.len()),
            },
            b'"' => match closing_quote(rest) {
                Some(end) => (Token::Text(&rest[1..end]), end + 1),
                None => (Token::Bad(rest), rest.len()),
            },
            _ => {
                let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
                match rest.find(|c| !word(c)).unwrap_or(rest.len()) {
                    0 => (Token::Bad(rest), rest.len()),
                    end => (Token::Word(&rest[..end]), end),
                }
            }
        };
        self.at = start + length;
        Some((token, start..self.at))
    }
}

/// The place of the quote that closes the leading one.
fn closing_quote(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    None
}
