//! [`Plan`]: what six keys have to be bound to, so that they type some characters. Pure.
//!
//! An entry of the kernel's keymap is either a character below U+F000, or an action; a *dead* key is one
//! that waits for the next key, and the accent table says what becomes of the two. So there are two ways:
//!
//! ```text
//! up to five characters below U+F000          any others: dead keys a b c, bases x y z
//!
//! 249 250 251 252 253  254                    a x  first        a a x  tenth        a a a x  37th
//!  λ   →   é   –   –   mark                   a y  second       a a y  eleventh     …
//!                                             …                 …                   c c c z  117th
//! ```
//!
//! Either way the last key is bound to [`MARK`], and what is added to the accent table begins with
//! a dead key of ours. So whatever a killed process left can be told from what others did.

/// Keycodes that no keyboard has: there is nothing between `KEY_MICMUTE` (248) and 255, which the
/// kernel keeps for itself (`linux/input-event-codes.h`). No X client sees them, and no compositor means
/// anything by them.
pub const KEYS: [u8; 6] = [249, 250, 251, 252, 253, 254];

/// So many different characters can be typed at a time.
pub const MOST: usize = 9 + 27 + 81;

/// An entry of the keymap that does nothing (`K_HOLE`).
pub(super) const HOLE: u16 = 0x0200;

/// The three dead keys (`KT_DEAD2`) by what they wait with: control characters, which no layout has
/// as accents.
const DEAD: [u8; 3] = [0x81, 0x82, 0x83];

/// The three bases. They are of the private use area; never typed, because something always waits for them.
const BASES: [char; 3] = ['\u{ec01}', '\u{ec02}', '\u{ec03}'];

/// What the last key is bound to.
pub(super) const MARK: u16 = character(BASES[2] as u32);

/// What waits after two dead keys or three: numbers that are no characters.
const WAITING: u32 = 0x4350_0000;

/// An entry of the accent table (`struct kbdiacruc`): what waits, the key after it, what comes of them.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Accent {
    pub(super) diacritic: u32,
    pub(super) base: u32,
    pub(super) result: u32,
}

impl Accent {
    /// Whether it is one of those that a plan adds.
    pub(super) fn is_ours(&self) -> bool {
        DEAD.map(u32::from).contains(&self.diacritic) || self.diacritic >= WAITING
    }
}

/// What is to be bound, and what then types each character.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Plan {
    /// For each of [`KEYS`] its entry in every table of the keymap.
    pub(super) entries: [u16; KEYS.len()],
    /// What is added to the accent table.
    pub(super) accents: Vec<Accent>,
    /// For each character the keys that type it.
    pub(super) strokes: Vec<super::Strokes>,
}

impl Plan {
    /// Nothing typed by any of the keys, but the mark.
    pub(super) fn empty() -> Self {
        let mut entries = [HOLE; KEYS.len()];
        entries[KEYS.len() - 1] = MARK;
        Self { entries, accents: Vec::new(), strokes: Vec::new() }
    }

    /// For these characters, each once, at most [`MOST`] of them.
    pub(super) fn new(characters: &[char]) -> Self {
        let simple = |&c: &char| u32::from(c) < FIRST_WITHOUT_ENTRY;
        if characters.len() < KEYS.len() && characters.iter().all(simple) {
            Self::plain(characters)
        } else {
            Self::accented(characters)
        }
    }

    fn plain(characters: &[char]) -> Self {
        let mut plan = Self::empty();
        for (i, &c) in characters.iter().enumerate() {
            plan.entries[i] = character(c.into());
            plan.strokes.push(vec![KEYS[i]]);
        }
        plan
    }

    fn accented(characters: &[char]) -> Self {
        let mut plan = Self::empty();
        for i in 0..DEAD.len() {
            plan.entries[i] = u16::from(KT_DEAD2) << 8 | u16::from(DEAD[i]);
            plan.entries[DEAD.len() + i] = character(BASES[i].into());
        }
        for (number, &c) in characters.iter().enumerate() {
            let (dead, base) = path(number);
            for i in 1..dead.len() {
                let accent = Accent {
                    diacritic: waiting(&dead[..i]),
                    base: DEAD[dead[i]].into(),
                    result: waiting(&dead[..=i]),
                };
                if !plan.accents.contains(&accent) {
                    plan.accents.push(accent);
                }
            }
            let (diacritic, base_character) = (waiting(&dead), BASES[base].into());
            plan.accents.push(Accent { diacritic, base: base_character, result: c.into() });
            let keys = dead.iter().map(|&i| KEYS[i]);
            plan.strokes.push(keys.chain([KEYS[DEAD.len() + base]]).collect());
        }
        plan
    }
}

