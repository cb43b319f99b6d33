//! The fast tests: no display, no keyboard, a few seconds.

mod cli;
mod docs;
mod keymaps;
mod keysyms;
mod layers;
mod oracle;
mod support;
