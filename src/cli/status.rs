//! `status`, `reload`, `pause` and `resume`: what is asked of a running daemon.

use std::{
    io::{self, Write},
    thread,
    time::Duration,
};

use clap::Args;

use super::{
    Exit, Terminal,
    args::Ask,
    show::{paint, shortened},
};
use crate::{
    config::Paths,
    diagnostic::Style,
    ipc::{self, CallError, Reply, Request, Status},
};

/// `composekey status`.
#[derive(Debug, Args)]
pub struct Watch {
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    /// Go on showing it, once more whenever it changed, until Ctrl+C
    #[arg(long)]
    pub watch: bool,
}

/// How often a daemon that is watched is asked.
const PERIOD: Duration = Duration::from_millis(500);

/// Shows how the daemon is, once or until the reader is gone.
///
/// # Errors
/// When the answer cannot be written.
pub(super) fn status(args: &Watch, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let Watch { json, watch } = *args;
    if !watch {
        return run(&Request::Status, &Ask { json }, paths, terminal);
    }
    let socket = ipc::socket(&paths.control_dir());
    let mut screen = Screen { shown: None, rows: 0, width: terminal.width.filter(|_| !json) };
    loop {
        let text = match (ipc::call(&socket, &Request::Status), json) {
            (Ok(reply), true) => ipc::encode(&reply),
            (Ok(Reply::Status(status)), false) => {
                let mut text = Vec::new();
                // What is cut to the width of the terminal has no colours.
                show(&mut text, &status, Style::Plain)?;
                String::from_utf8_lossy(&text).into_owned()
            }
            (Ok(_), false) => "an answer to another question\n".to_owned(),
            (Err(error), true) => {
                format!("{}\n", serde_json::json!({ "error": error.to_string() }))
            }
            (Err(error), false) => format!("{error}\n"),
        };
        screen.show(text, terminal.out)?;
        thread::sleep(PERIOD);
    }
}

/// What a watcher sees. On a terminal each text takes the place of the one before it.
struct Screen {
    shown: Option<String>,
    /// How many rows of the terminal it takes.
    rows: usize,
    width: Option<usize>,
}

impl Screen {
    /// Shows a text unless it is there already.
    fn show(&mut self, text: String, out: &mut dyn Write) -> io::Result<()> {
        if self.shown.as_ref() == Some(&text) {
            return Ok(());
        }
        match self.width {
            Some(width) => {
                if self.rows > 0 {
                    // Up to its first line, and everything from there on away.
                    write!(out, "\u{1b}[{}A\u{1b}[J", self.rows)?;
                }
                // A line that wraps would take more rows than are counted.
                for line in text.lines() {
                    writeln!(out, "{}", shortened(line, width))?;
                }
                self.rows = text.lines().count();
            }
            None if self.shown.is_some() && text.contains("\n  ") => write!(out, "\n{text}")?,
            None => write!(out, "{text}")?,
        }
        out.flush()?;
        self.shown = Some(text);
        Ok(())
    }
}

/// Asks the daemon, and shows what it answers.
///
/// # Errors
/// When the answer cannot be written.
pub(super) fn run(
    request: &Request,
    args: &Ask,
    paths: &Paths,
    terminal: &mut Terminal<'_>,
) -> io::Result<Exit> {
    let reply = match ipc::call(&ipc::socket(&paths.control_dir()), request) {
        Ok(reply) => reply,
        Err(error) => {
            writeln!(terminal.err, "error: {error}")?;
            let help = match error {
                CallError::NotRunning(_) => Some(
                    "start it with `composekeyd`, or `systemctl --user start composekeyd`;\n  \
                     `composekey doctor` finds what is in its way",
                ),
                CallError::Silent(_) => Some("`composekey doctor` finds what is in its way"),
                _ => None,
            };
            if let Some(help) = help {
                writeln!(terminal.err, "  {}", paint(terminal.err_style, "2", help))?;
            }
            return Ok(Exit::Failed);
        }
    };
    if args.json {
        write!(terminal.out, "{}", ipc::encode(&reply))?;
    }
    match reply {
        Reply::Status(status) => {
            if !args.json {
                show(terminal.out, &status, terminal.out_style)?;
            }
            Ok(Exit::Fine)
        }
        Reply::Reloaded { sequences, kept, report } => {
            if !args.json {
                write!(terminal.err, "{report}")?;
                let kept_now = if kept { ": the old ones stay in force" } else { " in force" };
                writeln!(terminal.out, "{sequences} sequences{kept_now}")?;
            }
            Ok(if kept { Exit::Findings } else { Exit::Fine })
        }
        Reply::Done => Ok(Exit::Fine),
        Reply::Refused { reason } => {
            writeln!(terminal.err, "error: {reason}")?;
            Ok(Exit::Failed)
        }
    }
}

