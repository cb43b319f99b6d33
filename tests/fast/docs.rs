//! The documents say what the program does.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use composekey::{
    config::{self, Settings},
    diagnostic::{Code, Severity},
    map,
};

use crate::{doctor::Machine, support::Home};

/// A fenced block: its heading, its language and marks, its text.
pub(crate) struct Block {
    pub(crate) heading: String,
    pub(crate) info: String,
    pub(crate) text: String,
}

pub(crate) fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

pub(crate) fn blocks(document: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut heading = String::new();
    let mut open = false;
    for line in document.lines() {
        match line.strip_prefix("```") {
            Some(_) if open => open = false,
            Some(info) => {
                open = true;
                blocks.push(Block {
                    heading: heading.clone(),
                    info: info.to_owned(),
                    text: String::new(),
                });
            }
            None if open => {
                let text = &mut blocks.last_mut().unwrap().text;
                text.push_str(line);
                text.push('\n');
            }
            None => {
                if let Some(text) = line.strip_prefix('#') {
                    heading = text.trim_start_matches('#').trim().to_owned();
                }
            }
        }
    }
    blocks
}

/// The codes that an example causes.
fn caused(block: &Block) -> Vec<String> {
    if let Some(base) = block.info.strip_prefix("machine") {
        let base = if base.is_empty() { "x11" } else { base.trim() };
        let findings = Machine::named(base).with(&block.text).examine().1;
        return findings.iter().map(|finding| finding.code.id().to_owned()).collect();
    }
    let home = Home::new();
    home.write("latin1.toml", b"# caf\xe9\n");
    let big = fs::File::create(home.path("big.toml")).unwrap();
    big.set_len(100 * 1024 * 1024).unwrap();
    let mut args = vec!["check", "--json"];
    let mut locales: Option<PathBuf> = None;
    match block.info.as_str() {
        "toml keymap" => {
            home.write("keymap.toml", &block.text);
            args.push("keymap.toml");
        }
        "toml config" => home.write("config.toml", &block.text),
        "toml generate" | "toml generate-many" => {
            let many = block.info.ends_with("many");
            let (start, rule) = block.text.split_at(block.text.find("\"1").unwrap_or_default());
            let rules =
                (1000..if many { 5000 } else { 1000 }).map(|n| rule.replace('1', &n.to_string()));
            let text = if many {
                start.to_owned() + &rules.collect::<String>()
            } else {
                block.text.clone()
            };
            home.write("config.toml", &text);
            args = vec!["generate", "--stdout", "--json"];
        }
        "toml generate-vim" => {
            home.write("config.toml", &block.text);
            args = vec!["generate", "--target", "vim", "--stdout", "--json"];
        }
        "compose import" => {
            home.write("Compose", &block.text);
            args = vec!["import", "Compose", "--json"];
        }
        "compose over" | "compose over-read-only" => {
            home.write("../../.XCompose", &block.text);
            if block.info.ends_with("read-only") {
                let read_only = fs::Permissions::from_mode(0o444);
                fs::set_permissions(home.path("../../.XCompose"), read_only).unwrap();
            }
            args = vec!["generate", "--json"];
        }
        "compose locale-repeated" => {
            fs::create_dir_all(home.path("locale/en_US.UTF-8")).unwrap();
            home.write("locale/compose.dir", "en_US.UTF-8/Compose: en_US.UTF-8\n");
            home.write("locale/en_US.UTF-8/Compose", block.text.repeat(11));
            locales = Some(home.path("locale"));
            args = vec!["generate", "--json"];
        }
        "console" => {
            args = block
                .text
                .split_whitespace()
                .skip_while(|&word| word != "composekey")
                .skip(1)
                .collect();
            args.push("--json");
        }
        "toml add" => {
            home.write("config.toml", &block.text);
            args = vec!["add", "zz", "x", "--json"];
        }
        "toml config-without-x-locales" => {
            home.write("config.toml", &block.text);
            locales = Some("/nowhere".into());
        }
        "toml config repeated" => home.write("config.toml", block.text.repeat(60)),
        "compose" => home.write("Compose", &block.text),
        "compose crlf" => home.write("Compose", block.text.replace('\n', "\r\n")),
        "compose bom" => home.write("Compose", format!("\u{feff}{}", block.text)),
        "compose cut" => home.write("Compose", block.text.trim_end()),
        "compose long" => home.write("Compose", block.text.replace('…', &"x".repeat(300))),
        "compose nul" => home.write("Compose", format!("\0\n{}", block.text)),
        other => panic!("`{other}` at {}: what is this example?", block.heading),
    }
    if args[0] == "check" && block.info.starts_with("compose") {
        args.push("Compose");
    }
    let output =
        home.command(&args).envs(locales.map(|path| ("XLOCALEDIR", path))).output().unwrap();
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .filter_map(|line| {
            let object: serde_json::Value = serde_json::from_str(line).unwrap();
            Some(object.get("code")?.as_str().unwrap().to_owned())
        })
        .collect()
}

