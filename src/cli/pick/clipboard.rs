//! [`copy`]: a text into the clipboard, by the display's program or by the terminal (OSC 52).

use std::{
    env,
    fs::OpenOptions,
    io::{self, Write},
    process::{Command, Stdio},
};

use crossterm::{Command as _, clipboard::CopyToClipboard};

/// Programs that keep a clipboard, and the variable that says whose display is there.
const PROGRAMS: &[(&str, &str, &[&str])] = &[
    ("WAYLAND_DISPLAY", "wl-copy", &[]),
    ("DISPLAY", "xclip", &["-selection", "clipboard"]),
    ("DISPLAY", "xsel", &["--clipboard", "--input"]),
];

/// Copies a text; says how.
///
/// Over ssh the clipboard is the terminal's: a display there would be of the other machine, or slow.
pub(super) fn copy(text: &str) -> io::Result<String> {
    let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    if !set("SSH_CONNECTION") && !set("SSH_TTY") {
        for (display, program, args) in PROGRAMS {
            if set(display) && give(program, args, text).is_ok_and(|taken| taken) {
                return Ok(format!("with {program}"));
            }
        }
    }
    let mut sequence = String::new();
    CopyToClipboard::to_clipboard_from(text)
        .write_ansi(&mut sequence)
        .map_err(|_| io::Error::other("no sequence for the terminal"))?;
    OpenOptions::new().write(true).open("/dev/tty")?.write_all(sequence.as_bytes())?;
    Ok("by the terminal (OSC 52; not every terminal allows it)".to_owned())
}

/// Whether the program took the text. It goes on in the background, to answer who asks.
fn give(program: &str, args: &[&str], text: &str) -> io::Result<bool> {
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(text.as_bytes())?;
    }
    Ok(child.wait()?.success())
}
