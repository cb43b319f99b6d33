//! The rules of a Compose file, for the daemon and for keymaps: everything that libX11 makes a rule of,
//! whatever hides it there.
//!
//! libX11 and no other, because it reads the files of older locales too, and never gives up a file.

use std::path::{Path, PathBuf};

use super::{
    SYSTEM, World,
    profile::{self, Reading, Reason, Statement, Verdict, What},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    keysym::Keysym,
    sequence::{Output, Rule, Sequence},
    source::{Loader, Sources, Span},
};

/// How many findings of a file are told.
const MAX_FINDINGS: usize = 50;

/// The rules of the locale's own Compose file that start with `<Multi_key>`, without it.
#[must_use]
pub fn system(
    world: &World,
    loader: &mut dyn Loader,
    sources: &mut Sources,
) -> (Vec<Rule>, Vec<Diagnostic>) {
    let (file, reading) = match locales_own(world, loader, sources) {
        Ok(read) => read,
        Err(finding) => return (Vec::new(), vec![finding]),
    };
    let composed = |keysyms: &[Keysym]| match keysyms {
        [Keysym::MULTI_KEY, rest @ ..] => Sequence::new(rest),
        _ => None,
    };
    // Nobody asked for the other lines, which start with a dead key.
    let other = |statement: &Statement| {
        let written = sources.slice(statement.span);
        written.starts_with('<') && !written.starts_with("<Multi_key")
    };
    let asked = |statement: &Statement| !other(statement);
    let findings = findings(&reading, &file, sources, asked);
    (rules(reading, SYSTEM, sources, composed), findings)
}

/// All the rules of the locale's own Compose file, `<Multi_key>` where it is written; none without
/// X locales.
#[must_use]
pub fn whole_system(world: &World, loader: &mut dyn Loader, sources: &mut Sources) -> Vec<Rule> {
    let Ok((_, reading)) = locales_own(world, loader, sources) else { return Vec::new() };
    rules(reading, SYSTEM, sources, |keysyms| Sequence::new(keysyms))
}

/// The locale's own Compose file.
fn locales_own(
    world: &World,
    loader: &mut dyn Loader,
    sources: &mut Sources,
) -> Result<(PathBuf, Reading), Diagnostic> {
    // The tables of the X locales tell whether there are any.
    let there = loader.load(&world.file("compose.dir")).is_ok();
    let Some(file) = profile::locale_file(world, loader, there) else {
        let message = format!("no Compose file in `{}`: `system` is empty", world.folder.display());
        let help =
            "install the X locales (Debian: libx11-data), or leave `system` out of `keymaps`";
        return Err(Diagnostic::new(Code::NoSystemTable, message).help(help));
    };
    let reading = profile::statements(&file, world, loader, sources);
    Ok((file, reading))
}

/// The rules of the Compose file at `path`, with `<Multi_key>` where it is written.
///
/// Later rules for the same keys come later; nothing is left out.
#[must_use]
pub fn read(
    path: &Path,
    world: &World,
    loader: &mut dyn Loader,
    sources: &mut Sources,
) -> (Vec<Rule>, Vec<Diagnostic>) {
    let reading = profile::statements(path, world, loader, sources);
    let whole = |keysyms: &[Keysym]| Sequence::new(keysyms);
    let findings = findings(&reading, path, sources, |_| true);
    (rules(reading, "compose", sources, whole), findings)
}

/// The rules whose keys `wanted` makes a sequence of.
fn rules(
    reading: Reading,
    keymap: &str,
    sources: &Sources,
    wanted: impl Fn(&[Keysym]) -> Option<Sequence>,
) -> Vec<Rule> {
    let keymap = keymap.into();
    let rule = |statement: Statement| {
        let What::Rule { keysyms, gives } = statement.what else { return None };
        let sequence = wanted(&keysyms)?;
        // Of files in other encodings the keysym alone can be understood.
        let unclear = gives.text.is_empty() || gives.text.contains(char::REPLACEMENT_CHARACTER);
        let text = match gives.keysym.filter(|_| unclear) {
            Some(keysym) => keysym.to_char().map(String::from).unwrap_or_default(),
            None => gives.text,
        };
        // An empty result swallows keys in some toolkits; as a rule it gives nothing.
        if text.is_empty() {
            return None;
        }
        let span = keys(statement.span, sources);
        let output = Output::plain(text);
        Some(Rule { sequence, output, keymap: std::sync::Arc::clone(&keymap), span })
    };
    let mut rules = Vec::with_capacity(reading.statements.len());
    rules.extend(reading.statements.into_iter().filter_map(rule));
    rules
}

/// The keys of a rule, which is what stands before its colon.
fn keys(rule: Span, sources: &Sources) -> Span {
    let written = sources.slice(rule);
    let keys = written.split(':').next().unwrap_or_default().trim_ascii_end();
    let start = rule.range().start;
    Span::new(rule.source, start..start + keys.len())
}

/// What of the file is left out.
fn findings(
    reading: &Reading,
    path: &Path,
    sources: &Sources,
    asked: impl Fn(&Statement) -> bool,
) -> Vec<Diagnostic> {
    if let Some(Reason::Unreadable(error)) = &reading.file.reason {
        return vec![Diagnostic::unloadable(path, error)];
    }
    let dropped = |statement: &Statement| match &statement.verdict {
        Verdict::Dropped(reason) if asked(statement) => Some(finding(reason, statement)),
        _ => None,
    };
    let mut findings: Vec<_> =
        reading.statements.iter().filter_map(dropped).take(MAX_FINDINGS + 1).collect();
    if findings.len() > MAX_FINDINGS {
        let last = findings[MAX_FINDINGS].labels[0].span;
        let name = &sources.get(last.source).name;
        let message = format!("`{name}` has more than {MAX_FINDINGS} bad lines");
        let help = "is this really a Compose file? the bad lines after these are not told";
        findings[MAX_FINDINGS] = Diagnostic::new(Code::TooManyFindings, message).help(help);
    }
    findings
}

fn finding(reason: &Reason, statement: &Statement) -> Diagnostic {
    let (code, label, help) = match reason {
        Reason::UnknownKeysym(_) => (
            Code::ComposeKeysym,
            "this line is left out",
            "the installed libxkbcommon does not know it; more than ten such names in a file make \
             it refuse the file",
        ),
        Reason::Include(..) => (Code::ComposeInclude, "included here", "correct the path"),
        Reason::Depth(_) | Reason::Files(_) => (
            Code::ComposeInclude,
            "",
            "libxkbcommon refuses the whole file then; does it include itself?",
        ),
        _ => {
            let finding = Diagnostic::new(Code::ComposeSyntax, reason.to_string());
            return finding.at(statement.place, "this line is left out");
        }
    };
    Diagnostic::new(code, reason.to_string()).at(statement.place, label).help(help)
}
