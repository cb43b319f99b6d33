//! [`Growing`]: the table of libX11 in the making, in which order it tries keys, and which rules that hides.

use rustc_hash::FxHashMap;

use super::super::Hiding;
use crate::{
    keysym::Keysym,
    xcompose::tree::{Modifiers, NodeId, Tree},
};

/// A rule that is hidden, the one that hides it, and how.
pub(super) type Hidden = (usize, usize, Hiding);

/// A table in the making.
#[derive(Default)]
pub(super) struct Growing {
    /// Children stand in the order in which they came, until [`order`].
    tree: Tree,
    nodes: FxHashMap<(NodeId, Keysym, Modifiers), NodeId>,
}

impl Growing {
    /// Adds a rule, and returns one for the same keys and modifiers that it takes the place of.
    pub(super) fn add(&mut self, keys: &[(Keysym, Modifiers)], rule: usize) -> Option<usize> {
        let mut at = NodeId::ROOT;
        for &(keysym, modifiers) in keys {
            let tree = &mut self.tree;
            let node = self.nodes.entry((at, keysym, modifiers));
            at = *node.or_insert_with(|| tree.push(at, keysym, modifiers));
        }
        self.tree.node_mut(at).rule.replace(rule)
    }

    /// The table as libX11 walks it, and the rules that it never comes to.
    pub(super) fn finish(mut self) -> (Tree, Vec<Hidden>) {
        let hidden = order(&mut self.tree);
        (self.tree, hidden)
    }
}

/// Puts children in the order of trying, the last that came first, and tells which rules are never come to.
fn order(tree: &mut Tree) -> Vec<Hidden> {
    let mut hidden = Vec::new();
    let mut todo = vec![NodeId::ROOT];
    while let Some(at) = todo.pop() {
        tree.node_mut(at).children.reverse();
        let node = tree.node(at);
        if let (Some(rule), Some(by)) = (node.rule, tree.rule_below(at)) {
            hidden.push((rule, by, Hiding::Longer));
        }
        for (i, &child) in node.children.iter().enumerate() {
            let before = node.children[..i].iter().find(|&&other| covers(tree, other, child));
            if let Some(&other) = before {
                hide_all(tree, child, other, &mut hidden);
            }
        }
        todo.extend(&node.children);
    }
    hidden
}

/// Whether the first node fits whenever the second does.
fn covers(tree: &Tree, first: NodeId, second: NodeId) -> bool {
    let (first, second) = (tree.node(first), tree.node(second));
    first.keysym == second.keysym
        && first.modifiers.mask & !second.modifiers.mask == 0
        && second.modifiers.value & first.modifiers.mask == first.modifiers.value
}

/// Notes the rules of a node that is never come to, because `other` is tried before.
fn hide_all(tree: &Tree, node: NodeId, other: NodeId, hidden: &mut Vec<(usize, usize, Hiding)>) {
    let ends = tree.node(other).children.is_empty();
    let Some(by) = tree.rule_below(other).or(tree.node(other).rule) else { return };
    let mut todo = vec![node];
    while let Some(at) = todo.pop() {
        let how = match (ends, at == node) {
            (true, true) | (false, false) => Hiding::SameKeys,
            (true, false) => Hiding::Shorter,
            (false, true) => Hiding::Longer,
        };
        hidden.extend(tree.node(at).rule.map(|rule| (rule, by, how)));
        todo.extend(&tree.node(at).children);
    }
}
