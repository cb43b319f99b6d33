//! What programs say of the file as a whole. Enter at [`findings`].

use std::{
    collections::{BTreeMap, HashSet},
    path::{Path, PathBuf},
};

use super::{
    Subject,
    views::{Views, Who},
};
use crate::{
    diagnostic::{Code, Diagnostic, Effect},
    keysym::Keysym,
    source::{Sources, Span},
    xcompose::{
        World,
        profile::{
            self, Family, Files, Outcome, Profile, Reading, Reason, Statement, SystemTable, Verdict,
        },
        report::words,
    },
};

/// Of a system table a file that takes its place may lack one sequence in so many: a copy of it from
/// which some were removed is no mistake.
const MISSED: usize = 10;

/// The sequences of the system's table that a file takes away.
#[derive(Debug)]
pub(super) struct Lost {
    /// The system's file.
    file: PathBuf,
    /// How many there are.
    count: usize,
    /// Whose.
    who: Who,
    /// One that many people know.
    example: Option<(String, String)>,
}

/// What programs that use the file in place of the system's table lose by that.
pub(super) fn lost_sequences(
    path: &Path,
    views: &Views,
    world: &World,
    files: &dyn Files,
    sources: &Sources,
) -> Option<Lost> {
    let replaces = |reading: &Reading| {
        reading.file.outcome != Outcome::KillsTable && reading.file.system == SystemTable::Replaced
    };
    let who: Who = views.readings().filter(|(_, r)| replaces(r)).map(|(index, _)| index).collect();
    let first = *who.first()?;
    let profile = Profile::from(Family::Libxkbcommon);
    // The texts are of no use for findings: they are not the user's.
    let mut aside = Sources::default();
    let file = profile::locale_file(world, &mut { files }, true)?;
    if file == path || sources.iter().any(|(_, s)| Path::new(&s.name) == file) {
        return None;
    }
    let system = profile::read_from(files, profile, &file, world, &mut aside);
    let sequences = system.table.sequences();
    let has: HashSet<Vec<Keysym>> =
        views.reading(first).table.sequences().into_iter().map(|(keys, _)| keys).collect();
    let lost: Vec<_> = sequences.iter().filter(|(keys, _)| !has.contains(keys)).collect();
    if lost.len() * MISSED < sequences.len() {
        return None;
    }
    let known = ["Multi_key", "quotedbl", "u"]
        .map(|name| Keysym::from_name(name).unwrap_or(Keysym::NO_SYMBOL));
    let example = lost.iter().find(|(keys, _)| *keys == known).or(lost.first());
    let example = example
        .and_then(|(keys, rule)| Some((words::keys(keys), system.gives(*rule)?.text.clone())));
    Some(Lost { file, count: lost.len(), who, example })
}

/// The findings about the file.
pub(super) fn findings(subject: &Subject<'_>, lost: Option<&Lost>) -> Vec<Diagnostic> {
    let mut findings = ends(subject);
    findings.extend(lost.and_then(|lost| replaced(subject, lost)));
    findings.extend(left_to_own_tables(subject));
    findings
}

/// The system's table is not used, and nobody said that this is meant.
fn replaced(subject: &Subject<'_>, lost: &Lost) -> Option<Diagnostic> {
    let Lost { file, count, who, example } = lost;
    let top = subject.top?;
    let line = subject.sources.get(top).text.lines().next().unwrap_or_default().trim_end();
    let mut diagnostic = Diagnostic::new(
        Code::ComposeReplaces,
        "the file replaces the system's table and does not include it",
    )
    .at(Span::new(top, 0..line.len()), "expected `include \"%L\"` first")
    .note(format!(
        "{count} sequences of `{}` are lost in {}{}",
        file.display(),
        subject.views.name(who),
        example
            .as_ref()
            .map_or(String::new(), |(keys, text)| format!(", such as `{keys}` for {text}")),
    ))
    .help("`--fix --include` puts it there; leave it out if you want your own sequences alone");
    let reason = "the file takes the place of the system's table";
    diagnostic.effects = effects(subject, who, "system table replaced", reason);
    Some(diagnostic)
}

/// Rules that a toolkit leaves to its own table, which it does not use beside the file.
fn left_to_own_tables(subject: &Subject<'_>) -> Option<Diagnostic> {
    let gone = |statement: &&Statement| {
        matches!(statement.verdict, Verdict::Altered { reason: Reason::LeftToOwnTable, .. })
            && subject.is_own(statement.span)
    };
    let of = |(index, reading): (usize, &Reading)| {
        let mut gone = reading.statements.iter().filter(gone).map(|statement| statement.span);
        let first = gone.next()?;
        Some((index, first, 1 + gone.count()))
    };
    let all: Vec<_> = subject.views.readings().filter_map(of).collect();
    let &(_, first, count) = all.first()?;
    let who: Who = all.iter().map(|&(index, ..)| index).collect();
    let name = subject.views.name(&who);
    let (rules, are) = if count == 1 { ("rule", "gives") } else { ("rules", "give") };
    let reason = Reason::LeftToOwnTable.to_string();
    let mut diagnostic = Diagnostic::new(
        Code::ComposeReadOtherwise,
        format!("{count} {rules} {are} nothing in {name}"),
    )
    .at(first, if count == 1 { "" } else { "the first of them" })
    .note(reason.clone())
    .help("`include \"%L\"` brings that table in; `--fix --include` puts it there");
    diagnostic.effects = effects(subject, &who, "altered", &reason);
    Some(diagnostic)
}

/// Files of which programs read nothing, or not the end.
fn ends(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut ends: BTreeMap<(bool, String), Who> = BTreeMap::new();
    for (index, reading) in subject.views.readings() {
        let kills = match reading.file.outcome {
            Outcome::Kept => continue,
            Outcome::KillsRest => false,
            Outcome::KillsTable => true,
        };
        let reason = reading.file.reason.as_ref().map(ToString::to_string).unwrap_or_default();
        let _ = ends.entry((kills, reason)).or_default().insert(index);
    }
    let mut findings = Vec::new();
    for ((kills, reason), who) in ends {
        let name = subject.views.name(&who);
        let (code, message, verdict) = if kills {
            (Code::ComposeNoTable, format!("no table at all in {name}"), "no table")
        } else {
            (Code::ComposeRestLost, format!("not read to its end by {name}"), "rest dropped")
        };
        let mut diagnostic = Diagnostic::new(code, message).note(reason.clone());
        let place = who.first().and_then(|&index| subject.views.reading(index).file.place);
        if let Some(place) = place {
            let label = if kills { "here it gives up" } else { "nothing after this is read" };
            diagnostic = diagnostic.at(place, label);
        } else if let Some(top) = subject.top {
            diagnostic = diagnostic.at(Span::new(top, 0..0), "");
        }
        diagnostic.effects = effects(subject, &who, verdict, &reason);
        findings.push(diagnostic);
    }
    findings
}

fn effects(subject: &Subject<'_>, who: &Who, verdict: &'static str, reason: &str) -> Box<[Effect]> {
    let effect = |toolkit| Effect { toolkit, verdict, reason: reason.to_owned() };
    subject.views.names(who).into_iter().map(effect).collect()
}
