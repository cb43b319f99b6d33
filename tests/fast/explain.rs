//! `composekey explain`: whole answers.

use crate::support::Home;

#[test]
fn a_code_has_its_story() {
    let ran = Home::new().run(&["explain", "e0016"]);
    let expected = "\
note[E0016]: start of another

A rule is also the start of longer ones. The daemon types it when the trigger is
let go, or when another key follows; after a tap it waits for the next key. A
Compose file cannot have both, and `generate` leaves the shorter one out.

    [sequences]
    \"la\" = \"λ\"
    \"la1\" = \"λ₁\"

fix: nothing, unless other programs need the short one too.
";
    assert_eq!((ran.out.as_str(), ran.err.as_str(), ran.status), (expected, "", 0));
    let ran = Home::new().run(&["explain", "E0016", "--color", "always"]);
    assert!(ran.out.starts_with("\u{1b}[1;32mnote[E0016]\u{1b}[0m\u{1b}[1m: start of another"));
    assert!(ran.out.contains("\n    \"la\" = \"λ\"\n"), "{}", ran.out);
}

#[test]
fn a_story_as_json() {
    let ran = Home::new().run(&["explain", "E0001", "--json"]);
    let expected = r#"{"code":"E0001","severity":"error","title":"syntax","text":"The file is not TOML there.\nKeys need quotes unless they are letters, digits, `_` and `-`; texts always do.","examples":["[sequences]\n<- = \"←\""],"fix":"`\"<-\" = \"←\"`."}
"#;
    assert_eq!((ran.out.as_str(), ran.err.as_str(), ran.status), (expected, "", 0));
}

#[test]
fn every_code_is_listed() {
    let ran = Home::new().run(&["explain"]);
    let codes = composekey::diagnostic::Code::ALL;
    assert_eq!((ran.out.lines().count(), ran.status), (codes.len(), 0));
    assert_eq!(ran.out.lines().next(), Some("E0001  error    syntax"));
    assert!(ran.out.lines().all(|line| line.chars().count() <= 80));
}

#[test]
fn a_code_that_is_none() {
    let ran = Home::new().run(&["explain", "E0999"]);
    assert_eq!((ran.out.as_str(), ran.status), ("", 2));
    assert!(ran.err.starts_with("error: there is no code `E0999`"), "{}", ran.err);
}

/// The answer up to the remarks below the table.
fn until_remarks(out: &str) -> &str {
    out.split("\n* read, not run").next().unwrap()
}

#[test]
fn keys_that_a_rule_of_ones_own_answers() {
    let home = Home::with_config("keymaps = [\"default\"]\n[sequences]\noc = \"°C\"\n");
    let line = crate::cli::keymap_line("typography", "\"oc\"");
    let keymaps = std::fs::read_to_string(crate::cli::keymap_path("typography")).unwrap();
    let hidden = keymaps.lines().nth(line - 1).unwrap();
    let ran = home.run(&["explain", "oc"]);
    let expected = format!(
        "\
composekeyd types °C for `oc`, by config
  ~/.config/composekey/config.toml:3
  oc = \"°C\"

which hides © of typography
  keymaps/typography.toml:{line}
  {hidden}

with what `composekey generate` writes
  libx11                      °C
  libxkbcommon, qt*, fcitx5*  °C
  libxkbcommon@1.14*          °C
  gtk3                        °C
  gtk4                        °C
  gtk4@4.20*                  °C
  ibus                        °C
  ibus@1.5.33*                °C
"
    );
    assert_eq!((until_remarks(&ran.out), ran.err.as_str(), ran.status), (&*expected, "", 0));
    assert!(ran.out.lines().all(|line| line.chars().count() <= 80), "{}", ran.out);
    assert!(ran.out.contains("no Compose file counts in GTK 4.20 and later on Wayland"));
}

#[test]
fn keys_that_other_rules_start_or_go_on_from() {
    let home = Home::with_config(
        "keymaps = []\n[sequences]\n\"<F1><F2>\" = \"a\"\n\"<F1><F2><F3>\" = \"b\"\n\
         \"<F1><F2><F3>.\" = \"c\"\n",
    );
    let short = "<Multi_key> <F1> <F2>";
    home.write("XCompose", format!("{short} : \"a\"\n{short} <F3> : \"b\"\n"));
    let given = ["--for", "libx11,libxkbcommon,gtk3", "--file", "XCompose"];
    let explain = |keys| home.run(&[&["explain", keys][..], &given].concat());
    let ran = explain("<F1><F2><F3>");
    let expected = "\
composekeyd types b for `<F1><F2><F3>`, by config
  ~/.config/composekey/config.toml:4
  \"<F1><F2><F3>\" = \"b\"

waits for the next key, because other rules go on from it
  <F1><F2><F3>.  c  config, ~/.config/composekey/config.toml:5

on the way, when the trigger is let go or the next key leads nowhere
  <F1><F2>  a  config, ~/.config/composekey/config.toml:3

with ~/.config/composekey/XCompose
  libx11        b  XCompose:2
  libxkbcommon  b  XCompose:2
  gtk3          b  XCompose:2
";
    assert_eq!((ran.out.split("\nno Compose").next().unwrap(), ran.status), (expected, 0));
    let table = "\
  libx11        -  waits for more keys: longer rules start with these
  libxkbcommon  -  waits for more keys: longer rules start with these
  gtk3          -  waits for more keys: longer rules start with these
";
    let ran = explain("<F1><F2>");
    assert!(ran.out.contains(table), "{}", ran.out);
}

#[test]
fn keys_that_toolkits_make_nothing_of() {
    let home = Home::with_config("keymaps = []\n");
    home.write(
        "XCompose",
        "<Multi_key> <l> <a> : λ\n<Multi_key> <o> : oslash\n<Multi_key> <u> : \"ü\"\n",
    );
    let ran = home.run(&["explain", "la", "--for", "libx11,gtk4", "--file", "XCompose"]);
    assert!(ran.out.starts_with("composekeyd has no rule for `la`\n"), "{}", ran.out);
    assert_eq!(ran.status, 1);
    let ran = home.run(&["explain", "o", "--for", "libx11,gtk4", "--file", "XCompose", "--json"]);
    let expected = r#"{"program":"composekeyd","keys":"o","text":null,"hides":[],"longer":[],"shorter":[]}
{"program":"libx11","keys":"o","text":"ø","why":"XCompose:2","file":"~/.config/composekey/XCompose","line":2}
"#;
    assert!(ran.out.starts_with(expected), "{}", ran.out);
    let last = ran.out.lines().last().unwrap();
    assert!(last.contains(r#""text":null"#) && last.contains("line 2: only a string"), "{last}");
    let ran = home.run(&["explain", "la", "--file", "missing"]);
    assert_eq!((ran.out.as_str(), ran.status), ("", 2));
    assert!(ran.err.contains("there is no such file"), "{}", ran.err);
    let ran = home.run(&["explain", "<Lfet>"]);
    assert!(ran.err.ends_with("did you mean `<Left>`?\n") && ran.status == 2, "{}", ran.err);
}
