//! The machine itself, without the daemon.

use evdev::KeyCode;

use crate::{guest::Guest, support::reader::Reader};

pub(crate) fn keys_of_both_keyboards_arrive(guest: &mut Guest) {
    let mut old = Reader::physical("AT Translated Set 2 keyboard");
    guest.tap("a");
    old.expect(&[(KeyCode::KEY_A, 1), (KeyCode::KEY_A, 0)]);

    guest.plug("one");
    let mut usb = Reader::physical("QEMU QEMU USB Keyboard");
    guest.tap("b");
    usb.expect(&[(KeyCode::KEY_B, 1), (KeyCode::KEY_B, 0)]);
    old.expect(&[(KeyCode::KEY_A, 1), (KeyCode::KEY_A, 0)]);
    guest.unplug("one");
}
