//! `composekey how`: how each character of a text is typed, in its order.

use std::io;

use clap::Args;
use clap_complete::ArgValueCompleter;
use serde::Serialize;

use super::{
    Exit, Terminal,
    answer::{Answers, Json},
    complete,
    find::world,
    show::json_line,
};
use crate::{
    config::Paths,
    search::{Corpus, Fit, Hit, How as Fitting, Typed},
};

/// `composekey how`.
#[derive(Debug, Args)]
pub struct How {
    /// The text
    #[arg(required = true, value_name = "TEXT", add = ArgValueCompleter::new(complete::texts))]
    pub text: Vec<String>,
    /// Show keys for this layout instead of the session's: us, de(neo)
    #[arg(long, value_name = "LAYOUT")]
    pub layout: Option<String>,
    /// Print JSON Lines, one object a piece of the text
    #[arg(long)]
    pub json: bool,
}

/// A piece of the text: one that keys type plainly, or one that takes a sequence.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Piece<'a> {
    Plain { text: String, typed: &'static str, presses: Vec<String> },
    Composed(Json<'a>),
}

pub(super) fn run(args: &How, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let Some((loaded, layout)) = world(args.layout.as_deref(), paths, terminal)? else {
        return Ok(Exit::Failed);
    };
    let corpus = Corpus { rules: &loaded.rules, in_use: loaded.in_use(), layout: &layout };
    let text = args.text.join(" ");
    let hits: Vec<_> = pieces(&text, &corpus).into_iter().map(|text| hit(text, &corpus)).collect();
    let answers = Answers::new(&loaded, corpus);
    let plain = |hit: &Hit<'_>| answers.direct(hit.text).is_some();
    if args.json {
        for run in hits.chunk_by(|a, b| plain(a) && plain(b)) {
            let piece = if plain(&run[0]) {
                let text = run.iter().map(|hit| hit.text).collect();
                let presses = run.iter().filter_map(|hit| answers.direct(hit.text)).collect();
                Piece::Plain { text, typed: Typed::Here.word(), presses }
            } else {
                Piece::Composed(answers.json(&run[0]))
            };
            json_line(&piece, terminal.out)?;
        }
    } else {
        answers.recipe(&hits, terminal)?;
        answers.explain(&hits, terminal)?;
    }
    let all = hits.iter().all(|hit| hit.typed == Typed::Here);
    Ok(if all { Exit::Fine } else { Exit::Findings })
}

fn hit<'a>(text: &'a str, corpus: &Corpus<'_>) -> Hit<'a> {
    let (typed, rules) = corpus.typed(text);
    Hit { text, fit: Fit::exact(Fitting::Text), typed, rules }
}

/// The text cut into what is typed at once: the longest texts that a rule in use gives, else characters.
fn pieces<'t>(text: &'t str, corpus: &Corpus<'_>) -> Vec<&'t str> {
    let outputs: Vec<&str> = corpus.rules[..corpus.in_use]
        .iter()
        .map(|rule| rule.output.text.as_str())
        .filter(|output| output.chars().nth(1).is_some() && text.contains(output))
        .collect();
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let here = outputs.iter().filter(|output| rest.starts_with(**output));
        let length = here.map(|output| output.len()).max().unwrap_or(c.len_utf8());
        let (piece, after) = rest.split_at(length);
        pieces.push(piece);
        rest = after;
    }
    pieces
}
