//! What can be wrong with rules beside each other.

use std::collections::HashMap;

use super::{Subject, unless_allowed};
use crate::{
    diagnostic::{Code, Diagnostic},
    keysym::Keysym,
    map::check::prefix_pairs,
    sequence::Rule,
};

/// Rules that start others, one of the two looked at.
pub(super) fn prefixes(subject: Subject<'_>) -> Vec<Diagnostic> {
    let classic = subject.classic();
    let is_classic = |rule: &Rule| classic.contains(rule.sequence.keysyms());
    let mut found = Vec::new();
    for pair in prefix_pairs(subject.rules) {
        let short = &subject.rules[pair.short];
        let longer = pair.longer.iter().map(|&i| &subject.rules[i]);
        let judged = |rule: &Rule| (subject.judged)(short) || (subject.judged)(rule);
        let longer: Vec<&Rule> = longer.filter(|rule| judged(rule)).collect();
        // With a classic sequence on one side only, the other side is what a user trips over.
        let (conflicts, own): (Vec<&Rule>, Vec<&Rule>) =
            longer.into_iter().partition(|rule| is_classic(rule) != is_classic(short));
        found.extend(prefix(Code::ClassicPrefix, short, &conflicts));
        if !is_classic(short) {
            found.extend(prefix(Code::PrefixPair, short, &own));
        }
    }
    found
}

fn prefix(code: Code, short: &Rule, longer: &[&Rule]) -> Option<Diagnostic> {
    let longer: Vec<&Rule> =
        longer.iter().copied().filter(|rule| !rule.output.about.allow.contains(&code)).collect();
    let first = longer.first()?;
    let others = match longer.len() {
        1 => String::new(),
        n => format!(" and {} more", n - 1),
    };
    let what = if code == Code::ClassicPrefix { ", one of them classic" } else { "" };
    let message =
        format!("`{}` is also the start of `{}`{others}{what}", short.sequence, first.sequence);
    unless_allowed(code, &[short], || {
        Diagnostic::new(code, message)
            .at(short.span, "typed when the trigger is let go, or another key follows")
            .at(first.span, "typed when the keys go on")
            .help("the daemon knows both; a Compose file can have the longer ones only")
    })
}

/// Sequences of two keys that give something else in the other order. What is so among the classic
/// ones is known; a rule that `replaces` the text of the other order knows it.
pub(super) fn orders(subject: Subject<'_>) -> Vec<Diagnostic> {
    let classic = subject.classic();
    let of_two: HashMap<&[Keysym], &Rule> = subject
        .rules
        .iter()
        .map(|rule| (rule.sequence.keysyms(), rule))
        .filter(|(keysyms, _)| keysyms.len() == 2)
        .collect();
    let other_order = |rule: &Rule| {
        let &[a, b] = rule.sequence.keysyms() else { return None };
        let other = *of_two.get([b, a].as_slice())?;
        let known = classic.contains([a, b].as_slice()) && classic.contains([b, a].as_slice());
        let meant =
            |one: &Rule, other: &Rule| one.output.about.replaces.contains(&other.output.text);
        let fine = known || meant(rule, other) || meant(other, rule);
        (!fine && other.output.text != rule.output.text).then_some(other)
    };
    let looked_at = subject.looked_at();
    looked_at
        .filter_map(|rule| {
            let other = other_order(rule)?;
            unless_allowed(Code::OtherOrder, &[rule, other], || {
                let message = format!(
                    "`{}` gives `{}`, but `{}` gives `{}`",
                    rule.sequence, rule.output.text, other.sequence, other.output.text
                );
                Diagnostic::new(Code::OtherOrder, message)
                    .at(rule.span, "who mixes up the two keys")
                    .at(other.span, "gets this")
                    .help("give both the same text, or say `allow = \"E0087\"`")
            })
        })
        .collect()
}

/// Sequences that an earlier keymap has with the same text: one of the two is too many.
pub(super) fn shared(subject: Subject<'_>) -> Vec<Diagnostic> {
    let pairs =
        subject.replaced.iter().map(|replaced| (&subject.rules[replaced.by], &replaced.rule));
    pairs
        .filter(|(rule, old)| (subject.judged)(rule) && *old.keymap != *subject.classic)
        .filter(|(rule, old)| rule.output.text == old.output.text)
        .filter_map(|(rule, old)| {
            unless_allowed(Code::SharedSequence, &[rule], || {
                let message =
                    format!("`{}` is in the keymap `{}` already", rule.sequence, old.keymap);
                Diagnostic::new(Code::SharedSequence, message)
                    .at(rule.span, "this rule")
                    .at(old.span, "gives the same as this one")
                    .help("keymaps that are on by default share no sequence: remove one of the two")
            })
        })
        .collect()
}

/// Names and aliases that two different texts have, one of them of a rule that is looked at and the
/// other `among` those to compare with.
pub(super) fn names(subject: Subject<'_>, among: &dyn Fn(&Rule) -> bool) -> Vec<Diagnostic> {
    let mut first: HashMap<&str, &Rule> = HashMap::new();
    let mut found = Vec::new();
    // A text that is looked at comes after those that it is compared with.
    let (own, others): (Vec<&Rule>, Vec<&Rule>) = subject
        .rules
        .iter()
        .filter(|rule| among(rule) || (subject.judged)(rule))
        .partition(|rule| (subject.judged)(rule));
    for (rule, told) in
        others.into_iter().map(|r| (r, false)).chain(own.into_iter().map(|r| (r, true)))
    {
        for name in rule.output.about.name.iter().chain(&rule.output.about.alias) {
            let earlier = *first.entry(name).or_insert(rule);
            if !told || earlier.output.text == rule.output.text {
                continue;
            }
            found.extend(unless_allowed(Code::SameName, &[rule, earlier], || {
                let message = format!(
                    "both `{}` and `{}` are called `{name}`",
                    earlier.output.text, rule.output.text
                );
                Diagnostic::new(Code::SameName, message)
                    .at(rule.span, "this one")
                    .at(earlier.span, "and this one")
                    .help("who looks for the name finds both: give one of them another")
            }));
        }
    }
    found
}
