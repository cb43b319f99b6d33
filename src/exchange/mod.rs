//! The formats of other programs, both ways: [`write()`] rules for one, [`read`] a text of one.
//!
//! Each format has a file: what it can carry, how its strings are written and read. What it cannot
//! carry is left out and said, once for each reason.

mod compose;
mod console;
mod emacs;
mod espanso;
mod macos;
mod plist;
mod vim;
mod wincompose;

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    sync::Arc,
};

use crate::{
    diagnostic::{Code, Diagnostic},
    keysym::Keysym,
    map,
    sequence::{Output, Rule, Sequence},
    source::{SourceId, Sources, Span},
};

/// A format of another program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The compose table of the Linux console, for `loadkeys`.
    Console,
    /// macOS: `DefaultKeyBinding.dict`.
    MacOs,
    /// WinCompose: a Compose file for Windows.
    WinCompose,
    /// Vim: digraphs.
    Vim,
    /// Emacs: an input method.
    Emacs,
    /// espanso: matches in YAML.
    Espanso,
}

/// A file in the making, and what it could not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported<'a> {
    /// The file.
    pub text: String,
    /// The rules that are in it.
    pub carried: Vec<&'a Rule>,
    /// Those that are not.
    pub left_out: Vec<&'a Rule>,
    /// Why.
    pub findings: Vec<Diagnostic>,
}

/// Why a format has no place for a rule.
type Reason = &'static str;

/// Writes rules for a program. The first have the better claim where there is not room for all.
#[must_use]
pub fn write<'a>(format: Format, rules: &[&'a Rule]) -> Exported<'a> {
    let mut sieve = Sieve { format, carried: Vec::new(), refused: Vec::new() };
    let text = match format {
        Format::Console => console::write(rules, &mut sieve),
        Format::MacOs => macos::write(rules, &mut sieve),
        Format::WinCompose => wincompose::write(rules, &mut sieve),
        Format::Vim => vim::write(rules, &mut sieve),
        Format::Emacs => emacs::write(rules, &mut sieve),
        Format::Espanso => espanso::write(rules, &mut sieve),
    };
    sieve.finish(text)
}

/// Reads a text into rules of the keymap `name`: a Compose file, or one of another `format`. `None`
/// for a format that is only written.
#[must_use]
pub fn read(
    format: Option<Format>,
    source: SourceId,
    name: &Arc<str>,
    sources: &Sources,
) -> Option<(Vec<Rule>, Vec<Diagnostic>)> {
    let mut found = Found { name: name.clone(), source, ..Found::default() };
    let text = &sources.get(source).text;
    match format {
        None | Some(Format::WinCompose) => compose::read(text, &mut found),
        Some(Format::MacOs) => macos::read(text, &mut found),
        Some(Format::Vim) => vim::read(text, &mut found),
        Some(Format::Espanso) => espanso::read(text, &mut found),
        Some(Format::Console | Format::Emacs) => return None,
    }
    Some((found.rules.into_iter().flatten().collect(), found.findings))
}

/// Which format a text is in, by what it looks like. A Compose file is none of these.
#[must_use]
pub fn guess(text: &str) -> Option<Format> {
    let mut lines = text.lines().map(str::trim_start);
    let begins = |line: &str, words: &[&str]| words.iter().any(|word| line.starts_with(word));
    lines.find_map(|line| {
        if begins(line, &["matches:", "global_vars:", "- trigger", "- replace"]) {
            Some(Format::Espanso)
        } else if begins(line, &["dig", "call digraph_set", ":dig"]) {
            Some(Format::Vim)
        } else if line.starts_with('{') {
            Some(Format::MacOs)
        } else {
            None
        }
    })
}

impl Format {
    /// What a file of it is called in a message.
    fn file(self) -> &'static str {
        match self {
            Self::Console => "the console's table",
            Self::MacOs => "the key bindings of macOS",
            Self::WinCompose => "the file for WinCompose",
            Self::Vim => "the digraphs of Vim",
            Self::Emacs => "the input method of Emacs",
            Self::Espanso => "the matches of espanso",
        }
    }
}

/// Rules on their way into a file: those that are in, those that are not.
struct Sieve<'a> {
    format: Format,
    carried: Vec<&'a Rule>,
    /// By reason, in the order in which reasons come up.
    refused: Vec<(Reason, Vec<&'a Rule>)>,
}

