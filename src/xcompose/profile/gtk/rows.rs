//! Tables as the toolkits keep them, and how they look into them: [`Sorted`] and [`Grouped`].

use std::cmp::Ordering;

/// A sequence and what it gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// The keys.
    pub(crate) keys: Vec<u32>,
    /// The text.
    pub(crate) text: String,
    /// The rule that it comes from, an index into the statements; a toolkit's own have none.
    pub(crate) rule: Option<usize>,
}

/// What a table says of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found<T> {
    /// Nothing starts with them.
    Nothing,
    /// Something starts with them.
    Start,
    /// They are a sequence, and start another one.
    Tentative(T),
    /// They are a sequence, and no other goes on.
    Whole(T),
}

impl<T> Found<T> {
    /// What another table says when this one says nothing.
    pub(crate) fn or_else(self, other: impl FnOnce() -> Self) -> Self {
        if matches!(self, Self::Nothing) { other() } else { self }
    }

    /// The same with something else in it.
    pub(crate) fn map<U>(self, to: impl FnOnce(T) -> U) -> Found<U> {
        match self {
            Self::Nothing => Found::Nothing,
            Self::Start => Found::Start,
            Self::Tentative(row) => Found::Tentative(to(row)),
            Self::Whole(row) => Found::Whole(to(row)),
        }
    }
}

/// Rows in one list: user files in GTK 3 and IBus. Searched by halving, which finds what it
/// finds when numbers that were cut to 16 bits are no longer in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sorted {
    rows: Vec<Row>,
    longest: usize,
}

impl Sorted {
    /// A table of these rows, in the order given. `longest` is that of the whole file.
    pub(super) fn new(rows: Vec<Row>, longest: usize) -> Self {
        Self { rows, longest }
    }

    /// Its rows.
    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Looks keys up.
    pub(crate) fn find(&self, keys: &[u32]) -> Found<&Row> {
        if keys.len() > self.longest {
            return Found::Nothing;
        }
        let Some(hit) = halve(self.rows.len(), |at| against(keys, &self.rows[at].keys)) else {
            return Found::Nothing;
        };
        let fits = |at: usize| against(keys, &self.rows[at].keys) == Ordering::Equal;
        let first = (0..hit).rev().take_while(|&at| fits(at)).last().unwrap_or(hit);
        let row = &self.rows[first];
        // A number whose lower half is zero ends a row as the zeros behind it do.
        if keys.len() < self.longest && row.keys.get(keys.len()).is_some_and(|&key| key != 0) {
            return Found::Start;
        }
        let more = first + 1 < self.rows.len() && fits(first + 1);
        if more { Found::Tentative(row) } else { Found::Whole(row) }
    }
}

/// What a sequence does that is the start of a longer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shorter {
    /// It waits for the next key.
    Waits,
    /// It is given at once, and the longer one cannot be typed.
    Wins,
}

/// How many keys [`Grouped`] keeps side by side: most rows have no more.
const FIRST: usize = 4;

/// Rows by first key and length: the toolkits' own tables, and user files in GTK 4. The first key
/// alone is always only a start.
#[derive(Clone, Debug)]
pub(crate) struct Grouped {
    rows: Vec<Row>,
    /// The first keys of each row, side by side: a search looks at these alone until it is close.
    starts: Vec<[u32; FIRST]>,
    shorter: Shorter,
    longest: usize,
}

impl Grouped {
    /// A table of these rows, no two of them with the same keys.
    pub(super) fn new(mut rows: Vec<Row>, shorter: Shorter) -> Self {
        rows.sort_by(|a, b| a.keys.cmp(&b.keys));
        let longest = rows.iter().map(|row| row.keys.len()).max().unwrap_or(0);
        let starts = rows.iter().map(|row| first(&row.keys)).collect();
        Self { rows, starts, shorter, longest }
    }

    /// Where these keys are, or would be: the rows before it have lesser ones.
    fn place(&self, keys: &[u32]) -> usize {
        let start = first(keys);
        let mut at = self.starts.partition_point(|known| *known < start);
        // Of those that start alike the rest decides.
        while self.rows.get(at).is_some_and(|row| *row.keys < *keys) {
            at += 1;
        }
        at
    }

    /// Looks keys up.
    pub(crate) fn find(&self, keys: &[u32]) -> Found<&Row> {
        let first = self.place(keys);
        let starts = |at: usize| self.rows.get(at).is_some_and(|row| row.keys.starts_with(keys));
        if keys.is_empty() || keys.len() > self.longest || !starts(first) {
            return Found::Nothing;
        }
        let row = &self.rows[first];
        if keys.len() == 1 || row.keys.len() > keys.len() {
            return Found::Start;
        }
        let waits = self.shorter == Shorter::Waits && starts(first + 1);
        if waits { Found::Tentative(row) } else { Found::Whole(row) }
    }

    /// How many of the keys, from the first on, are a start of something.
    pub(crate) fn start_of(&self, keys: &[u32]) -> usize {
        let at = self.place(keys);
        // The longest common start stands beside the place where the keys would be.
        let near = at.checked_sub(1).into_iter().chain([at]).filter_map(|at| self.rows.get(at));
        let common = |row: &Row| row.keys.iter().zip(keys).take_while(|(a, b)| a == b).count();
        near.map(common).max().unwrap_or(0)
    }
}

/// The first keys, filled up with zeros, which are less than any key.
fn first(keys: &[u32]) -> [u32; FIRST] {
    let mut first = [0; FIRST];
    first.iter_mut().zip(keys).for_each(|(to, &key)| *to = key);
    first
}

/// Compares keys with the start of a row, which is filled up with zeros.
fn against(keys: &[u32], row: &[u32]) -> Ordering {
    let row = row.iter().copied().chain(std::iter::repeat(0));
    keys.iter().copied().take_while(|&key| key != 0).cmp(row.take(count(keys)))
}

fn count(keys: &[u32]) -> usize {
    keys.iter().take_while(|&&key| key != 0).count()
}

/// The index that a search by halving comes upon.
fn halve(length: usize, compare: impl Fn(usize) -> Ordering) -> Option<usize> {
    let (mut low, mut high) = (0, length);
    while low < high {
        let middle = usize::midpoint(low, high);
        match compare(middle) {
            Ordering::Less => high = middle,
            Ordering::Greater => low = middle + 1,
            Ordering::Equal => return Some(middle),
        }
    }
    None
}