#[test]
fn every_code_is_documented_and_every_example_causes_its_code() {
    let blocks = blocks(&read("docs/diagnostics.md"));
    let headings: Vec<_> = blocks.iter().map(|block| block.heading.as_str()).collect();
    assert_eq!(headings.len(), Code::ALL.len(), "one example a code: {headings:?}");
    for (code, block) in Code::ALL.iter().zip(&blocks) {
        let (id, rest) = block.heading.split_once(' ').unwrap();
        assert_eq!(id, code.id());
        let severity = match code.severity() {
            Severity::Note => "(note)",
            Severity::Warning => "(warning)",
            Severity::Error => "(error)",
        };
        assert!(rest.ends_with(severity), "{id} is {severity}");
        let caused = caused(block);
        assert!(caused.iter().any(|found| found == id), "{id}: its example causes {caused:?}");
    }
}

/// The rows of the table that says which case of the corpus shows what: the first cell, and the second.
fn corpus_rows() -> Vec<(String, String)> {
    let document = read("docs/toolkits.md");
    let (_, section) = document.split_once("## Which case shows what").unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let rows = rows.filter_map(|row| row.rsplit_once(" | "));
    rows.map(|(what, cases)| (what.to_owned(), cases.to_owned())).collect()
}

#[test]
fn every_case_of_the_corpus_has_a_row_and_every_row_has_a_case() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/corpus");
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let folders = entries.filter(|entry| entry.path().is_dir());
    let cases: BTreeSet<String> =
        folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    assert!(cases.len() >= 150, "{}", cases.len());
    let document = read("docs/toolkits.md");
    assert!(document.contains(&format!("corpus/`, {} files", cases.len())), "{}", cases.len());
    let rows: Vec<_> = corpus_rows().into_iter().filter(|(_, cases)| cases != "cases").collect();
    let mut named = BTreeSet::new();
    for (what, cell) in &rows {
        if cell.starts_with("none: ") {
            continue;
        }
        let cases_of = cell.split(", ").map(|case| case.trim_matches('`').to_owned());
        let cases_of: BTreeSet<String> = cases_of.collect();
        let unknown: Vec<_> = cases_of.difference(&cases).collect();
        assert!(unknown.is_empty(), "{what}: {unknown:?}");
        named.extend(cases_of);
    }
    assert_eq!(cases.difference(&named).collect::<Vec<_>>(), [""; 0], "cases without a row");
    let number = |what: &String| what.split(' ').next()?.parse::<usize>().ok();
    let numbers: Vec<usize> = rows.iter().filter_map(|(what, _)| number(what)).collect();
    assert_eq!(numbers, (1..=37).collect::<Vec<_>>(), "the questions about meanings");
    assert!(rows.len() - numbers.len() >= 26, "the constructs of the grammar");
}

#[test]
fn every_toml_block_is_a_map() {
    let mut documents = vec!["README.md".to_owned()];
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")).unwrap() {
        documents.push(format!("docs/{}", entry.unwrap().file_name().to_str().unwrap()));
    }
    let mut count = 0;
    for document in documents {
        // Its examples are wrong on purpose, each in its own way: the test above sees to them.
        let exists = Path::new(env!("CARGO_MANIFEST_DIR")).join(&document).exists();
        if document == "docs/diagnostics.md" || !document.ends_with(".md") || !exists {
            continue;
        }
        for block in blocks(&read(&document)).iter().filter(|b| b.info.starts_with("toml")) {
            let home = Home::new();
            home.write("example.toml", &block.text);
            let ran = home.run(&["check", "example.toml"]);
            let fails = block.info.contains("must-fail");
            assert_eq!(ran.status, i32::from(fails), "{document}, {}:\n{}", block.heading, ran.out);
            count += 1;
        }
    }
    assert!(count >= 5, "only {count} blocks found");
}

