//! Where text goes: one module per way of typing it.

pub mod console;
mod leave;
pub mod uinput;
pub mod x11;

use std::fmt;

pub use leave::Leave;

/// Types text into whatever has the focus.
pub trait TextSink {
    /// Types `text`, whole or not at all as far as can be known before the first character.
    ///
    /// # Errors
    /// Nothing is typed instead of a character that cannot be typed.
    fn type_text(&mut self, text: &str) -> Result<(), Undelivered>;
}

/// Names a text that was pushed, to learn what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// Why a text was not typed. Says nothing of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Undelivered {
    /// Control, Alt or Super stayed down: the text would have been a shortcut.
    ModifierHeld,
    /// The keymap has no free keycode.
    NoFreeKeycode,
    /// The server refuses every change of the keymap.
    Refused,
    /// The text has a control character that no key types.
    Untypable,
    /// No key of the keymap types a character of the text.
    NotInKeymap,
    /// No keyboard is there to type with.
    NoKeyboard,
    /// The X server does not read the keyboard: its keys go elsewhere, and so should the text.
    NotHeard,
    /// The display says nothing: a text that is not out by now does not go out any more.
    NoAnswer,
    /// The text console does not type it: why, and what mends that.
    Console(String),
    /// The display is gone.
    Display(String),
}

impl fmt::Display for Undelivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ModifierHeld => f.write_str("control, alt or super is held down"),
            Self::NoFreeKeycode => f.write_str("the keymap has no free keycode"),
            Self::Refused => f.write_str("the X server refuses to change the keymap"),
            Self::Untypable => f.write_str("the text has a control character that no key types"),
            Self::NotInKeymap => f.write_str("no key of the keymap types a character of the text"),
            Self::NoKeyboard => f.write_str("no keyboard is there to type with"),
            Self::NotHeard => f.write_str("the X server does not read this keyboard"),
            Self::NoAnswer => f.write_str("the display does not answer"),
            Self::Console(why) => write!(f, "the text console does not type it: {why}"),
            Self::Display(cause) => write!(f, "error talking to the display: {cause}"),
        }
    }
}

impl std::error::Error for Undelivered {}
