//! [`Placement`]: which character is where.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Slot;
use crate::{keycode::Keycode, keysym::Keysym};

/// A keycode and a level, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The key.
    pub keycode: Keycode,
    /// The level.
    pub level: u8,
}

/// The characters and their places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    /// The slots that are in use, by keycode.
    pub slots: Vec<Slot>,
    /// The key that holds `LevelFive` while it is down.
    pub level_five: Option<Slot>,
    /// The key that holds Lock while it is down; nothing when no character needs it.
    pub lock: Option<Slot>,
    /// What is where.
    pub places: BTreeMap<Place, char>,
    /// The characters for which there was no room, in the order in which they were wanted.
    pub left_out: Vec<char>,
}

impl Placement {
    /// Gives each of `wanted`, the most important first, a place in `slots`.
    ///
    /// The first get those that X11 clients see too. A character that has a place in `before` keeps
    /// it if it can: whoever still reads keys by the old one reads the right ones.
    #[must_use]
    pub fn new(slots: &[Slot], wanted: &[char], before: &BTreeMap<Place, char>) -> Self {
        let mut slots = slots.to_vec();
        let level_five = take_selector(&mut slots, Slot::is_low);
        let lock = take_selector(&mut slots, |slot| !slot.is_low());
        let mut seen = BTreeSet::new();
        let wanted: Vec<char> =
            wanted.iter().copied().filter(|&c| has_keysym(c) && seen.insert(c)).collect();
        let mut free = order(&slots, lock.is_some());
        let room: BTreeSet<Place> = free.iter().copied().collect();
        let keeps: HashMap<char, Place> = before
            .iter()
            .filter(|(place, c)| room.contains(place) && seen.contains(c))
            .map(|(&place, &c)| (c, place))
            .collect();
        let kept: BTreeSet<Place> = keeps.values().copied().collect();
        free.retain(|place| !kept.contains(place));
        let mut free = free.into_iter();
        let mut placement = Self { level_five, ..Self::default() };
        for c in wanted {
            match keeps.get(&c).copied().or_else(|| free.next()) {
                Some(place) => drop(placement.places.insert(place, c)),
                None => placement.left_out.push(c),
            }
        }
        let used: BTreeSet<Keycode> = placement.places.keys().map(|place| place.keycode).collect();
        if placement.places.keys().any(|place| place.level > WITHOUT_LOCK) {
            placement.lock = lock;
        }
        placement.slots = slots.into_iter().filter(|slot| used.contains(&slot.keycode)).collect();
        placement
    }

    /// What a key has at each of its levels, the last of them with a character last.
    pub(super) fn keysyms(&self, slot: &Slot) -> Vec<Keysym> {
        let at = |level| self.places.get(&Place { keycode: slot.keycode, level });
        let last = slot.levels().rev().find(|&level| at(level).is_some()).unwrap_or(0);
        let characters = (*slot.levels().start()..=last)
            .map(|level| at(level).map_or(Keysym::NO_SYMBOL, |&c| keysym(c)));
        slot.keysym.into_iter().chain(characters).collect()
    }
}

/// Levels above this one are selected with Lock.
pub(super) const WITHOUT_LOCK: u8 = 8;

/// Takes the first free keycode of this kind for a modifier key.
fn take_selector(slots: &mut Vec<Slot>, is_it: impl Fn(&Slot) -> bool) -> Option<Slot> {
    let found = slots.iter().position(|slot| slot.keysym.is_none() && is_it(slot));
    found.map(|at| slots.remove(at))
}

/// The places in the order in which they are filled.
///
/// First low keycodes, level by level, so that the first characters need no modifier; then high ones;
/// last the levels with Lock, from the last keycode back: a key that has such levels gives other
/// characters while Caps Lock is on, so those that do are the rarest.
fn order(slots: &[Slot], with_lock: bool) -> Vec<Place> {
    let mut all = Vec::new();
    for slot in slots {
        for level in slot.levels().filter(|&level| with_lock || level <= WITHOUT_LOCK) {
            let code = i64::from(slot.keycode.0);
            let function = slot.keysym.is_some();
            let key = match (slot.is_low(), level > WITHOUT_LOCK) {
                (true, _) => (0, function, i64::from(level), code),
                (false, false) => (1, function, code, i64::from(level)),
                (false, true) => (2, function, -code, i64::from(level)),
            };
            all.push((key, Place { keycode: slot.keycode, level }));
        }
    }
    all.sort_unstable_by_key(|&(key, _)| key);
    all.into_iter().map(|(_, place)| place).collect()
}

fn has_keysym(c: char) -> bool {
    !c.is_control() && keysym(c).to_char() == Some(c)
}

/// The keysym that gives a character to everybody: libX11 has no text for some of the legacy ones.
fn keysym(c: char) -> Keysym {
    match u32::from(c) {
        latin @ (0x20..=0x7e | 0xa0..=0xff) => Keysym(latin),
        other => Keysym(0x0100_0000 | other),
    }
}
