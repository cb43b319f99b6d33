//! [`Watcher`]: notices when a settings or map file changes, by inotify.
//!
//! Files are watched through their directories: editors replace files, dotfile managers link them,
//! and a file that is not there yet may come.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::{OsStr, OsString},
    io,
    mem::MaybeUninit,
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rustix::fs::inotify;

/// How long the files must be quiet: an editor writes in several steps.
const QUIET: Duration = Duration::from_millis(30);

/// Watches a set of files.
#[derive(Debug)]
pub(super) struct Watcher {
    inotify: OwnedFd,
    /// Per watched directory: its path and the names in it that matter.
    directories: BTreeMap<i32, (PathBuf, BTreeSet<OsString>)>,
    changed: Option<Instant>,
}

impl Watcher {
    /// Watches nothing yet.
    ///
    /// # Errors
    /// When the kernel has no inotify instance left.
    pub(super) fn new() -> io::Result<Self> {
        let flags = inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK;
        let inotify = inotify::init(flags)?;
        Ok(Self { inotify, directories: BTreeMap::new(), changed: None })
    }

    /// Watches these files, which need not exist, instead of those before.
    pub(super) fn set_files(&mut self, files: &[PathBuf]) {
        let mut wanted: BTreeMap<PathBuf, BTreeSet<OsString>> = BTreeMap::new();
        for file in files {
            for (directory, name) in places(file) {
                wanted.entry(directory).or_default().insert(name);
            }
        }
        for (&watch, (path, _)) in &self.directories {
            if !wanted.contains_key(path) {
                let _ = inotify::remove_watch(&self.inotify, watch);
            }
        }
        self.directories.clear();
        let events = inotify::WatchFlags::CLOSE_WRITE
            | inotify::WatchFlags::CREATE
            | inotify::WatchFlags::DELETE
            | inotify::WatchFlags::MOVED_FROM
            | inotify::WatchFlags::MOVED_TO
            | inotify::WatchFlags::ONLYDIR;
        for (directory, names) in wanted {
            // The same directory by another name gives the same watch.
            if let Ok(watch) = inotify::add_watch(&self.inotify, &directory, events) {
                let entry = self.directories.entry(watch);
                entry.or_insert_with(|| (directory, BTreeSet::new())).1.extend(names);
            }
        }
    }

    /// Reads what happened. To be called when the descriptor is readable.
    pub(super) fn read(&mut self, now: Instant) {
        let mut buffer = [const { MaybeUninit::uninit() }; 4096];
        let mut reader = inotify::Reader::new(&self.inotify, &mut buffer);
        while let Ok(event) = reader.next() {
            let name = event.file_name().map(|name| OsStr::from_bytes(name.to_bytes()));
            let watched = self.directories.get(&event.wd());
            let ours = match (watched, name) {
                (Some((_, names)), Some(name)) => names.contains(name),
                // The directory itself went, or events were lost: look.
                (Some(_), None) => true,
                (None, _) => event.events().contains(inotify::ReadFlags::QUEUE_OVERFLOW),
            };
            if ours {
                self.changed = Some(now);
            }
        }
    }

    /// When [`Self::take_change`] will have something.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.changed.map(|changed| changed + QUIET)
    }

    /// Whether something changed and has been quiet since; asks once per change.
    pub(super) fn take_change(&mut self, now: Instant) -> bool {
        let due = self.deadline().is_some_and(|deadline| deadline <= now);
        if due {
            self.changed = None;
        }
        due
    }
}

impl AsFd for Watcher {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.inotify.as_fd()
    }
}

/// The directory entries on which `file` depends: itself, the links on the way to it, and the first
/// directory that is missing.
fn places(file: &Path) -> Vec<(PathBuf, OsString)> {
    let mut places = Vec::new();
    let mut path = file;
    while let (Some(parent), Some(name)) = (path.parent(), path.file_name()) {
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        let matters = path == file || !path.exists() || path.is_symlink();
        if matters && parent.is_dir() {
            places.push((parent.to_owned(), name.to_owned()));
        }
        path = parent;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, os::unix::fs::symlink};

    fn watch(file: &Path) -> Watcher {
        let mut watcher = Watcher::new().unwrap();
        watcher.set_files(&[file.to_owned()]);
        watcher
    }

    /// Whether a change was noticed, and not before it was quiet.
    fn noticed(watcher: &mut Watcher) -> bool {
        let now = Instant::now();
        watcher.read(now);
        assert!(!watcher.take_change(now));
        watcher.take_change(now + QUIET) && !watcher.take_change(now + QUIET)
    }

    #[test]
    fn notices_writing_replacing_and_removing_but_no_neighbour() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("config.toml");
        let mut watcher = watch(&file);
        fs::write(dir.path().join("other"), "x").unwrap();
        assert!(!noticed(&mut watcher));
        fs::write(&file, "x").unwrap();
        assert!(noticed(&mut watcher));
        fs::rename(dir.path().join("other"), &file).unwrap();
        assert!(noticed(&mut watcher));
        fs::remove_file(&file).unwrap();
        assert!(noticed(&mut watcher));
    }

    #[test]
    fn notices_a_directory_that_comes_later() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a/b/config.toml");
        let mut watcher = watch(&file);
        fs::create_dir(dir.path().join("a")).unwrap();
        assert!(noticed(&mut watcher));
    }

    #[test]
    fn notices_a_link_that_is_turned() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["old", "new"] {
            fs::create_dir(dir.path().join(name)).unwrap();
            fs::write(dir.path().join(name).join("config.toml"), name).unwrap();
        }
        symlink("old", dir.path().join("link")).unwrap();
        let mut watcher = watch(&dir.path().join("link/config.toml"));
        symlink("new", dir.path().join("link2")).unwrap();
        assert!(!noticed(&mut watcher));
        fs::rename(dir.path().join("link2"), dir.path().join("link")).unwrap();
        assert!(noticed(&mut watcher));
    }
}
