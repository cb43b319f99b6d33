//! Writes rules as a Compose file that every toolkit reads alike.
//!
//! The portable subset: LF, `include "%L"` first, `<Multi_key>` and at most [`MAX_KEYS`] keysyms by
//! name, the result in literal UTF-8 of at most [`MAX_TEXT`] bytes, no rule that is the start of
//! another. Where an include cannot do it (a rule of the locale is removed, or a shorter one is to
//! win) the locale's table is written out instead. What does not fit is left out and said.
//!
//! `line.rs` writes one rule, `resolve.rs` decides between rules, `budget.rs` knows GTK 4's limit.

mod budget;
mod line;
mod resolve;

use std::collections::{HashMap, HashSet};

use budget::Budget;

use crate::{
    diagnostic::{Code, Diagnostic, list},
    keysym::Keysym,
    sequence::Rule,
};

/// The most keysyms after `<Multi_key>`: libX11 drops lines with more than 9 in all.
pub const MAX_KEYS: usize = 8;

/// The most bytes of a result: libX11 cuts longer ones, libxkbcommon drops the line.
pub const MAX_TEXT: usize = 255;

/// What a Compose file should have.
pub struct Request<'a> {
    /// The rules, without the locale's.
    pub rules: Vec<&'a Rule>,
    /// Which of them the user wrote: those win over the locale's.
    pub is_users: Box<dyn Fn(&Rule) -> bool + 'a>,
    /// The locale's whole table, `<Multi_key>` where it is written; `None` when it is not wanted.
    pub system: Option<&'a [Rule]>,
    /// The rules of the locale that should not be there, `<Multi_key>` left off.
    pub removed: Vec<&'a Rule>,
    /// When the locale's table is written out.
    pub flatten: Flatten,
}

/// When the locale's table is written out instead of included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flatten {
    /// When an include cannot do it.
    #[default]
    WhenNeeded,
    /// In any case.
    Always,
    /// In no case: removals and short rules give way.
    Never,
}

impl std::fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request").field("rules", &self.rules.len()).finish_non_exhaustive()
    }
}

/// How the locale's table is in a Compose file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// Not at all.
    Nothing,
    /// By `include "%L"`.
    Included,
    /// Line by line, for this reason.
    Flattened(String),
}

/// A Compose file in the making, and what it could not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emitted<'a> {
    /// How the locale's table is in it.
    pub base: Base,
    /// The rules of the request that are in it, and their lines.
    pub lines: Vec<(&'a Rule, String)>,
    /// The lines of the locale's table, when it is written out.
    pub system: Vec<(&'a Rule, String)>,
    /// The rules of the request that are not in it.
    pub left_out: Vec<&'a Rule>,
    /// Why, and what else the file cannot do.
    pub findings: Vec<Diagnostic>,
}

impl Emitted<'_> {
    /// The file: the locale's table first, then the lines under the names of their keymaps.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        if self.base == Base::Included {
            text.push_str("include \"%L\"\n\n");
        }
        text.push_str("# Written by composekey: change its keymaps, not this file.\n");
        if let Base::Flattened(reason) = &self.base {
            let comment = format!("# The table of the locale is written out: {reason}.\n\n");
            text.push_str(&comment);
        }
        for (_, line) in &self.system {
            text.push_str(line);
            text.push('\n');
        }
        let mut keymap = None;
        for (rule, line) in &self.lines {
            if keymap.replace(&rule.keymap) != Some(&rule.keymap) {
                text.push_str(&format!("\n# {}\n", rule.keymap));
            }
            text.push_str(line);
            text.push('\n');
        }
        text
    }
}

