//! [`Simple`]: the input contexts of GTK 3, GTK 4 and IBus, key by key.
//!
//! All three keep the keys so far in a buffer and look it up after each key: in the tables of
//! files, in their own, and by the algorithm for dead keys. They differ in what they do when nothing is found.

use std::sync::Arc;

use super::Fed;
use crate::{
    keysym::Keysym,
    xcompose::profile::{
        Composed, Family, Profile, Reading,
        gtk::{
            Own,
            algorithm::{self, Worked, is_dead},
            builtin, character,
            rows::{Found, Row},
            tables,
        },
    },
};

/// What a toolkit did with a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pressed {
    /// Whether the application does not see the key.
    pub eaten: bool,
    /// How often it beeped.
    pub beeps: usize,
    /// What it typed, text by text.
    pub typed: Vec<String>,
    /// What it shows of the sequence afterwards.
    pub shown: String,
}

/// An input context.
#[derive(Clone, Debug)]
pub struct Simple {
    family: Family,
    /// Whether a wrong key leaves the ones before it: IBus since 1.5.32.
    keeps: bool,
    own: Arc<[Own]>,
    builtin: bool,
    /// The keys so far; of 16 bits in GTK 3 and IBus.
    keys: Vec<u32>,
    /// The text of a sequence that may go on, and how many keys it has.
    tentative: (String, usize),
    /// Whether a sequence was begun. It may be forgotten and still be `true`, as the toolkits have it.
    composing: bool,
}

