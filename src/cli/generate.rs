//! `composekey generate`: the sequences as a Compose file.

use std::io;

use serde::Serialize;

use super::{
    Exit, Terminal,
    args::Generate,
    load,
    show::{Json, json, json_line},
};
use crate::{
    config::{Loaded, Paths},
    diagnostic::{self, render},
    sequence::Rule,
    xcompose::{self, Emitted},
};

#[derive(Serialize)]
struct JsonCarried<'a> {
    #[serde(flatten)]
    rule: Json<'a>,
    /// Its line of the Compose file.
    compose: &'a str,
}

pub(super) fn run(args: &Generate, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let loaded = load(paths, false, terminal)?;
    let emitted = emit(&loaded);
    if args.json {
        let own = (0..loaded.rules.len()).filter(|&i| !is_system(&loaded.rules[i]));
        let mut lines = emitted.lines.iter().peekable();
        for i in own {
            if let Some((_, compose)) =
                lines.next_if(|(rule, _)| std::ptr::eq(*rule, &loaded.rules[i]))
            {
                json_line(&JsonCarried { rule: json(&loaded, i), compose }, terminal.out)?;
            }
        }
        for left_out in &emitted.left_out {
            let line = diagnostic::json_line(&left_out.diagnostic, &loaded.sources);
            writeln!(terminal.out, "{line}")?;
        }
    } else {
        terminal.out.write_all(emitted.text().as_bytes())?;
        for left_out in &emitted.left_out {
            let text = render(&left_out.diagnostic, &loaded.sources, terminal.err_style);
            writeln!(terminal.err, "{text}\n")?;
        }
    }
    Ok(if loaded.has_errors() { Exit::Findings } else { Exit::Fine })
}

/// The Compose file of a configuration.
fn emit(loaded: &Loaded) -> Emitted<'_> {
    let own: Vec<&Rule> = loaded.rules.iter().filter(|rule| !is_system(rule)).collect();
    let includes = loaded.keymaps.iter().any(|keymap| *keymap.name == *xcompose::SYSTEM);
    // The included file has them all, whatever became of them here.
    let replaced = loaded.replaced.iter().map(|replaced| &replaced.rule);
    let included: Vec<&Rule> = loaded
        .rules
        .iter()
        .chain(replaced)
        .chain(&loaded.removed)
        .filter(|r| is_system(r))
        .collect();
    xcompose::emit(&own, includes.then_some(&included), &loaded.removed)
}

fn is_system(rule: &Rule) -> bool {
    *rule.keymap == *xcompose::SYSTEM
}
