//! Rules beside each other: repeated ones, those that take another's place, starts of others.

use rustc_hash::FxHashMap;

use crate::{
    diagnostic::{Code, Diagnostic},
    keysym::Keysym,
    sequence::{Rule, Sequence},
    source::Span,
};

/// The rules of several keymaps put together.
#[derive(Clone, Debug, Default)]
pub struct Merged {
    /// Every rule that holds, in the order of the keymaps; no two with the same sequence.
    pub rules: Vec<Rule>,
    /// The rules that gave way, in the order of those that took their place.
    pub replaced: Vec<Replaced>,
    /// The rules that were removed, those that had given way to them included.
    pub removed: Vec<Rule>,
}

/// A rule that gave way to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// The index of the rule that took its place, in [`Merged::rules`].
    pub by: usize,
    /// The rule that gave way.
    pub rule: Rule,
}

/// A sequence that the keymaps should not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// Which one.
    pub sequence: Sequence,
    /// Where it is said.
    pub span: Span,
}

/// Puts keymaps together: later ones win, then `removals` are taken out of them, then `own` rules
/// are added, which win over all.
#[must_use]
pub fn merge(
    keymaps: Vec<Vec<Rule>>,
    removals: &[Removal],
    own: Vec<Rule>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Merged {
    let mut merging = Merging::default();
    // The first keymap is the locale's large one as a rule: it is used where it is, not copied.
    let others = keymaps.iter().skip(1).map(Vec::len).sum::<usize>() + own.len();
    let mut keymaps = keymaps.into_iter();
    merging.slots = keymaps.next().unwrap_or_default().into_iter().map(Some).collect();
    merging.slots.reserve_exact(others);
    merging.index.reserve(merging.slots.len() + others);
    for slot in 0..merging.slots.len() {
        merging.enter(slot, diagnostics);
    }
    for rule in keymaps.flatten() {
        merging.add(rule, diagnostics);
    }
    let mut removed = Vec::new();
    for removal in removals {
        match merging.remove(&removal.sequence) {
            Some(rules) => removed.extend(rules),
            None => diagnostics.push(removed_nothing(removal)),
        }
    }
    for rule in own {
        merging.add(rule, diagnostics);
    }
    merging.finish(removed)
}

/// Rules being put together. A slot is empty when its rule gave way or was removed.
#[derive(Default)]
struct Merging {
    slots: Vec<Option<Rule>>,
    /// The slot of each sequence.
    index: FxHashMap<Sequence, usize>,
    /// The rules that gave way to the rule in a slot, oldest first.
    gave_way: FxHashMap<usize, Vec<Rule>>,
}

impl Merging {
    fn add(&mut self, rule: Rule, diagnostics: &mut Vec<Diagnostic>) {
        self.slots.push(Some(rule));
        self.enter(self.slots.len() - 1, diagnostics);
    }

    /// Enters the rule of a slot into the index. One that is there for the same sequence gives way.
    fn enter(&mut self, slot: usize, diagnostics: &mut Vec<Diagnostic>) {
        let Some(rule) = &self.slots[slot] else { return };
        let Some(before) = self.index.insert(rule.sequence.clone(), slot) else { return };
        let Some(old) = self.slots[before].take() else { return };
        diagnostics.extend(self.slots[slot].as_ref().and_then(|rule| override_note(rule, &old)));
        let mut chain = self.gave_way.remove(&before).unwrap_or_default();
        chain.push(old);
        self.gave_way.insert(slot, chain);
    }

    fn remove(&mut self, sequence: &Sequence) -> Option<Vec<Rule>> {
        let slot = self.index.remove(sequence)?;
        let mut rules = self.gave_way.remove(&slot).unwrap_or_default();
        rules.extend(self.slots[slot].take());
        Some(rules)
    }

    fn finish(mut self, removed: Vec<Rule>) -> Merged {
        let mut replaced = Vec::new();
        let filled = self.slots.iter().enumerate().filter(|(_, rule)| rule.is_some());
        for (by, (slot, _)) in filled.enumerate() {
            let gave_way = self.gave_way.remove(&slot).unwrap_or_default();
            replaced.extend(gave_way.into_iter().map(|rule| Replaced { by, rule }));
        }
        // In the memory of the slots.
        Merged { rules: self.slots.into_iter().flatten().collect(), replaced, removed }
    }
}

/// A note unless both give the same, or the new rule says that it means it. Within one keymap there
/// is nothing to say: only the locale's Compose file has a sequence twice, when it includes another.
fn override_note(new: &Rule, old: &Rule) -> Option<Diagnostic> {
    let same = new.output.text == old.output.text || new.keymap == old.keymap;
    if same || new.output.about.replaces.contains(&old.output.text) {
        return None;
    }
    let message =
        format!("`{}` gives `{}` instead of `{}`", new.sequence, new.output.text, old.output.text);
    let help = format!("if it is meant, say so: `replaces = \"{}\"`", old.output.text);
    let diagnostic = Diagnostic::new(Code::Override, message)
        .at(new.span, format!("this rule of `{}` wins", new.keymap))
        .at(old.span, format!("over this one of `{}`", old.keymap))
        .help(help);
    Some(diagnostic)
}

fn removed_nothing(removal: &Removal) -> Diagnostic {
    Diagnostic::new(
        Code::RemovedNothing,
        format!("no keymap has a rule `{}` to remove", removal.sequence),
    )
    .at(removal.span, "")
    .help("remove this entry, or add the keymap that it is about")
}

/// Leaves of each sequence the first rule, and says where the others are.
pub(super) fn drop_repeated(rules: &mut Vec<Rule>, diagnostics: &mut Vec<Diagnostic>) {
    let mut first: FxHashMap<Sequence, Span> = FxHashMap::default();
    rules.retain(|rule| {
        let Some(&span) = first.get(&rule.sequence) else {
            first.insert(rule.sequence.clone(), rule.span);
            return true;
        };
        let message = format!("the sequence `{}` is there twice", rule.sequence);
        diagnostics.push(
            Diagnostic::new(Code::DuplicateSequence, message)
                .at(rule.span, "again here")
                .at(span, "first here")
                .help("the two are written differently but mean the same keys: remove one"),
        );
        false
    });
}

/// A rule that is the start of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrefixPair {
    /// The index of the shorter rule.
    pub short: usize,
    /// The indices of all that start with it.
    pub longer: Vec<usize>,
}

/// Every rule that is the start of others, in the order of the rules.
#[must_use]
pub fn prefix_pairs(rules: &[Rule]) -> Vec<PrefixPair> {
    let mut sorted: Vec<(&[Keysym], usize)> =
        rules.iter().enumerate().map(|(i, rule)| (rule.sequence.keysyms(), i)).collect();
    sorted.sort_unstable();
    let mut pairs = Vec::new();
    for (at, &(keysyms, short)) in sorted.iter().enumerate() {
        // In sorted order the rules that start with this one follow it directly.
        let longer: Vec<usize> = sorted[at + 1..]
            .iter()
            .take_while(|(longer, _)| longer.starts_with(keysyms))
            .map(|&(_, i)| i)
            .collect();
        if !longer.is_empty() {
            pairs.push(PrefixPair { short, longer });
        }
    }
    pairs.sort_unstable_by_key(|pair| pair.short);
    pairs
}
