//! What is worked out once, when the program is built, so that no start of it has to.
//!
//! `keymaps.rs` reads the built-in keymaps, `characters.rs` puts together what every character is
//! called. Both write texts into `OUT_DIR`, for `src/map/builtin.rs` and `src/search/data.rs`.
#![expect(clippy::print_stdout, reason = "that is how Cargo is spoken to")]

mod characters;
mod keymaps;

use std::{env, fs, path::Path};

fn main() {
    let root = env::var_os("CARGO_MANIFEST_DIR").expect("Cargo sets it");
    let out = env::var_os("OUT_DIR").expect("Cargo sets it");
    let (root, out) = (Path::new(&root), Path::new(&out));
    for folder in ["build", "data", "keymaps"] {
        println!("cargo::rerun-if-changed={folder}");
    }
    let write =
        |name: &str, text: String| fs::write(out.join(name), text).expect("OUT_DIR is ours");
    for (name, text) in keymaps::all(&root.join("keymaps")) {
        write(&format!("{name}.keymap"), text);
    }
    let characters = characters::Characters::read(&root.join("data"));
    write("words.txt", characters.words());
    write("characters.tsv", characters.lines());
}
