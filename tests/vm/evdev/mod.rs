//! composekeyd on evdev: what is typed on a keyboard is what its twin says.

mod hardware;

use crate::{Group, cases};

pub(crate) const GROUP: Group =
    Group { name: "evdev", hardware: &[], cases: cases![hardware::keys_of_both_keyboards_arrive] };
