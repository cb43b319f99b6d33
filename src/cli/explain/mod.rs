//! `composekey explain`: what a finding means, and what keys give in every program.

mod code;

use std::io;

use clap::Args;

use super::{Exit, Terminal};
use crate::diagnostic::{Code, closest};

/// `composekey explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// The code of a finding, such as E0016; without one, all of them
    #[arg(value_name = "CODE")]
    pub what: Option<String>,
    /// Print JSON Lines
    #[arg(long)]
    pub json: bool,
}

pub(super) fn run(args: &Explain, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let Some(what) = &args.what else { return code::list(args.json, terminal) };
    if let Some(code) = Code::from_id(&what.to_ascii_uppercase()) {
        return code::run(code, args.json, terminal);
    }
    let known = closest(what, Code::ALL.iter().map(|code| code.id()));
    let hint = known.map_or(String::new(), |known| format!("; did you mean `{known}`?"));
    writeln!(terminal.err, "error: there is no code `{what}`{hint}")?;
    Ok(Exit::Failed)
}
