//! espanso: matches in YAML, each with `:` and the keys as its trigger.

use saphyr::{LoadableYamlNode, MarkedYaml};

use super::{Found, Reason, Sieve, characters, lines};
use crate::{
    keysym::Keysym,
    sequence::{Output, Rule},
};

/// What stands before the keys.
const BEFORE: char = ':';

const HEAD: &str = "\
# Written by composekey: change its keymaps, not this file.
matches:
";

/// What means something in a replacement.
const SPECIAL: &[&str] = &["{{", "$|$"];

pub(super) fn write<'a>(rules: &[&'a Rule], sieve: &mut Sieve<'a>) -> String {
    let mut entries = sieve.entries(rules, entry);
    // It replaces as soon as it can, so the longer one would never come.
    sieve.longest(&mut entries);
    if entries.is_empty() {
        return HEAD.replace("matches:", "matches: []");
    }
    HEAD.to_owned() + &lines(sieve, entries)
}

fn entry(rule: &Rule) -> Result<String, Reason> {
    let keys: String = characters(rule)?.into_iter().collect();
    let text = &rule.output.text;
    if SPECIAL.iter().any(|special| text.contains(special)) {
        return Err("the text has `{{` or `$|$`, which mean something there");
    }
    let label =
        rule.output.about.name.as_ref().map(|name| format!("\n    label: {}", string(name)));
    let trigger = string(&format!("{BEFORE}{keys}"));
    Ok(format!(
        "  - trigger: {trigger}\n    replace: {}{}",
        string(text),
        label.unwrap_or_default()
    ))
}

/// A string of JSON, which every YAML parser reads.
fn string(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

pub(super) fn read(text: &str, found: &mut Found) {
    let place = Places::new(text);
    let documents = match MarkedYaml::load_from_str(text) {
        Ok(documents) => documents,
        Err(error) => {
            let at = place.byte(error.marker().index());
            return found.skip(at..at, &format!("this is not YAML: {}", error.info()), None);
        }
    };
    for (key, value) in documents.iter().filter_map(|document| document.data.as_mapping()).flatten()
    {
        let range = place.range(key);
        match (key.data.as_str(), value.data.as_sequence()) {
            (Some("matches"), Some(matches)) => {
                for entry in matches {
                    one_match(entry, &place, found);
                }
            }
            (Some("matches"), None) => found.skip(range, "`matches` is no list", None),
            _ => found.skip(range, "only `matches` are sequences", None),
        }
    }
}

fn one_match(entry: &MarkedYaml<'_>, place: &Places, found: &mut Found) {
    let range = place.range(entry);
    let Some(fields) = entry.data.as_mapping() else {
        return found.skip(range, "this match is no table", None);
    };
    let mut output = Output::default();
    let mut triggers = Vec::new();
    for (key, value) in fields {
        let string = value.data.as_str().map(str::to_owned);
        match (key.data.as_str(), string) {
            (Some("trigger"), Some(trigger)) => triggers.push((trigger, place.range(value))),
            (Some("triggers"), _) => {
                let list = value.data.as_sequence().into_iter().flatten();
                triggers.extend(list.filter_map(|trigger| {
                    Some((trigger.data.as_str()?.to_owned(), place.range(trigger)))
                }));
            }
            (Some("replace"), Some(text)) => output.text = text,
            (Some("label"), Some(label)) => output.about.name = Some(label),
            (Some("search_terms"), _) => {
                let list = value.data.as_sequence().into_iter().flatten();
                output.about.alias =
                    list.filter_map(|term| term.data.as_str().map(str::to_owned)).collect();
            }
            (key, _) => {
                let why = format!("a map has no `{}`", key.unwrap_or("?"));
                return found.skip(range, &why, None);
            }
        }
    }
    if SPECIAL.iter().any(|special| output.text.contains(special)) {
        return found.skip(range, "the text has `{{` or `$|$`, which mean something there", None);
    }
    for (trigger, range) in triggers {
        let keys = trigger.strip_prefix(BEFORE).unwrap_or(&trigger);
        if keys.chars().any(char::is_control) {
            found.skip(range, "no key types a control character", None);
            continue;
        }
        found.rule(keys.chars().map(Keysym::from_char).collect(), output.clone(), range);
    }
}

/// Where characters are, in bytes: the parser counts characters.
struct Places {
    bytes: Vec<usize>,
}

impl Places {
    fn new(text: &str) -> Self {
        Self { bytes: text.char_indices().map(|(at, _)| at).chain([text.len()]).collect() }
    }

    fn byte(&self, character: usize) -> usize {
        self.bytes[character.min(self.bytes.len() - 1)]
    }

    fn range(&self, node: &MarkedYaml<'_>) -> std::ops::Range<usize> {
        self.byte(node.span.start.index())..self.byte(node.span.end.index())
    }
}
