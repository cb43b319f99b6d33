//! [`Pool`]: which character stands on which key and level. Pure: it knows no server.
//!
//! ```text
//!              level 0   level 1   level 2   level 3
//!   keycode 93    ü         λ         …         …         a slot is one cell: it holds one symbol
//!   keycode 97    €         →                             and knows when its last use was read
//!   …
//!   keycode 230   selector: Mod3
//!   keycode 248   selector: Mod5
//! ```
//!
//! A slot is given to another symbol only when its last use was surely read by the client: clients
//! look a key up when they get to it, not when it is typed.

use std::time::{Duration, Instant};

use super::levels::Levels;

/// How long a client may take, beyond [`KEY`] for each key, to look up a key.
const GRACE: Duration = Duration::from_millis(220);
/// The same for a client that can be asked whether it has.
const ASKED: Duration = Duration::from_secs(5);
/// How long a client may take for each key in a burst.
const KEY: Duration = Duration::from_millis(3);

/// How long it may take for each changed key: an Xlib client asks the server what it is now.
const CHANGE: Duration = Duration::from_millis(2);
/// A text is long from this length on.
pub(super) const LONG: usize = 32;
/// So many symbols are bound together when a long text has used up the pool.
const BATCH: usize = 8;

/// The place of a symbol: the key by its index, and the level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The key, as an index of [`Pool::codes`].
    pub(super) key: usize,
    /// The level of the key.
    pub(super) level: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    symbol: u32,
    /// When it was typed last.
    used: Option<Instant>,
    /// When a client that keeps up has read that.
    read: Option<Instant>,
}

/// The pool.
#[derive(Debug, Default)]
pub(super) struct Pool {
    levels: Levels,
    codes: Vec<u8>,
    selectors: Vec<u8>,
    /// All keys' level 0 first: it needs no selector.
    slots: Vec<Slot>,
    /// When a client that keeps up has read everything.
    read: Option<Instant>,
    /// What was typed until then is read: the client said so.
    confirmed: Option<Instant>,
    /// Whether the client is asked.
    asked: bool,
}

/// What to do for the next few characters.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// Keys with new symbols, as indices of [`Pool::codes`].
    pub(super) bind: Vec<usize>,
    /// The keys to type.
    pub(super) places: Vec<Place>,
    /// When a slot can be taken for the first symbol that has none.
    pub(super) until: Option<Instant>,
}

impl Pool {
    /// A pool on these keycodes: the last ones select, the others hold symbols.
    pub(super) fn new(levels: Levels, codes: Vec<u8>, selectors: Vec<u8>) -> Self {
        let slots = vec![Slot::default(); codes.len() * levels.count()];
        Self { levels, codes, selectors, slots, ..Self::default() }
    }

    /// The keycodes that hold symbols.
    pub(super) fn codes(&self) -> &[u8] {
        &self.codes
    }

    /// The keycodes that select: one for each selector of [`Self::levels`].
    pub(super) fn selectors(&self) -> &[u8] {
        &self.selectors
    }

    /// The levels of every key.
    pub(super) fn levels(&self) -> &Levels {
        &self.levels
    }

    /// How many symbols it holds.
    pub(super) fn capacity(&self) -> usize {
        self.slots.len()
    }

    /// The symbols of a key, one for each level; 0 for none.
    pub(super) fn symbols(&self, key: usize) -> Vec<u32> {
        (0..self.levels.count()).map(|level| self.slots[self.index(key, level)].symbol).collect()
    }

    /// Takes over the symbols found on a key, as if they had just been used.
    pub(super) fn adopt(&mut self, key: usize, symbols: &[u32], now: Instant) {
        for (level, &symbol) in symbols.iter().enumerate().take(self.levels.count()) {
            let index = self.index(key, level);
            if symbol != 0 {
                self.slots[index] = Slot { symbol, used: Some(now), read: Some(now) };
            }
        }
        self.read = self.read.max(Some(now));
    }

    /// Whether the client is asked if it has read what was typed; see [`Self::confirm`].
    pub(super) fn set_asked(&mut self, asked: bool) {
        self.asked = asked;
    }

    /// The client has read all that was typed until `then`.
    pub(super) fn confirm(&mut self, then: Instant) {
        self.confirmed = self.confirmed.max(Some(then));
    }

