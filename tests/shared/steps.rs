//! docs/tour.md and the lines of README.md, as steps, and a source folder in which they can be taken. The fast tests
//! run the commands, the end-to-end tests type as well.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

/// The user in the tour's answers.
const HOME: &str = "/home/ada";

/// One thing that the tour asks for.
#[derive(Debug)]
pub(crate) enum Step {
    /// A line for a shell, and what comes of it.
    Run { command: String, shows: String },
    /// What is typed, and what the window gets.
    Type { keys: Vec<Keys>, text: String },
}

/// What fingers do.
#[derive(Debug)]
pub(crate) enum Keys {
    /// They type.
    Plain(String),
    /// They type while Caps Lock is held.
    Held(String),
}

/// The steps of a document, in their order.
pub(crate) fn steps(name: &str) -> Vec<Step> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    parse(&fs::read_to_string(path).expect("the document is there"))
}

fn parse(document: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut is_console = false;
    for line in document.lines() {
        if let Some(fence) = line.strip_prefix("```") {
            is_console = fence == "console";
        } else if !is_console {
            steps.extend(row(line));
        } else if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step::Run { command: command.to_owned(), shows: String::new() });
        } else if let Some(Step::Run { shows, .. }) = steps.last_mut() {
            shows.push_str(line);
            shows.push('\n');
        }
    }
    steps
}

/// A row of a table: `na⟨"i⟩ve` and what comes of it.
fn row(line: &str) -> Option<Step> {
    let (typed, text) = line.strip_prefix("| `")?.strip_suffix(" |")?.split_once("` | ")?;
    let mut keys = Vec::new();
    for piece in typed.split_inclusive('⟩') {
        let (plain, held) = piece.split_once('⟨').unwrap_or((piece, ""));
        keys.extend((!plain.is_empty()).then(|| Keys::Plain(plain.to_owned())));
        let held = held.trim_end_matches('⟩');
        keys.extend((!held.is_empty()).then(|| Keys::Held(held.to_owned())));
    }
    Some(Step::Type { keys, text: text.to_owned() })
}

/// Whether an answer is the one that the tour shows. `…` stands for anything: alone for lines, in a line for a part of it.
pub(crate) fn is_shown(answer: &str, shows: &str) -> bool {
    let mut pieces = shows.split('…');
    let Some(mut rest) = answer.strip_prefix(pieces.next().unwrap_or_default()) else {
        return false;
    };
    let mut last = "";
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
        last = piece;
    }
    rest.is_empty() || !last.is_empty() && answer.ends_with(last)
}

/// An answer as ada sees it, on a day on which the daemon is process 4242.
pub(crate) fn as_ada(answer: &str, home: &Path) -> String {
    let text = answer.replace(home.to_str().expect("UTF-8"), HOME);
    let mut pieces = text.split("process ");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| {
        let rest = piece.trim_start_matches(|c: char| c.is_ascii_digit());
        let number = if rest.len() < piece.len() { "4242" } else { "" };
        text + "process " + number + rest
    })
}

/// A copy of what `make install` needs of the source folder, and stand-ins for what a test cannot run:
/// `cargo build --release` puts programs that call the ones under test where cargo would, `tools/deps` installs
/// nothing, `sudo` runs the command, `systemctl` writes down what it is asked.
#[derive(Debug)]
pub(crate) struct Source {
    folder: PathBuf,
}

impl Source {
    /// The copy is made in `folder`; `program` finds a program under test.
    pub(crate) fn new(folder: &Path, program: impl Fn(&str) -> PathBuf) -> Self {
        let source = Self { folder: folder.to_owned() };
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        fs::create_dir_all(source.path("tools")).expect("the folder is ours");
        let copied = Command::new("cp")
            .arg("-r")
            .args([root.join("Makefile"), root.join("packaging")])
            .arg(folder)
            .status()
            .expect("`cp` starts");
        assert!(copied.success());
        for name in ["composekey", "composekeyd", "composekey-console"] {
            source.script(
                &format!("built/{name}"),
                &format!("exec '{}' \"$@\"\n", program(name).display()),
            );
        }
        let build = "[ \"$*\" = 'build --release' ] && mkdir -p target/release && cp built/* target/release\n";
        source.script("bin/cargo", build);
        source.script("bin/sudo", "exec \"$@\"\n");
        source.script("bin/systemctl", "echo \"$@\" >> asked-of-systemctl\n");
        source.script("tools/deps", "");
        source
    }

    /// A path in the copy.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn script(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("in a folder")).expect("the folder is ours");
        fs::write(&path, format!("#!/bin/sh\n{text}")).expect("the folder is ours");
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }

    /// Runs a line in the copy, as `shell` does, for a user who lives in `home`; what it says on both streams.
    #[track_caller]
    pub(crate) fn run(&self, mut shell: Command, line: &str, home: &Path) -> String {
        let path =
            format!("{}:{}/.local/bin:/usr/bin:/bin", self.path("bin").display(), home.display());
        let shell =
            shell.arg("-c").arg(format!("exec 2>&1; {line}")).env("PATH", path).env("HOME", home);
        let output = shell.current_dir(&self.folder).output().expect("a shell starts");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(output.status.success(), "`{line}`: {}: {text}", output.status);
        as_ada(&text, home)
    }
}
