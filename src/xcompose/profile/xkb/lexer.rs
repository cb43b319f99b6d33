//! The tokens of libxkbcommon. They do not know lines: an end of line is a token like others.

use std::{borrow::Cow, ops::Range};

use super::super::{Profile, Reason};

/// The most bytes of a name, a word or a text: what libxkbcommon's buffer of 1024 bytes can end.
pub(super) const MAX_TOKEN: usize = 1022;

/// A token. Names and texts are what is left of their bytes after escapes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'b> {
    /// The end of the file.
    End,
    /// The end of a line.
    Line,
    /// The word `include`.
    Include,
    /// `<name>`, without the brackets.
    Keysym(&'b [u8]),
    /// `:`.
    Colon,
    /// `!`.
    Bang,
    /// `~`.
    Tilde,
    /// A string, unescaped.
    Text(Text<'b>),
    /// Another word.
    Word(&'b [u8]),
    /// None of these.
    Bad(Reason),
}

/// What a string says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text<'b> {
    /// Its bytes; they are UTF-8.
    pub(super) bytes: Cow<'b, [u8]>,
    /// The first escape that gave something else than what is written, and where it stands.
    pub(super) dropped: Option<(Reason, Range<usize>)>,
}

/// Reads tokens one after the other.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) at: usize,
    /// The most octal digits of an escape.
    octal_digits: usize,
    /// Whether an escaped NUL, or an octal number over 377, is nothing at all.
    no_overflow: bool,
}

impl<'b> Lexer<'b> {
    pub(super) fn new(bytes: &'b [u8], profile: Profile) -> Self {
        Self {
            bytes,
            at: 0,
            octal_digits: if profile.since(1, 14, 0) { 4 } else { 3 },
            no_overflow: profile.since(1, 6, 0),
        }
    }

    /// The next token and where it stands.
    pub(super) fn next(&mut self) -> (Token<'b>, Range<usize>) {
        loop {
            if self.skip_blank() {
                return (Token::Line, self.at - 1..self.at);
            }
            if !self.take(b'#') {
                break;
            }
            self.skip_line();
        }
        let start = self.at;
        let token = self.token();
        (token, start..self.at)
    }

    fn token(&mut self) -> Token<'b> {
        let start = self.at;
        let Some(byte) = self.peek() else { return Token::End };
        match byte {
            b'<' => self.keysym(),
            b':' | b'!' | b'~' => {
                self.at += 1;
                match byte {
                    b':' => Token::Colon,
                    b'!' => Token::Bang,
                    _ => Token::Tilde,
                }
            }
            b'"' => self.text(),
            b'_' | b'A'..=b'Z' | b'a'..=b'z' => {
                self.skip_while(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
                match &self.bytes[start..self.at] {
                    b"include" => Token::Include,
                    word if word.len() > MAX_TOKEN => Token::Bad(Reason::LongToken(MAX_TOKEN)),
                    word => Token::Word(word),
                }
            }
            _ => {
                self.skip_line();
                Token::Bad(Reason::Unexpected {
                    expected: "`<`, `:`, `\"`, a word or `#`",
                    found: shown(&self.bytes[start..self.at]),
                })
            }
        }
    }

    fn keysym(&mut self) -> Token<'b> {
        self.at += 1;
        let start = self.at;
        self.skip_while(|byte| byte != b'>' && byte != b'\n');
        let name = &self.bytes[start..self.at];
        if !self.take(b'>') {
            return Token::Bad(Reason::OpenKeysym);
        }
        if name.len() > MAX_TOKEN {
            return Token::Bad(Reason::LongToken(MAX_TOKEN));
        }
        // As a C string.
        Token::Keysym(name.split(|&byte| byte == 0).next().unwrap_or_default())
    }

    fn text(&mut self) -> Token<'b> {
        self.at += 1;
        let start = self.at;
        let mut bytes = Cow::Borrowed(&self.bytes[start..start]);
        let mut dropped = None;
        loop {
            match self.peek() {
                None | Some(b'\n') => return Token::Bad(Reason::OpenString),
                Some(b'"') => break,
                Some(b'\\') => {
                    let escape = self.at;
                    match self.escape() {
                        Some(byte) => bytes.to_mut().push(byte),
                        None => {
                            // Make it owned: what follows is no longer next to what was.
                            let _ = bytes.to_mut();
                            dropped.get_or_insert_with(|| self.dropped(escape));
                        }
                    }
                }
                Some(byte) => {
                    self.at += 1;
                    match &mut bytes {
                        Cow::Borrowed(piece) => *piece = &self.bytes[start..self.at],
                        Cow::Owned(piece) => piece.push(byte),
                    }
                }
            }
        }
        self.at += 1;
        if bytes.len() > MAX_TOKEN {
            return Token::Bad(Reason::LongToken(MAX_TOKEN));
        }
        if std::str::from_utf8(&bytes).is_err() {
            return Token::Bad(Reason::NotUtf8);
        }
        Token::Text(Text { bytes, dropped })
    }

    /// Takes a backslash and what belongs to it; `None` when it gives nothing.
    fn escape(&mut self) -> Option<u8> {
        self.at += 1;
        match self.peek() {
            Some(byte @ (b'\\' | b'"')) => {
                self.at += 1;
                Some(byte)
            }
            Some(b'x' | b'X') => {
                self.at += 1;
                self.hex().filter(|byte| self.is_char(*byte))
            }
            Some(b'0'..=b'7') => self.octal().filter(|byte| self.is_char(*byte)),
            // What follows stays in the text.
            _ => None,
        }
    }

    /// Why the escape that was just read gives nothing.
    fn dropped(&self, start: usize) -> (Reason, Range<usize>) {
        let rest = String::from_utf8_lossy(&self.bytes[start..self.bytes.len().min(start + 5)]);
        let letters = (self.at - start).max(2);
        let written = rest.chars().take(letters).collect();
        (Reason::DroppedEscape(written), start..self.at)
    }

    fn is_char(&self, byte: u8) -> bool {
        byte != 0 || !self.no_overflow
    }

    /// The number of an octal escape. Over 377 it loses its highest bits, or ends there and is none.
    fn octal(&mut self) -> Option<u8> {
        let mut number = 0_u8;
        for _ in 0..self.octal_digits {
            let Some(digit @ b'0'..=b'7') = self.peek() else { break };
            self.at += 1;
            if self.no_overflow && number >= 0o40 {
                return None;
            }
            number = number.wrapping_mul(8).wrapping_add(digit - b'0');
        }
        Some(number)
    }

    /// The number of up to two hexadecimal digits; `None` without one.
    fn hex(&mut self) -> Option<u8> {
        let start = self.at;
        let mut number = 0;
        while self.at < start + 2 {
            let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(16)) else {
                break;
            };
            self.at += 1;
            number = number * 16 + digit.to_le_bytes()[0];
        }
        (self.at > start).then_some(number)
    }

    /// Skips blanks; whether it came to the end of the line, and past it.
    pub(super) fn skip_blank(&mut self) -> bool {
        while let Some(b' ' | b'\t'..=b'\r') = self.peek() {
            self.at += 1;
            if self.bytes[self.at - 1] == b'\n' {
                return true;
            }
        }
        false
    }

    pub(super) fn take(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_line(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }

    fn skip_while(&mut self, goes_on: impl Fn(u8) -> bool) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|&byte| !goes_on(byte)).unwrap_or(rest.len());
    }
}

/// A piece of a file as a message shows it.
pub(super) fn shown(bytes: &[u8]) -> String {
    const MOST: usize = 20;
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_ascii_end();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}
