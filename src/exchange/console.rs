//! The Linux console: `compose` lines for `loadkeys`, two keys and one character each.
//!
//! The kernel has room for [`ROOM`] of them, and `loadkeys` knows characters up to [`LAST`].
//! Loading a file replaces the table that was there.

use super::{Reason, Sieve, characters, lines, one_character};
use crate::sequence::Rule;

/// `MAX_DIACR` of the kernel.
const ROOM: usize = 256;

/// The last character that `loadkeys` takes: it keeps the numbers above for keys.
const LAST: u32 = 0xefff;

const HEAD: &str = "\
# Written by composekey: change its keymaps, not this file.
# Load it with `loadkeys`. It replaces the console's own compose table.
# To compose with Caps Lock, take the # from the next line:
#keycode 58 = Compose

";

pub(super) fn write<'a>(rules: &[&'a Rule], sieve: &mut Sieve<'a>) -> String {
    let mut entries = sieve.entries(rules, entry);
    for (rule, _) in entries.drain(entries.len().min(ROOM)..) {
        sieve.refuse(rule, "the kernel has room for 256");
    }
    HEAD.to_owned() + &lines(sieve, entries)
}

fn entry(rule: &Rule) -> Result<String, Reason> {
    let [first, second] = characters(rule)?[..] else { return Err("it has not two keys") };
    let output = one_character(rule)?;
    if [first, second, output].iter().any(|&c| u32::from(c) > LAST) {
        return Err("`loadkeys` knows no characters above U+EFFF");
    }
    Ok(format!("compose {} {} to {}", character(first), character(second), character(output)))
}

fn character(c: char) -> String {
    match c {
        '\'' | '\\' => format!("'\\{c}'"),
        ' '..='~' => format!("'{c}'"),
        _ => format!("U+{:04x}", u32::from(c)),
    }
}
