//! The plain keys that type a text, for a keyboard made with uinput. Enter at [`Speller`].
//!
//! Whoever reads the keys (a compositor, an X server) has a keymap; the same keymap tells here which
//! key, held together with which modifier keys, gives which character. Nothing but keys goes out,
//! so it works wherever a keyboard does. What the keymap does not have is not typed.

mod modifiers;
mod speller;

pub use speller::{Chord, Situation, Speller, Spelling};

#[cfg(test)]
mod tests;
