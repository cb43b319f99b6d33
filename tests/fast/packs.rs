//! The built-in keymaps: derived files are what they are derived to, all are clean, the pages tell
//! of all of them.

use std::{collections::BTreeSet, fs, path::Path};

use composekey::map::{self, builtin};

use crate::support::Home;

#[path = "../../examples/packs/derived/mod.rs"]
mod derived;
#[path = "../../examples/packs/page.rs"]
mod page;

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// Not `assert_eq`, which would print both files.
#[track_caller]
fn same(name: &str, expected: &str) {
    let found = read(name);
    let line = found.lines().zip(expected.lines()).position(|(a, b)| a != b);
    assert!(
        found == expected,
        "{name} differs from line {:?} on: run `cargo run --example packs`",
        line.map(|line| line + 1)
    );
}

#[test]
fn derived_keymaps_are_what_the_program_writes() {
    let all = derived::all();
    assert!(all.len() >= 8);
    for (name, text) in all {
        same(&format!("keymaps/{name}.toml"), &text);
    }
}

#[test]
fn the_pages_have_every_keymap_and_sequence() {
    same("docs/keymaps.md", &page::page());
    same("keymaps/README.md", &page::sources());
    let (all, on) = (builtin::BUILTIN.len(), builtin::defaults().count());
    let link = format!("[{all} keymaps](docs/keymaps.md), {on} of them on");
    assert!(read("README.md").contains(&link), "{link}");
}

#[test]
fn every_file_is_built_in() {
    let files: BTreeSet<String> =
        fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("keymaps"))
            .unwrap()
            .map(|entry| format!("keymaps/{}", entry.unwrap().file_name().to_str().unwrap()))
            .filter(|name| name.ends_with(".toml"))
            .collect();
    let known = builtin::BUILTIN.iter().map(|keymap| keymap.file.to_owned()).collect();
    assert_eq!(files, known);
}

#[test]
fn headers_are_complete_and_fit_a_line() {
    for keymap in builtin::BUILTIN {
        let mut sources = composekey::source::Sources::default();
        let id = sources.add(keymap.file, keymap.text);
        let (map, diagnostics) = map::load(id, &keymap.name.into(), &sources);
        assert_eq!(diagnostics, [], "{}", keymap.file);
        let info = &map.info;
        assert_eq!(info.default, keymap.default, "{}", keymap.file);
        for field in [&info.title, &info.mnemonic] {
            let length = field.as_deref().unwrap().chars().count();
            assert!(length <= 80, "{}: {length} columns", keymap.file);
        }
    }
}

/// The lint itself, as an author of a keymap runs it: on top of libX11's en_US table and of all
/// keymaps that are on by default. That table is where every rule but the last few can conflict.
#[test]
fn the_lint_finds_nothing() {
    let home = Home::new();
    let mut findings = String::new();
    for keymap in builtin::BUILTIN {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(keymap.file);
        let output = home
            .command(&["check", "--json", file.to_str().unwrap()])
            .env("LANG", "en_US.UTF-8")
            .output()
            .unwrap();
        findings += str::from_utf8(&output.stdout).unwrap();
        if !output.status.success() {
            findings += &format!("{}: {}\n", keymap.file, output.status);
        }
    }
    assert_eq!(findings, "");
}

#[test]
fn as_many_keymaps_and_sequences_as_promised() {
    let ran = Home::new().run(&["list", "--stats", "--json"]);
    let lines: Vec<serde_json::Value> =
        ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (total, rows) = lines.split_last().unwrap();
    let rows: Vec<_> = rows.iter().filter(|row| row["keymap"] != "system").collect();
    let sequences = rows.iter().map(|row| row["sequences"].as_u64().unwrap()).sum::<u64>();
    assert_eq!(rows.len(), builtin::BUILTIN.len());
    assert!(rows.len() >= 18 && sequences >= 1800, "{} keymaps, {sequences}", rows.len());
    let on = rows.iter().filter(|row| row["in_use"] == true).count();
    assert_eq!(on, builtin::defaults().count());
    assert!(total["all"]["sequences"].as_u64().unwrap() > sequences, "{total}");
}
