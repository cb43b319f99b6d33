//! [`XkbKeyboard`]: a [`Keyboard`] with a keymap of libxkbcommon.

use std::{collections::HashSet, fmt};

use xkbcommon::xkb;

use super::{
    event::{Direction, Session},
    keyboard::{Keyboard, Meaning},
    lookup::Key,
};
use crate::{
    keycode::Keycode,
    keysym::Keysym,
    layout::{Held, Layout, Press},
};

/// A keymap and the state of its modifiers.
///
/// Two states: `pressed` is fed with the keys in sight and knows what they do; `state` is what
/// counts: the pressed keys, those that were down before, and the session's. Keeping the keys of
/// before apart, each with what it contributes, makes their release exact whether or not
/// libxkbcommon saw a press.
pub struct XkbKeyboard {
    keymap: xkb::Keymap,
    pressed: xkb::State,
    state: xkb::State,
    /// Modifier keys that were down before.
    before: Vec<(Keycode, Effect)>,
    /// Modifiers held elsewhere.
    elsewhere: xkb::ModMask,
    /// Modifiers for the next key.
    latched: xkb::ModMask,
    /// Control, Alt and Super, as far as they choose no level.
    chord: xkb::ModMask,
    /// Which groups are Latin.
    latin: Vec<bool>,
}

/// Where a key is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Among the letters and digits.
    Main,
    /// There too, but not on every keyboard.
    Rare,
    /// Elsewhere: keypad, function keys, media keys.
    Aside,
}

impl Place {
    /// By the name that XKB has for it (`xkeyboard-config`, keycodes/evdev).
    fn of(name: &str) -> Self {
        match name.as_bytes() {
            b"LSGT" | b"AB11" | b"AE13" => Self::Rare,
            b"TLDE" | b"BKSL" | b"SPCE" => Self::Main,
            [b'A', b'A'..=b'E', b'0'..=b'9', b'0'..=b'9'] => Self::Main,
            _ => Self::Aside,
        }
    }
}

/// What a modifier key does while it is down.
#[derive(Clone, Copy, Default)]
struct Effect {
    mods: xkb::ModMask,
    group: xkb::LayoutIndex,
}

/// The real modifiers Shift and Lock, numbered the same in every keymap.
const SHIFT: xkb::ModMask = 1;
const LOCK: xkb::ModMask = 2;

/// So many different letters make a group Latin; Greek, Cyrillic and Arabic ones have none.
const LATIN_LETTERS: u32 = 13;

impl XkbKeyboard {
    /// A keyboard with this keymap.
    #[must_use]
    pub fn new(keymap: xkb::Keymap) -> Self {
        let keys = modifier_keys(&keymap);
        let effect = |wanted: fn(u32) -> bool| {
            keys.iter()
                .filter(|(_, keysym)| wanted(keysym.0))
                .fold(0, |mask, &(keycode, _)| mask | effect(&keymap, keycode, 0).mods)
        };
        let shortcuts = effect(|k| matches!(k, 0xffe3 | 0xffe4 | 0xffe7..=0xffee));
        // ISO_Level2_Latch ..= ISO_Level3_Lock, ISO_Level5_*, Mode_switch, Num_Lock
        let levels = effect(|k| matches!(k, 0xfe02..=0xfe05 | 0xfe11..=0xfe13 | 0xff7e | 0xff7f));
        Self {
            chord: shortcuts & !levels & !SHIFT & !LOCK,
            latin: (0..keymap.num_layouts()).map(|group| is_latin(&keymap, group)).collect(),
            pressed: xkb::State::new(&keymap),
            state: xkb::State::new(&keymap),
            keymap,
            before: Vec::new(),
            elsewhere: 0,
            latched: 0,
        }
    }

    /// A keyboard made from names as `setxkbmap` takes them, with the rules `evdev` and the model
    /// `pc105`; `None` when there is no such keymap.
    #[must_use]
    pub fn from_names(layout: &str, variant: &str, options: &str) -> Option<Self> {
        let mut context = xkb::Context::new(xkb::CONTEXT_NO_FLAGS);
        // Who asks says what is wrong.
        context.set_log_level(xkb::LogLevel::Critical);
        let options = Some(options.to_owned());
        let flags = xkb::KEYMAP_COMPILE_NO_FLAGS;
        xkb::Keymap::new_from_names(&context, "evdev", "pc105", layout, variant, options, flags)
            .map(Self::new)
    }

    /// The keymap.
    #[must_use]
    pub fn keymap(&self) -> &xkb::Keymap {
        &self.keymap
    }

