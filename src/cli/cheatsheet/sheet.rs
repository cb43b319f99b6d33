//! [`Sheet`]: what is on a sheet, in order, with the caps of the keys.

use serde::Serialize;

use crate::{
    cli::show::{name, visible},
    config::Loaded,
    keysym::Keysym,
    layout::{Layout, cap},
    sequence::{Rule, Sequence},
    xcompose,
};

/// A sheet.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Sheet {
    /// The layout whose caps are shown.
    pub(super) layout: String,
    /// The key that is held.
    pub(super) trigger: String,
    pub(super) groups: Vec<Group>,
}

/// The sequences of one keymap.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Group {
    pub(super) keymap: String,
    pub(super) title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mnemonic: Option<String>,
    pub(super) entries: Vec<Entry>,
}

/// A text, and every way to type it that the keymap has.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Entry {
    pub(super) text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) alias: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tags: Vec<String>,
    pub(super) ways: Vec<Way>,
}

/// A sequence.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Way {
    /// As in a map.
    pub(super) keys: String,
    pub(super) caps: Vec<Cap>,
}

/// A key of a sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Cap {
    /// What it types.
    pub(super) sign: String,
    /// How it is pressed, where that is not plain to see: `Shift+2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) press: Option<String>,
    /// Whether the layout lacks it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) missing: bool,
}

impl Sheet {
    /// A sheet of the user's own sequences, and of all in use, or of these keymaps alone.
    pub(super) fn new(loaded: &Loaded, keymaps: &[String], all: bool, layout: &Layout) -> Self {
        let wanted = |rule: &Rule| match keymaps {
            [] => loaded.is_users(rule) || all && *rule.keymap != *xcompose::SYSTEM,
            names => names.iter().any(|name| **name == *rule.keymap),
        };
        let (own, others): (Vec<&Rule>, Vec<&Rule>) =
            loaded.rules.iter().filter(|rule| wanted(rule)).partition(|r| loaded.is_users(r));
        // What is in config.toml wins over all, and comes first here.
        let (config, packs): (Vec<&Rule>, Vec<&Rule>) =
            own.into_iter().partition(|rule| *rule.keymap == *"config");
        let rules: Vec<&Rule> = config.into_iter().chain(packs).chain(others).collect();
        let groups = rules.chunk_by(|a, b| a.keymap == b.keymap);
        Self {
            layout: layout.name.clone(),
            trigger: trigger(loaded),
            groups: groups.map(|rules| group(rules, loaded, layout)).collect(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// How many sequences there are.
    pub(super) fn len(&self) -> usize {
        self.groups.iter().flat_map(|group| &group.entries).map(|entry| entry.ways.len()).sum()
    }
}

/// The trigger, as it is written on the key: `Caps Lock`.
fn trigger(loaded: &Loaded) -> String {
    let name = loaded.settings.engine.trigger.name().unwrap_or("trigger");
    let words = name.split('_').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    });
    words.collect::<Vec<_>>().join(" ")
}

fn group(rules: &[&Rule], loaded: &Loaded, layout: &Layout) -> Group {
    let keymap = &rules[0].keymap;
    let info = loaded.keymaps.iter().find(|known| known.name == *keymap).map(|k| &k.info);
    let title = info.and_then(|info| info.title.clone());
    let mut entries: Vec<Entry> = Vec::new();
    for rule in rules {
        let way = Way { keys: rule.sequence.to_string(), caps: caps(&rule.sequence, layout) };
        let called = name(rule);
        let same = |entry: &&mut Entry| entry.text == rule.output.text && entry.name == called;
        match entries.iter_mut().find(same) {
            Some(entry) => entry.ways.push(way),
            None => entries.push(Entry {
                text: rule.output.text.clone(),
                name: called,
                alias: rule.output.about.alias.clone(),
                tags: rule.output.about.tags.clone(),
                ways: vec![way],
            }),
        }
    }
    let own = || if **keymap == *"config" { "My sequences".to_owned() } else { keymap.to_string() };
    Group {
        keymap: keymap.to_string(),
        title: title.unwrap_or_else(own),
        mnemonic: info.and_then(|info| info.mnemonic.clone()),
        entries,
    }
}

fn caps(sequence: &Sequence, layout: &Layout) -> Vec<Cap> {
    sequence.keysyms().iter().map(|&keysym| one(keysym, layout)).collect()
}

fn one(keysym: Keysym, layout: &Layout) -> Cap {
    let sign = visible(&cap(keysym));
    let press = layout.press(keysym);
    let missing = press.is_none() && keysym != Keysym::MULTI_KEY;
    // That a capital takes Shift is plain to see.
    let told = press.filter(|press| {
        let lower = keysym.to_char().map(|c| c.to_lowercase().to_string());
        let capital = press.held.count() == 1 && press.held.shift;
        // Of the keypad too, and keys with a name are where their name says.
        let plain = press.held.count() == 0 && (press.key == keysym || lower.is_none());
        !(plain || capital && lower.as_deref() == press.key.to_char().map(String::from).as_deref())
    });
    Cap { sign, press: told.map(ToString::to_string), missing }
}
