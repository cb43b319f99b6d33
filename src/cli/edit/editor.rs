//! `composekey edit`: a map in one's own editor, put in place when it is right.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use clap_complete::ArgValueCompleter;

use super::{Target, Wrote, ask, daemon, is_asked, say, stops};
use crate::{
    cli::{Exit, Terminal, complete, refuse},
    config::Paths,
    source::Sources,
};

/// `composekey edit`.
#[derive(Debug, clap::Args)]
pub struct Edit {
    /// The keymap, by name or file; config.toml unless given
    #[arg(add = ArgValueCompleter::new(complete::own_keymaps))]
    pub keymap: Option<String>,
}

/// What a new file starts with.
const NEW: &str =
    "# The keys, then what they give: `man composekey-map` tells all.\n\n[sequences]\n";

/// What the shell takes when nobody says which editor.
const EDITOR: &str = "$(command -v sensible-editor || command -v nano || command -v vim || command -v vi || echo vi)";

pub(in crate::cli) fn run(
    args: &Edit,
    paths: &Paths,
    terminal: &mut Terminal<'_>,
) -> io::Result<Exit> {
    let target = match Target::open(args.keymap.as_deref(), paths) {
        Ok(target) => target,
        Err(finding) => return refuse(&finding, &Sources::default(), false, terminal),
    };
    let editor = paths.editor.clone().unwrap_or_else(|| EDITOR.into());
    let new = target.place.old.is_none();
    let start = if new { NEW } else { target.text.as_str() };
    let copy = match Copy::new(&target.place.path, start) {
        Ok(copy) => copy,
        Err(error) => {
            writeln!(terminal.err, "error making a copy to edit: {error}")?;
            return Ok(Exit::Failed);
        }
    };
    loop {
        terminal.out.flush()?;
        let text = match opened(&editor, &copy.path) {
            Ok(text) => text,
            Err(why) => {
                writeln!(terminal.err, "error: {why}; nothing is changed")?;
                return copy.kept(start, terminal);
            }
        };
        if text == start {
            writeln!(terminal.err, "nothing is changed")?;
            return Ok(Exit::Fine);
        }
        match judged(&target, &text, terminal)? {
            Next::Again => {}
            Next::Stop => return copy.kept(start, terminal),
            Next::Write => return put(&target, &text, copy, terminal),
        }
    }
}

/// What is done with an edited text.
enum Next {
    Write,
    Again,
    Stop,
}

/// Says what is new about the text, and asks what to do.
fn judged(target: &Target<'_>, text: &str, terminal: &mut Terminal<'_>) -> io::Result<Next> {
    let after = target.with(text);
    let news = target.news(&after);
    say(&news, &after.sources, false, terminal)?;
    let (question, otherwise) = match (stops(&news), news.is_empty()) {
        (true, _) => ("errors: edit again? [Y/n]", Next::Stop),
        (false, true) => return Ok(Next::Write),
        (false, false) => ("edit again? [y/N]", Next::Write),
    };
    if !is_asked(terminal) {
        return Ok(otherwise);
    }
    let answer = ask(question, terminal)?;
    let answer = answer.map(|answer| answer.trim().to_lowercase());
    Ok(match (answer.as_deref(), stops(&news)) {
        (Some("y" | "yes"), _) | (Some(""), true) => Next::Again,
        _ => otherwise,
    })
}

fn put(
    target: &Target<'_>,
    text: &str,
    copy: Copy,
    terminal: &mut Terminal<'_>,
) -> io::Result<Exit> {
    match target.write(text, false, terminal)? {
        Err(finding) => {
            let exit = refuse(&finding, &Sources::default(), false, terminal)?;
            copy.kept("", terminal)?;
            Ok(exit)
        }
        Ok(Wrote::Shown | Wrote::Same) => Ok(Exit::Fine),
        Ok(Wrote::New) => {
            let shown = target.place.shown();
            writeln!(terminal.err, "wrote {shown}; `composekey undo` brings the old one back")?;
            target.remind(terminal)?;
            if target.in_use {
                daemon::tell(target.paths, terminal)?;
            }
            Ok(Exit::Fine)
        }
    }
}

/// The text after the editor had the file, or why there is none.
fn opened(editor: &OsString, file: &Path) -> Result<String, String> {
    // The variable is a command of the shell, as for git and others: `code --wait`.
    let mut command = OsString::from(editor);
    command.push(" \"$1\"");
    let status = Command::new("sh").arg("-c").arg(command).arg(editor).arg(file).status();
    let name = editor.to_string_lossy();
    match status {
        Ok(status) if status.success() => {}
        Ok(status) => return Err(format!("the editor `{name}` ended with {status}")),
        Err(error) => return Err(format!("the editor `{name}` does not start: {error}")),
    }
    fs::read_to_string(file).map_err(|error| format!("error reading what was edited: {error}"))
}

/// The file that is edited; it goes when nothing in it is worth keeping.
struct Copy {
    path: PathBuf,
    folder: tempfile::TempDir,
}

impl Copy {
    /// A copy of the same name in a folder of the user alone.
    fn new(path: &Path, text: &str) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("composekey-edit.").tempdir()?;
        let path = folder.path().join(path.file_name().unwrap_or_default());
        fs::write(&path, text)?;
        Ok(Self { path, folder })
    }

    /// Says where the work is that was not written, if there is any.
    fn kept(self, start: &str, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
        if fs::read_to_string(&self.path).is_ok_and(|text| text != start) {
            let _ = self.folder.keep();
            writeln!(terminal.err, "not written; your text is in {}", self.path.display())?;
        }
        Ok(Exit::Findings)
    }
}
