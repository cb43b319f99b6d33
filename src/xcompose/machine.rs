//! [`Machine`]: what a program does, key by key, with what it made of a Compose file.

use super::{
    profile::{Composed, Family, Reading},
    tree::NodeId,
};
use crate::keysym::Keysym;

/// What became of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fed {
    /// It is kept: the keys so far start a sequence.
    Pending,
    /// It starts nothing and goes to the application, or it is a modifier.
    Ignored,
    /// It does not continue the keys before it, and these are gone: see [`Mismatch`] for the key itself.
    Aborted,
    /// The keys so far gave this.
    Composed(Composed),
}

/// What a program does with a key that does not continue the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// The key is lost with the ones before it, in silence.
    Swallow,
    /// The key is lost with the ones before it, and it beeps.
    Beep,
    /// The keys before it are lost; the key goes to the application.
    Pass,
    /// The key is lost; the keys before it stay.
    KeepComposing,
    /// What a dead key would have typed is typed, then the key; after Multi_key all is lost.
    ResolveDead,
    /// The library says that the sequence is cancelled, and each program does what it likes.
    Cancelled,
}

/// Which of a rule and a longer one that starts with it can be typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    /// The longer one.
    Longer,
    /// The one that comes later in the file.
    Later,
    /// Both: the shorter one when another key follows.
    Both,
}

/// A program in the middle of composing.
#[derive(Clone, Debug)]
pub struct Machine<'r> {
    reading: &'r Reading,
    at: NodeId,
}

impl<'r> Machine<'r> {
    /// Nothing typed yet.
    #[must_use]
    pub fn new(reading: &'r Reading) -> Self {
        Self { reading, at: NodeId::ROOT }
    }

    /// Types a key while no modifier is held that the program looks at.
    pub fn feed(&mut self, keysym: Keysym) -> Fed {
        if is_modifier(self.reading.profile.reader(), keysym) {
            return Fed::Ignored;
        }
        let from = std::mem::replace(&mut self.at, NodeId::ROOT);
        let tree = &self.reading.table;
        match tree.step(from, keysym, 0) {
            None if from == NodeId::ROOT => Fed::Ignored,
            None => Fed::Aborted,
            Some(id) => {
                let node = tree.node(id);
                // A longer rule wins where both could be; a tree without such pairs is made where not.
                if !node.children.is_empty() {
                    self.at = id;
                    return Fed::Pending;
                }
                let gives = node.rule.and_then(|rule| self.reading.gives(rule));
                gives.map_or(Fed::Aborted, |gives| Fed::Composed(gives.clone()))
            }
        }
    }
}

impl Mismatch {
    /// What programs of this family do.
    #[must_use]
    pub fn of(family: Family) -> Self {
        match family {
            Family::LibX11 => Self::Swallow,
            Family::Libxkbcommon => Self::Cancelled,
            Family::Gtk3 => Self::Beep,
            Family::Gtk4 | Family::Ibus => Self::KeepComposing,
            Family::Qt => Self::Pass,
            Family::Fcitx5 => Self::ResolveDead,
        }
    }
}

/// Whether a family takes no notice of this key.
fn is_modifier(family: Family, keysym: Keysym) -> bool {
    match family {
        // ISO_Lock ..= ISO_Last_Group_Lock: ISO_Level5_Shift and its like are not among them.
        Family::Libxkbcommon | Family::Qt | Family::Fcitx5 => {
            matches!(keysym.0, 0xffe1..=0xffee | 0xfe01..=0xfe0f | 0xff7e | 0xff7f)
        }
        Family::LibX11 | Family::Gtk3 | Family::Gtk4 | Family::Ibus => keysym.is_modifier(),
    }
}
