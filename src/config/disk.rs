//! [`Disk`]: the [`Loader`] of the programs. Remembers every file that it looked for.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use crate::source::{LoadError, Loader};

/// The largest file that is read: the largest known collection of sequences has 3 MiB.
pub const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// How many links of a chain are followed, as Linux does.
pub const MAX_LINKS: usize = 40;

/// Reads regular files of up to [`MAX_BYTES`].
#[derive(Debug, Default)]
pub struct Disk {
    /// Every file that was looked for, there or not, with the targets of symbolic links.
    pub files: Vec<PathBuf>,
    /// A file that is taken to have these bytes.
    instead: Option<(PathBuf, Vec<u8>)>,
}

impl Disk {
    /// The disk as it would be with these bytes in this file.
    #[must_use]
    pub fn with(file: &Path, bytes: &[u8]) -> Self {
        Self { instead: Some((one_name(file), bytes.to_owned())), ..Self::default() }
    }

    fn remember(&mut self, path: &Path) {
        let mut path = path.to_owned();
        for _ in 0..MAX_LINKS {
            if !self.files.contains(&path) {
                self.files.push(path.clone());
            }
            let Ok(target) = fs::read_link(&path) else { break };
            path = path.parent().unwrap_or(Path::new("/")).join(target);
        }
        // Links among the folders of the path show only here.
        match fs::canonicalize(&path) {
            Ok(real) if !self.files.contains(&real) => self.files.push(real),
            _ => {}
        }
    }
}

impl Loader for Disk {
    fn load(&mut self, path: &Path) -> Result<Vec<u8>, LoadError> {
        self.remember(path);
        match &self.instead {
            Some((file, bytes)) if *file == one_name(path) => Ok(bytes.clone()),
            _ => read(path),
        }
    }
}

/// The one name of a file that has several, whether it exists or not.
fn one_name(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let in_folder = || Some(fs::canonicalize(path.parent()?).ok()?.join(path.file_name()?));
    fs::canonicalize(&path).ok().or_else(in_folder).unwrap_or(path)
}

fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    // Asked before opening: opening a pipe would wait for its other end.
    let metadata = fs::metadata(path).map_err(cause)?;
    if !metadata.is_file() {
        return Err(LoadError::NotAFile);
    }
    if metadata.len() > MAX_BYTES {
        return Err(LoadError::TooLarge(MAX_BYTES));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default());
    let file = File::open(path).map_err(cause)?;
    let _ = file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(cause)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(LoadError::TooLarge(MAX_BYTES));
    }
    Ok(bytes)
}

fn cause(error: io::Error) -> LoadError {
    match error.kind() {
        io::ErrorKind::NotFound => LoadError::NotFound,
        io::ErrorKind::PermissionDenied => LoadError::Other("permission denied".into()),
        _ if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
            LoadError::Other("its symbolic links lead nowhere but to each other".into())
        }
        _ => LoadError::Other(error.to_string().to_lowercase()),
    }
}
