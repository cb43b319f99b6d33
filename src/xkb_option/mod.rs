//! The XKB option [`NAME`]: characters on keycodes that no keyboard has, so that plain keys type
//! them under every compositor. Pure: a keymap and characters in, the texts of files out.
//!
//! libxkbcommon (1.0 and later) reads `$XDG_CONFIG_HOME/xkb` before the system's folder. What goes
//! there:
//!
//! ```text
//! rules/evdev           includes the system's rules, and gives the option its meaning (rules.rs)
//! keycodes/composekey   names for keycodes that have none         \
//! types/composekey      the key types                          > files.rs
//! symbols/composekey    the characters                            /
//! ```
//!
//! [`Slot::all`] finds the keycodes of a keymap that can carry characters, [`Placement::new`] gives each
//! character a place, [`Files::new`] writes it down.
//!
//! ```text
//! held                  –        ⇧    3   ⇧3    5   ⇧5   35  ⇧35     3: LevelThree, 5: LevelFive
//!
//! free keycode          ü        Ü    λ    Λ    …    …    …    …     eight levels; above 255 eight
//!                                                                    more, with Lock
//! key with a function   as ever       →    ←    …    …    …    …     seven levels
//! ```

mod files;
mod place;
mod rules;
mod slot;

pub use files::{Files, read_places};
pub use place::{Place, Placement};
pub use rules::{RulesError, merge, without};
pub use slot::{Slot, codes};

/// What the option is called, as in `setxkbmap -option` and every desktop's settings.
pub const NAME: &str = "composekey:chars";

#[cfg(test)]
pub(crate) mod tests;
