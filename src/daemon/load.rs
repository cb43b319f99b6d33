//! Reads settings and maps into what the daemon needs of them: [`load`] now, [`Loading`] aside.

use std::{
    fmt,
    io::{self, Write},
    os::{
        fd::{AsFd, BorrowedFd},
        unix::net::UnixStream,
    },
    panic,
    path::PathBuf,
    sync::{Arc, mpsc},
    thread,
};

use super::memory::hand_back;
use crate::{
    config::{self, Paths, Settings},
    diagnostic::{Style, render},
    table::Table,
};

/// One reading of settings and maps.
#[derive(Debug)]
pub(super) struct Loaded {
    /// The settings.
    pub(super) settings: Settings,
    /// The compiled rules.
    pub(super) table: Arc<Table>,
    /// How many sequences each keymap has, in the order of the settings; those of `default` together.
    pub(super) keymaps: Vec<(Arc<str>, usize)>,
    /// The findings, rendered; empty when there are none.
    pub(super) report: String,
    /// Whether there are errors: such a reading replaces no good one.
    pub(super) errors: bool,
    /// Every file on which it depends.
    pub(super) files: Vec<PathBuf>,
}

/// Reads everything. Takes some milliseconds.
pub(super) fn load(paths: &Paths) -> Loaded {
    let loaded = read(paths);
    hand_back();
    loaded
}

fn read(paths: &Paths) -> Loaded {
    let read = config::load(paths);
    let mut report = String::new();
    for diagnostic in &read.diagnostics {
        report.push_str(&render(diagnostic, &read.sources, Style::Plain));
        report.push('\n');
    }
    let mut keymaps: Vec<(Arc<str>, usize)> = Vec::new();
    for rules in read.rules.chunk_by(|a, b| a.keymap == b.keymap) {
        let keymap = read.keymaps.iter().find(|keymap| keymap.name == rules[0].keymap);
        let group = keymap.map_or(&rules[0].keymap, |keymap| keymap.group());
        match keymaps.iter_mut().find(|(name, _)| name == group) {
            Some((_, count)) => *count += rules.len(),
            None => keymaps.push((group.clone(), rules.len())),
        }
    }
    Loaded {
        table: Arc::new(Table::new(&read.rules)),
        errors: read.has_errors(),
        settings: read.settings,
        keymaps,
        report,
        files: read.files,
    }
}

/// Why there is no reading, not even one with errors.
#[derive(Debug)]
pub(super) enum Unread {
    /// No thread could be started.
    NoThread(io::Error),
    /// A bug of ours; the panic itself is on standard error.
    Panicked,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoThread(error) => {
                write!(f, "the settings and maps cannot be read now: no thread to read in: {error}")
            }
            Self::Panicked => f.write_str(
                "reading the settings and maps failed by a bug of composekeyd: undo what was changed last, \
                 and please report it",
            ),
        }
    }
}

/// What a thread brings.
type Reading = Result<Loaded, Unread>;

/// Readings in a thread of their own, so that no key waits for a file.
#[derive(Debug)]
pub(super) struct Loading {
    paths: Paths,
    read: fn(&Paths) -> Loaded,
    wake: (UnixStream, UnixStream),
    results: (mpsc::Sender<Reading>, mpsc::Receiver<Reading>),
    /// Readings that were started and not taken.
    running: usize,
    /// Something changed since the last start.
    again: bool,
}

impl Loading {
    /// Nothing is being read yet.
    ///
    /// # Errors
    /// When there are no descriptors left.
    pub(super) fn new(paths: &Paths) -> io::Result<Self> {
        let wake = UnixStream::pair()?;
        wake.0.set_nonblocking(true)?;
        wake.1.set_nonblocking(true)?;
        let results = mpsc::channel();
        Ok(Self { paths: paths.clone(), read: load, wake, results, running: 0, again: false })
    }

    /// Starts a reading, or another one after the one that runs. Whatever becomes of it, [`Self::take`] tells:
    /// there are those who wait for it.
    pub(super) fn start(&mut self) {
        if self.running > 0 {
            self.again = true;
            return;
        }
        self.running += 1;
        if let Err(error) = self.spawn() {
            let _ = self.results.0.send(Err(Unread::NoThread(error)));
            let _ = (&self.wake.1).write(&[0]);
        }
    }

    fn spawn(&self) -> io::Result<()> {
        let (paths, read) = (self.paths.clone(), self.read);
        let results = self.results.0.clone();
        let mut wake = self.wake.1.try_clone()?;
        let reading = move || {
            let loaded = panic::catch_unwind(|| read(&paths)).map_err(|_| Unread::Panicked);
            // Either end may be gone when the daemon ends meanwhile.
            let _ = results.send(loaded);
            let _ = wake.write(&[0]);
        };
        thread::Builder::new().name("load".into()).spawn(reading).map(drop)
    }

    /// The newest reading that is complete; `None` while one more is to come.
    pub(super) fn take(&mut self) -> Option<Reading> {
        let mut bytes = [0; 16];
        while let Ok(1..) = io::Read::read(&mut &self.wake.0, &mut bytes) {}
        let mut newest = None;
        while let Ok(loaded) = self.results.1.try_recv() {
            self.running -= 1;
            newest = Some(loaded);
        }
        if self.running == 0 && std::mem::take(&mut self.again) {
            self.start();
            return None;
        }
        newest
    }
}

impl AsFd for Loading {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wake.0.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    use super::*;

    fn wait(loading: &mut Loading) -> Option<Reading> {
        let patience = Timespec::try_from(Duration::from_secs(10)).unwrap();
        poll(&mut [PollFd::new(&*loading, PollFlags::IN)], Some(&patience)).unwrap();
        loading.take()
    }

    /// Its panic is seen on standard error.
    #[test]
    fn a_reading_that_panics_is_told_and_the_next_one_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::new(dir.path().to_owned(), None, None, |_| None);
        let mut loading = Loading::new(&paths).unwrap();
        loading.read = |_| panic!("played");
        loading.start();
        let told = wait(&mut loading).expect("what became of it");
        assert!(matches!(told, Err(Unread::Panicked)));
        loading.start();
        // Asked for while one runs.
        loading.start();
        loading.read = load;
        assert!(wait(&mut loading).is_none(), "one more is to come");
        assert!(matches!(wait(&mut loading), Some(Ok(_))));
    }
}