    /// Whether everything typed so far was surely read.
    pub(super) fn settled(&self, now: Instant) -> bool {
        self.read.is_none_or(|read| read + GRACE <= now)
    }

    /// Finds or makes places for `symbols`, and types as many of the first `limit` as have one.
    /// Only levels that contain `held`, the selectors that are down anyway, can be reached.
    ///
    /// What comes later in the text is bound now as well if there is room: every change of a
    /// keymap makes all clients look, and an Xlib client does not hear of changes at all from its
    /// first key on until its queue is empty.
    pub(super) fn plan(&mut self, symbols: &[u32], limit: usize, held: u8, now: Instant) -> Plan {
        let mut plan = Plan::default();
        let mut wanted = vec![false; self.slots.len()];
        for (i, &symbol) in symbols.iter().enumerate() {
            let index = match self.find(symbol, held) {
                Some(index) => index,
                None => match self.evict(&wanted, (held, symbols.len() > LONG), now) {
                    Some(index) => {
                        self.slots[index] = Slot { symbol, used: Some(now), read: Some(now) };
                        let key = self.place(index).key;
                        if !plan.bind.contains(&key) {
                            plan.bind.push(key);
                        }
                        index
                    }
                    None => {
                        plan.until = self.until(&symbols[i..], &wanted, held);
                        break;
                    }
                },
            };
            wanted[index] = true;
        }
        let changes = CHANGE * u32::try_from(plan.bind.len()).unwrap_or(0);
        self.read = self.read.map(|read| read.max(now) + changes);
        for &symbol in symbols.iter().take(limit) {
            let Some(index) = self.find(symbol, held) else { break };
            let read = self.read.map_or(now, |read| read.max(now)) + KEY;
            self.read = Some(read);
            self.slots[index].used = Some(now);
            self.slots[index].read = Some(read);
            plan.places.push(self.place(index));
        }
        plan
    }

    fn find(&self, symbol: u32, held: u8) -> Option<usize> {
        (0..self.slots.len()).find(|&i| self.slots[i].symbol == symbol && self.reaches(i, held))
    }

    /// The slot whose last use is longest ago, if it may be taken. Never one that is `wanted`.
    fn evict(&self, wanted: &[bool], (held, long): (u8, bool), now: Instant) -> Option<usize> {
        let oldest = *self.by_age(wanted, held, long).first()?;
        let slot = &self.slots[oldest];
        let read = self.free_from(slot).is_none_or(|from| from <= now);
        (read || slot.used <= self.confirmed).then_some(oldest)
    }

    /// When there are slots for the next few of `symbols` that have none. One at a time would be
    /// sooner, but each change of a key costs every client something.
    fn until(&self, symbols: &[u32], wanted: &[bool], held: u8) -> Option<Instant> {
        let mut missing: Vec<u32> = Vec::new();
        for &symbol in symbols {
            if missing.len() < BATCH
                && !missing.contains(&symbol)
                && self.find(symbol, held).is_none()
            {
                missing.push(symbol);
            }
        }
        let ages = self.by_age(wanted, held, true);
        let last = ages.get(missing.len().saturating_sub(1)).or(ages.last())?;
        self.free_from(&self.slots[*last])
    }

    /// The reachable slots that are not `wanted`, the one unused for longest first.
    fn by_age(&self, wanted: &[bool], held: u8, long: bool) -> Vec<usize> {
        let slots = (0..self.slots.len()).filter(|&i| self.reaches(i, held) && !wanted[i]);
        let mut slots: Vec<usize> = slots.collect();
        // A short text gets slots that need no selector; a long one whole keys, for each changed
        // key costs every client something.
        let place = |i: usize| if long { (self.place(i).key, i) } else { (0, i) };
        slots.sort_by_key(|&i| (self.slots[i].read, place(i)));
        slots
    }

    /// When a client that keeps up has read the slot, however long that may take it.
    fn free_from(&self, slot: &Slot) -> Option<Instant> {
        slot.read.map(|read| read + if self.asked { ASKED } else { GRACE })
    }

    fn reaches(&self, index: usize, held: u8) -> bool {
        self.levels.select(self.place(index).level) & held == held
    }

