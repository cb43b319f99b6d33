//! The generated files, compiled with the installed libxkbcommon: every character is at its place,
//! and nothing else has changed.

use std::{collections::BTreeMap, fs, path::Path};

use tempfile::TempDir;
use xkbcommon::xkb;

use super::{Files, NAME, Place, Placement, RulesError, Slot, merge, read_places, without};
use crate::{keysym::Keysym, map, source::Sources};

const LAYOUTS: &[(&str, &str)] = &[
    ("us", ""),
    ("de", ""),
    ("fr", ""),
    ("us,ru", ""),
    ("us", "intl"),
    ("fr", "bepo"),
    ("de", "neo"),
    ("gr,us", ""),
];

fn compile(folder: Option<&Path>, (layout, variant): (&str, &str), options: &str) -> xkb::Keymap {
    let mut context = xkb::Context::new(xkb::CONTEXT_NO_DEFAULT_INCLUDES);
    if let Some(folder) = folder {
        assert!(context.include_path_append(folder));
    }
    assert!(context.include_path_append(Path::new("/usr/share/X11/xkb")));
    let options = Some(options.to_owned());
    let flags = xkb::KEYMAP_COMPILE_NO_FLAGS;
    xkb::Keymap::new_from_names(&context, "evdev", "pc105", layout, variant, options, flags)
        .expect("it compiles")
}

fn slots() -> Vec<Slot> {
    Slot::all(&[compile(None, ("us", ""), "")])
}

/// Every character of every built-in keymap, and more.
fn wanted() -> Vec<char> {
    let mut sources = Sources::default();
    let mut wanted = Vec::new();
    for keymap in map::builtin::BUILTIN {
        let source = sources.add(keymap.file, keymap.text);
        for rule in map::load(source, &keymap.name.into(), &sources).0.rules {
            wanted.extend(rule.output.text.chars());
        }
    }
    wanted.extend('\u{1e00}'..='\u{1fff}');
    wanted
}

/// A folder as `install` leaves it.
pub(crate) fn written(placement: &Placement, rules: Option<&str>) -> TempDir {
    let folder = TempDir::new().unwrap();
    let files = Files::new(placement);
    for (name, text) in
        [("keycodes", files.keycodes), ("types", files.types), ("symbols", files.symbols)]
    {
        fs::create_dir(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join("composekey"), text).unwrap();
    }
    fs::create_dir(folder.path().join("rules")).unwrap();
    fs::write(folder.path().join("rules/evdev"), merge(rules).unwrap()).unwrap();
    folder
}

#[test]
fn every_character_is_at_its_place_in_every_layout() {
    let placement = Placement::new(&slots(), &wanted(), &BTreeMap::new());
    let folder = written(&placement, None);
    assert!(placement.places.len() > 2000, "{}", placement.places.len());
    for &layout in LAYOUTS {
        let keymap = compile(Some(folder.path()), layout, NAME);
        for (place, &c) in &placement.places {
            let level = u32::from(place.level) - 1;
            let [keysym] = keymap.key_get_syms_by_level(place.keycode.0.into(), 0, level) else {
                panic!("{layout:?}: {c} is not at {place:?}")
            };
            assert_eq!(Keysym(keysym.raw()).to_char(), Some(c), "{layout:?} {place:?}");
        }
    }
}

#[test]
fn everything_else_stays_as_it_was() {
    let placement = Placement::new(&slots(), &wanted(), &BTreeMap::new());
    let folder = written(&placement, None);
    for &layout in LAYOUTS {
        let (with, plain) = (compile(Some(folder.path()), layout, NAME), compile(None, layout, ""));
        // Without the option the files mean nothing.
        let unused = compile(Some(folder.path()), layout, "");
        let format = xkb::KEYMAP_FORMAT_TEXT_V1;
        assert_eq!(unused.get_as_string(format), plain.get_as_string(format));
        assert_eq!(with.num_layouts(), plain.num_layouts());
        for code in plain.min_keycode().raw()..=plain.max_keycode().raw() {
            let key = xkb::Keycode::new(code);
            for group in 0..plain.num_layouts() {
                for mods in 0..256 {
                    let give = |keymap: &xkb::Keymap| {
                        let mut state = xkb::State::new(keymap);
                        state.update_mask(mods, 0, 0, 0, 0, group);
                        (state.key_get_one_sym(key), state.mod_mask_remove_consumed(key, mods))
                    };
                    // Mod3 is LevelFive, Mod5 is LevelThree; only `XF86` keys have levels of ours.
                    let function = (0x1008_0000..0x1009_0000).contains(&alone(&plain, key));
                    let selects = mods & 1 << 5 != 0 || function && mods & 1 << 7 != 0;
                    let (before, after) = (give(&plain), give(&with));
                    let is_ours = before.0.raw() == 0 || selects;
                    assert!(is_ours || before == after, "{layout:?}: {code} with {mods:#x}");
                }
            }
        }
    }
}

fn alone(keymap: &xkb::Keymap, key: xkb::Keycode) -> u32 {
    xkb::State::new(keymap).key_get_one_sym(key).raw()
}

#[test]
fn no_key_that_somebody_acts_on_by_its_code_is_pressed() {
    // Power, sleep, wake up, suspend, rfkill, volume, back, copy, play, display, power, restart.
    let acted_on =
        [116, 142, 143, 205, 237, 238, 239, 246, 247, 113, 114, 115, 158, 133, 164, 227, 356, 408];
    assert!(slots().iter().all(|slot| !acted_on.contains(&(slot.keycode.0 - 8))));
}

