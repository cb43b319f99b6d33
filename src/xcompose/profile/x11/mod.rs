//! How the local input method of libX11 reads, in a locale of UTF-8. Enter at [`read`].
//!
//! `lexer.rs` makes tokens, this file statements of them, and `table.rs` a table. A bad line is left out in
//! silence, and nothing ever fails the whole: there is always a table, if only an empty one.

mod lexer;
mod table;

use std::{
    ffi::OsStr,
    ops::Range,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use super::{
    Composed, Context, FileVerdict, Hiding, Outcome, Reason, SystemTable, Verdict, What,
    context::{File, FileError},
};
use crate::{
    keysym::Keysym,
    source::{LoadError, Span},
    xcompose::tree::Modifiers,
};
use lexer::{Lexer, Token};
use table::Growing;

/// The most keys of a rule.
const MAX_KEYSYMS: usize = 9;

/// The most bytes of a result; more are cut.
const MAX_TEXT: usize = 255;

/// How many files deep includes may go.
const MAX_DEPTH: usize = 100;

/// Every modifier that a rule can ask for: Shift, Lock, Control and Mod1, in the bits of X.
const ALL: u8 = 0b1111;

/// Reads a file and what it includes into the context's reading.
pub(super) fn read(path: &Path, context: &mut Context<'_>) {
    Reader { context, growing: Some(Growing::default()) }.read(path);
}

/// Reads the statements alone, without a table of them.
pub(super) fn read_statements(path: &Path, context: &mut Context<'_>) {
    Reader { context, growing: None }.read(path);
}

struct Reader<'c, 'a> {
    context: &'c mut Context<'a>,
    /// The table, where one is asked for.
    growing: Option<Growing>,
}

/// What is wrong with a line.
struct Wrong {
    reason: Reason,
    place: Range<usize>,
    /// Whether the last token ended the line or the file.
    ended: bool,
}

/// What a line says.
enum Read {
    Rule { keys: Vec<(Keysym, Modifiers)>, text: Option<Vec<u8>>, keysym: Option<Keysym> },
    Include { path: PathBuf, place: Range<usize> },
}

impl Wrong {
    fn new(reason: Reason, (token, place): (Token<'_>, Range<usize>)) -> Self {
        Self { reason, place, ended: matches!(token, Token::Line | Token::End) }
    }

    fn unexpected(expected: &'static str, found: (Token<'_>, Range<usize>), file: &[u8]) -> Self {
        let reason = match &found.0 {
            Token::Bad(Reason::Unexpected { found, .. }) => {
                Reason::Unexpected { expected, found: found.clone() }
            }
            Token::Bad(reason) => reason.clone(),
            Token::End => Reason::Unexpected { expected, found: "the end of the file".into() },
            Token::Line => Reason::Unexpected { expected, found: "the end of the line".into() },
            _ => {
                let text = String::from_utf8_lossy(&file[found.1.clone()]);
                Reason::Unexpected { expected, found: format!("`{}`", text.trim()) }
            }
        };
        Self::new(reason, found)
    }
}

impl Reader<'_, '_> {
    /// Reads the file that was asked for.
    fn read(mut self, path: &Path) {
        match self.context.load(path) {
            Ok(file) => {
                if self.file(&file, 0).is_none() {
                    let reason = Reason::Files(super::MAX_FILES);
                    let system = self.context.reading.file.system;
                    let verdict = FileVerdict::kills(Outcome::KillsRest, reason, None);
                    self.context.reading.file = FileVerdict { system, ..verdict };
                }
                self.finish();
            }
            // A folder opens like a file, and there is nothing in it.
            Err(FileError::Load(LoadError::NotAFile)) => {
                let reason = Reason::Unreadable(LoadError::NotAFile);
                let verdict = FileVerdict::kills(Outcome::KillsRest, reason, None);
                self.context.reading.file = verdict;
            }
            Err(FileError::Load(error)) => {
                let reason = Reason::Unreadable(error);
                let verdict = FileVerdict::kills(Outcome::KillsTable, reason, None);
                self.context.reading.file = verdict;
            }
            Err(FileError::TooMany) => unreachable!("the first file is not one too many"),
        }
    }

    /// Reads a file; `None` when there are too many.
    fn file(&mut self, file: &File, depth: usize) -> Option<()> {
        let bytes = file.bytes();
        let mut lexer = Lexer::new(bytes);
        loop {
            lexer.start();
            let first = loop {
                let (token, place) = lexer.next();
                if matches!(token, Token::Line | Token::End) {
                    self.swallowed(place.end, file, &mut lexer);
                }
                match token {
                    Token::Line => {}
                    Token::End => return Some(()),
                    _ => break (token, place),
                }
            };
            let start = first.1.start;
            lexer.joined = None;
            match self.statement(first, &mut lexer, bytes) {
                Ok((Read::Rule { keys, text, keysym }, end)) => {
                    let span = self.context.span(file.id, start..end);
                    let altered = lexer.altered.clone();
                    self.add(&keys, text, keysym, altered, span);
                    lexer.joined = lexer.joined.filter(|&at| at >= end);
                    self.swallowed(lexer.at, file, &mut lexer);
                }
                Ok((Read::Include { path, place }, _)) => {
                    let span = self.context.span(file.id, start..place.end);
                    self.include(&path, span, depth)?;
                }
                Err(wrong) => self.wrong(wrong, start, file, &mut lexer),
            }
        }
    }

    /// Notes a line that belongs to the comment before it, which ends in a backslash.
    fn swallowed(&mut self, end: usize, file: &File, lexer: &mut Lexer<'_>) {
        let Some(at) = lexer.joined.take() else { return };
        let start = (at + 2).min(end);
        let end = start + file.bytes()[start..end].trim_ascii_end().len();
        if start < end {
            let (span, place) = (start..end, at..at + 1);
            let span = self.context.span(file.id, span);
            let place = self.context.span(file.id, place);
            let _ = self.context.note(span, place, What::Unread, Verdict::Dropped(Reason::Joined));
        }
    }

    /// Skips the rest of a bad line and notes it.
    fn wrong(&mut self, wrong: Wrong, start: usize, file: &File, lexer: &mut Lexer<'_>) {
        let joined = lexer.joined;
        let mut end = wrong.place.end;
        let mut ended = wrong.ended;
        while !ended {
            let (token, place) = lexer.next();
            ended = matches!(token, Token::Line | Token::End);
            end = place.end;
        }
        let bytes = &file.bytes()[..end];
        let end = start + bytes[start..].trim_ascii_end().len();
        let span = self.context.span(file.id, start..end);
        let inside = |at: usize| at.clamp(start, end);
        let mut place = inside(wrong.place.start)..inside(wrong.place.end);
        let mut reason = wrong.reason;
        // Two lines in one are seldom what was meant, whatever is wrong with them then.
        if let Some(at) = joined.filter(|&at| at < place.start) {
            (reason, place) = (Reason::Joined, at..at + 1);
        }
        let place = self.context.span(file.id, place);
        let _ = self.context.note(span, place, What::Unread, Verdict::Dropped(reason));
    }

    /// A statement from its first token, and where it ends.
    fn statement<'b>(
        &mut self,
        first: (Token<'b>, Range<usize>),
        lexer: &mut Lexer<'b>,
        file: &[u8],
    ) -> Result<(Read, usize), Wrong> {
        let mut keys = Vec::new();
        let mut next = first;
        loop {
            if matches!(&next.0, Token::Word(word) if **word == *b"include") {
                return self.include_path(lexer, file);
            }
            let modifiers;
            (modifiers, next) = self::modifiers(next, lexer, file)?;
            if next.0 != Token::Less {
                return Err(Wrong::unexpected("`<keysym>` or `:`", next, file));
            }
            let name = lexer.next();
            let Token::Word(word) = &name.0 else {
                return Err(Wrong::unexpected("the name of a keysym", name, file));
            };
            let close = lexer.next();
            if close.0 != Token::Greater {
                return Err(Wrong::unexpected("`>`", close, file));
            }
            let Some(keysym) = self.keysym(word) else {
                let reason = Reason::UnknownKeysym(String::from_utf8_lossy(word).into_owned());
                return Err(Wrong::new(reason, name));
            };
            keys.push((keysym, modifiers));
            if keys.len() > MAX_KEYSYMS {
                return Err(Wrong::new(Reason::TooManyKeysyms(MAX_KEYSYMS), name));
            }
            next = lexer.next();
            if next.0 == Token::Colon {
                break;
            }
        }
        self.result(keys, lexer, file)
    }

    /// What follows the colon.
    fn result(
        &mut self,
        keys: Vec<(Keysym, Modifiers)>,
        lexer: &mut Lexer<'_>,
        file: &[u8],
    ) -> Result<(Read, usize), Wrong> {
        let (mut text, mut keysym) = (None, None);
        let mut next = lexer.next();
        let mut end = next.1.end;
        if let Token::Text(string) = next.0 {
            text = Some(string);
            next = lexer.next();
        }
        if let Token::Word(word) = &next.0 {
            keysym = self.keysym(word);
            if keysym.is_none() {
                let reason = Reason::UnknownKeysym(String::from_utf8_lossy(word).into_owned());
                return Err(Wrong::new(reason, next));
            }
            end = next.1.end;
            next = lexer.next();
        }
        match next.0 {
            Token::Line | Token::End if text.is_some() || keysym.is_some() => {
                Ok((Read::Rule { keys, text, keysym }, end))
            }
            _ => {
                let expected = match (&text, keysym) {
                    (_, Some(_)) => "the end of the line",
                    (Some(_), None) => "a keysym or the end of the line",
                    (None, None) => "a string or a keysym",
                };
                Err(Wrong::unexpected(expected, next, file))
            }
        }
    }

    /// The rest of an include. What follows the path is read as a line of its own.
    fn include_path(&mut self, lexer: &mut Lexer<'_>, file: &[u8]) -> Result<(Read, usize), Wrong> {
        let (token, place) = lexer.next();
        let path: &[u8] = match &token {
            Token::Word(path) => path,
            Token::Text(path) => path,
            _ => return Err(Wrong::unexpected("a path", (token, place), file)),
        };
        let path = self.expand(path);
        let end = place.end;
        Ok((Read::Include { path: OsStr::from_bytes(&path).into(), place }, end))
    }

    /// Replaces `%H`, `%L`, `%S` and `%%`; other letters after `%` vanish with it.
    fn expand(&mut self, path: &[u8]) -> Vec<u8> {
        let mut expanded = Vec::with_capacity(path.len());
        let mut rest = path.iter();
        while let Some(&byte) = rest.next() {
            if byte != b'%' {
                expanded.push(byte);
                continue;
            }
            let world = self.context.world;
            match rest.next() {
                Some(b'%') => expanded.push(b'%'),
                Some(b'H') => {
                    let home = world.home.as_deref().map(|home| home.as_os_str().as_bytes());
                    expanded.extend(home.unwrap_or_default());
                }
                Some(b'S') => expanded.extend(world.folder.as_os_str().as_bytes()),
                Some(b'L') => {
                    self.context.reading.file.system = SystemTable::Included;
                    let file = self.context.locale_file(false);
                    let file = file.as_deref().map(|path| path.as_os_str().as_bytes());
                    expanded.extend(file.unwrap_or_default());
                }
                Some(_) | None => {}
            }
        }
        expanded
    }

    fn include(&mut self, path: &Path, span: Span, depth: usize) -> Option<()> {
        let shown = path.to_string_lossy().into_owned();
        let loaded = if depth >= MAX_DEPTH {
            Err(Reason::Depth(MAX_DEPTH))
        } else {
            match self.context.load(path) {
                Ok(file) => Ok(file),
                Err(FileError::Load(error)) => Err(Reason::Include(shown.clone(), error)),
                Err(FileError::TooMany) => Err(Reason::Files(super::MAX_FILES)),
            }
        };
        let what = What::Include { path: shown };
        match loaded {
            Ok(file) => {
                let _ = self.context.note(span, span, what, Verdict::Kept);
                self.file(&file, depth + 1)
            }
            Err(reason) => {
                let too_many = matches!(reason, Reason::Files(_));
                let _ = self.context.note(span, span, what, Verdict::Dropped(reason));
                (!too_many).then_some(())
            }
        }
    }

    /// The keysym of a name. Numbers are read here: libX11 has limits of its own for them.
    fn keysym(&mut self, name: &[u8]) -> Option<Keysym> {
        let text = std::str::from_utf8(name).ok()?;
        let number = |digits: &str| {
            let is_hex = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
            is_hex.then(|| u64::from_str_radix(digits, 16).unwrap_or(u64::MAX))
        };
        if let Some(number) = text.strip_prefix('U').and_then(number) {
            return match u32::try_from(number).ok()? {
                0x20..=0x7e | 0xa0..=0xff => Some(Keysym(u32::try_from(number).ok()?)),
                c @ 0x100..=0x0010_ffff => Some(Keysym(0x0100_0000 | c)),
                _ => None,
            };
        }
        if let Some(number) = text.strip_prefix("0x").and_then(number) {
            let number = u32::try_from(number).ok().filter(|&n| n != 0 && n <= 0x1fff_ffff)?;
            return Some(Keysym(number));
        }
        self.context.keysym(name)
    }

    /// Notes a rule, and that one for the same keys and modifiers is no longer any.
    fn add(
        &mut self,
        keys: &[(Keysym, Modifiers)],
        text: Option<Vec<u8>>,
        keysym: Option<Keysym>,
        altered: Option<Reason>,
        span: Span,
    ) {
        let mut altered = altered;
        let text = match text {
            Some(mut bytes) => {
                if bytes.len() > MAX_TEXT {
                    bytes.truncate(MAX_TEXT);
                    altered = Some(Reason::Cut(MAX_TEXT));
                }
                String::from_utf8(bytes).unwrap_or_else(|error| {
                    altered.get_or_insert(Reason::Locale);
                    String::from_utf8_lossy(error.as_bytes()).into_owned()
                })
            }
            None => keysym.map(Keysym::to_text).unwrap_or_default(),
        };
        let keysyms: Vec<_> = keys.iter().map(|&(keysym, _)| keysym).collect();
        let altered = altered.map(|reason| (reason, span));
        let index = self.context.note_rule(span, &keysyms, Composed { text, keysym }, altered);
        if let Some(old) = self.growing.as_mut().and_then(|growing| growing.add(keys, index)) {
            let verdict = Verdict::Hidden { by: index, how: Hiding::SameKeys };
            self.context.reading.statements[old].verdict = verdict;
        }
    }

    /// Gives the tree to the reading, and notes what can never be typed.
    fn finish(self) {
        let Some(growing) = self.growing else { return };
        let (table, hidden) = growing.finish();
        let reading = &mut self.context.reading;
        for (rule, by, how) in hidden {
            reading.statements[rule].verdict = Verdict::Hidden { by, how };
        }
        reading.table = table;
    }
}

/// The modifiers before a key, and what stands behind them.
fn modifiers<'b>(
    first: (Token<'b>, Range<usize>),
    lexer: &mut Lexer<'b>,
    file: &[u8],
) -> Result<(Modifiers, (Token<'b>, Range<usize>)), Wrong> {
    let mut modifiers = Modifiers::default();
    let mut next = first;
    if matches!(&next.0, Token::Word(word) if **word == *b"None") {
        return Ok((Modifiers { mask: ALL, value: 0 }, lexer.next()));
    }
    let exactly = next.0 == Token::Bang;
    if exactly {
        next = lexer.next();
    }
    while matches!(next.0, Token::Tilde | Token::Word(_)) {
        let without = next.0 == Token::Tilde;
        if without {
            next = lexer.next();
        }
        let Token::Word(word) = &next.0 else {
            return Err(Wrong::unexpected("a modifier", next, file));
        };
        let bit = match &word[..] {
            b"Shift" => 1,
            b"Lock" | b"Caps" => 2,
            b"Ctrl" => 4,
            b"Alt" | b"Meta" => 8,
            _ => {
                let name = String::from_utf8_lossy(word).into_owned();
                return Err(Wrong::new(Reason::UnknownModifier(name), next));
            }
        };
        modifiers.mask |= bit;
        if without {
            modifiers.value &= !bit;
        } else {
            modifiers.value |= bit;
        }
        next = lexer.next();
    }
    if exactly {
        modifiers.mask = ALL;
    }
    Ok((modifiers, next))
}
