//! `composekey find`: whole answers, word for word, as a terminal of 80 columns shows them.

use composekey::diagnostic::Style;

use crate::{
    cli::{OWN, check},
    shown::{on_terminal, shown},
    support::Home,
};

#[test]
fn one_character_is_shown_at_length() {
    let expected = "\
λ  U+03BB  greek small letter lamda
   la   l a         config
   *l   Shift+8 l   greek
   and 2 ways more; `--json` has all of them
   also lambda  \\lambda  \\la  \\lamda  \\lam  \\Gl  \\fun  &lambda;
";
    let home = Home::with_config(OWN);
    for query in ["λ", "U+03BB", "u+3bb", "0x3bb", "&lambda;", "\\lambda", "\\u{3bb}", "&#955;"] {
        check(&on_terminal(&home, Style::Plain, &["find", query]), 0, expected, "");
    }
}

/// Whole screens, in `shown/`.
#[test]
fn others_follow_in_rows() {
    let home = Home::with_config(OWN);
    shown("find-umlaut", &home, &["find", "umlaut", "--limit", "5"]);
    shown("find-not-equal", &home, &["find", "not", "equal"]);
    shown("find-arrow", &home, &["find", "double", "arrow"]);
    shown("find-slip", &home, &["find", "infinty"]);
}

#[test]
fn what_cannot_be_typed_is_marked() {
    let home = Home::new();
    shown("find-unused", &home, &["find", "⌽"]);
    shown("find-greek-layout", &home, &["find", "--layout", "gr", "ä"]);
    shown("find-german-layout", &home, &["find", "--layout", "de", "umlaut"]);
    shown("find-code-point", &home, &["find", "一"]);
}

#[test]
fn a_whole_text() {
    let home = Home::with_config("[sequences]\n'cel' = '°C'\n");
    shown("how", &home, &["how", "naïve → λ, 20 °C"]);
    shown("how-not", &home, &["how", "--layout", "de", "ü⌽℃"]);
    let ran = home.run(&["how", "--json", "aü"]);
    let pieces: Vec<serde_json::Value> =
        ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        (pieces.len(), &pieces[0]["text"], &pieces[0]["presses"][0]),
        (2, &"a".into(), &"a".into())
    );
    assert_eq!((&pieces[1]["text"], &pieces[1]["typed"]), (&"ü".into(), &"here".into()));
    assert_eq!(home.run(&["how", "->"]).status, 0);
}

#[test]
fn suggestions_are_free() {
    let home = Home::new();
    shown("suggest", &home, &["suggest", "≠"]);
    shown("suggest-unknown", &home, &["suggest", "U+4E00"]);
    for text in ["≠", "λ", "☃", "ж", "€", "⊕", "∮", "ǟ"] {
        let ran = home.run(&["suggest", "--json", text]);
        assert!(ran.status == 0 && ran.out.lines().count() > 1, "{text}: {}{}", ran.out, ran.err);
        // What is suggested can be added, and the lint has nothing to say of it.
        for line in ran.out.lines() {
            let keys = serde_json::from_str::<serde_json::Value>(line).unwrap()["keys"].clone();
            let home = Home::with_config(&format!("[sequences]\n{keys} = '{text}'\n"));
            let ran = home.run(&["check"]);
            assert_eq!((ran.status, &*ran.err), (0, ""), "{keys} for {text}: {}", ran.out);
        }
    }
}

#[test]
fn what_is_wrong_is_told() {
    let home = Home::new();
    let ran = on_terminal(&home, Style::Plain, &["find", "no", "such", "thing"]);
    check(&ran, 1, "", "nothing is called `no such thing`, and no keys are like that\n");
    let ran = on_terminal(&home, Style::Plain, &["find", "--layout", "nonsense", "x"]);
    let expected = "error: there is no layout `nonsense`; `man 7 xkeyboard-config` lists them, as in `de(neo)`\n";
    check(&ran, 2, "", expected);
}

#[test]
fn json_has_the_promised_fields() {
    let home = Home::new();
    let document =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/command-line.md"));
    let document = document.unwrap();
    let shown = document.lines().find(|line| line.starts_with(r#"{"text":"α""#)).unwrap();
    let ran = home.run(&["find", "--json", "--layout", "us", "\\alpha"]);
    assert_eq!(ran.out.lines().next(), Some(shown));
    let ran = home.run(&["find", "--json", "mine"]);
    for line in ran.out.lines() {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        for field in ["text", "code_points", "also", "fit", "typed", "layout", "sequences"] {
            assert!(object.get(field).is_some(), "{field} of {line}");
        }
    }
}
