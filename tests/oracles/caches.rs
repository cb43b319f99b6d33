//! Caches of Compose files: the toolkits overlook a file that came with an older time, and the doctor sees that.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::Path,
    process::Command,
    time::{Duration, SystemTime},
};

use composekey::keysym::Keysym;

use crate::{
    corpus::Key,
    oracle::{GTK3, GTK4, IBUS, Question, Toolkit},
};

/// Gives a file a time in the past.
fn set_age(file: &Path, minutes: u64) {
    let time = SystemTime::now() - Duration::from_secs(60 * minutes);
    File::options().append(true).open(file).unwrap().set_modified(time).unwrap();
}

/// What a toolkit types for the sequence of these tests.
fn typed(toolkit: Toolkit, home: &Path) -> String {
    let environment = [("HOME", ""), ("XDG_CACHE_HOME", "/.cache"), ("LANG", "C.UTF-8")];
    let value = |(name, value): (&str, &str)| match name {
        "LANG" => (name.to_owned(), value.to_owned()),
        _ => (name.to_owned(), format!("{}{value}", home.display())),
    };
    let environment: BTreeMap<_, _> = environment.map(value).into();
    let key = |name: &str| Key { keysym: Keysym::from_name(name).unwrap(), held: 0 };
    let tries = vec![["Multi_key", "l", "a"].map(key).into()];
    let answers = toolkit.ask(&[Question { environment, tries }]);
    answers[0].tries[0][2].typed.concat()
}

/// Whether the doctor takes the cache at this path for stale; nothing when it sees none there.
fn stale(home: &Path, cache: &Path) -> Option<bool> {
    let output = Command::new(env!("CARGO_BIN_EXE_composekey"))
        .args(["doctor", "--json"])
        .env_clear()
        .envs([("HOME", home.to_str().unwrap()), ("LANG", "C.UTF-8")])
        .output()
        .unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let caches = answer["facts"]["caches"].as_array().unwrap();
    let found = caches.iter().find(|found| found["file"] == cache.to_str().unwrap())?;
    found["stale"].as_bool()
}

#[track_caller]
fn check(toolkit: Toolkit, folder: &str) {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let file = home.join(".XCompose");
    fs::write(&file, "<Multi_key> <l> <a> : \"λ\"\n").unwrap();
    set_age(&file, 60);
    assert_eq!(typed(toolkit, home), "λ");
    let caches: Vec<_> =
        fs::read_dir(home.join(".cache").join(folder).join("compose")).unwrap().collect();
    let [Ok(cache)] = &caches[..] else { panic!("{caches:?}") };
    let cache = cache.path();
    assert_eq!(stale(home, &cache), Some(false));

    // What an archive or a backup does: other contents, and an older time.
    fs::write(&file, "<Multi_key> <l> <a> : \"x\"\n").unwrap();
    set_age(&cache, 30);
    set_age(&file, 120);
    assert_eq!(typed(toolkit, home), "λ", "it does not see what is in the file now");
    assert_eq!(stale(home, &cache), Some(true));
    // What the doctor says to do helps.
    fs::remove_file(&cache).unwrap();
    assert_eq!(typed(toolkit, home), "x");
    // A file with a new time is seen anyway.
    set_age(&cache, 30);
    set_age(&file, 0);
    assert_eq!(stale(home, &cache), Some(false));
}

#[test]
fn of_gtk3() {
    check(GTK3, "gtk-3.0");
}

#[test]
fn of_gtk4() {
    check(GTK4, "gtk-4.0");
}

#[test]
fn of_ibus() {
    check(IBUS, "ibus");
}
