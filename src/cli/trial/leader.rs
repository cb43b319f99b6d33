//! [`Leader`]: the key that stands for the trigger in a terminal.

use std::{fmt, str::FromStr};

use crate::cli::screen::{Key, Press};

/// A key that every terminal can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leader(Press);

impl Leader {
    /// Whether this is the key.
    pub(super) fn is(self, press: &Press) -> bool {
        let Press { key, ctrl, alt, .. } = self.0;
        (key, ctrl, alt) == (press.key, press.ctrl, press.alt)
    }
}

impl FromStr for Leader {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let lower = text.to_lowercase();
        let mut chars = text.chars();
        let key = match lower.as_str() {
            "tab" => Key::Tab,
            "insert" => Key::Insert,
            "space" => Key::Char(' '),
            _ if let (Some(c), None) = (chars.next(), chars.next()) => {
                if c.is_control() {
                    return Err("a control character is no key".to_owned());
                }
                Key::Char(c)
            }
            _ => return Self::combined(&lower),
        };
        Ok(Self(Press::new(key)))
    }
}

impl Leader {
    fn combined(lower: &str) -> Result<Self, String> {
        if let Some(number) = lower.strip_prefix('f').and_then(|number| number.parse().ok())
            && (1..=12).contains(&number)
        {
            return Ok(Self(Press::new(Key::F(number))));
        }
        match lower.strip_prefix("ctrl+").map(|rest| rest.as_bytes()) {
            Some(b"c" | b"z") => Err("Ctrl+C ends and Ctrl+Z suspends".to_owned()),
            Some(b"i" | b"m" | b"h") => {
                Err("a terminal takes it for Tab, Enter or Backspace".to_owned())
            }
            Some(&[letter @ b'a'..=b'z']) => Ok(Self(Press::ctrl(char::from(letter)))),
            _ => {
                Err("expected tab, insert, f1 to f12, ctrl+a to ctrl+z, or a character".to_owned())
            }
        }
    }
}

impl fmt::Display for Leader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ctrl = if self.0.ctrl { "Ctrl+" } else { "" };
        match self.0.key {
            Key::Char(' ') => write!(f, "{ctrl}Space"),
            Key::Char(c) if self.0.ctrl => write!(f, "{ctrl}{}", c.to_ascii_uppercase()),
            Key::Char(c) => write!(f, "{c}"),
            Key::F(number) => write!(f, "F{number}"),
            key => write!(f, "{key:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (text, shown) in [
            ("tab", "Tab"),
            ("F9", "F9"),
            ("ctrl+g", "Ctrl+G"),
            ("Insert", "Insert"),
            (";", ";"),
            ("λ", "λ"),
        ] {
            assert_eq!(text.parse::<Leader>().unwrap().to_string(), shown);
        }
        for wrong in ["", "f0", "f13", "ctrl+c", "ctrl+i", "ctrl+1", "caps", "\t"] {
            assert!(wrong.parse::<Leader>().is_err(), "{wrong}");
        }
    }
}
