//! `composekey add`: a rule of one's own.

use std::io;

use clap_complete::ArgValueCompleter;
use serde::Serialize;

use super::{Refusal, Target, Wrote, ask, at_line, daemon, is_asked, open, say, stops};
use crate::{
    cli::{
        Exit, Terminal,
        complete::own_keymaps,
        refuse,
        show::{Json, Rows, json, json_line, keys as shown_keys},
    },
    config::{Loaded, Paths},
    diagnostic::{Code, Diagnostic},
    map::edit::{Document, Edited},
    sequence::{Output, Rule, Said, Sequence},
    source::{SourceId, Span},
};

/// `composekey add`.
#[derive(Debug, clap::Args)]
#[allow(rustdoc::invalid_html_tags, reason = "clap shows these words as they are")]
pub struct Add {
    /// The keys, written as in a map: each character is the key that types it, <Name> is a keysym
    pub keys: Option<String>,
    /// What they give
    pub text: Option<String>,
    /// What it is called
    #[arg(long)]
    pub name: Option<String>,
    /// Another word to find it by: &ouml;, \lambda; can be given more than once
    #[arg(long)]
    pub alias: Vec<String>,
    /// A topic; can be given more than once
    #[arg(long)]
    pub tag: Vec<String>,
    /// The keymap to add it to, by name or file; config.toml unless given
    #[arg(long, value_name = "KEYMAP", add = ArgValueCompleter::new(own_keymaps))]
    pub to: Option<String>,
    /// Take the place of what the keys give now
    #[arg(long)]
    pub replace: bool,
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
    Added,
    Replaced,
    /// It was there already.
    There,
    /// Only shown.
    Shown,
}

#[derive(Serialize)]
struct JsonDone<'a> {
    done: Done,
    #[serde(flatten)]
    rule: Json<'a>,
}

pub(in crate::cli) fn run(
    args: Add,
    paths: &Paths,
    terminal: &mut Terminal<'_>,
) -> io::Result<Exit> {
    let Some(args) = asked(args, terminal)? else { return Ok(Exit::Failed) };
    let keys = args.keys.as_deref().unwrap_or_default();
    let opened = open(keys, args.to.as_deref(), args.json, paths, terminal)?;
    let (sequence, target) = match opened {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    let Some(document) = target.document("added", args.json, terminal)? else {
        return Ok(Exit::Failed);
    };
    let adding = Adding { args: &args, keys, sequence, target: &target };
    match adding.edited(&document) {
        Err(refusal) => {
            say(&[&refusal.0], &refusal.1, args.json, terminal)?;
            Ok(Exit::Findings)
        }
        Ok((Done::There, _)) => adding.finish(Done::There, &target.before, terminal),
        Ok((done, edited)) => adding.write(done, &edited, terminal),
    }
}

/// The arguments, with what is missing asked for; `None` when nobody can be asked.
fn asked(mut args: Add, terminal: &mut Terminal<'_>) -> io::Result<Option<Add>> {
    if args.keys.is_some() && args.text.is_some() {
        return Ok(Some(args));
    }
    if !is_asked(terminal) {
        let what = if args.keys.is_none() { "which keys, and what do" } else { "what do" };
        writeln!(terminal.err, "error: {what} they give? `composekey add '->' →`")?;
        return Ok(None);
    }
    if args.keys.is_none() {
        args.keys = ask("keys:", terminal)?;
    }
    if args.keys.is_some() {
        args.text = ask("text:", terminal)?;
    }
    if args.text.is_some() && args.name.is_none() {
        args.name = ask("name (may be empty):", terminal)?.filter(|name| !name.is_empty());
    }
    Ok(args.text.is_some().then_some(args))
}

/// What would answer to the keys of a new rule.
enum Answers {
    /// The new rule.
    New,
    /// Another rule, or none because of a removal.
    Other(Refusal),
    /// Nothing, and the findings tell why.
    Nothing,
}

struct Adding<'a> {
    args: &'a Add,
    keys: &'a str,
    sequence: Sequence,
    target: &'a Target<'a>,
}

