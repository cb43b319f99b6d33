//! [`Slot`]: a keycode that can carry characters.

use std::ops::RangeInclusive;

use xkbcommon::xkb;

use crate::{keycode::Keycode, keysym::Keysym};

/// A keycode that can carry characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The key.
    pub keycode: Keycode,
    /// Its name in the keymap, without angle brackets; `None` when the keymap does not name it.
    pub name: Option<String>,
    /// What it does already, and goes on doing while neither AltGr nor level 5 is held.
    pub keysym: Option<Keysym>,
}

/// The evdev codes that libinput and Mutter take for keys, not for buttons or nothing (`get_key_type`,
/// `get_button_type`): `KEY_ESC` to `KEY_MICMUTE`, `KEY_OK` to `KEY_LIGHTS_TOGGLE`, `KEY_ALS_TOGGLE` to
/// `KEY_KBDINPUTASSIST_CANCEL`. Newer versions of libinput take some more.
const KEYS: [RangeInclusive<u16>; 3] = [1..=248, 0x160..=0x21e, 0x230..=0x265];

/// Free in most layouts, but not to be taken: keys of Japanese and Brazilian keyboards
/// (`KEY_ZENKAKUHANKAKU`, `KEY_RO`, `KEY_KPJPCOMMA`, `KEY_YEN`), F19 and F24, which some keyboards
/// have, and `KEY_UNKNOWN`, which laptops send for keys that the kernel does not know.
const PHYSICAL: [u16; 7] = [85, 89, 95, 124, 189, 194, 240];

/// Keys with a function that share their keycode, as far as X11 clients see it: those that launch
/// something. Not the others: the kernel (rfkill), logind (power) and programs (back, copy, play) act
/// on such keys by their codes, whatever the keymap says.
const LAUNCHERS: [u16; 28] = [
    120, 140, 144, 147, 148, 149, 151, 154, 157, 169, 171, 183, 184, 185, 186, 187, 188, 202, 203,
    204, 212, 216, 218, 219, 220, 221, 235, 236,
];

/// Among the higher codes, those that somebody may act on by the code: power, restart, zoom, the
/// display, logging off, the touchpad, sensors, privacy.
const ACTED_ON: [u16; 14] =
    [0x164, 0x198, 371, 372, 418, 419, 420, 431, 433, 530, 531, 532, 560, 561];

/// Keysyms that do something to the server: `XF86Switch_VT_1` to `XF86Prev_VMode`.
const SERVER: RangeInclusive<u32> = 0x1008_fe01..=0x1008_fe23;

/// `XF86…`: keys for media, launching and the like.
const FUNCTIONS: RangeInclusive<u32> = 0x1008_0000..=0x1008_ffff;

/// The evdev codes that may carry characters, in ascending order: whoever types them has these keys.
pub fn codes() -> impl Iterator<Item = u16> {
    let all = KEYS.into_iter().flatten();
    all.filter(|code| !PHYSICAL.contains(code) && !ACTED_ON.contains(code))
}

impl Slot {
    /// The slots that are the same in all of these keymaps (which must not have the option), by
    /// keycode: free ones, and keys with one `XF86` function and no more.
    #[must_use]
    pub fn all(keymaps: &[xkb::Keymap]) -> Vec<Self> {
        codes()
            .filter_map(|code| {
                let mut slots = keymaps.iter().map(|keymap| Self::of(keymap, code));
                let first = slots.next()??;
                slots.all(|slot| slot.as_ref() == Some(&first)).then_some(first)
            })
            .collect()
    }

    fn of(keymap: &xkb::Keymap, code: u16) -> Option<Self> {
        let keycode = Keycode::from_evdev(code);
        let key = keycode.0.into();
        let name = keymap.key_get_name(key).map(str::to_owned);
        let keysym = match keymap.num_layouts_for_key(key) {
            0 => None,
            1 if keymap.num_levels_for_key(key, 0) == 1 => {
                let [keysym] = keymap.key_get_syms_by_level(key, 0, 0) else { return None };
                Some(Keysym(keysym.raw()))
            }
            _ => return None,
        };
        let shares = |keysym: Keysym| {
            let low = keycode.to_x11().is_some();
            let harmless = !low || LAUNCHERS.contains(&code);
            harmless && FUNCTIONS.contains(&keysym.0) && !SERVER.contains(&keysym.0)
        };
        keysym.is_none_or(shares).then_some(Self { keycode, name, keysym })
    }

    /// What the keymap calls it, or what we do: `C` and the keycode.
    #[must_use]
    pub fn called(&self) -> String {
        self.name.clone().unwrap_or_else(|| format!("C{:03}", self.keycode.0))
    }

    /// The levels that carry characters, counted from 1. X11 programs make capitals while Lock is
    /// held, so the levels that it selects are for the others.
    #[must_use]
    pub fn levels(&self) -> RangeInclusive<u8> {
        match (self.keysym, self.is_low()) {
            (Some(_), _) => 2..=7,
            (None, true) => 1..=8,
            (None, false) => 1..=16,
        }
    }

    /// Whether X11 clients see the keycode too.
    #[must_use]
    pub fn is_low(&self) -> bool {
        self.keycode.to_x11().is_some()
    }
}
