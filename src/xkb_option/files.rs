//! [`Files`]: a placement as files of libxkbcommon, and back.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{Place, Placement, place::WITHOUT_LOCK};
use crate::{keycode::Keycode, keysym::Keysym};

/// The texts of the three files that are ours alone, not yet signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// `keycodes/composekey`.
    pub keycodes: String,
    /// `types/composekey`.
    pub types: String,
    /// `symbols/composekey`.
    pub symbols: String,
}

/// The first line of each file. The number of the signature goes behind it.
const HEAD: &str = "\
// Written by composekey: `composekey xkb install` writes it anew, `composekey xkb remove` removes it.
";

/// The key type of free keycodes that need Lock for more levels.
const SIXTEEN: &str = "COMPOSEKEY_SIXTEEN";

/// The key type of other free keycodes. Caps Lock belongs to it and chooses nothing: so no character is made
/// a capital.
const EIGHT: &str = "COMPOSEKEY_EIGHT";

/// The key type of keys that do something already.
const SEVEN: &str = "COMPOSEKEY_SEVEN";

impl Files {
    /// The files for this placement. The same placement gives the same texts.
    #[must_use]
    pub fn new(placement: &Placement) -> Self {
        Self { keycodes: keycodes(placement), types: types(), symbols: symbols(placement) }
    }
}

fn keycodes(placement: &Placement) -> String {
    let mut text = format!("{HEAD}\ndefault partial xkb_keycodes \"chars\" {{\n");
    for slot in placement.slots.iter().chain(&placement.level_five).chain(&placement.lock) {
        if slot.name.is_none() {
            let _ = writeln!(text, "    <{}> = {};", slot.called(), slot.keycode);
        }
    }
    text + "};\n"
}

/// What can be held, in the order of the levels; Lock doubles them.
const HELD: [&str; 8] = [
    "None",
    "Shift",
    "LevelThree",
    "Shift+LevelThree",
    "LevelFive",
    "Shift+LevelFive",
    "LevelThree+LevelFive",
    "Shift+LevelThree+LevelFive",
];

fn types() -> String {
    let with_lock =
        |held: &str| if held == "None" { "Lock".to_owned() } else { format!("{held}+Lock") };
    let (mut sixteen, mut eight, mut seven) = (String::new(), String::new(), String::new());
    for (i, held) in HELD.into_iter().enumerate() {
        for (lock, held) in [(false, held.to_owned()), (true, with_lock(held))] {
            let level = i + 1;
            let doubled = if lock { level + HELD.len() } else { level };
            let _ = writeln!(sixteen, "        map[{held}] = {doubled};");
            let _ = writeln!(eight, "        map[{held}] = {level};");
            if level > 2 {
                let _ = writeln!(seven, "        map[{held}] = {};", level - 1);
            } else if held != "None" {
                // The function stays what it is: with these held it may be a shortcut.
                let _ = writeln!(seven, "        map[{held}] = 1;");
                let _ = writeln!(seven, "        preserve[{held}] = {held};");
            }
        }
    }
    let mut text = format!("{HEAD}\ndefault partial xkb_types \"chars\" {{\n");
    text += "    virtual_modifiers LevelThree, LevelFive;\n";
    for (name, maps) in [(SIXTEEN, sixteen), (EIGHT, eight), (SEVEN, seven)] {
        let modifiers = "modifiers = Shift+Lock+LevelThree+LevelFive;";
        let _ = writeln!(text, "\n    type \"{name}\" {{\n        {modifiers}\n{maps}    }};");
    }
    text + "};\n"
}

fn symbols(placement: &Placement) -> String {
    let mut text = format!("{HEAD}\ndefault partial xkb_symbols \"chars\" {{\n");
    if let Some(level_five) = &placement.level_five {
        let name = level_five.called();
        let _ = writeln!(text, "    key <{name}> {{ [ ISO_Level5_Shift ] }};");
        let _ = writeln!(text, "    modifier_map Mod3 {{ <{name}> }};\n");
    }
    if let Some(lock) = &placement.lock {
        // It holds Lock and does not lock; `VoidSymbol` means nothing to anybody.
        let action = "actions[Group1] = [ SetMods(modifiers=Lock) ]";
        let symbols = "symbols[Group1] = [ VoidSymbol ]";
        let _ = writeln!(text, "    key <{}> {{ {symbols}, {action} }};\n", lock.called());
    }
    for slot in &placement.slots {
        let keysyms = placement.keysyms(slot);
        let names: Vec<_> = keysyms.iter().map(|&keysym| symbol(keysym)).collect();
        let kind = match slot.keysym {
            Some(_) => SEVEN,
            None if keysyms.len() > usize::from(WITHOUT_LOCK) => SIXTEEN,
            None => EIGHT,
        };
        let shown: String =
            keysyms.iter().filter_map(|keysym| keysym.to_char()).map(harmless).collect();
        let (name, code) = (slot.called(), slot.keycode);
        let _ = writeln!(
            text,
            "    key <{name}> {{ type[Group1] = \"{kind}\", symbols[Group1] = [ {} ] }}; // {code} {shown}",
            names.join(", ")
        );
    }
    text + "};\n"
}

/// A keysym as the symbols file writes it.
fn symbol(keysym: Keysym) -> String {
    match keysym {
        Keysym::NO_SYMBOL => "NoSymbol".to_owned(),
        Keysym(latin @ 0x20..=0xff) => format!("U{latin:04X}"),
        Keysym(unicode @ 0x0100_0000..=0x0110_ffff) => format!("U{:04X}", unicode - 0x0100_0000),
        function => function.name(),
    }
}

/// A character that does nothing to a comment.
fn harmless(c: char) -> char {
    let spaces = c.is_whitespace()
        || matches!(u32::from(c), 0x300..=0x36f | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0x20d0..=0x20ff | 0xfe00..=0xfe0f);
    if spaces { '·' } else { c }
}

/// What is where in a file of symbols that we wrote; lines of others are nothing.
#[must_use]
pub fn read_places(symbols: &str) -> BTreeMap<Place, char> {
    symbols.lines().filter_map(read_line).flatten().collect()
}

fn read_line(line: &str) -> Option<Vec<(Place, char)>> {
    let (key, comment) = line.split_once("}; // ")?;
    let keycode = Keycode(comment.split(' ').next()?.parse().ok()?);
    let (_, list) = key.split_once("symbols[Group1] = [ ")?;
    let names = list.split_once(" ]")?.0.split(", ");
    let place = |(i, name): (usize, &str)| {
        let c = Keysym::from_name(name)?.to_char().filter(|_| name.starts_with('U'))?;
        Some((Place { keycode, level: u8::try_from(i + 1).ok()? }, c))
    };
    Some(names.enumerate().filter_map(place).collect())
}
