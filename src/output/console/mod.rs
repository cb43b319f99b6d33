//! Text on the Linux text console, where no display server is: keys that type any character.
//!
//! The kernel itself turns keys into characters there, by tables that all virtual terminals share. The
//! program `composekey-console` ([`main`]) binds keycodes that no keyboard has to the characters of a text, and the
//! daemon types these keys. It alone has the capability that this takes (`CAP_SYS_TTY_CONFIG`), and knows nothing but
//! which characters are needed.
//!
//! ```text
//! daemon ── characters (wire.rs) ──▶ plan.rs ──▶ bind.rs ──▶ vt.rs: ioctls ──▶ the kernel's tables
//!    │  ◀── the keys that type them ────┘                                            │
//!    └──── keys on a twin ──────────────────────────────────────────────▶ the kernel ┴──▶ terminal
//! ```
//!
//! What was there comes back when the daemon says so, when it ends however it ends, and on a signal.

mod bind;
mod plan;
mod serve;
mod vt;
mod wire;

pub use plan::{KEYS, MOST};
pub use serve::main;
pub use vt::{FRONT, check, in_front};
pub use wire::{Answer, Refusal, Request};

/// What the program is called.
pub const PROGRAM: &str = "composekey-console";

/// The keys that type one character, as codes of the kernel, in the order in which they are struck.
pub type Strokes = Vec<u8>;
