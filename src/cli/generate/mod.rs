//! `composekey generate`: the sequences as a file for other programs.
//!
//! `target.rs` knows the programs and their files, `readback.rs` compares a written Compose file with
//! what libxkbcommon makes of it.

mod readback;
mod target;

use std::{collections::HashMap, fs, io, path::PathBuf};

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
    exchange::{self, Format},
    save::{Place, sign},
    sequence::Rule,
    source::Sources,
    xcompose::{self, Base, Emitted, Flatten},
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
    /// Write the locale's table out, instead of including it or leaving it away
    #[arg(long)]
    pub flatten: bool,
    /// Replace a file that composekey did not write; `undo` brings it back
    #[arg(long)]
    pub force: bool,
    /// Print JSON Lines, one object a rule that the file has, or a finding about one that it has not
    #[arg(long)]
    pub json: bool,
}

/// A file, before it is written.
struct Made<'a> {
    text: String,
    /// The rules that are in it, with their lines in a Compose file.
    carried: Vec<(&'a Rule, Option<String>)>,
    left_out: usize,
    findings: Vec<Diagnostic>,
    /// The Compose file that it is.
    compose: Option<Emitted<'a>>,
}

#[derive(Serialize)]
struct JsonCarried<'a> {
    #[serde(flatten)]
    rule: Json<'a>,
    /// Its line of the Compose file.
    #[serde(skip_serializing_if = "Option::is_none")]
    compose: Option<&'a str>,
}

pub(super) fn run(args: &Generate, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let mut loaded = load(paths, false, terminal)?;
    let whole = xcompose::whole_system(&paths.world, &mut Disk::default(), &mut loaded.sources);
    let loaded = &loaded;
    let removed = removed(loaded);
    let made = match args.target.format() {
        None => compose(loaded, &whole, &removed, args.target.flatten(args.flatten)),
        Some(format) => other(format, loaded, args.flatten),
    };
    if args.stdout && !args.json {
        terminal.out.write_all(made.text.as_bytes())?;
    }
    tell(args, loaded, &made, terminal)?;
    let broken = loaded.has_errors();
    if args.stdout {
        return Ok(if broken { Exit::Findings } else { Exit::Fine });
    }
    if broken {
        writeln!(terminal.err, "nothing is written: the configuration has errors, see above")?;
        return Ok(Exit::Findings);
    }
    let Some(file) = args.output.clone().or_else(|| args.target.file(paths)) else {
        writeln!(terminal.err, "error: this target has no place here; say `--output FILE`")?;
        return Ok(Exit::Failed);
    };
    if args.output.is_none() && !args.dry_run {
        // The program may not have run yet; what is wrong with the folder shows when it is written.
        let _ = file.parent().map(fs::create_dir_all);
    }
    let refuse = |finding: &Diagnostic, terminal: &mut Terminal<'_>| {
        refuse(finding, &loaded.sources, args.json, terminal)
    };
    let over = if args.force { Over::Any } else { Over::Own };
    let how = How { dry_run: args.dry_run, over };
    let place = match write::write(&file, &made.text, how, paths, terminal)? {
        Err(finding) => return refuse(&finding, terminal),
        Ok(Wrote::Shown) => return Ok(Exit::Fine),
        Ok(Wrote::Same(place)) => {
            writeln!(terminal.err, "{} is up to date", place.shown())?;
            return Ok(Exit::Fine);
        }
        Ok(Wrote::New(place)) => place,
    };
    if let Err(finding) = read_back(&place, &made, &removed, paths) {
        let finding = match place.put_back(made.text.as_bytes()) {
            Ok(()) => finding,
            Err(also) => also.help("`composekey undo` brings back what was there before"),
        };
        return refuse(&finding, terminal);
    }
    summary(args, &place, &made, paths, terminal)?;
    Ok(Exit::Fine)
}

/// The Compose file of a configuration.
fn compose<'a>(
    loaded: &'a Loaded,
    whole: &'a [Rule],
    removed: &[&'a Rule],
    flatten: Flatten,
) -> Made<'a> {
    let includes = loaded.keymaps.iter().any(|keymap| *keymap.name == *xcompose::SYSTEM);
    let emitted = xcompose::emit(&xcompose::Request {
        rules: loaded.rules.iter().filter(|rule| !is_system(rule)).collect(),
        is_users: Box::new(|rule| loaded.is_users(rule)),
        system: includes.then_some(whole),
        removed: removed.to_vec(),
        flatten,
    });
    Made {
        text: sign(&emitted.text()),
        carried: emitted.lines.iter().map(|(rule, line)| (*rule, Some(line.clone()))).collect(),
        left_out: emitted.left_out.len(),
        findings: emitted.findings.clone(),
        compose: Some(emitted),
    }
}

