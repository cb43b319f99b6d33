//! [`Seat`]: what the session makes of the keys that the twins give it: modifiers, locks, group.
//!
//! Nobody can be asked for them on evdev, but all keys of the session come from here, so the same
//! keymap fed with the same keys tells. Lamps correct it where the session switched a lock by other
//! means.

use std::fmt;

use evdev::LedCode;
use xkbcommon::xkb::{self, STATE_MODS_DEPRESSED, STATE_MODS_LATCHED};

use crate::{
    engine::Session,
    input::evdev::Lamp,
    keycode::Keycode,
    output::{
        Undelivered,
        uinput::{Situation, Speller, Spelling},
    },
};

/// A keymap and its state.
pub(super) struct Seat {
    keymap: xkb::Keymap,
    state: xkb::State,
    speller: Speller,
    /// Where the keymap comes from.
    pub(super) origin: String,
    caps_lock: xkb::ModMask,
    num_lock: xkb::ModMask,
    /// The lock that the lamp called "Caps Lock" shows; 0 when it shows something else.
    caps_shows: xkb::ModMask,
    caps_lamp: bool,
    /// The session tells which group is active.
    knows_group: bool,
}

impl Seat {
    /// No key is down and no lock is on.
    pub(super) fn new(keymap: xkb::Keymap, origin: String) -> Self {
        Self {
            state: xkb::State::new(&keymap),
            speller: Speller::new(&keymap),
            caps_lock: locked_by(&keymap, 58),
            num_lock: locked_by(&keymap, 69),
            caps_shows: caps_lamp_shows(&keymap),
            keymap,
            origin,
            caps_lamp: false,
            knows_group: false,
        }
    }

    /// Whether this keymap holds.
    pub(super) fn reads_by(&self, keymap: &xkb::Keymap) -> bool {
        self.keymap.get_raw_ptr() == keymap.get_raw_ptr()
    }

    /// Another keymap holds; these keys are down, and group and locks are as they were.
    pub(super) fn adopt(&mut self, keymap: xkb::Keymap, down: &[u16]) {
        let (caps, num) = (self.caps_lock(), self.locked() & self.num_lock != 0);
        let caps_lamp = self.caps_lamp;
        let group = self.state.serialize_layout(xkb::STATE_LAYOUT_LOCKED);
        let group = self.knows_group.then_some(group);
        *self = Self::new(keymap, std::mem::take(&mut self.origin));
        self.caps_lamp = caps_lamp && self.caps_shows != 0;
        for &code in down {
            self.key(code, true);
        }
        self.lock(self.caps_lock, caps);
        self.lock(self.num_lock, num);
        self.set_group(group);
    }

    /// The session's active group, as far as it tells.
    pub(super) fn set_group(&mut self, group: Option<u32>) {
        self.knows_group = group.is_some();
        if let Some(group) = group {
            let mods = |which| self.state.serialize_mods(which);
            let (down, latched) = (STATE_MODS_DEPRESSED, STATE_MODS_LATCHED);
            let (down, latched, locked) = (mods(down), mods(latched), self.locked());
            self.state.update_mask(down, latched, locked, 0, 0, group);
        }
        // The first text of this group need not wait for its table.
        let _ = self.speller.can_spell("", self.group());
    }

    /// The characters of a text that no key has, each once.
    pub(super) fn missing(&self, text: &str) -> Vec<char> {
        let mut missing: Vec<char> = text.chars().collect();
        missing.sort_unstable();
        missing.dedup();
        let group = self.group();
        let mut buffer = [0; 4];
        missing.retain(|c| !self.speller.can_spell(c.encode_utf8(&mut buffer), group));
        missing
    }

    /// The active group; `None` when nobody knows.
    fn group(&self) -> Option<u32> {
        let groups = self.keymap.num_layouts();
        let known = self.knows_group || groups <= 1;
        let group = self.state.serialize_layout(xkb::STATE_LAYOUT_EFFECTIVE);
        known.then(|| group.min(groups.saturating_sub(1)))
    }

