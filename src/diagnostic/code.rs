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

            /// The code of this name.
            #[must_use]
            pub fn from_id(id: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.id() == id)
            }

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
    /// A removal that not every reader of a Compose file honours: `remove = ["oc"]`.
    NotCarriedRemoval = "E0030" Warning;
    /// More findings in one file than anybody reads.
    TooManyFindings = "E0031" Note;
    /// A file that somebody else wrote or changed is not replaced.
    ForeignFile = "E0040" Error;
    /// A file that may not be changed: read-only, another user's, a package store's.
    ProtectedFile = "E0041" Error;
    /// A file that could not be written.
    NotWritten = "E0042" Error;
    /// A written file that libxkbcommon reads otherwise; the old one is put back.
    ReadBack = "E0043" Error;
    /// Left out of a Compose file, because GTK 4 would drop so large a table.
    NoRoom = "E0044" Warning;
    /// A key of a Compose file that GTK and IBus cannot match: `"<U2192>x"`.
    WideKeysym = "E0045" Note;
    /// Left out of a file for another program, because its format has no place for it.
    NotInFormat = "E0046" Warning;
    /// Part of an imported file that does not become a rule.
    NotImported = "E0047" Warning;
    /// Keys to add that another rule has: `composekey add oc °C`.
    TakenKeys = "E0048" Error;
    /// A map whose rules no command can change: `sequences = { la = "λ" }`.
    NotEditable = "E0049" Error;

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

    /// A result without quotes: `<a> : λ`.
    ComposeUnquoted = "E0150" Error;
    /// No colon before the result: `<a> "λ"`.
    ComposeNoColon = "E0151" Error;
    /// A character where the name of a keysym stands: `<<>`.
    ComposeCharacter = "E0152" Error;
    /// Blanks around the name of a keysym: `< a >`.
    ComposeBlanks = "E0153" Warning;
    /// Modifiers before a key: `Ctrl <a>`.
    ComposeModifiers = "E0154" Warning;
    /// Line ends of Windows.
    ComposeLineEnds = "E0155" Warning;
    /// A byte order mark.
    ComposeMark = "E0156" Warning;
    /// A last line without an end.
    ComposeLastLine = "E0157" Warning;
    /// A file that takes the place of the system's table and does not include it.
    ComposeReplaces = "E0158" Warning;
    /// A file of which a program makes no table.
    ComposeNoTable = "E0159" Error;
    /// More keys in a rule than a program takes.
    ComposeTooManyKeys = "E0160" Warning;
    /// A result longer than a program takes.
    ComposeLongText = "E0161" Warning;
    /// A backslash in a result: `"\n"`.
    ComposeEscape = "E0162" Warning;
    /// Two rules with the same keys.
    ComposeSameKeys = "E0163" Warning;
    /// A rule that is the start of another, in a file where only one of them works.
    ComposePrefix = "E0164" Warning;
    /// A result that is a keysym alone: `<a> : eacute`.
    ComposeKeysymAlone = "E0165" Warning;
    /// A keysym that a program cannot match: `<U1F600>`.
    ComposeWideKeysym = "E0166" Warning;
    /// A file whose end a program does not read.
    ComposeRestLost = "E0167" Error;
    /// A comment that a program does not take for one, or that takes the next line with it.
    ComposeComment = "E0168" Warning;
    /// Something else that programs read in different ways.
    ComposeReadOtherwise = "E0169" Warning;

    /// Neither an X nor a Wayland display: a login on the console or over ssh.
    NoDisplay = "E0200" Warning;
    /// An X display that does not answer.
    DeadDisplay = "E0201" Error;
    /// A Wayland session, and no daemon takes the keyboards.
    WaylandSession = "E0202" Warning;
    /// Variables that say two things about the session.
    SessionContradiction = "E0203" Warning;
    /// `sudo composekey doctor`.
    AskedAsRoot = "E0204" Note;
    /// `XDG_RUNTIME_DIR` is not set, though the folder is there.
    NoRuntimeDir = "E0205" Warning;

    /// A variable chooses an input method that does not run.
    MethodNotRunning = "E0210" Warning;
    /// `XMODIFIERS` names an input method that is not on the display.
    NoXimServer = "E0211" Error;
    /// `GTK_IM_MODULE` names a module that is not installed.
    NoInputModule = "E0212" Warning;
    /// Variables that choose different input methods.
    MethodsContradict = "E0213" Warning;
    /// Two input methods run.
    TwoMethods = "E0214" Warning;
    /// `XMODIFIERS` without `@im=`.
    XmodifiersForm = "E0215" Warning;
    /// An input method runs that some programs are not told of.
    MethodBypassed = "E0216" Note;
    /// GTK 4.20 or later on Wayland without an input method.
    GtkComposesNothing = "E0217" Warning;

    /// A Compose file of which a toolkit of this machine makes no table.
    ComposeFileBroken = "E0220" Error;
    /// A Compose file with mistakes.
    ComposeFileMistakes = "E0221" Warning;
    /// A toolkit that reads another file than `~/.XCompose`.
    ComposeFileHidden = "E0222" Warning;
    /// `XCOMPOSEFILE` names a file that cannot be read.
    ComposeVariableUnreadable = "E0223" Error;
    /// `XCOMPOSEFILE`, which GTK does not look at.
    ComposeVariableIgnored = "E0224" Note;
    /// The locale is `C`.
    LocaleC = "E0225" Warning;
    /// A locale that `compose.dir` does not list.
    LocaleWithoutFile = "E0226" Warning;
    /// A locale in another encoding than UTF-8.
    LocaleNotUtf8 = "E0227" Warning;
    /// The X locales are not installed.
    NoXLocales = "E0228" Warning;
    /// Programs that started before the Compose file changed.
    ProgramsOutdated = "E0229" Note;
    /// A generated Compose file that is older than the configuration.
    GeneratedOutdated = "E0230" Note;

    /// Flatpak programs that cannot read `~/.XCompose`.
    FlatpakBlind = "E0235" Warning;
    /// Snaps, which cannot read `~/.XCompose`.
    SnapBlind = "E0236" Note;
    /// Programs built on Chromium, on Wayland.
    ChromiumBlind = "E0237" Note;

    /// A cache that is older than what it was made of.
    StaleCache = "E0240" Warning;

    /// An option of the keymap whose job for Caps Lock is lost.
    OptionLost = "E0250" Warning;
    /// An option of the keymap for Caps Lock that may stay.
    OptionHarmless = "E0251" Note;
    /// Another program takes Caps Lock, or may.
    RemapperTakesCapsLock = "E0252" Warning;
    /// Another program takes keys, but not Caps Lock.
    RemapperRuns = "E0253" Note;
    /// Another program that takes keys starts with the machine.
    RemapperInstalled = "E0254" Note;
    /// Caps Lock is on.
    CapsLockOn = "E0255" Warning;
    /// Caps Lock is on, and no key turns it off.
    CapsLockStuck = "E0256" Error;

    /// There is no `/dev/uinput`.
    NoUinput = "E0260" Warning;
    /// `/dev/uinput` may not be written to.
    UinputDenied = "E0261" Warning;
    /// No keyboard may be read.
    InputDenied = "E0262" Warning;
    /// A group that counts from the next login on.
    GroupNotYet = "E0263" Warning;
    /// `/dev/uinput` is open for everybody.
    UinputForAll = "E0264" Warning;
    /// The user is in the group `input`.
    InInputGroup = "E0265" Note;

    /// The daemon does not run.
    DaemonNotRunning = "E0270" Warning;
    /// The daemon does not answer.
    DaemonSilent = "E0271" Error;
    /// The daemon is of another version.
    DaemonVersion = "E0272" Warning;
    /// The daemon is paused.
    DaemonPaused = "E0273" Warning;
    /// The daemon goes by older settings.
    DaemonKept = "E0274" Warning;
    /// Nothing starts the daemon at the next login.
    NotStartedAtLogin = "E0275" Note;
    /// systemd and the desktop both start the daemon.
    StartedTwice = "E0276" Warning;
    /// The unit failed.
    DaemonFailed = "E0277" Error;
    /// The unit waits for a target that the desktop does not start.
    NoGraphicalSession = "E0278" Warning;
    /// Another program has the trigger.
    TriggerRefused = "E0279" Warning;
    /// The daemon serves another display.
    DaemonElsewhere = "E0280" Warning;
    /// The daemon serves no keyboard.
    NoKeyboard = "E0281" Warning;
    /// `composekeyd` is not installed.
    DaemonNotInstalled = "E0282" Warning;
    /// Another program has a keyboard, or a key is down on it.
    KeyboardNotTaken = "E0283" Warning;
    /// Characters of the sequences that nothing types in this session.
    CharactersUntyped = "E0284" Warning;

    /// Settings or keymaps with errors.
    ConfigErrors = "E0285" Error;
    /// Settings or keymaps with warnings.
    ConfigWarnings = "E0286" Warning;
}
