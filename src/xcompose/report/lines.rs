//! What programs say of single lines. Enter at [`findings`]: all that is said of one line for one cause
//! is one finding.

use std::collections::BTreeMap;

use super::{
    Subject, mend,
    slip::{Slip, SlipKind, slips},
    views::Who,
    words::{self, Cause, Said},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    source::{LineFinder, SourceId},
    xcompose::profile::{Outcome, Reading, Reason, Statement, Verdict, What},
};

/// A line of a file.
pub(super) type LineId = (SourceId, usize);

/// What is known of a line.
#[derive(Debug, Default)]
struct Line {
    /// What programs leave out, and why.
    dropped: Vec<Said>,
    /// What programs take otherwise, and why.
    altered: Vec<Said>,
    /// Who does not see the rule on it.
    unseen: Who,
    /// Who sees a rule on it.
    rule: Who,
    /// What can be seen in it.
    slips: Vec<Slip>,
}

/// The findings about lines.
pub(super) fn findings(subject: &Subject<'_>, unseen: &Unseen) -> Vec<Diagnostic> {
    let mut lines = said(subject);
    for (id, who) in unseen {
        lines.entry(*id).or_default().unseen.clone_from(who);
    }
    for &source in &subject.own {
        for slip in slips(&subject.sources.get(source).text) {
            let start = u32::try_from(slip.place.start).unwrap_or(u32::MAX);
            let id = (source, subject.sources.line(source, start));
            lines.entry(id).or_default().slips.push(slip);
        }
    }
    let mut causes: BTreeMap<(LineId, Code, usize), Cause> = BTreeMap::new();
    let ids: Vec<LineId> = lines.keys().copied().collect();
    for id in ids {
        // A comment that goes on takes the next line with it.
        let next = lines.get(&(id.0, id.1 + 1)).map(|line| line.unseen.clone());
        let line = &lines[&id];
        for cause in line_causes(line, id, next.unwrap_or_default()) {
            let at = cause.slip.as_ref().map_or(0, |slip| slip.place.start);
            let known = causes
                .entry((id, cause.code, at))
                .or_insert_with(|| Cause { said: Vec::new(), ..cause.clone() });
            known.said.extend(cause.said);
        }
    }
    words::findings(subject, causes.into_values())
}

/// The verdicts on every line of the user's files but those about other rules.
fn said(subject: &Subject<'_>) -> BTreeMap<LineId, Line> {
    let mut lines: BTreeMap<LineId, Line> = BTreeMap::new();
    for (who, reading) in subject.views.readings() {
        for statement in reading.statements.iter().filter(|s| subject.is_own(s.span)) {
            let (reason, to) = match &statement.verdict {
                Verdict::Kept | Verdict::Hidden { .. } => continue,
                // What everybody sees is as written; `pairs.rs` tells about the other rule.
                Verdict::Altered { reason: Reason::KeptKeysym, .. } => continue,
                // GTK 3 has a table of its own anyway.
                Verdict::Dropped(Reason::IgnoredInclude) if includes_system(subject, statement) => {
                    continue;
                }
                // `file.rs` says how many there are.
                Verdict::Altered { reason: Reason::LeftToOwnTable, .. } => continue,
                Verdict::Dropped(reason) => (reason, None),
                Verdict::Altered { to, reason } => (reason, Some(to.clone())),
            };
            let id = (statement.span.source, subject.line(statement.span));
            let line = lines.entry(id).or_default();
            let is_rule = matches!(statement.what, What::Rule { .. });
            if is_rule {
                let _ = line.rule.insert(who);
            }
            let list = if to.is_some() { &mut line.altered } else { &mut line.dropped };
            let place = statement.place;
            list.push(Said { who, reason: reason.clone(), to, place, span: statement.span });
        }
    }
    lines
}

/// Whether an include is of the system's own table.
fn includes_system(subject: &Subject<'_>, statement: &Statement) -> bool {
    mend::names_system(subject.sources.slice(statement.span))
}

/// The lines with a rule that some programs take for nothing at all, and those programs.
pub(super) type Unseen = BTreeMap<LineId, Who>;

