//! `composekey test`: what a sequence gives, and which rule gives it.

use std::{collections::BTreeSet, io};

use serde::Serialize;

use super::{
    Exit, Terminal,
    args::Test,
    keysyms, load,
    show::{Json, Rows, json, json_line, keys, paint, place, replaced, unicode_name, visible},
};
use crate::{
    config::{self, Loaded, Paths},
    diagnostic::Code,
    keysym::Keysym,
    search::code_point,
    sequence::{Sequence, SequenceError},
};

/// How many rules are shown when the keys lead on.
const MAX_FOLLOWING: usize = 20;

/// How many rules are shown when the keys lead nowhere.
const MAX_NEAREST: usize = 5;

/// What a rule is to the keys that were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Match {
    /// It has these keys.
    Exact,
    /// It starts with them.
    Longer,
    /// It has similar ones.
    Near,
}

#[derive(Serialize)]
struct JsonMatch<'a> {
    r#match: Match,
    #[serde(flatten)]
    rule: Json<'a>,
}

pub(super) fn run(args: &Test, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let Some(keys) = &args.keys else {
        return keysyms::run(&args.program, args.json, paths, terminal);
    };
    let sequence = match Sequence::parse(keys) {
        Ok(sequence) => sequence,
        Err(error) => return no_sequence(keys, &error, terminal),
    };
    let loaded = load(paths, false, terminal)?;
    let exact = loaded.rules.iter().position(|rule| rule.sequence == sequence);
    let longer = longer(&loaded, &sequence);
    let near =
        if exact.is_none() && longer.is_empty() { nearest(&loaded, &sequence) } else { Vec::new() };
    if args.json {
        let all = exact
            .map(|i| (Match::Exact, i))
            .into_iter()
            .chain(longer.into_iter().map(|i| (Match::Longer, i)))
            .chain(near.into_iter().map(|i| (Match::Near, i)));
        for (r#match, i) in all {
            json_line(&JsonMatch { r#match, rule: json(&loaded, i) }, terminal.out)?;
        }
    } else {
        if let Some(index) = exact {
            describe(&loaded, index, terminal)?;
        }
        explain(&loaded, &sequence, exact, &longer, &near, terminal)?;
    }
    Ok(if exact.is_some() { Exit::Fine } else { Exit::Findings })
}

/// Says why a text is no sequence.
pub(super) fn no_sequence(
    keys: &str,
    error: &SequenceError,
    terminal: &mut Terminal<'_>,
) -> io::Result<Exit> {
    let hint = match keys.get(error.range.start + 1..error.range.end.max(1) - 1) {
        Some(name) if error.kind.code() == Code::UnknownKeysym => Keysym::similar_name(name),
        _ => None,
    };
    let hint = hint.map_or(String::new(), |meant| format!("; did you mean `<{meant}>`?"));
    writeln!(terminal.err, "error: `{keys}` is no sequence: {}{hint}", error.kind)?;
    Ok(Exit::Failed)
}

/// The output, its characters and its rule.
fn describe(loaded: &Loaded, index: usize, terminal: &mut Terminal<'_>) -> io::Result<()> {
    let rule = &loaded.rules[index];
    let style = terminal.out_style;
    writeln!(terminal.out, "{}", paint(style, "1;32", &visible(&rule.output.text)))?;
    for c in rule.output.text.chars() {
        let name = unicode_name(c).unwrap_or_else(|| "(no name)".to_owned());
        writeln!(terminal.out, "  U+{:04X} {name}", u32::from(c))?;
    }
    if let Some(name) = &rule.output.about.name {
        writeln!(terminal.out, "  {name}")?;
    }
    let (file, line) = place(rule.span, &loaded.sources);
    let at = paint(style, "2", &format!("{file}:{line}"));
    writeln!(terminal.out, "  `{}` in {}, {at}", keys(&rule.sequence), rule.keymap)?;
    if let Some(old) = replaced(loaded, index) {
        let (file, line) = place(old.span, &loaded.sources);
        let at = paint(style, "2", &format!("{file}:{line}"));
        let text = visible(&old.output.text);
        writeln!(terminal.out, "  instead of {text} in {}, {at}", old.keymap)?;
    }
    Ok(())
}

/// What the keys lead on to, or what is like them.
fn explain(
    loaded: &Loaded,
    sequence: &Sequence,
    exact: Option<usize>,
    longer: &[usize],
    near: &[usize],
    terminal: &mut Terminal<'_>,
) -> io::Result<()> {
    let (shown, rest) = match longer.split_at_checked(MAX_FOLLOWING) {
        Some((shown, rest)) => (shown, rest.len()),
        None => (longer, 0),
    };
    if exact.is_some() && !longer.is_empty() {
        let next: BTreeSet<Keysym> = longer
            .iter()
            .map(|&i| loaded.rules[i].sequence.keysyms()[sequence.keysyms().len()])
            .collect();
        let next: Vec<_> = next.into_iter().map(key).collect();
        writeln!(terminal.out, "  or goes on with {}", next.join(" "))?;
        return Ok(());
    }
    if exact.is_some() {
        return Ok(());
    }
    let shown = if longer.is_empty() { near } else { shown };
    let asked = keys(sequence);
    let message = match (longer.is_empty(), near.is_empty()) {
        (false, _) => format!("`{asked}` gives nothing yet; it goes on with"),
        (true, false) => format!("no rule for `{asked}`; the nearest are"),
        (true, true) => format!("no rule for `{asked}`, and none that is like it"),
    };
    writeln!(terminal.err, "{message}")?;
    let rules = shown.iter().map(|&i| &loaded.rules[i]);
    let rows = Rows::new(rules.clone(), terminal.out_style, terminal.width);
    for rule in rules {
        rows.write(rule, true, terminal.out)?;
    }
    if longer.is_empty() {
        // The daemon reads `U+` without a rule.
        if let Some(c) = code_point(&asked).filter(|c| asked.starts_with("U+") && !c.is_control()) {
            terminal.out.flush()?;
            writeln!(terminal.err, "it types {c} by its code point when the trigger is let go")?;
        }
        offer_keymaps(loaded, sequence, terminal)?;
    }
    if rest > 0 {
        terminal.out.flush()?;
        let more = paint(terminal.err_style, "2", &format!("  and {rest} more"));
        writeln!(terminal.err, "{more}")?;
    }
    Ok(())
}

/// Names the built-in keymaps that are not in use and have the sequence.
fn offer_keymaps(
    loaded: &Loaded,
    sequence: &Sequence,
    terminal: &mut Terminal<'_>,
) -> io::Result<()> {
    for (keymap, rules) in config::unused_keymaps(loaded) {
        if let Some(rule) = rules.iter().find(|rule| rule.sequence == *sequence) {
            let text = visible(&rule.output.text);
            terminal.out.flush()?;
            writeln!(
                terminal.err,
                "the keymap `{keymap}` gives {text} for it: add it to `keymaps` in config.toml"
            )?;
        }
    }
    Ok(())
}

/// A single key in the notation of the maps.
fn key(keysym: Keysym) -> String {
    Sequence::new([keysym]).map_or_else(String::new, |sequence| keys(&sequence))
}

/// The rules that start with these keys and go on, shortest first.
fn longer(loaded: &Loaded, sequence: &Sequence) -> Vec<usize> {
    let keysyms = sequence.keysyms();
    let goes_on = |i: &usize| {
        let other = loaded.rules[*i].sequence.keysyms();
        other.len() > keysyms.len() && other.starts_with(keysyms)
    };
    let mut indices: Vec<_> = (0..loaded.rules.len()).filter(goes_on).collect();
    indices.sort_by_key(|&i| &loaded.rules[i].sequence);
    indices.sort_by_key(|&i| loaded.rules[i].sequence.keysyms().len());
    indices
}

/// The rules that are most like these keys.
fn nearest(loaded: &Loaded, sequence: &Sequence) -> Vec<usize> {
    let keysyms = sequence.keysyms();
    let mut near: Vec<(usize, usize, usize)> = loaded
        .rules
        .iter()
        .enumerate()
        .filter_map(|(i, rule)| {
            let other = rule.sequence.keysyms();
            let distance = strsim::generic_damerau_levenshtein(keysyms, other);
            // Half of the keys must be right.
            (distance * 2 <= keysyms.len().max(other.len())).then(|| {
                let swapped = usize::from(!same_keys(keysyms, other));
                let beginning = keysyms.iter().zip(other).take_while(|(a, b)| a == b).count();
                (distance + swapped, usize::MAX - beginning, i)
            })
        })
        .collect();
    near.sort_unstable();
    near.truncate(MAX_NEAREST);
    near.into_iter().map(|(_, _, i)| i).collect()
}

/// Whether both have the same keys in any order.
fn same_keys(a: &[Keysym], b: &[Keysym]) -> bool {
    let sorted = |keysyms: &[Keysym]| {
        let mut keysyms = keysyms.to_vec();
        keysyms.sort_unstable();
        keysyms
    };
    sorted(a) == sorted(b)
}
