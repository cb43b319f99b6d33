//! WinCompose: a Compose file without include, for a program that has the classic sequences.

use std::fmt::Write as _;

use super::{Reason, Sieve, characters, lines};
use crate::{sequence::Rule, xcompose::quote};

const HEAD: &str = "\
# Written by composekey: change its keymaps, not this file.
# Save it as .XCompose in your home folder; WinCompose reads it when it starts.

";

/// Keys without a character that WinCompose has by these names.
const NAMED: &[&str] = &["Left", "Right", "Up", "Down", "BackSpace", "Return", "Tab", "Multi_key"];

pub(super) fn write<'a>(rules: &[&'a Rule], sieve: &mut Sieve<'a>) -> String {
    let mut entries = sieve.entries(rules, entry);
    sieve.longest(&mut entries);
    HEAD.to_owned() + &lines(sieve, entries)
}

fn entry(rule: &Rule) -> Result<String, Reason> {
    let quoted = quote(&rule.output.text).ok_or("the text has a newline or a tab")?;
    let mut line = "<Multi_key>".to_owned();
    for keysym in rule.sequence.keysyms() {
        let name = keysym.name();
        let plain = keysym.0 < 0x100;
        if !plain && !NAMED.contains(&name.as_str()) {
            let _ = characters(rule).map_err(|_| "WinCompose does not know one of the keys")?;
            let c = keysym.to_char().map(u32::from).unwrap_or_default();
            let _ = write!(line, " <U{c:04X}>");
            continue;
        }
        let _ = write!(line, " <{name}>");
    }
    let _ = write!(line, " : {quoted}");
    if let Some(name) = rule.output.about.name.as_deref().filter(|name| !name.contains('\n')) {
        let _ = write!(line, " # {name}");
    }
    Ok(line)
}
