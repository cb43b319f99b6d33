//! composekeyd on evdev: what is typed on a keyboard is what its twin says.

mod feedback;
mod hardware;
mod model;
mod option;
mod plugs;
mod random;
mod rights;
mod safety;
mod session;
mod typing;

use crate::{Group, cases};

pub(crate) const GROUP: Group = Group {
    name: "evdev",
    hardware: &[],
    cases: cases![
        hardware::keys_of_both_keyboards_arrive,
        typing::a_key_is_passed_on,
        typing::holds_and_taps_compose,
        typing::a_mismatch_types_nothing,
        typing::overlapping_keys_are_paired,
        typing::a_text_goes_out_while_shift_is_held,
        typing::a_long_text_goes_out_at_a_pace_that_readers_keep,
        typing::keys_wait_for_one_who_reads_late,
        typing::a_text_goes_out_while_another_keyboard_has_shift_down,
        typing::a_text_is_spelled_in_the_layout_of_the_session,
        typing::shift_and_caps_lock_is_caps_lock,
        typing::all_keys_buttons_and_axes_pass,
        typing::the_twin_is_like_its_keyboard,
        typing::a_key_that_is_held_repeats,
        typing::nothing_typed_is_said,
        feedback::a_mismatch_flashes_a_lamp,
        feedback::a_text_that_no_key_types_flashes_a_lamp,
        option::the_twin_is_a_keyboard_and_nothing_else,
        option::the_option_types_with_keys_that_no_keyboard_has,
        plugs::a_usb_keyboard_comes_and_goes,
        plugs::a_new_twin_is_given_time_to_be_opened,
        plugs::a_second_keyboard_while_composing,
        plugs::a_board_that_is_pulled_leaves_no_key_down,
        plugs::other_settings_add_and_take_keyboards,
        plugs::lamps_are_relayed,
        plugs::a_caps_lock_that_was_on_is_cleared_once,
        plugs::a_caps_lock_that_is_switched_on_later_stays,
        plugs::dropped_events_leave_no_key_down,
        plugs::a_flood_leaves_no_key_down,
        plugs::other_devices_are_not_opened,
        plugs::two_keyboards_are_one_to_fingers,
        plugs::a_twin_repeats_like_its_keyboard,
        rights::a_user_without_rights_is_told_what_mends_it,
        rights::a_start_that_fails_takes_no_keyboard,
        rights::the_packaged_user_takes_keyboards,
        rights::the_text_console_reads_the_twin,
        safety::the_session_has_the_release_of_a_killed_ones_keys,
        session::the_layout_of_an_x_server_that_comes_changes_and_goes,
        session::a_session_that_stands_still_holds_no_key,
        session::a_locked_session_has_its_keyboards,
        session::a_session_that_is_not_in_front_lets_go,
        session::the_machine_sleeps_without_us,
        session::a_bus_that_breaks_or_is_not_there_changes_nothing,
        random::a_hundred_thousand_events,
        safety::killed_in_every_state,
        safety::stopped_in_every_state,
        safety::a_short_stop_loses_nothing,
        safety::the_chord_ends_it,
        safety::the_chord_ends_a_stopped_one,
        safety::a_stopped_guard_does_not_hold_the_keyboard,
        safety::a_killed_guard_is_replaced,
        safety::a_key_that_is_held_at_the_start_is_waited_for,
        safety::a_release_that_the_session_was_not_told_is_waited_for,
        safety::a_repeat_is_no_release,
        safety::a_release_may_be_owed_at_a_resume,
        safety::a_button_that_is_held_at_the_start_is_waited_for,
        safety::a_button_that_is_held_goes_up_with_a_pause,
        safety::a_pause_loses_no_key,
        safety::a_new_guard_knows_keyboards_that_cannot_be_opened_again,
        safety::pausing_gives_the_keyboards_back,
        safety::a_clean_end_leaves_nothing,
        safety::two_daemons_do_not_chain,
        safety::another_programs_keyboard_is_left_to_it,
        safety::a_terminal_that_stands_still_holds_no_key,
    ],
};
