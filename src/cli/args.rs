//! The command line.

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::ArgValueCompleter;

use super::{complete, find::Find, generate::Generate, import::Import, undo::Undo};

/// Find, try, add and check compose sequences, and write them for other programs.
#[derive(Debug, Parser)]
#[command(name = "composekey", version, arg_required_else_help = true)]
pub struct Cli {
    /// Read this configuration instead of ~/.config/composekey/config.toml
    #[arg(long, global = true, value_name = "FILE", display_order = 100)]
    pub config: Option<PathBuf>,
    /// When to colour the output
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", display_order = 101)]
    pub color: Color,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// When the output is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show what a sequence gives, and which rule gives it
    Test(Test),
    /// Type, and see what each key does and why; needs no daemon
    Try(super::trial::Try),
    /// Find a character by a few letters, and copy or print it
    Pick(super::pick::Pick),
    /// Short lessons from your own map
    Train(super::train::Train),
    /// List the sequences
    List(super::list::List),
    /// Find characters, and how to type them
    Find(Find),
    /// Show how to type each character of a text
    How(super::how::How),
    /// Suggest sequences for a character that clash with nothing
    Suggest(super::suggest::Suggest),
    /// Write the sequences for other programs, ~/.XCompose or another file
    Generate(Generate),
    /// Make a keymap of a file of another program
    Import(Import),
    /// Add a sequence of your own
    Add(super::edit::Add),
    /// Remove a sequence, your own or that of a keymap
    Remove(super::edit::Remove),
    /// Change the configuration or a keymap in your editor
    Edit(super::edit::Edit),
    /// Make a page of your sequences to look at, to search or to print
    Cheatsheet(super::cheatsheet::Cheatsheet),
    /// Bring back what a written file was before
    Undo(Undo),
    /// Look for mistakes in the configuration or in a file
    Check(super::check::Check),
    /// Find out what is in the way of composing on this machine
    Doctor(super::doctor::Doctor),
    /// Tell what a finding means
    Explain(super::explain::Explain),
    /// Show how the daemon is
    Status(super::status::Watch),
    /// Have the daemon read the configuration again
    Reload(Ask),
    /// Have the daemon let go of the keyboards
    Pause(Ask),
    /// Have the daemon take the keyboards again
    Resume(Ask),
    /// Clear a stuck Caps Lock, also over ssh and without a daemon
    UnlockCaps(super::unlock::Unlock),
    /// Let plain keys type every character under Wayland
    Xkb(super::xkb::Xkb),
    /// Type a text into the focused window, whatever characters it has
    Type(Type),
}

/// `composekey reload`, `pause` and `resume`.
#[derive(Debug, Args)]
pub struct Ask {
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `composekey type`.
#[derive(Debug, Args)]
pub struct Type {
    /// The text; without one, the standard input
    #[arg(allow_hyphen_values = true)]
    pub text: Option<String>,
}

/// Sets keys apart from options: `composekey test --` and `composekey find '->' --json` mean keys.
///
/// Only `-h`, `-V` and two hyphens with a letter after them are options there.
pub(super) fn set_keys_apart(args: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut options: Vec<OsString> = args.into_iter().collect();
    let Some(command) = command(&options) else { return options };
    let takes_keys = [
        ("test", 1),
        ("find", 1),
        ("how", 1),
        ("suggest", 1),
        ("explain", 1),
        ("add", 2),
        ("remove", 1),
        ("pick", 0),
    ];
    let Some(&(_, least)) = takes_keys.iter().find(|(name, _)| options[command] == *name) else {
        return options;
    };
    // Then there are names of keysyms instead.
    if options.iter().any(|option| option == "--keysyms") {
        return options;
    }
    let mut keys = Vec::new();
    let mut rest = options.split_off(command + 1).into_iter();
    while let Some(arg) = rest.next() {
        let text = arg.to_string_lossy().into_owned();
        if text == "--" {
            let apart: Vec<OsString> = rest.by_ref().collect();
            // Something would be missing: the two hyphens are keys.
            if keys.len() + apart.len() < least {
                keys.push(arg);
            }
            keys.extend(apart);
        } else if is_option(&text) {
            options.push(arg);
            if takes_value(&text) {
                options.extend(rest.next());
            }
        } else {
            keys.push(arg);
        }
    }
    options.push("--".into());
    options.extend(keys);
    options
}

/// Where the command is: the first argument that is neither an option nor the value of one.
fn command(args: &[OsString]) -> Option<usize> {
    let mut at = 1;
    while at < args.len() {
        let text = args[at].to_string_lossy();
        if !text.starts_with('-') {
            return Some(at);
        }
        at += if takes_value(&text) { 2 } else { 1 };
    }
    None
}

fn takes_value(option: &str) -> bool {
    matches!(
        option,
        "--color"
            | "--config"
            | "--file"
            | "--for"
            | "--as"
            | "--name"
            | "--alias"
            | "--tag"
            | "--to"
            | "--from"
            | "--layout"
            | "--limit"
    )
}

fn is_option(arg: &str) -> bool {
    let letter = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic());
    match (arg.strip_prefix("--"), arg.strip_prefix('-')) {
        (Some(long), _) => letter(long),
        (None, Some(short)) => matches!(short, "h" | "V"),
        (None, None) => false,
    }
}

/// `composekey test`.
#[derive(Debug, Args)]
#[allow(rustdoc::invalid_html_tags, reason = "clap shows these words as they are")]
pub struct Test {
    /// The keys, written as in a map: each character is the key that types it, <Name> is a keysym
    #[arg(
        required_unless_present = "keysyms",
        conflicts_with_all = ["keysyms", "file", "profile"],
        add = ArgValueCompleter::new(complete::keys)
    )]
    pub keys: Option<String>,
    /// What another program does.
    #[command(flatten)]
    pub program: super::keysyms::Program,
    /// Print JSON Lines, one object a rule or a keysym
    #[arg(long)]
    pub json: bool,
}
