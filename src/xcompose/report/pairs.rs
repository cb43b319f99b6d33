//! Rules that hide each other: the same keys twice, and the start of another. Enter at [`findings`].

use std::collections::BTreeMap;

use super::{Subject, views::Who, words};
use crate::{
    diagnostic::{Code, Diagnostic, Effect, Severity},
    keysym::Keysym,
    source::Span,
    xcompose::profile::{Hiding, Statement, Verdict, What},
};

/// A rule, wherever a program saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct RuleId(u32, u32);

/// A rule that takes part in a pair.
#[derive(Clone, Debug)]
struct Seen {
    span: Span,
    keys: Box<[Keysym]>,
    text: String,
}

/// Which of two rules a program has no use for.
#[derive(Clone, Debug, Default)]
struct Hidden {
    first: Who,
    second: Who,
}

/// The findings about rules that hide others, where one of them is the user's.
pub(super) fn findings(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut seen: BTreeMap<RuleId, Seen> = BTreeMap::new();
    // Of the same keys: the earlier and the later one. Of others: the shorter and the longer one.
    let mut same: BTreeMap<(RuleId, RuleId), Hidden> = BTreeMap::new();
    let mut prefixes: BTreeMap<RuleId, BTreeMap<RuleId, Hidden>> = BTreeMap::new();
    for (who, reading) in subject.views.readings() {
        for (index, statement) in reading.statements.iter().enumerate() {
            let Verdict::Hidden { by, how } = statement.verdict else { continue };
            let winner = &reading.statements[by];
            if !subject.is_own(statement.span) && !subject.is_own(winner.span) {
                continue;
            }
            // One rule, in a file that is included twice.
            if statement.span == winner.span {
                continue;
            }
            let (Some(hidden), Some(hiding)) = (rule(statement), rule(winner)) else { continue };
            let (hidden_id, hiding_id) = (id(statement.span), id(winner.span));
            let _ = seen.entry(hidden_id).or_insert(hidden);
            let _ = seen.entry(hiding_id).or_insert(hiding);
            // The order of reading is not that of the files: an include stands before what follows it.
            let pair = match how {
                Hiding::SameKeys if index < by => {
                    &mut same.entry((hidden_id, hiding_id)).or_default().first
                }
                Hiding::SameKeys => &mut same.entry((hiding_id, hidden_id)).or_default().second,
                Hiding::Longer => {
                    let longer = prefixes.entry(hidden_id).or_default();
                    &mut longer.entry(hiding_id).or_default().first
                }
                Hiding::Shorter => {
                    let longer = prefixes.entry(hiding_id).or_default();
                    &mut longer.entry(hidden_id).or_default().second
                }
            };
            let _ = pair.insert(who);
        }
    }
    let mut findings: Vec<Diagnostic> = Vec::new();
    for ((first, second), hidden) in &same {
        findings.extend(same_keys(subject, (&seen[first], &seen[second]), hidden));
    }
    for (short, longer) in &prefixes {
        let longer: Vec<(&Seen, &Hidden)> =
            longer.iter().map(|(id, hidden)| (&seen[id], hidden)).collect();
        findings.push(prefix(subject, &seen[short], &longer));
    }
    findings
}

fn id(span: Span) -> RuleId {
    RuleId(span.source.0, span.start)
}

fn rule(statement: &Statement) -> Option<Seen> {
    match &statement.what {
        What::Rule { keysyms, gives } => {
            Some(Seen { span: statement.span, keys: keysyms.clone(), text: gives.text.clone() })
        }
        What::Include { .. } | What::Unread => None,
    }
}

/// The keys of a rule, as they stand in the file.
fn left(subject: &Subject<'_>, span: Span) -> Span {
    let text = subject.sources.slice(span);
    let end = text.rfind(": ").or_else(|| text.find(':')).unwrap_or(text.len());
    let end = text[..end].find(">:").map_or(end, |at| at + 1);
    let keys = text[..end].trim_end();
    let start = span.range().start;
    Span::new(span.source, start..start + keys.len())
}

