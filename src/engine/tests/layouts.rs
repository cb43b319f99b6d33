//! R6, R7: the same scripts under every layout. The scripts name symbols; which key and which
//! modifiers type them is the layout's business.

use super::{
    RULES, Settings, table,
    world::{Kind, World, keyboard, keymap},
};
use crate::{
    engine::{Direction, Event, Keyboard, Meaning, Session},
    keycode::Keycode,
    keysym::Keysym,
};

const LAYOUTS: &[&str] = &[
    "us",
    "de",
    "de(nodeadkeys)",
    "fr",
    "fr(bepo)",
    "us(dvorak)",
    "us(intl)",
    "gb",
    "es",
    "pl",
    "ch",
    "tr",
    "jp",
    "us,ru",
];

#[test]
fn the_same_symbols_everywhere() {
    for layout in LAYOUTS {
        for (keys, text) in [
            ("\"u", "ü"),
            ("\"U", "Ü"),
            ("'e", "é"),
            ("`e", "è"),
            ("^a", "â"),
            ("~n", "ñ"),
            ("la", "λ"),
            ("ss", "ß"),
            ("12", "½"),
            ("=e", "€"),
            ("---", "—"),
            ("---->", "⟶"),
            ("U+20ac ", "€"),
        ] {
            for script in [
                format!("down Caps \"{keys}\" up Caps tap Up"),
                format!("tap Caps \"{keys}\" 5001ms tap Up"),
            ] {
                for kind in [Kind::X11, Kind::Evdev] {
                    let mut world = World::new(kind, layout, Settings::default(), table(RULES));
                    world.run(&script);
                    let seen = world.seen();
                    assert!(seen.ends_with("+Up -Up"), "{kind:?} {layout} {keys}: {seen}");
                    assert_eq!(world.typed, [text], "{kind:?} {layout} {keys}: {seen}");
                }
            }
        }
    }
}

#[test]
fn a_latin_group_answers_while_another_is_active() {
    for layout in ["us,ru", "de,gr", "us,il", "us,ara"] {
        for kind in [Kind::X11, Kind::Evdev] {
            let mut world = World::new(kind, layout, Settings::default(), table(RULES));
            world.group = 1;
            world.event(Event::Group(1));
            world.run("down Caps \"\"ula'e\" up Caps tap Caps \"la\" tap Up");
            assert_eq!(world.seen(), "ü λ é λ +Up -Up", "{kind:?} {layout}");
        }
    }
    // The rules that name the active group's keys come first.
    let mut world =
        World::new(Kind::X11, "us,ru", Settings::default(), table(&[("дф", "own"), ("la", "λ")]));
    world.group = 1;
    world.run("down Caps \"дф\" up Caps");
    assert_eq!(world.seen(), "own");
}

#[test]
fn the_trigger_is_a_physical_key() {
    for options in [
        "ctrl:nocaps",
        "ctrl:swapcaps",
        "caps:escape",
        "caps:swapescape",
        "caps:none",
        "caps:super",
        "caps:shiftlock",
        "compose:caps",
        "lv3:caps_switch",
        "lv5:caps_switch",
        "grp:caps_toggle",
    ] {
        let layout = format!("us,ru+{options}");
        for kind in [Kind::X11, Kind::Evdev] {
            let mut world = World::new(kind, &layout, Settings::default(), table(RULES));
            world.run("down Caps \"\"ula\" up Caps tap Caps \"'e\" tap Up");
            assert_eq!(world.seen(), "ü λ é +Up -Up", "{kind:?} {layout}");
        }
    }
}

#[test]
fn a_group_switch_in_a_hold_is_the_applications() {
    let layout = "us,ru+grp:alt_shift_toggle";
    for kind in [Kind::X11, Kind::Evdev] {
        let mut world = World::new(kind, layout, Settings::default(), table(RULES));
        world.run("down Caps tap l down Shift_L tap Alt_L up Shift_L tap a up Caps tap Up");
        assert_eq!(world.seen(), "+Shift_L +Alt_L -Alt_L -Shift_L λ +Up -Up", "{kind:?}");
    }
}

