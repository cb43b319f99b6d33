//! `composekey check` of Compose files, and `--fix`: whole answers.

use std::{
    fs,
    io::{Read, Write},
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    process::{Command, Stdio},
};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use serde_json::Value;

use crate::support::{Home, Ran};

const EXAMPLE: &str = "docs/examples/ten-mistakes.XCompose";

/// A rule that every toolkit reads alike.
const CLEAN: &str = "include \"%L\"\n<Multi_key> <l> <a> : \"λ\"\n";

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The block of a document that starts with this line.
fn block(document: &str, start: &str) -> String {
    let start = document.find(&format!("```console\n{start}\n")).expect("the block");
    let text = document[start..].split_once('\n').unwrap().1.split_once('\n').unwrap().1;
    text.split("```").next().unwrap().to_owned()
}

/// How many sequences the system's table has depends on the version of libX11.
fn uncounted(text: &str) -> String {
    let mut words: Vec<&str> = text.split(' ').collect();
    for i in 1..words.len() {
        if words[i] == "sequences" && words[i - 1].bytes().all(|byte| byte.is_ascii_digit()) {
            words[i - 1] = "N";
        }
    }
    words.join(" ")
}

/// The text without its colours.
fn uncoloured(text: &str) -> String {
    let mut pieces = text.split("\u{1b}[");
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        plain.push_str(piece.split_once('m').unwrap().1);
    }
    plain
}

/// A home with the ten mistakes in it.
fn ten_mistakes() -> Home {
    let home = Home::new();
    home.write("XCompose", read(EXAMPLE));
    home
}

