//! `composekey try`: a screen on which one types, and sees what each key does and why.
//!
//! It is the daemon's own engine with the maps in use, so what it shows is what the daemon does.
//! `model.rs` feeds the engine and keeps what is seen, `story.rs` tells what a key did, `view.rs`
//! draws. Nothing typed is kept longer than the screen shows it, and nothing is written.

mod leader;
mod model;
mod story;
#[cfg(test)]
mod tests;
mod view;

use std::io;

use clap::Args;

pub use leader::Leader;

use self::model::Trial;
use super::{
    Exit, Terminal, load,
    screen::{self, draw::Theme},
};
use crate::config::Paths;

/// `composekey try`.
#[derive(Debug, Args)]
pub struct Try {
    /// The key that stands for the trigger where the terminal cannot see it: tab, insert, f1 to f12,
    /// ctrl+a to ctrl+z, or a character
    #[arg(long, value_name = "KEY", default_value = "tab")]
    pub leader: Leader,
    /// Also with the built-in keymaps that are not in use
    #[arg(long)]
    pub all: bool,
}

pub(super) fn run(args: &Try, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let loaded = load(paths, args.all, terminal)?;
    let mut trial = Trial::new(loaded, args.leader, Theme::new(terminal.out_style));
    match screen::run(&mut trial) {
        Ok(()) => Ok(Exit::Fine),
        Err(error) => screen::failed(&error, terminal),
    }
}
