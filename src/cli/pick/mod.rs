//! `composekey pick`: a few letters, and the character is in the clipboard or on the standard output.
//!
//! `item.rs` makes an item of each text that the maps give, and its line for other menus; `rank.rs`
//! ranks; `model.rs` and `view.rs` are the screen; `clipboard.rs` copies.

mod clipboard;
mod item;
mod model;
mod rank;
#[cfg(test)]
mod tests;
mod view;

use std::io::{self, BufRead, IsTerminal};

use clap::Args;

use self::{item::Item, model::Picker, rank::Ranking};
use super::{
    Exit, Terminal, keyboard, load,
    screen::{self, draw::Theme},
    show::json_line,
};
use crate::config::Paths;

/// `composekey pick`.
#[derive(Debug, Args)]
pub struct Pick {
    /// What is looked for at first
    #[arg(value_name = "QUERY", conflicts_with_all = ["lines", "from_line"])]
    pub query: Vec<String>,
    /// Print the character, as happens when the output is no terminal
    #[arg(long, conflicts_with = "copy")]
    pub print: bool,
    /// Copy the character, also when the output is no terminal
    #[arg(long)]
    pub copy: bool,
    /// Print a line for each character, for fzf, fuzzel, rofi or dmenu
    #[arg(long, conflicts_with_all = ["print", "copy", "from_line"])]
    pub lines: bool,
    /// With --lines: print JSON Lines, one object a character
    #[arg(long, requires = "lines")]
    pub json: bool,
    /// Read such a line from the standard input, and print its character
    #[arg(long, visible_alias = "read")]
    pub from_line: bool,
    /// Also from the built-in keymaps that are not in use
    #[arg(long)]
    pub all: bool,
}

pub(super) fn run(args: &Pick, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let session = keyboard::session(paths);
    let loaded = load(paths, args.all, terminal)?;
    if args.lines {
        for item in &item::items(&loaded) {
            if args.json {
                json_line(item, terminal.out)?;
            } else {
                writeln!(terminal.out, "{}", item.line())?;
            }
        }
        return Ok(Exit::Fine);
    }
    if args.from_line {
        return from_line(&item::items(&loaded), args.copy, terminal);
    }
    let theme = Theme::new(terminal.err_style);
    let asked = loaded.settings.layout.clone();
    let layout = match keyboard::choose(asked.as_deref(), session) {
        Ok(layout) => layout,
        Err(message) => {
            writeln!(terminal.err, "error: {message}")?;
            return Ok(Exit::Failed);
        }
    };
    let ranking = Ranking::new(loaded, layout);
    let mut picker = Picker::new(ranking, &args.query.join(" "), theme);
    if let Err(error) = screen::run(&mut picker) {
        return screen::failed(&error, terminal);
    }
    match picker.chosen() {
        Some(item) => {
            let print = args.print || !args.copy && !io::stdout().is_terminal();
            give(item, !print, terminal)
        }
        None => Ok(Exit::Findings),
    }
}

/// The character of a line that `--lines` printed, and a menu gave back.
fn from_line(items: &[Item], copy: bool, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let mut line = String::new();
    let _ = io::stdin().lock().read_line(&mut line)?;
    let line = line.trim_end();
    // A menu that was left without a choice prints nothing.
    if line.is_empty() {
        return Ok(Exit::Findings);
    }
    match items.iter().find(|item| item.line() == line) {
        Some(item) => give(item, copy, terminal),
        None => {
            writeln!(
                terminal.err,
                "error: no character has this line; `pick --lines` prints them"
            )?;
            Ok(Exit::Failed)
        }
    }
}

/// Prints a character, or copies it and says so.
fn give(item: &Item, copy: bool, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    if !copy {
        write!(terminal.out, "{}", item.text)?;
        // For programs it is the character and nothing else: a newline would be typed as Enter.
        if terminal.width.is_some() {
            writeln!(terminal.out)?;
        }
        return Ok(Exit::Fine);
    }
    match clipboard::copy(&item.text) {
        Ok(how) => {
            writeln!(terminal.err, "copied {} {how}", super::show::visible(&item.text))?;
            Ok(Exit::Fine)
        }
        Err(error) => {
            writeln!(terminal.err, "error copying: {error}")?;
            Ok(Exit::Failed)
        }
    }
}
