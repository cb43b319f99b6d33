//! The cases of `corpus/`, each in a home of its own, and what the libraries make of them.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use composekey::{
    config::Disk,
    keysym::Keysym,
    source::{LoadError, Loader, Sources},
    xcompose::{
        World,
        machine::{Fed, Machine},
        profile::{self, Environment, Family, Found, Outcome, Profile, Reading},
    },
};
use tempfile::TempDir;

use crate::{installed, process::Oracle};

/// A key and the modifiers that are held with it, in the bits of X.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) keysym: Keysym,
    pub(crate) held: u8,
}

/// A home with its files, and what is typed.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) home: TempDir,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) tries: Vec<Vec<Key>>,
}

/// Reads what is relative from the home.
struct AtHome<'c> {
    home: &'c Path,
    disk: Disk,
}

impl Loader for AtHome<'_> {
    fn load(&mut self, path: &Path) -> Result<Vec<u8>, LoadError> {
        if path.as_os_str().is_empty() {
            return Err(LoadError::NotFound);
        }
        self.disk.load(&self.home.join(path))
    }
}

/// Every case, by name.
pub(crate) fn cases() -> Vec<Case> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/corpus");
    let folders = fs::read_dir(&corpus).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = folders.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders.iter().map(|folder| Case::load(folder)).collect()
}

impl Case {
    fn load(folder: &Path) -> Self {
        let home = TempDir::new().unwrap();
        let mut environment = BTreeMap::from([("LANG".to_owned(), "C.UTF-8".to_owned())]);
        let mut tries = Vec::new();
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            match name.as_str() {
                "keys" => tries = read_tries(&fs::read_to_string(entry.path()).unwrap()),
                "env" => {
                    let path = home.path().to_str().unwrap();
                    let text = fs::read_to_string(entry.path()).unwrap().replace("$HOME", path);
                    let lines = text.lines().filter_map(|line| line.split_once('='));
                    environment.extend(lines.map(|(name, value)| (name.into(), value.into())));
                }
                "Compose" => copy(&entry.path(), &home.path().join(".XCompose")),
                "config" => copy(&entry.path(), &home.path().join(".config")),
                name => copy(&entry.path(), &home.path().join(name)),
            }
        }
        environment.insert("HOME".to_owned(), home.path().to_str().unwrap().to_owned());
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(!tries.is_empty(), "{name}: nothing is typed");
        Self { name, home, environment, tries }
    }

    /// What a profile makes of it; `None` when it has no table.
    ///
    /// libX11 goes by the locale of its process, and that is C.UTF-8: others need not be installed.
    pub(crate) fn read(&self, profile: Profile) -> Option<Reading> {
        let get = |name: &str| self.environment.get(name).map(OsString::from);
        let environment = Environment {
            xcomposefile: get("XCOMPOSEFILE"),
            config_home: get("XDG_CONFIG_HOME"),
            home: get("HOME"),
        };
        let locale =
            ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| self.environment.get(*name));
        let locale = locale.cloned().filter(|_| profile.family != Family::LibX11);
        let world = World {
            locale: locale.unwrap_or_else(|| "C.UTF-8".into()),
            folder: get("XLOCALEDIR").map_or_else(|| World::FOLDER.into(), PathBuf::from),
            home: get("HOME").map(PathBuf::from),
        };
        let mut loader = AtHome { home: self.home.path(), disk: Disk::default() };
        let file = match profile::find(profile, &environment, &world, &mut loader) {
            Found::File(file) => file,
            Found::BuiltIn => return Some(profile::built_in(profile)),
            Found::Nothing(..) => return None,
        };
        let reading = profile::read(profile, &file, &world, &mut loader, &mut Sources::default());
        (reading.file.outcome != Outcome::KillsTable).then_some(reading)
    }
}

/// Copies a file or a folder.
fn copy(from: &Path, to: &Path) {
    if !from.is_dir() {
        let _ = fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}

fn read_tries(text: &str) -> Vec<Vec<Key>> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines.map(|line| line.split_whitespace().map(key).collect()).collect()
}

fn key(word: &str) -> Key {
    let mut held = 0;
    let mut name = word;
    for (modifier, bit) in [("Shift+", 1), ("Lock+", 2), ("Control+", 4), ("Alt+", 8)] {
        if let Some(rest) = name.strip_prefix(modifier) {
            (held, name) = (held | bit, rest);
        }
    }
    let keysym = Keysym::from_name(name).unwrap_or_else(|| panic!("no keysym `{word}`"));
    Key { keysym, held }
}

/// What the machine says of each key. Of a modifier within a sequence the oracle of libX11 sees only that
/// the sequence is still under way.
fn predicted(reading: &Reading, keys: &[Key]) -> Vec<Fed> {
    let mut machine = Machine::new(reading);
    let is_x11 = reading.profile.family == Family::LibX11;
    let feed = |key: &Key| match machine.feed_held(key.keysym, key.held) {
        Fed::Ignored if is_x11 && machine.is_composing() => Fed::Pending,
        fed => fed,
    };
    keys.iter().map(feed).collect()
}

/// How the library and the profile differ on a case.
fn differences(case: &Case, profile: Profile, oracle: &mut Oracle) -> Vec<String> {
    for name in ["LC_ALL", "LC_CTYPE", "LANG", "XCOMPOSEFILE", "XDG_CONFIG_HOME", "XLOCALEDIR"] {
        let _ = oracle.ask(&format!("env {name}"));
    }
    for (name, value) in &case.environment {
        let _ = oracle.ask(&format!("env {name} {value}"));
    }
    let _ = oracle.ask(&format!("cd {}", case.home.path().display()));
    let opened = oracle.open();
    let Some(reading) = case.read(profile) else {
        let typed = case.tries.iter().flat_map(|keys| oracle.type_keys(keys));
        let quiet = typed.into_iter().all(|fed| fed == Fed::Ignored);
        return if opened && !quiet {
            vec![format!("{}: there is a table", case.name)]
        } else {
            vec![]
        };
    };
    if !opened {
        return vec![format!("{}: there is no table", case.name)];
    }
    let mut wrong = Vec::new();
    for keys in &case.tries {
        let looks_at_modifiers = profile.family == Family::LibX11;
        if !looks_at_modifiers && keys.iter().any(|key| key.held != 0) {
            continue;
        }
        let (ours, theirs) = (predicted(&reading, keys), oracle.type_keys(keys));
        if ours != theirs {
            let names: Vec<_> = keys.iter().map(|key| key.keysym.name()).collect();
            let names = names.join(" ");
            wrong.push(format!("{}: {names}\n  ours   {ours:?}\n  theirs {theirs:?}", case.name));
        }
    }
    wrong
}

#[track_caller]
fn check(profile: Profile, mut oracle: Oracle) {
    let cases = cases();
    assert!(cases.len() >= 100, "only {} cases", cases.len());
    let wrong: Vec<_> =
        cases.iter().flat_map(|case| differences(case, profile, &mut oracle)).collect();
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn libx11_does_what_its_profile_says() {
    check(installed::profile(Family::LibX11), Oracle::libx11());
}

#[test]
fn libxkbcommon_does_what_its_profile_says() {
    check(installed::profile(Family::Libxkbcommon), Oracle::libxkbcommon());
}