impl<'a> Sieve<'a> {
    /// What `entry` makes of each rule, without those that it refuses.
    fn entries<T>(
        &mut self,
        rules: &[&'a Rule],
        mut entry: impl FnMut(&Rule) -> Result<T, Reason>,
    ) -> Vec<(&'a Rule, T)> {
        let mut entries = Vec::new();
        for &rule in rules {
            match entry(rule) {
                Ok(made) => entries.push((rule, made)),
                Err(reason) => self.refuse(rule, reason),
            }
        }
        entries
    }

    fn refuse(&mut self, rule: &'a Rule, reason: Reason) {
        match self.refused.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, rules)) => rules.push(rule),
            None => self.refused.push((reason, vec![rule])),
        }
    }

    /// Takes out the rules that are the start of others.
    fn longest<T>(&mut self, entries: &mut Vec<(&'a Rule, T)>) {
        let starts: HashSet<&[Keysym]> = entries
            .iter()
            .map(|(rule, _)| rule.sequence.keysyms())
            .flat_map(|keysyms| (1..keysyms.len()).map(|length| &keysyms[..length]))
            .collect();
        let (short, long): (Vec<_>, Vec<_>) = std::mem::take(entries)
            .into_iter()
            .partition(|(rule, _)| starts.contains(rule.sequence.keysyms()));
        for (rule, _) in short {
            self.refuse(rule, "a longer one starts with it");
        }
        *entries = long;
    }

    fn finish(self, text: String) -> Exported<'a> {
        let file = self.format.file();
        let findings = self.refused.iter().map(|(reason, rules)| {
            let message = match &rules[..] {
                [one] => format!("`{}` is not in {file}: {reason}", one.sequence),
                [first, rest @ ..] => {
                    format!(
                        "`{}` and {} more are not in {file}: {reason}",
                        first.sequence,
                        rest.len()
                    )
                }
                [] => String::new(),
            };
            Diagnostic::new(Code::NotInFormat, message)
                .at(rules[0].span, "")
                .help("the other programs and the daemon are not concerned")
        });
        let findings = findings.collect();
        let left_out = self.refused.into_iter().flat_map(|(_, rules)| rules).collect();
        Exported { text, carried: self.carried, left_out, findings }
    }
}

/// Lines of a file: one an entry, in the order of the rules.
fn lines<'a>(sieve: &mut Sieve<'a>, entries: Vec<(&'a Rule, String)>) -> String {
    let mut text = String::new();
    for (rule, line) in entries {
        sieve.carried.push(rule);
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// The keys as characters.
fn characters(rule: &Rule) -> Result<Vec<char>, Reason> {
    let keysyms = rule.sequence.keysyms().iter();
    // A key such as `<KP_Add>` has a character too, but it is another key.
    let plain = keysyms.map(|&keysym| keysym.to_char().filter(|&c| Keysym::from_char(c) == keysym));
    plain.collect::<Option<Vec<_>>>().ok_or("one of the keys has no character of its own")
}

/// The text, when it is one character.
fn one_character(rule: &Rule) -> Result<char, Reason> {
    let mut chars = rule.output.text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => Ok(c),
        _ => Err("the text is more than one character"),
    }
}

/// Rules that are being read, and what could not be.
#[derive(Debug, Default)]
struct Found {
    name: Arc<str>,
    source: SourceId,
    /// Of each sequence the last; empty where it was before.
    rules: Vec<Option<Rule>>,
    findings: Vec<Diagnostic>,
    known: HashMap<Sequence, usize>,
}

impl Found {
    /// A rule whose keys are at `range`.
    fn rule(&mut self, keysyms: Vec<Keysym>, output: Output, range: Range<usize>) {
        if let Some(modifier) = keysyms.iter().find(|keysym| keysym.is_modifier()) {
            let why = format!("the modifier `{}` is never part of a sequence", modifier.name());
            return self.skip(range, &why, None);
        }
        if keysyms.len() > map::MAX_KEYS {
            let why = format!("a sequence has at most {} keys", map::MAX_KEYS);
            return self.skip(range, &why, None);
        }
        if let Some(why) = no_output(&output.text) {
            return self.skip(range, &why, None);
        }
        let Some(sequence) = Sequence::new(keysyms) else {
            return self.skip(range, "it has no keys", None);
        };
        let span = Span::new(self.source, range);
        if let Some(earlier) = self.known.insert(sequence.clone(), self.rules.len())
            && let Some(rule) = self.rules[earlier].take()
        {
            self.skip(rule.span.range(), "the same keys come again", Some("the last holds"));
        }
        self.rules.push(Some(Rule { sequence, output, keymap: self.name.clone(), span }));
    }

    /// Something that does not become a rule.
    fn skip(&mut self, range: Range<usize>, why: &str, help: Option<&str>) {
        let finding = Diagnostic::new(Code::NotImported, format!("not imported: {why}"))
            .at(Span::new(self.source, range), "");
        self.findings.push(match help {
            Some(help) => finding.help(help),
            None => finding,
        });
    }
}

/// Why a text cannot be an output of a map.
fn no_output(text: &str) -> Option<String> {
    let control = text.chars().find(|&c| c.is_control() && !matches!(c, '\n' | '\t'));
    if text.is_empty() {
        Some("it gives no text".to_owned())
    } else if text.len() > map::MAX_TEXT {
        Some(format!("an output has at most {} bytes", map::MAX_TEXT))
    } else {
        let control = u32::from(control?);
        Some(format!("an output cannot have the control character U+{control:04X}"))
    }
}

#[cfg(test)]
mod tests;
