//! A reading by profile, of files on the disk and of texts.

use std::path::{Path, PathBuf};

use composekey::{
    config::Disk,
    keysym::Keysym,
    source::{LoadError, Loader, Sources},
    xcompose::{
        World,
        machine::{Fed, Machine},
        profile::{self, Profile, Reading},
    },
};

/// The locale of the tests.
pub(crate) const LOCALE: &str = "en_US.UTF-8";

/// The path by which a text is known.
pub(crate) const TEXT: &str = "/text";

/// One text, and the disk behind it.
struct Text<'t> {
    text: &'t [u8],
    disk: Disk,
}

impl Loader for Text<'_> {
    fn load(&mut self, path: &Path) -> Result<Vec<u8>, LoadError> {
        if path == Path::new(TEXT) { Ok(self.text.to_vec()) } else { self.disk.load(path) }
    }
}

pub(crate) fn world(locale: &str) -> World {
    World {
        locale: locale.into(),
        folder: World::FOLDER.into(),
        home: std::env::var_os("HOME").map(PathBuf::from),
    }
}

/// What `profile` makes of a text.
pub(crate) fn read(profile: Profile, text: &[u8]) -> Reading {
    let mut loader = Text { text, disk: Disk::default() };
    profile::read(profile, Path::new(TEXT), &world(LOCALE), &mut loader, &mut Sources::default())
}

/// What becomes of each key of a sequence, from a fresh start.
pub(crate) fn feed(reading: &Reading, keysyms: &[Keysym]) -> Vec<Fed> {
    let mut machine = Machine::new(reading);
    keysyms.iter().map(|&keysym| machine.feed(keysym)).collect()
}

/// Names for a message.
pub(crate) fn names(keysyms: &[Keysym]) -> String {
    keysyms.iter().map(|keysym| keysym.name()).collect::<Vec<_>>().join(" ")
}
