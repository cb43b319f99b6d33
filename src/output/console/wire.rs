//! What the daemon and `composekey-console` say to each other: one line each, in turn.
//!
//! ```text
//! daemon ──▶ 3bb 1f600              the characters that are to be typed next, sorted, each once
//!        ◀── keys 249,252 249,253   the keys that type each of them, until the next line
//!        ──▶                        an empty line: they are typed, and nothing needs to be bound
//!        ◀── keys
//!        ──▶ 3bb
//!        ◀── no graphics            nothing is bound, and why not ([`Refusal`])
//! ```
//!
//! A line has at most [`LONGEST`] bytes, its end included: a pipe takes it in one piece.

use std::fmt;

use super::{KEYS, MOST, Strokes};

/// `PIPE_BUF` of Linux.
pub(super) const LONGEST: usize = 4096;

/// The characters that are needed: ascending, so that they tell nothing of their order in a text.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Request(Vec<char>);

impl Request {
    /// For all characters of a text. `None` when there are more than [`MOST`], or one is a control
    /// character.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let mut characters: Vec<char> = text.chars().collect();
        characters.sort_unstable();
        characters.dedup();
        let request = Self(characters);
        request.is_sound().then_some(request)
    }

    /// Reads a line, without its end.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let character = |word: &str| {
            let short = word.len() <= 6 && word.bytes().all(|b| b.is_ascii_hexdigit());
            char::from_u32(short.then(|| u32::from_str_radix(word, 16).ok())??)
        };
        let words = line.split(' ').filter(|_| !line.is_empty());
        let request = Self(words.map(character).collect::<Option<_>>()?);
        request.is_sound().then_some(request)
    }

    fn is_sound(&self) -> bool {
        self.0.len() <= MOST
            && self.0.is_sorted_by(|a, b| a < b)
            && !self.0.iter().any(|c| c.is_control())
    }

    /// The characters.
    #[must_use]
    pub fn characters(&self) -> &[char] {
        &self.0
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, &c) in self.0.iter().enumerate() {
            let space = if i > 0 { " " } else { "" };
            write!(f, "{space}{:x}", u32::from(c))?;
        }
        Ok(())
    }
}

/// What is typed is a secret.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({} characters)", self.0.len())
    }
}

/// For each character of the request the keys that type it, or why there are none.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer(pub Result<Vec<Strokes>, Refusal>);

impl Answer {
    /// Reads a line, without its end. `None`: that is no answer to a request of so many characters.
    #[must_use]
    pub fn parse(line: &str, characters: usize) -> Option<Self> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        if word == "no" {
            return Refusal::ALL.into_iter().find(|r| r.word() == rest).map(|r| Self(Err(r)));
        }
        let key = |word: &str| word.parse().ok().filter(|key| KEYS.contains(key));
        let keys = |word: &str| word.split(',').map(key).collect::<Option<Strokes>>();
        let words = rest.split(' ').filter(|_| !rest.is_empty());
        let strokes: Vec<Strokes> = words.map(keys).collect::<Option<_>>()?;
        (word == "keys" && strokes.len() == characters).then_some(Self(Ok(strokes)))
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Err(refusal) => write!(f, "no {}", refusal.word()),
            Ok(all) => {
                f.write_str("keys")?;
                for strokes in all {
                    let keys: Vec<_> = strokes.iter().map(u8::to_string).collect();
                    write!(f, " {}", keys.join(","))?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Err(refusal) => write!(f, "Answer({refusal:?})"),
            Ok(all) => write!(f, "Answer({} characters)", all.len()),
        }
    }
}

/// Why nothing is bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The console cannot be opened.
    Closed,
    /// A display server or another program draws on it.
    Graphics,
    /// Its keyboard is not in Unicode mode.
    Mode,
    /// The kernel does not let this process change the tables.
    Rights,
    /// Another `composekey-console` runs.
    Busy,
    /// The console's keymap has a use for one of [`KEYS`].
    Taken,
    /// The accent table has no room.
    Full,
    /// The request is none.
    Invalid,
}

