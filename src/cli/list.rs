//! `composekey list`: every sequence, keymap by keymap, or those that a filter leaves.

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

use clap::Args;
use clap_complete::ArgValueCompleter;

use super::{
    Exit, Terminal, complete, load,
    pager::page,
    show::{Rows, json, json_line, name, paint},
    stats,
};
use crate::{
    config::{Keymap, Loaded, Paths},
    diagnostic::{Style, closest, list},
    sequence::Rule,
};

/// `composekey list`.
#[derive(Debug, Args)]
pub struct List {
    /// Only these keymaps
    #[arg(value_name = "KEYMAP", add = ArgValueCompleter::new(complete::keymaps))]
    pub keymaps: Vec<String>,
    /// Only this keymap, which need not be in use; can be given more than once
    #[arg(
        long = "keymap",
        visible_alias = "pack",
        value_name = "KEYMAP",
        add = ArgValueCompleter::new(complete::keymaps)
    )]
    pub named: Vec<String>,
    /// Only sequences with this tag; with several, those that have one of them
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,
    /// Only sequences with this word in their name, alias or tags; with several, with all of them
    #[arg(long = "word", value_name = "WORD")]
    pub words: Vec<String>,
    /// Count the sequences of each keymap
    #[arg(long)]
    pub stats: bool,
    /// Also the built-in keymaps that are not in use
    #[arg(long)]
    pub all: bool,
    /// Write a long list as it is, not through $PAGER
    #[arg(long)]
    pub no_pager: bool,
    /// Print JSON Lines, one object a rule, or a keymap with --stats
    #[arg(long)]
    pub json: bool,
}

impl List {
    /// Whether the filters let a rule through.
    fn wants(&self, rule: &Rule) -> bool {
        let is =
            |tag: &String| rule.output.about.tags.iter().any(|own| own.eq_ignore_ascii_case(tag));
        if !self.tags.is_empty() && !self.tags.iter().any(is) {
            return false;
        }
        if self.words.is_empty() {
            return true;
        }
        let other = rule.output.about.alias.iter().chain(&rule.output.about.tags).cloned();
        let called: Vec<String> =
            name(rule).into_iter().chain(other).map(|name| name.to_lowercase()).collect();
        let has = |word: &String| called.iter().any(|name| name.contains(&word.to_lowercase()));
        self.words.iter().all(has)
    }
}

pub(super) fn run(args: &List, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let names: Vec<&str> = args.keymaps.iter().chain(&args.named).map(String::as_str).collect();
    // A keymap that is asked for by name is shown, in use or not.
    let all = args.all || args.stats || !names.is_empty();
    let loaded = load(paths, all, terminal)?;
    for name in &names {
        if !look_up(name, &loaded, terminal)? {
            return Ok(Exit::Failed);
        }
    }
    let wanted = |name: &str| names.is_empty() || names.contains(&name);
    if args.stats {
        return stats::write(&loaded, &wanted, &|rule| args.wants(rule), args.json, terminal);
    }
    let indices: Vec<usize> = (0..loaded.rules.len())
        .filter(|&i| wanted(&loaded.rules[i].keymap) && args.wants(&loaded.rules[i]))
        .collect();
    if indices.is_empty() {
        nothing(args, &loaded, all, terminal)?;
        return Ok(Exit::Findings);
    }
    if args.json {
        for &i in &indices {
            json_line(&json(&loaded, i), terminal.out)?;
        }
        return Ok(Exit::Fine);
    }
    if args.no_pager {
        terminal.pager = None;
    }
    let mut text = Vec::new();
    let groups = indices.chunk_by(|&a, &b| loaded.rules[a].keymap == loaded.rules[b].keymap);
    for (i, group) in groups.enumerate() {
        if i > 0 {
            writeln!(text)?;
        }
        write_group(&loaded, group, terminal.out_style, terminal.width, &mut text)?;
    }
    page(&text, terminal)?;
    Ok(Exit::Fine)
}

/// Says which filter let nothing through, and what it could have been.
fn nothing(args: &List, loaded: &Loaded, all: bool, terminal: &mut Terminal<'_>) -> io::Result<()> {
    let tags: BTreeSet<&str> =
        loaded.rules.iter().flat_map(|rule| &rule.output.about.tags).map(String::as_str).collect();
    let unknown = args.tags.iter().find(|tag| !tags.contains(tag.as_str()));
    if let Some(tag) = unknown {
        let hint = match closest(tag, tags.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("there are {}", list(&tags.into_iter().collect::<Vec<_>>())),
        };
        return writeln!(terminal.err, "no sequence has the tag `{tag}`; {hint}");
    }
    let hint = if all { "" } else { "; `--all` looks into every keymap" };
    writeln!(terminal.err, "no sequence passes the filters{hint}")
}

fn find<'l>(name: &str, loaded: &'l Loaded) -> Option<&'l Keymap> {
    loaded.keymaps.iter().find(|keymap| *keymap.name == *name)
}

/// Whether there is a keymap of this name; says so when not, or when it is not in use.
fn look_up(name: &str, loaded: &Loaded, terminal: &mut Terminal<'_>) -> io::Result<bool> {
    match find(name, loaded) {
        Some(keymap) if !keymap.in_use => {
            writeln!(terminal.err, "`{name}` is not in use: add it to `keymaps` in config.toml\n")?
        }
        None if name != "config" => {
            let names = loaded.keymaps.iter().map(|keymap| &*keymap.name);
            let hint = match closest(name, names) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "`composekey list --stats` names them all".to_owned(),
            };
            writeln!(terminal.err, "error: there is no keymap `{name}`; {hint}")?;
            return Ok(false);
        }
        _ => {}
    }
    Ok(true)
}

/// The rules of one keymap below its title and its mnemonic.
fn write_group(
    loaded: &Loaded,
    group: &[usize],
    style: Style,
    width: Option<usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rules = group.iter().map(|&i| &loaded.rules[i]);
    let name = &loaded.rules[group[0]].keymap;
    let info = find(name, loaded).map(|keymap| &keymap.info);
    let title = info.and_then(|info| info.title.as_deref());
    let title = title.map_or(String::new(), |title| format!(": {title}"));
    let name = paint(style, "1;4", name);
    writeln!(out, "{name}{title} ({})", group.len())?;
    if let Some(mnemonic) = info.and_then(|info| info.mnemonic.as_deref()) {
        writeln!(out, "{}", paint(style, "2", mnemonic))?;
    }
    let rows = Rows::new(rules.clone(), style, width);
    for rule in rules {
        rows.write(rule, false, out)?;
    }
    Ok(())
}