impl Adding<'_> {
    fn text(&self) -> &str {
        self.args.text.as_deref().unwrap_or_default()
    }

    fn output(&self, replaces: Option<&Rule>) -> Output {
        let Add { name, alias, tag, .. } = self.args;
        let said = Said {
            name: name.clone(),
            alias: alias.clone(),
            tags: tag.clone(),
            replaces: replaces.map(|rule| rule.output.text.clone()).into_iter().collect(),
            allow: Vec::new(),
        };
        Output { text: self.text().to_owned(), about: said.into() }
    }

    /// The new text, unless something stands in the way.
    fn edited(&self, document: &Document<'_>) -> Result<(Done, Edited), Refusal> {
        let before = &self.target.before;
        let same_keys = |rule: &Rule| rule.sequence == self.sequence;
        let here = self.target.rule(before, same_keys);
        let answers = before.rules.iter().find(|rule| same_keys(rule));
        let elsewhere = answers.filter(|rule| Some(*rule) != here);
        let line = format!("`{} = …`", self.keys);
        let unfit = |unfit| self.target.unfit(&unfit, &line);
        if let Some(rule) = here {
            let plain = self.args.name.is_none() && self.args.alias.is_empty();
            if rule.output.text == self.text() && plain && self.args.tag.is_empty() {
                return Ok((Done::There, Edited { text: String::new(), at: 0 }));
            }
            let index = before.rules.iter().position(|other| other == rule);
            let hidden = index.and_then(|index| before.replaced_by(index).last());
            let output = self.output(hidden.filter(|hidden| hidden.output.text != self.text()));
            let edited = document.replace(rule.span.range().start, &output).map_err(unfit)?;
            return match self.args.replace {
                true => Ok((Done::Replaced, edited)),
                false => {
                    let new = document.add(self.keys, &self.output(None)).map_err(unfit)?;
                    Err(self.taken(rule, &new))
                }
            };
        }
        let other = elsewhere.filter(|rule| rule.output.text != self.text());
        let edited = document.add(self.keys, &self.output(other)).map_err(unfit)?;
        match elsewhere {
            Some(rule) if !self.args.replace => Err(self.taken(rule, &edited)),
            _ => Ok((Done::Added, edited)),
        }
    }

    /// Another rule has the keys.
    fn taken(&self, rule: &Rule, edited: &Edited) -> Refusal {
        let mut sources = self.target.before.sources.clone();
        let id = sources.add(self.target.name(), edited.text.as_str());
        let gives = &rule.output.text;
        let message = format!("`{}` gives `{gives}` already", shown_keys(&self.sequence));
        let help = if gives == self.text() {
            "nothing needs to be added; `--replace` writes it nevertheless"
        } else {
            "choose other keys, or say `--replace` if yours is to take its place"
        };
        let finding = Diagnostic::new(Code::TakenKeys, message)
            .at(line_of(id, edited), "the new rule")
            .at(rule.span, format!("this one of `{}` has the keys", rule.keymap))
            .help(help);
        Box::new((finding, sources))
    }

    /// Looks at what the change would do, and makes it.
    fn write(&self, done: Done, edited: &Edited, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
        let after = self.target.with(&edited.text);
        let news = self.target.news(&after);
        say(&news, &after.sources, self.args.json, terminal)?;
        if stops(&news) {
            writeln!(terminal.err, "nothing is added")?;
            return Ok(Exit::Findings);
        }
        match self.overruled(edited, &after) {
            Answers::New => {}
            Answers::Other(refusal) => {
                say(&[&refusal.0], &refusal.1, self.args.json, terminal)?;
                return Ok(Exit::Findings);
            }
            Answers::Nothing => {
                writeln!(terminal.err, "nothing is added: it would be no sequence")?;
                return Ok(Exit::Findings);
            }
        }
        if self.args.dry_run && self.args.json {
            return self.finish(Done::Shown, &after, terminal);
        }
        match self.target.write(&edited.text, self.args.dry_run, terminal)? {
            Err(finding) => refuse(&finding, &after.sources, self.args.json, terminal),
            Ok(Wrote::Shown) => Ok(Exit::Fine),
            Ok(Wrote::New | Wrote::Same) => {
                let exit = self.finish(done, &after, terminal)?;
                self.target.remind(terminal)?;
                if self.target.in_use {
                    daemon::tell(self.target.paths, terminal)?;
                }
                Ok(exit)
            }
        }
    }

    /// What would answer to the keys.
    fn overruled(&self, edited: &Edited, after: &Loaded) -> Answers {
        let same_keys = |rule: &&Rule| rule.sequence == self.sequence;
        let answers = after.rules.iter().find(same_keys);
        let name = self.target.name();
        if answers.is_some_and(|rule| after.sources.get(rule.span.source).name == name) {
            return Answers::New;
        }
        if answers.is_none() && !after.removed.iter().any(|rule| same_keys(&rule)) {
            return Answers::Nothing;
        }
        let mut sources = after.sources.clone();
        let id = sources.add(name, edited.text.as_str());
        let keys = shown_keys(&self.sequence);
        let finding = match answers {
            Some(rule) => {
                let message = format!("`{keys}` would give `{}` as before", rule.output.text);
                Diagnostic::new(Code::TakenKeys, message)
                    .at(line_of(id, edited), "this rule")
                    .at(rule.span, format!("gives way to this one of `{}`", rule.keymap))
                    .help("a later keymap wins, and config.toml over all: add it there")
            }
            None => Diagnostic::new(Code::TakenKeys, format!("`{keys}` would give nothing"))
                .at(line_of(id, edited), "this rule is not used")
                .help("take the keys out of `remove` in config.toml first, or add it there"),
        };
        Answers::Other(Box::new((finding, sources)))
    }

    /// Says what was done.
    fn finish(&self, done: Done, loaded: &Loaded, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
        let name = self.target.name();
        let place = |rule: &Rule| &loaded.sources.get(rule.span.source).name;
        let found = |rule: &Rule| rule.sequence == self.sequence && *place(rule) == name;
        let Some(index) = loaded.rules.iter().position(found) else { return Ok(Exit::Fine) };
        if self.args.json {
            let object = JsonDone { done, rule: json(loaded, index) };
            json_line(&object, terminal.out)?;
            return Ok(Exit::Fine);
        }
        let rule = &loaded.rules[index];
        Rows::new([rule], terminal.out_style, terminal.width).write(rule, false, terminal.out)?;
        terminal.out.flush()?;
        let at = at_line(&self.target.place.path, loaded.sources.position(rule.span).line);
        let said = match done {
            Done::There => "it is there already, in",
            Done::Replaced => "changed in",
            Done::Added | Done::Shown => "added to",
        };
        writeln!(terminal.err, "{said} {at}")?;
        Ok(Exit::Fine)
    }
}

/// The line of the new rule in the text that would be written.
fn line_of(id: SourceId, edited: &Edited) -> Span {
    let end = edited.text[edited.at..].find(['\r', '\n']);
    Span::new(id, edited.at..end.map_or(edited.text.len(), |end| edited.at + end))
}
