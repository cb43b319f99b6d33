//! `composekey generate`: the sequences as a file for other programs.
//!
//! `target.rs` knows the programs and their files, `readback.rs` compares a written Compose file with
//! what libxkbcommon makes of it.

mod readback;
mod target;

use std::{fs, io, path::PathBuf};

use serde::Serialize;
pub(super) use target::Target;

use super::{
    Exit, Terminal, load, plural, refuse,
    show::{Json, json, json_line},
    write::{self, How, Over, Wrote},
};
use crate::{
    config::{Disk, Loaded, Paths},
    diagnostic::{self, Diagnostic, render},
    save::{Place, sign},
    sequence::Rule,
    source::Sources,
    xcompose::{self, Base, Emitted},
};

/// `composekey generate`.
#[derive(Debug, clap::Args)]
pub struct Generate {
    /// The program that the file is for
    #[arg(long, value_name = "NAME", default_value = "compose")]
    pub target: Target,
    /// Write this file instead of the target's own
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write to the standard output
    #[arg(long, conflicts_with_all = ["output", "dry_run", "force"])]
    pub stdout: bool,
    /// Show what would change, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Write the locale's table out, instead of including it
    #[arg(long)]
    pub flatten: bool,
    /// Replace a file that composekey did not write; `undo` brings it back
    #[arg(long)]
    pub force: bool,
    /// Print JSON Lines, one object a rule that the file has, or a finding about one that it has not
    #[arg(long)]
    pub json: bool,
}

#[derive(Serialize)]
struct JsonCarried<'a> {
    #[serde(flatten)]
    rule: Json<'a>,
    /// Its line of the Compose file.
    compose: &'a str,
}

pub(super) fn run(args: &Generate, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let mut loaded = load(paths, false, terminal)?;
    let whole = xcompose::whole_system(&paths.world, &mut Disk::default(), &mut loaded.sources).0;
    let loaded = &loaded;
    let removed = removed(loaded);
    let emitted = emit(loaded, &whole, &removed, args.flatten);
    let text = sign(&emitted.text());
    let broken = if loaded.has_errors() { Exit::Findings } else { Exit::Fine };
    if args.stdout && !args.json {
        terminal.out.write_all(text.as_bytes())?;
    }
    if args.json {
        tell_json(loaded, &emitted, terminal)?;
    } else {
        for finding in &emitted.findings {
            let text = render(finding, &loaded.sources, terminal.err_style);
            writeln!(terminal.err, "{text}\n")?;
        }
    }
    if args.stdout {
        return Ok(broken);
    }
    if broken != Exit::Fine {
        writeln!(terminal.err, "nothing is written: the configuration has errors, see above")?;
        return Ok(broken);
    }
    let Some(file) = args.output.clone().or_else(|| args.target.file(paths)) else {
        writeln!(terminal.err, "error: there is no home folder; say `--output FILE`")?;
        return Ok(Exit::Failed);
    };
    if args.output.is_none() && !args.dry_run {
        // The program may not have run yet; what is wrong with the folder shows when it is written.
        let _ = file.parent().map(fs::create_dir_all);
    }
    let how = How { dry_run: args.dry_run, over: if args.force { Over::Any } else { Over::Own } };
    let refuse = |finding: &Diagnostic, terminal: &mut Terminal<'_>| {
        refuse(finding, &loaded.sources, args.json, terminal)
    };
    let place = match write::write(&file, &text, how, paths, terminal)? {
        Err(finding) => return refuse(&finding, terminal),
        Ok(Wrote::Shown) => return Ok(Exit::Fine),
        Ok(Wrote::Same(place)) => {
            writeln!(terminal.err, "{} is up to date", place.shown())?;
            return Ok(Exit::Fine);
        }
        Ok(Wrote::New(place)) => place,
    };
    if let Err(finding) = read_back(&place, &emitted, &removed, paths) {
        let finding = match place.put_back(text.as_bytes()) {
            Ok(()) => finding,
            Err(also) => also.help("`composekey undo` brings back what was there before"),
        };
        return refuse(&finding, terminal);
    }
    summary(args, &place, &emitted, paths, terminal)?;
    Ok(Exit::Fine)
}

