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
use wayland::{Home, Window, random, table};

use crate::{Group, cases, guest::Guest};

pub(crate) const GROUP: Group = Group {
    name: "sway",
    hardware: &[],
    cases: cases![
        comes_over_files_of_others_changes_and_goes,
        ten_thousand_characters_on_us,
        every_character_on_de,
        every_character_on_us_and_ru,
    ],
};

pub(crate) fn comes_over_files_of_others_changes_and_goes(guest: &mut Guest) {
    const RULES: &str = "! include %S/evdev\n! option = symbols\n  mine:swap = +mine(swap)\n";
    const SYMBOLS: &str =
        "partial xkb_symbols \"swap\" { key <AC01> { [ b, B ] }; key <AB05> { [ a, A ] }; };\n";
    let home = Home::new();
    home.write(".config/xkb/rules/evdev", RULES);
    home.write(".config/xkb/symbols/mine", SYMBOLS);
    let options = "mine:swap,composekey:chars";
    let greek = |sequences| format!("keymaps = [\"greek\"]\n[sequences]\n{sequences}");
    let mut session = Session::in_home(guest, home, "us", options, &greek("qql = \"aλωb\"\n"));
    // Somebody else's option goes on working: the key of A gives `b`.
    let window = session.window(Window::foot, 'b');
    session.hold("qql");
    session.expect(&window, "aλωb");
    session.change_table(&greek("qql = \"λ☃\"\nqqs = \"☃ω☃\"\n"));
    session.hold("qqs");
    session.expect(&window, "aλωb☃ω☃");
    session.hold("qql");
    session.expect(&window, "aλωb☃ω☃λ☃");
    session.remove();
    // Nothing is typed instead.
    session.hold("qqs");
    session.tap("a");
    session.tap("b");
    session.expect(&window, "aλωb☃ω☃λ☃ba");
    assert_eq!(session.read(".config/xkb/rules/evdev").as_deref(), Some(RULES));
    assert_eq!(session.read(".config/xkb/symbols/mine").as_deref(), Some(SYMBOLS));
    assert_eq!(session.read(".config/xkb/symbols/composekey"), None);
}

pub(crate) fn ten_thousand_characters_on_us(guest: &mut Guest) {
    let mut text = table();
    let characters = text.len();
    text.extend(random(&text, 10_000 - characters).chars());
    let mut session = Session::start(guest, "us", text);
    session.arrives(Window::foot, 'a', 10_000);
    session.arrives(Window::gtk, 'a', characters);
    session.what_x11_sees_arrives(Window::xterm, 'a');
}

pub(crate) fn every_character_on_de(guest: &mut Guest) {
    let mut session = Session::start(guest, "de", table());
    session.everything_arrives(Window::foot, 'a');
    session.everything_arrives(Window::gtk, 'a');
    session.what_x11_sees_arrives(Window::xterm, 'a');
}

pub(crate) fn every_character_on_us_and_ru(guest: &mut Guest) {
    let mut session = Session::start(guest, "us,ru", table());
    session.everything_arrives(Window::foot, 'a');
    session.switch_layout(1);
    session.everything_arrives(Window::foot, 'ф');
    session.everything_arrives(Window::gtk, 'ф');
    session.what_x11_sees_arrives(Window::xterm, 'ф');
}
