//! The fast tests: no display, no keyboard, a few seconds.

mod cli;
mod compose_check;
mod docs;
mod explain;
mod generate;
mod keymaps;
mod layers;
mod oracle;
mod support;