/// Finds [`Unseen`] lines.
pub(super) fn unseen(subject: &Subject<'_>) -> Unseen {
    let rules: Vec<Vec<LineId>> =
        subject.views.readings().map(|(_, reading)| rule_lines(reading, subject)).collect();
    let all = in_order(rules.concat());
    let mut unseen = Unseen::new();
    for (who, reading) in subject.views.readings() {
        if rules[who].len() == all.len() || reading.file.outcome == Outcome::KillsTable {
            continue;
        }
        let covered = covered_lines(reading, subject);
        let end = match (reading.file.outcome, reading.file.place) {
            (Outcome::KillsRest, Some(place)) => Some((place.source, subject.line(place))),
            _ => None,
        };
        let read = |id: &&LineId| end.is_none_or(|end| id.0 != end.0 || id.1 <= end.1);
        for &id in all.iter().filter(read).filter(|id| covered.binary_search(id).is_err()) {
            let _ = unseen.entry(id).or_default().insert(who);
        }
    }
    unseen
}

/// The lines on which a program sees rules start.
fn rule_lines(reading: &Reading, subject: &Subject<'_>) -> Vec<LineId> {
    let mut finder = LineFinder::new(subject.sources);
    let rules = reading.statements.iter().filter(|s| matches!(s.what, What::Rule { .. }));
    let spans = rules.map(|statement| statement.span).filter(|&span| subject.is_own(span));
    in_order(spans.map(|span| (span.source, finder.line(span.source, span.start))).collect())
}

/// The lines of which a program sees more than blanks.
fn covered_lines(reading: &Reading, subject: &Subject<'_>) -> Vec<LineId> {
    let mut finder = LineFinder::new(subject.sources);
    let mut covered = Vec::with_capacity(reading.statements.len());
    let spans = reading.statements.iter().map(|statement| statement.span);
    for span in spans.filter(|&span| subject.is_own(span)) {
        let first = finder.line(span.source, span.start);
        let last = finder.line(span.source, span.end.saturating_sub(1).max(span.start));
        covered.extend((first..=last).map(|line| (span.source, line)));
    }
    in_order(covered)
}

/// Each line once, in order.
fn in_order(mut lines: Vec<LineId>) -> Vec<LineId> {
    // Most came in order, which this sort makes use of.
    lines.sort();
    lines.dedup();
    lines
}

/// Why a line is not what was written: one cause for each mistake in it, and for what is left.
fn line_causes(line: &Line, id: LineId, next_unseen: Who) -> Vec<Cause> {
    let mut causes = Vec::new();
    let mut add = |code, slip: Option<&Slip>, said: Vec<Said>| {
        causes.push(Cause { code, line: id, slip: slip.cloned(), said });
    };
    let slip = |kind| line.slips.iter().find(|slip| slip.kind == kind);
    // Mistakes that explain why the line is left out, whatever a program stumbled on first.
    let breaking: Vec<&Slip> = line.slips.iter().filter(|s| is_breaking(s.kind)).collect();
    if !line.dropped.is_empty() {
        for slip in &breaking {
            add(slip_code(slip.kind), Some(slip), line.dropped.clone());
        }
    }
    for said in &line.dropped {
        let of_slip = |kinds: &[SlipKind]| kinds.iter().find_map(|&kind| slip(kind));
        let cause = match &said.reason {
            Reason::UnknownKeysym(_) if breaking.iter().any(|slip| is_at(slip, said)) => continue,
            Reason::UnknownKeysym(_) => (Code::ComposeKeysym, None),
            _ if !breaking.is_empty() => continue,
            Reason::NotQuoted => (Code::ComposeKeysymAlone, slip(SlipKind::KeysymAlone)),
            reason => match reason_code(reason) {
                Code::ComposeSyntax => {
                    let kinds = [
                        SlipKind::ByteOrderMark,
                        SlipKind::NoFinalNewline,
                        SlipKind::CarriageReturn,
                        SlipKind::KeysymAlone,
                    ];
                    let slip = of_slip(&kinds);
                    (slip.map_or(Code::ComposeSyntax, |slip| slip_code(slip.kind)), slip)
                }
                Code::ComposeLastLine => (Code::ComposeLastLine, slip(SlipKind::NoFinalNewline)),
                code => (code, None),
            },
        };
        add(cause.0, cause.1, vec![said.clone()]);
    }
    for said in &line.altered {
        let code = reason_code(&said.reason);
        let misnamed = breaking.iter().find(|slip| is_at(slip, said)).copied();
        match misnamed.filter(|_| code == Code::ComposeKeysym) {
            Some(slip) => add(slip_code(slip.kind), Some(slip), vec![said.clone()]),
            None => {
                let slip = slip(SlipKind::Modifiers).filter(|_| code == Code::ComposeModifiers);
                add(code, slip, vec![said.clone()]);
            }
        }
    }
    if let Some(slip) = slip(SlipKind::ContinuedComment).filter(|_| !next_unseen.is_empty()) {
        add(Code::ComposeComment, Some(slip), words::unsaid(&next_unseen, id));
    }
    if let Some(slip) = slip(SlipKind::IndentedComment).filter(|_| !line.rule.is_empty()) {
        add(Code::ComposeComment, Some(slip), words::unsaid(&line.rule, id));
    }
    causes
}

