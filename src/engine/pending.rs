//! [`Pending`]: the keys typed so far. It holds no position in the table: what the keys mean is
//! read anew after each one, so taking one back, swapping two and a new table need no care.

use super::{
    hexcode::{self, Code},
    lookup::{self, Key},
};
use crate::table::{RuleId, Table};

/// The keys that were typed and have given nothing yet.
#[derive(Default)]
pub(super) struct Pending(Vec<Key>);

/// What keys give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// The text of a rule.
    Rule(RuleId),
    /// A character by its number.
    Code(char),
}

/// What the keys so far mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// There are none, or longer sequences go on from here.
    Waits,
    /// The first `len` of them give this, and no longer sequence fits.
    Gives {
        /// How many keys.
        len: usize,
        /// What they give.
        given: Given,
    },
    /// The first `len` of them lead nowhere; one less did, unless `len` is 1.
    Nowhere {
        /// How many keys.
        len: usize,
    },
}

impl Pending {
    pub(super) fn push(&mut self, key: Key) {
        self.0.push(key);
    }

    pub(super) fn pop(&mut self) {
        self.0.pop();
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn keys(&self) -> &[Key] {
        &self.0
    }

    /// Drops the first `len` keys.
    pub(super) fn forget(&mut self, len: usize) {
        self.0.drain(..len);
    }

    /// What the keys mean while more may come: the longest match wins.
    pub(super) fn read(&self, table: &Table) -> Reading {
        for len in 1..=self.0.len() {
            let whole = len == self.0.len();
            let code = hexcode::read(&self.0[..len]);
            match (lookup::find(table, &self.0[..len]), code) {
                (None, Code::No | Code::Ended(None)) => {
                    return match self.prefix(table, len - 1) {
                        Some((len, rule)) => Reading::Gives { len, given: Given::Rule(rule) },
                        None => Reading::Nowhere { len },
                    };
                }
                (None, Code::Ended(Some(c))) => {
                    return Reading::Gives { len, given: Given::Code(c) };
                }
                (Some(place), Code::No | Code::Ended(_)) if whole && !place.more => {
                    // A node without children has a rule, or the table would not have it.
                    let rule = place.rule.map(Given::Rule);
                    return rule
                        .map_or(Reading::Nowhere { len }, |given| Reading::Gives { len, given });
                }
                _ => {}
            }
        }
        Reading::Waits
    }

    /// What the keys mean when the trigger is released: all of them, or they wait.
    pub(super) fn close(&self, table: &Table) -> Reading {
        let len = self.0.len();
        let rule = lookup::find(table, &self.0).and_then(|place| place.rule);
        match (rule, hexcode::read(&self.0)) {
            (Some(rule), _) => Reading::Gives { len, given: Given::Rule(rule) },
            (None, Code::Digits(Some(c))) => Reading::Gives { len, given: Given::Code(c) },
            (None, Code::Digits(None)) => Reading::Nowhere { len },
            (None, _) => Reading::Waits,
        }
    }

    /// The longest rule that the first keys, at most `limit`, make complete.
    pub(super) fn prefix(&self, table: &Table, limit: usize) -> Option<(usize, RuleId)> {
        (1..=limit).rev().find_map(|len| Some((len, lookup::find(table, &self.0[..len])?.rule?)))
    }

    /// Whether the first `len` keys lead on when the last two of them change places; they do then.
    pub(super) fn swap(&mut self, table: &Table, len: usize) -> bool {
        if len < 2 || self.0.len() < len {
            return false;
        }
        self.0.swap(len - 2, len - 1);
        let leads = lookup::find(table, &self.0[..len]).is_some();
        if !leads {
            self.0.swap(len - 2, len - 1);
        }
        leads
    }
}

/// Keys are secrets: says only how many.
impl std::fmt::Debug for Pending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pending({})", self.0.len())
    }
}
