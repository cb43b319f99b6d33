//! GNOME Shell with the XKB option: every character of the default table, in a terminal and in a GTK 4
//! window, under several layouts; with files of others; with a changed table; and removed.

use std::{thread::sleep, time::Duration};

use composekey::output::uinput::{Situation, Speller};

use crate::support::{Gnome, Home, Window, random, table, wait_until};

/// A session with the option installed and switched on.
fn session(layouts: &[&str]) -> Gnome {
    let gnome = Gnome::start(Home::new(), layouts, false);
    let said = gnome.home.composekey(&["xkb", "install", "--yes"]);
    assert!(said.contains("is on"), "{said}");
    assert!(gnome.is_on());
    gnome.wait_for_keymap(|keymap| Speller::new(keymap).can_spell("λü→", None));
    gnome
}

/// Types a text by the compositor's own keymap, not knowing the group.
fn type_text(gnome: &Gnome, text: &str) {
    let speller = Speller::new(&gnome.keymap());
    let spelling =
        speller.spell_in(text, &Situation::default()).expect("every character has a key");
    gnome.strokes(&spelling);
}

/// A text into a window, once the key of A gives this letter there: it says which group is active.
fn arrives(gnome: &Gnome, open: fn(&Home) -> Window, letter: char, text: &str) {
    let window = open(&gnome.home);
    gnome.focus(&window);
    let active = wait_until(|| {
        gnome.tap(30);
        sleep(Duration::from_millis(200));
        window.received().ends_with(letter)
    });
    assert!(active, "the key of A does not give {letter}");
    window.settle();
    type_text(gnome, text);
    window.expect(text);
}

/// The whole table into a terminal and into a GTK window.
fn everything_arrives(gnome: &Gnome, letter: char) {
    let text: String = table().iter().collect();
    arrives(gnome, Window::foot, letter, &text);
    arrives(gnome, Window::gtk, letter, &text);
}

#[test]
fn ten_thousand_characters_on_us() {
    let gnome = session(&["us"]);
    everything_arrives(&gnome, 'a');
    let table = table();
    arrives(&gnome, Window::foot, 'a', &random(&table, 10_000 - table.len()));
}

#[test]
fn every_character_on_de() {
    let gnome = session(&["de"]);
    everything_arrives(&gnome, 'a');
}

#[test]
fn every_character_on_us_and_ru_whichever_is_active() {
    let gnome = session(&["us", "ru"]);
    everything_arrives(&gnome, 'a');
    // Super and the blank: the next source.
    gnome.key(125, true);
    gnome.tap(57);
    gnome.key(125, false);
    everything_arrives(&gnome, 'ф');
}

#[test]
fn comes_over_files_of_others_changes_and_goes() {
    let home = Home::new();
    let rules = "! include %S/evdev\n! option = symbols\n  mine:swap = +mine(swap)\n";
    home.write(".config/xkb/rules/evdev", rules);
    let symbols =
        "partial xkb_symbols \"swap\" { key <AC01> { [ b, B ] }; key <AB05> { [ a, A ] }; };\n";
    home.write(".config/xkb/symbols/mine", symbols);
    home.write(".config/composekey/config.toml", "keymaps = [\"greek\"]\n");
    let gnome = Gnome::start(home, &["us"], false);
    gnome.set_options("['mine:swap', 'compose:menu']");
    let _ = gnome.home.composekey(&["xkb", "install", "--yes"]);
    assert_eq!(gnome.options(), "['mine:swap', 'compose:menu', 'composekey:chars']");
    let spells = |text: &'static str| {
        move |keymap: &xkbcommon::xkb::Keymap| Speller::new(keymap).can_spell(text, None)
    };
    gnome.wait_for_keymap(spells("λω"));
    let window = Window::foot(&gnome.home);
    gnome.focus(&window);
    // Somebody else's option goes on working.
    gnome.tap(30);
    type_text(&gnome, "aλωb");
    window.expect("baλωb");

    // A changed table.
    assert!(!spells("☃")(&gnome.keymap()));
    let config = "keymaps = [\"greek\"]\n[sequences]\nxx = \"☃\"\n";
    gnome.home.write(".config/composekey/config.toml", config);
    let _ = gnome.home.composekey(&["xkb", "install", "--yes"]);
    gnome.wait_for_keymap(spells("☃λ"));
    window.settle();
    type_text(&gnome, "☃λ☃");
    window.expect("☃λ☃");

    // Without a trace.
    let _ = gnome.home.composekey(&["xkb", "remove", "--yes"]);
    assert_eq!(gnome.options(), "['mine:swap', 'compose:menu']");
    gnome.wait_for_keymap(|keymap| !Speller::new(keymap).can_spell("☃", None));
    assert_eq!(std::fs::read_to_string(gnome.home.path(".config/xkb/rules/evdev")).unwrap(), rules);
    assert!(!gnome.home.path(".config/xkb/symbols/composekey").exists());
    assert!(!gnome.home.path(".config/xkb/types").exists());
    window.settle();
    gnome.tap(30);
    gnome.tap(48);
    window.expect("ba");
}
