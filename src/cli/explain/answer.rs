//! What each program types for a sequence when it has read a Compose file, and why.

use crate::{
    keysym::Keysym,
    sequence::Sequence,
    source::{Sources, Span},
    xcompose::{
        machine::{Fed, Machine},
        profile::{Hiding, Outcome, Reading, Statement, SystemTable, Verdict, What},
        report::Views,
    },
};

/// What one program does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// What is there after the last key.
    pub(super) types: Types,
    /// Why, in a few words; empty when there is nothing to say.
    pub(super) why: String,
    /// File and line of the rule that answers.
    pub(super) place: Option<(String, usize)>,
}

/// What is there after the last key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Types {
    /// This text.
    Text(String),
    /// This text after so many keys; the rest are keys of their own.
    Early(String, usize),
    /// Nothing yet: it waits for more keys.
    Waits,
    /// Nothing.
    Nothing,
}

impl Types {
    /// What is typed for exactly these keys.
    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

/// What every program answers, in the order of the views.
pub(super) fn answers(sequence: &Sequence, views: &Views, sources: &Sources) -> Vec<Answer> {
    let keys = in_a_file(sequence);
    let readings = || views.all.iter().map(|view| &view.reading);
    // Where the rule for these keys is written, for those who make nothing of it.
    let written = readings().flat_map(|reading| &reading.statements).rfind(|s| is_for(s, &keys));
    let written = written.map(|statement| statement.span);
    readings().map(|reading| answer(reading, &keys, written, sources)).collect()
}

/// The keys as they stand in a Compose file: with the Compose key, unless another starts them.
fn in_a_file(sequence: &Sequence) -> Vec<Keysym> {
    match sequence.keysyms() {
        [first, ..] if *first == Keysym::MULTI_KEY || first.is_dead() => {
            sequence.keysyms().to_vec()
        }
        keysyms => [&[Keysym::MULTI_KEY], keysyms].concat(),
    }
}

fn is_for(statement: &Statement, keys: &[Keysym]) -> bool {
    matches!(&statement.what, What::Rule { keysyms, .. } if **keysyms == *keys)
}

fn answer(reading: &Reading, keys: &[Keysym], written: Option<Span>, sources: &Sources) -> Answer {
    let at = |span: Span| {
        let line = sources.line(span.source, span.start);
        (sources.get(span.source).name.clone(), line)
    };
    if reading.file.outcome == Outcome::KillsTable {
        let reason = reading.file.reason.as_ref().map(ToString::to_string).unwrap_or_default();
        let why = format!("no table at all: {reason}");
        return Answer { types: Types::Nothing, why, place: None };
    }
    let types = typed(reading, keys);
    let mut rules = reading.statements.iter().filter(|s| is_for(s, keys));
    let place = match &types {
        Types::Text(text) => rules
            .rfind(|s| matches!(&s.what, What::Rule { gives, .. } if gives.text == *text))
            .map(|statement| at(statement.span)),
        _ => None,
    };
    let why = match &types {
        Types::Text(_) if place.is_none() => "of its own, not by the file".to_owned(),
        Types::Text(_) => place.as_ref().map_or(String::new(), |(file, line)| {
            let name = file.rsplit('/').next().unwrap_or(file);
            if file.starts_with('/') { format!("{name}:{line}") } else { String::new() }
        }),
        Types::Early(_, after) => {
            format!(
                "after {after} keys: another rule ends there, and the rest are keys of their own"
            )
        }
        Types::Waits => "waits for more keys: longer rules start with these".to_owned(),
        Types::Nothing => why_nothing(reading, keys, written, sources),
    };
    Answer { types, why, place }
}

/// What the machine says.
fn typed(reading: &Reading, keys: &[Keysym]) -> Types {
    let mut machine = Machine::new(reading);
    for (i, &key) in keys.iter().enumerate() {
        let is_last = i + 1 == keys.len();
        match machine.feed(key) {
            Fed::Composed(composed) if is_last => return Types::Text(composed.text),
            Fed::Composed(composed) => return Types::Early(composed.text, i + 1),
            Fed::Pending if is_last => return Types::Waits,
            Fed::Pending => {}
            Fed::Ignored | Fed::Aborted => return Types::Nothing,
        }
    }
    Types::Nothing
}

/// Why a program has no rule for the keys.
fn why_nothing(
    reading: &Reading,
    keys: &[Keysym],
    written: Option<Span>,
    sources: &Sources,
) -> String {
    let line = |span: Span| sources.line(span.source, span.start);
    if let Some(rule) = reading.statements.iter().rfind(|s| is_for(s, keys)) {
        return match &rule.verdict {
            Verdict::Hidden { by, how } => {
                let how = match how {
                    Hiding::SameKeys => "has the same keys",
                    Hiding::Longer => "goes on from it",
                    Hiding::Shorter => "is the start of it",
                };
                format!("line {} {how}", line(reading.statements[*by].span))
            }
            Verdict::Dropped(reason) | Verdict::Altered { reason, .. } => {
                format!("line {}: {reason}", line(rule.span))
            }
            Verdict::Kept => format!("line {} does not count", line(rule.span)),
        };
    }
    let there = written.and_then(|span| {
        let same = |s: &&Statement| s.span.source == span.source && line(s.span) == line(span);
        reading.statements.iter().find(same)
    });
    match there.map(|statement| (&statement.verdict, statement.span)) {
        Some((Verdict::Dropped(reason), span)) => format!("line {}: {reason}", line(span)),
        _ if reading.file.system == SystemTable::Added => {
            "no rule in the file; its own table may have one".to_owned()
        }
        _ => "no rule".to_owned(),
    }
}
