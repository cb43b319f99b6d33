//! [`Reading`]: what a program makes of a file, statement by statement.

use super::{Profile, Reason};
use crate::{
    keysym::Keysym,
    source::{SourceId, Span},
    xcompose::tree::Tree,
};

/// A piece of a source and what is said of it.
pub type Place = Span;

/// What a program makes of a file.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The program.
    pub profile: Profile,
    /// What becomes of the file as a whole.
    pub file: FileVerdict,
    /// What it saw, in the order in which it read, included files in the place of their include.
    ///
    /// What the program takes for blank or for a comment, or never gets to, is not in it.
    pub statements: Vec<Statement>,
    /// What it will compose by: empty when the table is killed. A rule of it is an index into
    /// `statements`.
    pub table: Tree,
}

/// What becomes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileVerdict {
    /// How much of it counts.
    pub outcome: Outcome,
    /// Why, when that is not all of it.
    pub reason: Option<Reason>,
    /// Where that became clear.
    pub place: Option<Place>,
    /// What becomes of the system's own table beside the file.
    pub system: SystemTable,
}

/// How much of a file counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All of it, but for the lines that are left out.
    Kept,
    /// Nothing after the place.
    KillsRest,
    /// Nothing: the program has no table from this file.
    KillsTable,
}

/// What becomes of the system's own table beside a user's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemTable {
    /// It is not used: the file stands in its place.
    Replaced,
    /// The file takes it in with `include "%L"` or its like.
    Included,
    /// It is used as well, whatever the file says.
    Added,
}

/// A rule, an include, or a line that is neither.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// All of it, from its first token to its last one read.
    pub span: Span,
    /// The piece that the verdict is about; often all of it.
    pub place: Place,
    /// What it is.
    pub what: What,
    /// What the program makes of it.
    pub verdict: Verdict,
}

/// What a statement is, as far as the program understood it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A rule, as this program reads it.
    Rule {
        /// The keys, numbers as this program has them.
        keysyms: Box<[Keysym]>,
        /// What they give.
        gives: Composed,
    },
    /// An include, whether it worked or not; `path` is expanded as far as that went.
    Include {
        /// The path.
        path: String,
    },
    /// Something that the program gave up on.
    Unread,
}

/// What a sequence gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Composed {
    /// The text; may be empty.
    pub text: String,
    /// The keysym, in programs that give one.
    pub keysym: Option<Keysym>,
}

/// What a program makes of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// What was written.
    Kept,
    /// Nothing.
    Dropped(Reason),
    /// It counts, but not as written.
    Altered {
        /// What it gives.
        to: String,
        /// Why.
        reason: Reason,
    },
    /// Nothing, for the sake of another rule.
    Hidden {
        /// The statement that hides it, an index into [`Reading::statements`].
        by: usize,
        /// How the other one stands to it.
        how: Hiding,
    },
}

/// How a rule that hides another stands to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hiding {
    /// It has the same keys.
    SameKeys,
    /// It starts with these keys and goes on.
    Longer,
    /// These keys start with it.
    Shorter,
}

impl FileVerdict {
    /// A file that counts; a replaced system table.
    #[must_use]
    pub fn kept() -> Self {
        Self { outcome: Outcome::Kept, reason: None, place: None, system: SystemTable::Replaced }
    }

    /// A file that does not count wholly.
    #[must_use]
    pub fn kills(outcome: Outcome, reason: Reason, place: Option<Place>) -> Self {
        Self { outcome, reason: Some(reason), place, system: SystemTable::Replaced }
    }
}

impl Reading {
    /// A reading of nothing yet.
    #[must_use]
    pub fn new(profile: Profile) -> Self {
        Self { profile, file: FileVerdict::kept(), statements: Vec::new(), table: Tree::default() }
    }

    /// What was read within this piece of a source: for a line of a [`super::super::document::Document`]
    /// the statements that the program sees in it.
    pub fn within(&self, span: Span) -> impl Iterator<Item = (usize, &Statement)> {
        self.statements.iter().enumerate().filter(move |(_, statement)| {
            let other = statement.span;
            other.source == span.source && other.start < span.end && span.start < other.end
        })
    }

    /// Puts the sources with these numbers in the place of 0, 1 and so on.
    pub(crate) fn renumber(&mut self, ids: &[SourceId]) {
        let renumber = |span: &mut Span| span.source = ids[span.source.0 as usize];
        if (0..).map(SourceId).zip(ids).all(|(old, new)| old == *new) {
            return;
        }
        self.file.place.iter_mut().for_each(renumber);
        for statement in &mut self.statements {
            renumber(&mut statement.span);
            renumber(&mut statement.place);
        }
    }

    /// What rule `index` gives; nothing when it is no rule.
    #[must_use]
    pub fn gives(&self, index: usize) -> Option<&Composed> {
        match &self.statements.get(index)?.what {
            What::Rule { gives, .. } => Some(gives),
            What::Include { .. } | What::Unread => None,
        }
    }
}
