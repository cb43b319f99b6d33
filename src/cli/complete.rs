//! What a shell offers on Tab. Enter at [`answer`]; the other functions are named by the arguments
//! that they complete.
//!
//! The scripts in `packaging/completions/` ask the program itself, by way of [`VARIABLE`]: so what is
//! offered is what this version has, with this configuration.

use std::{
    collections::{BTreeMap, HashSet},
    ffi::{OsStr, OsString},
    io,
};

use clap::CommandFactory;
use clap_complete::{CompleteEnv, CompletionCandidate, env::Shells};

use super::{
    Cli,
    show::{keys as shown_keys, name, visible},
};
use crate::{
    config::{self, Loaded, Paths},
    diagnostic::Code,
    map::builtin,
    sequence::Rule,
    xcompose,
};

/// The variable by which a shell asks.
pub const VARIABLE: &str = "COMPOSEKEY_COMPLETE";

/// So many sequences or words are offered; more would be no help.
const MOST: usize = 200;

/// Answers a shell that asks; `false` when none does.
pub(super) fn answer(args: impl IntoIterator<Item = OsString>) -> bool {
    let folder = std::env::current_dir().ok();
    let env = CompleteEnv::with_factory(Cli::command).var(VARIABLE).bin("composekey");
    match env.try_complete(args, folder.as_deref()) {
        Ok(answered) => answered,
        Err(error) => {
            let _ = error.print();
            true
        }
    }
}

/// The script that has a shell ask this program.
///
/// # Errors
/// When `out` cannot be written, or the shell is unknown.
pub fn script(shell: &str, out: &mut dyn io::Write) -> io::Result<()> {
    let unknown =
        || io::Error::new(io::ErrorKind::InvalidInput, format!("unknown shell `{shell}`"));
    let known = Shells::builtins();
    let shell = known.completer(shell).ok_or_else(unknown)?;
    shell.write_registration(VARIABLE, "composekey", "composekey", "composekey", out)
}

fn loaded() -> Loaded {
    config::load(&Paths::from_env())
}

/// Candidates that begin with what is there, each with a word of help.
fn begun(
    current: &OsStr,
    all: impl IntoIterator<Item = (String, String)>,
) -> Vec<CompletionCandidate> {
    let Some(start) = current.to_str() else { return Vec::new() };
    all.into_iter()
        .filter(|(value, _)| value.starts_with(start))
        .take(MOST)
        .map(|(value, help)| CompletionCandidate::new(value).help(Some(help.into())))
        .collect()
}

/// Every keymap, in use or not.
pub(super) fn keymaps(current: &OsStr) -> Vec<CompletionCandidate> {
    let loaded = config::load_all(&Paths::from_env());
    let title = |title: &Option<String>| title.clone().unwrap_or_default();
    let own = ("config".to_owned(), "your own sequences".to_owned());
    let all = loaded.keymaps.iter().map(|k| (k.name.to_string(), title(&k.info.title)));
    begun(current, all.chain([own]))
}

/// The keymaps that can be changed: the user's own.
pub(super) fn own_keymaps(current: &OsStr) -> Vec<CompletionCandidate> {
    let loaded = loaded();
    let own = loaded
        .keymaps
        .iter()
        .filter(|keymap| builtin::find(&keymap.entry).is_none() && keymap.entry.ends_with(".toml"));
    let all = own.map(|k| (k.name.to_string(), k.info.title.clone().unwrap_or_default()));
    begun(current, all.chain([("config".to_owned(), "config.toml".to_owned())]))
}

/// The keys of sequences, with what they give.
pub(super) fn keys(current: &OsStr) -> Vec<CompletionCandidate> {
    let loaded = loaded();
    // Nobody reads four thousand of them.
    if current.is_empty() {
        return begun(current, of(loaded.rules.iter().filter(|rule| *rule.keymap == *"config")));
    }
    begun(current, of(loaded.rules.iter()))
}

fn of<'a>(
    rules: impl Iterator<Item = &'a Rule> + 'a,
) -> impl Iterator<Item = (String, String)> + 'a {
    rules.map(|rule| {
        let name = name(rule).unwrap_or_default();
        (shown_keys(&rule.sequence), format!("{} {name}", visible(&rule.output.text)))
    })
}

/// Characters, and the words by which they are found.
pub(super) fn characters(current: &OsStr) -> Vec<CompletionCandidate> {
    if current.is_empty() {
        return Vec::new();
    }
    let loaded = loaded();
    let mut words = BTreeMap::new();
    for rule in &loaded.rules {
        let text = visible(&rule.output.text);
        let known = rule.output.about.alias.iter().chain(&rule.output.about.tags).cloned();
        let named = name(rule).unwrap_or_default();
        let _ = words.entry(text.clone()).or_insert_with(|| named.to_lowercase());
        for word in known.chain([named.to_lowercase()]) {
            let _ = words.entry(word).or_insert_with(|| text.clone());
        }
    }
    begun(current, words)
}

/// Texts that the keymaps give, for commands that take a text as it is: one's own first, what the
/// locale's Compose file gives last.
pub(super) fn texts(current: &OsStr) -> Vec<CompletionCandidate> {
    let loaded = loaded();
    let mut rules: Vec<&Rule> = loaded.rules.iter().collect();
    rules.sort_by_key(|rule| match &*rule.keymap {
        "config" => 0,
        xcompose::SYSTEM => 2,
        _ => 1,
    });
    let mut seen = HashSet::new();
    // What a shell cannot show as it is, such as a newline, it cannot offer; what keys type needs no offer.
    rules.retain(|rule| {
        let text = &*rule.output.text;
        let is_seen = text.chars().any(|c| !c.is_ascii() && !c.is_whitespace());
        is_seen && visible(text) == text && seen.insert(text)
    });
    let named = |rule: &Rule| name(rule).unwrap_or_default().to_lowercase();
    begun(current, rules.into_iter().map(|rule| (rule.output.text.clone(), named(rule))))
}

/// The codes of findings.
pub(super) fn codes(current: &OsStr) -> Vec<CompletionCandidate> {
    let title = |code: &Code| code.story().map_or("", |story| story.title).to_owned();
    begun(current, Code::ALL.iter().map(|code| (code.id().to_owned(), title(code))))
}
