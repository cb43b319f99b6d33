//! [`Counts`]: how often each exercise was right and wrong. Exercises only: nothing of what is typed
//! elsewhere, and no time of day.

use std::{collections::BTreeMap, fs, io, path::Path};

use serde::{Deserialize, Serialize};

/// What is kept from lesson to lesson.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Counts {
    /// How many lessons there were.
    pub(super) lessons: u32,
    /// By the keys of the sequence, in the notation of the maps.
    pub(super) exercises: BTreeMap<String, Count>,
}

/// What is known of one exercise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Count {
    /// How often it was right at once.
    pub(super) right: u32,
    /// How often it was not.
    pub(super) wrong: u32,
    /// How well it is known: right at once so many times in a row.
    pub(super) level: u8,
    /// The number of the last lesson that had it.
    pub(super) lesson: u32,
}

impl Counts {
    /// Reads the file; one that is not there has no counts.
    pub(super) fn read(file: &Path) -> Result<Self, String> {
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(format!("reading `{}`: {error}", file.display())),
        };
        serde_json::from_str(&text).map_err(|error| format!("`{}`: {error}", file.display()))
    }

    /// Writes the file, as a whole or not at all. Only the user can read it.
    pub(super) fn write(&self, file: &Path) -> io::Result<()> {
        let folder = file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut new = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer_pretty(&mut new, self)?;
        new.as_file().sync_all()?;
        let _ = new.persist(file)?;
        Ok(())
    }
}
