//! `composekey train`: short lessons from one's own map.
//!
//! `deck.rs` decides which sequence comes next, `store.rs` keeps its counts where one wants that,
//! `model.rs` and `view.rs` are the screen.

mod deck;
mod model;
mod store;
#[cfg(test)]
mod tests;
mod view;

use std::{io, path::PathBuf, sync::Arc};

use clap::Args;

use self::{
    deck::Deck,
    model::{Card, Lesson},
    store::Counts,
};
use super::{
    Exit, Terminal, load, plural,
    screen::{self, draw::Theme},
};
use crate::{
    config::{Loaded, Paths},
    table::Table,
};

/// `composekey train`.
#[derive(Debug, Args)]
pub struct Train {
    /// The sequences of these keymaps; else one's own, or those of the keymaps in use
    #[arg(value_name = "KEYMAP", conflicts_with = "forget")]
    pub keymaps: Vec<String>,
    /// How many sequences a lesson has
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub cards: u16,
    /// Keep how often each exercise was right, for the next lesson; else that is asked at the end
    #[arg(long, conflicts_with = "forget")]
    pub remember: bool,
    /// Remove what was kept
    #[arg(long)]
    pub forget: bool,
}

/// The file below the state folder.
const FILE: &str = "train.json";

pub(super) fn run(args: &Train, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let file = paths.state_dir.as_ref().map(|folder| folder.join(FILE));
    if args.forget {
        return forget(file, terminal);
    }
    let counts = match file.as_deref().map(Counts::read) {
        None => Counts::default(),
        Some(Ok(counts)) => counts,
        Some(Err(reason)) => {
            writeln!(terminal.err, "error: {reason}; `composekey train --forget` removes it")?;
            return Ok(Exit::Failed);
        }
    };
    let loaded = load(paths, !args.keymaps.is_empty(), terminal)?;
    let Some(cards) = cards(args, &loaded, terminal)? else { return Ok(Exit::Failed) };
    let kept = file.as_ref().is_some_and(|file| file.exists());
    let ask = !kept && !args.remember && file.is_some();
    let deck = Deck::new(&cards, counts, args.cards.into());
    let theme = Theme::new(terminal.err_style);
    let table = Arc::new(Table::new(&loaded.rules));
    let mut lesson = Lesson::new(cards, table, deck, ask, theme);
    if let Err(error) = screen::run(&mut lesson) {
        return screen::failed(&error, terminal);
    }
    let (right, asked) = lesson.score();
    if asked == 0 {
        return Ok(Exit::Findings);
    }
    writeln!(terminal.out, "{right} of {} right at once", plural(asked, "exercise"))?;
    match file {
        Some(file) if kept || args.remember || lesson.remember() => {
            keep(lesson.into_counts(), file, terminal)
        }
        _ => Ok(Exit::Fine),
    }
}

fn keep(counts: Counts, file: PathBuf, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    match counts.write(&file) {
        Ok(()) => {
            writeln!(terminal.err, "kept in {}; `--forget` removes it", file.display())?;
            Ok(Exit::Fine)
        }
        Err(error) => {
            writeln!(terminal.err, "error writing `{}`: {error}", file.display())?;
            Ok(Exit::Failed)
        }
    }
}

fn forget(file: Option<PathBuf>, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let removed =
        file.as_ref().map_or_else(|| Err(io::ErrorKind::NotFound.into()), std::fs::remove_file);
    match (removed, file) {
        (Ok(()), Some(file)) => {
            writeln!(terminal.out, "removed {}", file.display())?;
            Ok(Exit::Fine)
        }
        (Err(error), Some(file)) if error.kind() != io::ErrorKind::NotFound => {
            writeln!(terminal.err, "error removing `{}`: {error}", file.display())?;
            Ok(Exit::Failed)
        }
        _ => {
            writeln!(terminal.out, "nothing was kept")?;
            Ok(Exit::Fine)
        }
    }
}

/// What is trained: the keymaps that are named, else what the user wrote, else the keymaps in use
/// but the locale's Compose file. `None` when there is nothing.
fn cards(
    args: &Train,
    loaded: &Loaded,
    terminal: &mut Terminal<'_>,
) -> io::Result<Option<Vec<Card>>> {
    let of = |wanted: &dyn Fn(&crate::sequence::Rule) -> bool| -> Vec<Card> {
        loaded.rules.iter().filter(|rule| wanted(rule)).map(Card::new).collect()
    };
    for name in &args.keymaps {
        if *name != "config" && !loaded.keymaps.iter().any(|keymap| *keymap.name == **name) {
            writeln!(
                terminal.err,
                "error: there is no keymap `{name}`; `composekey list --stats` names them all"
            )?;
            return Ok(None);
        }
    }
    let mut found = if args.keymaps.is_empty() {
        of(&|rule| loaded.is_users(rule))
    } else {
        of(&|rule| args.keymaps.iter().any(|name| **name == *rule.keymap))
    };
    if found.is_empty() && args.keymaps.is_empty() {
        found = of(&|rule| *rule.keymap != *crate::xcompose::SYSTEM);
    }
    // What no key of a terminal tells cannot be trained there.
    found.retain(Card::can_be_typed);
    if found.is_empty() {
        writeln!(terminal.err, "error: there is no sequence to train")?;
        return Ok(None);
    }
    Ok(Some(found))
}
