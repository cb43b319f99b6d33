//! The text console: any character, by keys that `composekey-console` binds.

mod helper;
mod terminal;

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
    ],
};