    /// A key went out. To be called when it is down on the first twin, or up on the last.
    pub(super) fn key(&mut self, code: u16, down: bool) {
        let direction = if down { xkb::KeyDirection::Down } else { xkb::KeyDirection::Up };
        let _ = self.state.update_key(Keycode::from_evdev(code).0.into(), direction);
    }

    /// The session switched a lamp: the lock that it shows is on or off. A lamp that shows something else
    /// tells nothing.
    pub(super) fn lamp(&mut self, lamp: Lamp) {
        let mask = if lamp.code == LedCode::LED_CAPSL.0 {
            self.caps_lamp = lamp.lit && self.caps_shows != 0;
            self.caps_shows
        } else if lamp.code == LedCode::LED_NUML.0 {
            self.num_lock
        } else {
            return;
        };
        self.lock(mask, lamp.lit);
    }

    /// A lock is on or off.
    fn lock(&mut self, mask: xkb::ModMask, on: bool) {
        let mods = |which| self.state.serialize_mods(which);
        let layout = |which| self.state.serialize_layout(which);
        let (down, latched) = (mods(STATE_MODS_DEPRESSED), mods(STATE_MODS_LATCHED));
        let groups = (
            layout(xkb::STATE_LAYOUT_DEPRESSED),
            layout(xkb::STATE_LAYOUT_LATCHED),
            layout(xkb::STATE_LAYOUT_LOCKED),
        );
        let locked = self.locked();
        let wanted = if on { locked | mask } else { locked & !mask };
        if wanted != locked {
            self.state.update_mask(down, latched, wanted, groups.0, groups.1, groups.2);
        }
    }

    /// Whether a tap of the Caps key switches Caps Lock.
    pub(super) fn caps_key_locks(&self) -> bool {
        self.caps_lock == LOCK
    }

    /// Whether Caps Lock is on.
    pub(super) fn caps_lock(&self) -> bool {
        self.caps_lamp || self.locked() & self.caps_lock != 0
    }

    /// The state right before a trigger goes down on a keyboard that has these keys down.
    pub(super) fn session(&self, held: Vec<Keycode>) -> Session {
        let mods = |which| u8::try_from(self.state.serialize_mods(which) & 0xff).unwrap_or(0);
        Session {
            held,
            base: mods(STATE_MODS_DEPRESSED),
            latched: mods(STATE_MODS_LATCHED),
            locked: mods(xkb::STATE_MODS_LOCKED),
            group: self.state.serialize_layout(xkb::STATE_LAYOUT_LOCKED),
        }
    }

    /// The same while a text is going out, as it will be once it is out and these keys are down on all
    /// keyboards together. A text changes no lock and no group.
    pub(super) fn session_after(
        &self,
        held: Vec<Keycode>,
        down: impl Iterator<Item = Keycode>,
    ) -> Session {
        let mut state = xkb::State::new(&self.keymap);
        for keycode in down {
            let _ = state.update_key(keycode.0.into(), xkb::KeyDirection::Down);
        }
        let base = state.serialize_mods(xkb::STATE_MODS_DEPRESSED) & 0xff;
        Session { base: u8::try_from(base).unwrap_or(0), ..self.session(held) }
    }

    /// The keys that type a text while these are down.
    pub(super) fn spell(&self, text: &str, held: &[Keycode]) -> Result<Spelling, Undelivered> {
        let situation = Situation {
            // With several, the session may have switched by means of its own.
            group: self.group(),
            caps_lock: self.caps_lock(),
            num_lock: self.locked() & self.num_lock != 0,
            held,
        };
        self.speller.spell_in(text, &situation)
    }

    /// The kernel's code of a key that, struck alone, does nothing.
    pub(super) fn idle_key(&self) -> Option<u16> {
        u16::try_from(self.speller.idle_key()?.0.checked_sub(8)?).ok()
    }

    fn locked(&self) -> xkb::ModMask {
        self.state.serialize_mods(xkb::STATE_MODS_LOCKED)
    }
}

/// The real modifier Lock, numbered the same in every keymap.
const LOCK: xkb::ModMask = 2;

