//! macOS: `DefaultKeyBinding.dict`, tables in tables. The first key is F13: Caps Lock becomes that
//! with `hidutil`, as the head of the file says.

use super::{
    Found, Reason, Sieve,
    plist::{self, Kind, Value, quote},
};
use crate::{
    keysym::Keysym,
    sequence::{Output, Rule},
};

/// F13, as Cocoa calls it.
const TRIGGER: &str = "\\UF710";

const HEAD: &str = r#"/* Written by composekey: change its keymaps, not this file.
   Save it as ~/Library/KeyBindings/DefaultKeyBinding.dict and restart the programs.
   F13 begins a sequence. To have Caps Lock for it:
   hidutil property --set '{"UserKeyMapping":[{"HIDKeyboardModifierMappingSrc":0x700000039,
   "HIDKeyboardModifierMappingDst":0x700000068}]}' */
"#;

/// Keys without a character, as Cocoa calls them.
const NAMED: &[(&str, char)] =
    &[("Up", '\u{f700}'), ("Down", '\u{f701}'), ("Left", '\u{f702}'), ("Right", '\u{f703}')];

/// What means a modifier at the front of a key.
const MODIFIERS: &str = "^~$@#";

/// What types a text.
const INSERT: &str = "insertText:";

/// A table in the making, or the text at the end of a sequence.
#[derive(Debug)]
enum Node<'a> {
    Table(Vec<(String, Node<'a>)>),
    Text(&'a str),
}

pub(super) fn write<'a>(rules: &[&'a Rule], sieve: &mut Sieve<'a>) -> String {
    let mut entries = sieve.entries(rules, keys);
    sieve.longest(&mut entries);
    let mut root = Vec::new();
    for (rule, keys) in &entries {
        sieve.carried.push(rule);
        insert(&mut root, keys, &rule.output.text);
    }
    let mut text = format!("{HEAD}{{\n    \"{TRIGGER}\" = {{\n");
    draw(&root, 2, &mut text);
    text + "    };\n}\n"
}

/// The keys as strings of the file.
fn keys(rule: &Rule) -> Result<Vec<String>, Reason> {
    let key = |&keysym: &Keysym| {
        let name = keysym.name();
        if let Some((_, c)) = NAMED.iter().find(|(known, _)| *known == name) {
            return Ok(quote(&c.to_string()));
        }
        let plain = keysym.to_char().filter(|&c| Keysym::from_char(c) == keysym);
        let c = plain.ok_or("one of the keys has no character of its own")?;
        if u32::from(c) > 0xffff {
            return Err("one of the keys is above U+FFFF");
        }
        let escaped = if MODIFIERS.contains(c) || c == '\\' { "\\" } else { "" };
        Ok(quote(&format!("{escaped}{c}")))
    };
    rule.sequence.keysyms().iter().map(key).collect()
}

fn insert<'a>(table: &mut Vec<(String, Node<'a>)>, keys: &[String], text: &'a str) {
    let Some((first, rest)) = keys.split_first() else { return };
    let at = table.iter().position(|(key, _)| key == first).unwrap_or_else(|| {
        table.push((first.clone(), Node::Table(Vec::new())));
        table.len() - 1
    });
    match &mut table[at].1 {
        node if rest.is_empty() => *node = Node::Text(text),
        Node::Table(table) => insert(table, rest, text),
        // The starts of others are gone by now.
        Node::Text(_) => {}
    }
}

fn draw(table: &[(String, Node<'_>)], depth: usize, text: &mut String) {
    let blank = "    ".repeat(depth);
    for (key, node) in table {
        match node {
            Node::Text(output) => {
                text.push_str(&format!("{blank}{key} = (\"{INSERT}\", {});\n", quote(output)));
            }
            Node::Table(table) => {
                text.push_str(&format!("{blank}{key} = {{\n"));
                draw(table, depth + 1, text);
                text.push_str(&format!("{blank}}};\n"));
            }
        }
    }
}

pub(super) fn read(text: &str, found: &mut Found) {
    let root = match plist::parse(text) {
        Ok(Value { kind: Kind::Table(entries), .. }) => entries,
        Ok(value) => return found.skip(value.range, "this is no table of keys", None),
        Err((at, message)) => return found.skip(at..at, &message, None),
    };
    for (key, value) in root {
        match value.kind {
            // The key that begins sequences is not one of them.
            Kind::Table(entries) => table(entries, &mut Vec::new(), found),
            _ => found.skip(key.range, "it is no sequence, but one key", None),
        }
    }
}

fn table(entries: Vec<(Value, Value)>, keys: &mut Vec<Keysym>, found: &mut Found) {
    for (key, value) in entries {
        let Some(keysym) = keysym(&key) else {
            found.skip(key.range, "it has a modifier, or is no key of a map", None);
            continue;
        };
        keys.push(keysym);
        match value.kind {
            Kind::Table(entries) => table(entries, keys, found),
            Kind::List(values) => match inserted(&values) {
                Some(text) => {
                    let output = Output::plain(text);
                    found.rule(keys.clone(), output, key.range);
                }
                None => found.skip(value.range, "it does more than to insert a text", None),
            },
            Kind::Text(_) => found.skip(value.range, "it does not insert a text", None),
        }
        let _ = keys.pop();
    }
}

fn keysym(key: &Value) -> Option<Keysym> {
    let Kind::Text(text) = &key.kind else { return None };
    let text = text.strip_prefix('\\').filter(|rest| !rest.is_empty()).unwrap_or(text);
    let mut chars = text.chars();
    let (Some(c), None) = (chars.next(), chars.next()) else { return None };
    match NAMED.iter().find(|(_, named)| *named == c) {
        Some((name, _)) => Keysym::from_name(name),
        None => (!c.is_control()).then(|| Keysym::from_char(c)),
    }
}

fn inserted(values: &[Value]) -> Option<String> {
    match values {
        [Value { kind: Kind::Text(command), .. }, Value { kind: Kind::Text(text), .. }]
            if command == INSERT =>
        {
            Some(text.clone())
        }
        _ => None,
    }
}
