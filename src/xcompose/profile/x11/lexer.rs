//! The tokens of libX11. A backslash before a line end takes both away wherever they stand, in comments and
//! strings as well.

use std::{borrow::Cow, ops::Range};

use super::super::Reason;

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'b> {
    /// The end of the file.
    End,
    /// The end of a line, with its comment.
    Line,
    /// `:`.
    Colon,
    /// `<`.
    Less,
    /// `>`.
    Greater,
    /// `!`.
    Bang,
    /// `~`.
    Tilde,
    /// A string, unescaped, up to its first NUL.
    Text(Vec<u8>),
    /// A word of letters, digits, `_` and `-`.
    Word(Cow<'b, [u8]>),
    /// None of these.
    Bad(Reason),
}

/// Reads tokens one after the other.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'b> {
    bytes: &'b [u8],
    /// What is read next.
    pub(super) at: usize,
    /// Whether the last token had lines joined in it.
    pub(super) joined: Option<usize>,
    /// Why the last string is not what is written.
    pub(super) altered: Option<Reason>,
    /// A byte that was read and not used, and where the reading stood before it.
    back: Option<(Option<u8>, usize)>,
}

impl<'b> Lexer<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0, joined: None, altered: None, back: None }
    }

    /// Starts a statement: the byte that was put back after the last one is lost.
    pub(super) fn start(&mut self) {
        self.back = None;
        self.joined = None;
        self.altered = None;
    }

    /// The next token and where it stands.
    pub(super) fn next(&mut self) -> (Token<'b>, Range<usize>) {
        let (mut start, mut byte) = (self.place(), self.byte());
        while let Some(b' ' | b'\t') = byte {
            (start, byte) = (self.place(), self.byte());
        }
        let token = self.token(byte);
        (token, start..self.place())
    }

    fn token(&mut self, byte: Option<u8>) -> Token<'b> {
        match byte {
            None => Token::End,
            Some(b'\n') => Token::Line,
            Some(b':') => Token::Colon,
            Some(b'<') => Token::Less,
            Some(b'>') => Token::Greater,
            Some(b'!') => Token::Bang,
            Some(b'~') => Token::Tilde,
            Some(b'"') => self.text(),
            Some(b'#') => loop {
                self.skip_comment();
                match self.byte() {
                    None => return Token::End,
                    Some(b'\n') => return Token::Line,
                    Some(_) => {}
                }
            },
            Some(byte) if is_word(byte) => {
                let start = self.at - 1;
                let rest = &self.bytes[self.at..];
                let length = rest.iter().position(|&b| !is_word(b)).unwrap_or(rest.len());
                if self.bytes[start] == byte && rest.get(length) != Some(&b'\\') {
                    // What most words are: in one piece.
                    self.at += length;
                    let word = &self.bytes[start..self.at];
                    let next = self.byte();
                    self.put_back(next);
                    return Token::Word(Cow::Borrowed(word));
                }
                let mut word = vec![byte];
                loop {
                    match self.byte() {
                        Some(byte) if is_word(byte) => word.push(byte),
                        other => {
                            self.put_back(other);
                            return Token::Word(Cow::Owned(word));
                        }
                    }
                }
            }
            Some(byte) => Token::Bad(Reason::Unexpected {
                expected: "`<`, `:`, `\"`, a word or `#`",
                found: match byte {
                    b'\r' => "a carriage return".into(),
                    b'\\' => "`\\`".into(),
                    byte if byte.is_ascii_graphic() => format!("`{}`", char::from(byte)),
                    byte => format!("the byte {byte:#04x}"),
                },
            }),
        }
    }

    fn text(&mut self) -> Token<'b> {
        self.altered = None;
        let mut text = Vec::new();
        loop {
            match self.byte() {
                Some(b'"') => break,
                Some(b'\\') => match self.escape() {
                    Ok(byte) => text.push(byte),
                    Err(reason) => return Token::Bad(reason),
                },
                None => {
                    self.put_back(None);
                    return Token::Bad(Reason::OpenString);
                }
                Some(b'\n') => {
                    self.put_back(Some(b'\n'));
                    return Token::Bad(Reason::OpenString);
                }
                Some(byte) => text.push(byte),
            }
        }
        if let Some(end) = text.iter().position(|&byte| byte == 0) {
            text.truncate(end);
            self.altered = Some(Reason::Nul);
        }
        Token::Text(text)
    }

    fn escape(&mut self) -> Result<u8, Reason> {
        match self.byte() {
            Some(b'n') => Ok(b'\n'),
            Some(b'r') => Ok(b'\r'),
            Some(b't') => Ok(b'\t'),
            Some(first @ b'0'..=b'7') => {
                let mut number = first - b'0';
                let mut next = self.byte();
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = next else { break };
                    number = number.wrapping_mul(8).wrapping_add(digit - b'0');
                    next = self.byte();
                }
                self.put_back(next);
                Ok(number)
            }
            Some(b'x' | b'X') => {
                let mut number = None;
                for _ in 0..2 {
                    let next = self.byte();
                    let Some(digit) = next.and_then(|byte| char::from(byte).to_digit(16)) else {
                        self.put_back(next);
                        break;
                    };
                    number = Some(number.unwrap_or(0_u8) * 16 + digit.to_le_bytes()[0]);
                }
                number.ok_or(Reason::EmptyHex)
            }
            Some(other) => Ok(other),
            None => {
                self.put_back(None);
                Err(Reason::OpenString)
            }
        }
    }

    /// The next byte, after lines are joined.
    fn byte(&mut self) -> Option<u8> {
        if let Some((byte, _)) = self.back.take() {
            return byte;
        }
        let byte = self.raw()?;
        if byte == b'\\' && self.bytes.get(self.at) == Some(&b'\n') {
            self.joined.get_or_insert(self.at - 1);
            self.at += 1;
            return self.raw();
        }
        Some(byte)
    }

    /// Skips what neither ends a comment nor joins it with the next line.
    fn skip_comment(&mut self) {
        if self.back.is_none() {
            let rest = &self.bytes[self.at..];
            self.at += memchr::memchr2(b'\n', b'\\', rest).unwrap_or(rest.len());
        }
    }

    fn raw(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at).copied();
        self.at += usize::from(byte.is_some());
        byte
    }

    /// A NUL cannot be put back: it is lost.
    fn put_back(&mut self, byte: Option<u8>) {
        if byte != Some(0) {
            let place = self.at - usize::from(byte.is_some());
            self.back = Some((byte, place));
        }
    }

    fn place(&self) -> usize {
        self.back.map_or(self.at, |(_, place)| place)
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}
