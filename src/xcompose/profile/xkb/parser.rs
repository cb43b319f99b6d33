//! Statements of libxkbcommon. Enter at [`Parser::statement`].

use std::{
    ffi::OsStr,
    ops::Range,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use super::{
    super::{Context, Reason, SystemTable},
    lexer::{Lexer, MAX_TOKEN, Text, Token, shown},
};
use crate::keysym::Keysym;

/// The most keys of a rule.
const MAX_KEYSYMS: usize = 10;

/// The most bytes of a path after `%H` and its like.
const MAX_PATH: usize = MAX_TOKEN + 1;

const MODIFIERS: [&[u8]; 6] = [b"Shift", b"Ctrl", b"Alt", b"Meta", b"Lock", b"Caps"];

/// What is wrong with a statement.
pub(super) struct Wrong {
    pub(super) reason: Reason,
    pub(super) place: Range<usize>,
    /// Whether it counts towards the errors of a file; else libxkbcommon only warns.
    pub(super) counts: bool,
    /// How far it was read: the rest of the line is skipped from here.
    pub(super) last: Last,
}

/// The last token that was read of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Last {
    /// The end of a line.
    Line,
    /// The end of the file.
    End,
    /// Something else.
    Inside,
}

/// What a statement says.
pub(super) enum Read {
    /// A rule.
    Rule(Rule),
    /// An include of this path.
    Include(PathBuf, Range<usize>),
}

/// A rule as it is written.
pub(super) struct Rule {
    pub(super) keysyms: Vec<Keysym>,
    pub(super) text: Option<String>,
    pub(super) keysym: Option<Keysym>,
    pub(super) altered: Option<(Reason, Range<usize>)>,
    /// Where its last token ends.
    pub(super) end: usize,
}

impl From<&Token<'_>> for Last {
    fn from(token: &Token<'_>) -> Self {
        match token {
            Token::Line => Self::Line,
            Token::End => Self::End,
            _ => Self::Inside,
        }
    }
}

impl Wrong {
    fn error(reason: Reason, place: Range<usize>, last: &Token<'_>) -> Self {
        Self { reason, place, counts: true, last: last.into() }
    }

    fn warning(reason: Reason, place: Range<usize>, last: &Token<'_>) -> Self {
        Self { counts: false, ..Self::error(reason, place, last) }
    }

    /// Another token than one of those that could be there.
    fn unexpected(
        expected: &'static str,
        (token, place): (Token<'_>, Range<usize>),
        file: &[u8],
    ) -> Self {
        let reason = match &token {
            Token::Bad(Reason::Unexpected { found, .. }) => {
                Reason::Unexpected { expected, found: found.clone() }
            }
            Token::Bad(reason) => reason.clone(),
            Token::End if expected.contains("line") => Reason::NoFinalNewline,
            Token::End => Reason::Unexpected { expected, found: "the end of the file".into() },
            Token::Line => Reason::Unexpected { expected, found: "the end of the line".into() },
            _ => Reason::Unexpected { expected, found: shown(&file[place.clone()]) },
        };
        Self::error(reason, place, &token)
    }
}

/// Reads statements.
pub(super) struct Parser<'p, 'b, 'a> {
    pub(super) lexer: &'p mut Lexer<'b>,
    pub(super) context: &'p mut Context<'a>,
}

