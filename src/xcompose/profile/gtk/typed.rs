//! [`settle`]: verdicts that only typing tells. Where rules share keys, go on from each other, or have
//! keys that these toolkits use for something else, the machine types them and what it gives counts.

use super::{
    Family, Hiding, Keysym, Own, Reading, Reason, SystemTable, Verdict, What,
    algorithm::{self, Worked},
    builtin, tables,
};
use crate::xcompose::{
    machine::{Fed, Machine},
    profile::Statement,
    tree::{NodeId, Tree},
};

/// A key that nobody composes with: it ends what waits for more.
const OTHER: Keysym = Keysym(0xffd4);

/// Types what could be otherwise than it looks, and corrects the verdicts. `alike` are rules with the same
/// keys. Whether it changed any.
pub(super) fn settle(reading: &mut Reading, alike: &[Vec<usize>]) -> bool {
    let mut found = left_to_own_table(reading);
    let mut suspects = suspects(reading, alike);
    suspects.retain(|&rule| may_count(reading, rule));
    suspects.retain(|rule| found.binary_search_by_key(rule, |&(gone, _)| gone).is_err());
    if !suspects.is_empty() {
        // Those side by side that start alike: the start is typed once.
        suspects.sort_by(|&a, &b| keys(reading, a).cmp(&keys(reading, b)));
        let mut typist = Typist::new(reading);
        found.extend(
            suspects
                .into_iter()
                .filter_map(|rule| Some((rule, verdict(reading, rule, alike, &mut typist)?))),
        );
    }
    let changes = !found.is_empty();
    for (rule, verdict) in found {
        reading.statements[rule].verdict = verdict;
    }
    changes
}

/// The rules that have to do with others, or with keys that are special.
fn suspects(reading: &Reading, alike: &[Vec<usize>]) -> Vec<usize> {
    let mut suspects = alike.concat();
    let tree = &reading.table;
    let mut todo = vec![NodeId::ROOT];
    while let Some(at) = todo.pop() {
        let node = tree.node(at);
        if let Some(rule) = node.rule.filter(|_| !node.children.is_empty()) {
            suspects.push(rule);
            suspects.extend(rules_below(tree, at));
        }
        todo.extend(&node.children);
    }
    let family = reading.profile.family;
    // IBus no longer finds what it should in a table whose keys are out of order.
    let out_of_order = family == Family::Ibus && reading.statements.iter().any(is_cut);
    suspects.extend((0..reading.statements.len()).filter(|&rule| {
        let is_special = |keys: &[Keysym]| keys.iter().any(|&key| special(family, key).is_some());
        let is_empty = || reading.gives(rule).is_some_and(|gives| gives.text.is_empty());
        let is_cut_off = |keys: &[Keysym]| family == Family::Ibus && builtin::cuts_off(keys);
        out_of_order && keys(reading, rule).is_some()
            || keys(reading, rule).is_some_and(|keys| {
                keys.is_empty() || is_special(keys) || is_empty() || is_cut_off(keys)
            })
    }));
    suspects.sort_unstable();
    suspects.dedup();
    suspects
}

/// Whether a key of a rule has more bits than IBus compares.
fn is_cut(statement: &Statement) -> bool {
    let wide = |keysyms: &[Keysym]| keysyms.iter().any(|key| key.0 > 0xffff);
    matches!(&statement.what, What::Rule { keysyms, .. } if wide(keysyms))
}

/// Whether a rule is there and no later one took its place.
fn may_count(reading: &Reading, rule: usize) -> bool {
    let verdict = &reading.statements[rule].verdict;
    !matches!(verdict, Verdict::Dropped(_) | Verdict::Hidden { how: Hiding::SameKeys, .. })
}

/// Whether GTK 4 takes a rule for none: one without a text.
pub(super) fn is_nothing(reading: &Reading, rule: usize) -> bool {
    reading.profile.family == Family::Gtk4
        && reading.gives(rule).is_some_and(|gives| gives.text.is_empty())
}

fn rules_below(tree: &Tree, at: NodeId) -> Vec<usize> {
    let mut rules = Vec::new();
    let mut todo = tree.node(at).children.clone();
    while let Some(at) = todo.pop() {
        rules.extend(tree.node(at).rule);
        todo.extend(&tree.node(at).children);
    }
    rules
}

fn keys(reading: &Reading, rule: usize) -> Option<&[Keysym]> {
    match &reading.statements[rule].what {
        What::Rule { keysyms, .. } => Some(keysyms),
        _ => None,
    }
}

/// Why a key is no part of a sequence.
fn special(family: Family, key: Keysym) -> Option<Reason> {
    const BACKSPACE: Keysym = Keysym(0xff08);
    const ESCAPE: Keysym = Keysym(0xff1b);
    match key {
        _ if key.is_modifier() => Some(Reason::ModifierKey(key.name())),
        BACKSPACE => Some(Reason::EditingKey(key.name())),
        ESCAPE if family != Family::Gtk3 => Some(Reason::EditingKey(key.name())),
        _ => None,
    }
}

