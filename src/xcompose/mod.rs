//! Compose files, as libX11 and libxkbcommon read them. [`read`] takes a text, [`system`] finds the
//! locale's own; [`emit()`] writes rules so that every toolkit reads them alike.
//!
//! ```text
//! file       = { line }
//! line       = [ include | production ] [ comment ] newline
//! include    = "include" string                       %L locale's file, %H home, %S its folder, %%
//! production = { modifier } "<" keysym ">" { "<" keysym ">" } ":" result
//! result     = string [ keysym ] | keysym
//! comment    = "#" anything
//! ```
//!
//! `lexer.rs` makes tokens, `parser.rs` lines of them, `reader.rs` follows includes, `locale.rs`
//! finds the locale's file, `escape.rs` reads and writes strings.

pub mod document;
mod emit;
mod escape;
mod lexer;
mod locale;
pub mod machine;
mod parser;
pub mod profile;
mod reader;
pub mod tree;

use std::path::{Path, PathBuf};

pub use emit::{Base, Emitted, MAX_KEYS, MAX_TEXT, Request, emit};
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
