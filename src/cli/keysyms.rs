//! `composekey test --as PROFILE --keysyms`: what another program does with a Compose file, key by key.

use std::{
    io::{self, BufRead},
    path::PathBuf,
};

use serde::Serialize;

use super::{Exit, Terminal, show::json_line};
use crate::{
    config::{Disk, Paths},
    keysym::Keysym,
    source::Sources,
    xcompose::{
        machine::{Fed, Machine, Mismatch},
        profile::{
            self, Family, Found, Outcome, Profile, Reading, Reason,
            gtk::{ENDS_IT, session},
        },
    },
};

/// Which program, which file and which keys.
#[derive(Debug, clap::Args)]
pub struct Program {
    /// The program that reads the file and types: libx11, libxkbcommon, gtk3, gtk4, ibus, qt or
    /// fcitx5, with a version where it matters: libxkbcommon@1.10
    #[arg(long = "as", value_name = "PROFILE")]
    pub profile: Option<Profile>,
    /// The Compose file; without one, the file that the program looks for
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// The names of the keysyms that are typed; without one, the lines of the standard input
    #[arg(long, value_name = "NAME", num_args = 0.., requires = "profile")]
    pub keysyms: Option<Vec<String>>,
}

/// What became of a key.
#[derive(Serialize)]
struct Json<'a> {
    key: String,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keysym: Option<String>,
    /// What becomes of the keys that led nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    then: Option<&'static str>,
}

pub(super) fn run(
    args: &Program,
    json: bool,
    paths: &Paths,
    terminal: &mut Terminal<'_>,
) -> io::Result<Exit> {
    let (Some(profile), Some(names)) = (args.profile, &args.keysyms) else {
        unreachable!("clap asks for both");
    };
    let mut sources = Sources::default();
    let readings = match read(profile, args.file.clone(), paths, &mut sources) {
        Ok(readings) => readings,
        Err(problem) => {
            writeln!(terminal.err, "error: {problem}")?;
            return Ok(Exit::Failed);
        }
    };
    let (first, more) = readings.split_first().expect("a reading, if only of a built-in table");
    let mut typist = Typist { profile, machine: Machine::with_files(first, more), json, terminal };
    if names.is_empty() {
        for line in io::stdin().lock().lines() {
            let line = line?;
            if !line.trim().is_empty() && !typist.key(line.trim())? {
                return Ok(Exit::Failed);
            }
            // Who types line by line sees each answer at once.
            typist.terminal.out.flush()?;
        }
    } else {
        for name in names {
            if !typist.key(name)? {
                return Ok(Exit::Failed);
            }
        }
    }
    Ok(Exit::Fine)
}

/// What the program makes of the file, or of those that it looks for; or why it composes nothing.
fn read(
    profile: Profile,
    file: Option<PathBuf>,
    paths: &Paths,
    sources: &mut Sources,
) -> Result<Vec<Reading>, String> {
    let mut disk = Disk::default();
    let file = match file {
        Some(file) => std::path::absolute(&file).unwrap_or(file),
        None if matches!(profile.family, Family::Gtk3 | Family::Gtk4 | Family::Ibus) => {
            return search(profile, paths, &mut disk, sources);
        }
        None => match profile::find(profile, &paths.compose, &paths.world, &mut disk) {
            Found::File(file) => file,
            Found::BuiltIn => return Ok(vec![profile::built_in(profile)]),
            Found::Nothing(Some(file), reason) => {
                return Err(format!(
                    "`{profile}` composes nothing: it reads only `{}`, and {reason}",
                    file.display()
                ));
            }
            Found::Nothing(None, reason) => {
                return Err(format!("`{profile}` composes nothing: {reason}"));
            }
        },
    };
    let reading = profile::read(profile, &file, &paths.world, &mut disk, sources);
    if reading.file.outcome != Outcome::KillsTable {
        return Ok(vec![reading]);
    }
    let place = match reading.file.place {
        Some(place) => {
            let position = sources.position(place);
            let name = &sources.get(place.source).name;
            format!("{name}:{}:{}", position.line, position.column)
        }
        None => file.display().to_string(),
    };
    let reason = reading.file.reason.as_ref().map(Reason::to_string).unwrap_or_default();
    Err(format!("{place}: {reason}: `{profile}` makes no table of this file"))
}

/// What GTK or IBus reads when nobody names a file: it goes on to the next one where a file makes no table,
/// and has its own when none does.
fn search(
    profile: Profile,
    paths: &Paths,
    disk: &mut Disk,
    sources: &mut Sources,
) -> Result<Vec<Reading>, String> {
    let mut readings = session::open(profile, &paths.compose, &paths.world, disk, sources);
    let reasons = readings.iter().filter_map(|reading| reading.file.reason.as_ref());
    let ends = reasons.map(Reason::to_string).find(|reason| reason.starts_with(ENDS_IT));
    if let Some(reason) = ends {
        return Err(format!("`{profile}` composes nothing: {reason}"));
    }
    if readings.is_empty() {
        readings.push(profile::built_in(profile));
    }
    Ok(readings)
}

/// Types keys and writes what becomes of them.
struct Typist<'m, 't, 'w> {
    profile: Profile,
    machine: Machine<'m>,
    json: bool,
    terminal: &'t mut Terminal<'w>,
}

impl Typist<'_, '_, '_> {
    /// Types one key; `false` when there is none of this name.
    fn key(&mut self, name: &str) -> io::Result<bool> {
        let Some(key) = Keysym::from_name(name) else {
            let hint = Keysym::similar_name(name);
            let hint = hint.map_or(String::new(), |meant| format!("; did you mean `{meant}`?"));
            // What came before the wrong name stands before its message.
            self.terminal.out.flush()?;
            writeln!(self.terminal.err, "error: unknown keysym `{name}`{hint}")?;
            return Ok(false);
        };
        let fed = self.machine.feed(key);
        let gives = match &fed {
            Fed::Composed(gives) => Some(gives),
            _ => None,
        };
        let result = match &fed {
            Fed::Pending => "pending",
            Fed::Ignored => "ignored",
            Fed::Aborted => "aborted",
            Fed::Composed(_) => "composed",
        };
        let text = gives.map(|gives| gives.text.as_str());
        let keysym = gives.and_then(|gives| gives.keysym).map(Keysym::name);
        if self.json {
            let then = (fed == Fed::Aborted).then(|| Mismatch::of(self.profile).words());
            let line = Json { key: key.name(), result, text, keysym, then };
            json_line(&line, self.terminal.out)?;
            return Ok(true);
        }
        write!(self.terminal.out, "{result}")?;
        if let Some(text) = text {
            write!(self.terminal.out, " {}", serde_json::Value::from(text))?;
        }
        if let Some(keysym) = keysym {
            write!(self.terminal.out, " {keysym}")?;
        }
        writeln!(self.terminal.out)?;
        Ok(true)
    }
}