/// What becomes of a rule whose keys do not give what it says; `None` when its verdict is right.
fn verdict(
    reading: &Reading,
    rule: usize,
    alike: &[Vec<usize>],
    typist: &mut Typist<'_>,
) -> Option<Verdict> {
    let keys = keys(reading, rule)?;
    let typed = typist.typed(keys);
    let gives = reading.gives(rule)?;
    if typed.as_ref() == Some(&gives.text) {
        return None;
    }
    if keys.is_empty() {
        let reason = Reason::Other("its first key is cut to nothing, which ends its keys".into());
        return Some(Verdict::Altered { to: String::new(), reason });
    }
    if is_nothing(reading, rule) {
        let reason = Reason::EmptyText;
        return Some(Verdict::Altered { to: typed.unwrap_or_default(), reason });
    }
    if let Some(reason) = keys.iter().find_map(|&key| special(reading.profile.family, key)) {
        return Some(Verdict::Altered { to: typed.unwrap_or_default(), reason });
    }
    let hidden = |by, how| Some(Verdict::Hidden { by, how });
    let same = alike.iter().find(|rules| rules.contains(&rule));
    let is_typed =
        |other: &&usize| reading.gives(**other).map(|gives| &gives.text) == typed.as_ref();
    if let Some(&by) = same.and_then(|same| same.iter().find(is_typed)) {
        return hidden(by, Hiding::SameKeys);
    }
    let (tree, mut at) = (&reading.table, NodeId::ROOT);
    let mut shorter = None;
    for &key in keys {
        shorter = tree.node(at).rule.or(shorter);
        match tree.step(at, key, 0) {
            Some(next) => at = next,
            None => break,
        }
    }
    match (tree.rule_below(at), shorter) {
        (Some(by), _) => hidden(by, Hiding::Longer),
        (None, Some(by)) => hidden(by, Hiding::Shorter),
        (None, None) => {
            let reason = Reason::Other("the toolkit has something else for these keys".to_owned());
            Some(Verdict::Altered { to: typed.unwrap_or_default(), reason })
        }
    }
}

/// Types sequences, one after the other, and remembers what it typed last.
struct Typist<'r> {
    fresh: Machine<'r>,
    /// The keys of the last sequence but its last one, and how it stood after each.
    after: Vec<(Keysym, Stand<'r>)>,
}

/// How it stands after some keys of a sequence.
enum Stand<'r> {
    Composing(Machine<'r>),
    /// They gave a text already.
    Ended,
}

impl<'r> Typist<'r> {
    fn new(reading: &'r Reading) -> Self {
        Self { fresh: Machine::new(reading), after: Vec::new() }
    }

    /// What is typed by these keys, and by another key if they wait for it.
    fn typed(&mut self, keys: &[Keysym]) -> Option<String> {
        let (&last, before) = keys.split_last()?;
        let known = self.after.iter().zip(before).take_while(|((a, _), b)| a == *b).count();
        self.after.truncate(known);
        for &key in &before[known..] {
            let stand = match self.machine() {
                Some(mut machine) => match machine.feed(key) {
                    Fed::Composed(_) => Stand::Ended,
                    _ => Stand::Composing(machine),
                },
                None => Stand::Ended,
            };
            self.after.push((key, stand));
        }
        let mut machine = self.machine()?;
        let fed = machine.feed(last);
        match if fed == Fed::Pending { machine.feed(OTHER) } else { fed } {
            Fed::Composed(gives) => Some(gives.text),
            _ => None,
        }
    }

    /// One that has typed the keys so far, unless they gave a text.
    fn machine(&self) -> Option<Machine<'r>> {
        match self.after.last() {
            None => Some(self.fresh.clone()),
            Some((_, Stand::Composing(machine))) => Some(machine.clone()),
            Some((_, Stand::Ended)) => None,
        }
    }
}

/// The rules that IBus leaves out of a file because its own table has them too, where it does not use that
/// beside the file.
fn left_to_own_table(reading: &Reading) -> Vec<(usize, Verdict)> {
    let (profile, system) = (reading.profile, reading.file.system);
    if profile.family != Family::Ibus || system != SystemTable::Replaced {
        return Vec::new();
    }
    let Some(Own::Sorted(tables)) = tables(reading).own else { return Vec::new() };
    let mut there = vec![false; reading.statements.len()];
    for rule in tables.iter().flat_map(|table| table.rows()).filter_map(|row| row.rule) {
        there[rule] = true;
    }
    let counts = |rule: &usize| {
        let verdict = &reading.statements[*rule].verdict;
        matches!(verdict, Verdict::Kept | Verdict::Altered { .. }) && !is_worked_out(reading, *rule)
    };
    let gone = (0..there.len()).filter(|&rule| !there[rule]).filter(counts);
    let verdict = Verdict::Altered { to: String::new(), reason: Reason::LeftToOwnTable };
    gone.map(|rule| (rule, verdict.clone())).collect()
}

/// Whether IBus makes the same of the keys without a table; also when it is no rule.
fn is_worked_out(reading: &Reading, rule: usize) -> bool {
    let What::Rule { keysyms, gives } = &reading.statements[rule].what else { return true };
    let keys: Vec<u32> = keysyms.iter().map(|key| key.0 & 0xffff).collect();
    matches!(algorithm::work(Family::Ibus, &keys), Worked::Text(text) if text == gives.text)
}
