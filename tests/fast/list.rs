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

/// A few sequences with names, aliases and tags.
const FILTERED: &str = r#"
keymaps = ["fractions"]
[sequences]
la = { text = "λ", name = "lambda", tags = ["greek", "mine"] }
om = { text = "Ω", alias = ["&ohm;"], tags = ["greek"] }
ss = "ß"
"#;

#[test]
fn list_filters_by_tag_and_word() {
    let home = Home::with_config(FILTERED);
    let greek = "\
config (2)
  la  λ  lambda
  om  Ω  GREEK CAPITAL LETTER OMEGA
";
    check(&home.run(&["list", "--tag", "greek"]), 0, greek, "");
    let lambda = "config (1)\n  la  λ  lambda\n";
    check(&home.run(&["list", "--tag", "mine"]), 0, lambda, "");
    check(&home.run(&["list", "--tag", "mine", "--tag", "Greek"]), 0, greek, "");
    let omega = "config (1)\n  om  Ω  GREEK CAPITAL LETTER OMEGA\n";
    check(&home.run(&["list", "--word", "ohm"]), 0, omega, "");
    check(&home.run(&["list", "--word", "capital", "--word", "Greek"]), 0, omega, "");
    let quarter = "\
fractions: Fractions (4)
numerator and denominator, as they are read: `12` or `1/2`
  14   ¼  VULGAR FRACTION ONE QUARTER
  1/4  ¼  VULGAR FRACTION ONE QUARTER
  34   ¾  VULGAR FRACTION THREE QUARTERS
  3/4  ¾  VULGAR FRACTION THREE QUARTERS
";
    check(&home.run(&["list", "--pack", "fractions", "--word", "quarter"]), 0, quarter, "");
    let stats = "\
keymap      sequences  texts
config  on          2      2  Your own sequences
in use              2      2
all                 2      2
";
    let ran = home.run(&["list", "--stats", "config", "--tag", "greek"]);
    check(&ran, 0, stats, "");
    let ran = home.run(&["list", "--json", "--tag", "mine"]);
    assert_eq!(ran.out.matches("\"keys\":\"la\"").count(), 1, "{}", ran.out);
}

#[test]
fn list_says_when_nothing_is_left() {
    let home = Home::with_config(FILTERED);
    let err = "no sequence has the tag `greec`; did you mean `greek`?\n";
    check(&home.run(&["list", "config", "--tag", "greec"]), 1, "", err);
    let err = "no sequence passes the filters; `--all` looks into every keymap\n";
    check(&home.run(&["list", "--word", "no-such-name"]), 1, "", err);
}

#[test]
fn list_in_colour() {
    let home = Home::with_config(FILTERED);
    let greek = "\
\u{1b}[1;4mconfig\u{1b}[0m (2)
  \u{1b}[1mla\u{1b}[0m  \u{1b}[1;32mλ\u{1b}[0m  lambda
  \u{1b}[1mom\u{1b}[0m  \u{1b}[1;32mΩ\u{1b}[0m  GREEK CAPITAL LETTER OMEGA
";
    check(&home.run(&["--color", "always", "list", "--tag", "greek"]), 0, greek, "");
}
