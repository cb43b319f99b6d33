//! `U+` and hex digits give a character by its number (R8).

use super::lookup::Key;

/// What a sequence of keys is as a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// None.
    No,
    /// The start of one, `U` or `U+`.
    Start,
    /// One with digits, which more may follow: the character so far, if the number has one.
    Digits(Option<char>),
    /// One that a space ended.
    Ended(Option<char>),
}

/// The most digits a code has.
const DIGITS: usize = 6;

/// Reads a sequence of keys as a code.
pub(super) fn read(keys: &[Key]) -> Code {
    let typed = |key: &Key, wanted: char| chars(*key).any(|c| c == wanted);
    let [u, rest @ ..] = keys else { return Code::No };
    if !typed(u, 'U') {
        return Code::No;
    }
    let [plus, digits @ ..] = rest else { return Code::Start };
    if !typed(plus, '+') {
        return Code::No;
    }
    let mut number = 0;
    for (i, key) in digits.iter().enumerate() {
        match chars(*key).find_map(|c| c.to_digit(16)) {
            Some(digit) if i < DIGITS => number = number * 16 + digit,
            None if i > 0 && i + 1 == digits.len() && typed(key, ' ') => {
                return Code::Ended(character(number));
            }
            _ => return Code::No,
        }
    }
    if digits.is_empty() { Code::Start } else { Code::Digits(character(number)) }
}

/// The characters that a key stands for.
fn chars(key: Key) -> impl Iterator<Item = char> {
    [Some(key.keysym), key.latin].into_iter().flatten().filter_map(crate::keysym::Keysym::to_char)
}

/// Surrogates are no characters, and controls are not typed.
fn character(number: u32) -> Option<char> {
    char::from_u32(number).filter(|c| !c.is_control())
}
