//! [`Paths`]: where things are. The only place that asks the environment.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use directories::BaseDirs;

use crate::{
    session::{Names, wayland},
    xcompose::{World, profile::Environment},
};

/// Where the configuration, the control socket and the X locales are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// `config.toml`; it need not exist.
    pub config_file: PathBuf,
    /// Its folder: paths in `keymaps` start there.
    pub config_dir: PathBuf,
    /// The folder of the user's configurations, composekey's among them.
    pub config_home: PathBuf,
    /// composekey's folder for what it must remember; `None` without a home.
    pub state_dir: Option<PathBuf>,
    /// The user's runtime folder, for the control socket; `None` without a session.
    pub runtime_dir: Option<PathBuf>,
    /// The home folder and the locale, for `system`.
    pub world: World,
    /// The user's editor, a command of the shell: `$VISUAL`, or else `$EDITOR`.
    pub editor: Option<OsString>,
    /// By what the layout of the keyboard is found.
    pub keyboard: KeyboardHints,
    /// By what other programs look for the user's Compose file.
    pub compose: Environment,
}

/// What tells the layout of the keyboard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyboardHints {
    /// The socket of the Wayland compositor.
    pub compositor: Option<PathBuf>,
    /// `$XKB_DEFAULT_LAYOUT` and so on.
    pub names: Option<Names>,
    /// The X display; `None` on Wayland, where an X server does not know the keyboard's layout.
    pub display: Option<String>,
}

impl Paths {
    /// The paths of this process: `$XDG_CONFIG_HOME`, `$XDG_STATE_HOME`, `$XDG_RUNTIME_DIR`,
    /// `$HOME`, the locale, `$XLOCALEDIR`, `$VISUAL` and `$EDITOR`.
    #[must_use]
    pub fn from_env() -> Self {
        let dirs = BaseDirs::new();
        let dirs = dirs.as_ref();
        Self::new(
            dirs.map_or_else(|| PathBuf::from("/"), |dirs| dirs.config_dir().to_owned()),
            dirs.and_then(|dirs| dirs.runtime_dir().map(Path::to_owned)),
            dirs.map(|dirs| dirs.home_dir().to_owned()),
            |name| std::env::var_os(name),
        )
    }

    /// The paths below these folders, with the locale of this environment.
    pub fn new(
        config_home: PathBuf,
        runtime_dir: Option<PathBuf>,
        home: Option<PathBuf>,
        env: impl Fn(&str) -> Option<OsString>,
    ) -> Self {
        let config_dir = config_home.join("composekey");
        let set = |name: &&str| env(name).is_some_and(|value| !value.is_empty());
        // The order of setlocale(3).
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find(|name| set(name));
        let locale = locale.and_then(|name| env(name)?.into_string().ok());
        // A relative path counts as none: XDG Base Directory Specification.
        let state = env("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        let state = state.or_else(|| Some(home.as_ref()?.join(".local/state")));
        let text = |name: &str| env(name)?.into_string().ok().filter(|value| !value.is_empty());
        let keyboard = KeyboardHints {
            compositor: wayland::socket(text),
            names: Names::from_env(text),
            display: text("DISPLAY").filter(|_| !set(&"WAYLAND_DISPLAY")),
        };
        let folder = env("XLOCALEDIR").filter(|value| !value.is_empty());
        let compose = Environment {
            xcomposefile: env("XCOMPOSEFILE"),
            config_home: env("XDG_CONFIG_HOME"),
            home: env("HOME"),
        };
        Self {
            editor: ["VISUAL", "EDITOR"].iter().find(|name| set(name)).and_then(|name| env(name)),
            compose,
            keyboard,
            config_file: config_dir.join("config.toml"),
            config_dir,
            config_home,
            state_dir: state.map(|folder| folder.join("composekey")),
            runtime_dir,
            world: World {
                locale: locale.unwrap_or_else(|| "C".to_owned()),
                folder: folder.map_or_else(|| World::FOLDER.into(), PathBuf::from),
                home,
            },
        }
    }

    /// The folder of the daemon's control socket: below the runtime folder, or in `/tmp` for a user
    /// without a session. Who opens it makes sure that it is the user's alone.
    #[must_use]
    pub fn control_dir(&self) -> PathBuf {
        match &self.runtime_dir {
            Some(folder) => folder.join("composekey"),
            None => format!("/tmp/composekey-{}", rustix::process::geteuid().as_raw()).into(),
        }
    }

    /// Reads another configuration; paths in it start at its own folder.
    pub fn set_config(&mut self, file: PathBuf) {
        let file = std::path::absolute(&file).unwrap_or(file);
        self.config_dir = file.parent().map_or_else(|| "/".into(), Path::to_owned);
        self.config_file = file;
    }

    /// The file that an entry of `keymaps` names: below the configuration's folder, `~/` at home.
    #[must_use]
    pub fn keymap(&self, name: &str) -> PathBuf {
        match (name.strip_prefix("~/"), &self.world.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => self.config_dir.join(name),
        }
    }
}
