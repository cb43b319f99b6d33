//! Lines of a Compose file. A line that is none is left out and said; the others stay.

use std::ops::Range;

use super::{
    escape::unescape,
    lexer::{Lexer, Token},
};
use crate::diagnostic::Code;

/// What a line says. Names are as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line<'t> {
    /// `include "path"`.
    Include {
        /// The path, unescaped, `%` still in it.
        path: String,
    },
    /// `<a> <b> : "text" keysym`.
    Production {
        /// The names on the left.
        keysyms: Vec<(&'t str, Range<usize>)>,
        /// The string; `None` when there is none, or when it is no UTF-8.
        text: Option<String>,
        /// The keysym of the result.
        keysym: Option<(&'t str, Range<usize>)>,
    },
}

/// What is wrong with a line, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LineError {
    pub(super) code: Code,
    pub(super) range: Range<usize>,
    pub(super) message: String,
}

/// Reads one line; `None` for an empty one.
pub(super) fn line(line: &str) -> Result<Option<Line<'_>>, LineError> {
    let mut lexer = Lexer::new(line);
    match lexer.clone().next() {
        None => Ok(None),
        Some((Token::Word("include"), _)) => {
            let _ = lexer.next();
            include(&mut lexer, line).map(Some)
        }
        Some(_) => production(&mut lexer, line).map(Some),
    }
}

fn include<'t>(lexer: &mut Lexer<'t>, line: &str) -> Result<Line<'t>, LineError> {
    match lexer.next() {
        Some((Token::Text(path), range)) => match unescape(path) {
            Some(path) => Ok(Line::Include { path }),
            None => Err(error(range, "the path is not UTF-8")),
        },
        found => Err(unexpected("a path in quotes", found, line)),
    }
}

fn production<'t>(lexer: &mut Lexer<'t>, line: &str) -> Result<Line<'t>, LineError> {
    let mut keysyms = Vec::with_capacity(5);
    loop {
        match lexer.next() {
            Some((Token::Keysym(name), range)) => keysyms.push((name, range)),
            Some((Token::Colon, _)) if !keysyms.is_empty() => break,
            // Modifiers are matched by libX11 alone: the rule holds whatever they are.
            Some((Token::Word(_) | Token::Sign, _)) => {}
            found => return Err(unexpected("`<keysym>` or `:`", found, line)),
        }
    }
    let mut next = lexer.next();
    let mut text = None;
    let quoted = matches!(next, Some((Token::Text(_), _)));
    if let Some((Token::Text(written), _)) = next {
        text = unescape(written);
        next = lexer.next();
    }
    let keysym = match next {
        Some((Token::Word(name), range)) => Some((name, range)),
        None if quoted => None,
        found => return Err(unexpected("a string or a keysym", found, line)),
    };
    match lexer.next() {
        None => Ok(Line::Production { keysyms, text, keysym }),
        found => Err(unexpected("the end of the line", found, line)),
    }
}

fn unexpected(expected: &str, found: Option<(Token<'_>, Range<usize>)>, line: &str) -> LineError {
    match found {
        None => error(line.len()..line.len(), format!("expected {expected}, found nothing more")),
        Some((Token::Bad(rest), range)) if rest.starts_with('"') => {
            error(range, "this string has no end")
        }
        Some((_, range)) => {
            let found = line[range.clone()].trim();
            error(range, format!("expected {expected}, found `{found}`"))
        }
    }
}

fn error(range: Range<usize>, message: impl Into<String>) -> LineError {
    LineError { code: Code::ComposeSyntax, range, message: message.into() }
}
