//! [`Key`]: a typed key as the table may know it (R7). `forms` lists the keysyms that count as
//! equal, `find` follows a whole sequence through the table.

use crate::{
    keysym::Keysym,
    table::{Cursor, RuleId, Table},
};

/// A typed key: its keysym, and the one it has in the first Latin group.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) keysym: Keysym,
    pub(super) latin: Option<Keysym>,
}

/// Where a sequence of keys leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// The rule that ends there.
    pub(super) rule: Option<RuleId>,
    /// Whether longer rules go on from there.
    pub(super) more: bool,
}

/// The spacing characters of a dead key, the one that its text is first. What libX11's Compose
/// file gives for the dead key and a space, and the sign of the same name where that is another.
const SPACING: &[(u32, &[char])] = &[
    (0xfe50, &['`']),        // dead_grave
    (0xfe51, &['\'', '´']),  // dead_acute
    (0xfe52, &['^']),        // dead_circumflex
    (0xfe53, &['~']),        // dead_tilde
    (0xfe54, &['¯']),        // dead_macron
    (0xfe55, &['˘']),        // dead_breve
    (0xfe56, &['˙']),        // dead_abovedot
    (0xfe57, &['"', '¨']),   // dead_diaeresis
    (0xfe58, &['°', '˚']),   // dead_abovering
    (0xfe59, &['˝']),        // dead_doubleacute
    (0xfe5a, &['ˇ']),        // dead_caron
    (0xfe5b, &['¸']),        // dead_cedilla
    (0xfe5c, &['˛']),        // dead_ogonek
    (0xfe5d, &['ͺ']),        // dead_iota
    (0xfe5e, &['\u{309b}']), // dead_voiced_sound
    (0xfe5f, &['\u{309c}']), // dead_semivoiced_sound
    (0xfe60, &['\u{323}']),  // dead_belowdot
    (0xfe61, &['\u{309}']),  // dead_hook
    (0xfe62, &['\u{31b}']),  // dead_horn
    (0xfe63, &['/']),        // dead_stroke
    (0xfe64, &['\u{1fbf}']), // dead_abovecomma
    (0xfe65, &['\u{1ffe}']), // dead_abovereversedcomma
    (0xfe6e, &[',']),        // dead_belowcomma
    (0xfe6f, &['¤']),        // dead_currency
    (0xfe8c, &['µ', 'μ']),   // dead_greek
    (0xfe90, &['_']),        // dead_lowline
];

/// The keypad's keys without text, and the plain keys they stand for. The others have their text
/// in common with the plain key.
const KEYPAD: &[(u32, u32)] = &[
    (0xff89, 0xff09), // Tab
    (0xff8d, 0xff0d), // Return
    (0xff91, 0xffbe), // F1
    (0xff92, 0xffbf), // F2
    (0xff93, 0xffc0), // F3
    (0xff94, 0xffc1), // F4
    (0xff95, 0xff50), // Home
    (0xff96, 0xff51), // Left
    (0xff97, 0xff52), // Up
    (0xff98, 0xff53), // Right
    (0xff99, 0xff54), // Down
    (0xff9a, 0xff55), // Prior
    (0xff9b, 0xff56), // Next
    (0xff9c, 0xff57), // End
    (0xff9d, 0xff58), // Begin
    (0xff9e, 0xff63), // Insert
    (0xff9f, 0xffff), // Delete
];

impl Key {
    /// The character it types by itself; a dead key types its spacing character.
    pub(super) fn text(self) -> Option<char> {
        self.keysym.to_char().or_else(|| spacing(self.keysym).first().copied())
    }

    /// Whether it is a key that types, though perhaps only together with the next one.
    pub(super) fn has_text(self) -> bool {
        self.keysym.to_char().is_some() || self.keysym.is_dead()
    }

    /// The keysyms that a rule may name it by, the best first.
    pub(super) fn forms(self) -> Forms {
        let mut forms = Forms::default();
        for keysym in [Some(self.keysym), self.latin].into_iter().flatten() {
            forms.push(keysym);
            if let Some(&(_, plain)) = KEYPAD.iter().find(|&&(pad, _)| pad == keysym.0) {
                forms.push(Keysym(plain));
            }
            let own = keysym.to_char();
            for &c in own.iter().chain(spacing(keysym)) {
                forms.push(Keysym::from_char(c));
                forms.push(Keysym(0x0100_0000 | u32::from(c)));
            }
        }
        forms
    }
}

/// Keys are secrets.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

fn spacing(keysym: Keysym) -> &'static [char] {
    if !keysym.is_dead() {
        return &[];
    }
    SPACING.iter().find(|&&(dead, _)| dead == keysym.0).map_or(&[], |&(_, spacing)| spacing)
}

/// A few keysyms, none of them twice.
#[derive(Default)]
pub(super) struct Forms {
    list: [Option<Keysym>; 10],
    len: usize,
}

impl Forms {
    fn push(&mut self, keysym: Keysym) {
        let known = self.list[..self.len].contains(&Some(keysym));
        if !known && self.len < self.list.len() && keysym != Keysym::NO_SYMBOL {
            self.list[self.len] = Some(keysym);
            self.len += 1;
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Keysym> {
        self.list[..self.len].iter().copied().flatten()
    }
}

/// Where `keys` lead; `None` when they lead nowhere.
///
/// Every form of every key is tried: `dead_acute e` must find a rule with `apostrophe` even when
/// other rules start with `acute`. Where several rules fit, the better form of the earlier key
/// wins.
pub(super) fn find(table: &Table, keys: &[Key]) -> Option<Place> {
    let mut place = Place::default();
    walk(table, Cursor::default(), keys, &mut place).then_some(place)
}

fn walk(table: &Table, cursor: Cursor, keys: &[Key], place: &mut Place) -> bool {
    let Some((key, rest)) = keys.split_first() else { return false };
    let mut leads = false;
    for step in key.forms().iter().filter_map(|form| table.feed(cursor, form)) {
        if rest.is_empty() {
            leads = true;
            place.rule = place.rule.or(step.rule);
            place.more |= step.more;
        } else if step.more {
            leads |= walk(table, step.cursor, rest, place);
        }
    }
    leads
}

/// Locks and group switches do their work when pressed; nothing is gained by withholding them.
pub(super) fn is_switch(keysym: Keysym) -> bool {
    matches!(
        keysym.0,
        0xffe5 | 0xffe6           // Caps_Lock, Shift_Lock
        | 0xff7f | 0xff14         // Num_Lock, Scroll_Lock
        | 0xfe01                  // ISO_Lock
        | 0xfe05 | 0xfe13         // ISO_Level3_Lock, ISO_Level5_Lock
        | 0xfe07..=0xfe0f
    ) // ISO_Group_Lock ..= ISO_Last_Group_Lock
}
