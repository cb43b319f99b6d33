//! The fast tests: no display, no keyboard, a few seconds.

mod answers;
mod cheatsheet;
mod cli;
mod compose_check;
mod docs;
mod doctor;
mod edit;
mod explain;
mod find;
mod generate;
mod import;
mod keymaps;
mod keysyms;
mod layers;
mod list;
mod logind;
mod oracle;
mod packaging;
mod packs;
mod programs;
mod search;
mod shown;
mod support;
mod tour;
mod units;
mod xkb;
