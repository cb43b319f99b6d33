//! The fast tests: no display, no keyboard, a few seconds.

mod cli;
mod compose_check;
mod docs;
mod explain;
mod generate;
mod import;
mod keymaps;
mod keysyms;
mod layers;
mod oracle;
mod programs;
mod support;
