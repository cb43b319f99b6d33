//! Every spelling is played through a keymap state of its own, as a compositor and a client would:
//! it must give the text, and leave the keyboard as it was.

use proptest::prelude::*;
use xkbcommon::xkb;

use super::{
    Situation, Speller, Spelling,
    modifiers::{Effect, effect, keycodes},
};
use crate::{
    engine::{Direction, XkbKeyboard},
    keycode::Keycode,
    keysym::Keysym,
    output::Undelivered,
};

const LAYOUTS: &[(&str, &str)] = &[
    ("us", ""),
    ("de", ""),
    ("fr", ""),
    ("fr", "bepo"),
    ("us", "intl"),
    ("us", "dvorak"),
    ("us,ru", ""),
    ("gr", ""),
    ("us,gr,ru,de", ""),
    ("de", "neo"),
    ("jp", ""),
];

const SHIFT: Keycode = Keycode(50);
const CONTROL: Keycode = Keycode(37);
const CAPS: Keycode = Keycode(66);
const NUM: Keycode = Keycode(77);
const RIGHT_ALT: Keycode = Keycode(108);

fn keymap(layout: &str, variant: &str, options: &str) -> xkb::Keymap {
    XkbKeyboard::from_names(layout, variant, options).expect("it is installed").keymap().clone()
}

fn speller(layout: &str) -> Speller {
    Speller::new(&keymap(layout, "", ""))
}

/// A keyboard in this situation, as whoever reads the keys has it.
fn reader(keymap: &xkb::Keymap, situation: &Situation<'_>, group: u32) -> xkb::State {
    let mut state = xkb::State::new(keymap);
    // Lock and Mod2, which is NumLock in all of these layouts.
    let locked = u32::from(situation.caps_lock) << 1 | u32::from(situation.num_lock) << 4;
    state.update_mask(0, 0, locked, 0, 0, group);
    for key in situation.held {
        state.update_key(key.0.into(), xkb::KeyDirection::Down);
    }
    state
}

fn everything(state: &xkb::State) -> (u32, u32) {
    (
        state.serialize_mods(xkb::STATE_MODS_EFFECTIVE)
            | state.serialize_mods(xkb::STATE_MODS_LOCKED) << 16,
        state.serialize_layout(xkb::STATE_LAYOUT_EFFECTIVE),
    )
}

/// What a client makes of these keys.
fn play(state: &mut xkb::State, spelling: &Spelling) -> String {
    let mut text = String::new();
    for (keycode, direction) in spelling.strokes() {
        let key = keycode.0.into();
        // A client gets the key with the state before it, as a compositor sends them.
        if direction == Direction::Down && !spelling.restore.contains(&keycode) {
            text += &state.key_get_utf8(key).replace('\r', "\n");
        }
        state.update_key(key, direction.into());
    }
    text
}

/// Spells a text, and plays it.
#[track_caller]
fn types(speller: &Speller, keymap: &xkb::Keymap, text: &str, situation: &Situation<'_>) {
    let spelling = speller.spell_in(text, situation).expect("it can be spelled");
    let groups = situation.group.map_or(0..keymap.num_layouts(), |group| group..group + 1);
    for group in groups {
        let mut state = reader(keymap, situation, group);
        let before = everything(&state);
        assert_eq!(play(&mut state, &spelling), text, "{situation:?}, group {group}");
        // The letters of a held key stay up; modifiers are as they were.
        assert_eq!(everything(&state), before, "{situation:?}, group {group}");
    }
}

