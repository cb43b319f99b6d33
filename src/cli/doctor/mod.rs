//! `composekey doctor`: what is in the way of composing on this machine. `rows.rs` says the facts in words,
//! `screen.rs` draws them and the findings.

mod rows;
mod screen;

use std::io;

use clap::Args;
use serde::Serialize;

use super::{Exit, Terminal, show::json_line};
use crate::{
    config::Paths,
    diagnostic::{Severity, Style},
    doctor::{self, Facts, Finding, Host},
};

pub use screen::{Signs, screen};

/// `composekey doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Print one JSON object: facts and findings
    #[arg(long)]
    pub json: bool,
}

/// The columns that the screen is made for.
const WIDTH: usize = 80;

pub(super) fn run(args: &Doctor, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let facts = doctor::read(&mut Host::default(), Some(&paths.config_file));
    let findings = doctor::check(&facts);
    if args.json {
        json_line(&json(&facts, &findings), terminal.out)?;
    } else {
        let width = terminal.width.map_or(WIDTH, |width| width.min(WIDTH));
        let signs = Signs::of_locale(&facts.locale.name);
        write!(terminal.out, "{}", screen(&facts, &findings, signs, terminal.out_style, width))?;
    }
    Ok(exit(&findings))
}

fn exit(findings: &[Finding]) -> Exit {
    let worst = findings.iter().map(Finding::severity).max();
    if worst > Some(Severity::Note) { Exit::Findings } else { Exit::Fine }
}

/// Facts and findings as one object: what `--json` prints.
#[must_use]
pub fn json<'a>(facts: &'a Facts, findings: &'a [Finding]) -> impl Serialize + 'a {
    #[derive(Serialize)]
    struct Answer<'a> {
        version: &'static str,
        facts: &'a Facts,
        findings: Vec<Found<'a>>,
    }

    #[derive(Serialize)]
    struct Found<'a> {
        severity: &'static str,
        title: &'static str,
        #[serde(flatten)]
        finding: &'a Finding,
    }

    let found = |finding: &'a Finding| Found {
        severity: finding.severity().name(),
        title: finding.code.story().map_or("", |story| story.title),
        finding,
    };
    Answer {
        version: env!("CARGO_PKG_VERSION"),
        facts,
        findings: findings.iter().map(found).collect(),
    }
}

/// The colour of a severity, as everywhere in this program.
fn colour(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "1;31",
        Severity::Warning => "1;35",
        Severity::Note => "1;32",
    }
}

/// Words in backticks stand out, and lose them where colour does that.
fn marked(text: &str, style: Style) -> String {
    if style == Style::Plain {
        return text.to_owned();
    }
    let pieces = text.split('`').enumerate();
    let piece = |(i, piece): (usize, &str)| match i % 2 {
        0 => piece.to_owned(),
        _ => format!("\u{1b}[1m`{piece}`\u{1b}[0m"),
    };
    pieces.map(piece).collect()
}
