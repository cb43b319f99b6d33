//! The Compose files of all locales that are installed, in our reading and in the libraries'.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use composekey::{
    config::Disk,
    keysym::Keysym,
    source::Sources,
    xcompose::{
        World,
        document::Document,
        machine::{Fed, Machine},
        profile::{self, Environment, Family, Found, Outcome, Reading},
    },
};

use crate::{
    corpus::Key,
    installed,
    process::{Locale, Oracle},
    world::{names, world},
};

/// The file that most locales have.
const LARGEST: &str = "/usr/share/X11/locale/en_US.UTF-8/Compose";

/// Every Compose file of the X locales.
fn files() -> Vec<PathBuf> {
    let folders = fs::read_dir(World::FOLDER).expect("libx11-data is missing: `make deps`");
    let files = folders.map(|entry| entry.unwrap().path().join("Compose"));
    let mut files: Vec<_> = files.filter(|path| path.is_file()).collect();
    files.sort();
    assert!(files.len() > 50, "{files:?}");
    files
}

fn reading(family: Family, path: &Path) -> Reading {
    let world = world("C.UTF-8");
    profile::read(
        installed::profile(family),
        path,
        &world,
        &mut Disk::default(),
        &mut Sources::default(),
    )
}

/// The keys of all rules that the file seems to have, whatever a profile makes of them.
fn written(path: &Path) -> BTreeSet<Vec<Keysym>> {
    let document = Document::parse(fs::read(path).unwrap());
    let keysym = |name| Keysym::from_name(&document.text(name));
    document.rules().filter_map(|(_, rule)| rule.keys.iter().map(keysym).collect()).collect()
}

fn fed(reading: &Reading, keysyms: &[Keysym]) -> Vec<Fed> {
    let mut machine = Machine::new(reading);
    keysyms.iter().map(|&keysym| machine.feed(keysym)).collect()
}

/// Types every sequence of the files, and each with a wrong key at its end.
fn check(family: Family, mut oracle: Oracle) {
    let mut wrong = Vec::new();
    let mut composed = 0;
    for path in files() {
        let _ = oracle.ask("env LANG C.UTF-8");
        let _ = oracle.ask(&format!("env XCOMPOSEFILE {}", path.display()));
        let opened = oracle.open();
        let reading = reading(family, &path);
        let rules = written(&path);
        let path = path.display();
        if opened != (reading.file.outcome != Outcome::KillsTable) {
            wrong.push(format!("{path}: opened is {opened}, {:?}", reading.file));
        }
        if !opened {
            continue;
        }
        for mut keysyms in rules {
            for _ in 0..2 {
                let keys: Vec<_> = keysyms.iter().map(|&keysym| Key { keysym, held: 0 }).collect();
                let (ours, theirs) = (fed(&reading, &keysyms), oracle.type_keys(&keys));
                composed += usize::from(matches!(ours.last(), Some(Fed::Composed(_))));
                if ours != theirs {
                    let names = names(&keysyms);
                    wrong.push(format!("{path}: {names}\n  ours   {ours:?}\n  theirs {theirs:?}"));
                }
                *keysyms.last_mut().unwrap() = Keysym(0xffff);
            }
        }
    }
    let first = wrong.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} differ, such as\n{first}", wrong.len());
    // The files of older locales are nothing to libxkbcommon, and newer releases of libX11 have fewer.
    assert!(composed > 7_000, "only {composed} texts were composed");
}

#[test]
fn libxkbcommon_reads_every_locale_as_its_profile() {
    check(Family::Libxkbcommon, Oracle::libxkbcommon());
}

#[test]
fn libx11_reads_every_locale_as_its_profile() {
    check(Family::LibX11, Oracle::libx11());
}

#[test]
fn every_file_is_written_back_byte_for_byte() {
    for path in files() {
        let bytes = fs::read(&path).unwrap();
        assert!(Document::parse(bytes.clone()).write() == bytes, "{}", path.display());
    }
}

