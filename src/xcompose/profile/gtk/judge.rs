//! What becomes of all the rules of a file: [`judge`], and the [`Tables`] that a toolkit searches.

use std::{cmp::Ordering, collections::hash_map::Entry};

use rustc_hash::FxHashMap;

use super::{
    Family, FileVerdict, Hiding, Keysym, Outcome, Profile, Reading, Reason, SystemTable, Verdict,
    What,
    algorithm::{self, Worked},
    builtin,
    include::OWN,
    rows::{Found, Grouped, Row, Shorter, Sorted},
    typed,
};
use crate::xcompose::{
    profile::Statement,
    tree::{Modifiers, NodeId, Tree},
};

/// The bytes that GTK 4 keeps results of more than one character in, or of characters from U+8000 on.
const GTK4_TEXT: usize = 0x8000;

/// The numbers that GTK 4 keeps sequences in.
const GTK4_UNITS: usize = 0xffff;

/// The tables of a toolkit with a file.
#[derive(Clone, Debug)]
pub(crate) struct Tables {
    /// That of the file, if it makes one.
    pub(crate) own: Option<Own>,
    /// Whether the toolkit's own tables are searched as well.
    pub(crate) builtin: bool,
}

/// The table of a file.
#[derive(Clone, Debug)]
pub(crate) enum Own {
    /// GTK 3 has one list, IBus one for single characters and one for the rest.
    Sorted(Vec<Sorted>),
    /// GTK 4.
    Grouped(Grouped),
}

/// Fills in what only the whole file tells: which rules hide others, and what becomes of the file.
pub(super) fn judge(reading: &mut Reading) {
    let profile = reading.profile;
    reading.file.system = match reading.file.system {
        _ if adds(profile) => SystemTable::Added,
        SystemTable::Included => SystemTable::Included,
        _ => SystemTable::Replaced,
    };
    if reading.file.outcome == Outcome::KillsTable {
        reading.file.system = SystemTable::Added;
        return;
    }
    hide(reading);
    if profile.family == Family::Gtk4 {
        gtk4(reading);
    } else if let Some(reason) = too_long(reading) {
        reading.file = FileVerdict::kills(Outcome::KillsTable, reason, None);
        reading.file.system = SystemTable::Added;
    }
    if reading.file.outcome != Outcome::KillsTable {
        let alike;
        (reading.table, alike) = tree(reading);
        if typed::settle(reading, &alike) {
            reading.table = tree(reading).0;
        }
    }
}

/// Whether a file adds to the toolkit's own table, whatever it says.
fn adds(profile: Profile) -> bool {
    match profile.family {
        Family::Gtk3 => true,
        Family::Gtk4 => !profile.since(4, 4, 0),
        _ => !profile.since(1, 5, 33),
    }
}

/// Whether the last of several rules with the same keys counts, not the first.
fn last_counts(profile: Profile) -> bool {
    match profile.family {
        Family::Gtk4 => true,
        Family::Ibus => profile.since(1, 5, 33),
        _ => false,
    }
}

/// Of rules with the same keys the last one counts, in those that say so; of others only typing tells.
fn hide(reading: &mut Reading) {
    let profile = reading.profile;
    if !last_counts(profile) {
        return;
    }
    let mut known: FxHashMap<&[Keysym], usize> = FxHashMap::default();
    known.reserve(reading.statements.len());
    // A rule, and the statement that hides it.
    let mut hidden: Vec<(usize, usize)> = Vec::new();
    for (at, statement) in reading.statements.iter().enumerate() {
        if takes_own_table(statement) {
            if profile.family == Family::Gtk4 {
                for row in builtin::rows('4') {
                    let keys: Vec<Keysym> = row.keys.iter().copied().map(Keysym).collect();
                    hidden.extend(known.remove(&keys[..]).map(|rule| (rule, at)));
                }
            }
            continue;
        }
        let Some(keys) = keys(statement) else { continue };
        match known.entry(keys) {
            Entry::Vacant(new) => drop(new.insert(at)),
            Entry::Occupied(mut last) => hidden.push((last.insert(at), at)),
        }
    }
    for (rule, by) in hidden {
        reading.statements[rule].verdict = Verdict::Hidden { by, how: Hiding::SameKeys };
    }
}

/// Whether it is an include of the toolkit's own table.
fn takes_own_table(statement: &Statement) -> bool {
    matches!(&statement.what, What::Include { path } if path == OWN)
        && statement.verdict == Verdict::Kept
}

/// The keys of a rule that counts so far.
fn keys(statement: &Statement) -> Option<&[Keysym]> {
    let counts = matches!(statement.verdict, Verdict::Kept | Verdict::Altered { .. });
    match &statement.what {
        What::Rule { keysyms, .. } if counts => Some(keysyms),
        _ => None,
    }
}

