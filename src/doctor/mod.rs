//! What is in the way of composing on this machine, and the line that mends it.
//!
//! ```text
//! system.rs  System: what is asked of the machine       host.rs   the machine itself
//! facts/     Facts: all that was read                   read/     asks and fills them
//! finding.rs Finding: what, why, and the line            check/    draws the conclusions
//! ```
//!
//! Enter at [`read()`], which only asks, and [`check()`], which only thinks: from the same facts come the
//! same findings. `cli/doctor/` draws them.
//!
//! Nothing here changes the machine, and nothing that was typed is looked at.

mod check;
pub mod facts;
mod finding;
mod host;
mod read;
pub mod system;

pub use check::check;
pub(crate) use check::shown;
pub use facts::Facts;
pub use finding::{Finding, Topic};
pub use host::{Host, PATIENCE};
pub use read::read;
