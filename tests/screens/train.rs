//! `composekey train`.

use std::{fs, os::unix::fs::PermissionsExt};

use crate::support::{Console, Home, Kind};

const MAP: &str = r#"
keymaps = ["default"]
[sequences]
"xl" = { text = "λ", name = "lambda" }
"xo" = "ö"
"#;

const FILE: &str = ".local/state/composekey/train.json";

fn lesson(home: &Home, args: &[&str], keys: &[&str]) -> Console {
    let mut console = Console::new(Kind::Classic, home, &[&["train"], args].concat());
    console.expect("exercises left");
    console.keys(keys);
    console
}

#[test]
fn nothing_is_kept_unless_one_says_so() {
    let home = Home::new(MAP);
    let mut console = lesson(&home, &[], &["x", "l", "x", "o"]);
    console.expect("Remember it for the next lesson?");
    console.send("n");
    assert_eq!(console.end().code(), Some(0));
    console.expect_restored();
    console.expect("2 of 2 exercises right at once");
    assert!(!home.path(".local").exists());
}

#[test]
fn counts_are_kept_used_and_forgotten() {
    let home = Home::new(MAP);
    let mut console = lesson(&home, &[], &["x", "l", "x", "?"]);
    console.expect("no sequence begins so");
    console.keys(&["x", "o", "x", "o"]);
    console.expect("Remember it for the next lesson?");
    console.send("y");
    assert_eq!(console.end().code(), Some(0));
    let text = fs::read_to_string(home.path(FILE)).unwrap();
    let expected = r#"{
  "lessons": 1,
  "exercises": {
    "xl": {
      "right": 1,
      "wrong": 0,
      "level": 1,
      "lesson": 1
    },
    "xo": {
      "right": 0,
      "wrong": 1,
      "level": 0,
      "lesson": 1
    }
  }
}"#;
    assert_eq!(text, expected);
    assert_eq!(fs::metadata(home.path(FILE)).unwrap().permissions().mode() & 0o777, 0o600);
    // What was missed comes first, and nobody asks again.
    let mut console = lesson(&home, &[], &[]);
    console.expect("type     ö");
    console.keys(&["x", "o", "x", "l"]);
    assert_eq!(console.end().code(), Some(0));
    console.expect("kept in ");
    let mut console = Console::new(Kind::Classic, &home, &["train", "--forget"]);
    assert_eq!(console.end().code(), Some(0));
    assert!(!home.path(FILE).exists());
    let mut console = Console::new(Kind::Classic, &home, &["train", "--forget"]);
    console.expect("nothing was kept");
    assert_eq!(console.end().code(), Some(0));
}

#[test]
fn a_keymap_by_name() {
    let home = Home::new(MAP);
    let mut console = lesson(&home, &["fractions", "--cards", "3"], &["1", "4"]);
    console.expect("2 exercises left");
    console.send("\u{3}");
    assert_eq!(console.end().code(), Some(0));
    let mut console = Console::new(Kind::Classic, &home, &["train", "nothing"]);
    console.expect("error: there is no keymap `nothing`");
    assert_eq!(console.end().code(), Some(2));
}

#[test]
fn a_broken_file_is_not_overwritten() {
    let home = Home::new(MAP);
    fs::create_dir_all(home.path(FILE).parent().unwrap()).unwrap();
    fs::write(home.path(FILE), "?").unwrap();
    let mut console = Console::new(Kind::Classic, &home, &["train"]);
    assert_eq!(console.end().code(), Some(2));
    console.expect("`composekey train --forget` removes it");
    assert_eq!(fs::read_to_string(home.path(FILE)).unwrap(), "?");
}
