//! Compose files: which toolkit reads which, and what it makes of it.

use std::path::{Path, PathBuf};

use super::{
    super::{
        facts::{Compose, Config, Generated, Methods, Own, Reader, Session},
        system::{System, text},
    },
    Processes,
    libraries::{Libraries, Library},
};
use crate::{
    config::Paths,
    diagnostic::Severity,
    save::{Origin, origin},
    source::Sources,
    xcompose::{
        profile::{self, Family, FileVerdict, Found, Outcome, Profile},
        report::report,
    },
};

/// How many outdated programs are named.
const MOST_PROGRAMS: usize = 20;

/// The libraries by which programs read Compose files.
const READERS: [&str; 5] =
    ["libX11.so", "libxkbcommon.so", "libgtk-3.so", "libgtk-4.so", "libibus-1.0"];

/// Programs that stand for the session or compose nothing, and are not to be started anew one by one.
const NOT_NAMED: [&str; 6] =
    ["composekeyd", "composekey", "Xorg", "Xwayland", "systemd", "xdg-desktop-por"];

#[allow(clippy::too_many_arguments, reason = "one part of the facts after the other")]
pub(super) fn read(
    system: &mut dyn System,
    paths: &Paths,
    methods: &Methods,
    libraries: &Libraries,
    processes: &Processes,
    session: &Session,
    config: &Config,
) -> Compose {
    let runs = |name: &str| methods.running.iter().any(|method| method == name);
    let in_use = |library: &&Library| match library.family {
        Family::Ibus => runs("ibus"),
        Family::Fcitx5 => runs("fcitx"),
        _ => true,
    };
    let mut readers = Vec::new();
    let mut files: Vec<(PathBuf, Vec<Profile>)> = Vec::new();
    for library in libraries.0.iter().filter(in_use) {
        let profile = profile_of(library);
        let mut reader = Reader {
            toolkit: library.family.name().to_owned(),
            version: library.version.map(|version| version.to_string()),
            through: through(library.family, methods, session),
            ..Reader::default()
        };
        if let Some(name) =
            methods.missing_xim_server().filter(|_| library.family == Family::LibX11)
        {
            reader.broken = Some(format!("there is no input method `{name}`"));
            readers.push(reader);
            continue;
        }
        match profile::find(profile, &paths.compose, &paths.world, system) {
            Found::BuiltIn => {}
            Found::Nothing(file, reason) => {
                reader.file = file;
                reader.broken = Some(reason.to_string());
            }
            Found::File(file) => {
                reader.file = Some(file.clone());
                match files.iter_mut().find(|(other, _)| *other == file) {
                    Some((_, profiles)) => profiles.push(profile),
                    None => files.push((file, vec![profile])),
                }
            }
        }
        readers.push(reader);
    }
    let own = files.iter().filter_map(|(file, p)| judge(system, paths, file, p, &mut readers));
    let own: Vec<Own> = own.collect();
    let variable = paths.compose.xcomposefile.as_ref().map(PathBuf::from);
    let newest = own.iter().map(|own| own.changed).max();
    Compose {
        readers,
        variable_readable: variable.as_ref().is_some_and(|file| system.load(file).is_ok()),
        variable,
        outdated_programs: newest.map_or(Vec::new(), |at| outdated(system, processes, at)),
        generated: generated(system, paths, config),
        own,
    }
}

fn profile_of(library: &Library) -> Profile {
    let family = library.family;
    Profile::new(family, library.version.unwrap_or_else(|| family.measured()))
}

