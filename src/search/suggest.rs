//! Sequences that are still free for a text, and why one would remember them. Enter at [`candidates`];
//! [`Taken`] tells which of them clash with a rule. Whether the lint has more to say of one is asked where
//! the rules are put together.

use rustc_hash::FxHashSet;
use unicode_normalization::char::decompose_canonical;

use super::{
    data::{self, Called},
    fit::words,
};
use crate::{
    keysym::Keysym,
    layout::Layout,
    sequence::{Rule, Sequence},
};

/// The most keys of a suggestion: what is longer is no shorthand.
const MAX_KEYS: usize = 4;

/// The fewest: one key alone is what it types.
const MIN_KEYS: usize = 2;

/// A sequence that is easy to remember for a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The keys.
    pub sequence: Sequence,
    /// Where it comes from.
    pub why: String,
}

/// The keys that stand for marks in the classic sequences, by the mark.
const MARKS: &[(char, &str)] = &[
    ('\u{300}', "`"),
    ('\u{301}', "'"),
    ('\u{302}', "^"),
    ('\u{303}', "~"),
    ('\u{304}', "-"),
    ('\u{306}', "u"),
    ('\u{307}', "."),
    ('\u{308}', "\""),
    ('\u{30a}', "o"),
    ('\u{30b}', "="),
    ('\u{30c}', "v"),
    ('\u{323}', "!"),
    ('\u{327}', ","),
    ('\u{328}', ";"),
    ('\u{338}', "/"),
];

/// Words of names, and the keys that look like what they say.
const SHAPES: &[(&str, &str)] = &[
    ("not", "/"),
    ("negated", "/"),
    ("stroke", "/"),
    ("equal", "="),
    ("equals", "="),
    ("double", "="),
    ("plus", "+"),
    ("minus", "-"),
    ("dash", "-"),
    ("bar", "|"),
    ("vertical", "|"),
    ("circled", "o"),
    ("circle", "o"),
    ("dot", "."),
    ("tilde", "~"),
    ("rightwards", ">"),
    ("leftwards", "<"),
    ("upwards", "^"),
    ("downwards", "v"),
    ("arrow", "-"),
    ("less", "<"),
    ("greater", ">"),
    ("question", "?"),
    ("exclamation", "!"),
    ("star", "*"),
    ("square", "["),
    ("number", "#"),
    ("heart", "<3"),
];

/// Words that many names begin with, which nobody remembers one by.
const COMMON: &[&str] =
    &["latin", "greek", "cyrillic", "hebrew", "combining", "mathematical", "modifier", "n"];

/// The longest name, in words, whose first letters can be remembered.
const MAX_WORDS: usize = 3;

/// Sequences for a text that one might remember, the best first; every key is on the layout.
#[must_use]
pub fn candidates(text: &str, layout: &Layout) -> Vec<Candidate> {
    let mut found = Found { seen: FxHashSet::default(), list: Vec::new(), layout };
    found.marks(text);
    let Some(entry) = data::entry(text) else { return found.list };
    // A letter and its marks need no other reason.
    let marks = found.list.len();
    for called in entry.called() {
        if let Called::Mnemonic(mnemonic) = called {
            found.both_orders(mnemonic, "RFC 1345");
        }
    }
    for name in entry.names() {
        found.shapes(name);
    }
    for called in entry.called() {
        if let Called::Code(code) = called {
            found.add(called.bare(), || format!("`{code}`"));
        }
    }
    for name in entry.names() {
        found.initials(name);
    }
    found.list[marks..].sort_by_key(|candidate| candidate.sequence.keysyms().len());
    found.list
}

struct Found<'a> {
    seen: FxHashSet<Sequence>,
    list: Vec<Candidate>,
    layout: &'a Layout,
}

impl Found<'_> {
    fn add(&mut self, keys: &str, why: impl FnOnce() -> String) {
        let Ok(sequence) = Sequence::parse(keys) else { return };
        let fits = (MIN_KEYS..=MAX_KEYS).contains(&sequence.keysyms().len());
        if fits && self.layout.types(&sequence) && self.seen.insert(sequence.clone()) {
            self.list.push(Candidate { sequence, why: why() });
        }
    }

    fn both_orders(&mut self, keys: &str, why: &str) {
        self.add(keys, || why.to_owned());
        let other: String = keys.chars().rev().collect();
        self.add(&other, || format!("{why}, the other way round"));
    }

    /// A letter and its marks.
    fn marks(&mut self, text: &str) {
        let mut parts = Vec::new();
        text.chars().for_each(|c| decompose_canonical(c, |part| parts.push(part)));
        let [base, marks @ ..] = &parts[..] else { return };
        let key = |mark: &char| MARKS.iter().find(|(known, _)| known == mark).map(|&(_, key)| key);
        let keys: Option<String> = marks.iter().map(key).collect();
        if let Some(keys) = keys.filter(|keys| !keys.is_empty()) {
            self.add(&format!("{keys}{base}"), || format!("{base} and its mark"));
            self.add(&format!("{base}{keys}"), || format!("{base} and its mark"));
        }
    }

    /// Keys that look like what the words of the name say.
    fn shapes(&mut self, name: &str) {
        let shape = |word| SHAPES.iter().find(|(known, _)| *known == word).map(|&(_, key)| key);
        let keys: String = words(name).filter_map(shape).collect();
        self.both_orders(&keys, "drawn");
        // A letter's name tells the letter.
        if let Some(letter) = words(name).find(|word| word.len() == 1).filter(|_| !keys.is_empty())
        {
            let capital = words(name).any(|word| word == "capital");
            let letter = if capital { letter.to_uppercase() } else { letter.to_owned() };
            self.both_orders(&format!("{keys}{letter}"), "letter and sign");
        }
    }

    /// The first letters of the name, and the start of its first word.
    fn initials(&mut self, name: &str) {
        let common = words(name).next().is_none_or(|first| COMMON.contains(&first));
        if common || words(name).count() > MAX_WORDS {
            return;
        }
        let initials: String = words(name).filter_map(|word| word.chars().next()).collect();
        self.add(&initials, || format!("first letters of `{name}`"));
        let first = words(name).next().unwrap_or_default();
        for length in MIN_KEYS..=MAX_KEYS {
            if let Some(start) = first.get(..length) {
                self.add(start, || format!("start of `{name}`"));
                self.add(&format!("&{start}"), || format!("`&` and the start of `{name}`"));
            }
        }
    }
}

/// The sequences that rules have.
#[derive(Debug)]
pub struct Taken<'a>(Vec<&'a [Keysym]>);

impl<'a> Taken<'a> {
    /// Those of these rules.
    #[must_use]
    pub fn new(rules: &'a [Rule]) -> Self {
        let mut taken: Vec<_> = rules.iter().map(|rule| rule.sequence.keysyms()).collect();
        taken.sort_unstable();
        Self(taken)
    }

    /// Whether a rule has this sequence, is its start or starts with it.
    #[must_use]
    pub fn clashes(&self, sequence: &Sequence) -> bool {
        let keysyms = sequence.keysyms();
        let at = self.0.partition_point(|other| *other < keysyms);
        let longer = self.0.get(at).is_some_and(|other| other.starts_with(keysyms));
        longer || (1..keysyms.len()).any(|length| self.0.binary_search(&&keysyms[..length]).is_ok())
    }
}