/// Every character that this group of a keymap gives with Shift, AltGr and level 5.
fn characters(keymap: &xkb::Keymap, group: u32) -> Vec<char> {
    let mut found = Vec::new();
    for key in keycodes(keymap).map(|keycode| xkb::Keycode::new(keycode.0)) {
        let state = reader(keymap, &Situation::default(), group);
        let layout = state.key_get_layout(key);
        if keymap.num_layouts_for_key(key) == 0 {
            continue;
        }
        for level in 0..keymap.num_levels_for_key(key, layout) {
            let mut masks = [0; 64];
            let n = keymap.key_get_mods_for_level(key, layout, level, &mut masks);
            let reachable = masks[..n].iter().any(|mask| mask & !0b1010_0001 == 0);
            if let [keysym] = keymap.key_get_syms_by_level(key, layout, level)
                && reachable
                && !(0xff80..0xffbf).contains(&keysym.raw())
            {
                found.extend(Keysym(keysym.raw()).to_char());
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

#[test]
fn every_character_of_every_layout() {
    for (layout, variant) in LAYOUTS {
        let keymap = keymap(layout, variant, "");
        let speller = Speller::new(&keymap);
        for group in 0..keymap.num_layouts() {
            let characters = characters(&keymap, group);
            assert!(characters.len() > 90, "{layout} {variant}: {}", characters.len());
            let situation = Situation { group: Some(group), ..Situation::default() };
            for c in &characters {
                // A level that only a modifier outside of the keymap would reach is no place.
                let spelled = speller.spell(&c.to_string(), Some(group));
                assert!(spelled.is_ok(), "{layout} {variant}, group {group}: {c}");
                types(&speller, &keymap, &c.to_string(), &situation);
            }
            types(&speller, &keymap, &String::from_iter(&characters), &situation);
            types(&speller, &keymap, "\t\n", &situation);
        }
    }
}

#[test]
fn whatever_it_spells_is_right_under_every_lock() {
    for (layout, variant) in LAYOUTS {
        let keymap = keymap(layout, variant, "");
        let speller = Speller::new(&keymap);
        for group in (0..keymap.num_layouts()).map(Some).chain([None]) {
            for (caps_lock, num_lock) in
                [(false, false), (true, false), (false, true), (true, true)]
            {
                let situation = Situation { group, caps_lock, num_lock, held: &[] };
                let typed = speller.alphabet(&situation);
                assert!(
                    typed.chars().all(|c| speller.spell_in(&c.to_string(), &situation).is_ok())
                );
                types(&speller, &keymap, &typed, &situation);
            }
        }
    }
}

#[test]
fn the_simplest_keys() {
    let speller = speller("us");
    let keys = |text: &str| -> Vec<(u32, Vec<u32>)> {
        let chords = speller.spell(text, Some(0)).unwrap();
        let codes = |hold: &[Keycode]| hold.iter().map(|key| key.0).collect();
        chords.iter().map(|chord| (chord.keycode.0, codes(&chord.hold))).collect()
    };
    assert_eq!(keys("aA"), [(38, vec![]), (38, vec![50])]);
    assert_eq!(keys("1!"), [(10, vec![]), (10, vec![50])]);
    assert_eq!(keys(" \n\t"), [(65, vec![]), (36, vec![]), (23, vec![])]);
    assert_eq!(speller.spell("é", Some(0)), Err(Undelivered::NotInKeymap));
    assert_eq!(speller.spell("\u{1b}", Some(0)), Err(Undelivered::Untypable));
}

#[test]
fn a_text_is_whole_or_not_at_all() {
    let speller = speller("us");
    assert_eq!(speller.spell("abcλ", Some(0)), Err(Undelivered::NotInKeymap));
    assert!(!speller.can_spell("abcλ", Some(0)) && speller.can_spell("abc", Some(0)));
    assert_eq!(speller.spell("", Some(0)), Ok(vec![]));
}

#[test]
fn dead_keys_are_left_alone() {
    let speller = Speller::new(&keymap("us", "intl", ""));
    // The intl layout has é on AltGr, the apostrophe on AltGr too, and no ǵ but by dead keys.
    assert!(speller.can_spell("é'", Some(0)));
    assert_eq!(speller.spell("ǵ", Some(0)), Err(Undelivered::NotInKeymap));
}

#[test]
fn another_group_is_never_used() {
    let speller = speller("us,ru");
    assert!(speller.can_spell("привет", Some(1)) && !speller.can_spell("привет", Some(0)));
    assert!(speller.can_spell("hello", Some(0)) && !speller.can_spell("hello", Some(1)));
    // Who does not know the group can type what both have, on the same keys.
    assert!(speller.can_spell("12 !", None));
    assert!(!speller.can_spell("hello", None) && !speller.can_spell("привет", None));
}

#[test]
fn caps_lock_is_never_a_key_to_type_with() {
    for options in ["caps:shiftlock", "caps:capslock", "lv3:caps_switch", ""] {
        let speller = Speller::new(&keymap("de", "neo", options));
        assert!(speller.holds().iter().flat_map(|hold| hold.iter()).all(|&key| key != CAPS));
    }
}

#[test]
fn held_modifiers_go_up_and_come_back() {
    let keymap = keymap("de", "", "");
    let speller = Speller::new(&keymap);
    let held = [SHIFT, RIGHT_ALT];
    let situation = Situation { group: Some(0), held: &held, ..Situation::default() };
    types(&speller, &keymap, "ab\u{20ac}C", &situation);
    let spelling = speller.spell_in("a", &situation).unwrap();
    assert_eq!((spelling.release.as_slice(), spelling.restore.as_slice()), (&held[..], &held[..]));

    // A letter that is down and needed goes up, and does not come back: it would type.
    let held = [Keycode(38), Keycode(39)];
    let situation = Situation { group: Some(0), held: &held, ..Situation::default() };
    let spelling = speller.spell_in("a", &situation).unwrap();
    assert_eq!((spelling.release, spelling.restore), (vec![Keycode(38)], vec![]));

    // Where two Shifts are a lock, they cannot be pressed again.
    let neo = Speller::new(&self::keymap("de", "neo", ""));
    let held = [SHIFT, Keycode(62)];
    let situation = Situation { group: Some(0), held: &held, ..Situation::default() };
    assert_eq!(neo.spell_in("a", &situation), Err(Undelivered::ModifierHeld));
    types(&speller, &keymap, "aA", &situation);

    for in_the_way in [CONTROL, CAPS, NUM, Keycode(64)] {
        let held = [in_the_way];
        let situation = Situation { group: Some(0), held: &held, ..Situation::default() };
        assert_eq!(speller.spell_in("a", &situation), Err(Undelivered::ModifierHeld));
    }
}

#[test]
fn every_layout_has_a_key_that_does_nothing() {
    for (layout, variant) in LAYOUTS {
        let keymap = keymap(layout, variant, "");
        let key = Speller::new(&keymap).idle_key().unwrap();
        for group in 0..keymap.num_layouts() {
            assert_eq!(effect(&keymap, key, group), Effect::Selects, "{layout} {variant}");
        }
        assert_eq!(key, Keycode(92), "{layout} {variant}: the one that no keyboard has");
    }
    assert!(speller("us,ru,de,gr").idle_key().is_some());
}

#[test]
fn nothing_typed_is_in_a_debug_print() {
    let spelling = speller("us").spell_in("secret", &Situation::default()).unwrap();
    assert_eq!(format!("{spelling:?} {:?}", spelling.chords[0]), "Spelling(6 characters) Chord");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn random_texts_in_random_situations(
        layout in prop::sample::select(LAYOUTS),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
        locks in any::<(bool, bool)>(),
        held in prop::sample::subsequence(vec![SHIFT, Keycode(62), RIGHT_ALT, Keycode(92), Keycode(30)], 0..=3),
        group in any::<prop::sample::Index>(),
    ) {
        let keymap = keymap(layout.0, layout.1, "");
        let speller = Speller::new(&keymap);
        let group = group.index(keymap.num_layouts() as usize) as u32;
        let situation = Situation { group: Some(group), caps_lock: locks.0, num_lock: locks.1, held: &held };
        let characters = characters(&keymap, group);
        let text: String = picks.iter().map(|pick| *pick.get(&characters)).collect();
        match speller.spell_in(&text, &situation) {
            Ok(_) => types(&speller, &keymap, &text, &situation),
            Err(error) => {
                // Right Alt makes shortcuts in some layouts; two Shifts are a lock in neo.
                let alt = held.len() > 1 || held.contains(&RIGHT_ALT);
                let alt = alt && error == Undelivered::ModifierHeld;
                let caps = locks.0 && error == Undelivered::NotInKeymap;
                prop_assert!(alt || caps, "{error}");
            }
        }
    }
}