/// Says of a file what each of its readers makes of it; what is wrong with it, when it is the user's.
fn judge(
    system: &mut dyn System,
    paths: &Paths,
    file: &Path,
    profiles: &[Profile],
    readers: &mut [Reader],
) -> Option<Own> {
    let mut sources = Sources::default();
    let report = report(file, profiles, &paths.world, system, &mut sources);
    for row in &report.rows {
        for reader in readers.iter_mut().filter(|reader| reader.file.as_deref() == Some(file)) {
            if !row.profiles.iter().any(|profile| profile.family.name() == reader.toolkit) {
                continue;
            }
            reader.rules = row.counts.kept + row.counts.altered;
            reader.broken = broken(&row.file, &sources);
        }
    }
    if file.starts_with(&paths.world.folder) {
        return None;
    }
    // Where an input method composes in the place of all of its readers, its mistakes do not matter.
    let alone = |reader: &Reader| reader.file.as_deref() == Some(file) && reader.through.is_none();
    let count = |severity| report.findings.iter().filter(|f| f.severity == severity).count();
    let names = sources.iter().map(|(_, source)| PathBuf::from(&source.name));
    let names = names.filter(|name| !name.starts_with(&paths.world.folder));
    let changed = names.filter_map(|name| system.stat(&name)).map(|stat| stat.modified);
    Some(Own {
        file: file.to_owned(),
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        changed: changed.max().unwrap_or_default(),
    })
    .filter(|_| readers.iter().any(alone))
}

/// Why there is no table.
fn broken(verdict: &FileVerdict, sources: &Sources) -> Option<String> {
    if verdict.outcome != Outcome::KillsTable {
        return None;
    }
    let reason = verdict.reason.as_ref().map_or("no table".to_owned(), ToString::to_string);
    Some(match verdict.place {
        Some(place) => format!("line {}: {reason}", sources.position(place).line),
        None => reason,
    })
}

/// The input method that composes in the place of a toolkit.
///
/// On Wayland programs without a module of their own are served by the compositor's input method.
fn through(family: Family, methods: &Methods, session: &Session) -> Option<String> {
    let chosen = |names: &[&str]| {
        let variable = names.iter().find_map(|n| methods.variables.iter().find(|v| v.name == *n));
        variable.map(|variable| variable.value.trim_start_matches("@im=").to_owned())
    };
    let value = match family {
        Family::LibX11 => chosen(&["XMODIFIERS"]),
        Family::Gtk3 | Family::Gtk4 => {
            chosen(&["GTK_IM_MODULE"]).or_else(|| methods.gtk_setting.clone())
        }
        Family::Qt => chosen(&["QT_IM_MODULES", "QT_IM_MODULE"]),
        Family::Libxkbcommon | Family::Ibus | Family::Fcitx5 => return None,
    };
    let on_wayland = session.wayland.as_ref().is_some_and(|wayland| wayland.there);
    let compositor_method = || {
        let gtk = matches!(family, Family::Gtk3 | Family::Gtk4);
        methods.running.first().filter(|_| on_wayland && gtk).cloned()
    };
    match value {
        None => compositor_method(),
        Some(value) => {
            let running = |method: &&String| {
                value
                    .split(';')
                    .any(|name| name.trim_start_matches("wayland;").starts_with(&***method))
            };
            methods.running.iter().find(running).cloned()
        }
    }
}

/// The names of this user's programs that started before `changed` and read Compose files.
fn outdated(system: &mut dyn System, processes: &Processes, changed: i64) -> Vec<String> {
    let uid = system.identity().uid;
    let mut names: Vec<String> = Vec::new();
    for process in processes.of(uid).filter(|process| process.started < changed) {
        let named = names.contains(&process.name) || NOT_NAMED.contains(&process.name.as_str());
        if named || names.len() == MOST_PROGRAMS {
            continue;
        }
        let maps = text(system, Path::new("/proc").join(process.pid.to_string()).join("maps"));
        let maps = maps.unwrap_or_default();
        if READERS.iter().any(|library| maps.contains(library)) {
            names.push(process.name.clone());
        }
    }
    names.sort();
    names
}

/// `~/.XCompose`, when composekey wrote it.
fn generated(system: &mut dyn System, paths: &Paths, config: &Config) -> Option<Generated> {
    let file = paths.world.home.as_ref()?.join(".XCompose");
    let bytes = system.load(&file).ok()?;
    if !matches!(origin(&bytes), Origin::Composekey | Origin::Changed) {
        return None;
    }
    let outdated = system.stat(&file)?.modified < config.changed;
    Some(Generated { file, outdated })
}
