//! `composekey suggest`: sequences that are free, short and easy to remember, checked as `check` would
//! once they stand in config.toml.

use std::io;

use clap::Args;
use clap_complete::ArgValueCompleter;
use serde::Serialize;

use super::{
    Exit, Terminal,
    answer::presses,
    complete,
    find::world,
    show::{json_line, keys, pad, paint},
};
use unicode_width::UnicodeWidthStr;

use crate::{
    config::{Loaded, Paths},
    map::{self, lint::Subject},
    search::{
        Corpus, Query, Typed,
        suggest::{Candidate, Taken, candidates},
    },
    sequence::{Output, Rule},
    source::{SourceId, Span},
    xcompose,
};

/// How many sequences are suggested.
const LIMIT: usize = 5;

/// `composekey suggest`.
#[derive(Debug, Args)]
pub struct Suggest {
    /// The character or text, or its code point
    #[arg(value_name = "CHAR", add = ArgValueCompleter::new(complete::texts))]
    pub text: String,
    /// Take keys of this layout instead of the session's: us, de(neo)
    #[arg(long, value_name = "LAYOUT")]
    pub layout: Option<String>,
    /// Print JSON Lines, one object a sequence
    #[arg(long)]
    pub json: bool,
}

#[derive(Serialize)]
struct Suggestion {
    keys: String,
    presses: Vec<String>,
    text: String,
    why: String,
}

pub(super) fn run(args: &Suggest, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let Some((mut loaded, layout)) = world(args.layout.as_deref(), paths, terminal)? else {
        return Ok(Exit::Failed);
    };
    let query = Query::new(&args.text);
    let text = query.exact();
    let in_use = loaded.in_use();
    loaded.rules.truncate(in_use);
    let corpus = Corpus { rules: &loaded.rules, in_use, layout: &layout };
    let taken = Taken::new(&loaded.rules);
    let mut clean: Vec<Candidate> = Vec::new();
    for candidate in candidates(text, &layout) {
        let keys = candidate.sequence.keysyms();
        // One of them is taken in the end, but each could be.
        let repeats = |other: &Candidate| keys.starts_with(other.sequence.keysyms());
        if clean.len() < LIMIT
            && !taken.clashes(&candidate.sequence)
            && !clean.iter().any(repeats)
            && is_clean(&candidate, text, &loaded)
        {
            clean.push(candidate);
        }
    }
    if let (Typed::Here, rules) = corpus.typed(text) {
        let known = rules.first().map(|&rule| keys(&loaded.rules[rule].sequence));
        let known = known.map_or("a key".to_owned(), |keys| format!("`{keys}`"));
        writeln!(terminal.err, "{known} types {text} already")?;
    }
    let style = terminal.out_style;
    let width = clean.iter().map(|c| keys(&c.sequence).width()).max().unwrap_or_default();
    let caps = |c: &Candidate| presses(&layout, &c.sequence);
    let caps_width = clean.iter().map(|c| caps(c).join(" ").width()).max().unwrap_or_default();
    for candidate in &clean {
        let (keys, caps) = (keys(&candidate.sequence), caps(candidate));
        if args.json {
            let why = candidate.why.clone();
            let suggestion = Suggestion { keys, presses: caps, text: text.to_owned(), why };
            json_line(&suggestion, terminal.out)?;
            continue;
        }
        write!(terminal.out, "  {}", paint(style, "1", &keys))?;
        pad(width, keys.width(), terminal.out)?;
        let drawn: Vec<_> = caps.iter().map(|cap| paint(style, "7", cap)).collect();
        write!(terminal.out, "   {}", drawn.join(" "))?;
        pad(caps_width, caps.join(" ").width(), terminal.out)?;
        writeln!(terminal.out, "   {}", paint(style, "2", &candidate.why))?;
    }
    let Some(first) = clean.first() else {
        writeln!(terminal.err, "no short sequence for `{text}` is free that one would remember")?;
        return Ok(Exit::Findings);
    };
    if !args.json {
        terminal.out.flush()?;
        let hint = format!("  composekey add '{}' '{text}'", first.sequence);
        writeln!(terminal.err, "{}", paint(terminal.err_style, "2", &hint))?;
    }
    Ok(Exit::Fine)
}

/// Whether `check` would have nothing to say of this sequence in config.toml.
fn is_clean(candidate: &Candidate, text: &str, loaded: &Loaded) -> bool {
    let rule = Rule {
        sequence: candidate.sequence.clone(),
        output: Output::plain(text),
        keymap: "config".into(),
        span: Span::new(SourceId(0), 0..0),
    };
    let mut found = Vec::new();
    let merged = map::merge(vec![loaded.rules.clone()], &[], vec![rule], &mut found);
    let new = merged.rules.len() - 1;
    let judged = |rule: &Rule| std::ptr::eq(rule, &merged.rules[new]);
    let subject = Subject {
        rules: &merged.rules,
        replaced: &merged.replaced,
        classic: xcompose::SYSTEM,
        judged: &judged,
    };
    found.is_empty() && subject.keymap(false).is_empty()
}
