//! What each program makes of a Compose file. Enter at [`read`]: a [`Profile`], a file, and out comes
//! a [`Reading`].
//!
//! ```text
//! name.rs     Profile: family and version          reason.rs   why something is not as written
//! reading.rs  Reading: statements, verdicts, table  search.rs   which file a program reads
//! context.rs  what every reader needs: files, keysyms, places
//! xkb/        libxkbcommon, and so Qt and fcitx5   x11/        libX11
//! gtk/        GTK 3, GTK 4 and IBus
//! ```
//!
//! Each family reads the bytes with its own eyes, so each has a lexer of its own: where a line ends,
//! what a backslash does and what is a comment already differ. A reader fills a [`Reading`] through its
//! [`Context`]. What happens at run time is [`super::machine`]'s.

mod context;
pub mod gtk;
mod name;
mod reading;
mod reason;
mod search;
mod x11;
mod xkb;

use std::path::Path;

use super::World;
use crate::source::{Loader, Sources};

pub use context::{Context, Files, MAX_FILES, ReadOnce};
pub use name::{Evidence, Family, Profile, ProfileError, Version};
pub use reading::{
    Composed, FileVerdict, Hiding, Outcome, Place, Reading, Statement, SystemTable, Verdict, What,
};
pub use reason::Reason;
pub use search::{Candidate, Environment, Found, Otherwise, candidates, find, locale_file};

/// Reads the Compose file at `path` as `profile` does.
///
/// Every file that was read is in `sources` afterwards, once, however many profiles read it.
#[must_use]
pub fn read(
    profile: Profile,
    path: &Path,
    world: &World,
    loader: &mut dyn Loader,
    sources: &mut Sources,
) -> Reading {
    read_from(&ReadOnce::new(loader), profile, path, world, sources)
}

/// The same from files that several profiles share.
#[must_use]
pub fn read_from(
    files: &dyn Files,
    profile: Profile,
    path: &Path,
    world: &World,
    sources: &mut Sources,
) -> Reading {
    let mut context = Context::new(profile, world, files, sources);
    match profile.reader() {
        Family::Libxkbcommon | Family::Qt | Family::Fcitx5 => xkb::read(path, &mut context),
        Family::LibX11 => x11::read(path, &mut context),
        Family::Gtk3 | Family::Gtk4 | Family::Ibus => gtk::read(path, &mut context),
    }
    context.reading
}

/// The statements as libX11 reads them, for those who make a table of their own: that of the reading is
/// empty, and no rule is said to be hidden. Takes half the time.
#[must_use]
pub fn statements(
    path: &Path,
    world: &World,
    loader: &mut dyn Loader,
    sources: &mut Sources,
) -> Reading {
    let files = ReadOnce::new(loader);
    let mut context = Context::new(Family::LibX11.into(), world, &files, sources);
    x11::read_statements(path, &mut context);
    context.reading
}

/// What `profile` composes by when it reads no file: nothing here, where its own table is not known.
#[must_use]
pub fn built_in(profile: Profile) -> Reading {
    let mut reading = Reading::new(profile);
    reading.file.system = SystemTable::Added;
    reading
}
