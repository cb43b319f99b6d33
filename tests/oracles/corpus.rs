//! The cases of `corpus/`, and a home directory for each; `corpus/README.md` has the format.

use std::{
    fs,
    path::{Path, PathBuf},
};

use composekey::keysym::Keysym;

/// A case.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// The name of its folder.
    pub(crate) name: String,
    /// The variables that it sets, `$HOME` in them as written.
    env: Vec<(String, String)>,
    /// What is typed.
    pub(crate) tries: Vec<Vec<Key>>,
}

/// A key, and what is held with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) keysym: Keysym,
    pub(crate) held: Option<Held>,
}

/// A modifier that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    Control,
    Alt,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/corpus")
}

/// Every case, by name.
pub(crate) fn cases() -> Vec<Case> {
    let entries = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<_> = entries
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    names.into_iter().map(case).collect()
}

fn case(name: String) -> Case {
    let folder = folder().join(&name);
    let keys = fs::read_to_string(folder.join("keys")).unwrap();
    let tries = keys.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let tries = tries.map(|line| line.split(' ').map(key).collect()).collect();
    let env = fs::read_to_string(folder.join("env")).unwrap_or_default();
    let pair = |line: &str| {
        let (name, value) = line.split_once('=').unwrap();
        (name.to_owned(), value.to_owned())
    };
    Case { name, env: env.lines().map(pair).collect(), tries }
}

fn key(word: &str) -> Key {
    let (held, name) = match word.split_once('+') {
        Some(("Control", name)) => (Some(Held::Control), name),
        Some(("Alt", name)) => (Some(Held::Alt), name),
        _ => (None, word),
    };
    let keysym = Keysym::from_name(name).unwrap_or_else(|| panic!("no keysym is named {name}"));
    Key { keysym, held }
}

impl Case {
    /// Puts the files of the case into a home directory.
    pub(crate) fn furnish(&self, home: &Path) {
        copy(&folder().join(&self.name), home, true);
    }

    /// The variables of the case, and those that are the same for all.
    pub(crate) fn environment(&self, home: &Path) -> Vec<(String, String)> {
        let home = home.to_str().unwrap();
        let mut env = vec![
            ("HOME".to_owned(), home.to_owned()),
            ("XDG_CACHE_HOME".to_owned(), format!("{home}/cache")),
            ("LANG".to_owned(), "C.UTF-8".to_owned()),
        ];
        env.extend(self.env.iter().map(|(n, v)| (n.clone(), v.replace("$HOME", home))));
        env
    }
}

fn copy(from: &Path, to: &Path, top: bool) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let name = match name {
            "keys" | "env" if top => continue,
            "Compose" if top => ".XCompose",
            "config" if top => ".config",
            name => name,
        };
        let target = to.join(name);
        if path.is_dir() {
            copy(&path, &target, false);
        } else {
            let _ = fs::copy(&path, target).unwrap();
        }
    }
}
