//! `composekey xkb`: the files, other people's files, and no trace.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use crate::support::{Home, Ran};

const FILES: [&str; 4] =
    ["keycodes/composekey", "types/composekey", "symbols/composekey", "rules/evdev"];

fn xkb(home: &Home, name: &str) -> PathBuf {
    home.path("../xkb").join(name)
}

fn read(home: &Home, name: &str) -> Option<String> {
    fs::read_to_string(xkb(home, name)).ok()
}

fn put(home: &Home, name: &str, text: &str) {
    let path = xkb(home, name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn all(home: &Home) -> Vec<Option<String>> {
    FILES.iter().map(|name| read(home, name)).collect()
}

fn json(ran: &Ran) -> serde_json::Value {
    serde_json::from_str(&ran.out).unwrap()
}

#[test]
fn comes_and_goes_without_a_trace() {
    let home = Home::new();
    assert_eq!(home.run(&["xkb", "status"]).status, 1);
    let ran = home.run(&["xkb", "install"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.err.starts_with("wrote ~/.config/xkb: "), "{}", ran.err);
    assert!(all(&home).iter().all(Option::is_some));

    let status = json(&home.run(&["xkb", "status", "--json"]));
    assert_eq!((&status["installed"], &status["up_to_date"]), (&true.into(), &true.into()));
    assert!(status["characters"].as_u64().unwrap() > 1000, "{status}");
    assert!(status["reach_x11"].as_u64().unwrap() > 100, "{status}");

    let before = all(&home);
    let again = home.run(&["xkb", "install", "--json"]);
    assert_eq!((again.status, &json(&again)["changed"]), (0, &false.into()));
    assert_eq!(all(&home), before);

    assert_eq!(home.run(&["xkb", "remove"]).status, 0);
    assert!(!Path::new(&xkb(&home, "")).exists());
    assert_eq!(home.run(&["xkb", "remove"]).status, 1);
}

#[test]
fn a_changed_table_moves_nothing_that_stays() {
    let home = Home::with_config("keymaps = [\"greek\"]\n[sequences]\nxx = \"☃\"\n");
    assert_eq!(home.run(&["xkb", "install"]).status, 0);
    let lines = |home: &Home| {
        let text = read(home, "symbols/composekey").unwrap();
        text.lines().filter(|line| line.contains('λ')).map(str::to_owned).collect::<Vec<_>>()
    };
    let (before, old) = (lines(&home), all(&home));
    home.write("config.toml", "keymaps = [\"greek\"]\n[sequences]\nyy = \"☂\"\n");
    let status = home.run(&["xkb", "status"]);
    assert!(status.status == 1 && status.out.contains("not up to date"), "{}", status.out);
    let shown = home.run(&["xkb", "install", "--dry-run"]);
    assert!(shown.out.contains("☂") && shown.err.contains("would have"), "{shown:?}");
    assert_eq!(all(&home), old, "a dry run writes nothing");
    assert_eq!(home.run(&["xkb", "install"]).status, 0);
    assert!(read(&home, "symbols/composekey").unwrap().contains('☂'));
    assert!(!read(&home, "symbols/composekey").unwrap().contains('☃'));
    let after = lines(&home);
    assert_eq!((before.len(), after.len()), (1, 1));
    let strip = |line: &str| {
        line.replace("☂", "").replace("☃", "").replace("U2602", "").replace("U2603", "")
    };
    assert_eq!(strip(&before[0]), strip(&after[0]));
}

#[test]
fn files_of_others_stay() {
    let home = Home::new();
    let rules = "! include %S/evdev\n\n! option = symbols\n  mine:x = +mine(x)\n";
    put(&home, "rules/evdev", rules);
    put(&home, "symbols/mine", "partial xkb_symbols \"x\" { key <AC01> { [ q ] }; };\n");
    assert_eq!(home.run(&["xkb", "install"]).status, 0);
    assert!(read(&home, "rules/evdev").unwrap().starts_with(rules));
    // Changes around our part stay too.
    let more = read(&home, "rules/evdev").unwrap() + "// more\n";
    put(&home, "rules/evdev", &more);
    assert_eq!(home.run(&["xkb", "install"]).status, 0);
    assert_eq!(read(&home, "rules/evdev").unwrap(), more);
    assert_eq!(home.run(&["xkb", "remove"]).status, 0);
    assert_eq!(read(&home, "rules/evdev").unwrap(), format!("{rules}// more\n"));
    assert!(read(&home, "symbols/mine").is_some());
    assert!(!xkb(&home, "types").exists() && !xkb(&home, "symbols/composekey").exists());
}

#[test]
fn what_cannot_be_merged_is_left_alone() {
    let own_meaning = "! option = symbols\n  composekey:chars = +mine(x)\n";
    let half = "// composekey: from here\n! include %S/evdev\n";
    let broken = "! nonsense = = =\n";
    for (name, text) in [
        ("rules/evdev", own_meaning),
        ("rules/evdev", half),
        ("rules/evdev", broken),
        ("symbols/composekey", "// somebody else's\n"),
        ("types/composekey", "// Written by composekey 0123456789abcdef: and changed\n"),
    ] {
        let home = Home::new();
        put(&home, name, text);
        let before = all(&home);
        let ran = home.run(&["xkb", "install"]);
        assert_eq!(ran.status, 2, "{name} {text}: {}", ran.err);
        assert_eq!(all(&home), before, "{name} {text}");
    }
    // Ours by name, by force.
    let home = Home::new();
    put(&home, "symbols/composekey", "// somebody else's\n");
    assert_eq!(home.run(&["xkb", "install", "--force"]).status, 0);
    let file = xkb(&home, "symbols/composekey");
    assert_eq!(home.run(&["undo", file.to_str().unwrap()]).status, 0);
    assert_eq!(read(&home, "symbols/composekey").unwrap(), "// somebody else's\n");
    assert_eq!(home.run(&["xkb", "remove"]).status, 2, "it is not ours");
}

#[test]
fn undo_takes_the_option_back() {
    let home = Home::new();
    assert_eq!(home.run(&["xkb", "install"]).status, 0);
    let undone = home.run(&["undo"]);
    assert!(undone.out.contains("rules/evdev is removed"), "{undone:?}");
    assert_eq!(json(&home.run(&["xkb", "status", "--json"]))["installed"], false);
}

#[test]
fn a_broken_configuration_changes_nothing() {
    let home = Home::new();
    assert_eq!(home.run(&["xkb", "install"]).status, 0);
    let before = all(&home);
    home.write("config.toml", "keymaps = [\"no such keymap\"]\n");
    assert_eq!(home.run(&["xkb", "install"]).status, 1);
    assert_eq!(all(&home), before);
}

#[test]
fn links_are_followed() {
    let home = Home::new();
    let real = home.path("dotfiles");
    fs::create_dir_all(&real).unwrap();
    symlink(&real, home.path("../xkb")).unwrap();
    assert_eq!(home.run(&["xkb", "install"]).status, 0);
    assert!(real.join("rules/evdev").exists());
    assert_eq!(home.run(&["xkb", "remove"]).status, 0);
    assert_eq!(fs::read_dir(&real).unwrap().count(), 0);
}

#[test]
fn each_desktop_has_its_line() {
    for (desktop, line) in [
        ("sway", "input type:keyboard xkb_options composekey:chars"),
        ("Hyprland", "kb_options = composekey:chars"),
        ("niri", "options \"composekey:chars\""),
        ("KDE", "--key Options composekey:chars"),
        ("", "XKB_DEFAULT_OPTIONS=composekey:chars"),
    ] {
        let home = Home::new();
        let mut command = home.command(&["xkb", "install"]);
        let output = command.env("XDG_CURRENT_DESKTOP", desktop).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(line), "{desktop}: {said}");
    }
}

#[test]
fn a_changed_map_has_its_keys_at_once() {
    let home = Home::new();
    assert_eq!(home.run(&["xkb", "install"]).status, 0);
    let before = read(&home, "symbols/composekey").unwrap();
    let ran = home.run(&["add", "zqz", "\u{1f9ed}"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.err.contains("the XKB option has it: "), "{}", ran.err);
    let after = read(&home, "symbols/composekey").unwrap();
    assert!(after != before && after.contains("U1F9ED"), "{after}");
    assert_eq!(home.run(&["xkb", "status"]).status, 0);

    // Somebody else's change is not overwritten, and the map is changed all the same.
    put(&home, "symbols/composekey", &format!("{after}// mine\n"));
    let ran = home.run(&["add", "zqw", "\u{1f9ee}"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.err.contains("the XKB option is as it was: "), "{}", ran.err);
    assert!(read(&home, "symbols/composekey").unwrap().ends_with("// mine\n"));
}

#[test]
fn without_the_option_a_changed_map_says_nothing_of_it() {
    let home = Home::new();
    let ran = home.run(&["add", "zqz", "\u{1f9ed}"]);
    assert!(ran.status == 0 && !ran.err.contains("XKB"), "{}", ran.err);
    assert!(!xkb(&home, "").exists());
}
