//! [`Speller`]: a text in, the keys that type it out.

use std::{cell::RefCell, collections::HashMap, fmt, rc::Rc};

use xkbcommon::xkb;

use super::modifiers::{
    Effect, Hold, comes_back, effect, holds, is_level_key, keycodes, lock, snapshot, state,
};
use crate::{engine::Direction, keycode::Keycode, keysym::Keysym, output::Undelivered};

/// Finds the keys for any character that a keymap has, at any keycode and any level.
///
/// It takes no key that might do something else besides: no lock, no latch, no group switch, no
/// keypad. Dead keys are not combined with letters, because what comes of that is decided by the
/// client (its toolkit, its locale, its Compose file), not by the keymap: `é` is typed where a key
/// has it, and refused where only `dead_acute` and `e` do.
pub struct Speller {
    keymap: xkb::Keymap,
    holds: Vec<Hold>,
    caps_lock: xkb::ModMask,
    num_lock: xkb::ModMask,
    /// Made when they are first needed; few, because groups and locks are.
    chords: RefCell<HashMap<Locks, Rc<Chords>>>,
}

/// The state of the keyboard that a text is typed into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Situation<'a> {
    /// The active group (layout), counted from 0. `None`: nobody knows it; then only those keys are
    /// used that give the same in every group.
    pub group: Option<u32>,
    /// Whether Caps Lock is on.
    pub caps_lock: bool,
    /// Whether Num Lock is on.
    pub num_lock: bool,
    /// The keys that are down for the reader of the keys.
    pub held: &'a [Keycode],
}

/// One character: a key struck while others are held.
#[derive(Clone, PartialEq, Eq)]
pub struct Chord {
    /// The key that is struck.
    pub keycode: Keycode,
    /// The modifier keys around it, in the order in which they go down.
    pub hold: Hold,
}

/// A text as keys.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Spelling {
    /// Keys that go up before the text.
    pub release: Vec<Keycode>,
    /// The text.
    pub chords: Vec<Chord>,
    /// Modifier keys that go down again after the text, if the user still holds them.
    pub restore: Vec<Keycode>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Locks {
    group: Option<u32>,
    locked: xkb::ModMask,
}

/// For each character its best key, and which of the holds goes with it.
type Chords = HashMap<char, (Keycode, usize)>;

/// `<LVL3>` of the `evdev` keycodes: no keyboard has it.
const LEVEL_3: Keycode = Keycode(92);

/// The keycodes that X11 clients see end here.
const LAST_OF_X11: u32 = 255;

impl Speller {
    /// A speller for this keymap.
    #[must_use]
    pub fn new(keymap: &xkb::Keymap) -> Self {
        Self {
            holds: holds(keymap),
            caps_lock: lock(keymap, xkb::LED_NAME_CAPS),
            num_lock: lock(keymap, xkb::LED_NAME_NUM),
            keymap: keymap.clone(),
            chords: RefCell::default(),
        }
    }

    /// The keys for `text` when nothing is held and no lock is on.
    ///
    /// # Errors
    /// As [`Speller::spell_in`].
    pub fn spell(&self, text: &str, group: Option<u32>) -> Result<Vec<Chord>, Undelivered> {
        let situation = Situation { group, ..Situation::default() };
        self.spell_in(text, &situation).map(|spelling| spelling.chords)
    }

    /// The keys for `text` in this situation. Line feed is Return, tab is Tab.
    ///
    /// # Errors
    /// When one character has no key, or a held key is in the way: then nothing of the text is to be
    /// typed.
    pub fn spell_in(&self, text: &str, situation: &Situation<'_>) -> Result<Spelling, Undelivered> {
        let table = self.chords(self.locks(situation));
        let mut spelling = Spelling::default();
        for c in text.chars() {
            let Some(&(keycode, hold)) = table.get(&c) else {
                let control = c.is_control() && !matches!(c, '\n' | '\t');
                return Err(if control {
                    Undelivered::Untypable
                } else {
                    Undelivered::NotInKeymap
                });
            };
            spelling.chords.push(Chord { keycode, hold: self.holds[hold].clone() });
        }
        self.make_way(&mut spelling, situation)?;
        Ok(spelling)
    }

