//! What `--json` prints fits its schema, whatever the command.

use std::collections::BTreeSet;

use clap::CommandFactory;
use composekey::cli::Cli;
use serde_json::{Value, json};

use self::schemas::judge;
use crate::{cli::OWN, docs::read, packaging::against, support::Home};

#[path = "../shared/schema.rs"]
pub(crate) mod schemas;

/// The commands, and the kinds of lines (definitions in `output.json`) that they print here.
const ANSWERS: &[(&[&str], &[&str])] = &[
    (&["list"], &["rule"]),
    (&["list", "--stats"], &["keymap", "sums"]),
    (&["test", "oc"], &["rule"]),
    (&["test", "q"], &["rule"]),
    (
        &["test", "--as", "gtk4", "--file", "XCompose", "--keysyms", "Multi_key", "l", "a", "x"],
        &["key"],
    ),
    (&["find", "arrow"], &["answer"]),
    (&["find", "snowman", "--layout", "gr"], &["answer"]),
    (&["find", "λ", "--layout", "us,gr"], &["answer"]),
    (&["how", "naïve → ⌽"], &["answer", "plain"]),
    (&["suggest", "≠"], &["suggestion"]),
    (&["pick", "--lines"], &["choice"]),
    (&["generate", "--stdout"], &["finding", "rule"]),
    (&["import", "XCompose"], &["finding", "rule"]),
    (&["check", "wrong.toml"], &["finding"]),
    (&["check", "XCompose"], &["finding", "toolkit"]),
    (&["explain"], &["story"]),
    (&["explain", "E0016"], &["story"]),
    (&["explain", "oc"], &["daemon", "program"]),
    (&["explain", "zzz"], &["daemon", "program"]),
    (&["explain", "la", "--file", "XCompose"], &["daemon", "program"]),
    (&["add", "oc", "x"], &["finding"]),
    (&["add", "zy", "x", "--name", "ex"], &["rule"]),
    (&["remove", "zy"], &["rule"]),
    (&["remove", "e=", "--dry-run"], &["rule"]),
    (&["xkb", "install"], &["xkb_install"]),
    (&["xkb", "status"], &["xkb_status"]),
    (&["xkb", "remove"], &["xkb_remove"]),
];

/// Commands whose answer has a schema of its own.
const OTHERS: &[&str] = &["cheatsheet", "doctor"];

/// Commands that ask the daemon: `tests/e2e/commands.rs`.
const OF_THE_DAEMON: &[&str] = &["status", "reload", "pause", "resume"];

#[test]
fn they_fit() {
    let home = Home::with_config(OWN);
    home.write("wrong.toml", "triger = 1\n[sequences]\nla = 1\noc = 'x'\n");
    home.write("XCompose", "<Multi_key> <l> <a> : \"λ\"\n<Multi_key> x\n");
    let (mut commands, mut lines) = (Vec::new(), Vec::new());
    for command @ (args, kinds) in ANSWERS {
        let ran = home.run(&[args, &["--json"][..]].concat());
        assert!(!ran.out.is_empty(), "{args:?}: {}", ran.err);
        for line in ran.out.lines() {
            commands.push(command);
            lines.push((*kinds, serde_json::from_str(line).expect(line)));
        }
    }
    let mut seen = BTreeSet::new();
    for (((args, _), (_, line)), judged) in
        commands.into_iter().zip(&lines).zip(judge("output", &lines))
    {
        let fits: Vec<&String> =
            judged.iter().filter(|(_, e)| e.is_empty()).map(|(kind, _)| kind).collect();
        assert_eq!(fits.len(), 1, "{args:?} prints {line}, which is {fits:?}; {judged:?}");
        let _ = seen.insert((*args, fits[0].clone()));
    }
    for (args, kinds) in ANSWERS {
        let missing: Vec<_> =
            kinds.iter().filter(|&&kind| !seen.contains(&(*args, kind.to_owned()))).collect();
        assert!(missing.is_empty(), "{args:?} prints no {missing:?}");
    }
    let schema: Value = serde_json::from_str(&read("packaging/schema/output.json")).unwrap();
    let of_the_daemon = ["status", "reloaded", "done", "refused", "error"];
    for kind in schema["definitions"].as_object().unwrap().keys() {
        let is_seen = seen.iter().any(|(_, seen)| seen == kind);
        assert!(is_seen != of_the_daemon.contains(&&**kind), "no command prints a {kind} here");
    }
    let wrong = [json!({"keys": "a"}), json!({})];
    assert!(against("output", &wrong).iter().all(|errors| !errors.is_empty()));
}

#[test]
fn a_sheet_fits() {
    let home = Home::with_config(OWN);
    let sheets = [&[][..], &["--all"]].map(|more| {
        let ran = home.run(&[&["cheatsheet", "--json", "--layout", "de"], more].concat());
        serde_json::from_str(&ran.out).unwrap()
    });
    assert_eq!(against("sheet", &sheets), [[""; 0]; 2]);
    assert!(!against("sheet", &[json!({"groups": []})])[0].is_empty());
}

/// Each command is held to its schema, or the document says why it has no `--json`.
#[test]
fn no_command_is_left_out() {
    let page = read("docs/command-line.md");
    let (_, told) = page.split_once("These have no `--json`").unwrap();
    let told = told.split("\n\n").next().unwrap();
    let mut cli = Cli::command();
    cli.build();
    for (name, command) in leaves(&cli) {
        let has = command.get_arguments().any(|argument| argument.get_long() == Some("json"));
        let is_held = ANSWERS.iter().any(|(args, _)| args.join(" ").starts_with(&name))
            || OTHERS.contains(&&*name)
            || OF_THE_DAEMON.contains(&&*name);
        assert_eq!(is_held, has, "{name}");
        assert_eq!(told.contains(&format!("`{name}`")), !has, "{name} in docs/command-line.md");
    }
}

/// The commands, `xkb status` among them, without those that only have others below them.
fn leaves(command: &clap::Command) -> Vec<(String, &clap::Command)> {
    let below = command.get_subcommands().filter(|below| below.get_name() != "help");
    below
        .flat_map(|below| {
            let name = below.get_name();
            if !below.has_subcommands() {
                return vec![(name.to_owned(), below)];
            }
            leaves(below).into_iter().map(|(more, leaf)| (format!("{name} {more}"), leaf)).collect()
        })
        .collect()
}
