//! Findings about lines, in words. [`findings`] makes one of each [`Cause`].

use std::collections::BTreeMap;

use super::{
    Subject,
    lines::LineId,
    slip::{Slip, SlipKind},
    views::Who,
};
use crate::{
    diagnostic::{Code, Diagnostic, Effect},
    keysym::Keysym,
    sequence::Sequence,
    source::Span,
    xcompose::profile::{Family, Reason},
};

/// What one program says of a line.
#[derive(Clone, Debug)]
pub(super) struct Said {
    /// Which reading.
    pub(super) who: usize,
    /// Why.
    pub(super) reason: Reason,
    /// What is taken instead; nothing when it is left out.
    pub(super) to: Option<String>,
    /// What it stumbled on.
    pub(super) place: Span,
    /// All of the rule.
    pub(super) span: Span,
}

/// Why a line is not what was written, and who says so.
#[derive(Clone, Debug)]
pub(super) struct Cause {
    pub(super) code: Code,
    pub(super) line: LineId,
    /// The mistake, where one can be seen.
    pub(super) slip: Option<Slip>,
    pub(super) said: Vec<Said>,
}

/// What programs do that say nothing: they read past the line, or see more in it than is meant.
pub(super) fn unsaid(who: &Who, (source, _): LineId) -> Vec<Said> {
    let nowhere = Span::new(source, 0..0);
    let said = |&who| {
        let reason = Reason::Other("it is read as part of something else".into());
        Said { who, reason, to: None, place: nowhere, span: nowhere }
    };
    who.iter().map(said).collect()
}

/// Keys in the notation of the maps, without the Compose key.
pub(super) fn keys(keysyms: &[Keysym]) -> String {
    let keysyms = match keysyms {
        [Keysym::MULTI_KEY, rest @ ..] if !rest.is_empty() => rest,
        all => all,
    };
    Sequence::new(keysyms).map_or(String::new(), |s| s.to_string().replace(' ', "<space>"))
}

/// A finding for each cause; line ends of a file are one cause.
pub(super) fn findings(
    subject: &Subject<'_>,
    causes: impl Iterator<Item = Cause>,
) -> Vec<Diagnostic> {
    let (ends, causes): (Vec<Cause>, Vec<Cause>) =
        causes.partition(|cause| cause.code == Code::ComposeLineEnds);
    let mut findings: Vec<Diagnostic> =
        causes.iter().map(|cause| finding(subject, cause)).collect();
    let mut files: BTreeMap<_, Vec<Cause>> = BTreeMap::new();
    for cause in ends {
        files.entry(cause.line.0).or_default().push(cause);
    }
    findings.extend(files.into_values().map(|causes| line_ends(subject, &causes)));
    findings
}

