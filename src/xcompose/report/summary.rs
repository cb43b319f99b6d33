//! [`Row`]: how a program fares with a file, in numbers.

use std::collections::BTreeSet;

use super::{Subject, lines::Unseen};
use crate::xcompose::profile::{Evidence, FileVerdict, Profile, Reason, Verdict, What};

/// How a program fares with a file.
#[derive(Clone, Debug)]
pub struct Row {
    /// The program, and others that read as it does.
    pub profiles: Vec<Profile>,
    /// What it does to the rules of the user's own files.
    pub counts: Counts,
    /// What it makes of the file as a whole.
    pub file: FileVerdict,
}

/// How many rules were written that a program
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// takes as they are,
    pub kept: usize,
    /// takes otherwise,
    pub altered: usize,
    /// leaves out,
    pub dropped: usize,
    /// has no use for, because of other rules.
    pub hidden: usize,
}

impl Row {
    /// Whether all of its programs were run beside the tests.
    #[must_use]
    pub fn measured(&self) -> bool {
        self.profiles.iter().any(|profile| profile.evidence() == Evidence::Measured)
    }
}

pub(super) fn rows(subject: &Subject<'_>, unseen: &Unseen) -> Vec<Row> {
    let views = subject.views.all.iter().enumerate();
    views
        .map(|(index, view)| {
            let own = view.reading.statements.iter().filter(|s| subject.is_own(s.span));
            let mut counts = Counts::default();
            let mut lines = BTreeSet::new();
            for statement in own {
                let is_rule = matches!(statement.what, What::Rule { .. });
                match (&statement.verdict, &statement.what) {
                    (Verdict::Kept | Verdict::Altered { reason: Reason::KeptKeysym, .. }, _)
                        if is_rule =>
                    {
                        counts.kept += 1;
                    }
                    (Verdict::Altered { .. }, _) if is_rule => counts.altered += 1,
                    // In a file that is included twice a rule hides itself.
                    (Verdict::Hidden { by, .. }, _)
                        if view.reading.statements[*by].span == statement.span => {}
                    (Verdict::Hidden { .. }, _) => counts.hidden += 1,
                    // A bad line may be several bad statements.
                    (Verdict::Dropped(_), What::Rule { .. } | What::Unread) => {
                        let line = (statement.span.source, subject.line(statement.span));
                        counts.dropped += usize::from(lines.insert(line));
                    }
                    _ => {}
                }
            }
            counts.dropped += unseen.values().filter(|who| who.contains(&index)).count();
            let (profiles, file) = (view.profiles.clone(), view.reading.file.clone());
            Row { profiles, counts, file }
        })
        .collect()
}
