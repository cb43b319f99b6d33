//! What the toolkits work out without a table: dead keys and a letter, put together as Unicode does.

use unicode_normalization::{
    UnicodeNormalization as _,
    char::{canonical_combining_class, is_combining_mark},
};

use super::{Family, names::character};

/// `dead_grave` ..= `dead_greek`: later ones are no dead keys to these toolkits.
pub(crate) fn is_dead(keysym: u32) -> bool {
    (0xfe50..=0xfe8c).contains(&keysym)
}

/// What the toolkit makes of keys that no table has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Worked {
    /// Nothing: they cannot be put together.
    Nothing,
    /// Dead keys alone: another key may follow.
    Pending,
    /// This text.
    Text(String),
}

/// Puts keys together.
pub(crate) fn work(family: Family, keys: &[u32]) -> Worked {
    let dead = keys.iter().take_while(|&&key| is_dead(key)).count();
    // GTK 3 tries two at most; IBus gives up on ten keys.
    if (family == Family::Gtk3 && dead > 2) || (family == Family::Ibus && keys.len() > 9) {
        return Worked::Nothing;
    }
    if dead == keys.len() {
        return Worked::Pending;
    }
    if dead == 0 || dead + 1 != keys.len() {
        return Worked::Nothing;
    }
    let base = character(keys[dead], family != Family::Gtk4);
    let text = if family == Family::Gtk4 {
        every_mark(base, &keys[..dead])
    } else {
        one_character(family, base, &keys[..dead])
    };
    text.map_or(Worked::Nothing, Worked::Text)
}

/// GTK 4: a letter, and the marks from the nearest dead key to the first, whatever comes of it.
fn every_mark(base: u32, dead: &[u32]) -> Option<String> {
    let base = char::from_u32(base).filter(|&c| is_letter(c))?;
    let mut text = String::from(base);
    for &key in dead.iter().rev() {
        let mark = match combining(Family::Gtk4, key) {
            0x303 if is_greek(base) => 0x342,
            mark => mark,
        };
        // dead_currency and dead_greek have no mark; what would follow is cut off.
        let Some(mark) = char::from_u32(mark).filter(|&mark| mark != '\0') else { break };
        text.push(mark);
    }
    Some(text.nfc().collect())
}

/// GTK 3 and IBus: one character, in whatever order of the marks there is one.
fn one_character(family: Family, base: u32, dead: &[u32]) -> Option<String> {
    let mut buffer = vec![base];
    buffer.extend(dead.iter().map(|&key| combining(family, key)));
    if (0x390..=0x3ff).contains(&base) {
        for mark in &mut buffer[1..] {
            *mark = if *mark == 0x303 { 0x342 } else { *mark };
        }
    }
    let marks = buffer.len() - 1;
    let orders: usize = (1..=marks).product();
    for order in 0..orders {
        canonical_order(&mut buffer);
        let text = buffer.iter().take_while(|&&c| c != 0).map(|&c| char::from_u32(c));
        let text: String = text.collect::<Option<String>>()?.nfc().collect();
        if text.chars().count() == 1 {
            return Some(text);
        }
        if marks < 2 {
            break;
        }
        buffer.swap(order % marks + 1, (order + 1) % marks + 1);
    }
    None
}

/// Sorts runs of marks by their combining class.
fn canonical_order(buffer: &mut [u32]) {
    let class = |c: u32| char::from_u32(c).map_or(0, canonical_combining_class);
    for run in buffer.chunk_by_mut(|&a, &b| class(a) != 0 && class(b) != 0) {
        run.sort_by_key(|&c| class(c));
    }
}

fn is_letter(c: char) -> bool {
    // Numerals and enclosed letters are alphabetic, but no letters.
    let other = matches!(c, '\u{2160}'..='\u{2188}' | '\u{24b6}'..='\u{24e9}');
    c.is_alphabetic() && !is_combining_mark(c) && !other
}

fn is_greek(c: char) -> bool {
    matches!(c,
        '\u{370}'..='\u{3e1}' | '\u{3f0}'..='\u{3ff}' | '\u{1f00}'..='\u{1ffe}' | '\u{2126}')
        && !matches!(c, '\u{374}' | '\u{37e}' | '\u{385}' | '\u{387}')
}

/// A dead key: its combining mark, and the character that it is alone; `true` when that one is a
/// mark as well, and needs a blank before it.
struct Dead {
    key: u32,
    gtk: (u32, u32, bool),
    ibus: (u32, u32, bool),
}

const fn dead(key: u32, mark: u32, alone: u32, blank: bool) -> Dead {
    let pair = (mark, alone, blank);
    Dead { key, gtk: pair, ibus: pair }
}

const fn apart(key: u32, gtk: (u32, u32, bool), ibus: (u32, u32, bool)) -> Dead {
    Dead { key, gtk, ibus }
}