/// What becomes of GTK 3 and IBus when the results of several characters are more than a number of 16
/// bits counts: bytes with a zero between them there, characters here.
fn too_long(reading: &Reading) -> Option<Reason> {
    let gtk3 = reading.profile.family == Family::Gtk3;
    let size = |text: &str| if gtk3 { text.len() + 1 } else { text.chars().count() };
    let texts = reading.statements.iter().filter_map(|statement| match &statement.what {
        What::Rule { gives, .. } if !matches!(statement.verdict, Verdict::Dropped(_)) => {
            Some(gives.text.as_str()).filter(|text| text.chars().count() > 1)
        }
        _ => None,
    });
    let total: usize = texts.map(size).sum();
    let why = if gtk3 {
        format!(
            "{} results of more than {LONG} bytes, which it writes beyond its memory",
            super::ENDS_IT
        )
    } else {
        format!(
            "results of more than {LONG} characters: from its second start on IBus ends at its cache of them"
        )
    };
    (total > LONG).then_some(Reason::Other(why))
}

/// What the caches of GTK 3 and IBus count up to.
const LONG: usize = 0xffff;

/// What GTK 4 alone does: a key alone gives nothing, a start gives nothing, and a table has a size.
fn gtk4(reading: &mut Reading) {
    let rows = gtk4_rows(reading);
    if rows.is_empty() || text_of(&rows) {
        let reason = if rows.is_empty() {
            Reason::Other("no rule of it counts".to_owned())
        } else {
            Reason::Other(format!("its results have more than {GTK4_TEXT} bytes"))
        };
        let verdict = FileVerdict::kills(Outcome::KillsTable, reason, None);
        reading.file = FileVerdict { system: SystemTable::Added, ..verdict };
        return;
    }
    if units(&rows) > GTK4_UNITS {
        let why = format!("{} a table of more than {GTK4_UNITS} keys and results", super::ENDS_IT);
        reading.file = FileVerdict::kills(Outcome::KillsTable, Reason::Other(why), None);
        return;
    }
    for (i, row) in rows.iter().enumerate() {
        let Some(rule) = row.rule else { continue };
        if row.keys.len() == 1 {
            let reason =
                Reason::Other("a key alone gives nothing: it waits for another".to_owned());
            reading.statements[rule].verdict = Verdict::Altered { to: String::new(), reason };
        } else if let Some(next) = rows.get(i + 1).filter(|next| next.keys.starts_with(&row.keys)) {
            let reason = format!("it is only shown: `{}` goes on", name(&next.keys));
            let verdict = next.rule.map_or(
                Verdict::Altered { to: String::new(), reason: Reason::Other(reason) },
                |by| Verdict::Hidden { by, how: Hiding::Longer },
            );
            reading.statements[rule].verdict = verdict;
        }
    }
}

fn name(keys: &[u32]) -> String {
    let names: Vec<_> = keys.iter().map(|&key| Keysym(key).name()).collect();
    names.join(" ")
}

/// Whether the texts take more room than there is: the offset of the last is what counts.
fn text_of(rows: &[Row]) -> bool {
    let mut order: Vec<&Row> = rows.iter().collect();
    order.sort_by_key(|row| (row.keys.first(), row.keys.len(), &row.keys));
    let mut size = 0;
    for row in order {
        let mut chars = row.text.chars();
        if matches!((chars.next(), chars.next()), (Some(c), None) if u32::from(c) < 0x8000) {
            continue;
        }
        size += usize::from(size > 0);
        if size >= GTK4_TEXT {
            return true;
        }
        size += row.text.len();
    }
    false
}

/// The numbers that the rows and their index take.
fn units(rows: &[Row]) -> usize {
    let longest = rows.iter().map(|row| row.keys.len()).max().unwrap_or(0);
    let mut first: Vec<_> = rows.iter().map(|row| row.keys.first()).collect();
    first.dedup();
    first.len() * (longest + 2) + rows.iter().map(|row| row.keys.len()).sum::<usize>()
}

/// The rows of a file in GTK 4, sorted by keys; with its own table where `%L` takes it in.
fn gtk4_rows(reading: &Reading) -> Vec<Row> {
    let mut rows = Vec::with_capacity(reading.statements.len());
    for (at, statement) in reading.statements.iter().enumerate() {
        if takes_own_table(statement) {
            rows.extend(builtin::rows('4').cloned());
        } else if let What::Rule { keysyms, gives } = &statement.what
            && !matches!(statement.verdict, Verdict::Dropped(_))
        {
            let keys = keysyms.iter().map(|key| key.0).collect();
            rows.push(Row { keys, text: gives.text.clone(), rule: Some(at) });
        }
    }
    // Of the same keys the last ones count.
    rows.sort_by(|a, b| a.keys.cmp(&b.keys));
    rows.dedup_by(|later, kept| {
        let same = later.keys == kept.keys;
        if same {
            std::mem::swap(later, kept);
        }
        same
    });
    let worked = |row: &Row| matches!(algorithm::work(Family::Gtk4, &row.keys), Worked::Text(text) if text == row.text);
    rows.retain(|row| !row.text.is_empty() && !worked(row));
    rows
}

