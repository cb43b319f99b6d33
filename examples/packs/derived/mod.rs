//! The keymaps that follow from rules. Enter at [`all`].
//!
//! What a character is made of and called comes from the Unicode data in `unicode-normalization` and
//! `unicode_names2`; which keys stand for it is said here.

mod boxes;
mod latin;
mod letters;
mod numbers;
mod pack;
mod tones;

pub(crate) use pack::Pack;

/// Every derived keymap: its name and its text.
pub(crate) fn all() -> Vec<(&'static str, String)> {
    vec![
        ("latin", latin::latin()),
        ("supersub", numbers::supersub()),
        ("fractions", numbers::fractions()),
        ("vietnamese", tones::vietnamese()),
        ("pinyin", tones::pinyin()),
        ("doublestruck", letters::doublestruck()),
        ("fullwidth", letters::fullwidth()),
        ("box", boxes::boxes()),
    ]
}

/// The character that Unicode calls so.
pub(crate) fn named(name: &str) -> Option<char> {
    unicode_names2::character(name)
}
