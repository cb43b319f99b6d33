//! [`read`]: the text of a rule, from behind its colon.

use std::ops::Range;

use super::{Family, Reason};

/// A text, why it is not as written, and where it stands in the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) text: String,
    pub(super) reason: Option<Reason>,
    pub(super) range: Range<usize>,
}

/// Why there is none, and the place in the line.
type Wrong = (Reason, Range<usize>);

/// Reads the result in this range of a line.
pub(super) fn read(family: Family, line: &[u8], right: Range<usize>) -> Result<Value, Wrong> {
    if right.is_empty() {
        return Err((Reason::NoResult, right));
    }
    let quote = if family == Family::Ibus {
        line[right.clone()].iter().position(|&byte| byte == b'"')
    } else {
        (line[right.start] == b'"').then_some(0)
    };
    let Some(quote) = quote else { return Err((Reason::NotQuoted, right)) };
    let range = right.start + quote..right.end;
    if family == Family::Ibus { ibus(line, range) } else { gtk(family, line, range) }
}

/// GTK: characters and escapes, one after another, up to a quote. For GTK 3 also up to the end.
fn gtk(family: Family, line: &[u8], range: Range<usize>) -> Result<Value, Wrong> {
    let mut value = Value { text: String::new(), reason: None, range: range.clone() };
    let mut at = range.start + 1;
    loop {
        let rest = line.get(at..range.end).unwrap_or_default();
        match rest {
            [] if family == Family::Gtk3 => return Ok(value),
            [b'"', ..] => {
                value.range.end = at + 1;
                return Ok(value);
            }
            [] => return Err((Reason::OpenString, range)),
            [_] if family == Family::Gtk4 => return Err((Reason::OpenString, range)),
            [b'\\', b'"' | b'\\', ..] => {
                value.text.push(char::from(rest[1]));
                at += 2;
            }
            [b'\\', ..] => at = escape(&mut value, line, at..range.end)?,
            _ => at += character(&mut value, rest),
        }
    }
}

/// Reads an escaped number, a code point of any length. Returns where it ends.
fn escape(value: &mut Value, line: &[u8], range: Range<usize>) -> Result<usize, Wrong> {
    let digits = match line[range.start + 1..range.end] {
        [b'0'..=b'7', ..] => Some((range.start + 1, 8)),
        [b'x' | b'X', ..] => Some((range.start + 2, 16)),
        _ => None,
    };
    let number = digits.map(|(from, radix)| {
        let (number, taken) = strtoll(&line[from..range.end], radix);
        (number, from + taken)
    });
    let Some((number, end)) = number.filter(|&(number, _)| number != 0) else {
        let end = (range.start + 2).min(range.end);
        let shown = String::from_utf8_lossy(&line[range.start..end]).into_owned();
        return Err((Reason::UnknownEscape(shown), range.start..end));
    };
    value.text.push(char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER));
    // Up to U+007F a byte and a code point are the same.
    if number > 0x7f {
        value.reason = Some(Reason::EscapedCharacters);
    }
    Ok(end)
}

/// Takes the first character. Bytes that are none are taken for as many as the first announces,
/// even beyond the quote, and give nonsense.
fn character(value: &mut Value, rest: &[u8]) -> usize {
    let announced = match rest[0] {
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf7 => 4,
        0xf8..=0xfb => 5,
        0xfc..=0xfd => 6,
        _ => 1,
    };
    let bytes = rest.get(..announced).and_then(|bytes| std::str::from_utf8(bytes).ok());
    match bytes {
        Some(character) => value.text.push_str(character),
        None => {
            value.text.push(char::REPLACEMENT_CHARACTER);
            value.reason = Some(Reason::NotUtf8);
        }
    }
    announced
}

/// The function of C: blanks, a sign and `0x` may come first. What does not fit in 32 bits is cut.
fn strtoll(text: &[u8], radix: u32) -> (u32, usize) {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let mut at = text.iter().take_while(|byte| blank(byte)).count();
    let negative = text.get(at) == Some(&b'-');
    at += usize::from(matches!(text.get(at), Some(b'-' | b'+')));
    if radix == 16 && matches!(text[at..], [b'0', b'x' | b'X', ..]) {
        at += 2;
    }
    let digit = |byte: &u8| char::from(*byte).to_digit(radix);
    let digits: Vec<u32> = text[at..].iter().map_while(digit).collect();
    if digits.is_empty() {
        return (0, 0);
    }
    let fold = |value: i64, digit: &u32| {
        value.saturating_mul(radix.into()).saturating_add((*digit).into())
    };
    let value = digits.iter().fold(0_i64, fold);
    let value = if negative { value.wrapping_neg() } else { value };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "as in C")]
    let cut = value as u32;
    (cut, at + digits.len())
}

/// IBus: up to the last quote that counts; one octal number, or characters.
fn ibus(line: &[u8], range: Range<usize>) -> Result<Value, Wrong> {
    let quoted = range.start + 1;
    let is_end = |at: usize| {
        line[at] == b'"' && (line[at - 1] != b'\\' || (at >= 2 && line[at - 2] == b'\\'))
    };
    let Some(end) = (quoted..range.end).find(|&at| is_end(at)) else {
        return Err((Reason::OpenString, range));
    };
    let bytes = &line[quoted..end];
    let mut value = Value { text: String::new(), reason: None, range: range.start..end + 1 };
    if let [b'\\', b'0'..=b'8', ..] = bytes {
        let (number, taken) = strtoll(&bytes[1..], 8);
        if number != 0 {
            value.text.push(char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        value.reason = match () {
            () if number == 0 => Some(Reason::EmptyText),
            () if 1 + taken < bytes.len() => {
                Some(Reason::Other("what follows an escaped number is left out".to_owned()))
            }
            () if number > 0x7f => Some(Reason::EscapedCharacters),
            () => None,
        };
        return Ok(value);
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err((Reason::NotUtf8, quoted..end));
    };
    if text.is_empty() {
        return Err((Reason::EmptyText, value.range));
    }
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if c != '\\' {
            value.text.push(c);
            continue;
        }
        match chars.next() {
            Some((_, c @ ('"' | '\\'))) => value.text.push(c),
            other => {
                let shown = format!("\\{}", other.map_or(String::new(), |(_, c)| c.to_string()));
                return Err((Reason::UnknownEscape(shown), quoted + at..end));
            }
        }
    }
    Ok(value)
}