/// The Compose file of a configuration.
fn emit<'a>(
    loaded: &'a Loaded,
    whole: &'a [Rule],
    removed: &[&'a Rule],
    flatten: bool,
) -> Emitted<'a> {
    let includes = loaded.keymaps.iter().any(|keymap| *keymap.name == *xcompose::SYSTEM);
    xcompose::emit(&xcompose::Request {
        rules: loaded.rules.iter().filter(|rule| !is_system(rule)).collect(),
        is_users: Box::new(|rule| loaded.is_users(rule)),
        system: includes.then_some(whole),
        removed: removed.to_vec(),
        flatten,
    })
}

/// The rules of the locale that are taken out and not replaced.
fn removed(loaded: &Loaded) -> Vec<&Rule> {
    let again = |rule: &Rule| loaded.rules.iter().any(|other| other.sequence == rule.sequence);
    loaded.removed.iter().filter(|rule| is_system(rule) && !again(rule)).collect()
}

fn is_system(rule: &Rule) -> bool {
    *rule.keymap == *xcompose::SYSTEM
}

fn tell_json(
    loaded: &Loaded,
    emitted: &Emitted<'_>,
    terminal: &mut Terminal<'_>,
) -> io::Result<()> {
    let mut lines = emitted.lines.iter().peekable();
    for (i, rule) in loaded.rules.iter().enumerate() {
        if let Some((_, compose)) = lines.next_if(|(carried, _)| std::ptr::eq(*carried, rule)) {
            json_line(&JsonCarried { rule: json(loaded, i), compose }, terminal.out)?;
        }
    }
    for finding in &emitted.findings {
        writeln!(terminal.out, "{}", diagnostic::json_line(finding, &loaded.sources))?;
    }
    Ok(())
}

/// What libxkbcommon makes of the file that is there now.
fn read_back(
    place: &Place,
    emitted: &Emitted<'_>,
    removed: &[&Rule],
    paths: &Paths,
) -> Result<(), Diagnostic> {
    let now = Place::look(&place.path)?;
    let bytes = now.old.unwrap_or_default();
    readback::compare(&bytes, emitted, removed, &paths.world.locale)
}

/// What was written, and what makes it count.
fn summary(
    args: &Generate,
    place: &Place,
    emitted: &Emitted<'_>,
    paths: &Paths,
    terminal: &mut Terminal<'_>,
) -> io::Result<()> {
    let base = match &emitted.base {
        Base::Nothing => String::new(),
        Base::Included => " beside the locale's own".to_owned(),
        Base::Flattened(_) => format!(" and {} of the locale", emitted.system.len()),
    };
    let left_out = match emitted.left_out.len() {
        0 => String::new(),
        n => format!("; {n} left out"),
    };
    let number = plural(emitted.lines.len(), "sequence");
    writeln!(terminal.err, "wrote {}: {number}{base}{left_out}", place.shown())?;
    if let Base::Flattened(reason) = &emitted.base {
        writeln!(terminal.err, "the table of the locale is written out: {reason}")?;
    }
    if args.output.is_none() {
        writeln!(terminal.err, "{}", args.target.next_step())?;
        if let Some((file, who)) = args.target.shadow(paths) {
            writeln!(terminal.err, "but {who} {} instead", file.display())?;
        }
    }
    Ok(())
}

/// The Compose file that would be written for this configuration.
pub(super) fn compose_file(loaded: &Loaded, paths: &Paths) -> String {
    let mut aside = Sources::default();
    let whole = xcompose::whole_system(&paths.world, &mut Disk::default(), &mut aside).0;
    emit(loaded, &whole, &removed(loaded), false).text()
}
