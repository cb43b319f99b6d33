//! [`check()`]: from [`Facts`] to [`Finding`]s. One file a part of the machine, one function a finding.
//!
//! A function asks one question of the facts and gives at most one finding a cause, so that a machine on
//! which one thing is wrong has one finding. Where one thing follows from another, only the cause is told.

mod caps;
mod compose;
mod devices;
mod locale;
mod methods;
mod service;
mod session;

use std::path::Path;

use super::{Facts, Finding};

/// What is to be known or mended, the worst of each part first.
#[must_use]
pub fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for part in [
        session::check,
        locale::check,
        methods::check,
        compose::check,
        caps::check,
        devices::check,
        service::check,
    ] {
        findings.extend(part(facts));
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity()));
    findings
}

/// A path for people: the home folder is `~`.
pub(crate) fn shown(path: &Path, facts: &Facts) -> String {
    let home = facts.user.home.as_deref().filter(|home| *home != Path::new("/"));
    match home.and_then(|home| path.strip_prefix(home).ok()) {
        Some(rest) => format!("~/{}", rest.display()),
        None => path.display().to_string(),
    }
}

/// A path for a shell: as shown, or in quotes where that is needed.
fn typed(path: &Path, facts: &Facts) -> String {
    let shown = shown(path, facts);
    let plain = |c: char| c.is_alphanumeric() || "/._-+~@:,".contains(c);
    if shown.chars().all(plain) && !shown.starts_with('-') {
        return shown;
    }
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

/// `a, b and c`.
fn and(words: &[impl AsRef<str>]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// `1 program`, `2 programs`.
fn plural(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}
