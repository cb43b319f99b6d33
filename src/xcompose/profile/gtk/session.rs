//! [`open`]: the files that a toolkit reads of its own accord, when nobody names one.

use std::path::{Path, PathBuf};

use super::super::{Environment, Family, Profile, Reading, candidates, read};
use crate::{
    source::{LoadError, Loader, Sources},
    xcompose::World,
};

/// The locales whose Compose file of X these toolkits read; all others have the built-in table.
const WITH_FILE: [&str; 3] = ["el_gr", "fi_fi", "pt_br"];

/// Reads what the toolkit would read. The readings are in the order in which it searches them.
#[must_use]
pub fn open(
    profile: Profile,
    environment: &Environment,
    world: &World,
    loader: &mut dyn Loader,
    sources: &mut Sources,
) -> Vec<Reading> {
    let mut readings = Vec::new();
    let mut taken: Vec<PathBuf> = Vec::new();
    for path in candidates(profile, environment).into_iter().map(|candidate| candidate.path) {
        if !is_there(loader, &path) {
            continue;
        }
        let reading = read(profile, &path, world, loader, sources);
        let makes_table = super::tables(&reading).own.is_some();
        taken.push(path);
        // GTK 3 and IBus go by the file that is there, GTK 4 by the first that makes a table.
        let enough = profile.family != Family::Gtk4 || makes_table;
        readings.push(reading);
        if enough {
            break;
        }
    }
    let own_file = if profile.family == Family::Gtk4 {
        readings.iter().any(|reading| super::tables(reading).own.is_some())
    } else {
        !taken.is_empty()
    };
    if !own_file {
        let found = locale_files(world).into_iter().find(|path| is_there(loader, path));
        readings.extend(found.map(|path| read(profile, &path, world, loader, sources)));
    }
    if profile.family == Family::Ibus {
        // What comes later is searched first.
        let home = environment.home.as_ref().map(|home| Path::new(home).join(".XCompose"));
        let more = [home, environment.xcomposefile.as_ref().map(PathBuf::from)];
        for path in more.into_iter().flatten().filter(|path| !taken.contains(path)) {
            if is_there(loader, &path) {
                readings.insert(0, read(profile, &path, world, loader, sources));
            }
        }
    }
    readings
}

/// A file or a folder: the toolkits do not look closer.
fn is_there(loader: &mut dyn Loader, path: &Path) -> bool {
    !matches!(loader.load(path), Err(LoadError::NotFound))
}

/// The Compose files of X that belong to a locale, from the exact name to the language alone.
fn locale_files(world: &World) -> Vec<PathBuf> {
    let locale = &world.locale;
    let (language, codeset) = match locale.split_once('.') {
        Some((language, codeset)) => (language, format!(".{codeset}")),
        None => (locale.as_str(), String::new()),
    };
    let lower = language.to_lowercase();
    if !WITH_FILE.iter().any(|known| lower.starts_with(known)) {
        return Vec::new();
    }
    let names = [format!("{language}{codeset}"), language.to_owned()];
    names.iter().map(|name| world.folder.join(name).join("Compose")).collect()
}
