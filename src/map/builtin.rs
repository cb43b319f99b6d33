//! The keymaps that are part of the program.

/// A keymap compiled into the program.
#[derive(Clone, Copy, Debug)]
pub struct Builtin {
    /// What `keymaps` in the configuration calls it.
    pub name: &'static str,
    /// The file in the source tree.
    pub file: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! builtin {
    ($name:literal) => {
        Builtin {
            name: $name,
            file: concat!("keymaps/", $name, ".toml"),
            text: include_str!(concat!("../../keymaps/", $name, ".toml")),
        }
    };
}

/// Every built-in keymap, by name.
pub const BUILTIN: &[Builtin] = &[builtin!("default"), builtin!("greek")];

/// The built-in keymap of this name.
#[must_use]
pub fn find(name: &str) -> Option<Builtin> {
    BUILTIN.iter().find(|keymap| keymap.name == name).copied()
}
