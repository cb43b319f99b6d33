//! The lint: what can be wrong with rules that are well written, one by one and beside each other.
//! Enter at [`Subject`]; `alone.rs` looks at one rule, `beside.rs` at several.
//!
//! A rule that means it so says `allow = "E0016"` and is not told of that again.

mod alone;
mod beside;

pub use alone::{header, untypeable};

use std::collections::HashSet;

use super::Replaced;
use crate::{
    diagnostic::{Code, Diagnostic},
    keysym::Keysym,
    sequence::Rule,
};

/// The rules in use, and which of them are looked at.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// Every rule that holds.
    pub rules: &'a [Rule],
    /// The rules that gave way.
    pub replaced: &'a [Replaced],
    /// The keymap with the classic sequences.
    pub classic: &'a str,
    /// Whether a rule is looked at.
    pub judged: &'a dyn Fn(&Rule) -> bool,
}

impl std::fmt::Debug for Subject<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subject").field("rules", &self.rules.len()).finish_non_exhaustive()
    }
}

impl<'a> Subject<'a> {
    /// Rules that start others.
    #[must_use]
    pub fn prefixes(self) -> Vec<Diagnostic> {
        beside::prefixes(self)
    }

    /// What the owner of a configuration wants to know of sequences of their own.
    #[must_use]
    pub fn own(self) -> Vec<Diagnostic> {
        let mut found = self.prefixes();
        found.extend(self.looked_at().filter_map(alone::multi_key));
        found.extend(self.looked_at().filter_map(alone::code_point));
        found.extend(self.looked_at().filter_map(alone::not_composed));
        found.extend(beside::names(self, self.judged));
        found
    }

    /// What the author of a keymap wants to know of it.
    #[must_use]
    pub fn keymap(self, default: bool) -> Vec<Diagnostic> {
        let mut found = self.prefixes();
        found.extend(self.looked_at().filter_map(alone::too_many_keys));
        found.extend(self.looked_at().filter_map(alone::multi_key));
        found.extend(self.looked_at().filter_map(alone::code_point));
        found.extend(self.looked_at().filter_map(alone::not_composed));
        found.extend(beside::names(self, &|_| true));
        found.extend(beside::orders(self));
        if default {
            found.extend(beside::shared(self));
        }
        found
    }

    fn looked_at(self) -> impl Iterator<Item = &'a Rule> {
        self.rules.iter().filter(move |rule| (self.judged)(rule))
    }

    /// The classic sequences that a keyboard with ASCII letters types, those that gave way to rules
    /// with the same text included.
    fn classic(self) -> HashSet<&'a [Keysym]> {
        let ascii = |k: &Keysym| k.to_char().is_some_and(|c| c.is_ascii());
        let gave_way = self.replaced.iter().map(|replaced| &replaced.rule);
        self.rules
            .iter()
            .chain(gave_way)
            .filter(|rule| *rule.keymap == *self.classic)
            .map(|rule| rule.sequence.keysyms())
            .filter(|keysyms| keysyms.iter().all(ascii))
            .collect()
    }
}

/// The finding, unless one of the rules that it is about asks not to be told.
fn unless_allowed(
    code: Code,
    rules: &[&Rule],
    finding: impl FnOnce() -> Diagnostic,
) -> Option<Diagnostic> {
    let allowed = rules.iter().any(|rule| rule.output.about.allow.contains(&code));
    (!allowed).then(finding)
}

#[cfg(test)]
mod tests;
