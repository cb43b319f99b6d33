//! What each program makes of a Compose file. Enter at [`read`]: a [`Profile`], a file, and out comes
//! a [`Reading`].
//!
//! ```text
//! name.rs     Profile: family and version          reason.rs   why something is not as written
//! reading.rs  Reading: statements, verdicts, table  search.rs   which file a program reads
//! context.rs  what every reader needs: files, keysyms, places
//! xkb/        libxkbcommon, and so Qt and fcitx5   x11/        libX11
//! ```
//!
//! Each family reads the bytes with its own eyes, so each has a lexer of its own: where a line ends,
//! what a backslash does and what is a comment already differ. A reader fills a [`Reading`] through its
//! [`Context`]. What happens at run time is [`super::machine`]'s.

mod context;
mod name;
mod reading;
mod reason;
mod xkb;

use std::path::Path;

use super::World;
use crate::source::{Loader, Sources};

pub use context::{Context, MAX_FILES};
pub use name::{Evidence, Family, Profile, ProfileError, Version};
pub use reading::{
    Composed, FileVerdict, Hiding, Outcome, Place, Reading, Statement, SystemTable, Verdict, What,
};
pub use reason::Reason;

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
    let mut context = Context::new(profile, world, loader, sources);
    match profile.reader() {
        Family::Libxkbcommon | Family::Qt | Family::Fcitx5 => xkb::read(path, &mut context),
        Family::LibX11 | Family::Gtk3 | Family::Gtk4 | Family::Ibus => {
            let reason = Reason::Other(format!("the profile `{profile}` is not there yet"));
            context.reading.file = FileVerdict::kills(Outcome::KillsTable, reason, None);
        }
    }
    context.reading
}
