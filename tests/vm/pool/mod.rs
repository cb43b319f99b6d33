//! composekeyd on evdev under Xorg with libinput: characters that no key of the layout has, through the pool of
//! keycodes. Each case has a server of its own, which it may stop and kill.
//!
//! ```text
//! Board ──▶ composekeyd ──▶ twin ──▶ udev, libinput ──▶ Xorg ──▶ xterm
//!                └── the pool's keys, by a connection ────▲
//! ```

mod life;
mod order;
mod rig;

use crate::{Group, cases};

pub(crate) const GROUP: Group = Group {
    name: "pool",
    hardware: &[],
    cases: cases![
        order::keys_around_a_text,
        order::with_caps_lock_on,
        order::with_shift_held_across,
        order::a_long_text,
        order::in_a_gtk_entry,
        order::each_keyboard_by_its_own_layout,
        life::a_server_that_stands_still,
        life::a_server_that_stutters,
        life::a_server_that_dies_and_another,
        life::another_program_has_the_pool,
        life::killed_while_it_types,
        life::the_chord_and_a_pause_come_through,
    ],
};