#[test]
fn dead_keys_stand_for_each_of_their_characters() {
    let rules = &[("'e", "é"), ("´a", "á"), ("¨u", "U"), ("\"o", "ö"), ("<dead_acute>x", "dead")];
    for kind in [Kind::X11, Kind::Evdev] {
        let mut world = World::new(kind, "us(intl)", Settings::default(), table(rules));
        let dead = |level, then| match level {
            0 => format!("tap dead_acute tap {then} "),
            _ => format!("down Shift_L tap dead_acute up Shift_L tap {then} "),
        };
        let keys = [dead(0, 'e'), dead(0, 'a'), dead(1, 'u'), dead(1, 'o'), dead(0, 'x')];
        world.run(&format!("down Caps {} up Caps", keys.concat()));
        assert_eq!(world.seen(), "é á U ö dead");
    }
}

#[test]
fn keypad_and_unicode_forms() {
    let run = |layout, rules: &[(&str, &str)], script: &str| {
        let mut world = World::new(Kind::X11, layout, Settings::default(), table(rules));
        world.run(script);
        world.seen()
    };
    let digits = &[("1+", "plus"), ("<Home><Return>", "home")][..];
    // NumLock was pressed before the hold, so the session has to say that it is on.
    let script = "down Caps tap Num_Lock tap KP_End tap KP_Add up Caps";
    assert_eq!(run("us", digits, script), "+Num_Lock -Num_Lock plus");
    assert_eq!(run("us", digits, "down Caps tap KP_Home tap KP_Enter up Caps"), "home");
    // EuroSign and U20AC, Greek_lambda and U03BB, U00E9 and eacute.
    assert_eq!(run("de", &[("<U20AC>", "c")], "down Caps \"€\" up Caps"), "c");
    assert_eq!(run("de", &[("<EuroSign>", "c")], "down Caps \"€\" up Caps"), "c");
    assert_eq!(run("gr", &[("<U03BB>", "l")], "down Caps \"λ\" up Caps"), "l");
    assert_eq!(run("fr", &[("<0x10000e9>", "e")], "down Caps \"é\" up Caps"), "e");
}

#[track_caller]
fn meaning(layout: &str, session: &Session, keys: &[u32], key: u32) -> (String, bool) {
    let mut keyboard = keyboard(layout);
    keyboard.start(session);
    for &key in keys {
        keyboard.update(Keycode(key), Direction::Down);
    }
    let Meaning { keysym, chord, .. } = keyboard.meaning(Keycode(key));
    (keysym.name(), chord)
}

// Keycodes of the evdev rules.
const A: u32 = 38;
const Q: u32 = 24;
const KP_END: u32 = 87;
const SHIFT: u32 = 50;
const CONTROL: u32 = 37;
const ALT: u32 = 64;
const ALTGR: u32 = 108;
const SUPER: u32 = 133;

