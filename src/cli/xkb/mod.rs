//! `composekey xkb`: the XKB option that lets plain keys type every character of the table.
//!
//! `files.rs` makes the files and knows what is there, `desktop.rs` switches the option on and off,
//! `install.rs`, `status.rs` and `remove.rs` are the commands.

mod desktop;
mod files;
mod install;
mod remove;
mod status;

use std::io;

pub(super) use install::refresh;

use clap::{Args, Subcommand};

use super::{Exit, Terminal};
use crate::config::Paths;

/// `composekey xkb`.
#[derive(Debug, Args)]
pub struct Xkb {
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
}

/// What to do with the option.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Write the option to ~/.config/xkb, or bring it up to date
    Install(Change),
    /// Tell whether it is installed, up to date and switched on
    Status(Status),
    /// Remove everything that install wrote
    Remove(Change),
}

/// Whether the option is there, in whatever state.
pub(super) fn is_installed(paths: &Paths) -> bool {
    files::Folder::new(paths).is_installed()
}

/// `composekey xkb install` and `composekey xkb remove`.
#[derive(Debug, Args)]
pub struct Change {
    /// Also switch the option on, or off, where the desktop has a setting for it
    #[arg(long)]
    pub yes: bool,
    /// Show what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Also replace or remove files that somebody else wrote or changed; `undo` brings them back
    #[arg(long)]
    pub force: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `composekey xkb status`.
#[derive(Debug, Args)]
pub struct Status {
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

pub(super) fn run(args: &Xkb, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    match &args.action {
        Action::Install(args) => install::run(args, paths, terminal),
        Action::Status(args) => status::run(args, paths, terminal),
        Action::Remove(args) => remove::run(args, paths, terminal),
    }
}