/// The file of a configuration for another program: one's own rules first.
fn other(format: Format, loaded: &Loaded, flatten: bool) -> Made<'_> {
    let mut rules: Vec<&Rule> =
        loaded.rules.iter().filter(|rule| flatten || !is_system(rule)).collect();
    rules.sort_by_key(|rule| (!loaded.is_users(rule), is_system(rule)));
    let exported = exchange::write(format, &rules);
    Made {
        text: sign(&exported.text),
        carried: exported.carried.into_iter().map(|rule| (rule, None)).collect(),
        left_out: exported.left_out.len(),
        findings: exported.findings,
        compose: None,
    }
}

/// The rules of the locale that are taken out and not replaced.
fn removed(loaded: &Loaded) -> Vec<&Rule> {
    let again = |rule: &Rule| loaded.rules.iter().any(|other| other.sequence == rule.sequence);
    loaded.removed.iter().filter(|rule| is_system(rule) && !again(rule)).collect()
}

fn is_system(rule: &Rule) -> bool {
    *rule.keymap == *xcompose::SYSTEM
}

/// Says what is in the file, as JSON, and what is not.
fn tell(
    args: &Generate,
    loaded: &Loaded,
    made: &Made<'_>,
    terminal: &mut Terminal<'_>,
) -> io::Result<()> {
    if args.json {
        let lines: HashMap<*const Rule, Option<&str>> = made
            .carried
            .iter()
            .map(|(rule, line)| (std::ptr::from_ref(*rule), line.as_deref()))
            .collect();
        for (i, rule) in loaded.rules.iter().enumerate() {
            if let Some(&compose) = lines.get(&std::ptr::from_ref(rule)) {
                json_line(&JsonCarried { rule: json(loaded, i), compose }, terminal.out)?;
            }
        }
    }
    for finding in &made.findings {
        if args.json {
            writeln!(terminal.out, "{}", diagnostic::json_line(finding, &loaded.sources))?;
        } else {
            let text = render(finding, &loaded.sources, terminal.err_style);
            writeln!(terminal.err, "{text}\n")?;
        }
    }
    Ok(())
}

/// What libxkbcommon makes of the file that is there now.
fn read_back(
    place: &Place,
    made: &Made<'_>,
    removed: &[&Rule],
    paths: &Paths,
) -> Result<(), Diagnostic> {
    let Some(emitted) = &made.compose else { return Ok(()) };
    let bytes = Place::look(&place.path)?.old.unwrap_or_default();
    readback::compare(&bytes, emitted, removed, &paths.world.locale)
}

/// What was written, and what makes it count.
fn summary(
    args: &Generate,
    place: &Place,
    made: &Made<'_>,
    paths: &Paths,
    terminal: &mut Terminal<'_>,
) -> io::Result<()> {
    let base = made.compose.as_ref().map(|emitted| (&emitted.base, emitted.system.len()));
    let beside = match base {
        Some((Base::Included, _)) => " beside the locale's own".to_owned(),
        Some((Base::Flattened(_), lines)) => format!(" and {lines} of the locale"),
        _ => String::new(),
    };
    let left_out = match made.left_out {
        0 => String::new(),
        n => format!("; {n} left out"),
    };
    let number = plural(made.carried.len(), "sequence");
    writeln!(terminal.err, "wrote {}: {number}{beside}{left_out}", place.shown())?;
    if let Some((Base::Flattened(reason), _)) = base {
        writeln!(terminal.err, "the table of the locale is written out: {reason}")?;
        if args.target.is_for_ibus() {
            writeln!(
                terminal.err,
                "IBus may take little of that: `--target ibus` is for it alone"
            )?;
        }
    }
    if args.output.is_none() || args.target.format().is_some() {
        writeln!(terminal.err, "{}", args.target.next_step())?;
    }
    if args.output.is_none() {
        for (file, who) in args.target.shadows(paths) {
            writeln!(terminal.err, "but {who} {} instead", file.display())?;
        }
    }
    Ok(())
}

/// The Compose file that would be written for this configuration.
pub(super) fn compose_file(loaded: &Loaded, paths: &Paths) -> String {
    let mut aside = Sources::default();
    let whole = xcompose::whole_system(&paths.world, &mut Disk::default(), &mut aside);
    compose(loaded, &whole, &removed(loaded), Flatten::WhenNeeded).text
}