/// The tables that a toolkit searches after this reading.
pub(crate) fn tables(reading: &Reading) -> Tables {
    let profile = reading.profile;
    let own = match profile.family {
        _ if reading.file.outcome == Outcome::KillsTable => None,
        Family::Gtk4 => {
            let rows = gtk4_rows(reading);
            (!rows.is_empty()).then(|| Own::Grouped(Grouped::new(rows, Shorter::Waits)))
        }
        _ => sorted(reading),
    };
    let included = reading.file.system == SystemTable::Included && profile.family == Family::Ibus;
    Tables { builtin: adds(profile) || own.is_none() || included, own }
}

/// The rows of a file in GTK 3 and IBus: not those that the toolkit gives without them.
fn sorted(reading: &Reading) -> Option<Own> {
    let profile = reading.profile;
    let family = profile.family;
    let mut rows = Vec::new();
    let mut longest = 0;
    for (at, statement) in reading.statements.iter().enumerate() {
        let What::Rule { keysyms, gives } = &statement.what else { continue };
        let hidden = matches!(statement.verdict, Verdict::Hidden { how: Hiding::SameKeys, .. });
        if matches!(statement.verdict, Verdict::Dropped(_)) || hidden && last_counts(profile) {
            continue;
        }
        let keys: Vec<u32> = keysyms.iter().map(|key| key.0).collect();
        if family == Family::Ibus {
            longest = longest.max(keys.len());
        }
        let row = Row { keys, text: gives.text.clone(), rule: Some(at) };
        if !without(family, &row) {
            rows.push(row);
        }
    }
    if rows.is_empty() {
        return None;
    }
    rows.sort_by(|a, b| by_difference(&a.keys, &b.keys));
    for row in &mut rows {
        row.keys.iter_mut().for_each(|key| *key &= 0xffff);
        if family != Family::Ibus {
            longest = longest.max(row.keys.len());
        }
    }
    if family == Family::Gtk3 {
        return Some(Own::Sorted(vec![Sorted::new(rows, longest)]));
    }
    let (wide, narrow): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| is_wide(&row.text));
    let tables = vec![Sorted::new(narrow, longest), Sorted::new(wide, longest)];
    Some(Own::Sorted(tables))
}

/// Orders keys by the difference of the first that differ, as signed numbers of 32 bits.
fn by_difference(a: &[u32], b: &[u32]) -> Ordering {
    let padded = |keys: &'_ [u32], at: usize| keys.get(at).copied().unwrap_or(0);
    let differences = (0..a.len().max(b.len())).map(|at| {
        let difference = padded(a, at).wrapping_sub(padded(b, at));
        difference.cast_signed().cmp(&0)
    });
    differences.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// Whether IBus keeps the text in its second table.
pub(super) fn is_wide(text: &str) -> bool {
    text.chars().count() > 1 || text.starts_with(|c| c >= '\u{ffff}')
}

/// Whether the toolkit gives the same without the rule.
fn without(family: Family, row: &Row) -> bool {
    let keys: Vec<u32> = row.keys.iter().map(|key| key & 0xffff).collect();
    let tables = builtin::tables(family);
    let table = match family {
        Family::Ibus => &tables[usize::from(is_wide(&row.text))],
        _ => &tables[0],
    };
    if let Found::Whole(found) = table.find(&keys) {
        return found.text == row.text;
    }
    match algorithm::work(family, &keys) {
        // IBus compares the first character alone.
        Worked::Text(text) if family == Family::Ibus => {
            text.chars().next() == row.text.chars().next()
        }
        Worked::Text(text) => text == row.text,
        // What is not known yet is an empty text to both.
        Worked::Pending => row.text.is_empty(),
        Worked::Nothing => false,
    }
}

/// The rules that count, as a tree; and rules with the same keys, those together that share them.
fn tree(reading: &Reading) -> (Tree, Vec<Vec<usize>>) {
    let mut tree = Tree::default();
    let mut alike: FxHashMap<NodeId, Vec<usize>> = FxHashMap::default();
    let mut nodes: FxHashMap<(NodeId, Keysym), NodeId> = FxHashMap::default();
    nodes.reserve(reading.statements.len());
    for (at, statement) in reading.statements.iter().enumerate() {
        let Some(keysyms) = keys(statement).filter(|_| !typed::is_nothing(reading, at)) else {
            continue;
        };
        let mut node = NodeId::ROOT;
        for &keysym in keysyms {
            let next = nodes.entry((node, keysym));
            node = *next.or_insert_with(|| tree.push(node, keysym, Modifiers::default()));
        }
        if let Some(before) = tree.node_mut(node).rule.replace(at) {
            alike.entry(node).or_insert_with(|| vec![before]).push(at);
        }
    }
    (tree, alike.into_values().collect())
}
