//! composekeyd on evdev under Xorg with libinput: what is typed on the machine's keyboard is what
//! windows receive.

mod touchpad;
mod windows;

use crate::{Group, cases};

pub(crate) const GROUP: Group = Group {
    name: "desktop",
    hardware: &[],
    cases: cases![
        touchpad::typing_by_the_twin_disables_it,
        windows::holds_compose,
        windows::backspace_escape_and_mismatch,
        windows::the_trigger_goes_up_first,
        windows::shift_and_caps_lock_is_caps_lock,
        windows::held_modifiers,
        windows::overlapping_keys,
        windows::a_second_keyboard,
        windows::a_layout_that_was_set_before,
        windows::a_map_that_is_edited_in_the_middle,
        windows::killed_in_the_middle,
        windows::a_gtk_entry,
    ],
};
