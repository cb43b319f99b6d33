//! For which program a file is generated, where it goes, and what makes it count.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::{config::Paths, exchange::Format, xcompose::Flatten};

/// What a file is generated for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Target {
    /// ~/.XCompose, which all toolkits read
    #[default]
    Compose,
    /// $XDG_CONFIG_HOME/XCompose, which libxkbcommon reads before it
    Xdg,
    /// GTK 3's own Compose file
    Gtk3,
    /// GTK 4's own Compose file
    Gtk4,
    /// IBus' own Compose file
    Ibus,
    /// The compose table of the Linux console, for loadkeys
    Console,
    /// DefaultKeyBinding.dict of macOS
    Macos,
    /// The Compose file of WinCompose
    Wincompose,
    /// Digraphs of Vim and Neovim
    Vim,
    /// An input method of Emacs
    Emacs,
    /// Matches of espanso
    Espanso,
}

impl Target {
    /// Where its file is; `None` when that is for the user to say.
    pub(super) fn file(self, paths: &Paths) -> Option<PathBuf> {
        let config = |name| Some(paths.config_home.join(name));
        match self {
            Self::Compose => Some(paths.world.home.as_ref()?.join(".XCompose")),
            Self::Xdg => config("XCompose"),
            Self::Gtk3 => config("gtk-3.0/Compose"),
            Self::Gtk4 => config("gtk-4.0/Compose"),
            Self::Ibus => config("ibus/Compose"),
            Self::Vim => Some(paths.world.home.as_ref()?.join(".vim/plugin/composekey.vim")),
            Self::Emacs => config("emacs/composekey.el"),
            Self::Espanso => config("espanso/match/composekey.yml"),
            Self::Console | Self::Macos | Self::Wincompose => None,
        }
    }

    /// When the locale's table is written out in its file.
    pub(super) fn flatten(self, asked: bool) -> Flatten {
        match self {
            _ if asked => Flatten::Always,
            // IBus from 1.5.33 on drops most of such a file: docs/generate.md.
            Self::Ibus => Flatten::Never,
            _ => Flatten::WhenNeeded,
        }
    }

    /// The format of its file; `None` for a Compose file of this system.
    pub(super) fn format(self) -> Option<Format> {
        match self {
            Self::Compose | Self::Xdg | Self::Gtk3 | Self::Gtk4 | Self::Ibus => None,
            Self::Console => Some(Format::Console),
            Self::Macos => Some(Format::MacOs),
            Self::Wincompose => Some(Format::WinCompose),
            Self::Vim => Some(Format::Vim),
            Self::Emacs => Some(Format::Emacs),
            Self::Espanso => Some(Format::Espanso),
        }
    }

    /// What has to be done before the file counts.
    pub(super) fn next_step(self) -> &'static str {
        match self {
            Self::Compose => "programs read it when they start: restart them, or log in anew",
            Self::Xdg => "Qt, terminals and compositors read it when they start: restart them",
            Self::Gtk3 | Self::Gtk4 => "GTK's programs read it when they start: restart them",
            Self::Ibus => "IBus reads it when it starts: `ibus restart`",
            Self::Console => "it counts after `loadkeys FILE`, as root, on a console",
            Self::Macos => {
                "save it on the Mac as ~/Library/KeyBindings/DefaultKeyBinding.dict;\n\
                 programs read it when they start"
            }
            Self::Wincompose => "save it on Windows as .XCompose in the home folder",
            Self::Vim => "Vim reads it when it starts: then Ctrl+K and the two keys",
            Self::Emacs => "load it from your init file; then C-x RET C-\\ composekey",
            Self::Espanso => "espanso reads it at once: type `:` and the keys",
        }
    }

    /// Whether IBus reads it.
    pub(super) fn is_for_ibus(self) -> bool {
        matches!(self, Self::Compose | Self::Gtk3 | Self::Gtk4 | Self::Ibus)
    }

    /// Files that some programs read instead of this one.
    pub(super) fn shadows(self, paths: &Paths) -> Vec<(PathBuf, &'static str)> {
        if self != Self::Compose {
            return Vec::new();
        }
        let shadows = [
            (Self::Xdg, "Qt, terminals and compositors read"),
            (Self::Gtk3, "GTK 3 reads"),
            (Self::Gtk4, "GTK 4 reads"),
            (Self::Ibus, "IBus reads"),
        ];
        let there = |(target, who): (Self, _)| {
            let file = target.file(paths).filter(|file| file.exists())?;
            Some((file, who))
        };
        shadows.into_iter().filter_map(there).collect()
    }
}