/// Writes a Compose file.
#[must_use]
pub fn emit<'a>(request: &Request<'a>) -> Emitted<'a> {
    let mut findings = Vec::new();
    let mut left_out = Vec::new();
    let mut lines: HashMap<*const Rule, String> = HashMap::new();
    for &rule in &request.rules {
        match line::own(rule) {
            Ok(line) => drop(lines.insert(rule, line)),
            Err(finding) => {
                left_out.push(rule);
                findings.push(finding);
            }
        }
    }
    // A rule without a line stands in nobody's way.
    let possible: Vec<&Rule> = request
        .rules
        .iter()
        .copied()
        .filter(|&rule| lines.contains_key(&std::ptr::from_ref(rule)))
        .collect();
    let composed = composed(request);
    let resolved = resolve::resolve(request, &possible, &composed);
    left_out.extend(&resolved.left_out);
    findings.extend(resolved.findings);
    let base = base(request, resolved.short);
    let flattened = matches!(base, Base::Flattened(_));
    let dropped: HashSet<*const Rule> =
        resolved.pushed_out.iter().map(|&(rule, _)| std::ptr::from_ref(rule)).collect();
    let system = if flattened { written_out(request, &possible, &dropped) } else { Vec::new() };
    if base != Base::Nothing && !request.removed.is_empty() {
        findings.push(not_for_all(&request.removed, flattened));
    }
    let kept = fitting(request, &resolved.kept, &base, &system);
    if kept.len() < resolved.kept.len() {
        let fits: HashSet<*const Rule> =
            kept.iter().map(|&rule| std::ptr::from_ref(rule)).collect();
        let over =
            resolved.kept.iter().copied().filter(|&rule| !fits.contains(&std::ptr::from_ref(rule)));
        let over: Vec<&Rule> = over.collect();
        findings.push(no_room(&over));
        left_out.extend(over);
    }
    findings.extend(wide_keysyms(&kept));
    let line =
        |&rule: &&'a Rule| (rule, lines.remove(&std::ptr::from_ref(rule)).unwrap_or_default());
    Emitted { base, lines: kept.iter().map(line).collect(), system, left_out, findings }
}

/// The locale's rules that start with `<Multi_key>`, without it, and without the removed ones.
fn composed<'a>(request: &Request<'a>) -> Vec<(&'a [Keysym], &'a Rule)> {
    let removed: HashSet<&[Keysym]> =
        request.removed.iter().map(|rule| rule.sequence.keysyms()).collect();
    let rules = request.system.unwrap_or_default().iter();
    rules
        .filter_map(|rule| match rule.sequence.keysyms() {
            [Keysym::MULTI_KEY, rest @ ..] if !rest.is_empty() => Some((rest, rule)),
            _ => None,
        })
        .filter(|(keysyms, _)| !removed.contains(keysyms))
        .collect()
}

/// How the locale's table gets into the file.
fn base(request: &Request<'_>, short: Option<&Rule>) -> Base {
    if request.system.is_none() {
        return Base::Nothing;
    }
    if request.flatten == Flatten::Never {
        return Base::Included;
    }
    if let Some(rule) = request.removed.first() {
        return Base::Flattened(format!("without `{}`, which an include has", rule.sequence));
    }
    if let Some(rule) = short {
        return Base::Flattened(format!(
            "`{}` would be hidden by longer rules of an include",
            rule.sequence
        ));
    }
    match request.flatten {
        Flatten::Always => Base::Flattened("as asked".to_owned()),
        _ => Base::Included,
    }
}

/// The lines of the locale's table that stay, of each sequence the last.
fn written_out<'a>(
    request: &Request<'a>,
    own: &[&Rule],
    dropped: &HashSet<*const Rule>,
) -> Vec<(&'a Rule, String)> {
    let rules = request.system.unwrap_or_default();
    let others = own.iter().chain(&request.removed).map(|rule| rule.sequence.keysyms());
    let others: HashSet<&[Keysym]> = others.collect();
    let last: HashMap<&[Keysym], *const Rule> =
        rules.iter().map(|rule| (rule.sequence.keysyms(), std::ptr::from_ref(rule))).collect();
    // Where the locale has a rule and its start, libX11 has the longer one.
    let starts: HashSet<&[Keysym]> =
        last.keys().flat_map(|keysyms| (1..keysyms.len()).map(|n| &keysyms[..n])).collect();
    let stays = |rule: &&Rule| {
        let keysyms = rule.sequence.keysyms();
        let given = keysyms.split_first().filter(|(first, _)| **first == Keysym::MULTI_KEY);
        !dropped.contains(&std::ptr::from_ref(*rule))
            && last[keysyms] == std::ptr::from_ref(*rule)
            && !starts.contains(keysyms)
            && !given.is_some_and(|(_, rest)| others.contains(rest))
    };
    let lines = rules.iter().filter(stays);
    lines
        .filter_map(|rule| Some((rule, line::whole(rule.sequence.keysyms(), &rule.output.text)?)))
        .collect()
}

