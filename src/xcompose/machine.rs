//! [`Machine`]: what a program does, key by key, with what it made of a Compose file.

use super::{
    profile::{Composed, Family, Profile, Reading},
    tree::NodeId,
};
use crate::keysym::Keysym;

pub mod simple;

use simple::Simple;

/// Bits of X.
const CONTROL: u8 = 4;
const MOD1: u8 = 8;

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
    /// The longer one. The shorter one is shown, but another key does not type it.
    Shown,
}

/// A program in the middle of composing.
#[derive(Clone, Debug)]
pub struct Machine<'r> {
    /// Of several files the first; only GTK and IBus read more.
    reading: &'r Reading,
    at: NodeId,
    /// GTK and IBus have no tree to walk.
    simple: Option<Simple>,
}

impl<'r> Machine<'r> {
    /// Nothing typed yet.
    #[must_use]
    pub fn new(reading: &'r Reading) -> Self {
        Self::with_files(reading, &[])
    }

    /// The same with more files, as GTK and IBus may read them: [`session::open`] has their order.
    ///
    /// [`session::open`]: super::profile::gtk::session::open
    #[must_use]
    pub fn with_files(reading: &'r Reading, more: &'r [Reading]) -> Self {
        let family = reading.profile.family;
        let simple = matches!(family, Family::Gtk3 | Family::Gtk4 | Family::Ibus);
        let all = || std::iter::once(reading).chain(more);
        let simple = simple.then(|| Simple::new(reading.profile, all()));
        Self { reading, at: NodeId::ROOT, simple }
    }

    /// Whether a sequence is under way.
    #[must_use]
    pub fn is_composing(&self) -> bool {
        self.at != NodeId::ROOT || self.simple.as_ref().is_some_and(|simple| simple.pending() > 0)
    }

    /// Types a key while no modifier is held that the program looks at.
    pub fn feed(&mut self, keysym: Keysym) -> Fed {
        self.feed_held(keysym, 0)
    }

    /// Types a key while these modifiers are held, in the bits of X: Shift, Lock, Control, Mod1. libX11
    /// looks for them in its rules; GTK and IBus let keys pass while Control or Mod1 is held.
    pub fn feed_held(&mut self, keysym: Keysym, held: u8) -> Fed {
        if let Some(simple) = &mut self.simple {
            return simple.feed(keysym, held & (CONTROL | MOD1) != 0);
        }
        let family = self.reading.profile.reader();
        let modifier = is_modifier(self.reading.profile, keysym);
        // libX11 looks at modifiers when they are released.
        if modifier && family != Family::LibX11 {
            return Fed::Ignored;
        }
        let tree = &self.reading.table;
        let from = std::mem::replace(&mut self.at, NodeId::ROOT);
        match tree.step(from, keysym, held) {
            None if from == NodeId::ROOT => Fed::Ignored,
            None if modifier && !self.expects_modifier(from) => {
                self.at = from;
                Fed::Ignored
            }
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

impl Machine<'_> {
    /// Whether a modifier could be the next key.
    fn expects_modifier(&self, from: NodeId) -> bool {
        let tree = &self.reading.table;
        let modifier = |&id: &NodeId| is_modifier(self.reading.profile, tree.node(id).keysym);
        tree.node(from).children.iter().any(modifier)
    }
}

impl Mismatch {
    /// What programs of this family and version do.
    #[must_use]
    pub fn of(profile: Profile) -> Self {
        match profile.family {
            Family::LibX11 => Self::Swallow,
            Family::Libxkbcommon => Self::Cancelled,
            Family::Gtk3 => Self::Beep,
            Family::Ibus if !profile.since(1, 5, 32) => Self::Swallow,
            Family::Gtk4 | Family::Ibus => Self::KeepComposing,
            Family::Qt => Self::Pass,
            Family::Fcitx5 => Self::ResolveDead,
        }
    }

    /// It in a few words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Swallow => "the keys are lost",
            Self::Beep => "the keys are lost, and it beeps",
            Self::Pass => "the keys before it are lost, the key goes to the application",
            Self::KeepComposing => "the key is lost, the keys before it stay",
            Self::ResolveDead => {
                "what dead keys give alone is typed, then the key; after Multi_key all are lost"
            }
            Self::Cancelled => {
                "the sequence is cancelled; each program does what it likes with the key"
            }
        }
    }
}

impl Overlap {
    /// What programs of this family and version do.
    #[must_use]
    pub fn of(profile: Profile) -> Self {
        match profile.reader() {
            Family::LibX11 => Self::Longer,
            Family::Gtk3 => Self::Both,
            Family::Ibus if !profile.since(1, 5, 32) => Self::Both,
            Family::Gtk4 | Family::Ibus => Self::Shown,
            _ if profile.since(1, 10, 0) => Self::Later,
            _ => Self::Longer,
        }
    }
}

/// Whether a program takes no notice of this key.
pub(crate) fn is_modifier(profile: Profile, keysym: Keysym) -> bool {
    match profile.reader() {
        // ISO_Lock ..= ISO_Last_Group_Lock: ISO_Level5_Shift and its like are not among them.
        Family::Libxkbcommon if !profile.since(1, 7, 0) => {
            matches!(keysym.0, 0xffe1..=0xffee | 0xfe01..=0xfe0f | 0xff7e | 0xff7f)
        }
        // Up to ISO_Level5_Lock.
        Family::LibX11 | Family::Libxkbcommon | Family::Qt | Family::Fcitx5 => {
            matches!(keysym.0, 0xffe1..=0xffee | 0xfe01..=0xfe13 | 0xff7e | 0xff7f)
        }
        Family::Gtk3 | Family::Gtk4 | Family::Ibus => keysym.is_modifier(),
    }
}

#[cfg(test)]
mod tests;
