//! How GTK 3, GTK 4 and IBus read: three descendants of one reader, which goes line by line and
//! splits lines at `:`, `<`, `>` and `"`. Enter at [`read`].
//!
//! ```text
//! line.rs     a line: a rule or an include        value.rs      the text between the quotes
//! include.rs  which file an include means         names.rs      keysyms as GDK knows them
//! judge.rs    what becomes of all the rules       algorithm.rs  dead keys without a table
//! rows.rs     tables, and looking into them       builtin.rs    the toolkits' own tables
//! typed.rs    what only typing tells of them
//! session.rs  which files a toolkit reads of its own accord
//! ```
//!
//! Where these programs do something that nobody would design, such as reading numbers of more than
//! 16 bits by their lower half, the code says so and does the same: the tests hold it to the toolkits.

pub(crate) mod algorithm;
pub(crate) mod builtin;
mod include;
mod judge;
mod line;
mod names;
pub(crate) mod rows;
pub mod session;
mod typed;
mod value;

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

use super::{
    Composed, Context, Family, FileVerdict, Hiding, Outcome, Profile, Reading, Reason, SystemTable,
    Verdict, What,
    context::{File, FileError},
};
use crate::{keysym::Keysym, source::LoadError};

pub(crate) use judge::{Own, tables};
pub(crate) use names::character;

/// How many keys a rule has at most.
fn most_keys(family: Family) -> usize {
    if family == Family::Ibus { 254 } else { 20 }
}

/// Reads a file and what it includes into the context's reading.
pub(super) fn read(path: &Path, context: &mut Context<'_>) {
    let family = context.profile.family;
    let mut reader =
        Reader { family, top: path.to_owned(), open: Vec::new(), context, ended: false };
    match reader.context.load(path) {
        Ok(file) => reader.file(path, &file),
        Err(error) if family == Family::Ibus => {
            reader.ends("a file that it cannot read", unreadable(error))
        }
        Err(error) => {
            let reason = unreadable(error);
            reader.context.reading.file = FileVerdict::kills(Outcome::KillsTable, reason, None);
        }
    }
    judge::judge(&mut context.reading);
}

/// The reason of a file that could not be loaded.
fn unreadable(error: FileError) -> Reason {
    match error {
        FileError::Load(error) => Reason::Unreadable(error),
        FileError::TooMany => Reason::Files(super::MAX_FILES),
    }
}

struct Reader<'c, 'a> {
    family: Family,
    /// The file that the reading is of: GTK 4 takes relative paths from its folder.
    top: PathBuf,
    /// The files that are being read, the innermost last.
    open: Vec<PathBuf>,
    context: &'c mut Context<'a>,
    /// Whether the program is gone.
    ended: bool,
}

impl Reader<'_, '_> {
    fn file(&mut self, path: &Path, file: &File) {
        self.open.push(path.to_owned());
        let bytes = file.bytes();
        // The whole file is one string of C.
        let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
        if end < bytes.len() && self.context.reading.file.outcome == Outcome::Kept {
            let place = Some(self.context.span(file.id, end..end + 1));
            let system = self.context.reading.file.system;
            let verdict = FileVerdict::kills(Outcome::KillsRest, Reason::NulByte, place);
            self.context.reading.file = FileVerdict { system, ..verdict };
        }
        let mut start = 0;
        for stop in memchr::memchr_iter(b'\n', &bytes[..end]).chain([end]) {
            if !self.ended {
                self.line(file, &bytes[start..stop], start);
            }
            start = stop + 1;
        }
        let _ = self.open.pop();
    }

    /// Notes something that does not count.
    fn drop(&mut self, file: &File, whole: Range<usize>, place: Range<usize>, reason: Reason) {
        let (span, place) = (self.context.span(file.id, whole), self.context.span(file.id, place));
        let _ = self.context.note(span, place, What::Unread, Verdict::Dropped(reason));
    }

    /// The program does not survive this.
    fn ends(&mut self, by: &str, reason: Reason) {
        let reason = Reason::Other(format!("{ENDS_IT} {by}: {reason}"));
        self.context.reading.file = FileVerdict::kills(Outcome::KillsTable, reason, None);
        self.ended = true;
    }
}

/// How the reason of a file begins that ends the program which reads it.
pub const ENDS_IT: &str = "the program itself ends at";

#[cfg(test)]
mod tests;