const DEAD: &[Dead] = &[
    dead(0xfe50, 0x300, 0x60, false),                           // grave
    dead(0xfe51, 0x301, 0xb4, false),                           // acute
    dead(0xfe52, 0x302, 0x5e, false),                           // circumflex
    dead(0xfe53, 0x303, 0x7e, false),                           // tilde
    dead(0xfe54, 0x304, 0xaf, false),                           // macron
    dead(0xfe55, 0x306, 0x2d8, false),                          // breve
    apart(0xfe56, (0x307, 0x307, true), (0x307, 0x2d9, false)), // abovedot
    dead(0xfe57, 0x308, 0xa8, false),                           // diaeresis
    dead(0xfe58, 0x30a, 0x2da, false),                          // abovering
    dead(0xfe59, 0x30b, 0x2dd, false),                          // doubleacute
    dead(0xfe5a, 0x30c, 0x2c7, false),                          // caron
    dead(0xfe5b, 0x327, 0xb8, false),                           // cedilla
    dead(0xfe5c, 0x328, 0x2db, false),                          // ogonek
    dead(0xfe5d, 0x345, 0x37a, false),                          // iota
    apart(0xfe5e, (0x3099, 0x3099, true), (0x3099, 0x309b, false)), // voiced_sound
    apart(0xfe5f, (0x309a, 0x309a, true), (0x309a, 0x309c, false)), // semivoiced_sound
    apart(0xfe60, (0x323, 0x323, true), (0x323, 0x2e, false)),  // belowdot
    dead(0xfe61, 0x309, 0x2c0, false),                          // hook
    dead(0xfe62, 0x31b, 0x31b, true),                           // horn
    dead(0xfe63, 0x335, 0x335, true),                           // stroke
    dead(0xfe64, 0x313, 0x2bc, false),                          // abovecomma
    apart(0xfe65, (0x314, 0x2bd, true), (0x314, 0x2bd, false)), // abovereversedcomma
    apart(0xfe66, (0x30f, 0x30f, true), (0x30f, 0x2f5, false)), // doublegrave
    // IBus takes the ring above for the one below.
    apart(0xfe67, (0x325, 0x2f3, false), (0x30a, 0x2f3, false)), // belowring
    dead(0xfe68, 0x331, 0x2cd, false),                           // belowmacron
    apart(0xfe69, (0x32d, 0x32d, true), (0x32d, 0xa788, false)), // belowcircumflex
    apart(0xfe6a, (0x330, 0x330, true), (0x330, 0x2f7, false)),  // belowtilde
    dead(0xfe6b, 0x32e, 0x32e, true),                            // belowbreve
    dead(0xfe6c, 0x324, 0x324, true),                            // belowdiaeresis
    dead(0xfe6d, 0x32f, 0x32f, true),                            // invertedbreve
    apart(0xfe6e, (0x326, 0x326, true), (0x326, 0x2c, false)),   // belowcomma
    apart(0xfe6f, (0, 0, false), (0xa4, 0xa4, false)),           // currency
    // The Latin vowels: IBus gives Japanese ones.
    apart(0xfe80, (0x363, 0x363, true), (0x3041, 0x3041, false)), // a
    apart(0xfe81, (0x363, 0x363, true), (0x3042, 0x3042, false)), // A
    apart(0xfe82, (0x364, 0x364, true), (0x3047, 0x3047, false)), // e
    apart(0xfe83, (0x364, 0x364, true), (0x3048, 0x3048, false)), // E
    apart(0xfe84, (0x365, 0x365, true), (0x3043, 0x3043, false)), // i
    apart(0xfe85, (0x365, 0x365, true), (0x3044, 0x3044, false)), // I
    apart(0xfe86, (0x366, 0x366, true), (0x3049, 0x3049, false)), // o
    apart(0xfe87, (0x366, 0x366, true), (0x304a, 0x304a, false)), // O
    apart(0xfe88, (0x367, 0x367, true), (0x3045, 0x3045, false)), // u
    apart(0xfe89, (0x367, 0x367, true), (0x3046, 0x3046, false)), // U
    apart(0xfe8a, (0x1dea, 0x1dea, true), (0x1dea, 0x1d4a, false)), // small_schwa
    apart(0xfe8b, (0x1dea, 0x1dea, true), (0x1dea, 0x1d4a, false)), // capital_schwa
    apart(0xfe8c, (0, 0, false), (0x3bc, 0x3bc, false)),          // greek
];

fn find(family: Family, key: u32) -> (u32, u32, bool) {
    let found = DEAD.iter().find(|dead| dead.key == key);
    found.map_or((0, 0, false), |dead| if family == Family::Ibus { dead.ibus } else { dead.gtk })
}

/// The mark of a dead key; 0 when it has none.
fn combining(family: Family, key: u32) -> u32 {
    find(family, key).0
}

/// What is shown and typed for a dead key alone. In GTK 4 a key without a character is a NUL, which
/// ends the text that it is in.
pub(crate) fn alone(family: Family, key: u32) -> String {
    let (_, alone, blank) = find(family, key);
    let mut text = String::new();
    if blank {
        text.push(if family == Family::Gtk4 { '\u{a0}' } else { ' ' });
    }
    text.extend(char::from_u32(alone).filter(|&c| c != '\0' || family == Family::Gtk4));
    text
}