impl Refusal {
    const ALL: [Self; 8] = [
        Self::Closed,
        Self::Graphics,
        Self::Mode,
        Self::Rights,
        Self::Busy,
        Self::Taken,
        Self::Full,
        Self::Invalid,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Graphics => "graphics",
            Self::Mode => "mode",
            Self::Rights => "rights",
            Self::Busy => "busy",
            Self::Taken => "taken",
            Self::Full => "full",
            Self::Invalid => "invalid",
        }
    }
}

/// The wording of `status`.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "the console in front cannot be opened",
            Self::Graphics => "the console in front shows graphics, not text",
            Self::Mode => {
                "the keyboard of the console in front is not in Unicode mode: `kbd_mode -u` makes it so"
            }
            Self::Rights => "the kernel does not let it change the console's keymap",
            Self::Busy => "another one runs",
            Self::Taken => "the console's keymap has a use of its own for keycodes 249 to 254",
            Self::Full => "the console's table of accents has no room for them",
            Self::Invalid => "it does not understand this composekeyd: both must be of one version",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_request_is_sorted_and_says_each_character_once() {
        let request = Request::new("λλaλ😀").unwrap();
        assert_eq!(request.to_string(), "61 3bb 1f600");
        assert_eq!(Request::parse("61 3bb 1f600"), Some(request));
        assert_eq!(Request::new("").unwrap().to_string(), "");
        assert!(Request::parse("").unwrap().characters().is_empty());
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for line in [
            " ", "61 ", " 61", "61  62", "62 61", "61 61", "1b", "0", "7f", "85", "d800", "110000",
            "0000061", "+61", "-1", "λ", "x", "61\r", "61\t62", "61,62",
        ] {
            assert_eq!(Request::parse(line), None, "{line:?}");
        }
        assert_eq!(Request::new("a\n"), None);
        let many: String = ('\u{4e00}'..).take(MOST + 1).collect();
        assert_eq!(Request::new(&many), None);
        assert!(Request::new(&many[3..]).is_some());
    }

    #[test]
    fn an_answer_has_as_many_keys_as_were_asked_for() {
        let answer = Answer(Ok(vec![vec![249], vec![250, 254]]));
        assert_eq!(answer.to_string(), "keys 249 250,254");
        assert_eq!(Answer::parse("keys 249 250,254", 2), Some(answer));
        assert_eq!(Answer::parse("keys", 0), Some(Answer(Ok(vec![]))));
        for (line, characters) in [
            ("keys 249", 2),
            ("keys 249 250", 1),
            ("keys 28", 1),
            ("keys 255", 1),
            ("keys ", 1),
            ("keys 249,", 1),
            ("keys  249", 2),
            ("249", 1),
            ("no", 0),
            ("no idea", 1),
            ("", 0),
        ] {
            assert_eq!(Answer::parse(line, characters), None, "{line:?}");
        }
        for refusal in Refusal::ALL {
            let answer = Answer(Err(refusal));
            assert_eq!(Answer::parse(&answer.to_string(), 7), Some(answer));
        }
    }

    #[test]
    fn the_longest_lines_fit() {
        let many: String = ('\u{10ff00}'..).take(MOST).collect();
        assert!(Request::new(&many).unwrap().to_string().len() < LONGEST);
        assert!(Answer(Ok(vec![vec![254; 4]; MOST])).to_string().len() < LONGEST);
    }

    #[test]
    fn nothing_typed_is_in_a_debug_print() {
        let answer = Answer(Ok(vec![vec![249]]));
        let text = format!("{:?} {answer:?}", Request::new("λ").unwrap());
        assert_eq!(text, "Request(1 characters) Answer(1 characters)");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn any_line_is_read_or_refused(line in "[0-9a-f ]{0,40}|.{0,40}") {
            if let Some(request) = Request::parse(&line) {
                prop_assert_eq!(Request::parse(&request.to_string()), Some(request));
            }
            let _ = Answer::parse(&line, 1);
        }
    }
}
