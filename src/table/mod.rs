//! [`Table`]: the rules compiled to a flat trie. Build it with [`Table::new`], ask it with
//! [`Table::feed`].
//!
//! The rules `a b → X`, `a b c → Y` and `d → Z` make
//!
//! ```text
//!            index   0      1   2   3   4
//!            keysym  (root) a   d   b   c
//!            first   1      3   .   4   .     index of the first child
//!            count   2      1   0   1   0     number of children
//!            rule    .      .   Z   X   Y     the rule that ends here
//! ```
//!
//! Nodes lie in breadth-first order, so the children of a node are neighbours, sorted by keysym. A
//! node may have both a rule and children: the engine decides which of the two was meant.

use crate::{
    keysym::Keysym,
    sequence::{Rule, Sequence},
};

/// An immutable set of rules, made to be asked key by key. Shared by `Arc`.
#[derive(Debug, Default)]
pub struct Table {
    nodes: Box<[Node]>,
    /// Ends of the outputs in `text`; the output of rule `i` is `text[ends[i - 1]..ends[i]]`.
    ends: Box<[u32]>,
    text: Box<str>,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    keysym: Keysym,
    first: u32,
    count: u32,
    rule: Option<RuleId>,
}

/// Which rule: an index into the slice that [`Table::new`] was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RuleId(std::num::NonZeroU32);

/// A position in a table. Useless without the table it came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Cursor(u32);

/// What stands where a keysym led.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The new position.
    pub cursor: Cursor,
    /// The rule that ends here, if one does.
    pub rule: Option<RuleId>,
    /// Whether longer rules go on from here.
    pub more: bool,
}

impl RuleId {
    fn new(index: usize) -> Self {
        let number = u32::try_from(index + 1).ok().and_then(std::num::NonZeroU32::new);
        Self(number.expect("fewer than 2^32 rules"))
    }

    /// The index of the rule in the slice the table was made from.
    #[must_use]
    pub fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

impl Table {
    /// Compiles rules. Where two have the same sequence, the later one wins.
    ///
    /// # Panics
    /// At 2^32 rules or bytes of output.
    #[must_use]
    pub fn new(rules: &[Rule]) -> Self {
        let mut sorted: Vec<(&Sequence, RuleId)> = Vec::with_capacity(rules.len());
        sorted.extend(rules.iter().enumerate().map(|(i, r)| (&r.sequence, RuleId::new(i))));
        // A stable sort keeps later rules later; of equal sequences the last is read last and wins.
        sorted.sort_by_key(|&(sequence, _)| sequence);

        let mut nodes = vec![Node { keysym: Keysym::NO_SYMBOL, first: 0, count: 0, rule: None }];
        // Breadth first: (node, depth, the sorted rules below it).
        let mut level = vec![(0, &sorted[..])];
        let mut depth = 0;
        while !level.is_empty() {
            let mut next = Vec::new();
            for (node, below) in level {
                nodes[node].first = u32::try_from(nodes.len()).expect("fewer than 2^32 nodes");
                for group in below.chunk_by(|a, b| a.0.keysyms()[depth] == b.0.keysyms()[depth]) {
                    let ends = group.partition_point(|(s, _)| s.keysyms().len() == depth + 1);
                    let rule = group[..ends].last().map(|&(_, id)| id);
                    let keysym = group[0].0.keysyms()[depth];
                    if ends < group.len() {
                        next.push((nodes.len(), &group[ends..]));
                    }
                    nodes.push(Node { keysym, first: 0, count: 0, rule });
                    nodes[node].count += 1;
                }
            }
            level = next;
            depth += 1;
        }

        let mut text = String::with_capacity(rules.iter().map(|r| r.output.text.len()).sum());
        let mut ends = Vec::with_capacity(rules.len());
        for rule in rules {
            text.push_str(&rule.output.text);
            ends.push(u32::try_from(text.len()).expect("outputs of less than 4 GiB"));
        }
        Self { nodes: nodes.into(), ends: ends.into(), text: text.into() }
    }

    /// Where `keysym` leads from `cursor`; `None` when it leads nowhere. Never allocates.
    #[must_use]
    pub fn feed(&self, cursor: Cursor, keysym: Keysym) -> Option<Step> {
        let children = self.children(cursor);
        let found = children.binary_search_by_key(&keysym, |node| node.keysym).ok()?;
        let node = &children[found];
        let index = self.nodes.get(cursor.0 as usize)?.first + u32::try_from(found).ok()?;
        Some(Step { cursor: Cursor(index), rule: node.rule, more: node.count > 0 })
    }

    /// The text that a rule gives.
    #[must_use]
    pub fn output(&self, rule: RuleId) -> &str {
        let index = rule.index();
        let start = index.checked_sub(1).map_or(0, |i| self.ends[i]);
        &self.text[start as usize..self.ends[index] as usize]
    }

    /// The texts of all rules, one after the other.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many rules it was made from.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it has no rule.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    fn children(&self, cursor: Cursor) -> &[Node] {
        self.nodes.get(cursor.0 as usize).map_or(&[], |node| {
            &self.nodes[node.first as usize..(node.first + node.count) as usize]
        })
    }
}

#[cfg(test)]
mod tests;
