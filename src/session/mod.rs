//! The session's keymap, and where it comes from.
//!
//! Enter at [`follow::Follower`], which asks a compositor ([`wayland`]) or an X server and goes on
//! listening; [`logind::Logind`] tells whether the session is there. [`named`] is for a session that tells nothing, such as the console.

pub mod follow;
pub mod logind;
mod names;
pub mod news;
mod strip;
pub mod wayland;
mod xserver;

pub use names::Names;

use std::{
    fmt,
    path::{Path, PathBuf},
};

use xkbcommon::xkb::Keymap;

/// Where a keymap comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// The compositor behind this socket told it.
    Compositor(String),
    /// The X server told it.
    XServer(String),
    /// The setting `layout`.
    Config,
    /// The variables `XKB_DEFAULT_LAYOUT` and so on.
    Environment,
    /// A file of the system.
    File(PathBuf),
    /// Nobody says anything: `us`.
    Default,
}

/// The wording of `status`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compositor(socket) => write!(f, "told by the compositor (`{socket}`)"),
            Self::XServer(display) => write!(f, "told by the X server (`{display}`)"),
            Self::Config => f.write_str("set by `layout` in the configuration"),
            Self::Environment => f.write_str("set by `XKB_DEFAULT_LAYOUT`"),
            Self::File(path) => write!(f, "read from `{}`", path.display()),
            Self::Default => f.write_str("taken to be `us`: nobody says which"),
        }
    }
}

/// The file of Debian and its kin.
const DEFAULT_KEYBOARD: &str = "/etc/default/keyboard";
/// The file of systemd.
const VCONSOLE: &str = "/etc/vconsole.conf";
/// Which layout is like which keymap of the console.
const CONSOLE_TABLE: &str = "/usr/share/systemd/kbd-model-map";
/// What `localectl set-x11-keymap` writes.
const XORG: &str = "/etc/X11/xorg.conf.d/00-keyboard.conf";

/// The names of the keymap where no session tells one: by the setting, else by the environment, else
/// by the system's files.
pub fn names(
    setting: Option<&str>,
    env: impl Fn(&str) -> Option<String>,
    read: impl Fn(&Path) -> Option<String>,
) -> (Names, Origin) {
    if let Some(layouts) = setting {
        return (Names::from_layouts(layouts), Origin::Config);
    }
    if let Some(names) = Names::from_env(env) {
        return (names, Origin::Environment);
    }
    let read = |path: &str| read(Path::new(path));
    let vconsole = read(VCONSOLE);
    let console = || Names::from_console(vconsole.as_deref()?, &read(CONSOLE_TABLE)?);
    let files = [
        (DEFAULT_KEYBOARD, read(DEFAULT_KEYBOARD).as_deref().and_then(Names::from_shell)),
        (XORG, read(XORG).as_deref().and_then(Names::from_xorg)),
        (VCONSOLE, vconsole.as_deref().and_then(Names::from_shell).or_else(console)),
    ];
    let found = files.into_iter().find_map(|(path, names)| Some((names?, path)));
    found.map_or((Names::default(), Origin::Default), |(names, path)| {
        (names, Origin::File(path.into()))
    })
}

/// The keymap of [`names()`], and who gave the names; `us` when they mean nothing here. `None` when
/// libxkbcommon has no keymap at all.
pub fn named(
    setting: Option<&str>,
    env: impl Fn(&str) -> Option<String>,
    read: impl Fn(&Path) -> Option<String>,
) -> Option<(Keymap, Origin)> {
    let (names, origin) = names(setting, env, read);
    let named = names.compile(None).map(|keymap| (keymap, origin));
    named.or_else(|| Some((Names::default().compile(None)?, Origin::Default)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The origin and the layout, with these variables and files.
    fn names_with(
        setting: Option<&str>,
        files: &[(&str, &str)],
        layout: Option<&str>,
    ) -> (String, String) {
        let env = |name: &str| layout.filter(|_| name == "XKB_DEFAULT_LAYOUT").map(str::to_owned);
        let read = |path: &Path| {
            files
                .iter()
                .find(|(name, _)| Path::new(name) == path)
                .map(|(_, text)| (*text).to_owned())
        };
        let (names, origin) = names(setting, env, read);
        (names.layout, origin.to_string())
    }

    #[test]
    fn the_nearest_word_counts() {
        let files = [
            (VCONSOLE, "KEYMAP=fr\nXKBLAYOUT=be\n"),
            (XORG, "Option \"XkbLayout\" \"ch\"\n"),
            (DEFAULT_KEYBOARD, "XKBLAYOUT=de\n"),
            (CONSOLE_TABLE, "fr fr pc105 - -\n"),
        ];
        let all = |setting, n: usize, layout| names_with(setting, &files[..n], layout);
        let is = |layout: &str, origin: &str| (layout.to_owned(), origin.to_owned());
        assert_eq!(
            all(Some("gr"), 4, Some("ru")),
            is("gr", "set by `layout` in the configuration")
        );
        assert_eq!(all(None, 4, Some("ru")), is("ru", "set by `XKB_DEFAULT_LAYOUT`"));
        assert_eq!(all(None, 4, None), is("de", "read from `/etc/default/keyboard`"));
        assert_eq!(
            all(None, 2, None),
            is("ch", "read from `/etc/X11/xorg.conf.d/00-keyboard.conf`")
        );
        assert_eq!(all(None, 1, None), is("be", "read from `/etc/vconsole.conf`"));
        assert_eq!(all(None, 0, None), is("", "taken to be `us`: nobody says which"));
        let console = [(VCONSOLE, "KEYMAP=fr\n"), files[3]];
        assert_eq!(names_with(None, &console, None), is("fr", "read from `/etc/vconsole.conf`"));
    }

    #[test]
    fn a_layout_that_does_not_exist_is_us() {
        let origin = |layout| named(Some(layout), |_| None, |_| None).map(|(_, origin)| origin);
        assert_eq!(origin("no such layout"), Some(Origin::Default));
        assert_eq!(origin("de"), Some(Origin::Config));
    }
}