impl<'b> Parser<'_, 'b, '_> {
    /// The statement that starts with this token, which ends no line and no file.
    pub(super) fn statement(&mut self, first: (Token<'b>, Range<usize>)) -> Result<Read, Wrong> {
        match first.0 {
            Token::Include => self.include(),
            _ => self.rule(first),
        }
    }

    /// The most bytes of a result: 1.5.0 and 1.7.0 were asked, 1.6 was not.
    fn max_text(&self) -> usize {
        if self.context.profile.since(1, 7, 0) { 255 } else { 254 }
    }

    /// A rule, from its first token.
    fn rule(&mut self, first: (Token<'b>, Range<usize>)) -> Result<Read, Wrong> {
        let mut altered = None;
        let keysyms = self.left(first, &mut altered)?;
        let mut text = None;
        let mut end = self.lexer.at;
        loop {
            let (token, place) = self.lexer.next();
            match token {
                Token::Text(_) if text.is_some() => {
                    return Err(Wrong::warning(Reason::SecondString, place, &token));
                }
                Token::Text(Text { ref bytes, .. }) if bytes.len() > self.max_text() => {
                    return Err(Wrong::warning(Reason::LongText(self.max_text()), place, &token));
                }
                Token::Text(Text { bytes, dropped }) => {
                    // As a C string.
                    let nul = bytes.iter().position(|&byte| byte == 0);
                    let said = &bytes[..nul.unwrap_or(bytes.len())];
                    text = Some(String::from_utf8_lossy(said).into_owned());
                    end = place.end;
                    let nul = nul.map(|_| (Reason::Nul, place));
                    altered = altered.or(dropped).or(nul);
                }
                Token::Word(name) => {
                    let Some(keysym) = self.context.keysym(name) else {
                        return Err(Wrong::error(unknown(name), place, &token));
                    };
                    // The rule ends here: what stands behind is the next one.
                    if let Some(rest) = rest(self.lexer) {
                        altered = altered.or(Some((Reason::Rest, rest)));
                    }
                    let keysym = Some(keysym);
                    return Ok(Read::Rule(Rule { keysyms, text, keysym, altered, end: place.end }));
                }
                Token::Line if text.is_some() => {
                    return Ok(Read::Rule(Rule { keysyms, text, keysym: None, altered, end }));
                }
                Token::Line => {
                    return Err(Wrong::warning(Reason::NoResult, place, &token));
                }
                token => {
                    let expected = match text {
                        Some(_) => "a keysym or the end of the line",
                        None => "a string or a keysym",
                    };
                    return Err(Wrong::unexpected(expected, (token, place), self.lexer.bytes));
                }
            }
        }
    }

    /// The keys of a rule, up to its colon.
    fn left(
        &mut self,
        first: (Token<'b>, Range<usize>),
        altered: &mut Option<(Reason, Range<usize>)>,
    ) -> Result<Vec<Keysym>, Wrong> {
        let mut keysyms = Vec::with_capacity(5);
        let (mut token, mut place) = first;
        loop {
            match token {
                Token::Colon if keysyms.is_empty() => {
                    return Err(Wrong::warning(Reason::NoKeysym, place, &token));
                }
                Token::Colon => return Ok(keysyms),
                Token::Word(b"None") => {
                    altered.get_or_insert((Reason::IgnoredModifiers, place));
                    (token, place) = self.lexer.next();
                }
                Token::Bang | Token::Tilde | Token::Word(_) => {
                    let start = place.start;
                    if token == Token::Bang {
                        (token, place) = self.lexer.next();
                    }
                    (token, place) = modifiers((token, place), self.lexer)?;
                    altered.get_or_insert((Reason::IgnoredModifiers, start..place.start));
                }
                _ => {}
            }
            let Token::Keysym(name) = token else {
                return Err(Wrong::unexpected(
                    "`<keysym>` or `:`",
                    (token, place),
                    self.lexer.bytes,
                ));
            };
            let Some(keysym) = self.context.keysym(name) else {
                return Err(Wrong::error(unknown(name), place, &token));
            };
            if keysyms.len() == MAX_KEYSYMS {
                let reason = Reason::TooManyKeysyms(MAX_KEYSYMS);
                return Err(Wrong::warning(reason, place, &token));
            }
            keysyms.push(keysym);
            (token, place) = self.lexer.next();
        }
    }

    /// The rest of an include. Its path is no string like others: `%` counts in it and `\` does not.
    fn include(&mut self) -> Result<Read, Wrong> {
        let bad = |reason: Reason, place| Wrong { reason, place, counts: true, last: Last::Inside };
        if self.lexer.skip_blank() {
            let found = (Token::Line, self.lexer.at - 1..self.lexer.at);
            return Err(Wrong::unexpected("a path in quotes", found, self.lexer.bytes));
        }
        let start = self.lexer.at;
        if !self.lexer.take(b'"') {
            let found =
                shown(self.lexer.bytes[start..].split(|b| *b == b'\n').next().unwrap_or(b""));
            let expected = "a path in quotes";
            return Err(bad(Reason::Unexpected { expected, found }, start..start));
        }
        let mut path = Vec::new();
        loop {
            match self.lexer.peek() {
                None | Some(b'\n') => return Err(bad(Reason::OpenString, start..self.lexer.at)),
                Some(b'"') => break,
                Some(b'%') => {
                    let at = self.lexer.at;
                    self.lexer.at += 1;
                    let text = self.percent(self.lexer.peek());
                    // A letter that means nothing is not taken.
                    let known = !matches!(text, Err(Reason::UnknownPercent(_)));
                    self.lexer.at += usize::from(known);
                    match text {
                        Ok(text) if path.len() + text.len() <= MAX_PATH => path.extend(text),
                        Ok(_) => return Err(bad(Reason::LongToken(MAX_PATH), at..self.lexer.at)),
                        Err(reason) => return Err(bad(reason, at..self.lexer.at)),
                    }
                }
                Some(byte) => {
                    path.push(byte);
                    self.lexer.at += 1;
                }
            }
        }
        self.lexer.at += 1;
        let place = start..self.lexer.at;
        if path.len() > MAX_TOKEN {
            return Err(bad(Reason::LongToken(MAX_TOKEN), place));
        }
        match self.lexer.next() {
            (Token::Line, _) => {
                // As a C string.
                let path = path.split(|&byte| byte == 0).next().unwrap_or_default();
                Ok(Read::Include(OsStr::from_bytes(path).into(), place))
            }
            found => Err(Wrong::unexpected("the end of the line", found, self.lexer.bytes)),
        }
    }

    /// What `%` and a letter stand for.
    fn percent(&mut self, letter: Option<u8>) -> Result<Vec<u8>, Reason> {
        let bytes = |path: &Path| path.as_os_str().as_bytes().to_vec();
        match letter {
            Some(b'%') => Ok(vec![b'%']),
            Some(b'S') => Ok(bytes(&self.context.world.folder)),
            Some(b'H') => self.context.world.home.as_deref().map(bytes).ok_or(Reason::NoHome),
            Some(b'L') => {
                self.context.reading.file.system = SystemTable::Included;
                let file = self.context.locale_file(self.context.profile.since(1, 12, 0));
                file.as_deref().map(bytes).ok_or(Reason::NoLocaleFile)
            }
            other => {
                let other = other.map(|byte| char::from(byte).to_string()).unwrap_or_default();
                Err(Reason::UnknownPercent(format!("%{other}")))
            }
        }
    }
}

/// Skips modifiers and returns what stands behind them.
fn modifiers<'b>(
    first: (Token<'b>, Range<usize>),
    lexer: &mut Lexer<'b>,
) -> Result<(Token<'b>, Range<usize>), Wrong> {
    let (mut token, mut place) = first;
    while matches!(token, Token::Tilde | Token::Word(_)) {
        if token == Token::Tilde {
            (token, place) = lexer.next();
        }
        match token {
            Token::Word(name) if MODIFIERS.contains(&name) => (token, place) = lexer.next(),
            Token::Word(name) => {
                let reason = Reason::UnknownModifier(String::from_utf8_lossy(name).into_owned());
                return Err(Wrong::error(reason, place, &token));
            }
            _ => return Err(Wrong::unexpected("a modifier", (token, place), lexer.bytes)),
        }
    }
    Ok((token, place))
}

/// What stands behind the keysym of a rule on its line.
fn rest(lexer: &Lexer<'_>) -> Option<Range<usize>> {
    match lexer.clone().next() {
        (Token::Line | Token::End, _) => None,
        (_, place) => Some(place),
    }
}

fn unknown(name: &[u8]) -> Reason {
    Reason::UnknownKeysym(String::from_utf8_lossy(name).into_owned())
}
