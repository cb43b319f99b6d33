//! The fast tests: no display, no keyboard, a few seconds.

mod cli;
mod docs;
mod keymaps;
mod layers;
mod list;
mod oracle;
mod packs;
mod support;
