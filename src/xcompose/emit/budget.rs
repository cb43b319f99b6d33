//! How large a table GTK 4 takes: a larger one it drops as a whole.
//!
//! It counts 16-bit units: for each sequence one a keysym, and for each first keysym a row of an
//! index that is two longer than the longest sequence. Texts that are no single character of the
//! first 32,768 lie beside the table, one byte and one more a byte.

use std::collections::HashSet;

use crate::keysym::Keysym;

/// One more than the most units, and than the most bytes of texts.
const LIMIT: usize = 0x8000;

/// The room that is left in a table.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    firsts: HashSet<Keysym>,
    row: usize,
    cells: usize,
    text: usize,
}

impl Budget {
    /// A table of sequences with at most so many keysyms.
    pub(super) fn new(longest: usize) -> Self {
        Self { firsts: HashSet::new(), row: longest + 2, cells: 0, text: 0 }
    }

    /// The table that GTK 4 has for `%L`, and sequences with at most so many keysyms: that of
    /// libX11's `en_US.UTF-8`, whatever the locale.
    pub(super) fn with_gtks_own(longest: usize) -> Self {
        // 44 first keysyms; `<Multi_key>` is among them and counted when the first rule comes.
        let firsts = (1..44).map(Keysym).collect();
        Self { firsts, row: longest.max(5) + 2, cells: 17_711, text: 1_729 }
    }

    /// Takes the room for a sequence, or says that there is none.
    pub(super) fn take(&mut self, keysyms: &[Keysym], text: &str) -> bool {
        let new = usize::from(!self.firsts.contains(&keysyms[0]));
        let cells = self.cells + keysyms.len();
        let text = self.text + stored(text);
        if cells + (self.firsts.len() + new) * self.row >= LIMIT || text >= LIMIT {
            return false;
        }
        (self.cells, self.text) = (cells, text);
        self.firsts.insert(keysyms[0]);
        true
    }
}

/// The bytes that a result takes beside the table.
fn stored(text: &str) -> usize {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) if u32::from(c) < 0x8000 => 0,
        _ => text.len() + 1,
    }
}
