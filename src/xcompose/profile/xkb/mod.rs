//! How libxkbcommon reads. Enter at [`read`].
//!
//! `lexer.rs` makes tokens, `parser.rs` statements of them, `ternary.rs` keeps what they add. A bad
//! statement ends with its line and counts; the eleventh in a file fails everything, and so does an include
//! that cannot be read.

mod lexer;
mod parser;
mod ternary;

use std::path::Path;

use super::{
    Composed, Context, FileVerdict, Hiding, Outcome, Reading, Reason, Verdict, What,
    context::{File, FileError},
};
use crate::{
    keysym::Keysym,
    source::{LoadError, Span},
    xcompose::machine::is_modifier,
};
use lexer::{Lexer, Token};
use parser::{Last, Parser, Read, Rule, Wrong};
use ternary::{Added, Ternary};

/// How many files deep includes may go.
const MAX_DEPTH: usize = 5;

/// How many statements of a file may be wrong.
const MAX_ERRORS: usize = 10;

/// Reads a file and what it includes into the context's reading.
pub(super) fn read(path: &Path, context: &mut Context<'_>) {
    let profile = context.profile;
    let mut reader = Reader { tree: Ternary::new(profile), context, strings: Vec::new() };
    let ended = reader.top(path);
    if let Err(Fatal { reason, place }) = ended {
        let system = reader.context.reading.file.system;
        let verdict = FileVerdict::kills(Outcome::KillsTable, reason, place);
        reader.context.reading.file = FileVerdict { system, ..verdict };
    } else {
        reader.context.reading.table = reader.tree.tree();
    }
}

struct Reader<'c, 'a> {
    tree: Ternary,
    context: &'c mut Context<'a>,
    /// For each statement whether it has a string: what an empty text does not tell.
    strings: Vec<bool>,
}

/// What leaves no table.
struct Fatal {
    reason: Reason,
    place: Option<Span>,
}

impl Reader<'_, '_> {
    /// The file itself. A file that is there and is empty has no table.
    fn top(&mut self, path: &Path) -> Result<(), Fatal> {
        let fatal = |reason| Fatal { reason, place: None };
        match self.context.load(path) {
            Ok(file) if file.bytes().is_empty() => Err(fatal(Reason::Empty)),
            Ok(file) => self.file(&file, 0),
            Err(error) => Err(fatal(unreadable(error, Reason::Unreadable))),
        }
    }

    fn file(&mut self, file: &File, depth: usize) -> Result<(), Fatal> {
        let bytes = file.bytes();
        let mut lexer = Lexer::new(bytes, self.context.profile);
        if self.context.profile.since(1, 7, 0) {
            lexer.at = self.start(file)?;
        }
        let mut errors = 0;
        loop {
            let (token, place) = lexer.next();
            let start = place.start;
            match token {
                Token::End => return Ok(()),
                Token::Line => continue,
                _ => {}
            }
            let mut parser = Parser { lexer: &mut lexer, context: self.context };
            match parser.statement((token, place)) {
                Ok(Read::Rule(rule)) => {
                    let span = self.context.span(file.id, start..rule.end);
                    self.add(rule, span);
                }
                Ok(Read::Include(path, place)) => {
                    let span = self.context.span(file.id, start..place.end);
                    self.include(&path, span, depth)?;
                }
                Err(wrong) => {
                    let counts = wrong.counts;
                    let place = self.wrong(wrong, start, file, &mut lexer);
                    errors += usize::from(counts);
                    if errors > MAX_ERRORS {
                        let reason = Reason::TooManyErrors(MAX_ERRORS);
                        return Err(Fatal { reason, place: Some(place) });
                    }
                }
            }
        }
    }

    /// Where the text starts; files that do not begin as text fail.
    fn start(&self, file: &File) -> Result<usize, Fatal> {
        const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
        let wrong = |at| {
            let place = Some(self.context.span(file.id, at..at + 1));
            Err(Fatal { reason: Reason::Encoding, place })
        };
        match file.bytes() {
            bytes if bytes.starts_with(BYTE_ORDER_MARK) => Ok(BYTE_ORDER_MARK.len()),
            [_] | [] => Ok(0),
            [0, ..] => wrong(0),
            [_, 0, ..] => wrong(1),
            [first, ..] if !first.is_ascii() => wrong(0),
            _ => Ok(0),
        }
    }

