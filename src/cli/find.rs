//! `composekey find`: characters by whatever they are called, and how to type them.
//!
//! `answer.rs` beside it draws a hit, as text and as JSON; `how` and `suggest` use it too.

use std::{io, mem::ManuallyDrop};

use clap::Args;
use clap_complete::ArgValueCompleter;

use super::{Exit, Terminal, answer::Answers, complete, keyboard, load, show::json_line};
use crate::{
    config::{Loaded, Paths},
    layout::Layout,
    search::{self, Corpus, Hit, How, Query},
};

/// How many answers are shown.
const LIMIT: usize = 20;

/// How many when the first is surely the one.
const SURE_LIMIT: usize = 9;

/// `composekey find`.
#[derive(Debug, Args)]
pub struct Find {
    /// A character, words of its name, a name such as &ouml; \lambda :tada:, U+00F6, or keys
    #[arg(
        required = true,
        value_name = "WORD",
        add = ArgValueCompleter::new(complete::characters)
    )]
    pub words: Vec<String>,
    /// Show keys for this layout instead of the session's: us, de(neo)
    #[arg(long, value_name = "LAYOUT")]
    pub layout: Option<String>,
    /// Show at most so many answers; 0 for all
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Print JSON Lines, one object a character
    #[arg(long)]
    pub json: bool,
}

pub(super) fn run(args: &Find, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let Some((loaded, layout)) = world(args.layout.as_deref(), paths, terminal)? else {
        return Ok(Exit::Failed);
    };
    let corpus = Corpus { rules: &loaded.rules, in_use: loaded.in_use(), layout: &layout };
    let query = Query::new(&args.words.join(" "));
    let mut hits = search::find(&query, &corpus);
    let all = hits.len();
    let limit = args.limit.unwrap_or(match hits.first() {
        _ if args.json => 0,
        Some(hit) if is_sure(hit) => SURE_LIMIT,
        _ => LIMIT,
    });
    if limit > 0 {
        hits.truncate(limit);
    }
    let answers = Answers::new(&loaded, corpus);
    if args.json {
        for hit in &hits {
            json_line(&answers.json(hit), terminal.out)?;
        }
    } else {
        if hits.first().is_some_and(|hit| hit.fit.how == How::Slip) {
            let asked = args.words.join(" ");
            writeln!(terminal.err, "nothing is called `{asked}`; something is called nearly so")?;
        }
        write(&hits, &answers, terminal)?;
        more(all - hits.len(), terminal)?;
    }
    if hits.is_empty() {
        let asked = args.words.join(" ");
        writeln!(terminal.err, "nothing is called `{asked}`, and no keys are like that")?;
        return Ok(Exit::Findings);
    }
    Ok(Exit::Fine)
}

/// Every rule there is, and the keyboard; nothing, and why, when there is no such layout.
///
/// The program ends when they were looked at, so they are not taken apart: that takes a millisecond.
pub(super) fn world(
    layout: Option<&str>,
    paths: &Paths,
    terminal: &mut Terminal<'_>,
) -> io::Result<Option<(ManuallyDrop<Loaded>, Layout)>> {
    let session = keyboard::session(paths);
    let loaded = load(paths, true, terminal)?;
    let asked = layout.or(loaded.settings.layout.as_deref());
    match keyboard::choose(asked, session) {
        Ok(layout) => Ok(Some((ManuallyDrop::new(loaded), layout))),
        Err(message) => {
            writeln!(terminal.err, "error: {message}")?;
            Ok(None)
        }
    }
}

/// The best answer at length where it is surely the one, the others in rows.
fn write(hits: &[Hit<'_>], answers: &Answers<'_>, terminal: &mut Terminal<'_>) -> io::Result<()> {
    let sure = hits.first().is_some_and(is_sure);
    let rows = if sure { &hits[1..] } else { hits };
    if sure {
        answers.whole(&hits[0], terminal)?;
        if !rows.is_empty() {
            writeln!(terminal.out)?;
        }
    }
    answers.rows(rows, terminal)?;
    answers.explain(hits, terminal)
}

fn is_sure(hit: &Hit<'_>) -> bool {
    hit.fit.how <= How::Name
}

fn more(rest: usize, terminal: &mut Terminal<'_>) -> io::Result<()> {
    if rest > 0 {
        terminal.out.flush()?;
        let more = format!("  and {rest} more; `--limit 0` shows all");
        writeln!(terminal.err, "{}", super::show::paint(terminal.err_style, "2", &more))?;
    }
    Ok(())
}