impl Simple {
    /// A context with these files, those that are searched first first.
    #[must_use]
    pub fn new<'r>(profile: Profile, readings: impl IntoIterator<Item = &'r Reading>) -> Self {
        let family = profile.family;
        let mut simple = Self {
            family,
            keeps: family == Family::Ibus && profile.since(1, 5, 32),
            own: Arc::default(),
            builtin: true,
            keys: Vec::new(),
            tentative: (String::new(), 0),
            composing: false,
        };
        let mut own = Vec::new();
        for tables in readings.into_iter().map(tables) {
            simple.builtin &= tables.builtin;
            own.extend(tables.own);
        }
        simple.own = own.into();
        simple
    }

    /// How many keys it remembers.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.keys.len()
    }

    /// Presses a key, maybe with Control or Alt held.
    pub fn press(&mut self, keysym: Keysym, accelerator: bool) -> Pressed {
        let mut pressed = Pressed::default();
        pressed.eaten = self.filter(keysym.0, accelerator, &mut pressed);
        pressed.shown = self.shown();
        pressed
    }

    /// The same in the words that are common to all programs. Texts that came at once are one, and
    /// a key that types its own character is left to the application.
    pub(super) fn feed(&mut self, keysym: Keysym, accelerator: bool) -> Fed {
        let before = self.keys.len();
        let passes_by = accelerator || ignores(self.family, keysym.0);
        let pressed = self.press(keysym, accelerator);
        let text = pressed.typed.concat();
        let itself = before == 0 && !text.is_empty() && text == self.text(keysym.0, true);
        let typed = !pressed.typed.is_empty();
        match self.keys.len() {
            _ if typed && !itself => Fed::Composed(Composed { text, keysym: None }),
            _ if typed || !pressed.eaten || passes_by => Fed::Ignored,
            after if pressed.beeps > 0 || after == 0 || after == before => Fed::Aborted,
            _ => Fed::Pending,
        }
    }

    fn filter(&mut self, keysym: u32, accelerator: bool, pressed: &mut Pressed) -> bool {
        let ibus = self.family == Family::Ibus;
        if ignores(self.family, keysym) || accelerator {
            return self.composing && !ibus;
        }
        match keysym {
            BACKSPACE if !self.keys.is_empty() => {
                let _ = self.keys.pop();
                if ibus {
                    self.tentative = (String::new(), 0);
                    let _ = self.look_up(pressed);
                }
                return true;
            }
            ESCAPE if self.family == Family::Gtk4 => {
                let composing = std::mem::take(&mut self.composing);
                if composing {
                    self.keys.clear();
                    self.tentative = (String::new(), 0);
                }
                return composing;
            }
            ESCAPE if ibus && !self.keys.is_empty() => {
                self.keys.clear();
                self.tentative = (String::new(), 0);
                return true;
            }
            _ => {}
        }
        self.keys.push(if self.family == Family::Gtk4 { keysym } else { keysym & 0xffff });
        let before = self.keys.len() - 1;
        let found = self.look_up(pressed) || self.keeps && self.go_back(before, pressed);
        // A key whose lower half is zero ends the buffer.
        if let Some(end) = self.keys.iter().position(|&key| key == 0) {
            self.keys.truncate(end);
        }
        found || self.no_match(keysym, pressed)
    }

    /// Forgets the last key, if the ones before it are something.
    fn go_back(&mut self, before: usize, pressed: &mut Pressed) -> bool {
        let last = self.keys.split_off(before);
        let found = before > 0 && self.look_up(pressed);
        if !found {
            self.keys.extend(last);
        }
        found
    }

    /// Looks the keys up everywhere. `false` when nothing starts with them.
    fn look_up(&mut self, pressed: &mut Pressed) -> bool {
        match self.family {
            Family::Ibus => self.look_up_ibus(pressed),
            _ => self.look_up_gtk(pressed),
        }
    }

    fn look_up_gtk(&mut self, pressed: &mut Pressed) -> bool {
        let found = own(&self.own, &self.keys);
        let tables = if self.builtin { builtin::tables(self.family) } else { &[] };
        let found =
            tables.iter().fold(found, |found, table| found.or_else(|| table.find(&self.keys)));
        match found.map(Row::clone) {
            Found::Whole(row) => {
                self.composing = true;
                self.commit(row.text, pressed);
                return true;
            }
            Found::Tentative(row) => self.tentative = (row.text, self.keys.len()),
            Found::Start => {}
            Found::Nothing => return self.work_out(pressed),
        }
        self.composing = true;
        true
    }

    fn work_out(&mut self, pressed: &mut Pressed) -> bool {
        match algorithm::work(self.family, &self.keys) {
            Worked::Nothing => return false,
            Worked::Pending => self.composing = true,
            Worked::Text(text) => {
                self.composing = true;
                self.commit(text, pressed);
            }
        }
        true
    }

    /// IBus goes on to its own tables when a sequence of a file is only begun.
    fn look_up_ibus(&mut self, pressed: &mut Pressed) -> bool {
        let mut begun = false;
        match own(&self.own, &self.keys).map(Row::clone) {
            Found::Whole(row) => {
                self.composing = true;
                // It forgets the keys first, and then takes itself to be composing still.
                self.keys.clear();
                self.commit(row.text, pressed);
                return true;
            }
            Found::Tentative(row) => {
                self.composing = true;
                self.tentative = (row.text, self.keys.len());
                return true;
            }
            Found::Start => {
                self.composing = true;
                begun = true;
            }
            Found::Nothing => {}
        }
        let tables = if self.builtin { builtin::tables(self.family) } else { &[] };
        for table in tables {
            match table.find(&self.keys).map(Row::clone) {
                Found::Whole(row) | Found::Tentative(row) => {
                    self.composing = true;
                    self.give_or_wait(row.text, begun, pressed);
                    return true;
                }
                Found::Start => {
                    self.composing = true;
                    begun = true;
                }
                Found::Nothing => {}
            }
        }
        match algorithm::work(self.family, &self.keys) {
            Worked::Nothing => return begun,
            Worked::Pending => self.composing = true,
            Worked::Text(text) => {
                self.composing = true;
                self.give_or_wait(text, begun, pressed);
            }
        }
        true
    }

    /// A text of IBus's own waits when something longer was begun; after one that waits already.
    fn give_or_wait(&mut self, text: String, begun: bool, pressed: &mut Pressed) {
        if begun {
            self.tentative.0.push_str(&text);
            self.tentative.1 = self.keys.len();
        } else {
            self.commit(text, pressed);
            self.keys.clear();
        }
    }

    fn commit(&mut self, text: String, pressed: &mut Pressed) {
        if self.tentative.1 > 0 || !self.keys.is_empty() {
            self.tentative = (String::new(), 0);
            self.composing = false;
            self.keys.clear();
        }
        pressed.typed.push(to_nul(text));
    }

    /// What is done when nothing starts with the keys.
    fn no_match(&mut self, keysym: u32, pressed: &mut Pressed) -> bool {
        if self.family == Family::Gtk4 {
            let start = self.start();
            if start > 0 {
                self.keys.truncate(start);
                pressed.beeps += 1;
                return true;
            }
        }
        self.composing = false;
        if self.tentative.1 > 0 {
            return self.give_tentative(keysym, pressed);
        }
        let count = self.keys.len();
        let dead = self.keys.iter().take_while(|&&key| is_dead(key)).count();
        if self.family == Family::Ibus {
            if count == 2 && dead > 0 {
                let alone = algorithm::alone(self.family, self.keys[0]);
                let text = alone + &self.text(self.keys[1], false);
                // It types no empty text, and does not forget the keys then.
                if !text.is_empty() {
                    self.commit(text, pressed);
                }
                return true;
            }
        } else if count > 1 && dead + 1 >= count {
            self.resolve_dead(dead, pressed);
            return true;
        }
        self.keys.clear();
        if count > 1 {
            pressed.beeps += usize::from(self.family != Family::Ibus);
            return true;
        }
        let text = self.text(keysym, true);
        if self.family == Family::Ibus || text.is_empty() {
            return false;
        }
        self.commit(text, pressed);
        true
    }

    /// Types the shorter sequence, then the keys after it once more.
    fn give_tentative(&mut self, keysym: u32, pressed: &mut Pressed) -> bool {
        let (text, length) = self.tentative.clone();
        let keys = self.keys.clone();
        self.commit(text, pressed);
        let last = keys.len().saturating_sub(1);
        for &key in keys.get(length..last).unwrap_or_default() {
            let _ = self.filter(key, false, pressed);
        }
        self.filter(keysym, false, pressed)
    }

    /// Dead keys that nothing is known of: what they are alone, then the last key.
    fn resolve_dead(&mut self, dead: usize, pressed: &mut Pressed) {
        let family = self.family;
        if dead == self.keys.len() {
            let rest = self.keys.split_off(1);
            let text = algorithm::alone(family, self.keys[0]);
            self.commit(text, pressed);
            self.keys = rest;
            self.composing = true;
        } else {
            let mut text: String =
                self.keys[..dead].iter().map(|&key| algorithm::alone(family, key)).collect();
            text.push_str(self.text(self.keys[dead], false).trim_matches(' '));
            self.commit(text, pressed);
        }
    }

    /// How many of the keys are the start of a sequence: GTK 4 goes on from there.
    fn start(&self) -> usize {
        let own = self.own.iter().filter_map(|own| match own {
            Own::Grouped(table) => Some(table),
            Own::Sorted(_) => None,
        });
        let builtin = if self.builtin { builtin::tables(self.family) } else { &[] };
        own.chain(builtin).map(|table| table.start_of(&self.keys)).max().unwrap_or(0)
    }

    /// The character of a key, unless it is none or a control character.
    fn text(&self, keysym: u32, whole: bool) -> String {
        let keysym = if whole || self.family == Family::Gtk4 { keysym } else { keysym & 0xffff };
        let c = char::from_u32(character(keysym, self.family != Family::Gtk4));
        c.filter(|c| !c.is_control()).map(String::from).unwrap_or_default()
    }

    /// What is shown of the keys so far.
    fn shown(&self) -> String {
        let mut shown = String::new();
        if !self.composing || self.keys.is_empty() {
            return shown;
        }
        let waits = if self.family == Family::Ibus {
            !self.tentative.0.is_empty()
        } else {
            self.tentative.1 > 0
        };
        if waits {
            return self.tentative.0.clone();
        }
        for (i, &key) in self.keys.iter().enumerate() {
            let after = &self.keys[i + 1..];
            if key == MULTI_KEY {
                let visible = match self.family {
                    Family::Ibus => after.iter().all(|&key| key == MULTI_KEY),
                    Family::Gtk4 => i > 0 || after.first().is_none_or(|&key| key == MULTI_KEY),
                    _ => i > 0 || after.is_empty(),
                };
                shown.push_str(if visible { "·" } else { "" });
            } else if is_dead(key) {
                shown.push_str(&algorithm::alone(self.family, key));
            } else {
                let c = char::from_u32(character(key, self.family != Family::Gtk4));
                shown.extend(c.filter(|&c| c != '\0'));
            }
        }
        to_nul(shown)
    }
}