/// The same keys twice.
fn same_keys(
    subject: &Subject<'_>,
    (first, second): (&Seen, &Seen),
    hidden: &Hidden,
) -> Option<Diagnostic> {
    let both_own = subject.is_own(first.span) && subject.is_own(second.span);
    let alike = first.text == second.text;
    if alike && !both_own {
        return None;
    }
    let keys = words::keys(&second.keys);
    let name = |who: &Who| subject.views.name(who);
    let message = if both_own {
        format!("`{keys}` is there twice")
    } else {
        format!("`{keys}` gives `{}` instead of `{}`", shown(&second.text), shown(&first.text))
    };
    let label = |hidden: &Who, other: &Who, text: &str| match (hidden.len(), other.len()) {
        (1.., 0) => format!("`{}`, hidden", shown(text)),
        _ => format!("`{}`", shown(text)),
    };
    let mut diagnostic = Diagnostic::new(Code::ComposeSameKeys, message)
        .at(left(subject, second.span), label(&hidden.second, &hidden.first, &second.text))
        .at(left(subject, first.span), label(&hidden.first, &hidden.second, &first.text));
    // A rule that takes the place of a system's is what such files are for.
    if alike || (!both_own && hidden.second.is_empty()) {
        diagnostic.severity = Severity::Note;
    }
    for (who, which) in [(&hidden.first, "first"), (&hidden.second, "second")] {
        if !who.is_empty() {
            diagnostic = diagnostic.note(format!("the {which} is hidden in {}", name(who)));
        }
    }
    diagnostic.effects = effects(subject, hidden, "another rule has the same keys");
    Some(match (both_own, hidden.second.is_empty()) {
        (true, _) => diagnostic.help("remove one of them"),
        (false, false) => diagnostic.help("put the include before your own rules"),
        (false, true) => diagnostic,
    })
}

/// A rule that is the start of others.
fn prefix(subject: &Subject<'_>, short: &Seen, longer: &[(&Seen, &Hidden)]) -> Diagnostic {
    let own = longer.iter().find(|(seen, _)| subject.is_own(seen.span));
    let (long, _) = own.unwrap_or(&longer[0]);
    let others = match longer.len() {
        1 => String::new(),
        n => format!(" and {} more", n - 1),
    };
    let all = Hidden {
        first: longer.iter().flat_map(|(_, hidden)| hidden.first.clone()).collect(),
        second: longer.iter().flat_map(|(_, hidden)| hidden.second.clone()).collect(),
    };
    let message = format!(
        "`{}` is also the start of `{}`{others}",
        words::keys(&short.keys),
        words::keys(&long.keys)
    );
    let mut diagnostic = Diagnostic::new(Code::ComposePrefix, message)
        .at(left(subject, short.span), "the short one")
        .at(left(subject, long.span), "goes on");
    let them = if longer.len() == 1 { "the longer one is" } else { "longer ones are" };
    for (who, which) in [(&all.first, "the short one is"), (&all.second, them)] {
        if !who.is_empty() {
            diagnostic = diagnostic.note(format!("{which} hidden in {}", subject.views.name(who)));
        }
    }
    diagnostic.effects = effects(subject, &all, "another rule is the start of it, or goes on");
    diagnostic.help("give one of them another ending; composekeyd can have both")
}

fn effects(subject: &Subject<'_>, hidden: &Hidden, reason: &str) -> Box<[Effect]> {
    let who: Who = hidden.first.union(&hidden.second).copied().collect();
    let effect = |toolkit| Effect { toolkit, verdict: "hidden", reason: reason.to_owned() };
    subject.views.names(&who).into_iter().map(effect).collect()
}

/// The text in a message.
fn shown(text: &str) -> String {
    text.escape_debug().to_string()
}
