//! [`Ternary`]: libxkbcommon's own tree, with its limits and its overwriting.
//!
//! Each node has a keysym, siblings that are lower and higher, and what follows it. Of a rule and a longer
//! one only one has room: a node either ends a rule or goes on.

use super::super::{Hiding, Profile};
use crate::{
    keysym::Keysym,
    xcompose::tree::{Modifiers, NodeId, Tree},
};

/// The sequences that have come so far.
#[derive(Clone, Debug)]
pub(super) struct Ternary {
    /// The first one is nobody's.
    nodes: Vec<Node>,
    /// The most nodes, with that first one.
    pub(super) most: usize,
    /// Whether a shorter rule removes longer ones that came before it.
    later_wins: bool,
    /// Whether a longer rule over a shorter one loses the siblings below that.
    loses_siblings: bool,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    keysym: Keysym,
    low: u32,
    high: u32,
    next: Next,
}

#[derive(Clone, Copy, Debug)]
enum Next {
    /// The node that follows; 0 when none does yet.
    Node(u32),
    /// The rule that ends here.
    Rule(usize),
}

/// What became of a rule that was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Added {
    /// It is there. These rules are not any more.
    There(Vec<(usize, Hiding)>),
    /// It is not there, because of this rule.
    Not(usize, Hiding),
    /// There is no room.
    Full,
}

impl Ternary {
    pub(super) fn new(profile: Profile) -> Self {
        let most = match () {
            () if profile.since(1, 6, 0) => 1 << 23,
            () if profile.since(1, 2, 0) => 65535,
            () => usize::MAX,
        };
        let nobody = Node { keysym: Keysym::NO_SYMBOL, low: 0, high: 0, next: Next::Node(0) };
        Self {
            nodes: vec![nobody],
            most,
            later_wins: profile.since(1, 10, 0),
            loses_siblings: profile.since(1, 2, 0) && !profile.since(1, 4, 1),
        }
    }

    /// Adds rule `rule`. `same` says whether a rule that is there gives the same.
    pub(super) fn add(
        &mut self,
        keysyms: &[Keysym],
        rule: usize,
        same: impl Fn(usize) -> bool,
    ) -> Added {
        if self.nodes.len() >= self.most {
            return Added::Full;
        }
        let mut hidden = Vec::new();
        let mut from = None;
        for (i, &keysym) in keysyms.iter().enumerate() {
            let at = self.child(from, keysym);
            from = Some(at);
            let node = &mut self.nodes[at as usize];
            let last = i + 1 == keysyms.len();
            match node.next {
                Next::Rule(old) if !last => {
                    hidden.push((old, Hiding::Longer));
                    node.next = Next::Node(0);
                    if self.loses_siblings {
                        let lost = [node.low, node.high];
                        (node.low, node.high) = (0, 0);
                        for lost in lost {
                            let rules = self.rules_below(lost);
                            hidden.extend(rules.into_iter().map(|rule| (rule, Hiding::Longer)));
                        }
                    }
                }
                Next::Node(_) if !last => {}
                Next::Rule(old) if same(old) => return Added::Not(old, Hiding::SameKeys),
                Next::Rule(old) => {
                    node.next = Next::Rule(rule);
                    hidden.push((old, Hiding::SameKeys));
                }
                Next::Node(below) => {
                    node.next = Next::Rule(rule);
                    if below != 0 {
                        let longer = self.rules_below(below);
                        if !self.later_wins {
                            self.nodes[at as usize].next = Next::Node(below);
                            // A branch may have lost its rules: then nothing answers there.
                            let by = longer.first().copied().unwrap_or(rule);
                            return Added::Not(by, Hiding::Longer);
                        }
                        hidden.extend(longer.into_iter().map(|rule| (rule, Hiding::Shorter)));
                    }
                }
            }
        }
        Added::There(hidden)
    }

    /// The node of `keysym` after `from`, made when it is not there.
    fn child(&mut self, from: Option<u32>, keysym: Keysym) -> u32 {
        let new = u32::try_from(self.nodes.len()).expect("fewer than 2^32 nodes");
        let first = match from {
            // The first node of all, if there is one.
            None => u32::from(new > 1),
            Some(from) => match self.nodes[from as usize].next {
                Next::Node(0) => {
                    self.nodes[from as usize].next = Next::Node(new);
                    0
                }
                Next::Node(first) => first,
                Next::Rule(_) => unreachable!("a rule on the way was removed"),
            },
        };
        let mut at = first;
        while at != 0 {
            let node = &mut self.nodes[at as usize];
            let side = match keysym.cmp(&node.keysym) {
                std::cmp::Ordering::Equal => return at,
                std::cmp::Ordering::Less => &mut node.low,
                std::cmp::Ordering::Greater => &mut node.high,
            };
            if *side == 0 {
                *side = new;
            }
            at = *side;
            if at == new {
                break;
            }
        }
        self.nodes.push(Node { keysym, low: 0, high: 0, next: Next::Node(0) });
        new
    }

    /// The rules of a node, of its siblings and of what follows them.
    fn rules_below(&self, at: u32) -> Vec<usize> {
        let mut rules = Vec::new();
        let mut todo = vec![at];
        while let Some(at) = todo.pop() {
            if at == 0 {
                continue;
            }
            let node = &self.nodes[at as usize];
            match node.next {
                Next::Rule(rule) => rules.push(rule),
                Next::Node(next) => todo.push(next),
            }
            todo.extend([node.low, node.high]);
        }
        rules
    }

    /// The same sequences as a plain tree.
    pub(super) fn tree(&self) -> Tree {
        let mut tree = Tree::default();
        let mut todo = vec![(u32::from(self.nodes.len() > 1), NodeId::ROOT)];
        while let Some((at, parent)) = todo.pop() {
            if at == 0 {
                continue;
            }
            let node = &self.nodes[at as usize];
            let id = tree.push(parent, node.keysym, Modifiers::default());
            match node.next {
                Next::Rule(rule) => tree.node_mut(id).rule = Some(rule),
                Next::Node(next) => todo.push((next, id)),
            }
            todo.extend([(node.low, parent), (node.high, parent)]);
        }
        tree
    }
}