    /// Every keysym that a sequence may have and a key of this keymap types, in any group and level.
    #[must_use]
    pub fn keysyms(&self) -> HashSet<Keysym> {
        let keymap = &self.keymap;
        let mut found = HashSet::new();
        for code in keymap.min_keycode().raw()..=keymap.max_keycode().raw() {
            let code = xkb::Keycode::new(code);
            for group in 0..keymap.num_layouts_for_key(code) {
                for level in 0..keymap.num_levels_for_key(code, group) {
                    for keysym in keymap.key_get_syms_by_level(code, group, level) {
                        let key = Key { keysym: Keysym(keysym.raw()), latin: None };
                        found.extend(key.forms().iter());
                    }
                }
            }
        }
        found
    }

    /// How the keys of this keymap type what a sequence may have. The layout is called `name`.
    #[must_use]
    pub fn layout(&self, name: &str) -> Layout {
        let keymap = &self.keymap;
        let mut layout = Layout::new(name);
        for code in keymap.min_keycode().raw()..=keymap.max_keycode().raw() {
            let code = xkb::Keycode::new(code);
            // What is printed on the key is what it types first.
            let Some(plain) = one(keymap.key_get_syms_by_level(code, 0, 0)) else { continue };
            let plain = Key { keysym: plain, latin: None };
            let printed = plain.text().map_or(plain.keysym, Keysym::from_char);
            let place = keymap.key_get_name(code).map_or(Place::Aside, Place::of);
            for group in 0..keymap.num_layouts_for_key(code) {
                for level in 0..keymap.num_levels_for_key(code, group) {
                    let Some(held) = self.held(code, group, level) else { continue };
                    for keysym in keymap.key_get_syms_by_level(code, group, level) {
                        let key = Key { keysym: Keysym(keysym.raw()), latin: None };
                        // Characters of other keys are on no keyboard, or on few.
                        if place == Place::Aside && key.has_text() {
                            continue;
                        }
                        let (dead, rare) = (key.keysym.is_dead(), place == Place::Rare);
                        let press = Press { key: printed, held, group, dead, rare };
                        key.forms().iter().for_each(|form| layout.add(form, press));
                    }
                }
            }
        }
        layout
    }

    /// The modifiers that choose a level, if Shift, AltGr and the fifth level's can.
    fn held(&self, code: xkb::Keycode, group: u32, level: u32) -> Option<Held> {
        let keymap = &self.keymap;
        let bit = |name| match keymap.mod_get_index(name) {
            xkb::MOD_INVALID => 0,
            index => 1 << index,
        };
        let (altgr, level5) = (bit("Mod5"), bit("Mod3"));
        let mut masks = [0; 32];
        let count = keymap.key_get_mods_for_level(code, group, level, &mut masks);
        let fits = |&mask: &xkb::ModMask| mask & !(SHIFT | altgr | level5) == 0;
        let held = |mask| Held {
            level5: mask & level5 != 0,
            altgr: mask & altgr != 0,
            shift: mask & SHIFT != 0,
        };
        masks[..count].iter().copied().filter(fits).map(held).min_by_key(|held| held.count())
    }

    /// Makes `state` what counts.
    fn refresh(&mut self) {
        let Self { pressed, .. } = self;
        let before = self.before.iter().fold(Effect::default(), |sum, (_, effect)| Effect {
            mods: sum.mods | effect.mods,
            group: sum.group.wrapping_add(effect.group),
        });
        let depressed = pressed.serialize_mods(xkb::STATE_MODS_DEPRESSED);
        self.state.update_mask(
            (depressed | before.mods | self.elsewhere) & !LOCK,
            (pressed.serialize_mods(xkb::STATE_MODS_LATCHED) | self.latched) & !LOCK,
            pressed.serialize_mods(xkb::STATE_MODS_LOCKED) & !LOCK,
            pressed.serialize_layout(xkb::STATE_LAYOUT_DEPRESSED).wrapping_add(before.group),
            pressed.serialize_layout(xkb::STATE_LAYOUT_LATCHED),
            pressed.serialize_layout(xkb::STATE_LAYOUT_LOCKED),
        );
    }

    /// The same key's keysym in the first Latin group that has one at this level.
    fn latin(&self, keycode: xkb::Keycode, group: xkb::LayoutIndex) -> Option<Keysym> {
        if *self.latin.get(group as usize)? {
            return None;
        }
        let level = self.state.key_get_level(keycode, group);
        let groups = self.keymap.num_layouts_for_key(keycode);
        let latin = (0..groups).find(|&group| self.latin.get(group as usize) == Some(&true))?;
        one(self.keymap.key_get_syms_by_level(keycode, latin, level))
    }
}

impl Keyboard for XkbKeyboard {
    fn start(&mut self, session: &Session) {
        let locked = xkb::ModMask::from(session.locked) & !LOCK;
        self.pressed = xkb::State::new(&self.keymap);
        self.pressed.update_mask(0, 0, locked, 0, 0, session.group);
        self.latched = session.latched.into();
        self.before.clear();
        for &keycode in &session.held {
            let effect = effect(&self.keymap, keycode, session.group);
            if (effect.mods, effect.group) != (0, 0) {
                self.before.push((keycode, effect));
            }
        }
        let explained = self.before.iter().fold(0, |mask, (_, effect)| mask | effect.mods);
        self.elsewhere = xkb::ModMask::from(session.base) & !explained;
        self.refresh();
    }