#[test]
fn every_sequence_and_every_beginning_of_en_us_in_libxkbcommon() {
    let reading = reading(Family::Libxkbcommon, Path::new(LARGEST));
    let mut oracle = Oracle::libxkbcommon();
    let _ = oracle.ask("env LANG C.UTF-8");
    let _ = oracle.ask(&format!("env XCOMPOSEFILE {LARGEST}"));
    assert!(oracle.open());
    let sequences = written(Path::new(LARGEST));
    let proper =
        |keys: &Vec<Keysym>| (1..keys.len()).map(|n| keys[..n].to_vec()).collect::<Vec<_>>();
    let beginnings: BTreeSet<Vec<Keysym>> = sequences.iter().flat_map(proper).collect();
    assert!(sequences.len() > 5000 && beginnings.len() > 900, "{}", beginnings.len());
    for (keysyms, composes) in
        sequences.iter().map(|s| (s, true)).chain(beginnings.iter().map(|b| (b, false)))
    {
        let keys: Vec<_> = keysyms.iter().map(|&keysym| Key { keysym, held: 0 }).collect();
        let (ours, theirs) = (fed(&reading, keysyms), oracle.type_keys(&keys));
        assert_eq!(ours, theirs, "{}", names(keysyms));
        let last = ours.last().unwrap();
        assert_eq!(matches!(last, Fed::Composed(_)), composes, "{}", names(keysyms));
        assert!(ours.iter().rev().skip(1).all(|fed| *fed == Fed::Pending), "{}", names(keysyms));
        assert!(composes || *last == Fed::Pending, "{}", names(keysyms));
    }
}

/// libX11 in the locale whose file it is, which it finds by itself.
#[test]
fn libx11_reads_en_us_in_its_own_locale() {
    let locale = Locale::make("en_US.UTF-8");
    let mut oracle = Oracle::libx11_in(&locale);
    let home = tempfile::tempdir().unwrap();
    let _ = oracle.ask(&format!("env HOME {}", home.path().display()));
    assert!(oracle.open());
    let world = world("en_US.UTF-8");
    let found = profile::find(
        Family::LibX11.into(),
        &Environment { home: Some(home.path().into()), ..Environment::default() },
        &world,
        &mut Disk::default(),
    );
    assert_eq!(found, Found::File(LARGEST.into()));
    let reading = reading(Family::LibX11, Path::new(LARGEST));
    let mut composed = 0;
    for keysyms in written(Path::new(LARGEST)) {
        let keys: Vec<_> = keysyms.iter().map(|&keysym| Key { keysym, held: 0 }).collect();
        let (ours, theirs) = (fed(&reading, &keysyms), oracle.type_keys(&keys));
        assert_eq!(ours, theirs, "{}", names(&keysyms));
        composed += usize::from(matches!(ours.last(), Some(Fed::Composed(_))));
    }
    assert!(composed > 5000, "only {composed} texts were composed");
}

/// A number that looks random, the same in every run.
fn next(seed: &mut u64) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*seed >> 33).unwrap()
}

#[test]
fn ten_thousand_misses_are_misses_in_libxkbcommon_too() {
    let reading = reading(Family::Libxkbcommon, Path::new(LARGEST));
    let mut oracle = Oracle::libxkbcommon();
    let _ = oracle.ask("env LANG C.UTF-8");
    let _ = oracle.ask(&format!("env XCOMPOSEFILE {LARGEST}"));
    assert!(oracle.open());
    let rules: Vec<_> = written(Path::new(LARGEST)).into_iter().collect();
    let (mut seed, mut misses) = (7, 0);
    while misses < 10_000 {
        // A sequence of the file up to somewhere, then keys of others.
        let mut keysyms = rules[next(&mut seed) % rules.len()].clone();
        keysyms.truncate(1 + next(&mut seed) % keysyms.len());
        for _ in 0..=next(&mut seed) % 3 {
            let other = &rules[next(&mut seed) % rules.len()];
            keysyms.push(other[next(&mut seed) % other.len()]);
        }
        let keys: Vec<_> = keysyms.iter().map(|&keysym| Key { keysym, held: 0 }).collect();
        let ours = fed(&reading, &keysyms);
        assert_eq!(ours, oracle.type_keys(&keys), "{}", names(&keysyms));
        misses += usize::from(ours.contains(&Fed::Aborted));
    }
}
