//! [`Hold`]: sets of modifier keys that can be held while another key is struck.

use std::sync::Arc;

use xkbcommon::xkb;

use crate::{engine::Direction, keycode::Keycode, keysym::Keysym};

/// Modifier keys that select a level, in the order in which they go down.
pub(super) type Hold = Arc<[Keycode]>;

/// What chooses a level and nothing else: `Shift_L`, `Shift_R`, `ISO_Level3_Shift`,
/// `ISO_Level5_Shift`. Never one that latches or locks, and never `Mode_switch`, which chooses a
/// group.
const SELECTORS: [&[u32]; 3] = [&[0xffe1, 0xffe2], &[0xfe03], &[0xfe11]];

/// Every useful set of selectors, the smaller first: none, Shift, AltGr, level 5, and so on.
pub(super) fn holds(keymap: &xkb::Keymap) -> Vec<Hold> {
    let levels = SELECTORS.iter().filter_map(|keysyms| selector(keymap, keysyms));
    let keys: Vec<Keycode> = levels.chain(holds_lock(keymap)).collect();
    let mut sets: Vec<u32> = (0..1 << keys.len()).collect();
    sets.sort_by_key(|set| set.count_ones());
    let chosen = |set: u32| keys.iter().enumerate().filter(move |(i, _)| set & 1 << i != 0);
    sets.into_iter().map(|set| chosen(set).map(|(_, &keycode)| keycode).collect()).collect()
}

/// The key with the lowest code that has one of these keysyms in every group.
fn selector(keymap: &xkb::Keymap, keysyms: &[u32]) -> Option<Keycode> {
    keycodes(keymap).find(|&keycode| {
        let key = keycode.0.into();
        let groups = keymap.num_layouts_for_key(key);
        let is_one = |group| match keymap.key_get_syms_by_level(key, group, 0) {
            [keysym] => keysyms.contains(&keysym.raw()),
            _ => false,
        };
        // Where Caps Lock selects a level (bepo's relatives, neo), another key does too. A key that
        // may lock is never pressed to type.
        keycode != Keycode::CAPS_LOCK && groups > 0 && (0..groups).all(is_one)
    })
}

/// Whether this is `ISO_Level3_Shift` or `ISO_Level5_Shift`, in every group.
pub(super) fn is_level_key(keymap: &xkb::Keymap, keycode: Keycode) -> bool {
    let key = keycode.0.into();
    let groups = keymap.num_layouts_for_key(key);
    let is_one = |group| match keymap.key_get_syms_by_level(key, group, 0) {
        [keysym] => matches!(keysym.raw(), 0xfe03 | 0xfe11),
        _ => false,
    };
    keycode != Keycode::CAPS_LOCK && groups > 0 && (0..groups).all(is_one)
}

/// A key that holds Lock while it is down and leaves it as it was: the XKB option has one. Never Caps
/// Lock, nor a key that locks in any state.
fn holds_lock(keymap: &xkb::Keymap) -> Option<Keycode> {
    keycodes(keymap).find(|&keycode| {
        let key = keycode.0.into();
        keycode != Keycode::CAPS_LOCK
            && keymap.num_layouts_for_key(key) == 1
            && matches!(keymap.key_get_syms_by_level(key, 0, 0), [keysym] if keysym.raw() == VOID_SYMBOL)
            && [0, LOCK].into_iter().all(|locked| {
                let mut state = state(keymap, 0, locked);
                state.update_key(key, xkb::KeyDirection::Down);
                let held = state.serialize_mods(xkb::STATE_MODS_DEPRESSED);
                let still = state.serialize_mods(xkb::STATE_MODS_LOCKED);
                state.update_key(key, xkb::KeyDirection::Up);
                let before = snapshot(&self::state(keymap, 0, locked));
                (held, still) == (LOCK, locked) && snapshot(&state) == before
            })
    })
}

/// The real modifier Lock, numbered the same in every keymap.
const LOCK: xkb::ModMask = 2;

/// `VoidSymbol`: no meaning at all.
const VOID_SYMBOL: u32 = 0x00ff_ffff;

/// Every keycode of a keymap.
pub(super) fn keycodes(keymap: &xkb::Keymap) -> impl Iterator<Item = Keycode> + use<> {
    (keymap.min_keycode().raw()..=keymap.max_keycode().raw()).map(Keycode)
}

/// Control, Alt, Meta, Super or Hyper: with such a key held a text would be a shortcut.
pub(super) fn makes_shortcuts(keysym: Keysym) -> bool {
    matches!(keysym.0, 0xffe3 | 0xffe4 | 0xffe7..=0xffee)
}

/// What a key that is held does to the keys after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing: no modifier.
    None,
    /// It selects a level or a group; let go and pressed again it does the same.
    Selects,
    /// It makes shortcuts of them, or it locks or latches and must not be pressed again.
    InTheWay,
}

/// What this key does while it is held.
pub(super) fn effect(keymap: &xkb::Keymap, keycode: Keycode, group: u32) -> Effect {
    let mut state = state(keymap, group, 0);
    let before = snapshot(&state);
    let keysym = Keysym(state.key_get_one_sym(keycode.0.into()).raw());
    state.update_key(keycode.0.into(), xkb::KeyDirection::Down);
    let down = snapshot(&state);
    state.update_key(keycode.0.into(), xkb::KeyDirection::Up);
    if makes_shortcuts(keysym) || snapshot(&state) != before {
        Effect::InTheWay
    } else if down != before {
        Effect::Selects
    } else {
        Effect::None
    }
}

/// Whether these modifiers, each harmless alone, can be pressed one after the other without a lock or
/// latch: two Shifts are Caps Lock in neo.
pub(super) fn comes_back(keymap: &xkb::Keymap, group: u32, keys: &[Keycode]) -> bool {
    let mut state = state(keymap, group, 0);
    let before = snapshot(&state);
    for direction in [Direction::Down, Direction::Up] {
        for key in keys {
            state.update_key(key.0.into(), direction.into());
        }
    }
    snapshot(&state) == before
}

/// A keyboard on which nothing is held, with this group and these modifiers locked.
pub(super) fn state(keymap: &xkb::Keymap, group: u32, locked: xkb::ModMask) -> xkb::State {
    let mut state = xkb::State::new(keymap);
    state.update_mask(0, 0, locked, 0, 0, group);
    state
}

/// Everything a key can change, to be compared.
pub(super) fn snapshot(state: &xkb::State) -> [u32; 6] {
    [
        state.serialize_mods(xkb::STATE_MODS_DEPRESSED),
        state.serialize_mods(xkb::STATE_MODS_LATCHED),
        state.serialize_mods(xkb::STATE_MODS_LOCKED),
        state.serialize_layout(xkb::STATE_LAYOUT_DEPRESSED),
        state.serialize_layout(xkb::STATE_LAYOUT_LATCHED),
        state.serialize_layout(xkb::STATE_LAYOUT_LOCKED),
    ]
}

/// The real modifier behind a lock, found by its indicator; 0 when there is none.
///
/// Asked of the indicator because it is what the keyboard's light shows, and what else knows of a
/// lock; which key has `Num_Lock`, and at which level, is the layout's affair.
pub(super) fn lock(keymap: &xkb::Keymap, indicator: &str) -> xkb::ModMask {
    let lights = |&mask: &xkb::ModMask| state(keymap, 0, mask).led_name_is_active(indicator);
    (0..8).map(|bit| 1 << bit).find(lights).unwrap_or(0)
}