#[test]
fn the_session_counts() {
    let is = |layout, session: Session, keys: &[u32], key, name: &str, chord| {
        assert_eq!(meaning(layout, &session, keys, key), (name.to_owned(), chord));
    };
    let plain = Session::default;
    let held = |keys: &[u32], base| Session {
        held: keys.iter().copied().map(Keycode).collect(),
        base,
        ..Session::default()
    };
    is("us", plain(), &[], A, "a", false);
    is("us", Session { locked: 2, ..plain() }, &[], A, "a", false);
    is("us", Session { base: 2, latched: 2, ..plain() }, &[], A, "a", false);
    is("us", Session { locked: 1 << 4, ..plain() }, &[], KP_END, "KP_1", false);
    is("us", Session { group: 1, ..plain() }, &[], A, "a", false);
    is("us,ru", Session { group: 1, ..plain() }, &[], A, "Cyrillic_ef", false);
    is("us", held(&[SHIFT], 1), &[], A, "A", false);
    is("us", held(&[], 1), &[], A, "A", false);
    is("us", held(&[], 4), &[], A, "a", true);
    is("us", held(&[CONTROL], 4), &[], A, "a", true);
    is("us", held(&[SUPER], 1 << 6), &[], A, "a", true);
    is("us", held(&[ALT], 1 << 3), &[], A, "a", true);
    is("de", held(&[ALTGR], 1 << 7), &[], Q, "at", false);
    for (keys, name, chord) in [
        (&[SHIFT][..], "Q", false),
        (&[ALTGR], "at", false),
        (&[ALTGR, SHIFT], "Greek_OMEGA", false),
        (&[CONTROL], "q", true),
        (&[ALT], "q", true),
        (&[SUPER], "q", true),
        (&[CONTROL, ALTGR], "at", true),
    ] {
        is("de", plain(), keys, Q, name, chord);
    }
    is("us+altwin:swap_alt_win", plain(), &[ALT], A, "a", true);
    is("us+ctrl:swapcaps", plain(), &[CONTROL], A, "a", false);
    is("us+lv3:lalt_switch", plain(), &[ALT], A, "a", false);
}

#[test]
fn releases_of_what_was_held_before() {
    let mut keyboard = keyboard("us");
    let held = vec![Keycode(SHIFT), Keycode(62)];
    keyboard.start(&Session { held, base: 1, ..Session::default() });
    let name = |k: &crate::engine::XkbKeyboard| k.meaning(Keycode(A)).keysym;
    assert_eq!(name(&keyboard), Keysym::from_char('A'));
    keyboard.update(Keycode(SHIFT), Direction::Up);
    assert_eq!(name(&keyboard), Keysym::from_char('A'));
    keyboard.update(Keycode(62), Direction::Up);
    assert_eq!(name(&keyboard), Keysym::from_char('a'));
    // A release too many, and a release that was missed.
    keyboard.update(Keycode(SHIFT), Direction::Up);
    keyboard.update(Keycode(SHIFT), Direction::Down);
    assert_eq!(name(&keyboard), Keysym::from_char('A'));
    keyboard.start(&Session::default());
    assert_eq!(name(&keyboard), Keysym::from_char('a'));
}

#[test]
fn latches_are_for_one_key() {
    let mut keyboard = keyboard("us");
    keyboard.start(&Session { latched: 1, ..Session::default() });
    assert_eq!(keyboard.meaning(Keycode(A)).keysym, Keysym::from_char('A'));
    keyboard.update(Keycode(A), Direction::Down);
    keyboard.update(Keycode(A), Direction::Up);
    assert_eq!(keyboard.meaning(Keycode(A)).keysym, Keysym::from_char('a'));
}

#[test]
fn a_shared_level_modifier_makes_no_chord() {
    // AltGr that sits on Mod1 together with Alt: no telling them apart, so it is a level.
    let text = keymap("de").get_as_string(xkbcommon::xkb::KEYMAP_FORMAT_TEXT_V1);
    let shared = text.replace("modifier_map Mod5 {", "modifier_map Mod1 {");
    assert!(text != shared, "the keymap is another one now");
    let context = xkbcommon::xkb::Context::new(xkbcommon::xkb::CONTEXT_NO_FLAGS);
    let keymap = xkbcommon::xkb::Keymap::new_from_string(
        &context,
        shared,
        xkbcommon::xkb::KEYMAP_FORMAT_TEXT_V1,
        xkbcommon::xkb::KEYMAP_COMPILE_NO_FLAGS,
    );
    let mut keyboard = crate::engine::XkbKeyboard::new(keymap.unwrap());
    keyboard.start(&Session::default());
    keyboard.update(Keycode(ALTGR), Direction::Down);
    let meaning = keyboard.meaning(Keycode(Q));
    assert_eq!((meaning.keysym.name().as_str(), meaning.chord), ("at", false));
    // The space bar has one level in this layout and consumes nothing.
    assert!(!keyboard.meaning(Keycode(65)).chord);
}
