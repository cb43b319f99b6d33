//! [`Context`]: what every reader needs. Files come through it, places are made by it, and the
//! [`Reading`] grows in it.

use std::{
    collections::HashMap,
    ops::Range,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use rustc_hash::FxHashMap;

use super::{Composed, Profile, Reading, Reason, Statement, Verdict, What, search};
use crate::{
    keysym::Keysym,
    source::{LoadError, Loader, Source, SourceId, Sources, Span},
    xcompose::World,
};

/// How many files are read for one: a limit of ours. Depth alone, which programs limit, would let a
/// few files that include each other be read for ever.
pub const MAX_FILES: usize = 200;

/// A reading in the making, and the world that it needs.
pub struct Context<'a> {
    /// What it becomes.
    pub reading: Reading,
    /// The program.
    pub profile: Profile,
    /// What includes refer to.
    pub world: &'a World,
    files: &'a dyn Files,
    sources: &'a mut Sources,
    /// How many files were asked for: those which include each other are not read for ever.
    asked: usize,
    /// The numbers of the names seen: a name is asked for some 4 times in a large file.
    names: FxHashMap<Box<[u8]>, Option<Keysym>>,
    /// What [`Context::locale_file`] answered, without and with its fallback.
    locale_files: [Option<Option<PathBuf>>; 2],
}

/// A file that was read.
#[derive(Clone, Debug)]
pub struct File {
    /// Its handle.
    pub id: SourceId,
    source: Arc<Source>,
}

/// Files that readers ask for, several of them at once.
pub trait Files: Sync {
    /// A file.
    ///
    /// # Errors
    /// Those of a loader.
    fn get(&self, path: &Path) -> Result<Arc<Source>, LoadError>;
}

/// The files of a loader, each read once: programs that are compared must see the same.
pub struct ReadOnce<'a>(Mutex<Shelf<'a>>);

struct Shelf<'a> {
    loader: &'a mut dyn Loader,
    files: HashMap<PathBuf, Result<Arc<Source>, LoadError>>,
}

/// What a file could not be read for.
#[derive(Clone, Debug)]
pub enum FileError {
    /// The loader's reason.
    Load(LoadError),
    /// One more than [`MAX_FILES`].
    TooMany,
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("reading", &self.reading).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for ReadOnce<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReadOnce").finish_non_exhaustive()
    }
}

impl<'a> ReadOnce<'a> {
    /// The files of a loader.
    pub fn new(loader: &'a mut dyn Loader) -> Self {
        Self(Mutex::new(Shelf { loader, files: HashMap::new() }))
    }
}

impl Files for ReadOnce<'_> {
    fn get(&self, path: &Path) -> Result<Arc<Source>, LoadError> {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = shelf.files.get(path) {
            return known.clone();
        }
        let read = shelf.loader.load(path);
        let file =
            read.map(|bytes| Arc::new(Source::from_bytes(path.display().to_string(), bytes)));
        let _ = shelf.files.insert(path.to_owned(), file.clone());
        file
    }
}

impl Loader for &dyn Files {
    fn load(&mut self, path: &Path) -> Result<Vec<u8>, LoadError> {
        self.get(path).map(|file| file.bytes().to_vec())
    }
}

impl File {
    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.source.bytes()
    }
}

impl<'a> Context<'a> {
    /// Before the first file.
    pub fn new(
        profile: Profile,
        world: &'a World,
        files: &'a dyn Files,
        sources: &'a mut Sources,
    ) -> Self {
        Self {
            reading: Reading::new(profile),
            profile,
            world,
            files,
            sources,
            asked: 0,
            names: FxHashMap::default(),
            locale_files: [None, None],
        }
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// See [`FileError`].
    pub fn load(&mut self, path: &Path) -> Result<File, FileError> {
        /// A line of a large file has some 90 bytes.
        const RULE: usize = 64;

        self.asked += 1;
        if self.asked > MAX_FILES {
            return Err(FileError::TooMany);
        }
        let source = self.files.get(path).map_err(FileError::Load)?;
        self.reading.statements.reserve(source.bytes().len() / RULE);
        Ok(File { id: self.sources.add_file(&source), source })
    }

    /// The place of a range of a file's bytes.
    #[must_use]
    pub fn span(&self, source: SourceId, range: Range<usize>) -> Span {
        self.sources.span(source, range)
    }

    /// The keysym of this name, as the installed libxkbcommon has it.
    pub fn keysym(&mut self, name: &[u8]) -> Option<Keysym> {
        if let Some(known) = self.names.get(name) {
            return *known;
        }
        let known = std::str::from_utf8(name).ok().and_then(Keysym::from_name);
        self.names.insert(name.into(), known);
        known
    }

    /// Notes a statement and returns its index.
    pub fn note(&mut self, span: Span, place: Span, what: What, verdict: Verdict) -> usize {
        self.reading.statements.push(Statement { span, place, what, verdict });
        self.reading.statements.len() - 1
    }

    /// Notes a rule that counts, and returns its index.
    pub fn note_rule(
        &mut self,
        span: Span,
        keysyms: &[Keysym],
        gives: Composed,
        altered: Option<(Reason, Span)>,
    ) -> usize {
        let (verdict, place) = match altered {
            None => (Verdict::Kept, span),
            Some((reason, place)) => (Verdict::Altered { to: gives.text.clone(), reason }, place),
        };
        self.note(span, place, What::Rule { keysyms: keysyms.into(), gives }, verdict)
    }

    /// The Compose file of the locale; `None` when it has none. With `fallback` that of `en_US.UTF-8`
    /// serves locales without one.
    pub fn locale_file(&mut self, fallback: bool) -> Option<PathBuf> {
        let key = usize::from(fallback);
        if self.locale_files[key].is_none() {
            let found = search::locale_file(self.world, &mut { self.files }, fallback);
            self.locale_files[key] = Some(found);
        }
        self.locale_files[key].clone().flatten()
    }
}
