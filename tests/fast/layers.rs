//! An arrow points down only: reads the `use crate::` lines and the order of `src/lib.rs`.

use std::{collections::BTreeSet, fs, path::Path};

/// The layers from the bottom up; modules of one layer do not know each other, except where a
/// later one of the same line builds on an earlier one (words, app).
const LAYERS: &[&[&str]] = &[
    &["keycode", "keysym", "source", "sequence", "layout", "diagnostic"],
    &["map", "xcompose"],
    &["exchange", "xkb_option"],
    &["search"],
    &["table"],
    &["engine"],
    &["x11"],
    &["input", "output", "session"],
    &["config", "ipc", "daemon", "cli", "save", "doctor"],
];

/// Layers whose modules may use each other.
const OPEN: &[usize] = &[0, 8];

/// What a pure module must not touch.
const IMPURE: &[&str] =
    &["std::fs", "std::env", "std::thread", "std::net", "Instant::now", "SystemTime"];

fn rank(module: &str) -> usize {
    LAYERS
        .iter()
        .position(|layer| layer.contains(&module))
        .unwrap_or_else(|| panic!("`{module}` is in no layer: give it one in tests/fast/layers.rs"))
}

fn sources(dir: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
}

/// Every source file below `src`, with its top-level module.
fn modules() -> Vec<(String, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files.sort();
    let top = |path: &str| {
        let rest = path.rsplit_once("/src/").unwrap().1;
        rest.split('/').next().unwrap().trim_end_matches(".rs").to_owned()
    };
    files
        .into_iter()
        .map(|(path, text)| (top(&path), path, text))
        .filter(|(module, ..)| module != "lib" && module != "bin")
        .collect()
}

/// The top-level modules that a text names after `crate::`, in `use` lines and in paths.
fn used(text: &str) -> BTreeSet<String> {
    let word = |s: &str| {
        s.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>()
    };
    let mut names = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        if text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &text[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => drop(names.insert(word(rest))),
            Some(list) => {
                let mut depth = 0;
                let mut start = true;
                for (i, c) in list.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        c if start && !c.is_whitespace() => {
                            names.insert(word(&list[i..]));
                            start = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    names
}

#[test]
fn arrows_point_down() {
    let mut wrong = Vec::new();
    for (module, path, text) in modules() {
        for name in used(&text) {
            let (from, to) = (rank(&module), rank(&name));
            let same = name == module || (from == to && OPEN.contains(&from));
            if to > from || (to == from && !same) {
                wrong.push(format!("{path} uses `{name}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that do not point down:\n{}", wrong.join("\n"));
}

#[test]
fn pure_layers_do_not_touch_the_world() {
    let mut wrong = Vec::new();
    for (module, path, text) in modules() {
        if rank(&module) <= rank("engine") && !path.contains("tests") {
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let found = IMPURE.iter().filter(|word| code.contains(**word));
            wrong.extend(found.map(|word| format!("{path} names `{word}`")));
        }
    }
    assert!(wrong.is_empty(), "pure modules that touch the world:\n{}", wrong.join("\n"));
}

#[test]
fn the_reader_of_use_lines_reads() {
    let text = "use crate::{a::{x, y}, b, c::d};\nuse crate::e::f; let x = crate::g::h();";
    let names: Vec<_> = used(text).into_iter().collect();
    assert_eq!(names, ["a", "b", "c", "e", "g"]);
}

#[test]
fn the_library_lists_its_modules_in_layer_order() {
    let lib = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs")).unwrap();
    let listed: Vec<usize> = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';').map(rank))
        .collect();
    assert!(listed.is_sorted(), "src/lib.rs is not in layer order: {listed:?}");
    assert_eq!(listed.len(), LAYERS.iter().map(|layer| layer.len()).sum::<usize>());
}

/// Whether a text names this crate at the beginning of a path.
fn names(text: &str, library: &str) -> bool {
    let path = format!("{library}::");
    text.match_indices(&path).any(|(at, _)| {
        !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':')
    })
}

#[test]
fn libraries_are_known_where_the_document_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let document = fs::read_to_string(root.join("docs/architecture.md")).unwrap();
    let (_, table) = document.split_once("| crate | named in |\n").unwrap();
    let rows: Vec<(&str, Vec<&str>)> = table
        .lines()
        .skip(1)
        .map_while(|line| line.trim().strip_prefix("| `")?.split_once("` | "))
        .map(|(library, places)| (library, places.split('`').skip(1).step_by(2).collect()))
        .collect();
    assert!(rows.len() >= 7, "{rows:?}");
    let files = modules();
    let mut wrong = Vec::new();
    for (library, places) in &rows {
        let knows: Vec<&str> = files
            .iter()
            .filter(|(.., text)| names(text, library))
            .map(|(_, path, _)| path.rsplit_once("/src/").unwrap().1)
            .collect();
        let outside =
            knows.iter().filter(|file| !places.iter().any(|place| file.starts_with(place)));
        wrong.extend(outside.map(|file| format!("src/{file} names `{library}`")));
        let idle =
            places.iter().filter(|place| !knows.iter().any(|file| file.starts_with(**place)));
        wrong.extend(idle.map(|place| format!("src/{place} does not name `{library}`")));
    }
    assert!(wrong.is_empty(), "not as docs/architecture.md says:\n{}", wrong.join("\n"));
}
