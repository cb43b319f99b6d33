//! Which of two rules is in the file when one is the start of the other: no two toolkits agree
//! there, so only one can be.
//!
//! The user's rules win over those of keymaps, and these over the locale's; of two with the same
//! rank the longer wins.

use std::collections::{HashMap, HashSet};

use super::{Flatten, Request};
use crate::{
    diagnostic::{Code, Diagnostic},
    keysym::Keysym,
    sequence::Rule,
};

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Resolved<'a> {
    /// Rules of the request that are in the file, in its order.
    pub(super) kept: Vec<&'a Rule>,
    /// Those that are not.
    pub(super) left_out: Vec<&'a Rule>,
    /// Why.
    pub(super) findings: Vec<Diagnostic>,
    /// The rules of the locale that the file must not have, with the rule that is in their way.
    pub(super) pushed_out: Vec<(&'a Rule, &'a Rule)>,
    /// The first of the user's rules that wins over longer ones of the locale.
    pub(super) short: Option<&'a Rule>,
}

/// Rules by their keysyms, and for each start of one of them a rule that has it.
#[derive(Default)]
struct Index<'a> {
    rules: HashMap<&'a [Keysym], &'a Rule>,
    starts: HashMap<&'a [Keysym], &'a Rule>,
}

impl<'a> Index<'a> {
    fn add(&mut self, keysyms: &'a [Keysym], rule: &'a Rule) {
        self.rules.insert(keysyms, rule);
        for length in 1..keysyms.len() {
            self.starts.entry(&keysyms[..length]).or_insert(rule);
        }
    }

    /// A rule that begins with these keysyms and has more.
    fn longer(&self, keysyms: &[Keysym]) -> Option<&'a Rule> {
        self.starts.get(keysyms).copied()
    }

    /// A rule that is a start of these keysyms.
    fn shorter(&self, keysyms: &[Keysym]) -> Option<&'a Rule> {
        (1..keysyms.len()).find_map(|length| self.rules.get(&keysyms[..length]).copied())
    }
}

/// Decides among the `possible` rules of a request and the locale's, `<Multi_key>` left off.
pub(super) fn resolve<'a>(
    request: &Request<'a>,
    possible: &[&'a Rule],
    system: &[(&'a [Keysym], &'a Rule)],
) -> Resolved<'a> {
    let mut resolved = Resolved::default();
    let mut locale = Index::default();
    let own: HashSet<&[Keysym]> = possible.iter().map(|rule| rule.sequence.keysyms()).collect();
    for (keysyms, rule) in system.iter().filter(|(keysyms, _)| !own.contains(keysyms)) {
        locale.add(keysyms, rule);
    }
    // The best first: each is kept unless a better one is in its way.
    let mut ranked: Vec<(usize, &Rule)> = possible.iter().copied().enumerate().collect();
    ranked.sort_by_key(|(_, rule)| {
        (!(request.is_users)(rule), std::cmp::Reverse(rule.sequence.keysyms().len()))
    });
    let mut kept = Index::default();
    let mut refused: HashMap<usize, Diagnostic> = HashMap::new();
    for (i, rule) in ranked {
        let keysyms = rule.sequence.keysyms();
        let longer = kept.longer(keysyms);
        let longer = longer.or_else(|| {
            let longer = locale.longer(keysyms)?;
            if (request.is_users)(rule) && request.flatten != Flatten::Never {
                resolved.short.get_or_insert(rule);
                return None;
            }
            Some(longer)
        });
        if let Some(longer) = longer {
            refused.insert(i, starts_another(rule, longer));
        } else if let Some(shorter) = kept.shorter(keysyms) {
            refused.insert(i, starts_with(rule, shorter));
        } else {
            kept.add(keysyms, rule);
        }
    }
    for (i, &rule) in possible.iter().enumerate() {
        match refused.remove(&i) {
            None => resolved.kept.push(rule),
            Some(finding) => {
                resolved.left_out.push(rule);
                resolved.findings.push(finding);
            }
        }
    }
    for (keysyms, rule) in system.iter().filter(|(keysyms, _)| !own.contains(keysyms)) {
        let by = kept.longer(keysyms).or_else(|| kept.shorter(keysyms));
        resolved.pushed_out.extend(by.map(|by| (*rule, by)));
    }
    resolved.findings.extend(hidden(&resolved.pushed_out));
    resolved
}

fn starts_another(rule: &Rule, longer: &Rule) -> Diagnostic {
    let message = format!(
        "`{}` is not in the Compose file: `{}` starts with it",
        rule.sequence,
        shown(longer)
    );
    Diagnostic::new(Code::NotCarriedPrefix, message)
        .at(rule.span, "this rule is left out")
        .at(longer.span, "for this longer one")
        .help("the daemon has both; for other programs give the short one another ending")
}

fn starts_with(rule: &Rule, shorter: &Rule) -> Diagnostic {
    let message = format!(
        "`{}` is not in the Compose file: it starts with `{}`",
        rule.sequence, shorter.sequence
    );
    Diagnostic::new(Code::NotCarriedPrefix, message)
        .at(rule.span, "this rule is left out")
        .at(shorter.span, "for this shorter one, which is yours")
        .help("the daemon has both; for other programs give the short one another ending")
}

/// What the locale loses, once for each rule that is in the way.
fn hidden(pushed_out: &[(&Rule, &Rule)]) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut told: HashSet<*const Rule> = HashSet::new();
    for &(first, by) in pushed_out {
        if !told.insert(std::ptr::from_ref(by)) {
            continue;
        }
        let others = pushed_out.iter().filter(|(_, other)| std::ptr::eq(*other, by)).count() - 1;
        let more = if others == 0 { String::new() } else { format!(" and {others} more") };
        let longer = by.sequence.keysyms().len() + 1 > first.sequence.keysyms().len();
        let message =
            format!("`{}` hides `{}`{more} in the Compose file", by.sequence, shown(first));
        let why = if longer { "this longer rule wins there" } else { "this rule of yours wins" };
        let one = if others == 0 { "over this one of the locale" } else { "over these, as here" };
        let finding = Diagnostic::new(Code::NotCarriedPrefix, message).at(by.span, why);
        findings.push(
            finding
                .at(first.span, one)
                .help("the daemon has both; for other programs choose another sequence"),
        );
    }
    findings
}

/// The keys of a rule as the maps write them.
fn shown(rule: &Rule) -> String {
    let text = rule.sequence.to_string();
    text.strip_prefix("<Multi_key>").unwrap_or(&text).to_owned()
}
