//! [`Reason`]: why a line, a rule or a file is not what was written. The words are all here.

use std::fmt;

use crate::source::LoadError;

/// Why something of a file is left out, read otherwise, or the end of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    // A line that is left out.
    /// A keysym that the installed library does not know.
    UnknownKeysym(String),
    /// A modifier that is none.
    UnknownModifier(String),
    /// Something else was expected there.
    Unexpected {
        /// What could stand there.
        expected: &'static str,
        /// What does.
        found: String,
    },
    /// `<` without `>` on the line.
    OpenKeysym,
    /// `"` without `"` on the line.
    OpenString,
    /// A `\x` that no digit follows.
    EmptyHex,
    /// A name or text over the limit of bytes.
    LongToken(usize),
    /// A text that is no UTF-8.
    NotUtf8,
    /// A rule without a key.
    NoKeysym,
    /// A rule with more keys than this.
    TooManyKeysyms(usize),
    /// A rule without a result.
    NoResult,
    /// A second text after the first.
    SecondString,
    /// A result of more than this many bytes.
    LongText(usize),
    /// Only texts in quotes are results.
    NotQuoted,
    /// The text is empty.
    EmptyText,
    /// The last line has no end.
    NoFinalNewline,
    /// A keysym of more than 16 bits.
    WideKeysym(String),
    /// A backslash at the end of a line joins it with the next.
    Joined,
    /// A backslash that is not understood in a text.
    UnknownEscape(String),

    // A rule that is read otherwise.
    /// A backslash is left out of the text.
    DroppedEscape(String),
    /// The text ends at a NUL.
    Nul,
    /// The text is cut after this many bytes or characters.
    Cut(usize),
    /// Escaped numbers are characters, not bytes.
    EscapedCharacters,
    /// The modifiers are not looked at.
    IgnoredModifiers,
    /// The keysym is that of an earlier rule for the same keys.
    KeptKeysym,
    /// The text is that of an earlier rule for the same keys.
    KeptText,
    /// What follows the keysym is read as the next line.
    Rest,
    /// The unknown keysym becomes `Delete`.
    TakenForDelete(String),
    /// Keysyms of more than 16 bits are cut.
    CutKeysym(String),
    /// The text starts with no UTF-8 of the locale.
    Locale,
    /// A modifier key, which is never part of a sequence.
    ModifierKey(String),
    /// A key that changes what is composed.
    EditingKey(String),
    /// The toolkit's own table has the rule, and it does not look into that.
    LeftToOwnTable,

    // A file.
    /// An include of a file that cannot be read.
    Include(String, LoadError),
    /// The file cannot be read.
    Unreadable(LoadError),
    /// More files deep than this.
    Depth(usize),
    /// More files than this in one reading: our limit.
    Files(usize),
    /// `%` and something that means nothing.
    UnknownPercent(String),
    /// `%H` without a home directory.
    NoHome,
    /// `%L` in a locale without a Compose file.
    NoLocaleFile,
    /// Includes are not looked at.
    IgnoredInclude,
    /// An include of a file that is being read.
    InCircle(String),
    /// An include of the file whose sequences the toolkit has of its own.
    TakenForRead(String),
    /// More bad lines than this.
    TooManyErrors(usize),
    /// A file of no bytes.
    Empty,
    /// The first bytes are no ASCII.
    Encoding,
    /// More keys than the table can hold.
    FullTable(usize),
    /// A NUL in the middle of the file.
    NulByte,

    // The system's own table.
    /// The file replaces it unless it includes `%L`.
    Replaces,
    /// The file adds to it.
    Adds,
    /// The file includes it.
    Includes,

    /// Something of one family alone, in its words.
    Other(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKeysym(name) => write!(f, "unknown keysym `{name}`"),
            Self::UnknownModifier(name) => write!(f, "unknown modifier `{name}`"),
            Self::Unexpected { expected, found } => write!(f, "expected {expected}, found {found}"),
            Self::OpenKeysym => f.write_str("this `<` is not closed"),
            Self::OpenString => f.write_str("this string has no end"),
            Self::EmptyHex => f.write_str("no digit follows this `\\x`"),
            Self::LongToken(limit) => write!(f, "this is longer than {limit} bytes"),
            Self::NotUtf8 => f.write_str("this is not UTF-8"),
            Self::NoKeysym => f.write_str("a rule needs a key before `:`"),
            Self::TooManyKeysyms(limit) => write!(f, "a rule has at most {limit} keys"),
            Self::NoResult => f.write_str("a rule needs a result after `:`"),
            Self::SecondString => f.write_str("a rule has one string"),
            Self::LongText(limit) => write!(f, "a result has at most {limit} bytes"),
            Self::NotQuoted => f.write_str("only a string in quotes is a result"),
            Self::EmptyText => f.write_str("the result is empty"),
            Self::TakenForDelete(name) => {
                write!(f, "unknown keysym `{name}` is taken for `Delete`")
            }
            Self::WideKeysym(name) => write!(f, "`{name}` has more than 16 bits"),
            Self::NoFinalNewline => f.write_str("the last line of the file has no end"),
            Self::Joined => f.write_str("this backslash joins the next line to this one"),
            Self::UnknownEscape(escape) => write!(f, "`{escape}` is not understood"),
            Self::DroppedEscape(escape) => write!(f, "`{escape}` is not understood here"),
            Self::Nul => f.write_str("a NUL ends the text"),
            Self::Cut(limit) => write!(f, "the text is cut at {limit}"),
            Self::EscapedCharacters => f.write_str("escaped numbers are code points, not bytes"),
            Self::IgnoredModifiers => f.write_str("modifiers are not looked at"),
            Self::KeptKeysym => f.write_str("the keysym of the earlier rule stays"),
            Self::KeptText => f.write_str("the text of the earlier rule stays"),
            Self::Rest => f.write_str("what follows the keysym is read as the next line"),
            Self::CutKeysym(name) => write!(f, "`{name}` has more than 16 bits and is cut"),
            Self::Locale => f.write_str("the text is no UTF-8"),
            Self::ModifierKey(name) => {
                write!(f, "`{name}` is a modifier, and no part of sequences")
            }
            Self::EditingKey(name) => write!(f, "`{name}` edits what is composed"),
            Self::LeftToOwnTable => {
                f.write_str("it leaves out of a file what its own table has too, and does not use that beside the file")
            }
            Self::Include(path, error) => write!(f, "error reading `{path}`: {error}"),
            Self::Unreadable(error) => write!(f, "the file cannot be read: {error}"),
            Self::Depth(limit) => write!(f, "includes go deeper than {limit} files"),
            Self::Files(limit) => write!(f, "more than {limit} files are included"),
            Self::UnknownPercent(percent) => write!(f, "`{percent}` means nothing in an include"),
            Self::NoHome => f.write_str("`%H` stands for the home directory, and there is none"),
            Self::NoLocaleFile => {
                f.write_str("`%L` stands for the locale's Compose file, and there is none")
            }
            Self::IgnoredInclude => f.write_str("includes are not looked at"),
            Self::InCircle(path) => write!(f, "`{path}` is being read already"),
            Self::TakenForRead(path) => write!(f, "`{path}` is taken for read, and is not read"),
            Self::TooManyErrors(limit) => write!(f, "more than {limit} lines of a file are wrong"),
            Self::Empty => f.write_str("the file is empty"),
            Self::Encoding => f.write_str("the file does not start with an ASCII character"),
            Self::FullTable(limit) => write!(f, "the table is full: it holds {limit} keys"),
            Self::NulByte => f.write_str("a NUL byte ends the file"),
            Self::Replaces => f.write_str("the file takes the place of the system's table"),
            Self::Adds => f.write_str("the file adds to the system's table"),
            Self::Includes => f.write_str("the file includes the system's table"),
            Self::Other(text) => f.write_str(text),
        }
    }
}
