//! [`Sequence`], [`Output`] and [`Rule`]: what is typed, what it gives, where it was written.
//!
//! [`Sequence::parse`] reads the notation of the maps and of the command line: each character is
//! the key that types it, `<Name>` is a keysym when the name is known.

use std::{
    fmt,
    ops::{Deref, DerefMut, Range},
    sync::Arc,
};

use crate::{diagnostic::Code, keysym::Keysym, source::Span};

/// One or more keysyms, never a modifier among them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sequence(Box<[Keysym]>);

/// Why a text is no sequence; the range is in bytes of the text given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SequenceError {
    /// The piece that is wrong.
    pub range: Range<usize>,
    /// What is wrong with it.
    pub kind: SequenceErrorKind,
}

/// What can be wrong with a sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SequenceErrorKind {
    /// There is no key in it.
    Empty,
    /// A control character, which no key types.
    Control(char),
    /// A modifier such as `Shift_L`, which is never part of a sequence.
    Modifier(String),
    /// `<Name>` with a name of two letters or more that is no keysym.
    UnknownName(String),
}

impl SequenceErrorKind {
    /// The finding it makes.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Empty => Code::EmptySequence,
            Self::Control(_) => Code::ControlInSequence,
            Self::Modifier(_) => Code::ModifierInSequence,
            Self::UnknownName(_) => Code::UnknownKeysym,
        }
    }
}

impl fmt::Display for SequenceErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a sequence needs at least one key"),
            Self::Control(c) => {
                write!(f, "no key types the control character U+{:04X}", u32::from(*c))
            }
            Self::Modifier(name) => {
                write!(f, "the modifier `{name}` is never part of a sequence")
            }
            Self::UnknownName(name) => write!(f, "unknown keysym `{name}`"),
        }
    }
}

/// What a sequence gives, and what it is known by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// The text that is typed; never empty in a rule.
    pub text: String,
    /// What the map says of it.
    pub about: About,
}

/// [`Said`], which takes no room where nothing is said: most of thousands of rules are the locale's own.
#[derive(Clone, Debug, Default)]
pub struct About(Option<Box<Said>>);

/// What a map says of an output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// A name; characters have their Unicode names without it.
    pub name: Option<String>,
    /// Other words to find it by: `&ouml;`, `\lambda`.
    pub alias: Vec<String>,
    /// Topics: `greek`, `arrows`.
    pub tags: Vec<String>,
    /// Texts of earlier keymaps that it replaces on purpose.
    pub replaces: Vec<String>,
    /// Findings about this rule that are meant so, and not told.
    pub allow: Vec<Code>,
}

impl Output {
    /// A text of which nothing is said.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), about: About::default() }
    }
}

impl Deref for About {
    type Target = Said;

    fn deref(&self) -> &Said {
        const NOTHING: &Said = &Said {
            name: None,
            alias: Vec::new(),
            tags: Vec::new(),
            replaces: Vec::new(),
            allow: Vec::new(),
        };
        self.0.as_deref().unwrap_or(NOTHING)
    }
}

impl DerefMut for About {
    fn deref_mut(&mut self) -> &mut Said {
        self.0.get_or_insert_default()
    }
}

impl From<Said> for About {
    fn from(said: Said) -> Self {
        Self((said != Said::default()).then(|| Box::new(said)))
    }
}

impl PartialEq for About {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for About {}

/// A sequence, its output and where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What is typed.
    pub sequence: Sequence,
    /// What it gives.
    pub output: Output,
    /// The keymap it belongs to: `greek`, `system`, `config`.
    pub keymap: Arc<str>,
    /// Where the sequence is written.
    pub span: Span,
}

impl Sequence {
    /// A sequence of these keysyms; `None` when there are none.
    #[must_use]
    pub fn new(keysyms: impl Into<Box<[Keysym]>>) -> Option<Self> {
        let keysyms = keysyms.into();
        (!keysyms.is_empty()).then_some(Self(keysyms))
    }

