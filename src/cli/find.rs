//! `composekey find`: sequences by what they give, what that is called, or by their keys.

use std::io;

use super::{
    Exit, Terminal,
    args::Find,
    load,
    show::{Rows, json, json_line, name, unicode_name},
};
use crate::{
    config::Paths,
    sequence::{Rule, Sequence},
};

/// How well a rule fits; the first is the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// It gives exactly this.
    Output,
    /// It has exactly these keys.
    Keys,
    /// It is called exactly this.
    Name,
    /// Every word is a word of what it is called.
    Words,
    /// Every word is the start of such a word.
    Starts,
    /// It gives this among others, or every word is somewhere in what it is called.
    Part,
}

pub(super) fn run(args: &Find, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let loaded = load(paths, args.all, terminal)?;
    let query = Query::new(&args.words.join(" "));
    let mut found: Vec<(Fit, usize)> = loaded
        .rules
        .iter()
        .enumerate()
        .filter_map(|(i, rule)| Some((query.fit(rule)?, i)))
        .collect();
    // One's own sequences come before those of the keymaps, later keymaps before earlier ones.
    let keymap = |rule: &Rule| loaded.keymaps.iter().rev().position(|k| k.name == rule.keymap);
    found.sort_by_key(|&(fit, i)| {
        let rule = &loaded.rules[i];
        (fit, rule.sequence.keysyms().len(), keymap(rule), i)
    });
    // Signs are keys or an alias: where they fit as such, pieces of names are not meant.
    let signs = query.text.contains(|c: char| !c.is_alphanumeric() && c != ' ');
    if signs && found.first().is_some_and(|&(fit, _)| fit <= Fit::Name) {
        found.retain(|&(fit, _)| fit <= Fit::Name);
    }
    let indices = found.iter().map(|&(_, i)| i);
    if args.json {
        for i in indices {
            json_line(&json(&loaded, i), terminal.out)?;
        }
    } else {
        let rules = indices.map(|i| &loaded.rules[i]);
        let rows = Rows::new(rules.clone(), terminal.out_style, terminal.width);
        for rule in rules {
            rows.write(rule, true, terminal.out)?;
        }
    }
    if found.is_empty() {
        nothing(&query, args.all, terminal)?;
        return Ok(Exit::Findings);
    }
    Ok(Exit::Fine)
}

fn nothing(query: &Query, all: bool, terminal: &mut Terminal<'_>) -> io::Result<()> {
    if let Some(c) = query.character {
        let name = unicode_name(c).map_or(String::new(), |name| format!(" {name}"));
        let code = u32::from(c);
        writeln!(terminal.err, "no sequence gives `{c}` (U+{code:04X}{name})")?;
        writeln!(
            terminal.err,
            "add one to config.toml, or hold the trigger and type U+{code:X}, then let go"
        )
    } else {
        let hint = if all { "" } else { "; `--all` looks into every keymap" };
        writeln!(terminal.err, "no sequence found for `{}`{hint}", query.text)
    }
}

/// What is looked for, read in every way it can be.
#[derive(Debug)]
struct Query {
    text: String,
    /// The character, given as such or by its code point.
    character: Option<char>,
    /// As output of a rule: the character, or the text itself.
    output: String,
    sequence: Option<Sequence>,
    lower: String,
    words: Vec<String>,
}

impl Query {
    fn new(text: &str) -> Self {
        let mut chars = text.chars();
        let single = match (chars.next(), chars.next()) {
            (Some(c), None) => Some(c),
            _ => code_point(text),
        };
        let lower = text.to_lowercase();
        Self {
            text: text.to_owned(),
            character: single,
            output: single.map_or_else(|| text.to_owned(), String::from),
            sequence: Sequence::parse(text).ok(),
            words: words(&lower).map(str::to_owned).collect(),
            lower,
        }
    }

    fn fit(&self, rule: &Rule) -> Option<Fit> {
        let output = &rule.output;
        if output.text == self.output {
            return Some(Fit::Output);
        }
        if self.sequence.as_ref() == Some(&rule.sequence) {
            return Some(Fit::Keys);
        }
        // A character that is no letter is meant as such and not as a piece of a name.
        let only_character = self.character.is_some_and(|c| !c.is_ascii_alphanumeric());
        if only_character {
            return output.text.contains(&self.output).then_some(Fit::Part);
        }
        let name = name(rule).unwrap_or_default().to_lowercase();
        let mut exact = output.alias.iter().chain(&output.tags);
        // An alias with a capital is another than the one without: `&Ouml;` and `&ouml;`.
        if exact.any(|alias| *alias == self.text || bare(alias) == self.text) || name == self.lower
        {
            return Some(Fit::Name);
        }
        let mut chars = output.text.chars();
        let unicode = chars.next().filter(|_| chars.next().is_none()).and_then(unicode_name);
        let called: Vec<String> = [Some(name), unicode.map(|name| name.to_lowercase())]
            .into_iter()
            .flatten()
            .chain(output.alias.iter().chain(&output.tags).map(|alias| alias.to_lowercase()))
            .collect();
        let every = |fits: &dyn Fn(&str, &str) -> bool| {
            !self.words.is_empty()
                && self
                    .words
                    .iter()
                    .all(|word| called.iter().flat_map(|c| words(c)).any(|c| fits(c, word)))
        };
        if every(&|called, word| called == word) {
            Some(Fit::Words)
        } else if every(&|called, word| called.starts_with(word)) {
            Some(Fit::Starts)
        } else if self.lower.len() > 2 && every(&|called, word| called.contains(word)) {
            Some(Fit::Part)
        } else {
            None
        }
    }
}

/// `U+00FC`, `u+fc` or `0xfc`.
pub(super) fn code_point(text: &str) -> Option<char> {
    let prefixes = ["U+", "u+", "0x"];
    let digits = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix))?;
    char::from_u32(u32::from_str_radix(digits, 16).ok()?)
}

/// An alias without the signs around it: `ouml` of `&ouml;`, `lambda` of `\lambda`.
fn bare(alias: &str) -> &str {
    alias.trim_start_matches(['&', '\\', ':']).trim_end_matches([';', ':'])
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}