    /// Whether every character of `text` has a key, whatever is held.
    #[must_use]
    pub fn can_spell(&self, text: &str, group: Option<u32>) -> bool {
        let table = self.chords(Locks { group, locked: 0 });
        text.chars().all(|c| table.contains_key(&c))
    }

    /// A key that X11 clients see and that, struck alone, does nothing in any group: it selects a third or fifth
    /// level while it is down. So where it is held it goes up before a text, as all of its kind.
    #[must_use]
    pub fn idle_key(&self) -> Option<Keycode> {
        let groups = 0..self.keymap.num_layouts().max(1);
        let selects = |key| groups.clone().all(|g| effect(&self.keymap, key, g) == Effect::Selects);
        let keys = keycodes(&self.keymap).take_while(|keycode| keycode.0 <= LAST_OF_X11);
        let mut keys = std::iter::once(LEVEL_3).chain(keys);
        keys.find(|&key| is_level_key(&self.keymap, key) && selects(key))
    }

    /// What has to go up first, and come back.
    fn make_way(
        &self,
        spelling: &mut Spelling,
        situation: &Situation<'_>,
    ) -> Result<(), Undelivered> {
        for &keycode in situation.held {
            match self.effect(keycode, situation.group) {
                Effect::InTheWay => return Err(Undelivered::ModifierHeld),
                Effect::Selects => {
                    spelling.release.push(keycode);
                    spelling.restore.push(keycode);
                }
                // A key that is down cannot be struck. Pressed again after the text it would type.
                Effect::None if spelling.chords.iter().any(|c| c.keycode == keycode) => {
                    spelling.release.push(keycode);
                }
                Effect::None => {}
            }
        }
        let again = |group| comes_back(&self.keymap, group, &spelling.restore);
        if self.groups(situation.group).all(again) {
            Ok(())
        } else {
            Err(Undelivered::ModifierHeld)
        }
    }

    /// What a held key does: when the group is not known, the worst of what it may do.
    fn effect(&self, keycode: Keycode, group: Option<u32>) -> Effect {
        let effects = self.groups(group).map(|group| effect(&self.keymap, keycode, group));
        effects.max_by_key(|&effect| effect as u8).unwrap_or(Effect::None)
    }

    fn locks(&self, situation: &Situation<'_>) -> Locks {
        let caps_lock = if situation.caps_lock { self.caps_lock } else { 0 };
        let num_lock = if situation.num_lock { self.num_lock } else { 0 };
        Locks { group: situation.group, locked: caps_lock | num_lock }
    }

    fn groups(&self, group: Option<u32>) -> std::ops::Range<u32> {
        group.map_or(0..self.keymap.num_layouts().max(1), |group| group..group + 1)
    }

    fn chords(&self, locks: Locks) -> Rc<Chords> {
        let mut known = self.chords.borrow_mut();
        known.entry(locks).or_insert_with(|| Rc::new(self.find(locks))).clone()
    }

    /// Strikes every key in every hold, in every group that may be active, and sees what it gives.
    fn find(&self, locks: Locks) -> Chords {
        let state = |group| state(&self.keymap, group, locks.locked);
        let mut states: Vec<_> = self.groups(locks.group).map(state).collect();
        let mut found = Chords::new();
        // Low keycodes reach X11 clients too; fewer modifiers are simpler; low codes are the usual.
        let (low, high): (Vec<_>, Vec<_>) =
            keycodes(&self.keymap).partition(|keycode| keycode.0 <= LAST_OF_X11);
        for keys in [low, high] {
            for (hold, modifiers) in self.holds.iter().enumerate() {
                let before: Vec<_> = states.iter().map(snapshot).collect();
                press(&mut states, modifiers);
                for &keycode in &keys {
                    if let Some(c) = character(&states, keycode)
                        && !found.contains_key(&c)
                        && strike_changes_nothing(&mut states, keycode)
                    {
                        found.insert(c, (keycode, hold));
                    }
                }
                release(&mut states, modifiers);
                if states.iter().map(snapshot).ne(before) {
                    // These modifiers do not come off clean here: nothing is typed with them.
                    found.retain(|_, (_, with)| *with != hold);
                    states = self.groups(locks.group).map(state).collect();
                }
            }
        }
        found
    }
}