/// The rows of the table of settings: name and default.
fn documented_settings() -> BTreeMap<String, String> {
    let ticked = |cell: &str| cell.trim().trim_matches('`').to_owned();
    read("docs/map-format.md")
        .split("## Settings")
        .nth(1)
        .unwrap()
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| `")?.split('|');
            Some((ticked(cells.next()?), ticked(cells.next()?)))
        })
        .collect()
}

#[test]
fn every_setting_is_documented_with_its_default() {
    let mut documented = documented_settings();
    let names: Vec<_> = documented.keys().map(String::as_str).collect();
    let mut known = config::NAMES.to_vec();
    known.sort_unstable();
    assert_eq!(names, known);

    assert_eq!(documented.remove("ignore").as_deref(), Some("see below"));
    let list: String =
        documented.iter().map(|(name, value)| format!("{name} = {value}\n")).collect();
    let section = blocks(&read("docs/map-format.md"));
    let ignore = section.iter().rfind(|block| block.text.starts_with("ignore")).unwrap();
    let home = Home::with_config(&(list + &ignore.text));
    let mut paths = config::Paths::new("/".into(), None, None, |_| None);
    paths.set_config(home.path("config.toml"));
    let loaded = config::load(&paths);
    assert_eq!(loaded.diagnostics, []);
    assert_eq!(loaded.settings, Settings::default());
    let mut keymaps: Vec<_> = loaded.keymaps.iter().map(|keymap| &*keymap.entry).collect();
    keymaps.dedup();
    assert_eq!(keymaps, config::DEFAULT_KEYMAPS);
    assert_eq!(loaded.removed, []);
}

#[test]
fn every_value_of_a_setting_is_documented() {
    let document = read("docs/map-format.md");
    for (setting, wrong) in
        ["trigger", "tap_action", "caps_lock", "on_mismatch", "feedback"].map(|name| (name, "?"))
    {
        let home = Home::with_config(&format!("{setting} = \"{wrong}\"\n"));
        let line: serde_json::Value =
            serde_json::from_str(&home.run(&["check", "--json"]).out).unwrap();
        let help = line["help"].as_str().unwrap();
        let row =
            document.lines().find(|line| line.starts_with(&format!("| `{setting}`"))).unwrap();
        for value in help.split('`').skip(1).step_by(2) {
            assert!(row.contains(value), "{setting}: `{value}` is not documented");
        }
    }
}

#[test]
fn every_command_and_option_is_documented() {
    use clap::CommandFactory;

    let document = read("docs/command-line.md");
    let cli = composekey::cli::Cli::command();
    for command in cli.get_subcommands() {
        let name = format!("`composekey {}", command.get_name());
        assert!(document.contains(&name), "{name}");
    }
    for option in cli.get_arguments().filter_map(|argument| argument.get_long()) {
        let documented =
            ["help", "version"].contains(&option) || document.contains(&format!("`--{option}"));
        assert!(documented, "--{option}");
    }
}

#[test]
fn the_tables_of_rules_and_keymaps_are_complete() {
    let document = read("docs/map-format.md");
    for field in ["text", "name", "alias", "tags", "replaces", "allow"] {
        assert!(document.contains(&format!("| `{field}` |")), "{field}");
    }
    for keymap in map::builtin::BUILTIN {
        assert!(document.contains(&format!("`{}`", keymap.name)), "{}", keymap.name);
    }
}

/// The names of the cases of a group in `tests/vm/`.
fn cases_of(group: &str) -> Vec<String> {
    let text = read(&format!("tests/vm/{group}/mod.rs"));
    let (_, cases) = text.split_once("cases: cases![").unwrap();
    let (cases, _) = cases.split_once(']').unwrap();
    let cases = cases.split(',').map(str::trim).filter(|case| !case.is_empty());
    cases.map(|case| format!("{group}::{case}")).collect()
}

/// The names of the tests below a folder of Rust files, as `cargo test` has them.
fn tests_below(folder: &Path, module: &str, found: &mut Vec<String>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let module = if stem == "mod" { module.to_owned() } else { format!("{module}{stem}::") };
        if path.is_dir() {
            tests_below(&path, &module, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let inline = if text.contains("\nmod tests {") { "tests::" } else { "" };
            let tests = text.split("#[test]").skip(1).filter_map(|test| test.split("fn ").nth(1));
            let names = tests.filter_map(|test| test.split('(').next());
            found.extend(names.map(|name| format!("{module}{inline}{name}")));
        }
    }
}

/// Each name in the last column works as a filter, and each file is there.
#[test]
fn every_test_that_keeps_the_keyboard_safe_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let main = read("tests/vm/main.rs");
    let groups = |list: &str| -> Vec<String> {
        let line = main.lines().find(|line| line.starts_with(&format!("const {list}: "))).unwrap();
        line.split("::GROUP")
            .filter_map(|part| part.rsplit([' ', '[']).next())
            .map(str::to_owned)
            .collect()
    };
    let all = |list| -> Vec<String> {
        groups(list)
            .iter()
            .filter(|group| !group.ends_with(';'))
            .flat_map(|group| cases_of(group))
            .collect()
    };
    let (cases, by_name) = (all("GROUPS"), all("BY_NAME"));
    let mut tests = Vec::new();
    tests_below(&root.join("src"), "", &mut tests);
    tests_below(&root.join("tests/e2e"), "", &mut tests);
    assert!(cases.len() > 70 && by_name.len() > 15 && tests.len() > 500, "they are found");

    let document = read("docs/safety.md");
    let cells = document.lines().filter_map(|line| line.strip_suffix(" |")?.rsplit(" | ").next());
    let names = cells.skip(1).flat_map(|cell| cell.split('`').skip(1).step_by(2));
    let mut count = 0;
    for name in names.filter(|name| name.contains("::") || name.contains('/')) {
        count += 1;
        let known = root.join(name).is_file()
            || by_name.iter().any(|case| case == name)
            || cases.iter().chain(&tests).any(|case| case.contains(name));
        assert!(known, "`{name}` in docs/safety.md: there is no such test");
    }
    assert!(count > 60, "only {count} names found");
}
