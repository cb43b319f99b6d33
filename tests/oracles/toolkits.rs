//! GTK 3, GTK 4 and IBus: the same files, the same keys, the same answers.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use composekey::{
    config::Disk,
    keysym::Keysym,
    source::Sources,
    xcompose::{
        World,
        machine::simple::{Pressed, Simple},
        profile::{
            Environment, Family, Profile, Reading, Verdict, What,
            gtk::{ENDS_IT, session},
        },
    },
};

use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, TestRunner},
};

use crate::{
    corpus::{self, Key},
    installed, libxkbcommon,
    oracle::{Answer, GTK3, GTK4, IBUS, Question, Toolkit},
    random,
};

/// What the profile says of a case.
fn predict(profile: Profile, environment: &BTreeMap<String, String>) -> Vec<Reading> {
    let value = |name: &str| environment.get(name).map(OsString::from);
    let world = World {
        locale: environment["LANG"].clone(),
        folder: World::FOLDER.into(),
        home: value("HOME").map(PathBuf::from),
    };
    let environment = Environment {
        xcomposefile: value("XCOMPOSEFILE"),
        config_home: value("XDG_CONFIG_HOME"),
        home: value("HOME"),
    };
    session::open(profile, &environment, &world, &mut Disk::default(), &mut Sources::default())
}

fn ends(readings: &[Reading]) -> bool {
    let ends = |reading: &Reading| {
        reading.file.reason.as_ref().is_some_and(|reason| reason.to_string().starts_with(ENDS_IT))
    };
    readings.iter().any(ends)
}

fn type_keys(fresh: &Simple, keys: &[Key]) -> Vec<Pressed> {
    let mut context = fresh.clone();
    keys.iter().map(|key| context.press(key.keysym, key.held != 0)).collect()
}

fn shown(keys: &[Key]) -> String {
    let names: Vec<_> = keys.iter().map(|key| key.keysym.name()).collect();
    names.join(" ")
}

/// Compares a toolkit's answer with what its profile says, and tells where they part.
fn compare(name: &str, profile: Profile, question: &Question, answer: &Answer) -> Vec<String> {
    let readings = predict(profile, &question.environment);
    if answer.died.is_some() || ends(&readings) {
        let same = answer.died.is_some() == ends(&readings);
        let line = format!("{name}: ended by {:?}, expected: {}", answer.died, ends(&readings));
        return if same { Vec::new() } else { vec![line] };
    }
    let mut wrong = Vec::new();
    let fresh = Simple::new(profile, &readings);
    let unsure = profile.family == Family::Gtk3 && readings.iter().any(is_undefined);
    for (keys, heard) in question.tries.iter().zip(&answer.tries) {
        let ours = type_keys(&fresh, keys);
        // Which of two rules it is differs from run to run, and with it the text, but nothing else.
        let same = |ours: &Pressed, heard: &Pressed| {
            let counts = |p: &Pressed| (p.eaten, p.beeps, p.typed.len(), p.shown.is_empty());
            if unsure { counts(ours) == counts(heard) } else { ours == heard }
        };
        let at = ours.iter().zip(heard).position(|(ours, heard)| !same(ours, heard));
        if let Some(at) = at.or((ours.len() != heard.len()).then_some(0)) {
            wrong.push(format!(
                "{name}: {}: key {}\n  ours   {:?}\n  theirs {:?}\n  {:?}",
                shown(keys),
                at + 1,
                ours[at],
                heard[at],
                answer.notes.first()
            ));
        }
    }
    assert_eq!(question.tries.len(), answer.tries.len(), "{name}");
    wrong
}