#[cfg(test)]
impl Speller {
    pub(super) fn holds(&self) -> &[Hold] {
        &self.holds
    }

    /// Everything that can be typed in this situation.
    pub(super) fn alphabet(&self, situation: &Situation<'_>) -> String {
        self.chords(self.locks(situation)).keys().collect()
    }
}

fn press(states: &mut [xkb::State], keys: &[Keycode]) {
    for state in states {
        for key in keys {
            state.update_key(key.0.into(), xkb::KeyDirection::Down);
        }
    }
}

fn release(states: &mut [xkb::State], keys: &[Keycode]) {
    for state in states {
        for key in keys.iter().rev() {
            state.update_key(key.0.into(), xkb::KeyDirection::Up);
        }
    }
}

fn strike_changes_nothing(states: &mut [xkb::State], keycode: Keycode) -> bool {
    states.iter_mut().all(|state| {
        let before = snapshot(state);
        state.update_key(keycode.0.into(), xkb::KeyDirection::Down);
        let during = snapshot(state);
        state.update_key(keycode.0.into(), xkb::KeyDirection::Up);
        (during, snapshot(state)) == (before, before)
    })
}

/// The character that this key gives, the same in all states.
fn character(states: &[xkb::State], keycode: Keycode) -> Option<char> {
    let mut given = states.iter().map(|state| character_in(state, keycode.0.into()));
    let first = given.next()??;
    given.all(|other| other == Some(first)).then_some(first)
}

fn character_in(state: &xkb::State, key: xkb::Keycode) -> Option<char> {
    let keysym = Keysym(state.key_get_one_sym(key).raw());
    match keysym.0 {
        0xff0d => Some('\n'),
        0xff09 => Some('\t'),
        // The keypad: programs bind its keys apart.
        0xff80..=0xffbf => None,
        // Clients look at the keysym or at the text: both must say the same.
        _ => keysym.to_char().filter(|&c| state.key_get_utf32(key) == u32::from(c)),
    }
}

impl Spelling {
    /// The keys in the order in which they go down and up. A modifier that the next character needs
    /// too stays down.
    #[must_use]
    pub fn strokes(&self) -> Vec<(Keycode, Direction)> {
        let mut strokes: Vec<_> = self.release.iter().map(|&key| (key, Direction::Up)).collect();
        let mut down: &[Keycode] = &[];
        for chord in &self.chords {
            if *chord.hold != *down {
                strokes.extend(down.iter().rev().map(|&key| (key, Direction::Up)));
                strokes.extend(chord.hold.iter().map(|&key| (key, Direction::Down)));
                down = &chord.hold;
            }
            strokes.push((chord.keycode, Direction::Down));
            strokes.push((chord.keycode, Direction::Up));
        }
        strokes.extend(down.iter().rev().map(|&key| (key, Direction::Up)));
        strokes.extend(self.restore.iter().map(|&key| (key, Direction::Down)));
        strokes
    }
}

/// What is typed is a secret: none of these says more than how much.
impl fmt::Debug for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Chord")
    }
}

impl fmt::Debug for Spelling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Spelling({} characters)", self.chords.len())
    }
}

impl fmt::Debug for Speller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Speller").field("holds", &self.holds.len()).finish_non_exhaustive()
    }
}
