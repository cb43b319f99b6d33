//! Compose files: what is written in them, what each program makes of that, and how to write them so that
//! all programs make the same of it.
//!
//! ```text
//! document/   a file byte for byte, cut into lines and tokens
//! profile/    what a program makes of a file: a verdict for each statement, and a table
//! tree.rs     such a table          machine.rs  typing by it
//! reader.rs   the rules of a file, for keymaps: read(), system()
//! emit.rs     rules as a file that every program reads alike
//! locale.rs   which file a locale has          escape.rs  strings
//! ```

pub mod document;
mod emit;
mod escape;
mod locale;
pub mod machine;
pub mod profile;
mod reader;
pub mod report;
pub mod tree;

use std::path::{Path, PathBuf};

pub use emit::{Base, Emitted, Flatten, MAX_KEYS, MAX_TEXT, Request, emit};
pub use escape::escape as quote;
pub use reader::{read, system, whole_system};

/// What the locale's own Compose file is called as a keymap.
pub const SYSTEM: &str = "system";

/// What a Compose file can refer to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct World {
    /// The locale, as in `LC_CTYPE`: `de_DE.UTF-8`, `C`.
    pub locale: String,
    /// Where the X locales are: `/usr/share/X11/locale`.
    pub folder: PathBuf,
    /// The home directory, for `%H`.
    pub home: Option<PathBuf>,
}

impl World {
    /// Where Debian and most others have the X locales.
    pub const FOLDER: &str = "/usr/share/X11/locale";

    fn file(&self, name: &str) -> PathBuf {
        Path::join(&self.folder, name)
    }
}

#[cfg(test)]
mod tests;
