//! The program from outside: whole answers, word for word.

use std::{fs, process::Stdio};

use crate::support::{Home, Ran};

const COMPOSE: &str = "/usr/share/X11/locale/en_US.UTF-8/Compose";

/// The line of libX11's Compose file that starts so.
fn line_of(start: &str) -> usize {
    let file = fs::read_to_string(COMPOSE).unwrap();
    1 + file.lines().position(|line| line.starts_with(start)).unwrap()
}

/// The file of a built-in keymap.
pub(crate) fn keymap_path(keymap: &str) -> String {
    format!("{}/keymaps/{keymap}.toml", env!("CARGO_MANIFEST_DIR"))
}

/// The line of a built-in keymap that starts so.
pub(crate) fn keymap_line(keymap: &str, start: &str) -> usize {
    let text = fs::read_to_string(keymap_path(keymap)).unwrap();
    1 + text.lines().position(|line| line.starts_with(start)).unwrap()
}

/// The answer without the number of sequences, which libX11's version decides.
fn uncounted(mut ran: Ran) -> Ran {
    if let Some(end) = ran.out.find(" sequences") {
        let start = ran.out[..end].rfind(' ').unwrap() + 1;
        ran.out.replace_range(start..end, "N");
    }
    ran
}

#[track_caller]
pub(crate) fn check(ran: &Ran, status: i32, out: &str, err: &str) {
    assert_eq!(ran.out, out, "stdout");
    assert_eq!(ran.err, err, "stderr");
    assert_eq!(ran.status, status, "status");
}

pub(crate) const OWN: &str = r#"
keymaps = ["system", "default"]

[sequences]
"la" = { text = "λ", name = "lambda" }
"zz" = { text = "two\nlines", tags = ["mine"] }
"oc" = "°C"
"q1" = "1"
"q12" = "2"
"#;

#[test]
fn test_shows_the_output_and_its_rule() {
    let home = Home::new();
    let line = keymap_line("umlauts", "'\"u'");
    let expected = format!(
        "ü\n  U+00FC LATIN SMALL LETTER U WITH DIAERESIS\n  `\"u` in umlauts, keymaps/umlauts.toml:{line}\n"
    );
    check(&home.run(&["test", "\"u"]), 0, &expected, "");

    let line = line_of("<Multi_key> <minus> <space>");
    let expected = format!("~\n  U+007E TILDE\n  `-<space>` in system, {COMPOSE}:{line}\n");
    check(&home.run(&["test", "- "]), 0, &expected, "");
}

#[test]
fn test_shows_what_is_replaced_and_what_follows() {
    let home = Home::with_config(OWN);
    let line = keymap_line("typography", "\"oc\"");
    let expected = format!(
        "°C\n  U+00B0 DEGREE SIGN\n  U+0043 LATIN CAPITAL LETTER C\n  \
         `oc` in config, ~/.config/composekey/config.toml:7\n  \
         instead of © in typography, keymaps/typography.toml:{line}\n"
    );
    check(&home.run(&["test", "oc"]), 0, &expected, "");
    let expected = "\
1
  U+0031 DIGIT ONE
  `q1` in config, ~/.config/composekey/config.toml:8
  or goes on with 2
";
    check(&home.run(&["test", "q1"]), 0, expected, "");
}

#[test]
fn test_of_a_prefix_shows_what_can_follow() {
    let ran = Home::with_config(OWN).run(&["test", "q"]);
    let expected = "  q1   1  DIGIT ONE  config\n  q12  2  DIGIT TWO  config\n";
    check(&ran, 1, expected, "`q` gives nothing yet; it goes on with\n");
    let ran = Home::new().run(&["test", "-"]);
    assert_eq!(ran.out.lines().count(), 20);
    assert!(ran.err.ends_with(" more\n"), "{}", ran.err);
}