    fn index(&self, key: usize, level: usize) -> usize {
        level * self.codes.len() + key
    }

    fn place(&self, index: usize) -> Place {
        Place { key: index % self.codes.len(), level: index / self.codes.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool() -> Pool {
        Pool::new(Levels::of_mask(0xa0), vec![93, 97], vec![230, 248])
    }

    #[test]
    fn level_0_comes_first_and_a_bound_symbol_is_found_again() {
        let (mut pool, now) = (pool(), Instant::now());
        let plan = pool.plan(&[10, 11, 12, 10], 99, 0, now);
        let places: Vec<_> = plan.places.iter().map(|p| (p.key, p.level)).collect();
        assert_eq!(places, [(0, 0), (1, 0), (0, 1), (0, 0)]);
        assert_eq!((plan.bind, plan.until), (vec![0, 1], None));
        assert_eq!(pool.symbols(0), [10, 12, 0, 0]);
        assert!(pool.plan(&[12, 11], 99, 0, now).bind.is_empty());
    }

    #[test]
    fn a_slot_is_taken_only_when_its_last_use_was_read() {
        let (mut pool, now) = (pool(), Instant::now());
        let plan = pool.plan(&[1, 2, 3, 4, 5, 6, 7, 8, 1], 99, 0, now);
        assert_eq!(plan.places.len(), 9);
        let until = pool.plan(&[9], 99, 0, now).until.unwrap();
        // The symbol used longest ago is 2, the second key of nine.
        assert_eq!(until, now + 2 * KEY + GRACE);
        assert!(pool.plan(&[9], 99, 0, until - KEY).places.is_empty());
        let plan = pool.plan(&[9], 99, 0, until);
        assert_eq!(plan.places, [Place { key: 1, level: 0 }]);
        assert_eq!(pool.symbols(1)[0], 9);
    }

    #[test]
    fn a_held_selector_leaves_the_levels_that_contain_it() {
        let (mut pool, now) = (pool(), Instant::now());
        pool.plan(&[1], 99, 0, now);
        let plan = pool.plan(&[1, 2, 3, 4, 5], 99, 0x80, now);
        let levels: Vec<_> = plan.places.iter().map(|p| p.level).collect();
        assert_eq!(levels, [2, 2, 3, 3]);
    }

    #[test]
    fn a_client_that_is_asked_decides() {
        let (mut pool, now) = (pool(), Instant::now());
        pool.set_asked(true);
        pool.plan(&[1, 2, 3, 4, 5, 6, 7, 8], 99, 0, now);
        let later = now + 10 * GRACE;
        assert!(pool.plan(&[9], 99, 0, later).places.is_empty());
        pool.confirm(now);
        assert_eq!(pool.plan(&[9], 99, 0, later).places.len(), 1);
        pool.set_asked(false);
        assert_eq!(pool.plan(&[10], 99, 0, later).places.len(), 1);
    }

    #[test]
    fn what_comes_later_is_bound_now() {
        let (mut pool, now) = (pool(), Instant::now());
        let plan = pool.plan(&[1, 2, 3], 1, 0, now);
        assert_eq!((plan.places.len(), plan.bind), (1, vec![0, 1]));
        // A symbol that is needed soon is not thrown out for one that is needed later.
        let later = now + 2 * GRACE;
        let plan = pool.plan(&[4, 5, 6, 7, 8, 1, 2, 3, 9], 99, 0, later);
        assert_eq!(plan.places.len(), 8);
        assert_eq!(pool.symbols(0)[0], 1);
    }

    #[test]
    fn an_empty_pool_never_promises() {
        let mut pool = Pool::default();
        assert_eq!(pool.plan(&[1], 99, 0, Instant::now()), Plan::default());
    }

    #[test]
    fn adopted_symbols_are_kept_until_they_are_read() {
        let (mut pool, now) = (pool(), Instant::now());
        pool.adopt(0, &[7, 0, 8, 0], now);
        assert!(!pool.settled(now) && pool.settled(now + GRACE));
        assert!(pool.plan(&[7, 8], 99, 0, now).bind.is_empty());
        assert_eq!(pool.plan(&[9], 99, 0, now).places, [Place { key: 1, level: 0 }]);
    }
}
