//! The whole chain under a compositor, with the XKB option: every character of the default table is
//! composed on QEMU's keyboard and arrives in a window.
//!
//! ```text
//! QEMU's keyboard ──▶ composekeyd ──▶ twin ──▶ libinput ──▶ sway, its keymap with the option ──▶ window
//! ```

mod session;
#[allow(dead_code, unused_imports, reason = "shared with the tests without a virtual machine")]
#[path = "../../wayland/support/mod.rs"]
mod wayland;

use session::Session;
use wayland::Window;

use crate::{Group, cases, guest::Guest};

pub(crate) const GROUP: Group = Group {
    name: "sway",
    hardware: &[],
    cases: cases![every_character_on_us, every_character_on_de, every_character_on_us_and_ru],
};

pub(crate) fn every_character_on_us(guest: &mut Guest) {
    let mut session = Session::start(guest, "us");
    session.everything_arrives(Window::foot, 'a');
    session.everything_arrives(Window::gtk, 'a');
}

pub(crate) fn every_character_on_de(guest: &mut Guest) {
    let mut session = Session::start(guest, "de");
    session.everything_arrives(Window::foot, 'a');
    session.what_x11_sees_arrives(Window::xterm, 'a');
}

pub(crate) fn every_character_on_us_and_ru(guest: &mut Guest) {
    let mut session = Session::start(guest, "us,ru");
    session.what_x11_sees_arrives(Window::foot, 'a');
    session.switch_layout(1);
    session.everything_arrives(Window::foot, 'ф');
    session.what_x11_sees_arrives(Window::gtk, 'ф');
}
