//! [`Layout`]: which keymaps hold: the session's as it tells them, else the one that is written down.

use std::{
    collections::BTreeMap,
    fmt, io,
    os::fd::{AsFd, BorrowedFd},
    path::{Path, PathBuf},
};

use xkbcommon::xkb::Keymap;

use crate::{
    input::evdev::{OURS, location},
    session::{
        self, Origin,
        follow::{Follower, Place, Told, compile},
    },
};

/// Listens to the session.
pub(super) struct Layout {
    follower: Follower,
    /// What the session told last, each text with the keymap that was made of it.
    told: Vec<(String, Keymap)>,
    /// The setting `layout`.
    setting: Option<String>,
}

/// What holds from now on.
pub(super) enum Change {
    /// Other keymaps, who says so, and the group as far as it is known.
    Keymaps(Keymaps, Origin, Option<u32>),
    /// Another group.
    Group(Option<u32>),
}

/// The keymaps with which the session reads the twins.
pub(super) struct Keymaps {
    common: Keymap,
    /// Those of twins that have another one, by their nodes.
    own: BTreeMap<PathBuf, Keymap>,
}

impl Keymaps {
    /// That of the twin at a node. While it is told to be the same it is the same object.
    pub(super) fn of(&self, node: Option<&Path>) -> &Keymap {
        node.and_then(|node| self.own.get(node)).unwrap_or(&self.common)
    }
}

impl Layout {
    /// Asks the session, and gives it a moment. The keymap is `None` when there is none at all.
    pub(super) fn start(setting: Option<&str>) -> io::Result<(Self, Option<Change>)> {
        let follower = Follower::start(|name| std::env::var(name).ok(), locate)?;
        let mut layout = Self { follower, told: Vec::new(), setting: setting.map(str::to_owned) };
        let told = layout.follower.wait().unwrap_or(Told::Nobody);
        let first = match told {
            Told::Nobody => layout.named(),
            told => layout.hear(told).or_else(|| layout.named()),
        };
        Ok((layout, first))
    }

    /// The next thing that changed. To be called until there is none.
    pub(super) fn next(&mut self) -> Option<Change> {
        while let Some(told) = self.follower.take() {
            if let Some(change) = self.hear(told) {
                return Some(change);
            }
        }
        None
    }

    /// The setting may be another one.
    pub(super) fn set(&mut self, setting: Option<&str>) -> Option<Change> {
        let same = self.setting.as_deref() == setting;
        self.setting = setting.map(str::to_owned);
        if same || !self.told.is_empty() { None } else { self.named() }
    }

    fn hear(&mut self, told: Told) -> Option<Change> {
        match told {
            Told::Keymap { text, own, origin, group } => {
                let before = std::mem::take(&mut self.told);
                let Some(common) = self.compiled(&before, text) else {
                    // One that this libxkbcommon cannot read leaves the old one.
                    self.told = before;
                    return None;
                };
                let own = own.into_iter();
                let own =
                    own.filter_map(|(node, text)| Some((node, self.compiled(&before, text)?)));
                let own = own.collect();
                Some(Change::Keymaps(Keymaps { common, own }, origin, group))
            }
            Told::Group(group) => (!self.told.is_empty()).then_some(Change::Group(group)),
            // Without a session nothing has changed, if there was none.
            _ if self.told.is_empty() => None,
            _ => {
                self.told.clear();
                self.named()
            }
        }
    }

    /// The keymap of a text: the one that was made of it already, if there is one.
    fn compiled(&mut self, before: &[(String, Keymap)], text: String) -> Option<Keymap> {
        let known = before.iter().chain(&self.told).find(|(known, _)| *known == text);
        let keymap = match known {
            Some((_, keymap)) => keymap.clone(),
            None => compile(text.clone())?,
        };
        self.told.push((text, keymap.clone()));
        Some(keymap)
    }

    fn named(&self) -> Option<Change> {
        let variable = |name: &str| std::env::var(name).ok();
        let file = |path: &Path| std::fs::read_to_string(path).ok();
        let (keymap, origin) = session::named(self.setting.as_deref(), variable, file)?;
        let keymaps = Keymaps { common: keymap, own: BTreeMap::new() };
        Some(Change::Keymaps(keymaps, origin, None))
    }
}

fn locate(node: &Path) -> Option<Place> {
    let place = location(node)?;
    Some(match place.strip_prefix(OURS) {
        Some(keyboard) => Place::TwinOf(keyboard.to_owned()),
        None => Place::At(place),
    })
}

impl AsFd for Layout {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.follower.as_fd()
    }
}

impl fmt::Debug for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layout").field("follower", &self.follower).finish_non_exhaustive()
    }
}

impl fmt::Debug for Keymaps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.own.keys()).finish()
    }
}
