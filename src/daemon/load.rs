//! Reads settings and maps into what the daemon needs of them: [`load`] now, [`Loading`] aside.

use std::{
    io::{self, Write},
    os::{
        fd::{AsFd, BorrowedFd},
        unix::net::UnixStream,
    },
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

/// Readings in a thread of their own, so that no key waits for a file.
#[derive(Debug)]
pub(super) struct Loading {
    paths: Paths,
    wake: (UnixStream, UnixStream),
    results: (mpsc::Sender<Loaded>, mpsc::Receiver<Loaded>),
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
        Ok(Self { paths: paths.clone(), wake, results, running: 0, again: false })
    }

    /// Starts a reading, or another one after the one that runs.
    pub(super) fn start(&mut self) {
        if self.running > 0 {
            self.again = true;
            return;
        }
        let paths = self.paths.clone();
        let results = self.results.0.clone();
        let Ok(mut wake) = self.wake.1.try_clone() else { return };
        let reading = move || {
            // Either end may be gone when the daemon ends meanwhile.
            let _ = results.send(load(&paths));
            let _ = wake.write(&[0]);
        };
        if thread::Builder::new().name("load".into()).spawn(reading).is_ok() {
            self.running += 1;
        }
    }

    /// The newest reading that is complete; `None` while one more is to come.
    pub(super) fn take(&mut self) -> Option<Loaded> {
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
