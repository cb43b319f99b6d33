//! Writes files that belong to the user, so that none is ever lost. [`Place::look`] at what is
//! there, then [`Place::save`]; [`undo`] goes back.
//!
//! A file is replaced in one step: written beside the old one, brought to the disk, renamed over
//! it. A full disk or a crash leaves the old file whole. Symbolic links stay and their target
//! changes; modes stay. What was there before is kept by `versions.rs`; `sign.rs` knows a text that
//! composekey wrote and nobody changed.

mod sign;
mod versions;

use std::{
    fs::{self, File, Metadata, Permissions},
    io::{self, ErrorKind, Write},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

pub use sign::{Origin, origin, sign};
pub use versions::{KEPT, Versions};

use crate::{
    config::{Disk, MAX_LINKS},
    diagnostic::{Code, Diagnostic},
    source::{LoadError, Loader},
};

/// A place where a file is, or is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What the user calls it.
    pub path: PathBuf,
    /// Where the bytes are: the end of its symbolic links.
    pub real: PathBuf,
    /// What is there; `None` when there is no file.
    pub old: Option<Vec<u8>>,
    mode: Option<u32>,
}

impl Place {
    /// Looks at a place and changes nothing.
    ///
    /// # Errors
    /// When no file can be written there, now or ever: a finding that says what to do.
    pub fn look(path: &Path) -> Result<Self, Diagnostic> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let real = end_of_links(&path);
        let metadata = match fs::metadata(&real) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Self { path, real, old: None, mode: None });
            }
            Err(error) => return Err(not_written(&path, "looking at it", &error)),
        };
        let old = match Disk::default().load(&real) {
            Ok(bytes) => bytes,
            Err(LoadError::NotAFile) => {
                let message = format!("`{}` is not written: it is not a file", path.display());
                let help = "name a file; one that is not there yet is made";
                return Err(Diagnostic::new(Code::NotWritten, message).help(help));
            }
            Err(error) => return Err(Diagnostic::unloadable(&path, &error)),
        };
        if let Some((why, help)) = protection(&real, &metadata) {
            return Err(protected(&path, why).help(help));
        }
        Ok(Self { path, real, old: Some(old), mode: Some(metadata.mode() & 0o7777) })
    }

    /// Whose the file is.
    #[must_use]
    pub fn origin(&self) -> Origin {
        let old = self.old.as_deref().filter(|old| !old.is_empty());
        old.map_or(Origin::Nobody, origin)
    }

    /// How the place is called in a message: with the target of its link.
    #[must_use]
    pub fn shown(&self) -> String {
        let direct = self.path.parent().and_then(|parent| fs::canonicalize(parent).ok());
        let direct = direct.zip(self.path.file_name()).map(|(parent, name)| parent.join(name));
        if self.real == self.path || direct.as_ref() == Some(&self.real) {
            return self.path.display().to_string();
        }
        format!("{} (a link to {})", self.path.display(), self.real.display())
    }

    /// Keeps what is there as a version, then puts `bytes` in its place.
    ///
    /// # Errors
    /// When that is impossible; the old file is there then, as it was.
    pub fn save(&self, bytes: &[u8], versions: &Versions) -> Result<(), Diagnostic> {
        self.keep(versions)?;
        self.replace(Some(bytes))
    }

    /// Keeps what is there as a version, then takes the file away.
    ///
    /// # Errors
    /// When that is impossible; the file is there then, as it was.
    pub fn remove(&self, versions: &Versions) -> Result<(), Diagnostic> {
        self.keep(versions)?;
        self.replace(None)
    }

    fn keep(&self, versions: &Versions) -> Result<(), Diagnostic> {
        versions.keep(&self.real, self.old.as_deref()).map_err(|error| {
            not_written(&self.path, "keeping the version before it", &error)
                .help(format!("versions are kept in `{}`", versions.folder.display()))
        })
    }

    /// Puts back what was there before `written`, which turned out to be wrong.
    ///
    /// # Errors
    /// When that is impossible, or something else is there by now.
    pub fn put_back(&self, written: &[u8]) -> Result<(), Diagnostic> {
        let now = Self { old: Some(written.to_vec()), ..self.clone() };
        now.replace(self.old.as_deref())
    }

    /// Puts these bytes there, or takes the file away.
    fn replace(&self, bytes: Option<&[u8]>) -> Result<(), Diagnostic> {
        if self.changed() {
            let message = format!(
                "`{}` is not written: it was changed while this command ran",
                self.path.display()
            );
            let help = "look at what changed it, then try again";
            return Err(Diagnostic::new(Code::NotWritten, message).help(help));
        }
        let result = match bytes {
            Some(bytes) => replace(&self.real, bytes, self.mode),
            None => fs::remove_file(&self.real),
        };
        result.map_err(|error| match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                let folder = self.real.parent().unwrap_or(Path::new("/"));
                protected(&self.path, &format!("`{}` cannot be written to", folder.display()))
                    .help(ELSEWHERE)
            }
            _ => not_written(&self.path, "writing it", &error),
        })
    }

    /// Whether something else is there than when it was looked at.
    fn changed(&self) -> bool {
        match (fs::read(&self.real), &self.old) {
            (Ok(now), Some(old)) => now != *old,
            (Ok(_), None) => true,
            (Err(_), old) => old.is_some(),
        }
    }
}

