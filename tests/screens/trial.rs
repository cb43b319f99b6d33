//! `composekey try`.

use std::fs;

use crate::support::{Console, Home, Kind};

const MAP: &str = include_str!("../shared/trial.toml");

#[test]
fn with_a_leader() {
    let home = Home::new(MAP);
    let mut console = Console::new(Kind::Classic, &home, &["try", "--leader", "ctrl+g"]);
    console.expect("Ctrl+G stands for it");
    console.keys(&["\u{7}", "\"", "u", "-", "-"]);
    console.expect("waits: 1 sequence goes on; let go of the trigger for –");
    console.keys(&["\u{7}", "x"]);
    console.expect("text     ü–x▏");
    console.send("\u{3}");
    assert_eq!(console.end().code(), Some(0));
}

/// As kitty, foot, Ghostty and others tell: Caps Lock down, Shift, `"`, `u`, Caps Lock up.
#[test]
fn with_the_protocol_of_kitty() {
    let home = Home::new(MAP);
    let mut console = Console::new(Kind::Kitty, &home, &["try"]);
    console.expect("Hold Caps Lock and type a sequence");
    console.keys(&[
        "\u{1b}[57358;65u",
        "\u{1b}[57441;66u",
        "\u{1b}[39:34;66;34u",
        "\u{1b}[39:34;66:3u",
        "\u{1b}[57441;65:3u",
        // Caps Lock is on for the terminal: it tells a capital.
        "\u{1b}[117;65;85u",
        "\u{1b}[117;65:3u",
        "\u{1b}[108;65;76u",
        "\u{1b}[108;65:3u",
    ]);
    console.expect("waits: 1 sequence goes on");
    console.keys(&["\u{1b}[97;65;65u", "\u{1b}[57358;65:3u"]);
    console.expect("text     üλ▏");
    console.expect("trigger up");
    console.send("\u{1b}[99;5u");
    assert_eq!(console.end().code(), Some(0));
    console.expect_restored();
}

/// Without release events a tap and its grace are there too, and time passes by itself.
#[test]
fn time_passes() {
    let map = format!("release_grace_ms = 100\n{MAP}");
    let home = Home::new(&map);
    let mut console = Console::new(Kind::Classic, &home, &["try"]);
    console.expect("nothing yet");
    console.keys(&["\t", "l", "\t"]);
    console.expect("`l` is only the beginning of a sequence: dropped");
}

#[test]
fn nothing_typed_is_written() {
    let home = Home::new(MAP);
    let mut console = Console::new(Kind::Classic, &home, &["try"]);
    console.expect("nothing yet");
    console.keys(&["\t", "h", "i", "\t", "s", "e", "c", "r", "e", "t"]);
    console.expect("hellosecret");
    console.send("\u{3}");
    assert_eq!(console.end().code(), Some(0));
    let mut folders = vec![home.path("")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                folders.push(entry.path())
            } else {
                files.push(entry.path())
            }
        }
    }
    assert_eq!(files, [home.path(".config/composekey/config.toml")]);
}

#[test]
fn a_leader_that_cannot_be() {
    let home = Home::new(MAP);
    let mut console = Console::new(Kind::Classic, &home, &["try", "--leader", "ctrl+i"]);
    assert_eq!(console.end().code(), Some(2));
    console.expect("a terminal takes it for Tab,");
}
