//! `composekey list --stats`: how many sequences each keymap has.

use std::{collections::HashSet, io};

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::{Exit, Terminal, show::json_line, show::paint};
use crate::{config::Loaded, sequence::Rule};

/// The figures of one keymap.
#[derive(Debug, Serialize)]
struct Row<'a> {
    keymap: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    in_use: bool,
    #[serde(flatten)]
    count: Count,
}

/// The last object: all keymaps that were counted, and those in use.
#[derive(Debug, Serialize)]
struct Total {
    in_use: Count,
    all: Count,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Count {
    /// Sequences that hold: one that gave way to another keymap's counts there.
    sequences: usize,
    /// Different texts that they give.
    texts: usize,
}

impl Count {
    fn of<'a>(rules: impl Iterator<Item = &'a Rule> + Clone) -> Self {
        let texts: HashSet<&str> = rules.clone().map(|rule| rule.output.text.as_str()).collect();
        Self { sequences: rules.count(), texts: texts.len() }
    }
}

/// Writes the figures of the wanted keymaps: of those of their rules that count.
pub(super) fn write(
    loaded: &Loaded,
    wanted: &dyn Fn(&str) -> bool,
    counts: &dyn Fn(&Rule) -> bool,
    json: bool,
    terminal: &mut Terminal<'_>,
) -> io::Result<Exit> {
    let rules_of = |name: &str| {
        let name = name.to_owned();
        loaded.rules.iter().filter(move |rule| *rule.keymap == *name && counts(rule))
    };
    let mut rows: Vec<Row<'_>> = loaded
        .keymaps
        .iter()
        .map(|keymap| Row {
            keymap: &keymap.name,
            title: keymap.info.title.as_deref(),
            in_use: keymap.in_use,
            count: Count::of(rules_of(&keymap.name)),
        })
        .collect();
    if rules_of("config").next().is_some() {
        rows.push(Row {
            keymap: "config",
            title: Some("Your own sequences"),
            in_use: true,
            count: Count::of(rules_of("config")),
        });
    }
    rows.retain(|row| wanted(row.keymap));
    let counted = |in_use: &[bool]| {
        let names: HashSet<&str> =
            rows.iter().filter(|row| in_use.contains(&row.in_use)).map(|row| row.keymap).collect();
        let of = |rule: &&Rule| names.contains(&*rule.keymap) && counts(rule);
        Count::of(loaded.rules.iter().filter(of))
    };
    let total = Total { in_use: counted(&[true]), all: counted(&[true, false]) };
    if json {
        for row in &rows {
            json_line(row, terminal.out)?;
        }
        json_line(&total, terminal.out)?;
    } else {
        draw(&rows, &total, terminal)?;
    }
    Ok(if rows.is_empty() { Exit::Findings } else { Exit::Fine })
}

fn draw(rows: &[Row<'_>], total: &Total, terminal: &mut Terminal<'_>) -> io::Result<()> {
    let width = rows.iter().map(|row| row.keymap.width()).max().unwrap_or(0).max("in use".len());
    let style = terminal.out_style;
    let head = format!("{:width$}      sequences  texts", "keymap");
    writeln!(terminal.out, "{}", paint(style, "2", &head))?;
    for row in rows {
        let pad = width - row.keymap.width();
        let name = paint(style, "1", row.keymap);
        let on = if row.in_use { "on" } else { "" };
        let Count { sequences, texts } = row.count;
        let title = row.title.unwrap_or_default();
        let line = format!("{name}{:pad$}  {on:2}  {sequences:9}  {texts:5}  {title}", "");
        writeln!(terminal.out, "{}", line.trim_end())?;
    }
    for (name, Count { sequences, texts }) in [("in use", total.in_use), ("all", total.all)] {
        writeln!(terminal.out, "{name:width$}      {sequences:9}  {texts:5}")?;
    }
    Ok(())
}