/// Shows how the daemon is.
///
/// # Errors
/// When `out` cannot be written.
fn show(out: &mut (impl Write + ?Sized), status: &Status, style: Style) -> io::Result<()> {
    let well = !status.paused && status.ignoring.is_none();
    let state = match (status.paused, &status.ignoring) {
        (true, _) => "paused: `composekey resume` goes on".to_owned(),
        (false, Some(class)) => format!("leaves `{class}` alone, which has the focus"),
        (false, None) => "ready".to_owned(),
    };
    let keyboards = match &status.keyboards[..] {
        [] => "none yet".to_owned(),
        keyboards => keyboards.iter().map(|k| k.name.as_str()).collect::<Vec<_>>().join(", "),
    };
    let kept = if status.kept { ", not the newest: `composekey check` tells why" } else { "" };
    let lock = if status.caps_lock { "on" } else { "off" };
    let state = paint(style, if well { "32" } else { "33" }, &state);
    writeln!(out, "composekeyd {}, process {}: {state}", status.version, status.pid)?;
    for (name, value) in [
        ("display", status.display.as_str()),
        ("input", &format!("{}: {}", status.input, status.why)),
        ("keyboards", &keyboards),
        ("trigger", &status.trigger),
        ("output", &status.output),
        ("sequences", &format!("{}{kept}", status.sequences)),
        ("settings", &status.config.display().to_string()),
        ("caps lock", lock),
    ] {
        if !value.is_empty() {
            writeln!(out, "  {} {value}", paint(style, "2", &format!("{name:<10}")))?;
        }
    }
    for note in &status.notes {
        writeln!(out, "{}: {note}", paint(style, "33", "note"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ipc::Keyboard;

    #[test]
    fn a_watcher_sees_changes_only() {
        let watch = |width| {
            let mut out = Vec::new();
            let mut screen = Screen { shown: None, rows: 0, width };
            for text in ["a\n  b long line\n", "a\n  b long line\n", "c\n"] {
                screen.show(text.to_owned(), &mut out).unwrap();
            }
            String::from_utf8(out).unwrap()
        };
        assert_eq!(watch(None), "a\n  b long line\nc\n");
        assert_eq!(watch(Some(8)), "a\n  b lon…\n\u{1b}[2A\u{1b}[Jc\n");
    }

    #[test]
    fn shows_everything() {
        let mut out = Vec::new();
        let status = Status {
            version: "1.2.3".into(),
            pid: 42,
            display: ":0".into(),
            input: "x11".into(),
            why: "a real X server".into(),
            output: "X11, 17 free keycodes".into(),
            trigger: "`caps_lock` (keycode 66)".into(),
            keyboards: vec![
                Keyboard { name: "A".into(), grabbed: true },
                Keyboard { name: "B".into(), grabbed: false },
            ],
            sequences: 7,
            paused: false,
            ignoring: None,
            caps_lock: false,
            config: "/home/u/.config/composekey/config.toml".into(),
            kept: true,
            untyped: None,
            notes: vec!["something".into()],
        };
        show(&mut out, &status, Style::Plain).unwrap();
        let expected = "\
composekeyd 1.2.3, process 42: ready
  display    :0
  input      x11: a real X server
  keyboards  A, B
  trigger    `caps_lock` (keycode 66)
  output     X11, 17 free keycodes
  sequences  7, not the newest: `composekey check` tells why
  settings   /home/u/.config/composekey/config.toml
  caps lock  off
note: something
";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
        let mut out = Vec::new();
        show(&mut out, &status, Style::Colour).unwrap();
        let coloured = expected
            .replace("ready", "\u{1b}[32mready\u{1b}[0m")
            .replace("note", "\u{1b}[33mnote\u{1b}[0m");
        let coloured = coloured.lines().map(|line| match line.split_at_checked(12) {
            Some((label, value)) if label.starts_with("  ") => {
                format!("  \u{1b}[2m{}\u{1b}[0m{value}\n", &label[2..])
            }
            _ => format!("{line}\n"),
        });
        assert_eq!(String::from_utf8(out).unwrap(), coloured.collect::<String>());
    }
}
