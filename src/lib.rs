//! composekey: hold Caps Lock, type a sequence, and the character is there.
//!
//! The pipeline, in reading order: a TOML map or a Compose file becomes [`sequence::Rule`]s
//! ([`map`], [`xcompose`], [`exchange`]); rules become a [`table::Table`]; the [`engine`] turns key events into
//! actions by that table; the shells ([`input`], [`output`], over [`x11`]) carry events in and
//! actions out; [`daemon`] and [`cli`] are the two programs.
//!
//! The layer rule: a module uses only modules above it in this file. `tests/layers.rs` checks it.

// words
pub mod diagnostic;
pub mod keycode;
pub mod keysym;
pub mod layout;
pub mod sequence;
pub mod source;
// formats
pub mod map;
pub mod xcompose;
// formats of other programs
pub mod exchange;
// the XKB option
pub mod xkb_option;
// what characters are called
pub mod search;
// compiled
pub mod table;
// engine
pub mod engine;
// the ground of the X11 shells
pub mod x11;
// shells
pub mod input;
pub mod output;
pub mod session;
// app
pub mod cli;
pub mod config;
pub mod daemon;
pub mod doctor;
pub mod ipc;
pub mod save;