/// The rules that GTK 4 has room for: the user's first, in their order.
fn fitting<'a>(
    request: &Request<'_>,
    rules: &[&'a Rule],
    base: &Base,
    system: &[(&Rule, String)],
) -> Vec<&'a Rule> {
    let longest = rules.iter().map(|rule| rule.sequence.keysyms().len() + 1);
    let written = system.iter().map(|(rule, _)| rule.sequence.keysyms().len());
    let longest = longest.chain(written).max().unwrap_or_default();
    let mut budget = match base {
        Base::Included => Budget::with_gtks_own(longest),
        Base::Nothing | Base::Flattened(_) => Budget::new(longest),
    };
    for (rule, _) in system {
        let _ = budget.take(rule.sequence.keysyms(), &rule.output.text);
    }
    let mut fits = vec![false; rules.len()];
    for users in [true, false] {
        for (i, rule) in rules.iter().enumerate() {
            if (request.is_users)(rule) == users {
                let keysyms = [&[Keysym::MULTI_KEY], rule.sequence.keysyms()].concat();
                fits[i] = budget.take(&keysyms, &rule.output.text);
            }
        }
    }
    rules.iter().zip(fits).filter_map(|(&rule, fits)| fits.then_some(rule)).collect()
}

fn no_room(over: &[&Rule]) -> Diagnostic {
    let others = match over.len() {
        1 => String::new(),
        n => format!(" and {} more", n - 1),
    };
    let message = format!(
        "`{}`{others} did not fit into the Compose file: GTK 4 takes no table that large",
        over[0].sequence
    );
    Diagnostic::new(Code::NoRoom, message)
        .at(over[0].span, "the first that is left out")
        .help("the daemon has them all; for other programs use fewer keymaps")
}

/// What of `remove` does not count, or not everywhere.
fn not_for_all(removed: &[&Rule], flattened: bool) -> Diagnostic {
    let (are, help) = if flattened {
        let help = "GTK 3, GTK 4 before 4.4 and IBus before 1.5.33 have a table of their own and \
                    add this file to it; there, give the sequence another text instead";
        ("removed, but not for every program", help)
    } else {
        ("not removed", "the file includes the locale's table; give the sequence another text")
    };
    let first = &removed[0].sequence;
    let message = match removed.len() {
        1 => format!("`{first}` is {are}"),
        n => format!("`{first}` and {} more are {are}", n - 1),
    };
    Diagnostic::new(Code::NotCarriedRemoval, message)
        .at(removed[0].span, "the locale has it")
        .help(help)
}

/// A note about keys that GTK and IBus do not know: they have 16 bits for a keysym.
fn wide_keysyms(rules: &[&Rule]) -> Option<Diagnostic> {
    let wide = |rule: &&&Rule| rule.sequence.keysyms().iter().any(|keysym| keysym.0 > 0xffff);
    let rules: Vec<_> = rules.iter().filter(wide).collect();
    let first = rules.first()?;
    let names = first.sequence.keysyms().iter().filter(|keysym| keysym.0 > 0xffff);
    let names: Vec<String> = names.map(|keysym| keysym.name()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let others = match rules.len() {
        1 => String::new(),
        n => format!("; {} more rules are like it", n - 1),
    };
    let message = format!(
        "GTK and IBus do not know the key {} of `{}`{others}",
        list(&names),
        first.sequence
    );
    let finding = Diagnostic::new(Code::WideKeysym, message)
        .at(first.span, "")
        .help("the line is in the Compose file for all others; GTK and IBus leave it out");
    Some(finding)
}
