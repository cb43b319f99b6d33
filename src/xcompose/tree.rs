//! [`Tree`]: the sequences that a program composes by, as it would walk them.
//!
//! Beside a keysym a node may ask for modifiers, as libX11's do. Children stand in the order in which
//! the program tries them; the first that fits is taken. A node may have a rule and children at once.

use crate::keysym::Keysym;

/// Sequences, key by key.
#[derive(Clone, Debug)]
pub struct Tree {
    nodes: Vec<Node>,
}

/// One key of a sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The key.
    pub keysym: Keysym,
    /// What modifiers it asks for.
    pub modifiers: Modifiers,
    /// The rule that ends here.
    pub rule: Option<usize>,
    /// What can follow, in the order of trying.
    pub children: Vec<NodeId>,
}

/// Which modifiers must be held, and which must not: those in the mask, as in `value`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Modifiers {
    /// Those that are looked at.
    pub mask: u8,
    /// How they must be.
    pub value: u8,
}

/// A place in a [`Tree`]. Useless without the tree it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

impl Modifiers {
    /// Whether they fit those that are held.
    #[must_use]
    pub fn fit(self, held: u8) -> bool {
        held & self.mask == self.value
    }
}

impl NodeId {
    /// Where every sequence starts.
    pub const ROOT: Self = Self(0);
}

impl Default for Tree {
    fn default() -> Self {
        let root = Node {
            keysym: Keysym::NO_SYMBOL,
            modifiers: Modifiers::default(),
            rule: None,
            children: Vec::new(),
        };
        Self { nodes: vec![root] }
    }
}

impl Tree {
    /// Adds a key after those of `parent`, to be tried after the ones that are there.
    ///
    /// # Panics
    /// At 2^32 nodes.
    pub fn push(&mut self, parent: NodeId, keysym: Keysym, modifiers: Modifiers) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).expect("fewer than 2^32 nodes"));
        self.nodes.push(Node { keysym, modifiers, rule: None, children: Vec::new() });
        self.nodes[parent.0 as usize].children.push(id);
        id
    }

    /// The node at a place.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// The node at a place, to be changed.
    pub fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id.0 as usize]
    }

    /// Where a key leads while these modifiers are held.
    #[must_use]
    pub fn step(&self, from: NodeId, keysym: Keysym, held: u8) -> Option<NodeId> {
        let fits = |id: &&NodeId| {
            let node = self.node(**id);
            node.keysym == keysym && node.modifiers.fit(held)
        };
        self.node(from).children.iter().find(fits).copied()
    }

    /// Whether there is no sequence in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes[0].children.is_empty()
    }

    /// A rule that is longer than this node, if there is one.
    #[must_use]
    pub fn rule_below(&self, id: NodeId) -> Option<usize> {
        let mut todo = self.node(id).children.clone();
        while let Some(at) = todo.pop() {
            let node = self.node(at);
            if node.rule.is_some() {
                return node.rule;
            }
            todo.extend(&node.children);
        }
        None
    }

    /// Every sequence that has a rule, whatever modifiers it asks for, and the rule.
    #[must_use]
    pub fn sequences(&self) -> Vec<(Vec<Keysym>, usize)> {
        let mut found = Vec::new();
        let mut path = Vec::new();
        self.collect(NodeId::ROOT, &mut path, &mut found);
        found
    }

    fn collect(&self, at: NodeId, path: &mut Vec<Keysym>, found: &mut Vec<(Vec<Keysym>, usize)>) {
        let node = self.node(at);
        if let Some(rule) = node.rule {
            found.push((path.clone(), rule));
        }
        for &child in &node.children {
            path.push(self.node(child).keysym);
            self.collect(child, path, found);
            let _ = path.pop();
        }
    }
}