/// Puts the version before the present one in its place. `None` when there is none.
///
/// What is there now is kept too, so that nothing is lost by it.
///
/// # Errors
/// As [`Place::save`].
pub fn undo(path: &Path, versions: &Versions) -> Result<Option<Undone>, Diagnostic> {
    let place = Place::look(path)?;
    let kept = |error| not_written(&place.path, "reading its versions", &error);
    let Some(before) = versions.before(&place.real, place.old.as_deref()).map_err(kept)? else {
        return Ok(None);
    };
    place.replace(before.as_deref())?;
    Ok(Some(Undone { text: before, place }))
}

/// What [`undo`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// The place as it was before.
    pub place: Place,
    /// What is there now; `None` when the file is gone, as it was once.
    pub text: Option<Vec<u8>>,
}

/// What to do about a file that cannot be written where it is.
const ELSEWHERE: &str = "write the text where it comes from: `composekey generate --stdout` \
                         prints it, and `--output FILE` writes another file";

/// Why a file that is there should not be replaced, and what to do.
fn protection(real: &Path, metadata: &Metadata) -> Option<(&'static str, &'static str)> {
    if real.starts_with("/nix/store") || real.starts_with("/gnu/store") {
        return Some((
            "it belongs to a package store, which is written by its own tools",
            ELSEWHERE,
        ));
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Some(("it belongs to another user", "run the command as that user"));
    }
    if metadata.mode() & 0o200 == 0 {
        return Some((
            "it is read-only",
            "if that is not meant, `chmod u+w` it; else use `--output`",
        ));
    }
    if metadata.nlink() > 1 {
        let help = "a new file would leave the other name with the old text: \
                    remove one of the names, or use a symbolic link";
        return Some(("it has another name, a hard link", help));
    }
    None
}

fn protected(path: &Path, why: &str) -> Diagnostic {
    let message = format!("`{}` is not written: {why}", path.display());
    Diagnostic::new(Code::ProtectedFile, message)
}

fn not_written(path: &Path, doing: &str, error: &io::Error) -> Diagnostic {
    let (cause, help) = match error.kind() {
        ErrorKind::StorageFull => ("the disk is full".to_owned(), "make room and try again"),
        ErrorKind::QuotaExceeded => ("the quota is used up".to_owned(), "make room and try again"),
        ErrorKind::NotFound => ("there is no such folder".to_owned(), "make the folder first"),
        _ => (error.to_string().to_lowercase(), "nothing was changed; try again when it is solved"),
    };
    let message = format!("`{}` is not written: error {doing}: {cause}", path.display());
    Diagnostic::new(Code::NotWritten, message).help(help)
}

/// Where a chain of symbolic links ends, whether something is there or not.
fn end_of_links(path: &Path) -> PathBuf {
    if let Ok(real) = fs::canonicalize(path) {
        return real;
    }
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        let Ok(target) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("/")).join(target);
    }
    path
}

/// Writes beside the file, then renames over it.
fn replace(real: &Path, bytes: &[u8], mode: Option<u32>) -> io::Result<()> {
    let folder = real.parent().unwrap_or(Path::new("/"));
    let name = real.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!(".{name}.");
    let mut builder = tempfile::Builder::new();
    let builder = builder.prefix(&prefix).suffix(".new");
    // A new file gets what the umask leaves; one that takes another's place is nobody else's
    // until it is whole.
    let open = Permissions::from_mode(if mode.is_some() { 0o600 } else { 0o666 });
    let mut file = builder.permissions(open).tempfile_in(folder)?;
    file.write_all(bytes)?;
    if let Some(mode) = mode {
        file.as_file().set_permissions(Permissions::from_mode(mode))?;
    }
    file.as_file().sync_all()?;
    let _ = file.persist(real).map_err(|error| error.error)?;
    // The new name is on the disk with the folder; some file systems cannot be asked for that.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

#[cfg(test)]
mod tests;
