//! `composekey add`, `remove` and `edit`: whole answers, and what is in the files then.

use std::{
    fs,
    io::Write,
    os::unix::fs::{PermissionsExt, symlink},
    process::{Command, Stdio},
};

use crate::{
    cli::{check, keymap_line, keymap_path},
    support::{Home, Ran},
};

const CONFIG: &str = "~/.config/composekey/config.toml";

fn read(home: &Home, name: &str) -> String {
    fs::read_to_string(home.path(name)).unwrap()
}

/// The line of a built-in keymap.
fn line_text(keymap: &str, line: usize) -> String {
    let text = fs::read_to_string(keymap_path(keymap)).unwrap();
    text.lines().nth(line - 1).unwrap().to_owned()
}

/// `composekey edit` with an editor that is a script of the shell.
fn edit(home: &Home, args: &[&str], script: &str) -> Ran {
    let args = [&["edit"], args].concat();
    let mut command = home.command(&args);
    let _ = command.env("PATH", "/usr/bin:/bin").env("EDITOR", format!("sh -c '{script}' edit"));
    let output = command.stdin(Stdio::null()).output().unwrap();
    let folder = home.path("../..").canonicalize().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap().replace(folder.to_str().unwrap(), "~");
    Ran {
        status: output.status.code().unwrap(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

#[test]
fn a_first_sequence_makes_the_file() {
    let home = Home::new();
    let ran =
        home.run(&["add", "zl", "łódź", "--name", "boat", "--alias", "\\lodz", "--tag", "pl"]);
    check(&ran, 0, "  zl  łódź  boat\n", &format!("added to {CONFIG}:2\n"));
    let expected = "[sequences]\n\"zl\" = { text = \"łódź\", name = \"boat\", \
                    alias = ['\\lodz'], tags = [\"pl\"] }\n";
    assert_eq!(read(&home, "config.toml"), expected);
    assert_eq!(home.run(&["test", "zl"]).out.lines().next(), Some("łódź"));
    let ran = home.run(&["add", "zl", "łódź"]);
    check(&ran, 0, "  zl  łódź  boat\n", &format!("it is there already, in {CONFIG}:2\n"));
    let ran = home.run(&["undo"]);
    check(&ran, 0, &format!("{CONFIG} is removed: there was none before\n"), "");
    assert!(!home.path("config.toml").exists());
}

#[test]
fn colours() {
    let home = Home::new();
    let ran = home.run(&["add", "zl", "ł", "--color", "always"]);
    let row = "  \u{1b}[1mzl\u{1b}[0m  \u{1b}[1;32mł\u{1b}[0m  LATIN SMALL LETTER L WITH STROKE\n";
    check(&ran, 0, row, &format!("added to {CONFIG}:2\n"));
    let ran = home.run(&["remove", "zl", "--color", "always", "--dry-run"]);
    let diff = format!(
        "\u{1b}[31m--- {CONFIG}\u{1b}[0m\n\u{1b}[32m+++ {CONFIG}\u{1b}[0m\n\u{1b}[36m@@ -1,2 +0,0 @@\u{1b}[0m\n\
         \u{1b}[31m-[sequences]\u{1b}[0m\n\u{1b}[31m-\"zl\" = \"ł\"\u{1b}[0m\n"
    );
    check(&ran, 0, &diff, "");
}

#[test]
fn keys_that_another_rule_has() {
    let home = Home::with_config("[sequences]\nla = 'λ' # mine\n");
    let line = keymap_line("typography", "\"oc\"");
    let text = line_text("typography", line);
    let gutter = " ".repeat(line.to_string().len());
    let err = format!(
        "\
error[E0048]: `oc` gives `©` already
{gutter}--> {CONFIG}:3:1
{gutter} |
{:>width$} | oc = {{ text = '°C', replaces = '©' }}
{gutter} | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the new rule
{gutter} |
{gutter}::: keymaps/typography.toml:{line}:1
{gutter} |
{line} | {text}
{gutter} | ---- this one of `typography` has the keys
{gutter} |
{gutter} = help: choose other keys, or say `--replace` if yours is to take its place

",
        3,
        width = gutter.len()
    );
    check(&home.run(&["add", "oc", "°C"]), 1, "", &err);
    let ran = home.run(&["add", "oc", "©"]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("help: nothing needs to be added"), "{}", ran.err);
    let err = format!(
        "\
error[E0048]: `la` gives `λ` already
 --> {CONFIG}:3:1
  |
3 | la = 'Λ'
  | ^^^^^^^^ the new rule
  |
 ::: {CONFIG}:2:1
  |
2 | la = 'λ' # mine
  | -- this one of `config` has the keys
  |
  = help: choose other keys, or say `--replace` if yours is to take its place

"
    );
    check(&home.run(&["add", "la", "Λ"]), 1, "", &err);
    assert_eq!(read(&home, "config.toml"), "[sequences]\nla = 'λ' # mine\n");

    let ran = home.run(&["add", "la", "Λ", "--replace"]);
    check(&ran, 0, "  la  Λ  GREEK CAPITAL LETTER LAMDA\n", &format!("changed in {CONFIG}:2\n"));
    let ran = home.run(&["add", "oc", "°C", "--replace"]);
    check(&ran, 0, "  oc  °C\n", &format!("added to {CONFIG}:3\n"));
    let expected = "[sequences]\nla = { text = 'Λ', replaces = 'λ' } # mine\noc = { text = '°C', replaces = '©' }\n";
    assert_eq!(read(&home, "config.toml"), expected);
    // The check has nothing to say to what `add` wrote.
    assert_eq!(home.run(&["check", "--json"]).out, "");
}

#[test]
fn a_start_of_another_is_told_and_written() {
    let home = Home::with_config("[sequences]\nzq1 = 'x'\n");
    let ran = home.run(&["add", "zq", "y"]);
    let err = format!(
        "\
note[E0016]: `zq` is also the start of `zq1`
 --> {CONFIG}:3:1
  |
2 | zq1 = 'x'
  | --- typed when the keys go on
3 | zq = 'y'
  | ^^ typed when the trigger is let go, or another key follows
  |
  = help: the daemon knows both; a Compose file can have the longer ones only

added to {CONFIG}:3
"
    );
    check(&ran, 0, "  zq  y  LATIN SMALL LETTER Y\n", &err);
}

#[test]
fn keys_like_options_and_names() {
    let home = Home::with_config("keymaps = []\n");
    for (args, keys) in [
        (&["add", "--", "–"][..], "--"),
        (&["add", "--name", "x", "---", "—"], "---"),
        (&["add", "--", "-h", "help"], "-h"),
        (&["add", "<Left>'", "--to", "config", "←"], "<Left>'"),
        (&["add", "\"\\", "q"], "\"\\"),
        (&["add", " a", "q"], " a"),
        (&["add", "<t>ap_ms", "q"], "tap_ms"),
    ] {
        let ran = home.run(args);
        assert_eq!(ran.status, 0, "{args:?} {}", ran.err);
        let ran = home.run(&["test", "--json", "--", keys]);
        assert!(ran.out.contains("\"match\":\"exact\""), "{args:?} {}", ran.out);
        assert_eq!(home.run(&["remove", "--", keys]).status, 0, "{args:?}");
        assert_eq!(read(&home, "config.toml"), "keymaps = []\n", "{args:?}");
    }
}

#[test]
fn what_cannot_be_added() {
    let home = Home::new();
    let err = "error: `<Lfet>` is no sequence: unknown keysym `Lfet`; did you mean `<Left>`?\n";
    check(&home.run(&["add", "<Lfet>", "x"]), 2, "", err);
    let err = "error: which keys, and what do they give? `composekey add '->' →`\n";
    check(&home.run(&["add"]), 2, "", err);
    let err = "error: what do they give? `composekey add '->' →`\n";
    check(&home.run(&["add", "zz"]), 2, "", err);
    let ran = home.run(&["add", "zz", ""]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.starts_with("error[E0011]: a rule must give some text"), "{}", ran.err);
    assert!(ran.err.ends_with("\n\nnothing is added\n"), "{}", ran.err);
    let ran = home.run(&["add", "tap_ms", "x"]);
    assert!(ran.err.ends_with("\n\nnothing is added: it would be no sequence\n"), "{}", ran.err);
    let err = "\
error[E0018]: there is no keymap `mine`
 |
 = help: a new one has the ending `.toml`: `mine.toml`
";
    check(&home.run(&["add", "zz", "x", "--to", "mine"]), 2, "", err);
    let ran = home.run(&["add", "zz", "x", "--to", "greek"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.starts_with("error[E0041]: `greek` is not changed"), "{}", ran.err);
    assert!(!home.path("config.toml").exists());
}

#[test]
fn a_file_with_errors_is_left_alone() {
    for (text, code, status) in [
        ("[sequences]\nla = λ\n", "E0001", 2),
        ("[sequences]\nla = 1\n", "E0008", 1),
        ("remove = 1\n[sequences]\n", "E0008", 1),
    ] {
        let home = Home::with_config(text);
        let ran = home.run(&["add", "zz", "x"]);
        assert_eq!(ran.status, status, "{text} {}", ran.err);
        assert!(ran.err.starts_with(&format!("error[{code}]")), "{text} {}", ran.err);
        assert_eq!(home.run(&["remove", "oc"]).status, status, "{text}");
        assert_eq!(read(&home, "config.toml"), text);
    }
    for text in ["sequences = { la = 'λ' }\n", "sequences.la = 'λ'\n"] {
        let home = Home::with_config(text);
        for args in [&["add", "zz", "x"][..], &["remove", "la"]] {
            let ran = home.run(args);
            assert_eq!(ran.status, 1, "{text}");
            assert!(ran.err.starts_with("error[E0049]"), "{text} {}", ran.err);
        }
        assert_eq!(read(&home, "config.toml"), text);
    }
    let home = Home::new();
    home.write("config.toml", b"# caf\xe9\n");
    let ran = home.run(&["add", "zz", "x"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.starts_with("error[E0022]"), "{}", ran.err);
}

#[test]
fn a_keymap_of_ones_own() {
    let home = Home::with_config("keymaps = ['system', 'mine.toml']\n[sequences]\nzc = 'c'\n");
    home.write("mine.toml", "[keymap]\ntitle = 'Mine'\n\n[sequences]\nza = 'a'\n");
    let ran = home.run(&["add", "zb", "b", "--to", "mine"]);
    let out = "  zb  b  LATIN SMALL LETTER B\n";
    check(&ran, 0, out, "added to ~/.config/composekey/mine.toml:6\n");
    let ran = home.run(&["add", "zc", "d", "--to", "mine.toml"]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.starts_with("error[E0048]: `zc` gives `c` already"), "{}", ran.err);
    let ran = home.run(&["add", "zc", "d", "--to", "mine.toml", "--replace"]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("error[E0048]: `zc` would give `c` as before"), "{}", ran.err);
    let ran = home.run(&["add", "za", "x", "--to", "other.toml"]);
    let err = "added to ~/.config/composekey/other.toml:2\n\
               it is not in use: add `\"other.toml\"` to `keymaps` in config.toml\n";
    check(&ran, 0, "  za  x  LATIN SMALL LETTER X\n", err);
    let ran = home.run(&["remove", "zb", "--from", "mine"]);
    let err = "deleted from ~/.config/composekey/mine.toml:6\n`zb` gives nothing now\n";
    check(&ran, 0, "  zb  b  LATIN SMALL LETTER B  mine\n", err);
    // Without `--from` it is a rule of a keymap.
    let ran = home.run(&["remove", "za"]);
    let err = format!("added to `remove` in {CONFIG}\n`za` gives nothing now\n");
    check(&ran, 0, "  za  a  LATIN SMALL LETTER A  mine\n", &err);
    let ran = home.run(&["add", "za", "b", "--to", "mine"]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    let expected = "keymaps = ['system', 'mine.toml']\nremove = [\"za\"]\n[sequences]\nzc = 'c'\n";
    assert_eq!(read(&home, "config.toml"), expected);
}

#[test]
fn removing_ones_own_then_that_of_the_keymap() {
    let text =
        "# my settings\n\n[sequences]\na1 = '1'\n\n# the degree\noc = '°C' # hot\n\na2 = '2'\n";
    let home = Home::with_config(text);
    let ran = home.run(&["remove", "oc"]);
    let err = format!("deleted from {CONFIG}:7\n`oc` gives © now, by `typography`\n");
    check(&ran, 0, "  oc  °C    config\n", &err);
    let own = "[sequences]\na1 = '1'\n\n\na2 = '2'\n";
    assert_eq!(read(&home, "config.toml"), format!("# my settings\n\n{own}"));
    let ran = home.run(&["remove", "oc"]);
    let err = format!("added to `remove` in {CONFIG}\n`oc` gives nothing now\n");
    check(&ran, 0, "  oc  ©  COPYRIGHT SIGN  typography\n", &err);
    assert_eq!(read(&home, "config.toml"), format!("# my settings\n\nremove = [\"oc\"]\n\n{own}"));
    let ran = home.run(&["remove", "oc"]);
    check(&ran, 1, "", "`oc` is removed already: `remove` in config.toml has it\n");
    check(&home.run(&["remove", "zzz"]), 1, "", "no rule for `zzz`\n");
    let _ = home.run(&["undo"]);
    let _ = home.run(&["undo"]);
    assert_eq!(read(&home, "config.toml"), text);
}

#[test]
fn json() {
    let home = Home::with_config("keymaps = []\n");
    let rule = r#""keys":"zz","keysyms":["z","z"],"text":"x","keymap":"config","file":"~/.config/composekey/config.toml","line":4,"name":"LATIN SMALL LETTER X""#;
    let ran = home.run(&["add", "zz", "x", "--json", "--dry-run"]);
    check(&ran, 0, &format!("{{\"done\":\"shown\",{rule}}}\n"), "");
    let added = home.run(&["add", "zz", "x", "--json"]);
    assert_eq!(added.out, format!("{{\"done\":\"added\",{rule}}}\n"));
    let ran = home.run(&["add", "zz", "y", "--json"]);
    assert!(ran.out.starts_with("{\"code\":\"E0048\","), "{}", ran.out);
    assert_eq!((ran.err.as_str(), ran.status), ("", 1));
    let ran = home.run(&["remove", "zz", "--json"]);
    assert_eq!(ran.out, format!("{{\"done\":\"deleted\",{rule},\"now\":null}}\n"));
}

#[test]
fn links_stay_and_what_is_protected_is_left_alone() {
    let home = Home::new();
    fs::create_dir_all(home.path("../../dotfiles")).unwrap();
    home.write("../../dotfiles/composekey.toml", "[sequences]\n");
    symlink("../../dotfiles/composekey.toml", home.path("config.toml")).unwrap();
    assert_eq!(home.run(&["add", "zz", "x"]).status, 0);
    assert!(home.path("config.toml").is_symlink());
    let file = home.path("../../dotfiles/composekey.toml");
    assert_eq!(fs::read_to_string(&file).unwrap(), "[sequences]\n\"zz\" = \"x\"\n");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o400)).unwrap();
    let ran = home.run(&["remove", "zz"]);
    let err = format!(
        "\
error[E0041]: `{CONFIG}` is not written: it is read-only
 |
 = help: change the file that it is made from, or copy it and name the copy
         with `--config`
"
    );
    check(&ran, 2, "", &err);
}

#[test]
fn edit_writes_what_is_right() {
    let home = Home::with_config("[sequences]\nzz = 'x'\n");
    let ran = edit(&home, &[], "sed -i s/zz/zy/ \"$1\"");
    let err = format!("wrote {CONFIG}; `composekey undo` brings the old one back\n");
    check(&ran, 0, "", &err);
    assert_eq!(read(&home, "config.toml"), "[sequences]\nzy = 'x'\n");
    check(&edit(&home, &[], "true"), 0, "", "nothing is changed\n");
    let ran = edit(&home, &["new.toml"], "echo za = \\\"b\\\" >> \"$1\"");
    let err = "wrote ~/.config/composekey/new.toml; `composekey undo` brings the old one back\n\
               it is not in use: add `\"new.toml\"` to `keymaps` in config.toml\n";
    check(&ran, 0, "", err);
    assert!(read(&home, "new.toml").ends_with("[sequences]\nza = \"b\"\n"));
}

/// `composekey` on a terminal of 80 columns, and what a person answers there.
fn on_a_terminal(home: &Home, command: &str, answers: &str) -> String {
    let program = env!("CARGO_BIN_EXE_composekey");
    let shell = format!("stty cols 80 -echo; {program} {command}");
    let mut script = Command::new("script");
    let folder = home.path("../..").canonicalize().unwrap();
    let _ = script
        .args(["-qec", &shell, "/dev/null"])
        .env_clear()
        .envs([("PATH", "/usr/bin:/bin"), ("NO_COLOR", "1"), ("SHELL", "/bin/sh")])
        .env("HOME", &folder)
        .env("EDITOR", "sh ~/editor")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut script = script.spawn().unwrap();
    script.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
    let output = script.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap().replace('\r', "");
    text.replace(folder.to_str().unwrap(), "~")
}

#[test]
fn add_asks_on_a_terminal() {
    let home = Home::new();
    let said = on_a_terminal(&home, "add", "zl\nł\nstroke\n");
    let expected =
        format!("keys: text: name (may be empty):   zl  ł  stroke\nadded to {CONFIG}:2\n");
    assert!(said.ends_with(&expected), "{said:?}");
    assert_eq!(
        read(&home, "config.toml"),
        "[sequences]\n\"zl\" = { text = \"ł\", name = \"stroke\" }\n"
    );
}

#[test]
fn edit_offers_to_edit_again() {
    let home = Home::with_config("[sequences]\n");
    // Wrong the first time, mended the second time.
    let script =
        "if grep -q oops $1; then sed -i s/oops/\"zz = 'x'\"/ $1; else echo oops >> $1; fi\n";
    home.write("../../editor", script);
    let said = on_a_terminal(&home, "edit", "y\n");
    assert!(said.contains("error[E0001]") && said.contains("errors: edit again? [Y/n] "), "{said}");
    assert!(
        said.ends_with(&format!("wrote {CONFIG}; `composekey undo` brings the old one back\n")),
        "{said}"
    );
    assert_eq!(read(&home, "config.toml"), "[sequences]\nzz = 'x'\n");
}

#[test]
fn edit_keeps_what_is_wrong_elsewhere() {
    let home = Home::with_config("[sequences]\nzz = 'x'\n");
    let ran = edit(&home, &[], "echo oops >> \"$1\"");
    assert_eq!((ran.status, ran.out.as_str()), (1, ""));
    assert!(ran.err.starts_with("error[E0001]"), "{}", ran.err);
    let copy = ran.err.lines().last().unwrap().strip_prefix("not written; your text is in ");
    let copy = copy.expect(&ran.err);
    assert_eq!(fs::read_to_string(copy).unwrap(), "[sequences]\nzz = 'x'\noops\n");
    fs::remove_dir_all(std::path::Path::new(copy).parent().unwrap()).unwrap();
    assert_eq!(read(&home, "config.toml"), "[sequences]\nzz = 'x'\n");
    // Somebody else changes the file meanwhile.
    let config = home.path("config.toml");
    let script = format!("echo >> {}; echo zy = \\\"y\\\" >> \"$1\"", config.display());
    let ran = edit(&home, &[], &script);
    assert!(ran.err.contains("it was changed while this command ran"), "{}", ran.err);
    let copy = ran.err.lines().last().unwrap().rsplit(' ').next().unwrap();
    fs::remove_dir_all(std::path::Path::new(copy).parent().unwrap()).unwrap();
    assert_eq!((ran.status, read(&home, "config.toml").as_str()), (2, "[sequences]\nzz = 'x'\n\n"));
    let ran = edit(&home, &[], "exit 3");
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("ended with exit status: 3; nothing is changed"), "{}", ran.err);
}
