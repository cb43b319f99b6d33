//! `composekey import`: what becomes a keymap, what is said of the rest, and the way back.

use std::fs;

use crate::support::Home;

const COMPOSE: &str = "/usr/share/X11/locale/en_US.UTF-8/Compose";

#[test]
fn a_keymap_on_the_standard_output() {
    let home = Home::with_config("");
    home.write(
        "Compose",
        "<Multi_key> <l> <a> : \"λ\" # lambda\n<Multi_key> <quotedbl> <x> : \"\\\"x\"\nno\n",
    );
    let ran = home.run(&["import", "Compose"]);
    let expected = "\
# Written by composekey 20529591a65a72ba: change it as you like.

[keymap]
source = \"imported from Compose\"

[sequences]
\"la\" = { text = \"λ\", name = \"lambda\" }
'\"x' = '\"x'
";
    assert_eq!(ran.out, expected);
    let told = "Compose:3:1: not imported: expected `<keysym>` or `:`, found nothing more\n";
    assert_eq!((ran.status, ran.err.as_str()), (0, told));
    home.write("nothing", "no\n");
    assert_eq!(home.run(&["import", "nothing"]).status, 1);
    assert_eq!(home.run(&["import", "missing"]).status, 2);
    home.write("latin1", b"# \xe9\n");
    let ran = home.run(&["import", "latin1"]);
    assert_eq!((ran.status, ran.err.contains("E0022")), (2, true), "{}", ran.err);
}

#[test]
fn into_a_keymap_that_serves() {
    let home = Home::with_config("keymaps = [\"mine.toml\"]\n");
    home.write("../../.XCompose", "<Multi_key> <l> <a> : \"λ\"\n");
    let ran = home.run(&["import", "../../.XCompose", "--into", "mine.toml"]);
    let said = "wrote ~/.config/composekey/mine.toml: 1 sequence\n\
                add `\"mine.toml\"` to `keymaps` in config.toml\n";
    assert_eq!((ran.status, ran.out.as_str(), ran.err.as_str()), (0, "", said));
    assert!(home.run(&["test", "la"]).out.starts_with("λ\n"));
    // It may be changed, and then it is the user's.
    let text = fs::read_to_string(home.path("mine.toml")).unwrap();
    home.write("mine.toml", text + "lo = \"x\"\n");
    let ran = home.run(&["import", "../../.XCompose", "--into", "mine.toml"]);
    assert_eq!((ran.status, ran.err.contains("E0040")), (2, true), "{}", ran.err);
    let ran =
        home.run(&["import", "../../.XCompose", "--into", "mine.toml", "--dry-run", "--force"]);
    assert!(ran.out.contains("\n-lo = \"x\"\n"), "{}", ran.out);
    // And generate may replace what was imported, when it is told to.
    assert_eq!(home.run(&["generate", "--force"]).status, 0);
    assert_eq!(home.run(&["undo"]).status, 0);
    let back = fs::read_to_string(home.path("../../.XCompose")).unwrap();
    assert_eq!(back, "<Multi_key> <l> <a> : \"λ\"\n");
}

/// The rules as JSON has them, without where they stand.
fn rules(json: &str) -> Vec<(String, String, Option<String>)> {
    let mut rules: Vec<_> = json
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .filter(|object| object.get("code").is_none())
        .map(|object| {
            let field = |name: &str| object[name].as_str().map(str::to_owned);
            (field("keys").unwrap(), field("text").unwrap(), field("name"))
        })
        .collect();
    rules.sort();
    rules
}

#[test]
fn the_locales_own_file_comes_back() {
    let home = Home::with_config("keymaps = [\"all.toml\"]\n");
    let first = rules(&home.run(&["import", COMPOSE, "--json"]).out);
    assert!(first.len() > 3000, "{}", first.len());
    let ran = home.run(&["import", COMPOSE, "--into", "all.toml"]);
    assert_eq!(ran.status, 0);
    // Every line that is a rule is told or taken.
    let file = fs::read_to_string(COMPOSE).unwrap();
    let lines = file.lines().filter(|line| line.trim_start().starts_with('<')).count();
    let told = ran.err.lines().filter(|line| line.contains("not imported")).count();
    assert_eq!(first.len() + told, lines);

    let ran = home.run(&["generate", "--output", "Compose"]);
    assert_eq!((ran.status, ran.err.contains("left out\n")), (0, false), "{}", ran.err);
    let second = home.run(&["import", "Compose", "--json"]);
    assert_eq!(second.err, "");
    assert_eq!(rules(&second.out), first);
}

#[test]
fn formats_are_told_apart() {
    let home =
        Home::with_config("keymaps = []\n[sequences]\nla = { text = \"λ\", name = \"lambda\" }\n");
    for (target, file, from) in [
        ("vim", "a.vim", None),
        ("vim", "a", None),
        ("espanso", "a.yml", None),
        ("espanso", "b", None),
        ("macos", "a.dict", None),
        ("macos", "c", None),
        ("wincompose", "d", None),
        ("vim", "e", Some("vim")),
        ("wincompose", "f", Some("wincompose")),
    ] {
        assert_eq!(home.run(&["generate", "--target", target, "--output", file]).status, 0);
        let mut args = vec!["import", file, "--json"];
        args.extend(from.iter().flat_map(|from| ["--from", from]));
        let ran = home.run(&args);
        let found = rules(&ran.out);
        assert_eq!((found[0].0.as_str(), found[0].1.as_str()), ("la", "λ"), "{target} {file}");
        assert_eq!((found.len(), ran.status), (1, 0));
    }
}