fn finding(subject: &Subject<'_>, cause: &Cause) -> Diagnostic {
    let said = best(subject, &cause.said);
    let place = match &cause.slip {
        Some(slip) => Span::new(cause.line.0, slip.place.clone()),
        None => said.place,
    };
    let written = subject.sources.slice(place);
    let (message, label) = match (&cause.slip, cause.code) {
        (Some(slip), _) => slip_words(slip, written),
        (None, Code::ComposeTooManyKeys) => {
            let limit = cause.said.iter().filter_map(|said| match said.reason {
                Reason::TooManyKeysyms(limit) => Some(limit),
                _ => None,
            });
            let limit = limit.min().unwrap_or_default();
            (format!("a rule has more than {limit} keys"), "one too many".to_owned())
        }
        (None, Code::ComposeInclude) if by_reason(&cause.said).len() > 1 => {
            ("some toolkits do not follow this include".to_owned(), String::new())
        }
        (None, _) => (said.reason.to_string(), String::new()),
    };
    let mut diagnostic = Diagnostic::new(cause.code, message).at(place, label);
    for note in notes(subject, cause) {
        diagnostic = diagnostic.note(note);
    }
    diagnostic.effects = effects(subject, &cause.said);
    match help(cause, said) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// What is said of the line by the program whose words are the clearest.
fn best<'a>(subject: &Subject<'_>, said: &'a [Said]) -> &'a Said {
    let rank = |said: &&Said| match subject.views.all[said.who].profiles[0].family {
        Family::Libxkbcommon | Family::Qt | Family::Fcitx5 => 0,
        Family::LibX11 => 1,
        Family::Gtk4 | Family::Gtk3 | Family::Ibus => 2,
    };
    said.iter().min_by_key(rank).expect("somebody said something")
}

/// The message and the label for a mistake.
fn slip_words(slip: &Slip, written: &str) -> (String, String) {
    let mend = slip.mend.as_ref().map_or("", |mend| mend.text.as_str());
    let instead = |mend: &str| match mend {
        "" => String::new(),
        mend => format!("write `{}`", mend.trim()),
    };
    match slip.kind {
        SlipKind::ByteOrderMark => (
            "the file starts with a byte order mark".into(),
            "invisible, and no part of a rule".into(),
        ),
        SlipKind::CarriageReturn => ("lines end as on Windows".into(), String::new()),
        SlipKind::NoFinalNewline => {
            ("the last line has no end".into(), "a newline is missing here".into())
        }
        SlipKind::Character => {
            (format!("`<{written}>` is no keysym"), instead(&format!("<{mend}>")))
        }
        SlipKind::Blanks => {
            ("blanks around the name of a keysym".into(), instead(&format!("<{mend}>")))
        }
        SlipKind::Modifiers => (
            format!("the modifiers `{written}` count in libX11 alone"),
            "elsewhere as if they were not there".into(),
        ),
        SlipKind::NoColon => ("there is no `:` before the result".into(), "expected `:`".into()),
        SlipKind::Unquoted => ("the result is not in quotes".into(), instead(mend)),
        SlipKind::KeysymAlone => ("the result is a keysym alone".into(), instead(mend)),
        SlipKind::ContinuedComment => {
            ("a comment ends in a backslash".into(), "the next line is part of the comment".into())
        }
        SlipKind::IndentedComment => {
            ("a comment that some toolkits read".into(), "not in the first column".into())
        }
        SlipKind::BareInclude => ("the path of an include is not in quotes".into(), instead(mend)),
    }
}

/// Who leaves the line out, and who takes it otherwise.
fn notes(subject: &Subject<'_>, cause: &Cause) -> Vec<String> {
    let mut dropped = Who::new();
    let mut altered: BTreeMap<&str, Who> = BTreeMap::new();
    for said in &cause.said {
        let who = match &said.to {
            None => &mut dropped,
            Some(to) => altered.entry(to).or_default(),
        };
        let _ = who.insert(said.who);
    }
    let name = |who: &Who| subject.views.name(who);
    let mut notes = Vec::new();
    // Why an include counts for nothing differs more than anything else.
    let reasons = by_reason(&cause.said);
    if cause.code == Code::ComposeInclude && reasons.len() > 1 {
        notes.extend(reasons.iter().map(|(why, who)| format!("left out by {}: {why}", name(who))));
        dropped.clear();
    }
    if !dropped.is_empty() {
        notes.push(match cause.slip.as_ref().map(|slip| slip.kind) {
            Some(SlipKind::ContinuedComment) => {
                format!("the next line is lost in {}", name(&dropped))
            }
            Some(SlipKind::IndentedComment) => format!("read as a rule by {}", name(&dropped)),
            Some(SlipKind::NoFinalNewline) => format!("the line is left out by {}", name(&dropped)),
            _ => format!("left out by {}", name(&dropped)),
        });
    }
    for (to, who) in altered {
        notes.push(match cause.code {
            Code::ComposeModifiers => {
                format!("read without the modifiers by {}", name(&who))
            }
            Code::ComposeKeysym | Code::ComposeCharacter | Code::ComposeBlanks => {
                format!("the key is taken for `Delete` in {}", name(&who))
            }
            Code::ComposeWideKeysym => format!("matches other keys in {}", name(&who)),
            _ if to.is_empty() => format!("gives nothing in {}", name(&who)),
            _ => format!("gives `{}` in {}", to.escape_debug(), name(&who)),
        });
    }
    notes
}

/// Who leaves a line out for which reason, in the order in which they say so.
fn by_reason(said: &[Said]) -> Vec<(String, Who)> {
    let mut reasons: Vec<(String, Who)> = Vec::new();
    for said in said.iter().filter(|said| said.to.is_none()) {
        let reason = said.reason.to_string();
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, who)) => drop(who.insert(said.who)),
            None => reasons.push((reason, Who::from([said.who]))),
        }
    }
    reasons
}

/// What to do about it.
fn help(cause: &Cause, said: &Said) -> Option<String> {
    let text = match (cause.code, &said.reason) {
        (Code::ComposeKeysym, Reason::UnknownKeysym(name) | Reason::TakenForDelete(name)) => {
            match Keysym::similar_name(name) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "`xkbcli interactive-x11` or `xev` show the names of keys".into(),
            }
        }
        (Code::ComposeModifiers, _) => {
            "a Compose file cannot ask for modifiers portably: use other keys".into()
        }
        (Code::ComposeTooManyKeys, _) => "8 keys after `<Multi_key>` work everywhere".into(),
        (Code::ComposeLongText, _) => "254 bytes of text work everywhere".into(),
        (Code::ComposeEscape, _) => {
            "write the characters themselves: only `\\\\` and `\\\"` mean the same everywhere"
                .into()
        }
        (Code::ComposeWideKeysym, _) => {
            "use keys that have a keysym of their own, not a `U…` of more than four digits".into()
        }
        _ if cause.slip.as_ref().is_some_and(|slip| slip.mend.is_some()) => {
            "`--fix` does that".into()
        }
        _ => return None,
    };
    Some(text)
}

fn effects(subject: &Subject<'_>, said: &[Said]) -> Box<[Effect]> {
    let mut effects = Vec::new();
    for said in said {
        let verdict = if said.to.is_some() { "altered" } else { "dropped" };
        for toolkit in subject.views.names(&Who::from([said.who])) {
            effects.push(Effect { toolkit, verdict, reason: said.reason.to_string() });
        }
    }
    effects.into()
}

/// One finding for all lines of a file.
fn line_ends(subject: &Subject<'_>, causes: &[Cause]) -> Diagnostic {
    let said: Vec<Said> = causes.iter().flat_map(|cause| cause.said.clone()).collect();
    let who: Who = said.iter().map(|said| said.who).collect();
    let first = best(subject, &causes[0].said);
    let (lines, them) = match causes.len() {
        1 => ("a line is".to_owned(), "it"),
        n => (format!("{n} lines are"), "them"),
    };
    let mut diagnostic = Diagnostic::new(Code::ComposeLineEnds, "lines end as on Windows")
        .at(first.span, "a carriage return stands behind this")
        .note(format!("{lines} left out by {}", subject.views.name(&who)))
        .help(format!("`--fix` takes {them} away"));
    diagnostic.effects = effects(subject, &causes[0].said);
    diagnostic
}
