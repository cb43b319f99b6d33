//! Runs the programs in C beside this file, which ask a toolkit; `oracle.h` has the protocol.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use composekey::xcompose::machine::simple::Pressed;

use crate::{corpus::Key, process::Server};

/// A toolkit: the name of its program, and the libraries that it is linked with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Toolkit {
    pub(crate) name: &'static str,
    libraries: &'static [&'static str],
}

pub(crate) const GTK3: Toolkit =
    Toolkit { name: "gtk3", libraries: &["libgtk-3.so.0", "libgdk-3.so.0"] };
pub(crate) const GTK4: Toolkit = Toolkit { name: "gtk4", libraries: &["libgtk-4.so.1"] };
pub(crate) const IBUS: Toolkit = Toolkit { name: "ibus", libraries: &["libibus-1.0.so.5"] };

/// What a toolkit is asked.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) tries: Vec<Vec<Key>>,
}

/// What it did.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    /// What it had to say.
    pub(crate) notes: Vec<String>,
    /// For each try, key by key.
    pub(crate) tries: Vec<Vec<Pressed>>,
    /// The signal that ended it.
    pub(crate) died: Option<i32>,
}

impl Toolkit {
    /// Builds the program. The headers of the toolkits are not needed.
    fn build(self, folder: &Path) -> PathBuf {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles");
        let program = folder.join(self.name);
        let own = ["libgobject-2.0.so.0", "libgio-2.0.so.0", "libglib-2.0.so.0"];
        let output = Command::new("cc")
            .args(["-O1", "-Wall", "-Wextra", "-Wno-unused-function", "-rdynamic", "-o"])
            .arg(&program)
            .arg(source.join(format!("{}.c", self.name)))
            .args(self.libraries.iter().chain(&own).map(|library| format!("-l:{library}")))
            .output()
            .expect("a C compiler is needed: make deps");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && errors.is_empty(), "make deps?\n{errors}");
        program
    }

    /// Asks it all questions.
    pub(crate) fn ask(self, questions: &[Question]) -> Vec<Answer> {
        let folder = tempfile::tempdir().unwrap();
        let program = self.build(folder.path());
        let server = Server::start();
        let mut process = Command::new(program)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("DISPLAY", &server.display)
            .envs([("GDK_BACKEND", "x11"), ("GDK_DEBUG", "gl-disable"), ("GTK_A11Y", "none")])
            .envs([("NO_AT_BRIDGE", "1"), ("GSETTINGS_BACKEND", "memory")])
            .env("DBUS_SESSION_BUS_ADDRESS", "disabled:")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = process.stdin.take().unwrap();
        let text: String = questions.iter().map(written).collect();
        let writer = thread::spawn(move || stdin.write_all(text.as_bytes()));
        let mut answers = Vec::new();
        let mut answer = Answer::default();
        for line in BufReader::new(process.stdout.take().unwrap()).split(b'\n') {
            let line = String::from_utf8_lossy(&line.unwrap()).into_owned();
            if let Some(status) = line.strip_prefix("end ") {
                let status = status.parse().unwrap();
                answer.died = (status != 0).then_some(status);
                answers.push(std::mem::take(&mut answer));
            } else {
                heard(&mut answer, &line);
            }
        }
        writer.join().unwrap().unwrap();
        assert!(process.wait().unwrap().success());
        assert_eq!(answers.len(), questions.len(), "{} stopped", self.name);
        answers
    }
}

fn written(question: &Question) -> String {
    let mut text = String::new();
    for (name, value) in &question.environment {
        text.push_str(&format!("env {name}={value}\n"));
    }
    for keys in &question.tries {
        text.push_str("keys");
        for key in keys {
            text.push_str(&format!(" {:x}/{:x}", key.keysym.0, key.held));
        }
        text.push('\n');
    }
    text + "go\n"
}

fn heard(answer: &mut Answer, line: &str) {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    match word {
        "note" => answer.notes.push(rest.to_owned()),
        "try" => answer.tries.push(Vec::new()),
        "key" => {
            let mut words = rest.split(' ');
            let mut next = || words.next().unwrap();
            let (eaten, beeps, shown) = (next() == "1", next().parse().unwrap(), unhex(next()));
            let typed = words.map(unhex).collect();
            let pressed = Pressed { eaten, beeps, typed, shown };
            answer.tries.last_mut().unwrap().push(pressed);
        }
        // GLib says its last words there.
        _ => answer.notes.push(line.to_owned()),
    }
}

fn unhex(text: &str) -> String {
    if text == "-" {
        return String::new();
    }
    let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    let bytes: Vec<u8> = (0..text.len()).step_by(2).map(byte).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}