    /// Reads the notation of the maps.
    ///
    /// `<` opens a keysym name only when a `>` follows, with nothing but letters, digits and `_`
    /// between; otherwise it is the character `<`. So `<-` and `<>` are two keys each.
    ///
    /// # Errors
    /// The first piece that is no key; see [`SequenceErrorKind`].
    pub fn parse(text: &str) -> Result<Self, SequenceError> {
        let mut keysyms = Vec::new();
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let name = keysym_name(&text[at..]);
            let length = name.map_or(c.len_utf8(), |name| name.len() + 2);
            let range = at..at + length;
            let error = |kind| Err(SequenceError { range: range.clone(), kind });
            let keysym = match name {
                Some(name) => match Keysym::from_name(name) {
                    Some(keysym) => keysym,
                    None => return error(SequenceErrorKind::UnknownName(name.to_owned())),
                },
                None if c.is_control() => return error(SequenceErrorKind::Control(c)),
                None => Keysym::from_char(c),
            };
            if keysym.is_modifier() {
                return error(SequenceErrorKind::Modifier(keysym.name()));
            }
            keysyms.push(keysym);
            at += length;
        }
        Self::new(keysyms).ok_or(SequenceError { range: 0..0, kind: SequenceErrorKind::Empty })
    }

    /// The keysyms, first to last.
    #[must_use]
    pub fn keysyms(&self) -> &[Keysym] {
        &self.0
    }
}

/// The name in a leading `<Name>`.
fn keysym_name(text: &str) -> Option<&str> {
    let (name, _) = text.strip_prefix('<')?.split_once('>')?;
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (!name.is_empty() && name.chars().all(word)).then_some(name)
}

/// The notation of the maps; [`Sequence::parse`] reads it back to the same sequence.
impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, &keysym) in self.0.iter().enumerate() {
            // A `<` is written by name when what follows could be read as a keysym name.
            let opens_name = keysym == Keysym(u32::from('<')) && i + 1 < self.0.len();
            match keysym.to_char().filter(|&c| Keysym::from_char(c) == keysym) {
                Some(c) if !opens_name || !self.closes_after(i) => write!(f, "{c}")?,
                _ => write!(f, "<{}>", keysym.name())?,
            }
        }
        Ok(())
    }
}

impl Sequence {
    /// Whether a plain `<` at `open` would be read as the start of a keysym name.
    fn closes_after(&self, open: usize) -> bool {
        let rest: String = self.0[open + 1..]
            .iter()
            .map(|k| k.to_char().filter(|&c| Keysym::from_char(c) == *k).unwrap_or('<'))
            .collect();
        keysym_name(&format!("<{rest}")).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, names: &str) {
        let sequence = Sequence::parse(text).unwrap();
        let found: Vec<_> = sequence.keysyms().iter().map(|k| k.name()).collect();
        assert_eq!(found.join(" "), names);
        assert_eq!(Sequence::parse(&sequence.to_string()).unwrap(), sequence, "round trip");
    }

    #[track_caller]
    fn fails(text: &str, range: Range<usize>, kind: SequenceErrorKind) {
        assert_eq!(Sequence::parse(text), Err(SequenceError { range, kind }));
    }

    #[test]
    fn each_character_is_its_key() {
        check("\"u", "quotedbl u");
        check("*λ ", "asterisk Greek_lamda space");
    }

    #[test]
    fn names_in_angle_brackets() {
        check("<Left><Right>", "Left Right");
        check("<a>", "a");
        check("<U2192>x", "U2192 x");
        check("<-", "less minus");
        check("<>", "less greater");
        check("<less>a>", "less a greater");
        check("<3", "less 3");
    }

    #[test]
    fn errors_point_at_the_piece() {
        fails("", 0..0, SequenceErrorKind::Empty);
        fails("a<Mulit_key>", 1..12, SequenceErrorKind::UnknownName("Mulit_key".into()));
        fails("a<Shift_L>", 1..10, SequenceErrorKind::Modifier("Shift_L".into()));
        fails("λ\t", 2..3, SequenceErrorKind::Control('\t'));
    }
}
