//! composekeyd among the real ones: systemd, logind with its seats, sessions and virtual terminals, login,
//! D-Bus, polkit, and a machine that sleeps.
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
mod sleep;
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
        unit::a_killed_one_leaves_the_keyboard_and_is_started_again,
        unit::the_chord_ends_it_for_good,
        terminals::a_session_behind_another_lets_go,
        terminals::keys_that_are_held_across_a_switch_do_not_stick,
        terminals::logind_may_be_started_again,
        terminals::a_session_ends_and_another_begins,
        terminals::a_service_of_the_user_follows_its_sessions,
        lock::a_locked_session_has_its_keyboards,
        rights::the_line_that_is_said_mends_it,
        unit::it_sleeps_with_the_machine,
    ],
};
