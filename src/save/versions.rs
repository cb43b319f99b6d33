//! [`Versions`]: what files were before composekey wrote them.
//!
//! ```text
//! $XDG_STATE_HOME/composekey/versions/
//!     last                                path of the file that was written last
//!     XCompose-c0ffee0123456789/          one folder a file, named after its real path
//!         000001                          a text
//!         000002.none                     there was no file then
//! ```

use std::{
    ffi::OsStr,
    fs, io,
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::{Path, PathBuf},
};

use super::{replace, sign::fnv};

/// How many versions of a file are kept, beside the one in its place.
pub const KEPT: usize = 5;

/// A version: a text, or that there was no file.
pub(super) type Version = Option<Vec<u8>>;

/// The versions of every file that composekey wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versions {
    /// Where they are.
    pub folder: PathBuf,
}

impl Versions {
    /// The versions in the state folder of composekey.
    #[must_use]
    pub fn new(state_dir: &Path) -> Self {
        Self { folder: state_dir.join("versions") }
    }

    /// The file that was written last.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn last(&self) -> io::Result<Option<PathBuf>> {
        match fs::read(self.folder.join("last")) {
            Ok(path) => Ok(Some(std::ffi::OsString::from_vec(path).into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The versions of a file, oldest first.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub(super) fn of(&self, real: &Path) -> io::Result<Vec<Version>> {
        entries(&self.room(real))?.into_iter().map(|(_, path)| read(&path)).collect()
    }

    /// Keeps what is at `real` before something else gets there.
    pub(super) fn keep(&self, real: &Path, now: Option<&[u8]>) -> io::Result<()> {
        self.add(real, now)?;
        self.prune(real, KEPT)?;
        let last = self.folder.join("last");
        replace(&last, real.as_os_str().as_bytes(), None)
    }

    /// The version before the one that is there now.
    pub(super) fn before(&self, real: &Path, now: Option<&[u8]>) -> io::Result<Option<Version>> {
        let versions = self.of(real)?;
        let present = versions.iter().rposition(|version| version.as_deref() == now);
        let before = match present {
            Some(present) => present.checked_sub(1),
            None => versions.len().checked_sub(1),
        };
        let Some(before) = before else { return Ok(None) };
        if present.is_none() {
            // It is lost nowhere: one more than `KEPT`, until the next is written.
            self.add(real, now)?;
        }
        Ok(versions.into_iter().nth(before))
    }

    fn add(&self, real: &Path, now: Option<&[u8]>) -> io::Result<()> {
        let room = self.room(real);
        fs::create_dir_all(&room)?;
        let entries = entries(&room)?;
        // The same text once more is no version.
        if let Some((_, newest)) = entries.last()
            && read(newest)?.as_deref() == now
        {
            return Ok(());
        }
        let number = entries.last().map_or(1, |(number, _)| number + 1);
        let ending = if now.is_some() { "" } else { ".none" };
        let path = room.join(format!("{number:06}{ending}"));
        replace(&path, now.unwrap_or_default(), Some(0o600))
    }

    fn prune(&self, real: &Path, most: usize) -> io::Result<()> {
        let entries = entries(&self.room(real))?;
        let many = entries.len().saturating_sub(most);
        entries[..many].iter().try_for_each(|(_, path)| fs::remove_file(path))
    }

    fn room(&self, real: &Path) -> PathBuf {
        let name = real.file_name().unwrap_or_default().to_string_lossy();
        let name: String = name.trim_start_matches('.').chars().take(40).collect();
        self.folder.join(format!("{name}-{:016x}", fnv(real.as_os_str().as_bytes())))
    }
}

fn entries(room: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let listed = match fs::read_dir(room) {
        Ok(listed) => listed,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut entries = Vec::new();
    for entry in listed {
        let path = entry?.path();
        let number = path.file_stem().and_then(OsStr::to_str).and_then(|stem| stem.parse().ok());
        // What is half written starts with a dot and is no number.
        entries.extend(number.map(|number| (number, path)));
    }
    entries.sort();
    Ok(entries)
}

fn read(path: &Path) -> io::Result<Version> {
    if path.extension().is_some() { Ok(None) } else { fs::read(path).map(Some) }
}