fn json(ran: &Ran) -> Vec<Value> {
    ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn codes(ran: &Ran) -> Vec<String> {
    let code = |object: &Value| Some(object.get("code")?.as_str()?.to_owned());
    json(ran).iter().filter_map(code).collect()
}

#[test]
fn the_report_of_ten_mistakes_is_the_documented_one() {
    let home = ten_mistakes();
    let ran = home.run(&["check", "XCompose"]);
    let out = ran.out.replace("~/.config/composekey/XCompose", "XCompose");
    let expected = block(&read("docs/check.md"), "$ composekey check XCompose");
    assert_eq!(uncounted(&out), uncounted(&expected), "\n{out}");
    assert_eq!((ran.err.as_str(), ran.status), ("", 1));
    let wide: Vec<&str> = out.lines().filter(|line| line.chars().count() > 80).collect();
    assert_eq!(wide, [""; 0], "lines that are too wide");
}

#[test]
fn colours_change_nothing_but_colours() {
    let home = ten_mistakes();
    let plain = home.run(&["check", "XCompose", "--color", "never"]);
    let colour = home.run(&["check", "XCompose", "--color", "always"]);
    assert_eq!(uncoloured(&colour.out), plain.out);
    let error = "\u{1b}[1m\u{1b}[91merror[E0150]\u{1b}[0m\u{1b}[1m: the result is not in quotes";
    assert!(colour.out.contains(error), "{}", colour.out);
    let cell = "\u{1b}[1;31m4\u{1b}[0m";
    let row = colour.out.lines().find(|line| line.starts_with("gtk3 ")).unwrap();
    assert!(row.contains(cell), "{row}");
}

#[test]
fn a_file_that_all_read_alike_has_no_finding() {
    let home = Home::new();
    home.write("XCompose", CLEAN);
    let ran = home.run(&["check", "XCompose"]);
    let expected = "\
toolkit                     kept  altered  left out  hidden  system's table
libx11                         1        -         -       -  included
libxkbcommon, qt*, fcitx5*     1        -         -       -  included
libxkbcommon@1.14*             1        -         -       -  included
gtk3                           1        -         -       -  there as well
gtk4                           1        -         -       -  included
gtk4@4.20*                     1        -         -       -  included
ibus                           1        -         -       -  there as well
ibus@1.5.33*                   1        -         -       -  included
* read, not run: what its source says

no findings
";
    assert_eq!((ran.out.as_str(), ran.err.as_str(), ran.status), (expected, "", 0));
}

#[test]
fn toolkits_can_be_chosen() {
    let home = Home::new();
    home.write("XCompose", "include \"%L\"\r\n<Multi_key> <l> <a> : \"λ\"\r\n");
    assert_eq!(codes(&home.run(&["check", "XCompose", "--json"])), ["E0155"]);
    let ran = home.run(&["check", "XCompose", "--json", "--for", "qt,gtk4@4.20"]);
    assert_eq!((codes(&ran), ran.status), (vec![], 0));
    let names: Vec<Value> = json(&ran).iter().map(|row| row["toolkit"].clone()).collect();
    assert_eq!(names, ["qt", "gtk4@4.20"]);
    let ran = home.run(&["check", "XCompose", "--for", "gtk5"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("unknown profile `gtk5`"), "{}", ran.err);
}

#[test]
fn findings_name_their_toolkits_in_json() {
    let home = Home::new();
    home.write("XCompose", "include \"%L\"\n<Multi_key> <e> <apostrophe> : eacute\n");
    let ran = home.run(&["check", "XCompose", "--json", "--for", "libx11,gtk3,gtk4"]);
    let mut lines = ran.out.lines();
    let expected = r#"{"code":"E0165","severity":"warning","message":"the result is a keysym alone","file":"~/.config/composekey/XCompose","line":2,"column":32,"help":"`--fix` does that","labels":[{"file":"~/.config/composekey/XCompose","line":2,"column":32,"text":"write `\"é\" eacute`"}],"notes":["left out by gtk3 and gtk4"],"toolkits":[{"toolkit":"gtk3","verdict":"dropped","reason":"only a string in quotes is a result"},{"toolkit":"gtk4","verdict":"dropped","reason":"only a string in quotes is a result"}]}"#;
    let finding = lines.find(|line| line.contains("E0165")).unwrap();
    assert_eq!(finding, expected);
    let last = r#"{"toolkit":"gtk4","measured":true,"table":"whole","kept":0,"altered":0,"dropped":1,"hidden":0,"system":"included"}"#;
    assert_eq!(ran.out.lines().last(), Some(last));
}

#[test]
fn many_findings_of_a_kind_are_shown_on_demand() {
    let home = Home::new();
    let many: String =
        (0..25).map(|i| format!("<Multi_key> <F{}> <{}> : x{i}\n", i % 9 + 1, i / 9)).collect();
    home.write("XCompose", format!("include \"%L\"\n{many}"));
    let count = |ran: &Ran| ran.out.lines().filter(|l| l.starts_with("error[E0150]")).count();
    let ran = home.run(&["check", "XCompose"]);
    assert_eq!(count(&ran), 10);
    assert!(ran.out.contains("and 15 more of E0150 (result without quotes)\n"), "{}", ran.out);
    assert_eq!(count(&home.run(&["check", "XCompose", "--all"])), 25);
    let ran = home.run(&["check", "XCompose", "--json"]);
    assert_eq!(codes(&ran).iter().filter(|code| *code == "E0150").count(), 25);
}

/// Holds a log against the schema of SARIF 2.1.0.
const VALIDATE: &str = "
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.validate(json.load(sys.stdin), schema, cls=jsonschema.Draft7Validator)
";

#[test]
fn sarif_is_valid() {
    let home = ten_mistakes();
    home.write("broken.toml", "[sequences]\nla = 1\n");
    for file in ["XCompose", "broken.toml"] {
        let ran = home.run(&["check", file, "--format", "sarif"]);
        let log: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(log["version"], "2.1.0");
        let results = log["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.len(), codes(&home.run(&["check", file, "--json"])).len());
        let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fast/sarif/schema.json");
        let mut python = Command::new("/usr/bin/python3")
            .args(["-c", VALIDATE])
            .arg(schema)
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("python3, which `make deps` installs");
        std::io::Write::write_all(&mut python.stdin.take().unwrap(), ran.out.as_bytes()).unwrap();
        let output = python.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "python3-jsonschema (`make deps`) says: {said}");
    }
}

#[test]
fn fix_shows_and_writes_what_it_mends() {
    let home = ten_mistakes();
    let ran = home.run(&["check", "XCompose", "--fix", "--for", "libx11"]);
    let diff = block(&read("docs/check.md"), "$ composekey check XCompose --fix");
    let out = ran.out.replace("~/.config/composekey/XCompose", "XCompose").replace('\r', "");
    assert!(out.starts_with(&diff), "{out}");
    assert!(out[diff.len()..].starts_with("not written: `--yes` writes it\n"), "{out}");
    assert_eq!(fs::read_to_string(home.path("XCompose")).unwrap(), read(EXAMPLE));

    // A link stays a link, and a mode is kept.
    fs::rename(home.path("XCompose"), home.path("real")).unwrap();
    fs::set_permissions(home.path("real"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real", home.path("XCompose")).unwrap();
    let ran = home.run(&["check", "XCompose", "--fix", "--include", "--yes", "--json"]);
    assert!(ran.err.contains("XCompose` brings the old one back\n"), "{}", ran.err);
    let text = fs::read_to_string(home.path("real")).unwrap();
    assert!(text.starts_with("# My own sequences\ninclude \"%L\"\n"), "{text}");
    assert!(text.contains("<Multi_key> <l> <a> : \"λ\"\n") && !text.contains('\r'), "{text}");
    assert!(fs::symlink_metadata(home.path("XCompose")).unwrap().is_symlink());
    assert_eq!(fs::metadata(home.path("real")).unwrap().permissions().mode() & 0o777, 0o640);
    let left = codes(&ran);
    for mended in ["E0150", "E0151", "E0152", "E0155", "E0158"] {
        assert!(!left.contains(&mended.to_owned()), "{mended} in {left:?}");
    }
    assert_eq!(ran.status, 1, "the rest is for a person");

    let ran = home.run(&["check", "XCompose", "--fix", "--yes"]);
    assert!(ran.out.starts_with("nothing to mend\n"), "{}", ran.out);
    assert_eq!(home.run(&["undo", "XCompose"]).status, 0);
    assert_eq!(fs::read_to_string(home.path("real")).unwrap(), read(EXAMPLE));
}

#[test]
fn fix_leaves_alone_what_it_cannot_mend() {
    let home = Home::new();
    home.write("latin1", b"<Multi_key> <l> <a> : \"\xe9\"\r\n");
    let ran = home.run(&["check", "latin1", "--fix", "--yes"]);
    assert_eq!((ran.out.as_str(), ran.status), ("", 2));
    assert!(ran.err.contains("error[E0022]") && ran.err.contains("is left alone"), "{}", ran.err);
    home.write("map.toml", "[sequences]\nla = 1\n");
    let ran = home.run(&["check", "map.toml", "--fix"]);
    assert_eq!(ran.err, "error: `--fix` mends Compose files, and this is a map\n");
    assert_eq!(ran.status, 2);
}

/// Runs the program on a terminal, where somebody answers its question. What the terminal shows, and the
/// exit status.
fn on_a_terminal(home: &Home, args: &[&str], answer: &str) -> (String, i32) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let terminal =
        || fs::File::options().read(true).write(true).open(name.to_str().unwrap()).unwrap();
    let mut child = home
        .command(args)
        .env("NO_COLOR", "1")
        .stdin(terminal())
        .stdout(terminal())
        .stderr(terminal())
        .spawn()
        .unwrap();
    let mut master = fs::File::from(master);
    let mut shown = Vec::new();
    let mut answered = false;
    let mut buffer = [0; 4096];
    // Nobody has the other side any more: the end is an error.
    while let Ok(length @ 1..) = master.read(&mut buffer) {
        shown.extend(&buffer[..length]);
        if !answered && shown.ends_with(b"? [y/N] ") {
            master.write_all(answer.as_bytes()).unwrap();
            answered = true;
        }
    }
    let status = child.wait().unwrap().code().unwrap();
    (String::from_utf8(shown).unwrap().replace("\r\n", "\n"), status)
}

#[test]
fn fix_asks_on_a_terminal() {
    for (answer, written) in [("n\n", false), ("\n", false), ("yesterday\n", false), ("y\n", true)]
    {
        let home = ten_mistakes();
        let (shown, status) = on_a_terminal(&home, &["check", "XCompose", "--fix"], answer);
        let asked = shown.find("XCompose? [y/N] ").expect("the question");
        assert!(shown.find("+<Multi_key> <l> <a> : \"λ\"").expect("the diff") < asked, "{shown}");
        assert_eq!(shown.contains("\nnot written\n"), !written, "{answer:?}: {shown}");
        assert_eq!(shown.contains("brings the old one back"), written, "{answer:?}: {shown}");
        let text = fs::read_to_string(home.path("XCompose")).unwrap();
        assert_eq!(text == read(EXAMPLE), !written, "{answer:?}");
        assert_eq!(status, 1, "there are findings left");
    }
}

#[test]
fn a_question_that_nobody_answers_means_no() {
    // Control+D on an empty line.
    let home = ten_mistakes();
    let (shown, _) = on_a_terminal(&home, &["check", "XCompose", "--fix"], "\u{4}");
    assert!(shown.contains("not written\n"), "{shown}");
    assert_eq!(fs::read_to_string(home.path("XCompose")).unwrap(), read(EXAMPLE));
}

#[test]
fn files_that_include_each_other() {
    let home = Home::new();
    home.write("one", "include \"%H/.config/composekey/two\"\n<Multi_key> <a> <a> : \"1\"\n");
    home.write("two", "include \"%H/.config/composekey/one\"\n<Multi_key> <b> <b> : \"2\"\n");
    let ran = home.run(&["check", "one", "--for", "libx11,libxkbcommon,gtk3,gtk4,ibus"]);
    for line in [
        "error[E0159]: no table at all in libxkbcommon\n",
        "error[E0159]: no table at all in ibus\n",
        "note: the program itself ends at files that include each other:",
    ] {
        assert!(ran.out.contains(line), "{line}\n{}", ran.out);
    }
    assert!(!ran.out.contains("is there twice"), "{}", ran.out);
    assert!(ran.out.contains("\nlibx11           2        -"), "{}", ran.out);
}

#[test]
fn files_that_cannot_be_read() {
    let home = Home::new();
    symlink("b", home.path("a")).unwrap();
    symlink("a", home.path("b")).unwrap();
    let ran = home.run(&["check", "a"]);
    assert_eq!((ran.out.as_str(), ran.status), ("", 2));
    assert!(ran.err.contains("its symbolic links lead nowhere but to each other"), "{}", ran.err);
    let big = fs::File::create(home.path("big")).unwrap();
    big.set_len(100 * 1024 * 1024).unwrap();
    for (file, why) in [("big", "larger than the limit"), (".", "not a regular file")] {
        for command in [&["check", file][..], &["import", file], &["explain", "oc", "--file", file]]
        {
            let ran = home.run(command);
            assert_eq!((ran.out.as_str(), ran.status), ("", 2), "{command:?}");
            assert!(ran.err.contains(why), "{}", ran.err);
        }
    }
}
