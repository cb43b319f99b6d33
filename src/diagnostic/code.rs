//! [`Code`]: one variant a finding. A code keeps its meaning for ever and is never used again.

use super::Severity;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal $severity:ident;)+) => {
        /// What kind of finding it is. The documentation of each variant shows a text that causes
        /// it; `docs/diagnostics.md` has a longer one, and what to do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Code {
            /// Every code, in order.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The stable name: `E` and four digits.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self {
                    $(Self::$name => $id,)+
                }
            }

            /// How bad a finding of this kind is.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$name => Severity::$severity,)+
                }
            }
        }
    };
}

codes! {
    /// Not TOML at all: `"la" = `.
    Syntax = "E0001" Error;
    /// One TOML key twice: `la = "λ"` and `la = "Λ"`.
    DuplicateKey = "E0002" Error;
    /// One sequence in two notations, in one file: `"<a>b"` and `"ab"`.
    DuplicateSequence = "E0003" Error;
    /// A name that no keysym has: `"<Lfet>" = "←"`.
    UnknownKeysym = "E0004" Error;
    /// A sequence without a key: `"" = "x"`.
    EmptySequence = "E0005" Error;
    /// A control character in a sequence: `"a\t" = "x"`.
    ControlInSequence = "E0006" Error;
    /// A modifier in a sequence: `"<Shift_L>a" = "x"`.
    ModifierInSequence = "E0007" Error;
    /// A value of the wrong type: `la = 1`.
    WrongType = "E0008" Error;
    /// A key that means nothing there: `la = { text = "λ", nmae = "lambda" }`.
    UnknownKey = "E0009" Warning;
    /// A table without `text`: `la = { name = "lambda" }`.
    MissingText = "E0010" Error;
    /// A rule that gives nothing: `la = ""`.
    EmptyOutput = "E0011" Error;
    /// A control character in an output: `la = "\u001b"`.
    ControlInOutput = "E0012" Error;
    /// A sequence of more than 32 keys, or an output of more than 4096 bytes.
    TooLong = "E0013" Error;
    /// A setting with a value it cannot have: `trigger = "caps"`.
    BadValue = "E0014" Error;
    /// A rule that takes the place of one of an earlier keymap, without saying so: `"*a" = "α"`.
    Override = "E0015" Note;
    /// A rule that is the start of another, which a Compose file cannot have: `"ab"` and `"abc"`.
    PrefixPair = "E0016" Note;
    /// A rule to remove that does not exist: `remove = ["no such rule"]`.
    RemovedNothing = "E0017" Warning;
    /// A keymap that does not exist: `keymaps = ["greke"]`.
    UnknownKeymap = "E0018" Error;
    /// A keymap listed twice: `keymaps = ["greek", "greek"]`.
    RepeatedKeymap = "E0019" Warning;
    /// A file that cannot be read: `keymaps = ["missing.toml"]`.
    Unreadable = "E0020" Error;
    /// A file that is too large to be a map.
    TooLarge = "E0021" Error;
    /// A file that is not UTF-8.
    NotUtf8 = "E0022" Error;
    /// The locale has no Compose file here.
    NoSystemTable = "E0023" Warning;
    /// A line of a Compose file that is none: `<Multi_key> <a> "x"`.
    ComposeSyntax = "E0024" Warning;
    /// An unknown keysym in a Compose file: `<Mulit_key> <a> : "x"`.
    ComposeKeysym = "E0025" Warning;
    /// An include of a Compose file that leads nowhere: `include "/missing"`.
    ComposeInclude = "E0026" Warning;
    /// Left out of a Compose file, because a longer rule starts with it: `"--"` beside `"---"`.
    NotCarriedPrefix = "E0027" Warning;
    /// Left out of a Compose file, because it has more than 8 keys.
    NotCarriedKeys = "E0028" Warning;
    /// Left out of a Compose file, because its output cannot be written there: `"line\n"`.
    NotCarriedText = "E0029" Warning;
    /// A removal that an included Compose file does not honour: `remove = ["oc"]`.
    NotCarriedRemoval = "E0030" Warning;
    /// More findings in one file than anybody reads.
    TooManyFindings = "E0031" Note;
    /// A rule that is the start of a classic sequence, or goes on from one: `"oc1"`, since `oc` is ©.
    ClassicPrefix = "E0080" Note;
    /// A keymap that does not say what it is: `[keymap]` without `title`.
    IncompleteHeader = "E0081" Note;
    /// A key that the layout of the keymap does not have: `"λa"` with `layout = "us"`.
    NotOnLayout = "E0082" Warning;
    /// A sequence of a keymap with more than 8 keys: `"lambdabar"`.
    LongSequence = "E0083" Note;
    /// A sequence that only a tap can begin: `"<Multi_key>a"`.
    NotInHold = "E0084" Note;
    /// An output that is not in Unicode's normal form NFC: `"\u212A"`.
    NotComposed = "E0085" Note;
    /// A name or alias of two different texts.
    SameName = "E0086" Note;
    /// Two keys that give something else in the other order: `"ab" = "x"` and `"ba" = "y"`.
    OtherOrder = "E0087" Note;
    /// A sequence that two keymaps have that are on by default.
    SharedSequence = "E0088" Note;
    /// A sequence that starts as a code point does: `"U+a"`.
    CodePointPrefix = "E0089" Note;
}
