//! Strings of Compose files: [`unescape`] and [`escape`] side by side.

/// What a string means, as libX11 reads it: `\n \r \t`, `\` and up to three octal digits, `\x` and up
/// to two hex digits are bytes; any other escaped character is itself.
///
/// `None` when the bytes are no UTF-8, as in the files of older locales.
pub(super) fn unescape(text: &str) -> Option<String> {
    if !text.contains('\\') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let Some((&escaped, after)) = rest.split_first() else { break };
        let (byte, taken) = match escaped {
            b'n' => (b'\n', 1),
            b'r' => (b'\r', 1),
            b't' => (b'\t', 1),
            b'0'..=b'7' => digits(rest, 8, 3),
            b'x' | b'X' => {
                let (byte, taken) = digits(after, 16, 2);
                (byte, taken + 1)
            }
            other => (other, 1),
        };
        bytes.push(byte);
        rest = &rest[taken..];
    }
    String::from_utf8(bytes).ok()
}

/// Up to `most` leading digits as a byte, and how many there were.
fn digits(text: &[u8], radix: u32, most: usize) -> (u8, usize) {
    let digit = |byte: &u8| char::from(*byte).to_digit(radix);
    let values: Vec<u32> = text.iter().take(most).map_while(digit).collect();
    let number = values.iter().fold(0, |number, digit| number * radix + digit);
    (number.to_le_bytes()[0], values.len())
}

/// The text as a string that every toolkit reads alike: only `\` and `"` are escaped.
///
/// `None` when it has control characters, which no escape carries everywhere.
#[must_use]
pub fn escape(text: &str) -> Option<String> {
    let mut escaped = String::with_capacity(text.len() + 2);
    escaped.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => escaped.extend(['\\', c]),
            c if c.is_control() => return None,
            c => escaped.push(c),
        }
    }
    escaped.push('"');
    Some(escaped)
}
