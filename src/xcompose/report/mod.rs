//! What is wrong with a Compose file, and in which programs. Enter at [`report`].
//!
//! ```text
//! views.rs   the file as each program reads it       slip.rs     mistakes that can be seen in a line
//! lines.rs   what the programs say of each line      pairs.rs    rules that hide each other
//! words.rs   findings of these, in words             file.rs     what they say of the whole file
//! summary.rs how each program fares                  mend.rs     the file without such mistakes
//! ```
//!
//! A finding is about what was written. There is one where a program asked for does something else
//! than that, and it names all programs that do. Files of the system are not reported on, unless it
//! is such a file that is asked about: nobody can change them.

mod file;
mod lines;
mod mend;
mod pairs;
mod slip;
mod summary;
mod views;
mod words;

use std::{collections::BTreeSet, path::Path};

use super::World;
use crate::{
    diagnostic::Diagnostic,
    source::{Loader, SourceId, Sources, Span},
};

pub use mend::{Mended, mended};
pub use slip::{Mend, Slip, SlipKind, slips};
pub use summary::{Counts, Row};
pub use views::{View, Views, Who};

use super::profile::{Profile, ReadOnce};

/// What there is to say about a file.
#[derive(Debug)]
pub struct Report {
    /// The findings, in the order of the file.
    pub findings: Vec<Diagnostic>,
    /// How each program fares with the file.
    pub rows: Vec<Row>,
    /// What each program makes of it.
    pub views: Views,
}

/// Reads a file as each of these programs does and says what each makes of it.
#[must_use]
pub fn report(
    path: &Path,
    profiles: &[Profile],
    world: &World,
    loader: &mut dyn Loader,
    sources: &mut Sources,
) -> Report {
    let files = ReadOnce::new(loader);
    let views = Views::read_from(&files, path, profiles, world, sources);
    let lost = file::lost_sequences(path, &views, world, &files, sources);
    let subject = Subject::new(path, world, &views, sources);
    let mut findings = file::findings(&subject, lost.as_ref());
    let unseen = lines::unseen(&subject);
    findings.extend(lines::findings(&subject, &unseen));
    findings.extend(pairs::findings(&subject));
    findings.sort_by_key(|finding| {
        let place = finding.labels.first().map(|label| label.span);
        place.map(|span| (span.source, sources.position(span).line))
    });
    let rows = summary::rows(&subject, &unseen);
    Report { findings, rows, views }
}

/// What is reported on.
struct Subject<'a> {
    views: &'a Views,
    sources: &'a Sources,
    /// The file itself, when it could be read.
    top: Option<SourceId>,
    /// The files that the user can change.
    own: BTreeSet<SourceId>,
}

impl<'a> Subject<'a> {
    fn new(path: &Path, world: &World, views: &'a Views, sources: &'a Sources) -> Self {
        let name = path.display().to_string();
        let top = sources.iter().find(|(_, source)| source.name == name).map(|(id, _)| id);
        let statements = views.readings().flat_map(|(_, reading)| &reading.statements);
        let read: BTreeSet<SourceId> = statements.map(|s| s.span.source).chain(top).collect();
        let is_own = |id: &SourceId| {
            Some(*id) == top || !Path::new(&sources.get(*id).name).starts_with(&world.folder)
        };
        Self { views, sources, top, own: read.into_iter().filter(is_own).collect() }
    }

    fn is_own(&self, span: Span) -> bool {
        self.own.contains(&span.source)
    }

    /// The line on which a place starts, from 1.
    fn line(&self, span: Span) -> usize {
        self.sources.line(span.source, span.start)
    }
}
