//! The keymaps that are part of the program.

/// What `keymaps` in the configuration calls all keymaps that are on by default.
pub const DEFAULT: &str = "default";

/// A keymap compiled into the program.
#[derive(Clone, Copy, Debug)]
pub struct Builtin {
    /// What `keymaps` in the configuration calls it.
    pub name: &'static str,
    /// The file in the source tree.
    pub file: &'static str,
    /// Its text.
    pub text: &'static str,
    /// Whether it is one of [`DEFAULT`]: what its `[keymap]` says, known without reading it.
    pub default: bool,
}

macro_rules! builtin {
    ($($name:literal $default:literal)+) => {
        &[$(Builtin {
            name: $name,
            file: concat!("keymaps/", $name, ".toml"),
            text: include_str!(concat!("../../keymaps/", $name, ".toml")),
            default: $default,
        },)+]
    };
}

/// Every built-in keymap; those that are on by default come first.
pub const BUILTIN: &[Builtin] = builtin! {
    "umlauts" true
    "latin" true
    "typography" true
    "arrows" true
    "math" true
    "greek" true
    "supersub" true
    "fractions" true
    "currency" true
    "esperanto" true
    "keys" true
    "emoji" true
    "polish" false
    "czech" false
    "turkish" false
    "vietnamese" false
    "pinyin" false
    "cyrillic" false
    "hebrew" false
    "ipa" false
    "doublestruck" false
    "latex" false
    "apl" false
    "box" false
    "music" false
    "games" false
    "fullwidth" false
};

/// The built-in keymap of this name.
#[must_use]
pub fn find(name: &str) -> Option<Builtin> {
    BUILTIN.iter().find(|keymap| keymap.name == name).copied()
}

/// The keymaps that are on by default.
pub fn defaults() -> impl Iterator<Item = Builtin> {
    BUILTIN.iter().filter(|keymap| keymap.default).copied()
}