    /// Skips the rest of a bad statement and notes it.
    fn wrong(&mut self, wrong: Wrong, start: usize, file: &File, lexer: &mut Lexer<'_>) -> Span {
        // A line end belongs to the next line: places there are shown at the end of this one.
        let mut end = if wrong.last == Last::Line { lexer.at - 1 } else { lexer.at };
        let mut last = wrong.last;
        while last == Last::Inside {
            let (token, place) = lexer.next();
            last = Last::from(&token);
            if last == Last::Inside {
                end = place.end;
            }
        }
        let span = self.context.span(file.id, start..end.max(start));
        let place =
            self.context.span(file.id, wrong.place.start.min(end)..wrong.place.end.min(end));
        let _ = self.context.note(span, place, What::Unread, Verdict::Dropped(wrong.reason));
        place
    }

    fn include(&mut self, path: &Path, span: Span, depth: usize) -> Result<(), Fatal> {
        let shown = path.to_string_lossy().into_owned();
        let loaded = if depth >= MAX_DEPTH {
            Err(Reason::Depth(MAX_DEPTH))
        } else {
            let missing = |error| Reason::Include(shown.clone(), error);
            match self.context.load(path) {
                Ok(file) if file.bytes().is_empty() => Err(Reason::Empty),
                Ok(file) => Ok(file),
                Err(error) => Err(unreadable(error, missing)),
            }
        };
        let what = What::Include { path: shown };
        match loaded {
            Ok(file) => {
                let _ = self.context.note(span, span, what, Verdict::Kept);
                self.file(&file, depth + 1)
            }
            Err(reason) => {
                let verdict = Verdict::Dropped(reason.clone());
                let _ = self.context.note(span, span, what, verdict);
                Err(Fatal { reason, place: Some(span) })
            }
        }
    }

    /// Adds a rule to the tree and notes what that does to it and to others.
    fn add(&mut self, rule: Rule, span: Span) {
        let Rule { keysyms, text, keysym, altered, .. } = rule;
        let place = |place| self.context.span(span.source, place);
        let altered = altered.map(|(reason, at)| (reason, place(at)));
        let has_string = text.is_some();
        let by_keysym = || keysym.map(Keysym::to_text).unwrap_or_default();
        let gives = Composed { text: text.unwrap_or_else(by_keysym), keysym };
        let index = self.context.note_rule(span, &keysyms, gives, altered);
        self.strings.resize(index, false);
        self.strings.push(has_string);
        let (reading, strings) = (&mut self.context.reading, &mut self.strings);
        let added = self.tree.add(&keysyms, index, |old| {
            reading.gives(old) == reading.gives(index) && strings[old] == has_string
        });
        match added {
            Added::There(hidden) => {
                for (old, how) in hidden {
                    if how == Hiding::SameKeys {
                        inherit(reading, strings, old, index);
                    }
                    reading.statements[old].verdict = Verdict::Hidden { by: index, how };
                }
            }
            Added::Not(by, how) => reading.statements[index].verdict = Verdict::Hidden { by, how },
            Added::Full => {
                let reason = Reason::FullTable(self.tree.most);
                reading.statements[index].verdict = Verdict::Dropped(reason);
            }
        }
        let counts =
            matches!(reading.statements[index].verdict, Verdict::Kept | Verdict::Altered { .. });
        let modifier = keysyms.iter().find(|&&key| is_modifier(reading.profile, key));
        if let Some(modifier) = modifier.filter(|_| counts) {
            let reason = Reason::ModifierKey(modifier.name());
            reading.statements[index].verdict = Verdict::Altered { to: String::new(), reason };
        }
    }
}

/// A rule takes over what it does not say itself from the one for the same keys that it overwrites.
fn inherit(reading: &mut Reading, strings: &mut [bool], old: usize, new: usize) {
    let Some(had) = reading.gives(old).cloned() else { return };
    let What::Rule { gives, .. } = &mut reading.statements[new].what else { return };
    let reason = if !strings[new] && strings[old] {
        gives.text = had.text;
        strings[new] = true;
        Reason::KeptText
    } else if gives.keysym.is_none() && had.keysym.is_some() {
        gives.keysym = had.keysym;
        Reason::KeptKeysym
    } else {
        return;
    };
    let to = gives.text.clone();
    reading.statements[new].verdict = Verdict::Altered { to, reason };
}

fn unreadable(error: FileError, missing: impl FnOnce(LoadError) -> Reason) -> Reason {
    match error {
        FileError::Load(error) => missing(error),
        FileError::TooMany => Reason::Files(super::MAX_FILES),
    }
}
