//! `composekey pick`: its screen, and as part of a pipe with another menu.

use std::{fs, os::unix::fs::PermissionsExt};

use crate::support::{Console, Home, Kind};

const MAP: &str = r#"
keymaps = []
[sequences]
"la" = { text = "λ", name = "lambda", alias = ["\\lambda"] }
"\"o" = { text = "ö", alias = ["&ouml;"] }
"->" = "→"
"nl" = "two\nlines"
"#;

/// A shell in this home, `composekey` on its path.
fn shell(home: &Home, script: &str) -> Console {
    let bin = env!("CARGO_BIN_EXE_composekey").rsplit_once('/').unwrap().0;
    let script = format!("PATH={bin}:$PATH; {script}");
    Console::with(Kind::Classic, home, "/bin/sh".as_ref(), &["-c", &script])
}

fn read(home: &Home, name: &str) -> String {
    fs::read_to_string(home.path(name)).unwrap_or_default()
}

#[test]
fn the_chosen_one_is_printed_for_a_program() {
    let home = Home::new(MAP);
    let mut console = shell(&home, "composekey pick > out");
    console.expect("4 found, 4 in the maps");
    console.send("ouml");
    console.expect("▌ ö");
    console.send("\r");
    assert_eq!(console.end().code(), Some(0));
    console.expect_restored();
    // No newline, which would be typed as Enter.
    assert_eq!(read(&home, "out"), "ö");
}

#[test]
fn the_chosen_one_is_copied_by_the_terminal() {
    let home = Home::new(MAP);
    let mut console = Console::new(Kind::Classic, &home, &["pick", "lambda"]);
    console.expect("▌ λ");
    console.send("\r");
    assert_eq!(console.end().code(), Some(0));
    console.expect("copied λ by the terminal (OSC 52");
    // λ in base64.
    assert_eq!(console.copied(), ["zrs="]);
}

#[test]
fn the_chosen_one_is_copied_by_the_display() {
    let home = Home::new(MAP);
    fs::write(home.path("xclip"), "#!/bin/sh\necho \"$@\" > args\ncat > clipboard\n").unwrap();
    fs::set_permissions(home.path("xclip"), fs::Permissions::from_mode(0o755)).unwrap();
    let mut console = shell(&home, "PATH=.:$PATH DISPLAY=:0 composekey pick");
    console.expect("4 found, 4 in the maps");
    console.keys(&["\u{1b}[B", "\u{1b}[B", "\r"]);
    assert_eq!(console.end().code(), Some(0));
    console.expect("copied → with xclip");
    assert_eq!(read(&home, "clipboard"), "→");
    assert_eq!(read(&home, "args"), "-selection clipboard\n");
    assert!(console.copied().is_empty());
}

/// Characters that no map gives are found by the search all the same.
#[test]
fn a_character_without_a_sequence() {
    let home = Home::new(MAP);
    let mut console = shell(&home, "composekey pick --print snowman > out");
    console.expect("no sequence; U+2603 in a hold types it");
    console.send("\r");
    assert_eq!(console.end().code(), Some(0));
    assert!(read(&home, "out").starts_with('☃'));
}

#[test]
fn keys_are_a_query_too() {
    let home = Home::new(MAP);
    let mut console = Console::new(Kind::Classic, &home, &["pick", "->"]);
    console.expect("U+2192");
    console.send("\u{1b}");
    assert_eq!(console.end().code(), Some(1));
}

#[test]
fn leaving_it_is_no_choice() {
    let home = Home::new(MAP);
    for key in ["\u{1b}", "\u{3}"] {
        let mut console = shell(&home, "composekey pick --print > out");
        console.expect("4 found, 4 in the maps");
        console.send(key);
        assert_eq!(console.end().code(), Some(1));
        console.expect_restored();
        assert_eq!(read(&home, "out"), "");
    }
}

/// fzf stands for all menus that take lines and give one back: fuzzel, rofi, dmenu.
#[test]
fn fzf_as_the_menu() {
    let home = Home::new(MAP);
    let script = "composekey pick --lines | fzf | composekey pick --from-line > out";
    let mut console = shell(&home, script);
    console.expect("4/4");
    console.send("lambda");
    console.expect("1/4");
    console.send("\r");
    assert_eq!(console.end().code(), Some(0), "is fzf there? `make deps`");
    assert_eq!(read(&home, "out"), "λ");
    // A text of two lines has one line.
    let mut console = shell(&home, script);
    console.expect("4/4");
    console.send("nlines");
    console.expect("1/4");
    console.send("\r");
    assert_eq!(console.end().code(), Some(0));
    assert_eq!(read(&home, "out"), "two\nlines");
}

#[test]
fn a_menu_that_was_left() {
    let home = Home::new(MAP);
    let mut console = shell(&home, "composekey pick --from-line < /dev/null");
    assert_eq!(console.end().code(), Some(1));
    let mut console = shell(&home, "echo nonsense | composekey pick --from-line");
    assert_eq!(console.end().code(), Some(2));
    console.expect("error: no character has this line");
}
