//! composekeyd among the real ones: systemd, logind with its seats, sessions and virtual terminals, login,
//! D-Bus and polkit.
//!
//! ```text
//! QEMU's keyboard ──▶ composekeyd ──▶ twin ──▶ the kernel's terminals: kim on tty1, lee on tty2
//! ```
//!
//! kim is in the groups `input` and `uinput`, lee is not. Whoever logs in does what `~/start` says, and
//! what is typed in the session is in `~/typed` (`etc/skel/.bash_profile`).

mod lock;
mod person;
mod rights;
mod terminals;
mod typing;
mod unit;

use crate::{Group, cases};

pub(crate) const GROUP: Group = Group {
    name: "systemd",
    hardware: &[],
    cases: cases![
        unit::the_packaged_unit_is_installed_and_runs,
        unit::it_serves_whoever_is_in_front,
        terminals::a_session_behind_another_lets_go,
        terminals::keys_that_are_held_across_a_switch_do_not_stick,
        lock::a_locked_session_has_its_keyboards,
        rights::the_lines_that_are_said_mend_it,
    ],
};
