//! Writes what packagers install beside the programs: completions, manual pages, JSON Schemas.
//!
//! ```text
//! cargo run --example packaging
//! ```
//!
//! `tests/fast/packaging.rs` fails when a file differs from what this writes.

mod all;
mod man;
mod markdown;
mod output;
mod schema;

use std::{fs, io, path::Path};

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging");
    let files = all::files()?;
    for folder in all::FOLDERS {
        // What is no longer written goes.
        let _ = fs::remove_dir_all(root.join(folder));
        fs::create_dir_all(root.join(folder))?;
    }
    for (name, text) in files {
        fs::write(root.join(name), text)?;
    }
    Ok(())
}
