//! [`tables`]: the sequences that a toolkit has of its own. `builtin.txt` says where they are from.

use std::sync::LazyLock;

use super::{
    Family,
    judge::is_wide,
    rows::{Grouped, Row, Shorter},
};
use crate::keysym::Keysym;

const TEXT: &str = include_str!("builtin.txt");

/// What a family has of its own, in the order in which it looks; IBus has two tables.
pub(crate) fn tables(family: Family) -> &'static [Grouped] {
    static GTK3: LazyLock<Vec<Grouped>> =
        LazyLock::new(|| vec![grouped('3', Shorter::Waits, |_| true)]);
    static GTK4: LazyLock<Vec<Grouped>> =
        LazyLock::new(|| vec![grouped('4', Shorter::Waits, |_| true)]);
    static IBUS: LazyLock<Vec<Grouped>> = LazyLock::new(|| {
        vec![
            grouped('i', Shorter::Wins, |text| !is_wide(text)),
            grouped('i', Shorter::Wins, is_wide),
        ]
    });
    match family {
        Family::Gtk3 => &GTK3,
        Family::Gtk4 => &GTK4,
        _ => &IBUS,
    }
}

/// Whether IBus has a sequence that these keys start with and go on from: its own tables give that at once.
pub(super) fn cuts_off(keys: &[Keysym]) -> bool {
    static SHORT: LazyLock<Vec<&[u32]>> = LazyLock::new(|| {
        let keys = || rows('i').map(|row| &row.keys[..]);
        let pairs = keys().zip(keys().skip(1));
        pairs.filter(|(short, next)| next.starts_with(short)).map(|(short, _)| short).collect()
    });
    let starts = |short: &&[u32]| {
        short.len() < keys.len() && short.iter().zip(keys).all(|(&number, key)| number == key.0)
    };
    SHORT.iter().any(starts)
}

/// The sequences of a toolkit, sorted by keys.
pub(super) fn rows(letter: char) -> impl Iterator<Item = &'static Row> {
    /// Those of all toolkits, and the letters of whose they are.
    static ROWS: LazyLock<Vec<(&str, Row)>> = LazyLock::new(|| {
        let lines = TEXT.lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(row).collect()
    });
    ROWS.iter().filter(move |(letters, _)| letters.contains(letter)).map(|(_, row)| row)
}

/// A line `keys:letters:code points`.
fn row(line: &str) -> Option<(&str, Row)> {
    let mut parts = line.split(':');
    let (keys, letters, text) = (parts.next()?, parts.next()?, parts.next()?);
    let number = |word| u32::from_str_radix(word, 16).expect("a number in builtin.txt");
    let character = |word| char::from_u32(number(word)).expect("a character in builtin.txt");
    let keys = keys.split(' ').map(number).collect();
    Some((letters, Row { keys, text: text.split(' ').map(character).collect(), rule: None }))
}

fn grouped(letter: char, shorter: Shorter, takes: impl Fn(&str) -> bool) -> Grouped {
    Grouped::new(rows(letter).filter(|row| takes(&row.text)).cloned().collect(), shorter)
}
