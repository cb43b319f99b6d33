//! [`Pager`]: a long answer goes through `$PAGER` when a terminal shows it.

use std::{
    io::{self, Write},
    process::{Command, Stdio},
    sync::{Arc, atomic::AtomicBool},
};

use super::Terminal;

/// Options for `less` unless `$LESS` says otherwise, as git has them: quit when all fits the screen,
/// keep colours, leave the text on the screen.
const LESS: &str = "FRX";

/// The program that shows long answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pager {
    /// A command of the shell.
    pub command: String,
    /// The rows of the terminal: what fits needs no pager.
    pub rows: usize,
}

impl Pager {
    /// `$PAGER`, or `less` without one; none where it is empty or `cat`.
    pub(super) fn new(pager: Option<String>, rows: usize) -> Option<Self> {
        let command = pager.unwrap_or_else(|| "less".to_owned());
        let none = matches!(command.trim(), "" | "cat");
        (!none).then_some(Self { command, rows })
    }

    /// Whether the pager has shown the text.
    fn show(&self, text: &[u8]) -> io::Result<bool> {
        let mut command = Command::new("sh");
        // The shell says what it cannot find; then the text goes out as it is.
        command.args(["-c", &self.command]).stdin(Stdio::piped());
        if std::env::var_os("LESS").is_none() {
            command.env("LESS", LESS);
        }
        let Ok(mut child) = command.spawn() else { return Ok(false) };
        // Ctrl+C is the pager's: it must not outlive us and fight with the shell for the terminal.
        let interrupted = Arc::new(AtomicBool::new(false));
        let guard = signal_hook::flag::register(signal_hook::consts::SIGINT, interrupted);
        let written = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(text));
        let status = child.wait()?;
        if let Ok(guard) = guard {
            signal_hook::low_level::unregister(guard);
        }
        match written {
            // The reader has read enough.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            _ => Ok(!matches!(status.code(), Some(126 | 127))),
        }
    }
}

/// Writes an answer, through the pager when it is longer than the terminal.
pub(super) fn page(text: &[u8], terminal: &mut Terminal<'_>) -> io::Result<()> {
    if let Some(pager) = &terminal.pager {
        let long = text.iter().filter(|&&byte| byte == b'\n').count() >= pager.rows;
        if long {
            terminal.out.flush()?;
            if pager.show(text)? {
                return Ok(());
            }
        }
    }
    terminal.out.write_all(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_program() {
        let command = |pager: Option<&str>| Some(Pager::new(pager.map(str::to_owned), 24)?.command);
        assert_eq!(command(None).as_deref(), Some("less"));
        assert_eq!(command(Some("more -s")).as_deref(), Some("more -s"));
        assert_eq!(command(Some("")), None);
        assert_eq!(command(Some("cat")), None);
    }
}
