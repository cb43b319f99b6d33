//! The installed libxkbcommon: the same files, the same keys, the same answers.

use std::{cell::Cell, fs, path::Path};

use composekey::{
    keysym::Keysym,
    xcompose::{
        machine::Fed,
        profile::{Composed, Family, Outcome, Profile, Reading},
    },
};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use xkbcommon::xkb::{self, compose};

use crate::{
    installed, random,
    world::{LOCALE, feed, names, read},
};

fn profile() -> Profile {
    installed::profile(Family::Libxkbcommon)
}

fn quiet() -> xkb::Context {
    let mut context = xkb::Context::new(xkb::CONTEXT_NO_FLAGS);
    context.set_log_level(xkb::LogLevel::Critical);
    context
}

/// The library's table of a text, if it makes one.
fn table(context: &xkb::Context, text: &[u8], locale: &str) -> Option<compose::Table> {
    let (format, flags) = (compose::FORMAT_TEXT_V1, compose::COMPILE_NO_FLAGS);
    compose::Table::new_from_buffer(context, text, locale, format, flags).ok()
}

/// What becomes of each key in the library.
fn library(table: &compose::Table, keysyms: &[Keysym]) -> Vec<Fed> {
    let mut state = compose::State::new(table, compose::STATE_NO_FLAGS);
    let step = |keysym: &Keysym| match (state.feed(keysym.0.into()), state.status()) {
        (compose::FeedResult::Ignored, _) | (_, compose::Status::Nothing) => Fed::Ignored,
        (_, compose::Status::Composing) => Fed::Pending,
        (_, compose::Status::Cancelled) => Fed::Aborted,
        (_, compose::Status::Composed) => Fed::Composed(Composed {
            text: state.utf8().unwrap_or_default(),
            keysym: state.keysym().map(|keysym| Keysym(keysym.raw())),
        }),
    };
    keysyms.iter().map(step).collect()
}

/// Types everything that starts a sequence in the reading or in the library, and each key after it.
fn compare(reading: &Reading, table: &compose::Table, pool: &[Keysym]) -> Result<Seen, String> {
    let mut seen = Seen::default();
    let mut starts = vec![Vec::new()];
    while let Some(start) = starts.pop() {
        for &keysym in pool {
            let keys = [&start[..], &[keysym]].concat();
            let (ours, theirs) = (feed(reading, &keys), library(table, &keys));
            if ours != theirs {
                return Err(format!("{}:\n  ours   {ours:?}\n  theirs {theirs:?}", names(&keys)));
            }
            match ours.last() {
                Some(Fed::Pending) => starts.push(keys),
                Some(Fed::Composed(_)) => seen.composed += 1,
                Some(Fed::Aborted) => seen.aborted += 1,
                _ => {}
            }
        }
    }
    Ok(seen)
}

/// How much there was to compare.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    killed: usize,
    composed: usize,
    aborted: usize,
}

/// Whether both make a table, and the same one.
fn same(context: &xkb::Context, text: &[u8], pool: &[Keysym]) -> Result<Seen, String> {
    let reading = read(profile(), text);
    let table = table(context, text, LOCALE);
    let kills = reading.file.outcome == Outcome::KillsTable;
    match &table {
        None if kills => Ok(Seen { killed: 1, ..Seen::default() }),
        Some(table) if !kills => compare(&reading, table, pool),
        _ => Err(format!("ours {:?}, theirs is {}", reading.file, table.is_some())),
    }
}

/// Files that random ones include: a chain of them, and a bad one.
pub(crate) fn includes(folder: &Path) {
    for depth in 1..6 {
        let next = folder.join((depth + 1).to_string());
        let text = format!("<c> <a> : \"{depth}\"\ninclude \"{}\"\n", next.display());
        fs::write(folder.join(depth.to_string()), text).unwrap();
    }
    fs::write(folder.join("6"), "<b> : \"6\"").unwrap();
    fs::write(folder.join("plain"), "<a> <b> : \"plain\" p\n<c> : \"c\"").unwrap();
    fs::write(folder.join("wrong"), "<a\n<nonsense> : \"x\"\n<b> <b> <b> : Left\n").unwrap();
}

#[test]
#[expect(clippy::print_stdout, reason = "a long run says how much it compared")]
fn random_files_are_read_as_the_library_reads_them() {
    let cases = std::env::var("COMPOSEKEY_CASES").map_or(4000, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    includes(folder.path());
    let context = quiet();
    let pool: Vec<_> = random::KEYSYMS.iter().filter_map(|name| Keysym::from_name(name)).collect();
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let total = Cell::new(Seen::default());
    let run = |text: Vec<u8>| {
        // An empty file fails, an empty buffer does not: the other tests have the file.
        let text = if text.is_empty() { b"\n".to_vec() } else { text };
        let shown = String::from_utf8_lossy(&text).into_owned();
        let fail = |problem| TestCaseError::fail(format!("{problem}\n{shown}"));
        let seen = same(&context, &text, &pool).map_err(fail)?;
        let Seen { killed, composed, aborted } = total.get();
        total.set(Seen {
            killed: killed + seen.killed,
            composed: composed + seen.composed,
            aborted: aborted + seen.aborted,
        });
        Ok(())
    };
    let result = TestRunner::new(config).run(&random::file(folder.path().to_str().unwrap()), run);
    if let Err(error) = result {
        panic!("{error}");
    }
    // Enough of each, so that the random files are worth their name.
    let (Seen { killed, composed, aborted }, cases) = (total.get(), cases as usize);
    println!("{cases} files: {killed} fail, {composed} sequences compose, {aborted} are cancelled");
    assert!(killed > cases / 100 && composed > cases && aborted > cases, "{:?}", total.get());
}
