//! Whole answers, on the screen and as JSON.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use composekey::{
    cli::doctor::{Signs, json, screen},
    diagnostic::{Severity, Style},
};
use unicode_width::UnicodeWidthStr as _;

use super::Machine;
use crate::support::Home;

/// The columns of a terminal.
const WIDTH: usize = 80;

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The first block of `docs/doctor.md` that is marked so.
fn documented(info: &str) -> String {
    let document = read("docs/doctor.md");
    let block = document.split(&format!("```{info}\n")).nth(1).unwrap();
    block.split("```").next().unwrap().to_owned()
}

fn drawn(machine: &mut Machine, signs: Signs, style: Style) -> String {
    let (facts, findings) = machine.examine();
    screen(&facts, &findings, signs, style, WIDTH)
}

/// The machine of `docs/doctor.md`, on which a few things are wrong.
fn ailing() -> Machine {
    Machine::named("x11").with(&documented("machine"))
}

#[test]
fn a_machine_where_all_is_well() {
    let (_, findings) = Machine::named("x11").examine();
    assert_eq!(findings, []);
    let expected = "\
session
  ✓ display               X11 on :0, The X.Org Foundation
  ✓ desktop               XFCE, xfwm4
  ✓ locale                en_US.UTF-8, Compose file en_US.UTF-8/Compose
input methods
  · in use                none runs; no variable is set
Compose files
  ✓ ~/.XCompose           libx11 1.8.4, libxkbcommon 1.5, gtk3 3.24.38, gtk4
                          4.8.3, qt
Caps Lock
  ✓ lock                  Caps Lock is off
  ✓ options               none of the keymap's
  ✓ others                no program that takes keys
devices
  · /dev/uinput           0600 root, closed to you
  · /dev/input            2, 0 open to you
composekeyd
  ✓ daemon                VERSION, process 42, x11 on :0, ready
  ✓ at login              systemd unit, enabled
  ✓ settings              ~/.config/composekey/config.toml, 4402 sequences,
                          trigger caps_lock

all is well
";
    let expected = expected.replace("VERSION", env!("CARGO_PKG_VERSION"));
    assert_eq!(drawn(&mut Machine::named("x11"), Signs::UNICODE, Style::Plain), expected);
}

#[test]
fn a_machine_on_which_a_few_things_are_wrong() {
    let plain = drawn(&mut ailing(), Signs::UNICODE, Style::Plain);
    let version = format!("daemon                {},", env!("CARGO_PKG_VERSION"));
    assert_eq!(plain, documented("text").replace("daemon                0.1.0,", &version));
    // The same in colour, and the same again when the colours are taken away.
    let colour = drawn(&mut ailing(), Signs::UNICODE, Style::Colour);
    let mut bare = String::new();
    for (i, piece) in colour.split("\u{1b}[").enumerate() {
        bare.push_str(if i == 0 { piece } else { piece.split_once('m').unwrap().1 });
    }
    assert_eq!(bare, plain);
    for line in ["  \u{1b}[1;31m✗\u{1b}[0m", "\u{1b}[1;35m!\u{1b}[0m ", "\u{1b}[1;36mfix:\u{1b}[0m"]
    {
        assert!(colour.contains(line), "{line:?} in {colour}");
    }
    let ascii = drawn(&mut ailing(), Signs::ASCII, Style::Plain);
    assert!(ascii.is_ascii(), "{ascii}");
    assert_eq!(ascii.lines().count(), plain.lines().count());
}

#[test]
fn no_line_is_too_wide_but_those_to_be_copied() {
    for base in ["x11", "wayland", "console"] {
        let text = drawn(&mut Machine::named(base), Signs::UNICODE, Style::Plain);
        for line in text.lines().chain(documented("text").lines()) {
            assert!(line.width() <= WIDTH || line.starts_with("  fix: "), "{line}");
        }
    }
}

#[test]
fn signs_are_those_that_the_locale_can_show() {
    for (locale, signs) in [
        ("de_DE.UTF-8", Signs::UNICODE),
        ("C.utf8", Signs::UNICODE),
        ("C", Signs::ASCII),
        ("de_DE.ISO8859-1@euro", Signs::ASCII),
    ] {
        assert_eq!(Signs::of_locale(locale), signs, "{locale}");
    }
}

/// Holds an answer against the schema.
const VALIDATE: &str = "
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft7Validator.check_schema(schema)
for line in sys.stdin:
    jsonschema.validate(json.loads(line), schema, cls=jsonschema.Draft7Validator)
";

#[test]
fn json_is_as_its_schema_says() {
    let mut lines = String::new();
    let machines = ["x11", "wayland", "console"].map(Machine::named);
    for mut machine in machines.into_iter().chain([ailing()]) {
        let (facts, findings) = machine.examine();
        lines += &serde_json::to_string(&json(&facts, &findings)).unwrap();
        lines.push('\n');
    }
    for (_, facts, findings) in super::examples() {
        lines += &serde_json::to_string(&json(facts, findings)).unwrap();
        lines.push('\n');
    }
    // The machine that this runs on, whatever it is like.
    let ran = Home::new().run(&["doctor", "--json"]);
    lines += &ran.out;
    let mut python = Command::new("/usr/bin/python3")
        .args(["-c", VALIDATE])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/doctor.schema.json"))
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("python3, which `make deps` installs");
    std::io::Write::write_all(&mut python.stdin.take().unwrap(), lines.as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "python3-jsonschema (`make deps`) says: {said}");
}

#[test]
fn the_exit_status_is_that_of_the_worst() {
    // Whatever this machine is like, the answer and the status say the same.
    let ran = Home::new().run(&["doctor", "--json"]);
    let answer: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let findings = answer["findings"].as_array().unwrap();
    let bad = findings.iter().any(|finding| finding["severity"] != Severity::Note.name());
    assert_eq!(ran.status, i32::from(bad), "{}", ran.out);
    assert_eq!(ran.err, "");
    // `LANG` is not set there: that is a warning.
    assert!(findings.iter().any(|finding| finding["code"] == "E0225"), "{}", ran.out);
    let ran = Home::new().run(&["--config", "missing.toml", "doctor"]);
    assert_eq!(ran.status, 2);
}