const MULTI_KEY: u32 = Keysym::MULTI_KEY.0;
const BACKSPACE: u32 = 0xff08;
const ESCAPE: u32 = 0xff1b;

/// The text as a string of C.
fn to_nul(mut text: String) -> String {
    text.truncate(text.find('\0').unwrap_or(text.len()));
    text
}

/// Looks keys up in the tables of files.
fn own<'t>(own: &'t [Own], keys: &[u32]) -> Found<&'t Row> {
    own.iter().fold(Found::Nothing, |found, own| {
        found.or_else(|| match own {
            Own::Grouped(table) => table.find(keys),
            Own::Sorted(tables) => {
                tables.iter().fold(Found::Nothing, |found: Found<&Row>, table| {
                    found.or_else(|| table.find(keys))
                })
            }
        })
    })
}

/// Whether the toolkit takes no notice of a key.
fn ignores(family: Family, keysym: u32) -> bool {
    match keysym {
        // Shift_L ..= Hyper_R, Mode_switch, ISO_Level3_Shift.
        0xffe1..=0xffee | 0xff7e | 0xfe03 => true,
        // No keysym, Overlay1_Enable, Overlay2_Enable, ISO_Level3_Latch, ISO_Level5_Shift and _Latch.
        0 | 0xfe78 | 0xfe79 | 0xfe04 | 0xfe11 | 0xfe12 => family != Family::Ibus,
        _ => false,
    }
}
