//! `composekey explain`: what a finding means, and what keys give in every program.
//!
//! `code.rs` tells about findings. `keys.rs` tells about keys, `answer.rs` finds out what each program
//! types for them.

mod answer;
mod code;
mod keys;

use std::{io, path::PathBuf};

use clap::Args;

use super::{Exit, Terminal, test};
use crate::{config::Paths, diagnostic::Code, sequence::Sequence, xcompose::profile::Profile};

/// `composekey explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// The code of a finding, such as E0016, or keys as in a map; without one, all codes
    #[arg(
        value_name = "CODE|KEYS",
        add = clap_complete::ArgValueCompleter::new(super::complete::codes)
    )]
    pub what: Option<String>,
    /// The Compose file that toolkits read; without one, what `generate` writes
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Which toolkits read it: gtk3, libxkbcommon@1.10 and so on; all unless given
    #[arg(long = "for", value_name = "TOOLKIT", value_delimiter = ',')]
    pub toolkits: Vec<Profile>,
    /// Print JSON Lines
    #[arg(long)]
    pub json: bool,
}

pub(super) fn run(args: &Explain, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let Some(what) = &args.what else { return code::list(args.json, terminal) };
    if is_code(what) {
        return match Code::from_id(&what.to_ascii_uppercase()) {
            Some(code) => code::run(code, args.json, terminal),
            None => {
                let hint = "`composekey explain` lists all of them";
                writeln!(terminal.err, "error: there is no code `{what}`; {hint}")?;
                Ok(Exit::Failed)
            }
        };
    }
    match Sequence::parse(what) {
        Ok(sequence) => keys::run(&sequence, args, paths, terminal),
        Err(error) => test::no_sequence(what, &error, terminal),
    }
}

/// Whether a word looks like the code of a finding. Who means such keys writes `<E>0016`.
fn is_code(word: &str) -> bool {
    let digits = word.strip_prefix(['E', 'e']);
    digits.is_some_and(|d| d.len() == 4 && d.bytes().all(|byte| byte.is_ascii_digit()))
}
