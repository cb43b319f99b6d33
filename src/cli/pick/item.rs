//! [`Item`]: a text that the maps give, with all its sequences, and the line that stands for it in
//! other menus.

use std::collections::HashMap;

use serde::Serialize;

use crate::{
    cli::show::{keys, name, unicode_name, visible},
    config::Loaded,
    search::data,
    sequence::Rule,
};

/// A text and how one gets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Item {
    /// The text.
    pub(super) text: String,
    /// What it is called.
    pub(super) name: String,
    /// Its sequences, the handiest first.
    pub(super) sequences: Vec<String>,
    /// Aliases and tags.
    pub(super) words: Vec<String>,
    /// The keymap of the handiest sequence.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) keymap: String,
}

impl Item {
    /// A character that no map gives.
    pub(super) fn without_sequence(text: String) -> Self {
        let entry = data::entry(&text);
        let name = entry.and_then(|entry| entry.name()).map(str::to_uppercase);
        let name = name.or_else(|| unicode_name(text.chars().next()?)).unwrap_or_default();
        Self { text, name, sequences: Vec::new(), words: Vec::new(), keymap: String::new() }
    }

    /// How one types it all the same.
    pub(super) fn by_code(&self) -> String {
        let mut chars = self.text.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) => format!("no sequence; U+{:X} in a hold types it", u32::from(c)),
            _ => "no sequence".to_owned(),
        }
    }

    /// One line for a menu: text, name, sequences, other words, two blanks between them. What is
    /// looked for is all in there, so a menu's own search finds it.
    pub(super) fn line(&self) -> String {
        let mut line = visible(&self.text);
        for part in [&self.name, &self.sequences.join(" "), &self.words.join(" ")] {
            if !part.is_empty() {
                line = line + "  " + part;
            }
        }
        line.trim_end().to_owned()
    }
}

/// An item for each text. One's own come first, then the keymaps in their order; the many of the
/// locale's Compose file last.
pub(super) fn items(loaded: &Loaded) -> Vec<Item> {
    let mut rules: Vec<&Rule> = loaded.rules.iter().collect();
    rules.sort_by_key(|rule| match &*rule.keymap {
        "config" => 0,
        "system" => 2,
        _ => 1,
    });
    let mut items: Vec<Item> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut sequences: Vec<Vec<&Rule>> = Vec::new();
    for rule in rules {
        let text = rule.output.text.as_str();
        let place = *places.entry(text).or_insert_with(|| {
            items.push(Item {
                text: text.to_owned(),
                name: name(rule).unwrap_or_default(),
                sequences: Vec::new(),
                words: Vec::new(),
                keymap: String::new(),
            });
            sequences.push(Vec::new());
            items.len() - 1
        });
        sequences[place].push(rule);
        for word in rule.output.about.alias.iter().chain(&rule.output.about.tags) {
            if !items[place].words.contains(word) {
                items[place].words.push(word.clone());
            }
        }
    }
    for (item, mut rules) in items.iter_mut().zip(sequences) {
        // What a keyboard without further ado has comes before dead keys and letters of others.
        rules.sort_by_key(|rule| {
            let shown = keys(&rule.sequence);
            let plain = shown.is_ascii() && !shown.contains("<dead_");
            (!plain, rule.sequence.keysyms().len())
        });
        item.keymap = rules.first().map_or_else(String::new, |rule| rule.keymap.to_string());
        item.sequences = rules.iter().map(|rule| keys(&rule.sequence)).collect();
    }
    items
}
