//! Writes the keymaps that follow from rules, and the pages about all keymaps.
//!
//! ```text
//! cargo run --example packs
//! ```
//!
//! `tests/fast/packs.rs` fails when a file differs from what this writes. Run it twice after a
//! change of a derived keymap: the pages are made from the keymaps compiled into the library.

mod derived;
mod page;

use std::{fs, io, path::Path};

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, text) in derived::all() {
        fs::write(root.join(format!("keymaps/{name}.toml")), text)?;
    }
    fs::write(root.join("keymaps/README.md"), page::sources())?;
    fs::write(root.join("docs/keymaps.md"), page::page())
}
