//! Vim and Neovim: digraphs, two keys after Ctrl+K and one character.

use super::{Found, Reason, Sieve, characters, lines, one_character};
use crate::{
    keysym::Keysym,
    sequence::{Output, Rule},
};

const HEAD: &str = "\
\" Written by composekey: change its keymaps, not this file.
\" In insert mode: Ctrl+K and two keys. Vim 8.2.3226 or Neovim 0.8 and later.

";

/// How a line of ours begins and ends.
const CALL: (&str, &str) = ("call digraph_set(", ")");

pub(super) fn write<'a>(rules: &[&'a Rule], sieve: &mut Sieve<'a>) -> String {
    let entries = sieve.entries(rules, entry);
    HEAD.to_owned() + &lines(sieve, entries)
}

fn entry(rule: &Rule) -> Result<String, Reason> {
    let keys = characters(rule)?;
    if keys.len() != 2 {
        return Err("it has not two keys");
    }
    if keys.iter().any(|&c| u32::from(c) > 0xffff) {
        return Err("Vim takes no key above U+FFFF");
    }
    let output = one_character(rule)?;
    let keys: String = keys.into_iter().collect();
    Ok(format!("{}{}, {}{}", CALL.0, string(&keys), string(&output.to_string()), CALL.1))
}

fn string(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

pub(super) fn read(text: &str, found: &mut Found) {
    let mut start = 0;
    for whole in text.split_inclusive('\n') {
        let line = whole.trim();
        let at = start + whole.len() - whole.trim_start().len();
        start += whole.len();
        if line.is_empty() || line.starts_with('"') {
            continue;
        }
        let range = at..at + line.len();
        let command = line.trim_start_matches(':');
        let digraphs = ["digraphs", "digraph", "dig"].iter().find_map(|name| {
            command.strip_prefix(name).filter(|rest| rest.starts_with([' ', '\t']))
        });
        let read = if let Some(rest) = digraphs {
            numbered(rest)
        } else if let Some(call) = command.strip_prefix(CALL.0) {
            call.strip_suffix(CALL.1).and_then(called).map(|pair| vec![pair])
        } else {
            None
        };
        match read {
            Some(pairs) => {
                for (keys, output) in pairs {
                    let keysyms = keys.map(Keysym::from_char).to_vec();
                    found.rule(keysyms, Output::plain(output), range.clone());
                }
            }
            None => found.skip(range, "it is no digraph of two keys and one character", None),
        }
    }
}

/// Digraphs as `:digraphs` has them: two keys and a decimal number, again and again.
fn numbered(mut rest: &str) -> Option<Vec<([char; 2], char)>> {
    let mut pairs = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Some(pairs);
        }
        let mut chars = rest.chars();
        let keys = [chars.next()?, chars.next()?];
        let after = chars.as_str().trim_start();
        let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        pairs.push((keys, char::from_u32(after[..end].parse().ok()?)?));
        rest = &after[end..];
    }
}

/// The two strings of a call.
fn called(arguments: &str) -> Option<([char; 2], char)> {
    let (keys, rest) = quoted(arguments.trim())?;
    let (output, rest) = quoted(rest.trim_start().strip_prefix(',')?.trim_start())?;
    let (mut keys, mut output) = (keys.chars(), output.chars());
    let pair = ([keys.next()?, keys.next()?], output.next()?);
    (rest.trim().is_empty() && keys.next().is_none() && output.next().is_none()).then_some(pair)
}

/// A string in single quotes, or a plain one in double quotes, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    if let Some(rest) = text.strip_prefix('"') {
        let (string, rest) = rest.split_once('"')?;
        return (!string.contains('\\')).then(|| (string.to_owned(), rest));
    }
    let mut rest = text.strip_prefix('\'')?;
    let mut string = String::new();
    loop {
        let (piece, after) = rest.split_once('\'')?;
        string.push_str(piece);
        match after.strip_prefix('\'') {
            Some(after) => {
                string.push('\'');
                rest = after;
            }
            None => return Some((string, after)),
        }
    }
}