/// Whether a program stumbled over the very key that a slip is about.
fn is_at(slip: &Slip, said: &Said) -> bool {
    let (start, end) = (said.place.start as usize, said.place.end as usize);
    start <= slip.place.start && slip.place.start < end.max(start + 2)
}

fn is_breaking(kind: SlipKind) -> bool {
    matches!(
        kind,
        SlipKind::Character
            | SlipKind::Blanks
            | SlipKind::NoColon
            | SlipKind::Unquoted
            | SlipKind::BareInclude
    )
}

fn slip_code(kind: SlipKind) -> Code {
    match kind {
        SlipKind::ByteOrderMark => Code::ComposeMark,
        SlipKind::CarriageReturn => Code::ComposeLineEnds,
        SlipKind::NoFinalNewline => Code::ComposeLastLine,
        SlipKind::Character => Code::ComposeCharacter,
        SlipKind::Blanks => Code::ComposeBlanks,
        SlipKind::Modifiers => Code::ComposeModifiers,
        SlipKind::NoColon => Code::ComposeNoColon,
        SlipKind::Unquoted => Code::ComposeUnquoted,
        SlipKind::KeysymAlone => Code::ComposeKeysymAlone,
        SlipKind::ContinuedComment | SlipKind::IndentedComment => Code::ComposeComment,
        SlipKind::BareInclude => Code::ComposeInclude,
    }
}

/// The kind of finding that a reason makes where no mistake can be seen.
fn reason_code(reason: &Reason) -> Code {
    match reason {
        Reason::UnknownKeysym(_) | Reason::TakenForDelete(_) => Code::ComposeKeysym,
        Reason::UnknownModifier(_)
        | Reason::Unexpected { .. }
        | Reason::OpenKeysym
        | Reason::OpenString
        | Reason::NoKeysym
        | Reason::NoResult
        | Reason::SecondString => Code::ComposeSyntax,
        Reason::EmptyHex
        | Reason::UnknownEscape(_)
        | Reason::DroppedEscape(_)
        | Reason::Nul
        | Reason::EscapedCharacters => Code::ComposeEscape,
        Reason::LongToken(_) | Reason::LongText(_) | Reason::Cut(_) => Code::ComposeLongText,
        Reason::TooManyKeysyms(_) => Code::ComposeTooManyKeys,
        Reason::NotQuoted => Code::ComposeKeysymAlone,
        Reason::NoFinalNewline => Code::ComposeLastLine,
        Reason::IgnoredModifiers => Code::ComposeModifiers,
        Reason::CutKeysym(_) | Reason::WideKeysym(_) => Code::ComposeWideKeysym,
        Reason::Include(..)
        | Reason::Depth(_)
        | Reason::Files(_)
        | Reason::UnknownPercent(_)
        | Reason::NoHome
        | Reason::NoLocaleFile
        | Reason::InCircle(_)
        | Reason::TakenForRead(_)
        | Reason::IgnoredInclude => Code::ComposeInclude,
        Reason::Joined => Code::ComposeComment,
        Reason::FullTable(_) | Reason::NulByte => Code::ComposeRestLost,
        _ => Code::ComposeReadOtherwise,
    }
}