/// The kernel takes entries from here on for actions.
const FIRST_WITHOUT_ENTRY: u32 = 0xf000;

/// The kind of action that a second sort of dead keys is.
const KT_DEAD2: u8 = 13;

/// The entry for a character below U+F000 (`U()` of the kernel; `K_UNICODE` only).
const fn character(c: u32) -> u16 {
    (c ^ 0xf000) as u16
}

/// The dead keys and the base for the character of this number: short ways first.
fn path(number: usize) -> (Vec<usize>, usize) {
    let (length, rest) = match number {
        0..9 => (1, number),
        9..36 => (2, number - 9),
        _ => (3, number - 36),
    };
    let dead = (1..=length).rev().map(|place| rest / 3_usize.pow(place) % 3).collect();
    (dead, rest % 3)
}

/// What waits after these dead keys.
fn waiting(dead: &[usize]) -> u32 {
    match dead {
        [only] => DEAD[*only].into(),
        several => WAITING | several.iter().fold(1, |number, &i| number << 2 | i as u32),
    }
}

/// What is typed is a secret.
impl std::fmt::Debug for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Plan({} characters)", self.strokes.len())
    }
}

/// What the kernel types (`kbd_keycode`, `k_unicode`, `k_dead2`, `handle_diacr` in `drivers/tty/vt/keyboard.c`).
#[cfg(test)]
pub(super) fn typed(entry: impl Fn(u8) -> u16, accents: &[Accent], keys: &[u8]) -> String {
    let mut text = String::new();
    let mut put = |c: u32| text.extend(char::from_u32(c));
    let mut diacritic = 0;
    for &key in keys {
        let entry = entry(key);
        let dead = entry >> 8 == u16::from(KT_DEAD2);
        let mut value = if dead { u32::from(entry & 0xff) } else { u32::from(entry) ^ 0xf000 };
        if diacritic != 0 {
            let waiting = std::mem::take(&mut diacritic);
            let of_both = |a: &&Accent| (a.diacritic, a.base) == (waiting, value);
            match accents.iter().find(of_both) {
                Some(accent) => value = accent.result,
                None => put(waiting),
            }
        }
        match dead {
            true => diacritic = value,
            false if entry == HOLE => {}
            false => put(value),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(characters: &[char]) -> Plan {
        let plan = Plan::new(characters);
        let entry = |key: u8| plan.entries[usize::from(key - KEYS[0])];
        for (c, strokes) in characters.iter().zip(&plan.strokes) {
            assert_eq!(typed(entry, &plan.accents, strokes), c.to_string());
        }
        // One after the other, and back.
        let all: Vec<u8> =
            plan.strokes.iter().chain(plan.strokes.iter().rev()).flatten().copied().collect();
        let text: String = characters.iter().chain(characters.iter().rev()).collect();
        assert_eq!(typed(entry, &plan.accents, &all), text);
        assert_eq!(plan.entries[5], MARK);
        assert!(plan.accents.iter().all(Accent::is_ours));
        plan
    }

    #[test]
    fn a_few_characters_are_a_key_each() {
        for few in [&['λ'][..], &['a', 'é', '€', '→', '\u{efff}'], &['한']] {
            let plan = types(few);
            assert!(plan.accents.is_empty() && plan.strokes.iter().all(|keys| keys.len() == 1));
        }
    }

    #[test]
    fn what_no_entry_has_comes_by_dead_keys() {
        for characters in [&['😀'][..], &['\u{f000}', 'a'], &['\u{fe0f}', '\u{10ffff}', 'λ']] {
            let plan = types(characters);
            assert!(plan.strokes.iter().all(|keys| keys.len() == 2));
        }
    }

    #[test]
    fn as_many_as_there_may_be() {
        let all: Vec<char> = ('\u{1f300}'..).take(MOST).collect();
        let plan = types(&all);
        let lengths: Vec<usize> = plan.strokes.iter().map(Vec::len).collect();
        assert!(lengths.is_sorted() && (lengths[8], lengths[35], lengths[116]) == (2, 3, 4));
        // The kernel's table has 255, and those that it comes with are 68.
        assert_eq!(plan.accents.len(), MOST + 9 + 27);
        for n in 6..MOST {
            types(&all[..n]);
        }
    }

    #[test]
    fn no_accent_of_a_layout_is_taken_for_ours() {
        for diacritic in (0x20..0x7f).chain(0xa0..0x11_0000) {
            assert!(!Accent { diacritic, ..Accent::default() }.is_ours());
        }
    }
}