    fn update(&mut self, keycode: Keycode, direction: Direction) {
        let before = self.before.len();
        self.before.retain(|&(key, _)| key != keycode);
        let known = before != self.before.len();
        if direction == Direction::Repeat || known && direction == Direction::Up {
            return self.refresh();
        }
        let latched = self.latched;
        if latched != 0 && direction == Direction::Down && !self.keysym(keycode).is_modifier() {
            self.latched = 0;
        }
        let changed = self.pressed.update_key(keycode.0.into(), direction.into());
        // As a rule a key changes nothing.
        if changed != 0 || known || latched != self.latched {
            self.refresh();
        }
    }

    fn set_group(&mut self, group: u32) -> bool {
        let Self { pressed, .. } = self;
        let mods = |which| pressed.serialize_mods(which);
        let layout = |which| pressed.serialize_layout(which);
        if layout(xkb::STATE_LAYOUT_LOCKED) == group {
            return false;
        }
        let (depressed, latched, locked) = (
            mods(xkb::STATE_MODS_DEPRESSED),
            mods(xkb::STATE_MODS_LATCHED),
            mods(xkb::STATE_MODS_LOCKED),
        );
        let (held, next) = (layout(xkb::STATE_LAYOUT_DEPRESSED), layout(xkb::STATE_LAYOUT_LATCHED));
        pressed.update_mask(depressed, latched, locked, held, next, group);
        self.refresh();
        true
    }

    fn meaning(&self, keycode: Keycode) -> Meaning {
        let key = keycode.0.into();
        let keysym = self.keysym(keycode);
        let mods = self.state.serialize_mods(xkb::STATE_MODS_EFFECTIVE);
        let latin = self.latin(key, self.state.key_get_layout(key));
        Meaning {
            keysym,
            latin: latin.filter(|&latin| latin != keysym),
            chord: self.state.mod_mask_remove_consumed(key, mods & self.chord) != 0,
        }
    }

    fn keysym(&self, keycode: Keycode) -> Keysym {
        Keysym(self.state.key_get_one_sym(keycode.0.into()).raw())
    }
}

impl From<Direction> for xkb::KeyDirection {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Down | Direction::Repeat => Self::Down,
            Direction::Up => Self::Up,
        }
    }
}

/// Keys are secrets: says nothing of the state.
impl fmt::Debug for XkbKeyboard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("XkbKeyboard")
    }
}

/// The keys that are modifiers without others held, and their keysyms.
fn modifier_keys(keymap: &xkb::Keymap) -> Vec<(Keycode, Keysym)> {
    (keymap.min_keycode().raw()..=keymap.max_keycode().raw())
        .filter_map(|code| Some((Keycode(code), plain(keymap, Keycode(code), 0)?)))
        .filter(|(_, keysym)| keysym.is_modifier())
        .collect()
}

/// What a modifier key contributes while it is down. Asked of a state of its own, because only
/// libxkbcommon knows which real modifiers Alt or Super stand for in this keymap.
fn effect(keymap: &xkb::Keymap, keycode: Keycode, group: u32) -> Effect {
    let modifier = plain(keymap, keycode, group).is_some_and(Keysym::is_modifier);
    if !modifier {
        return Effect::default();
    }
    let mut state = xkb::State::new(keymap);
    state.update_mask(0, 0, 0, 0, 0, group);
    state.update_key(keycode.0.into(), xkb::KeyDirection::Down);
    Effect {
        mods: state.serialize_mods(xkb::STATE_MODS_DEPRESSED),
        group: state.serialize_layout(xkb::STATE_LAYOUT_DEPRESSED),
    }
}

fn plain(keymap: &xkb::Keymap, keycode: Keycode, group: u32) -> Option<Keysym> {
    one(keymap.key_get_syms_by_level(keycode.0.into(), group, 0))
}

fn one(keysyms: &[xkb::Keysym]) -> Option<Keysym> {
    match keysyms {
        [keysym] if keysym.raw() != 0 => Some(Keysym(keysym.raw())),
        _ => None,
    }
}

/// Whether a group types the letters of the Latin alphabet.
fn is_latin(keymap: &xkb::Keymap, group: u32) -> bool {
    let mut letters = 0_u32;
    for code in keymap.min_keycode().raw()..=keymap.max_keycode().raw() {
        let keysym = (group < keymap.num_layouts_for_key(code.into()))
            .then(|| plain(keymap, Keycode(code), group))
            .flatten();
        if let Some(Keysym(letter @ 0x61..=0x7a)) = keysym {
            letters |= 1 << (letter - 0x61);
        }
    }
    letters.count_ones() >= LATIN_LETTERS
}
