//! `composekey cheatsheet`: whole answers. The page in a browser is in `tests/e2e/cheatsheet.rs`.

use std::fs;

use unicode_width::UnicodeWidthStr;

use crate::{cli::check, support::Home};

const OWN: &str = "keymaps = ['greek', 'mine.toml']\n[sequences]\n\
    'zl' = { text = 'łódź', name = 'boat' }\n'\"q' = '<b>\"&'\n'zλ' = 'λλ'\n";

fn home() -> Home {
    let home = Home::with_config(OWN);
    home.write("mine.toml", "[keymap]\ntitle = 'Mine'\n[sequences]\nza = '\\a'\nzb = '\\a'\n");
    home
}

#[test]
fn columns_for_a_terminal() {
    let home = home();
    let out = "\
My sequences
zl  łódź   boat                          zλ  λλ
\"q  <b>\"&

Mine
za zb  \\a

hold Caps Lock; keys as on the layout us
";
    check(&home.run(&["cheatsheet", "--layout", "us"]), 0, out, "");
    let ran = home.run(&["cheatsheet", "--layout", "us", "--color", "always"]);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines[0], "\u{1b}[1;4mMy sequences\u{1b}[0m");
    let cell = "\u{1b}[1mzl\u{1b}[0m  \u{1b}[1;32młódź\u{1b}[0m   \u{1b}[2mboat\u{1b}[0m";
    let other = "\u{1b}[1mzλ\u{1b}[0m  \u{1b}[1;32mλλ\u{1b}[0m";
    assert_eq!(lines[1], format!("{cell}{:26}{other}", ""));
}

#[test]
fn markdown() {
    let out = "\
<!-- Written by composekey: `composekey cheatsheet --format md` -->

# Compose sequences

## My sequences

| Keys | Text | Name |
|---|---|---|
| `zl` | łódź | boat |
| `\"q` | \\<b\\>\"\\& |  |
| `zλ` | λλ |  |

## Mine

| Keys | Text | Name |
|---|---|---|
| `za` `zb` | \\\\a |  |

Hold Caps Lock, type the keys, let go.

The layout us has not all keys of `zλ`.
";
    check(&home().run(&["cheatsheet", "--layout", "us", "--format", "md"]), 0, out, "");
}

#[test]
fn json_has_the_caps_of_the_layout() {
    let ran = home().run(&["cheatsheet", "--layout", "de", "--json"]);
    let sheet: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let entry = &sheet["groups"][0]["entries"][1];
    let caps = serde_json::json!([{"sign": "\"", "press": "Shift+2"}, {"sign": "q"}]);
    assert_eq!(entry["ways"][0]["caps"], caps);
    let entry = &sheet["groups"][0]["entries"][2];
    assert_eq!(entry["ways"][0]["caps"][1], serde_json::json!({"sign": "λ", "missing": true}));
}

#[test]
fn which_sequences() {
    let home = home();
    let titles = |args: &[&str]| {
        let ran = home.run(&[&["cheatsheet", "--json", "--layout", "us"], args].concat());
        let sheet: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        let groups = sheet["groups"].as_array().unwrap().clone();
        groups.iter().map(|group| group["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(titles(&[]), ["My sequences", "Mine"]);
    assert_eq!(titles(&["--all"]), ["My sequences", "Mine", "Greek letters"]);
    assert_eq!(titles(&["--keymap", "box", "--keymap", "config"]).len(), 2);
    let ran = home.run(&["cheatsheet", "--keymap", "greke"]);
    check(&ran, 2, "", "error: there is no keymap `greke`; did you mean `greek`?\n");
    let ran = home.run(&["cheatsheet", "--layout", "nowhere"]);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    let ran = Home::new().run(&["cheatsheet", "--layout", "us"]);
    assert_eq!(ran.status, 0);
    assert!(ran.err.starts_with("you have no sequences of your own yet"), "{}", ran.err);
    assert!(ran.out.lines().all(|line| line.width() <= 80));
    let ran = Home::with_config("keymaps = []\n").run(&["cheatsheet", "--layout", "us"]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.ends_with("there is no sequence to show\n"), "{}", ran.err);
}

#[test]
fn a_file_is_written_and_one_of_somebody_else_is_not() {
    let home = home();
    let ran = home.run(&["cheatsheet", "--layout", "us", "-o", "sheet.html"]);
    check(&ran, 0, "", "wrote ~/.config/composekey/sheet.html: 5 sequences\n");
    let html = fs::read_to_string(home.path("sheet.html")).unwrap();
    assert!(html.starts_with("<!doctype html>\n<!-- Written by composekey "), "{html}");
    let ran = home.run(&["cheatsheet", "--layout", "us", "-o", "sheet.html"]);
    check(&ran, 0, "", "~/.config/composekey/sheet.html is up to date\n");
    home.write("sheet.md", "# mine\n");
    let ran = home.run(&["cheatsheet", "--layout", "us", "-o", "sheet.md"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.starts_with("error[E0040]"), "{}", ran.err);
    assert!(ran.err.contains("`--force`"), "{}", ran.err);
    assert_eq!(fs::read_to_string(home.path("sheet.md")).unwrap(), "# mine\n");
    assert_eq!(home.run(&["cheatsheet", "-o", "sheet.md", "--force"]).status, 0);
}