/// The variables of a home directory; caches stay in it.
fn at_home(home: &Path) -> BTreeMap<String, String> {
    let home = home.to_str().unwrap();
    let pairs = [("HOME", home), ("XDG_CACHE_HOME", &format!("{home}/cache")), ("LANG", "C.UTF-8")];
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// Asks a toolkit, and compares all that it says.
#[expect(clippy::print_stdout, reason = "a long run says how much it compared")]
fn check(toolkit: Toolkit, family: Family, names: &[String], questions: &[Question]) {
    if installed::version(family).is_none() {
        return installed::say(family, "nothing is compared");
    }
    let answers = toolkit.ask(questions);
    let mut wrong = Vec::new();
    let mut keys = 0;
    for ((name, question), answer) in names.iter().zip(questions).zip(&answers) {
        wrong.extend(compare(name, installed::profile(family), question, answer));
        keys += answer.tries.iter().map(Vec::len).sum::<usize>();
    }
    println!("{}: {} files, {keys} keys", toolkit.name, names.len());
    let number = wrong.len();
    if !installed::is_held(family) {
        return installed::say(family, &format!("{number} of {keys} keys differ"));
    }
    wrong.truncate(20);
    assert!(wrong.is_empty(), "{number} differ\n{}", wrong.join("\n"));
    assert!(keys > 1000, "{keys}");
}

/// All of the corpus on one toolkit.
fn corpus(toolkit: Toolkit, family: Family) {
    let cases = corpus::cases();
    let names: Vec<_> = cases.iter().map(|case| case.name.clone()).collect();
    let question = |case: &corpus::Case| {
        let mut environment = at_home(case.home.path());
        environment.extend(case.environment.clone());
        Question { environment, tries: case.tries.clone() }
    };
    check(toolkit, family, &names, &cases.iter().map(question).collect::<Vec<_>>());
    assert!(cases.len() >= 150);
}

/// The Compose files of all locales of X.
fn locale_files() -> Vec<PathBuf> {
    let folders = fs::read_dir(World::FOLDER).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        folders.map(|path| path.join("Compose")).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

/// The sequences of a file, read without our parser, and keys that miss after their beginnings.
fn sequences(file: &Path) -> Vec<Vec<Key>> {
    let text = String::from_utf8_lossy(&fs::read(file).unwrap()).into_owned();
    let key = |name: &str| Keysym::from_name(name).map(|keysym| Key { keysym, held: 0 });
    let mut tries = Vec::new();
    for (i, line) in text.lines().enumerate().filter(|(_, line)| line.starts_with('<')) {
        let (left, _) = line.split_once(':').unwrap();
        let keys = left.split('<').skip(1).filter_map(|part| part.split('>').next());
        let Some(keys) = keys.map(key).collect::<Option<Vec<Key>>>() else { continue };
        // Every seventh also with a key that misses, in the place of each of its own.
        for at in (0..keys.len()).filter(|_| i % 7 == 0) {
            tries.push([&keys[..at], &MISSES.map(|name| key(name).unwrap())].concat());
        }
        tries.push(keys);
    }
    tries
}

/// Keys that few sequences go on with, and one that some do.
const MISSES: [&str; 3] = ["F7", "Cyrillic_zhe", "e"];

/// All locale files, each as a user's own file, on one toolkit.
fn locales(toolkit: Toolkit, family: Family) {
    let homes = tempfile::tempdir().unwrap();
    let files = locale_files();
    let question = |(i, file): (usize, &PathBuf)| {
        let home = homes.path().join(i.to_string());
        fs::create_dir_all(&home).unwrap();
        let _ = fs::copy(file, home.join(".XCompose")).unwrap();
        Question { environment: at_home(&home), tries: sequences(file) }
    };
    let names: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
    check(toolkit, family, &names, &files.iter().enumerate().map(question).collect::<Vec<_>>());
    assert!(files.len() > 10);
}

/// Everything that the profiles say a toolkit has of its own, and misses, without a file.
fn own_tables(toolkit: Toolkit, family: Family) {
    let text = include_str!("../../src/xcompose/profile/gtk/builtin.txt");
    let key = |number: u32| Key { keysym: Keysym(number), held: 0 };
    let number = |word: &str| u32::from_str_radix(word, 16).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let mut tries = Vec::new();
    for (i, line) in lines.enumerate() {
        let (keys, _) = line.split_once(':').unwrap();
        let keys: Vec<Key> = keys.split(' ').map(|word| key(number(word))).collect();
        for at in (0..keys.len()).filter(|_| i % 5 == 0) {
            tries.push([&keys[..at], &MISSES.map(named)].concat());
        }
        tries.push(keys);
    }
    // Every pair of dead keys and every letter: what no table has.
    for first in 0xfe50..=0xfe93 {
        tries.extend((0xfe50..=0xfe93).map(|second| vec![key(first), key(second), key(0x61)]));
        let letters = (0x20..0x7f).chain(0xa0..0x100).chain(0x7a1..0x7fa).chain(0x6a1..0x700);
        tries.extend(letters.map(|letter| vec![key(first), key(letter)]));
    }
    let home = tempfile::tempdir().unwrap();
    let question = Question { environment: at_home(home.path()), tries };
    check(toolkit, family, &["no file".to_owned()], &[question]);
}

fn named(name: &str) -> Key {
    Key { keysym: Keysym::from_name(name).unwrap(), held: 0 }
}

#[test]
fn gtk3_has_the_table_that_its_profile_says() {
    own_tables(GTK3, Family::Gtk3);
}

#[test]
fn gtk4_has_the_table_that_its_profile_says() {
    own_tables(GTK4, Family::Gtk4);
}

#[test]
fn ibus_has_the_table_that_its_profile_says() {
    own_tables(IBUS, Family::Ibus);
}

/// Whether nobody can say what the toolkit does. GTK 3 compares equal sequences beyond their end,
/// unless they are among the longest, and takes that of two which what it finds there puts first. IBus calls itself
/// until it ends when a sequence without a text waits for more and no more comes.
fn is_undefined(reading: &Reading) -> bool {
    let rules = || {
        reading.statements.iter().filter_map(|statement| match &statement.what {
            What::Rule { keysyms, gives } => Some((keysyms.len(), gives, &statement.verdict)),
            _ => None,
        })
    };
    let longest = rules().map(|(length, ..)| length).max().unwrap_or(0);
    rules().any(|(length, gives, verdict)| match verdict {
        Verdict::Hidden { .. } if reading.profile.family == Family::Gtk3 => length + 1 < longest,
        _ => reading.profile.family == Family::Ibus && gives.text.is_empty(),
    })
}

/// Random files, and random keys on them. Their bytes are made UTF-8: of others GTK reads beyond the end
/// of the text, and nobody can say what it finds there.
fn random_files(toolkit: Toolkit, family: Family) {
    let cases = std::env::var("COMPOSEKEY_TOOLKIT_CASES").map_or(100, |text| text.parse().unwrap());
    let homes = tempfile::tempdir().unwrap();
    libxkbcommon::includes(homes.path());
    let config = Config { failure_persistence: None, ..Config::default() };
    let mut runner =
        if cases == 300 { TestRunner::deterministic() } else { TestRunner::new(config) };
    let files = random::file(homes.path().to_str().unwrap());
    let pool: Vec<_> = random::KEYSYMS.iter().filter_map(|name| Keysym::from_name(name)).collect();
    let key = prop::sample::select(pool).prop_map(|keysym| Key { keysym, held: 0 });
    let tries = prop::collection::vec(prop::collection::vec(key, 1..7), 100);
    let mut question = |i: usize| {
        let home = homes.path().join(format!("home{i}"));
        fs::create_dir_all(&home).unwrap();
        let text = files.new_tree(&mut runner).unwrap().current();
        fs::write(home.join(".XCompose"), String::from_utf8_lossy(&text).as_bytes()).unwrap();
        Question {
            environment: at_home(&home),
            tries: tries.new_tree(&mut runner).unwrap().current(),
        }
    };
    let questions = (0..cases).map(&mut question);
    let defined = |question: &Question| {
        !predict(installed::profile(family), &question.environment).iter().any(is_undefined)
    };
    let questions: Vec<_> = questions.filter(defined).collect();
    assert!(questions.len() > cases / 2, "{}", questions.len());
    let name = |question: &Question| {
        let path = Path::new(&question.environment["HOME"]).join(".XCompose");
        fs::read_to_string(path).unwrap()
    };
    check(toolkit, family, &questions.iter().map(name).collect::<Vec<_>>(), &questions);
}

#[test]
fn gtk3_reads_random_text_as_its_profile_says() {
    random_files(GTK3, Family::Gtk3);
}

#[test]
fn gtk4_reads_random_text_as_its_profile_says() {
    random_files(GTK4, Family::Gtk4);
}

#[test]
fn ibus_reads_random_text_as_its_profile_says() {
    random_files(IBUS, Family::Ibus);
}

#[test]
fn gtk3_reads_the_files_of_locales_as_its_profile_says() {
    locales(GTK3, Family::Gtk3);
}

#[test]
fn gtk4_reads_the_files_of_locales_as_its_profile_says() {
    locales(GTK4, Family::Gtk4);
}

#[test]
fn ibus_reads_the_files_of_locales_as_its_profile_says() {
    locales(IBUS, Family::Ibus);
}

#[test]
fn gtk3_reads_the_corpus_as_its_profile_says() {
    corpus(GTK3, Family::Gtk3);
}

#[test]
fn gtk4_reads_the_corpus_as_its_profile_says() {
    corpus(GTK4, Family::Gtk4);
}

#[test]
fn ibus_reads_the_corpus_as_its_profile_says() {
    corpus(IBUS, Family::Ibus);
}
