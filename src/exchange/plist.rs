//! Property lists as people write them: `{ "a" = ("b", "c"); }`. Enter at [`parse`].
//!
//! ```text
//! value  = string | "{" { string "=" value ";" } "}" | "(" [ value { "," value } [ "," ] ] ")"
//! string = '"' … '"' with \" \\ \n \t \Uxxxx and octal, or letters, digits and _ $ / : . -
//! ```

use std::{ops::Range, str::Chars};

/// How deep lists and tables may stand in each other.
const MAX_DEPTH: usize = 64;

/// A value and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) range: Range<usize>,
    pub(super) kind: Kind,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text(String),
    Table(Vec<(Value, Value)>),
    List(Vec<Value>),
}

/// What is wrong, and at which byte.
pub(super) type Error = (usize, String);

/// Reads a whole text.
pub(super) fn parse(text: &str) -> Result<Value, Error> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let value = parser.value()?;
    match parser.peek() {
        None => Ok(value),
        Some(_) => Err(parser.expected("the end of the file")),
    }
}

/// A string as every reader takes it: ASCII alone.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            ' '..='~' => quoted.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    quoted.push_str(&format!("\\U{unit:04x}"));
                }
            }
        }
    }
    quoted.push('"');
    quoted
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    /// The next character that is neither blank nor in a comment.
    fn peek(&mut self) -> Option<char> {
        loop {
            let rest = &self.text[self.at..];
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            let comment = if trimmed.starts_with("//") {
                trimmed.find('\n').unwrap_or(trimmed.len())
            } else if trimmed.starts_with("/*") {
                trimmed.find("*/").map_or(trimmed.len(), |end| end + 2)
            } else {
                return trimmed.chars().next();
            };
            self.at += comment;
        }
    }

    fn take(&mut self, wanted: char) -> Result<(), Error> {
        if self.peek() == Some(wanted) {
            self.at += wanted.len_utf8();
            Ok(())
        } else {
            Err(self.expected(&format!("`{wanted}`")))
        }
    }

    fn expected(&mut self, what: &str) -> Error {
        let found = self.peek().map_or("nothing more".to_owned(), |c| format!("`{c}`"));
        (self.at, format!("expected {what}, found {found}"))
    }

    fn value(&mut self) -> Result<Value, Error> {
        let next = self.peek();
        let start = self.at;
        if self.depth == MAX_DEPTH {
            return Err((start, format!("more than {MAX_DEPTH} levels")));
        }
        self.depth += 1;
        let kind = match next {
            Some('{') => self.table()?,
            Some('(') => self.list()?,
            _ => Kind::Text(self.string()?),
        };
        self.depth -= 1;
        Ok(Value { range: start..self.at, kind })
    }

    fn table(&mut self) -> Result<Kind, Error> {
        self.take('{')?;
        let mut entries = Vec::new();
        while self.peek() != Some('}') {
            let start = self.at;
            let text = self.string()?;
            let key = Value { range: start..self.at, kind: Kind::Text(text) };
            self.take('=')?;
            entries.push((key, self.value()?));
            self.take(';')?;
        }
        self.take('}')?;
        Ok(Kind::Table(entries))
    }

    fn list(&mut self) -> Result<Kind, Error> {
        self.take('(')?;
        let mut values = Vec::new();
        while self.peek() != Some(')') {
            values.push(self.value()?);
            if self.peek() != Some(')') {
                self.take(',')?;
            }
        }
        self.take(')')?;
        Ok(Kind::List(values))
    }

    fn string(&mut self) -> Result<String, Error> {
        if self.peek() != Some('"') {
            let bare = |c: char| c.is_ascii_alphanumeric() || "_$/:.-".contains(c);
            let rest = &self.text[self.at..];
            let end = rest.find(|c| !bare(c)).unwrap_or(rest.len());
            if end == 0 {
                return Err(self.expected("a string, `{` or `(`"));
            }
            self.at += end;
            return Ok(rest[..end].to_owned());
        }
        let start = self.at;
        let mut chars = self.text[start + 1..].chars();
        // Escapes are UTF-16, so that two may be one character.
        let mut units: Vec<u16> = Vec::new();
        loop {
            match chars.next() {
                None => return Err((start, "this string has no end".to_owned())),
                Some('"') => break,
                Some('\\') => units.extend(escape(&mut chars)),
                Some(c) => units.extend_from_slice(c.encode_utf16(&mut [0; 2])),
            }
        }
        self.at = self.text.len() - chars.as_str().len();
        Ok(String::from_utf16_lossy(&units))
    }
}

/// What stands behind a `\`, in UTF-16.
fn escape(chars: &mut Chars<'_>) -> Vec<u16> {
    let Some(c) = chars.next() else { return Vec::new() };
    match c {
        'n' => vec![0x0a],
        'r' => vec![0x0d],
        't' => vec![0x09],
        'U' | 'u' => vec![digits(chars, 16, 4, 0)],
        '0'..='7' => vec![digits(chars, 8, 2, c.to_digit(8).unwrap_or_default())],
        c => c.encode_utf16(&mut [0; 2]).to_vec(),
    }
}

/// A number that begins with `number` and goes on with up to `most` digits.
fn digits(chars: &mut Chars<'_>, radix: u32, most: usize, mut number: u32) -> u16 {
    for _ in 0..most {
        let Some(digit) = chars.clone().next().and_then(|c| c.to_digit(radix)) else { break };
        let _ = chars.next();
        number = number * radix + digit;
    }
    u16::try_from(number).unwrap_or(u16::MAX)
}
