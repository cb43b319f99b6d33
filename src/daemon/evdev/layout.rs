//! [`Layout`]: which keymap holds: the session's as it tells it, else the one that is written down.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd},
    path::Path,
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
#[derive(Debug)]
pub(super) struct Layout {
    follower: Follower,
    /// The session tells a keymap.
    told: bool,
    /// The setting `layout`.
    setting: Option<String>,
}

/// What holds from now on.
pub(super) enum Change {
    /// Another keymap, who says so, and the group as far as it is known.
    Keymap(Keymap, Origin, Option<u32>),
    /// Another group.
    Group(Option<u32>),
}

impl Layout {
    /// Asks the session, and gives it a moment. The keymap is `None` when there is none at all.
    pub(super) fn start(setting: Option<&str>) -> io::Result<(Self, Option<Change>)> {
        let follower = Follower::start(|name| std::env::var(name).ok(), locate)?;
        let mut layout = Self { follower, told: false, setting: setting.map(str::to_owned) };
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
        if same || self.told { None } else { self.named() }
    }

    fn hear(&mut self, told: Told) -> Option<Change> {
        match told {
            Told::Keymap { text, origin, group } => {
                // One that this libxkbcommon cannot read leaves the old one.
                let keymap = compile(text)?;
                self.told = true;
                Some(Change::Keymap(keymap, origin, group))
            }
            Told::Group(group) => self.told.then_some(Change::Group(group)),
            // Without a session nothing has changed, if there was none.
            _ => std::mem::take(&mut self.told).then(|| self.named()).flatten(),
        }
    }

    fn named(&self) -> Option<Change> {
        let variable = |name: &str| std::env::var(name).ok();
        let file = |path: &Path| std::fs::read_to_string(path).ok();
        let (keymap, origin) = session::named(self.setting.as_deref(), variable, file)?;
        Some(Change::Keymap(keymap, origin, None))
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
