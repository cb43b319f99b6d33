//! [`Levels`]: the pool's own key type.
//!
//! A key of this type has one symbol for each combination of the *selectors* (at most two
//! modifiers, normally Mod3 and Mod5), and Shift and Lock belong to the type without choosing
//! anything. So they count as consumed: they neither change the symbol nor let a client make a
//! capital of it.
//!
//! ```text
//!            –      Shift    Lock   Shift+Lock
//!   –        0        0        0        0
//!   Mod3     1        1        1        1
//!   Mod5     2        2        2        2
//!   both     3        3        3        3
//! ```

use x11rb::protocol::{
    xkb::{KTSetMapEntry, KeyType, SetKeyType, VMod},
    xproto::ModMask,
};

const SHIFT_LOCK: [u8; 4] = [0, 1, 2, 3];

/// The selectors, lowest bit first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Levels(Vec<u8>);

impl Levels {
    /// The levels that the modifiers in `mask` choose.
    pub(super) fn of_mask(mask: u8) -> Self {
        Self((0..8).map(|bit| 1 << bit).filter(|bit| mask & bit != 0).collect())
    }

    /// The same with at most `n` selectors.
    pub(super) fn at_most(mut self, n: usize) -> Self {
        self.0.truncate(n);
        self
    }

    /// The levels of this key type, if it is a pool's.
    pub(super) fn of_type(t: &KeyType) -> Option<Self> {
        let mask = u16::from(t.mods_mods) as u8;
        if mask & 3 != 3 || t.mods_vmods != VMod::from(0u8) || t.has_preserve {
            return None;
        }
        let levels = Self::of_mask(mask & !3);
        let mut found: Vec<(u8, u8)> = t
            .map
            .iter()
            .filter(|entry| entry.level != 0)
            .map(|entry| (u16::from(entry.mods_mods) as u8, entry.level))
            .collect();
        let mut expected = levels.entries();
        found.sort_unstable();
        expected.sort_unstable();
        (found == expected && usize::from(t.num_levels) == levels.count()).then_some(levels)
    }

    /// The key type as `XkbSetMap` takes it.
    pub(super) fn to_type(&self) -> SetKeyType {
        let mask = ModMask::from(self.mask() | 3);
        let virtual_mods = VMod::from(0u8);
        let entries = self.entries().into_iter().map(|(mods, level)| KTSetMapEntry {
            level,
            real_mods: mods.into(),
            virtual_mods,
        });
        SetKeyType {
            mask,
            real_mods: mask,
            virtual_mods,
            num_levels: self.count() as u8,
            preserve: false,
            entries: entries.collect(),
            preserve_entries: Vec::new(),
        }
    }

    /// Which modifiers give which level, level 0 left out: it is what all others give.
    fn entries(&self) -> Vec<(u8, u8)> {
        let levels = 1..self.count() as u8;
        levels
            .flat_map(|level| SHIFT_LOCK.map(|extra| (self.select(level.into()) | extra, level)))
            .collect()
    }

    /// How many levels there are.
    pub(super) fn count(&self) -> usize {
        1 << self.0.len()
    }

    /// The selectors, one bit each.
    pub(super) fn selectors(&self) -> &[u8] {
        &self.0
    }

    /// All selectors as one mask.
    pub(super) fn mask(&self) -> u8 {
        self.0.iter().fold(0, |mask, bit| mask | bit)
    }

    /// The modifiers that choose `level`.
    pub(super) fn select(&self, level: usize) -> u8 {
        let chosen = self.0.iter().enumerate().filter(|(i, _)| level & (1 << i) != 0);
        chosen.fold(0, |mask, (_, bit)| mask | bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shift_and_lock_choose_nothing() {
        let levels = Levels::of_mask(0xa0);
        assert_eq!((levels.count(), levels.selectors()), (4, &[0x20, 0x80][..]));
        assert_eq!([0, 1, 2, 3].map(|level| levels.select(level)), [0, 0x20, 0x80, 0xa0]);
        let entries = levels.entries();
        assert_eq!(entries.len(), 12);
        assert!(entries.contains(&(0x23, 1)) && entries.contains(&(0xa2, 3)));
        assert_eq!(levels.at_most(0).count(), 1);
    }
}
