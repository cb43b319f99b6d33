//! `composekey remove`: drops a sequence, one's own or that of a keymap.

use std::io;

use clap_complete::ArgValueCompleter;
use serde::Serialize;

use super::{Target, Wrote, at_line, daemon, open, say, stops};
use crate::{
    cli::{
        Exit, Terminal, complete, refuse,
        show::{Json, Rows, json_line, json_rule, keys as shown_keys, visible},
    },
    config::{Loaded, Paths},
    map::edit::{Edited, Unfit},
    sequence::{Rule, Sequence},
};

/// `composekey remove`.
#[derive(Debug, clap::Args)]
#[allow(rustdoc::invalid_html_tags, reason = "clap shows these words as they are")]
pub struct Remove {
    /// The keys, written as in a map: each character is the key that types it, <Name> is a keysym
    #[arg(add = ArgValueCompleter::new(complete::keys))]
    pub keys: String,
    /// The keymap of one's own to delete it from, by name or file; config.toml unless given
    #[arg(long, value_name = "KEYMAP", add = ArgValueCompleter::new(complete::own_keymaps))]
    pub from: Option<String>,
    /// Show what would change, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON Lines: findings, then the rule
    #[arg(long)]
    pub json: bool,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Done {
    /// Its line is gone.
    Deleted,
    /// It is in `remove` now.
    Listed,
    /// Only shown.
    Shown,
}

#[derive(Serialize)]
struct JsonDone<'a> {
    done: Done,
    #[serde(flatten)]
    rule: Json<'a>,
    /// What the keys give now.
    now: Option<&'a str>,
}

pub(in crate::cli) fn run(
    args: &Remove,
    paths: &Paths,
    terminal: &mut Terminal<'_>,
) -> io::Result<Exit> {
    let opened = open(&args.keys, args.from.as_deref(), args.json, paths, terminal)?;
    let (sequence, target) = match opened {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    let same_keys = |rule: &Rule| rule.sequence == sequence;
    let here = target.rule(&target.before, same_keys);
    let elsewhere = target.before.rules.iter().find(|rule| same_keys(rule));
    let Some(rule) = here.or(elsewhere.filter(|_| args.from.is_none())) else {
        return nothing(&sequence, &target, args, terminal);
    };
    let removing = Removing { args, rule, target: &target };
    let Some(document) = target.document("removed", args.json, terminal)? else {
        return Ok(Exit::Failed);
    };
    let edited = match here {
        Some(rule) => (Done::Deleted, document.remove(rule.span.range().start)),
        None => (Done::Listed, document.add_removal(&args.keys)),
    };
    match edited {
        (done, Ok(edited)) => removing.write(done, &edited, terminal),
        (done, Err(unfit)) => removing.unfit(done, &unfit, terminal),
    }
}

/// No rule has the keys.
fn nothing(
    sequence: &Sequence,
    target: &Target<'_>,
    args: &Remove,
    terminal: &mut Terminal<'_>,
) -> io::Result<Exit> {
    let keys = shown_keys(sequence);
    let removed = target.before.removed.iter().any(|rule| rule.sequence == *sequence);
    let said = match (&args.from, removed) {
        (Some(from), _) => format!("no rule of `{from}` has the keys `{keys}`"),
        (None, true) => format!("`{keys}` is removed already: `remove` in config.toml has it"),
        (None, false) => format!("no rule for `{keys}`"),
    };
    writeln!(terminal.err, "{said}")?;
    Ok(Exit::Findings)
}

struct Removing<'a> {
    args: &'a Remove,
    rule: &'a Rule,
    target: &'a Target<'a>,
}

impl Removing<'_> {
    fn unfit(&self, done: Done, unfit: &Unfit, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
        let line = match done {
            Done::Listed => format!("`remove = [\"{}\"]`", self.args.keys),
            _ => "delete what belongs to the rule".to_owned(),
        };
        let refusal = self.target.unfit(unfit, &line);
        say(&[&refusal.0], &refusal.1, self.args.json, terminal)?;
        Ok(Exit::Findings)
    }

    /// Looks at what the change would do, and makes it.
    fn write(&self, done: Done, edited: &Edited, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
        let json = self.args.json;
        let after = self.target.with(&edited.text);
        let news = self.target.news(&after);
        say(&news, &after.sources, json, terminal)?;
        if stops(&news) {
            writeln!(terminal.err, "nothing is removed")?;
            return Ok(Exit::Findings);
        }
        if self.args.dry_run && json {
            return self.finish(Done::Shown, &after, terminal);
        }
        match self.target.write(&edited.text, self.args.dry_run, terminal)? {
            Err(finding) => refuse(&finding, &after.sources, json, terminal),
            Ok(Wrote::Shown) => Ok(Exit::Fine),
            Ok(Wrote::New | Wrote::Same) => {
                let exit = self.finish(done, &after, terminal)?;
                if self.target.in_use {
                    daemon::tell(self.target.paths, terminal)?;
                }
                Ok(exit)
            }
        }
    }

    /// Says what was done, and what the keys give now.
    fn finish(&self, done: Done, after: &Loaded, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
        let now = after.rules.iter().find(|rule| rule.sequence == self.rule.sequence);
        let sources = &self.target.before.sources;
        if self.args.json {
            let rule = json_rule(self.rule, sources);
            let now = now.map(|rule| rule.output.text.as_str());
            json_line(&JsonDone { done, rule, now }, terminal.out)?;
            return Ok(Exit::Fine);
        }
        Rows::new([self.rule], terminal.out_style, terminal.width).write(
            self.rule,
            true,
            terminal.out,
        )?;
        terminal.out.flush()?;
        let path = &self.target.place.path;
        match done {
            Done::Listed => writeln!(terminal.err, "added to `remove` in {}", path.display())?,
            _ => {
                let line = sources.position(self.rule.span).line;
                writeln!(terminal.err, "deleted from {}", at_line(path, line))?;
            }
        }
        let keys = shown_keys(&self.rule.sequence);
        match now {
            Some(rule) => {
                let text = visible(&rule.output.text);
                writeln!(terminal.err, "`{keys}` gives {text} now, by `{}`", rule.keymap)
            }
            None => writeln!(terminal.err, "`{keys}` gives nothing now"),
        }?;
        Ok(Exit::Fine)
    }
}
