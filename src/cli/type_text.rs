//! `type`: text into the focused window, through the daemon's output or one of our own.

use std::io::{self, Read};

use super::{Exit, Terminal, args::Type};
use crate::{
    config::Paths,
    ipc::{self, CallError, LIMIT, Reply, Request},
    output::{TextSink, x11::Typist},
    x11::Display,
};

/// The longest piece given to the daemon at once, in bytes: JSON may need six times as many.
const PIECE: usize = LIMIT / 8;

/// Types `args.text`, or the standard input.
///
/// # Errors
/// When a message cannot be written.
pub(super) fn run(args: Type, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let text = match args.text.map_or_else(read, Ok) {
        Ok(text) => text,
        Err(error) => {
            writeln!(terminal.err, "error reading the standard input: {error}")?;
            return Ok(Exit::Failed);
        }
    };
    match type_text(&text, paths) {
        Ok(()) => Ok(Exit::Fine),
        Err(reason) => {
            writeln!(terminal.err, "error: {reason}")?;
            Ok(Exit::Failed)
        }
    }
}

fn read() -> io::Result<String> {
    let mut text = String::new();
    let _ = io::stdin().lock().read_to_string(&mut text)?;
    Ok(text)
}

/// Through the daemon when one runs: there is never a second pool.
fn type_text(text: &str, paths: &Paths) -> Result<(), String> {
    let socket = ipc::socket(&paths.control_dir());
    let mut typed = false;
    for piece in pieces(text) {
        match ipc::call(&socket, &Request::Type { text: piece.to_owned() }) {
            Ok(Reply::Done) => typed = true,
            Ok(Reply::Refused { reason }) => return Err(reason),
            Ok(_) => return Err("`composekeyd` gave an answer to another question".to_owned()),
            Err(CallError::NotRunning(_)) if !typed => return type_alone(text),
            Err(error) => return Err(error.to_string()),
        }
    }
    Ok(())
}

fn type_alone(text: &str) -> Result<(), String> {
    let display = Display::open(None).map_err(|error| error.to_string())?;
    let mut typist = Typist::new(display).map_err(|error| error.to_string())?;
    typist.type_text(text).map_err(|error| error.to_string())?;
    typist.close().map_err(|error| error.to_string())
}

/// Cuts a text at character boundaries.
fn pieces(mut text: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let mut end = PIECE.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let (piece, rest) = text.split_at(end);
        text = rest;
        (!piece.is_empty()).then_some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_text() {
        let text = "λ😀x".repeat(PIECE / 3);
        assert_eq!(pieces(&text).collect::<String>(), text);
        assert!(pieces(&text).all(|piece| piece.len() <= PIECE));
        assert_eq!(pieces("").count(), 0);
    }
}
