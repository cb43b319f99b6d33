//! The text console: any character, by keys that `composekey-console` binds.

mod daemon;
mod helper;
pub(crate) mod terminal;

use crate::{Group, cases};

pub(crate) const GROUP: Group = Group {
    name: "console",
    hardware: &[],
    cases: cases![
        helper::any_character_is_typed,
        helper::held_keys_and_locks_change_nothing,
        helper::nothing_is_left,
        helper::what_a_killed_one_left_is_taken_away,
        helper::consoles_that_take_no_characters_are_refused,
        helper::keys_that_others_use_and_a_second_one_are_refused,
        helper::one_capability_and_the_console_are_enough,
        daemon::holds_type_any_character,
        daemon::a_long_text_is_typed_in_order,
        daemon::shift_that_is_held_and_caps_lock_change_nothing,
        daemon::a_helper_that_is_killed_or_stopped_costs_no_key,
        daemon::nothing_is_left_of_a_daemon,
        daemon::a_console_that_takes_no_characters_gets_none,
        daemon::what_the_packaged_user_lacks_is_said,
    ],
};