/// The modifier that lights the lamp called "Caps Lock" when it is locked; 0 when none does, or something else
/// does too: an option may have it show the group (`grp_led:caps`).
fn caps_lamp_shows(keymap: &xkb::Keymap) -> xkb::ModMask {
    let lit = |locked, group| {
        let mut state = xkb::State::new(keymap);
        state.update_mask(0, 0, locked, 0, 0, group);
        state.led_name_is_active(xkb::LED_NAME_CAPS)
    };
    let shows = |mask: &xkb::ModMask| {
        (0..keymap.num_layouts().max(1)).all(|group| lit(*mask, group) && !lit(0, group))
    };
    (0..8).map(|bit| 1 << bit).find(shows).unwrap_or(0)
}

/// Whether a lit Caps lamp means that Caps Lock is on, and a tap of the Caps key switches that off.
pub(super) fn caps_key_locks(keymap: &xkb::Keymap) -> bool {
    locked_by(keymap, 58) == LOCK && caps_lamp_shows(keymap) == LOCK
}

/// Keys are secrets: says nothing of the state.
impl fmt::Debug for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seat({})", self.origin)
    }
}

/// What a tap of this key locks.
fn locked_by(keymap: &xkb::Keymap, code: u16) -> xkb::ModMask {
    let mut state = xkb::State::new(keymap);
    let key = Keycode::from_evdev(code).0.into();
    let _ = state.update_key(key, xkb::KeyDirection::Down);
    let _ = state.update_key(key, xkb::KeyDirection::Up);
    state.serialize_mods(xkb::STATE_MODS_LOCKED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::XkbKeyboard;

    fn seat(layout: &str) -> Seat {
        Seat::new(XkbKeyboard::from_names(layout, "", "").unwrap().keymap().clone(), String::new())
    }

    #[test]
    fn modifiers_locks_and_lamps_are_followed() {
        let mut seat = seat("us");
        seat.key(42, true);
        assert_eq!(seat.session(vec![]).base, 1);
        seat.key(42, false);
        assert_eq!(seat.session(vec![]), Session::default());
        seat.lamp(Lamp { code: LedCode::LED_NUML.0, lit: true });
        assert_eq!(seat.session(vec![]).locked, 0x10);
        seat.lamp(Lamp { code: LedCode::LED_CAPSL.0, lit: true });
        assert!(seat.caps_lock());
        for down in [true, false] {
            seat.key(58, down);
        }
        seat.lamp(Lamp { code: LedCode::LED_CAPSL.0, lit: false });
        assert!(!seat.caps_lock());
    }

    #[test]
    fn a_lamp_that_shows_the_group_is_no_lock() {
        const SHIFT: xkb::ModMask = 1;
        for (options, shows, locks) in [
            ("", LOCK, true),
            ("compose:ralt", LOCK, true),
            ("grp_led:caps", 0, true),
            ("caps:escape", LOCK, false),
            ("caps:backspace", LOCK, false),
            ("ctrl:nocaps", LOCK, false),
            ("ctrl:swapcaps", LOCK, false),
            ("caps:shiftlock", SHIFT, false),
            ("caps:numlock", LOCK, false),
        ] {
            let keymap = XkbKeyboard::from_names("us,de", "", options).unwrap().keymap().clone();
            assert_eq!(caps_lamp_shows(&keymap), shows, "{options}");
            assert_eq!(caps_key_locks(&keymap), shows == LOCK && locks, "{options}");
            let mut seat = Seat::new(keymap, String::new());
            seat.lamp(Lamp { code: LedCode::LED_CAPSL.0, lit: true });
            assert_eq!(seat.caps_lock(), shows != 0, "{options}");
            assert_eq!(u32::from(seat.session(vec![]).locked), shows, "{options}");
            assert_eq!(seat.caps_key_locks(), locks, "{options}");
        }
        // It is lit, and the keymap that holds now shows the group with it.
        let mut seat = seat("us");
        seat.lamp(Lamp { code: LedCode::LED_CAPSL.0, lit: true });
        let group = XkbKeyboard::from_names("us,de", "", "grp_led:caps").unwrap();
        seat.adopt(group.keymap().clone(), &[]);
        seat.lamp(Lamp { code: LedCode::LED_CAPSL.0, lit: true });
        seat.key(58, true);
        seat.key(58, false);
        assert!(!seat.caps_lock(), "its key switched it off");
    }

    #[test]
    fn the_modifiers_of_a_text_are_not_those_of_the_user() {
        let mut seat = seat("us");
        let held = [Keycode::from_evdev(42)];
        seat.key(42, true);
        seat.key(100, true);
        assert_eq!(seat.session_after(vec![], [].into_iter()), Session::default());
        let with_shift = Session { held: held.to_vec(), base: 1, ..Session::default() };
        assert_eq!(seat.session_after(held.to_vec(), held.into_iter()), with_shift);
    }

    #[test]
    fn with_several_layouts_only_what_all_have_is_typed() {
        let seat = seat("us,de");
        assert!(seat.spell("a1", &[]).is_ok());
        assert_eq!(seat.spell("z", &[]), Err(Undelivered::NotInKeymap), "there it is `y`");
    }

    #[test]
    fn the_group_that_is_told_counts() {
        let mut seat = seat("us,de");
        seat.set_group(Some(1));
        assert_eq!(seat.spell("z", &[]).unwrap().chords[0].keycode, Keycode::from_evdev(21));
        assert_eq!(seat.session(vec![]).group, 1);
        seat.set_group(Some(0));
        assert_eq!(seat.spell("z", &[]).unwrap().chords[0].keycode, Keycode::from_evdev(44));
        seat.set_group(None);
        assert!(seat.spell("z", &[]).is_err(), "nobody knows any more");
        seat.set_group(Some(7));
        assert!(seat.spell("z", &[]).is_ok(), "one that is not there is one that is");
    }

    #[test]
    fn another_keymap_finds_the_group_as_it_is() {
        let mut seat = seat("us,de");
        seat.set_group(Some(1));
        let keymap = XkbKeyboard::from_names("fr,de", "", "").unwrap().keymap().clone();
        seat.adopt(keymap, &[]);
        assert_eq!(seat.spell("z", &[]).unwrap().chords[0].keycode, Keycode::from_evdev(21));
        seat.set_group(None);
        let keymap = XkbKeyboard::from_names("us,de", "", "").unwrap().keymap().clone();
        seat.adopt(keymap, &[]);
        assert!(seat.spell("z", &[]).is_err(), "nobody knows it");
    }

    #[test]
    fn another_keymap_finds_keys_and_locks_as_they_are() {
        let mut seat = seat("us");
        seat.key(42, true);
        seat.lamp(Lamp { code: LedCode::LED_NUML.0, lit: true });
        seat.lamp(Lamp { code: LedCode::LED_CAPSL.0, lit: true });
        assert_eq!(seat.missing("aüx"), ['ü']);
        let keymap = XkbKeyboard::from_names("de", "", "").unwrap().keymap().clone();
        assert!(!seat.reads_by(&keymap));
        seat.adopt(keymap.clone(), &[42]);
        assert!(seat.reads_by(&keymap));
        assert!(seat.missing("aüx").is_empty());
        let session = seat.session(vec![]);
        assert_eq!((session.base, session.locked), (1, 0x12));
        assert!(seat.caps_lock());
        seat.key(42, false);
        assert_eq!(seat.session(vec![]).base, 0);
    }

    #[test]
    fn a_text_is_spelled_under_what_is_held() {
        let mut seat = seat("de");
        assert_eq!(seat.spell("ü", &[]).unwrap().strokes().len(), 2);
        assert_eq!(seat.spell("λ", &[]), Err(Undelivered::NotInKeymap));
        seat.key(42, true);
        let strokes = seat.spell("ü", &[Keycode::from_evdev(42)]).unwrap().strokes();
        assert_eq!(strokes.len(), 4, "Shift goes up, and down again");
        assert_eq!(seat.spell("ü", &[Keycode::from_evdev(29)]), Err(Undelivered::ModifierHeld));
    }
}
