//! [`KeySet`]: which keys are down, or are there. Pure.

use crate::keycode::Keycode;

/// Codes of `EV_KEY` end here (`KEY_CNT` in `linux/input-event-codes.h`).
pub(super) const CODES: u16 = 0x300;

/// A set of evdev key codes, below [`CODES`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeySet([u64; CODES as usize / 64]);

impl KeySet {
    /// No key.
    pub const EMPTY: Self = Self([0; CODES as usize / 64]);

    /// Whether the key is in the set.
    #[must_use]
    pub fn has(&self, code: u16) -> bool {
        self.0.get(usize::from(code) / 64).is_some_and(|word| word & (1 << (code % 64)) != 0)
    }

    /// Puts a key in or takes it out; whether that changed anything.
    pub fn set(&mut self, code: u16, on: bool) -> bool {
        let Some(word) = self.0.get_mut(usize::from(code) / 64) else { return false };
        let before = *word;
        let bit = 1 << (code % 64);
        *word = if on { before | bit } else { before & !bit };
        *word != before
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::EMPTY
    }

    /// The keys, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u16> + use<> {
        let set = *self;
        (0..CODES).filter(move |&code| set.has(code))
    }

    /// The same keys as keycodes.
    pub fn keycodes(&self) -> impl Iterator<Item = Keycode> + use<> {
        self.iter().map(Keycode::from_evdev)
    }

    /// What to do to get from `self` to `now`: releases first, then presses, each with its code and
    /// whether it goes down. What the kernel dropped is told so, see `SYN_DROPPED` in the kernel's
    /// `Documentation/input/event-codes.rst`.
    pub fn changes(&self, now: &Self) -> impl Iterator<Item = (u16, bool)> + use<> {
        let (before, now) = (*self, *now);
        let gone = before.iter().filter(move |&code| !now.has(code)).map(|code| (code, false));
        let new = now.iter().filter(move |&code| !before.has(code)).map(|code| (code, true));
        gone.chain(new)
    }
}

impl FromIterator<u16> for KeySet {
    fn from_iter<T: IntoIterator<Item = u16>>(codes: T) -> Self {
        let mut set = Self::EMPTY;
        for code in codes {
            set.set(code, true);
        }
        set
    }
}

/// Keys are secrets: says only how many.
impl std::fmt::Debug for KeySet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeySet({})", self.iter().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(codes: &[u16]) -> KeySet {
        codes.iter().copied().collect()
    }

    #[test]
    fn holds_every_code_and_no_more() {
        let mut keys = KeySet::EMPTY;
        assert!(keys.set(0, true) && keys.set(63, true) && keys.set(CODES - 1, true));
        assert!(!keys.set(63, true), "it was there");
        assert!(!keys.set(CODES, true) && !keys.has(CODES), "no such code");
        assert_eq!(keys.iter().collect::<Vec<_>>(), [0, 63, CODES - 1]);
        assert!(keys.set(0, false) && !keys.set(0, false));
    }

    #[test]
    fn dropped_events_are_told_releases_first() {
        let changes =
            |before: &[u16], now: &[u16]| -> Vec<_> { set(before).changes(&set(now)).collect() };
        assert_eq!(changes(&[30, 31], &[31, 32]), [(30, false), (32, true)]);
        assert_eq!(changes(&[], &[]), []);
        assert_eq!(changes(&[29, 46], &[]), [(29, false), (46, false)]);
    }
}