#[test]
fn no_key_of_a_real_keyboard_gets_a_character() {
    for keymap in ["us", "jp", "br", "kr", "de"] {
        let slots = Slot::all(&[compile(None, (keymap, ""), "")]);
        for evdev in [85, 89, 95, 124, 189, 194, 240, 30, 58, 100, 84] {
            assert!(slots.iter().all(|slot| slot.keycode.0 != evdev + 8), "{keymap}: {evdev}");
        }
    }
}

#[test]
fn buttons_are_no_slots() {
    let buttons = |code| matches!(code, 0x100..=0x15f | 0x21f..=0x22f | 0x266..);
    assert!(slots().iter().all(|slot| !buttons(slot.keycode.0 - 8)));
}

#[test]
fn the_first_characters_need_no_modifier_and_reach_x11() {
    let placement = Placement::new(&slots(), &['λ', 'ü'], &BTreeMap::new());
    for place in placement.places.keys() {
        assert!(place.level == 1 && place.keycode.0 <= 255);
    }
    assert!(placement.level_five.as_ref().unwrap().is_low());
}

#[test]
fn caps_lock_matters_to_the_rarest_characters_only() {
    let wanted = wanted();
    let placement = Placement::new(&slots(), &wanted, &BTreeMap::new());
    let folder = written(&placement, None);
    let keymap = compile(Some(folder.path()), ("us", ""), NAME);
    let mut changed = 0;
    for (place, &c) in placement.places.iter().filter(|(place, _)| place.level <= 8) {
        let mods = keymap.mod_get_index("Lock");
        let mut masks = [0; 64];
        let key = place.keycode.0.into();
        let n = keymap.key_get_mods_for_level(key, 0, u32::from(place.level) - 1, &mut masks);
        if masks[..n].iter().all(|mask| mask & 1 << mods == 0) {
            assert!(wanted[500..].contains(&c), "{c}");
            changed += 1;
        }
    }
    assert!(changed > 0 && placement.lock.is_some(), "the test has fewer characters than room");
    let few = Placement::new(&slots(), &wanted[..500], &BTreeMap::new());
    assert!(few.lock.is_none());
}

#[test]
fn a_character_keeps_its_place() {
    let slots = slots();
    let old = Placement::new(&slots, &['a', 'b', 'c', 'd'], &BTreeMap::new());
    let before = read_places(&Files::new(&old).symbols);
    assert_eq!(before, old.places);
    let new = Placement::new(&slots, &['x', 'd', 'b', 'y'], &before);
    let place = |placement: &Placement, c| {
        placement.places.iter().find(|(_, other)| **other == c).map(|(place, _)| *place)
    };
    assert_eq!(place(&new, 'd'), place(&old, 'd'));
    assert_eq!(place(&new, 'b'), place(&old, 'b'));
    assert_eq!(new.places.len(), 4);
    assert_eq!(Placement::new(&slots, &['a', 'b', 'c', 'd'], &before), old);
}

#[test]
fn what_has_no_room_is_left_out_and_said() {
    let many: Vec<char> = ('\u{4e00}'..).take(4000).collect();
    let placement = Placement::new(&slots(), &many, &BTreeMap::new());
    assert_eq!(placement.places.len() + placement.left_out.len(), 4000);
    assert!(!placement.left_out.is_empty());
    assert_eq!(placement.left_out, many[placement.places.len()..]);
    let strange = ['\u{1b}', '\n', 'a', 'a'];
    assert_eq!(Placement::new(&slots(), &strange, &BTreeMap::new()).places.len(), 1);
    assert_eq!(Placement::new(&[], &['a'], &BTreeMap::new()).left_out, ['a']);
}

#[test]
fn nonsense_has_no_places() {
    for text in
        ["", "key <I120> { type", "}; // x", "    key <> { symbols[Group1] = [ U00FC ] }; // λ"]
    {
        assert_eq!(read_places(text), BTreeMap::new(), "{text}");
    }
    let place = |c| Place { keycode: crate::keycode::Keycode(120), level: c };
    let line = "key <I120> { type[Group1] = \"X\", symbols[Group1] = [ Ux, U00FC ] }; // 120 x";
    assert_eq!(read_places(line), [(place(2), 'ü')].into());
}

#[test]
fn rules_of_others_are_kept() {
    let fresh = merge(None).unwrap();
    assert_eq!(without(&fresh), Ok(None));
    assert_eq!(merge(Some(&fresh)), Ok(fresh.clone()));
    for theirs in ["! include %S/evdev\n! option = symbols\n  mine:x = +mine(x)\n", "// mine\n\n\n"]
    {
        let merged = merge(Some(theirs)).unwrap();
        assert!(merged.starts_with(theirs));
        assert_eq!(merge(Some(&merged)), Ok(merged.clone()));
        assert_eq!(without(&merged), Ok(Some(theirs.to_owned())));
        // Somebody writes below our block.
        let more = merged + "// more\n";
        assert_eq!(merge(Some(&more)), Ok(more.clone()));
        assert_eq!(without(&more), Ok(Some(format!("{theirs}// more\n"))));
    }
    assert_eq!(without("// mine"), Ok(Some("// mine".to_owned())));
}

#[test]
fn damaged_rules_are_left_alone() {
    let fresh = merge(None).unwrap();
    let half = fresh.replace("// composekey: end\n", "");
    assert_eq!(merge(Some(&half)), Err(RulesError::Marks));
    assert_eq!(without(&half), Err(RulesError::Marks));
    assert_eq!(merge(Some(&fresh.repeat(2))), Err(RulesError::Marks));
    let own = "! option = symbols\n  composekey:chars = +mine\n";
    assert_eq!(merge(Some(own)), Err(RulesError::OptionTaken));
}
