//! `composekey list`, from outside.

use crate::{
    cli::{OWN, check},
    support::Home,
};

#[test]
fn list_groups_by_keymap() {
    let home = Home::with_config(OWN);
    let expected = "\
config (5)
  la   λ           lambda
  zz   two\\nlines
  oc   °C
  q1   1           DIGIT ONE
  q12  2           DIGIT TWO
";
    check(&home.run(&["list", "config"]), 0, expected, "");
    let ran = home.run(&["list", "greek"]);
    let head = "greek: Greek letters (76)\n`*` and a Latin letter, as in Beta Code; ";
    assert!(ran.out.starts_with(head), "{}", ran.out);
    assert!(ran.out.contains("\n  *a   α  alpha\n"), "{}", ran.out);
    assert_eq!(home.run(&["list", "--keymap", "greek"]), ran);
    let ran = Home::new().run(&["list", "greke"]);
    check(&ran, 2, "", "error: there is no keymap `greke`; did you mean `greek`?\n");
    let ran = Home::new().run(&["list", "nothing-like-it"]);
    let err =
        "error: there is no keymap `nothing-like-it`; `composekey list --stats` names them all\n";
    check(&ran, 2, "", err);
}

#[test]
fn list_shows_a_keymap_that_is_not_in_use() {
    let ran = Home::new().run(&["list", "--keymap", "box"]);
    assert_eq!(ran.err, "`box` is not in use: add it to `keymaps` in config.toml\n\n");
    assert!(ran.out.contains("\n  [.--.  ┌  BOX DRAWINGS LIGHT DOWN AND RIGHT\n"), "{}", ran.out);
    assert_eq!(ran.status, 0);
    let ran = Home::with_config("keymaps = ['box']\n").run(&["list", "--keymap", "box"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
}

#[test]
fn list_fits_a_terminal_of_80_columns() {
    let ran = Home::new().run(&["list", "--all"]);
    for line in ran.out.lines().filter(|line| !line.starts_with("  ")) {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let ran = Home::new().run(&["list", "--stats"]);
    for line in ran.out.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn list_counts_the_sequences_of_each_keymap() {
    let home = Home::with_config("keymaps = ['fractions']\n[sequences]\n'12' = 'x'\nla = 'x'\n");
    let out = "\
keymap         sequences  texts
fractions  on         37     19  Fractions
config     on          2      1  Your own sequences
in use                39     20
all                   39     20
";
    check(&home.run(&["list", "--stats", "fractions", "config"]), 0, out, "");
    let out = r#"{"keymap":"fractions","title":"Fractions","in_use":true,"sequences":37,"texts":19}
{"in_use":{"sequences":37,"texts":19},"all":{"sequences":37,"texts":19}}
"#;
    check(&home.run(&["list", "--stats", "--json", "fractions"]), 0, out, "");
}
