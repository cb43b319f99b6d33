//! [`Facts`]: everything that was read from the machine, as plain data. `read/` fills it, `check/` draws
//! its conclusions, and `--json` prints it as it is.

mod compose;
mod keys;
mod service;
mod session;

use serde::Serialize;

pub use compose::{Cache, Compose, Generated, Methods, Own, Reader, Sandboxes, Variable};
pub use keys::{Caps, Device, Devices, OptionSource, Remapper, XkbOption};
pub use service::{Config, Daemon, Service, Systemd};
pub use session::{Locale, Session, User, Wayland, X11};

/// What is the case on this machine, for this user, in this session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// Who asks.
    pub user: User,
    /// The session that is asked about.
    pub session: Session,
    /// The language and its Compose file.
    pub locale: Locale,
    /// Who else composes.
    pub methods: Methods,
    /// Which Compose file each toolkit reads.
    pub compose: Compose,
    /// Programs that see another file system.
    pub sandboxes: Sandboxes,
    /// Compose files in the form that toolkits keep.
    pub caches: Vec<Cache>,
    /// The trigger and who else wants it.
    pub caps: Caps,
    /// The devices of keyboards.
    pub devices: Devices,
    /// The daemon.
    pub service: Service,
    /// The settings and keymaps.
    pub config: Config,
    /// What could not be looked at.
    pub unseen: Vec<Unseen>,
}

/// Something that could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unseen {
    /// What.
    pub what: String,
    /// Why not.
    pub why: String,
}

impl Facts {
    /// Whether the trigger is Caps Lock.
    #[must_use]
    pub fn trigger_is_caps_lock(&self) -> bool {
        self.config.trigger == "caps_lock"
    }

    /// Whether this is a Wayland session.
    #[must_use]
    pub fn is_wayland(&self) -> bool {
        self.session.wayland.as_ref().is_some_and(|wayland| wayland.there)
            || self.session.x11.as_ref().is_some_and(|x11| x11.xwayland)
    }

    /// Whether there is a display that answers.
    #[must_use]
    pub fn has_display(&self) -> bool {
        self.is_wayland() || self.session.x11.as_ref().is_some_and(|x11| x11.error.is_none())
    }

    /// Whether there is a Compose file of the user's that something reads.
    #[must_use]
    pub fn has_own_file(&self) -> bool {
        !self.compose.own.is_empty()
    }
}