#[test]
fn test_of_nothing_shows_the_nearest() {
    let home = Home::new();
    let ran = home.run(&["test", "\"q"]);
    assert_eq!((ran.status, ran.out.lines().count()), (1, 5));
    assert_eq!(ran.err, "no rule for `\"q`; the nearest are\n");
    let ran = home.run(&["test", "@o|"]);
    assert_eq!(
        ran.err,
        "no rule for `@o|`, and none that is like it\n\
         the keymap `apl` gives ⌽ for it: add it to `keymaps` in config.toml\n"
    );
    let ran = home.run(&["test", "U+3bb"]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.ends_with("it types λ by its code point when the trigger is let go\n"));
    let ran = home.run(&["test", "\u{5d0}\u{5d1}\u{5d2}"]);
    check(&ran, 1, "", "no rule for `אבג`, and none that is like it\n");
}

#[test]
fn test_of_what_is_no_sequence() {
    let home = Home::new();
    for (keys, message) in [
        ("<Lfet>", "unknown keysym `Lfet`; did you mean `<Left>`?"),
        ("", "a sequence needs at least one key"),
        ("<Shift_L>a", "the modifier `Shift_L` is never part of a sequence"),
    ] {
        let ran = home.run(&["test", keys]);
        check(&ran, 2, "", &format!("error: `{keys}` is no sequence: {message}\n"));
    }
}

#[test]
fn keys_that_look_like_options() {
    let home = Home::new();
    for (args, first) in [
        (&["test", "--"][..], "–"),
        (&["test", "--", "--"], "–"),
        (&["test", "---"], "—"),
        (&["test", "->", "--color", "never"], "→"),
        (&["--color", "never", "test", "-a"], "ā"),
        (&["find", "->"], "→  U+2192  rightwards arrow"),
        (&["find", "->", "--layout", "us"], "→  U+2192  rightwards arrow"),
    ] {
        let ran = home.run(args);
        assert_eq!((ran.status, ran.out.lines().next()), (0, Some(first)), "{args:?} {}", ran.err);
    }
    assert!(home.run(&["test", "--help"]).out.starts_with("Show what a sequence gives"));
    assert_eq!(home.run(&["test", "--jsno", "x"]).status, 2);
}

#[test]
fn json_objects_have_the_promised_fields() {
    let home = Home::with_config(OWN);
    let line = keymap_line("typography", "\"oc\"");
    let expected = format!(
        r#"{{"match":"exact","keys":"oc","keysyms":["o","c"],"text":"°C","keymap":"config","file":"~/.config/composekey/config.toml","line":7,"replaces":{{"text":"©","keymap":"typography","file":"keymaps/typography.toml","line":{line}}}}}
"#
    );
    check(&home.run(&["test", "oc", "--json"]), 0, &expected, "");
    let ran = home.run(&["list", "--json"]);
    assert!(ran.out.lines().count() > 3500);
    for line in ran.out.lines() {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        for field in ["keys", "keysyms", "text", "keymap", "file", "line"] {
            assert!(object.get(field).is_some(), "{field} of {line}");
        }
    }
}

#[test]
fn check_is_quiet_about_what_is_right() {
    let ran = Home::new().run(&["check"]);
    check(&uncounted(ran), 0, "no findings; N sequences from system, default\n", "");
    let home =
        Home::with_config("keymaps = ['system', 'default', 'greek']\n[sequences]\nla = 'λ'\n");
    assert_eq!(home.run(&["check"]).status, 0);
    assert_eq!(home.run(&["check", "--json"]).out, "");
}

#[test]
fn check_shows_every_finding() {
    let home = Home::with_config("triger = \"menu\"\n[sequences]\n\"<Lfet>\" = \"←\"\n");
    let out = "\
warning[E0009]: the configuration has no `triger`
 --> ~/.config/composekey/config.toml:1:1
  |
1 | triger = \"menu\"
  | ^^^^^^
  |
  = help: did you mean `trigger`?

error[E0004]: unknown keysym `Lfet`
 --> ~/.config/composekey/config.toml:3:2
  |
3 | \"<Lfet>\" = \"←\"
  |  ^^^^^^
  |
  = help: did you mean `<Left>`?

1 error, 1 warning; N sequences from system, default
";
    check(&uncounted(home.run(&["check"])), 1, out, "");
    let out = r#"{"code":"E0009","severity":"warning","message":"the configuration has no `triger`","file":"~/.config/composekey/config.toml","line":1,"column":1,"help":"did you mean `trigger`?","labels":[{"file":"~/.config/composekey/config.toml","line":1,"column":1,"text":""}]}
{"code":"E0004","severity":"error","message":"unknown keysym `Lfet`","file":"~/.config/composekey/config.toml","line":3,"column":2,"help":"did you mean `<Left>`?","labels":[{"file":"~/.config/composekey/config.toml","line":3,"column":2,"text":""}]}
"#;
    check(&home.run(&["check", "--json"]), 1, out, "");
}

