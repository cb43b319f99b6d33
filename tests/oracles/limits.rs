//! Files that are too large for GTK 3, GTK 4 and IBus: where it begins, on the toolkits themselves.

use std::{collections::BTreeMap, fs, path::Path};

use composekey::{
    config::Disk,
    keysym::Keysym,
    source::Sources,
    xcompose::{
        World,
        profile::{self, Family, Outcome},
    },
};

use crate::{
    corpus::Key,
    installed,
    oracle::{Answer, GTK3, GTK4, IBUS, Question, Toolkit},
};

/// Starts a toolkit twice with a file and types; the second start finds the cache of the first.
fn twice(toolkit: Toolkit, text: &str, keys: &[&str]) -> (Answer, Answer) {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join(".XCompose"), text).unwrap();
    let path = home.path().to_str().unwrap();
    let environment = [("HOME", path), ("XDG_CACHE_HOME", path), ("LANG", "C.UTF-8")];
    let environment: BTreeMap<_, _> =
        environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let key = |name: &&str| Key { keysym: Keysym::from_name(name).unwrap(), held: 0 };
    let question = Question { environment, tries: vec![keys.iter().map(key).collect()] };
    let mut answers = toolkit.ask(&[question.clone(), question]).into_iter();
    (answers.next().unwrap(), answers.next().unwrap())
}

/// What it typed in the end, if it lived so long.
fn typed(answer: &Answer) -> Option<String> {
    let last = answer.tries.first()?.last()?;
    Some(last.typed.concat()).filter(|_| answer.died.is_none())
}

fn outcome(family: Family, text: &str) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Compose");
    fs::write(&path, text).unwrap();
    let world = World { locale: "C".into(), folder: World::FOLDER.into(), home: None };
    let (mut disk, mut sources) = (Disk::default(), Sources::default());
    profile::read(installed::profile(family), Path::new(&path), &world, &mut disk, &mut sources)
        .file
        .outcome
}

/// Rules of two keys, each with a result of 65 bytes.
fn long_results(count: usize) -> String {
    let rule = |i: usize| format!("<a> <U{:04X}> : \"{}\"\n", 0x100 + i, "x".repeat(65));
    (0..count).map(rule).collect()
}

#[track_caller]
fn check(toolkit: Toolkit, family: Family, most: usize) -> (Answer, Answer) {
    let (fits, too_long) = (long_results(most), long_results(most + 1));
    assert_eq!(
        (outcome(family, &fits), outcome(family, &too_long)),
        (Outcome::Kept, Outcome::KillsTable)
    );
    // `<U0100>` is the number itself.
    let keys = ["a", "0x100"];
    let (first, second) = twice(toolkit, &fits, &keys);
    let expected = Some("x".repeat(65));
    assert_eq!((typed(&first), typed(&second)), (expected.clone(), expected));
    twice(toolkit, &too_long, &keys)
}

#[test]
fn gtk3_does_not_survive_long_results() {
    if !installed::is_held(Family::Gtk3) {
        return;
    }
    let (first, _) = check(GTK3, Family::Gtk3, 992);
    assert!(first.died.is_some());
}

#[test]
fn gtk4_takes_nothing_of_a_file_with_long_results() {
    if !installed::is_held(Family::Gtk4) {
        return;
    }
    let (first, second) = check(GTK4, Family::Gtk4, 497);
    for answer in [first, second] {
        assert_eq!(answer.died, None);
        assert!(!answer.tries[0][1].eaten);
    }
}

#[test]
fn ibus_does_not_survive_its_cache_of_long_results() {
    if !installed::is_held(Family::Ibus) {
        return;
    }
    let (first, second) = check(IBUS, Family::Ibus, 1008);
    assert!(typed(&first).is_some());
    assert!(second.died.is_some());
}

#[test]
fn gtk4_does_not_survive_many_rules() {
    if !installed::is_held(Family::Gtk4) {
        return;
    }
    let rules = |count: usize| -> String {
        let key = |i: usize| char::from(b'a' + u8::try_from(i % 26).unwrap());
        let rule = |i: usize| {
            format!("<Multi_key> <{}> <{}> <{}> : \"x\"\n", key(i / 676), key(i / 26), key(i))
        };
        (0..count).map(rule).collect()
    };
    let (fits, too_many) = (rules(16_382), rules(16_383));
    let family = Family::Gtk4;
    assert_eq!(
        (outcome(family, &fits), outcome(family, &too_many)),
        (Outcome::Kept, Outcome::KillsTable)
    );
    let keys = ["Multi_key", "a", "b", "c"];
    assert_eq!(typed(&twice(GTK4, &fits, &keys).0).as_deref(), Some("x"));
    assert!(twice(GTK4, &too_many, &keys).0.died.is_some());
}
