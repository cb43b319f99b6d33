//! Finding characters by whatever people call them. Enter at [`find`], with a [`Query`] and the
//! [`Corpus`] that it is about; pure and quick enough to be asked at every key typed.
//!
//! ```text
//! data.rs   what every character is called       query.rs    a question, read in every way it can be
//! fit.rs    how well names fit a question        slip.rs     what was meant by a word with a slip
//! suggest.rs  sequences that are still free
//! ```
//!
//! Answers are ranked by how well they fit, then what this layout types comes before what it cannot, then
//! by how close the name is, then the shortest sequence comes first.

pub mod data;
mod fit;
mod query;
mod slip;
pub mod suggest;

use std::collections::hash_map::Entry as Slot;

use rustc_hash::FxHashMap;

use crate::{
    layout::Layout,
    sequence::{Rule, Sequence},
};

pub use fit::{Fit, How};
pub use query::{Query, code_point};

/// What is searched beside the data.
#[derive(Clone, Copy, Debug)]
pub struct Corpus<'a> {
    /// The rules in use, then those of keymaps that are not.
    pub rules: &'a [Rule],
    /// How many of them are in use.
    pub in_use: usize,
    /// What the keyboard types.
    pub layout: &'a Layout,
}

/// An answer: a text, and how it is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit<'a> {
    /// The text.
    pub text: &'a str,
    /// How well it fits.
    pub fit: Fit,
    /// How it can be typed.
    pub typed: Typed,
    /// The rules that give it, the best first: indices into [`Corpus::rules`].
    pub rules: Vec<usize>,
}

/// How a text can be typed; the first is the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Typed {
    /// By a key, or by a sequence in use whose keys this layout has.
    Here,
    /// By a sequence in use, but this layout lacks one of its keys.
    NotHere,
    /// By a sequence of a keymap that is not in use.
    Unused,
    /// By its code point, when it is a single character.
    CodePoint,
}

impl Typed {
    /// The word for it in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::NotHere => "not_here",
            Self::Unused => "unused",
            Self::CodePoint => "code_point",
        }
    }
}

impl<'a> Corpus<'a> {
    /// How a text can be typed, and the rules that give it, the best first.
    #[must_use]
    pub fn typed(&self, text: &str) -> (Typed, Vec<usize>) {
        let rules = (0..self.rules.len()).filter(|&i| self.rules[i].output.text == text);
        let mut rules: Vec<usize> = rules.collect();
        (self.order(text, &mut rules), rules)
    }

    /// Puts the rules that give a text in order, and tells how it can be typed.
    fn order(&self, text: &str, rules: &mut [usize]) -> Typed {
        let rank = |i: usize| (self.standing(i), self.rules[i].sequence.keysyms().len());
        rules.sort_by(|&a, &b| {
            // One's own sequences come before those of the keymaps, later keymaps before earlier ones.
            let same = self.rules[a].keymap == self.rules[b].keymap;
            rank(a).cmp(&rank(b)).then(if same { a.cmp(&b) } else { b.cmp(&a) })
        });
        let best = rules.first().map_or(Typed::CodePoint, |&i| self.standing(i));
        if self.is_direct(text) { Typed::Here } else { best }
    }

    /// How a rule stands to this keyboard.
    fn standing(&self, rule: usize) -> Typed {
        match (rule < self.in_use, self.layout.types(&self.rules[rule].sequence)) {
            (true, true) => Typed::Here,
            (true, false) => Typed::NotHere,
            (false, _) => Typed::Unused,
        }
    }

    /// Whether a key types this by itself.
    fn is_direct(&self, text: &str) -> bool {
        let mut chars = text.chars();
        let one = chars.next().filter(|_| chars.next().is_none());
        one.is_some_and(|c| self.layout.direct(c).is_some_and(|press| press.group == 0))
    }

    /// How many keys the shortest way takes.
    fn length(&self, hit: &Hit<'_>) -> usize {
        if self.is_direct(hit.text) {
            return 1;
        }
        hit.rules.first().map_or(usize::MAX, |&i| self.rules[i].sequence.keysyms().len())
    }
}

/// Everything that fits, the best first.
#[must_use]
pub fn find<'a>(query: &'a Query, corpus: &Corpus<'a>) -> Vec<Hit<'a>> {
    let mut found = fitting(query, corpus);
    // Of a character without a name, such as an ideograph, there is something to say too.
    if query.character().is_some_and(|c| !c.is_control()) {
        note(&mut found, query.exact(), Fit::exact(How::Text));
    }
    if found.is_empty() {
        for (distance, meant) in slip::meant(query, corpus) {
            for (text, fit) in fitting(&meant, corpus) {
                note(&mut found, text, fit.slipped(distance));
            }
        }
    }
    let mut hits: FxHashMap<&str, Hit<'a>> = found
        .into_iter()
        .map(|(text, fit)| (text, Hit { text, fit, typed: Typed::CodePoint, rules: Vec::new() }))
        .collect();
    for (i, rule) in corpus.rules.iter().enumerate() {
        if let Some(hit) = hits.get_mut(rule.output.text.as_str()) {
            hit.rules.push(i);
        }
    }
    let mut hits: Vec<_> = hits.into_values().collect();
    for hit in &mut hits {
        hit.typed = corpus.order(hit.text, &mut hit.rules);
    }
    hits.sort_by_cached_key(|hit| {
        // Who means a capital says so.
        let capital = hit.text.starts_with(char::is_uppercase);
        (hit.fit.how, hit.typed, hit.fit.distance, capital, corpus.length(hit), hit.text)
    });
    without_selectors(hits, query)
}

/// Texts that fit and how well they do.
fn fitting<'a>(query: &Query, corpus: &Corpus<'a>) -> FxHashMap<&'a str, Fit> {
    let mut found = FxHashMap::default();
    for entry in query.entries() {
        if let Some(fit) = query.entry(entry) {
            note(&mut found, entry.text, fit);
        }
    }
    for rule in corpus.rules {
        if let Some(fit) = query.rule(rule) {
            note(&mut found, rule.output.text.as_str(), fit);
        }
    }
    // Signs are keys or a notation: where they fit as such, pieces of names are not meant.
    if query.has_signs() && found.values().any(|fit| fit.how <= How::Name) {
        found.retain(|_, fit| fit.how <= How::Name);
    }
    found
}

fn note<'a>(found: &mut FxHashMap<&'a str, Fit>, text: &'a str, fit: Fit) {
    match found.entry(text) {
        Slot::Occupied(mut slot) => *slot.get_mut() = (*slot.get()).min(fit),
        Slot::Vacant(slot) => drop(slot.insert(fit)),
    }
}

/// Leaves of a character and the same with the selector for colours the better one, unless asked for.
fn without_selectors<'a>(hits: Vec<Hit<'a>>, query: &Query) -> Vec<Hit<'a>> {
    let mut seen = rustc_hash::FxHashSet::default();
    let bare = |text: &str| text.replace('\u{fe0f}', "");
    hits.into_iter().filter(|hit| seen.insert(bare(hit.text)) || query.is(hit.text)).collect()
}

/// The shortest sequence in a list of rules.
#[must_use]
pub fn shortest<'a>(rules: &'a [Rule], of: &[usize]) -> Option<&'a Sequence> {
    of.iter().map(|&i| &rules[i].sequence).min_by_key(|sequence| sequence.keysyms().len())
}

#[cfg(test)]
mod tests;