#[test]
fn check_of_a_file() {
    let home = Home::new();
    home.write("pack.toml", "[keymap]\ntitle = \"x\"\n[sequences]\noc = \"°C\"\n");
    let ran = home.run(&["check", "pack.toml"]);
    let line = keymap_line("typography", "\"oc\"");
    let path = format!("{}/keymaps/typography.toml", env!("CARGO_MANIFEST_DIR"));
    let file = fs::read_to_string(path).unwrap();
    let text = file.lines().nth(line - 1).unwrap();
    let digits = line.to_string().len();
    let gutter = " ".repeat(digits);
    let out = format!(
        "\
note[E0015]: `oc` gives `°C` instead of `©`
{gutter}--> ~/.config/composekey/pack.toml:4:1
{gutter} |
{:>digits$} | oc = \"°C\"
{gutter} | ^^ this rule of `pack` wins
{gutter} |
{gutter}::: keymaps/typography.toml:{line}:1
{gutter} |
{line} | {text}
{gutter} | ---- over this one of `typography`
{gutter} |
{gutter} = help: if it is meant, say so: `replaces = \"©\"`

note[E0081]: the keymap does not say its `description`, `mnemonic`, `source`, `licence`, `layout`
 --> ~/.config/composekey/pack.toml:1:1
  |
1 | [keymap]
  | ^^^^^^^^
  |
  = help: whoever finds the keymap needs it: add `description = \"…\"`

2 notes; N sequences from system, default, pack
",
        4
    );
    check(&uncounted(ran), 0, &out, "");

    home.write("XCompose", "include \"%L\"\n<Multi_key> <l> <a> : \"λ\"\n<Multi_key> x\n");
    let out = "\
warning[E0024]: unknown modifier `x`
 --> ~/.config/composekey/XCompose:3:13
  |
3 | <Multi_key> x
  |             ^
  |
  = note: left out by every toolkit

";
    let ran = home.run(&["check", "XCompose"]);
    assert_eq!((ran.out.split("toolkit  ").next().unwrap(), ran.status), (out, 1));
    let ran = home.run(&["check", "missing.toml"]);
    let err = "\
error[E0020]: error reading `~/.config/composekey/missing.toml`: there is no such file
 |
 = help: check the path, or create the file
";
    check(&ran, 2, "", err);
}

#[test]
fn errors_of_the_configuration_stand_beside_the_answer() {
    let home = Home::with_config("[sequences]\nla = 1\nlo = \"x\"\n");
    let ran = home.run(&["test", "lo"]);
    assert_eq!((ran.status, ran.out.lines().next()), (0, Some("x")));
    assert!(ran.err.starts_with("error[E0008]: the output of `la` is a number"), "{}", ran.err);
    let ran = home.run(&["--config", "missing.toml", "test", "lo"]);
    check(&ran, 2, "", "error: there is no configuration `missing.toml`\n");
}

#[test]
fn colour_only_where_it_is_wanted() {
    let home = Home::with_config("tap_ms = 1\n");
    let coloured = |ran: Ran| ran.out.contains('\u{1b}') || ran.err.contains('\u{1b}');
    assert!(!coloured(home.run(&["check"])));
    assert!(!coloured(home.run(&["test", "oc"])));
    assert!(coloured(home.run(&["check", "--color=always"])));
    assert!(coloured(home.run(&["test", "oc", "--color", "always"])));
}

#[test]
fn a_reader_that_has_read_enough_is_no_error() {
    let mut child = Home::new()
        .command(&["list"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
}

#[test]
fn usage() {
    let home = Home::new();
    assert_eq!(home.run(&["--version"]).status, 0);
    assert_eq!(home.run(&["--help"]).status, 0);
    assert_eq!(home.run(&[]).status, 2);
    let ran = home.run(&["tset"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("'test'"), "{}", ran.err);
}
