//! [`Facts`]: everything that was read from the machine, as plain data. `read/` fills it, `check/` draws
//! its conclusions, and `--json` prints it as it is.

use std::path::PathBuf;

use serde::Serialize;

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

/// Who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct User {
    /// The number.
    pub uid: u32,
    /// The name; empty when nobody knows it.
    pub name: String,
    /// The home folder.
    pub home: Option<PathBuf>,
    /// Who became root by `sudo` for this.
    pub sudo_from: Option<String>,
}

/// The session that is asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Session {
    /// `XDG_SESSION_TYPE`: `x11`, `wayland`, `tty`.
    pub kind: Option<String>,
    /// `XDG_CURRENT_DESKTOP`.
    pub desktop: Option<String>,
    /// The compositor or window manager, by its process.
    pub compositor: Option<String>,
    /// The X display.
    pub x11: Option<X11>,
    /// X displays of this machine, by their sockets.
    pub x11_sockets: Vec<String>,
    /// The Wayland display.
    pub wayland: Option<Wayland>,
    /// `XDG_RUNTIME_DIR`.
    pub runtime_dir: Option<PathBuf>,
    /// The folder that it should name, where that exists.
    pub usual_runtime_dir: Option<PathBuf>,
    /// Whether this is a remote login.
    pub ssh: bool,
}

/// An X display.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct X11 {
    /// `DISPLAY`.
    pub display: String,
    /// Why it does not answer.
    pub error: Option<String>,
    /// Who made the server.
    pub vendor: String,
    /// Whether it is XWayland.
    pub xwayland: bool,
    /// What the window manager calls itself.
    pub window_manager: Option<String>,
}

/// A Wayland display.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Wayland {
    /// `WAYLAND_DISPLAY`.
    pub display: String,
    /// Whether its socket is there.
    pub there: bool,
}

/// The language and its Compose file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Locale {
    /// The name.
    pub name: String,
    /// The variable that gives it; without one it is `C`.
    pub variable: Option<&'static str>,
    /// Where the X locales are.
    pub folder: PathBuf,
    /// Whether they are there.
    pub folder_there: bool,
    /// The Compose file that it has.
    pub compose_file: Option<PathBuf>,
    /// A locale of this machine that has one.
    pub better: String,
}

/// Who else composes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Methods {
    /// The variables that choose an input method, those that are set.
    pub variables: Vec<Variable>,
    /// The input methods that run: `ibus`, `fcitx`.
    pub running: Vec<String>,
    /// The XIM servers on the X display; `None` when it was not asked.
    pub xim_servers: Option<Vec<String>>,
    /// The input module that the desktop or `settings.ini` chooses for GTK, where no variable does.
    pub gtk_setting: Option<String>,
    /// The input modules of GTK that are installed, by name; empty when none was found.
    pub gtk_modules: Vec<String>,
}

/// A variable that chooses an input method.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Variable {
    /// The name.
    pub name: &'static str,
    /// The value.
    pub value: String,
    /// The file that sets it, and the line, where one of the usual files does.
    pub set_in: Option<(PathBuf, usize)>,
}

/// Which Compose file each toolkit reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Compose {
    /// The toolkits that are installed.
    pub readers: Vec<Reader>,
    /// `XCOMPOSEFILE`.
    pub variable: Option<PathBuf>,
    /// Whether that can be read.
    pub variable_readable: bool,
    /// The user's own files that are read.
    pub own: Vec<Own>,
    /// Programs that started before the newest of these changed, by name.
    pub outdated_programs: Vec<String>,
    /// A file that composekey wrote, and whether the configuration is newer.
    pub generated: Option<Generated>,
}

/// A toolkit and what it reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reader {
    /// `gtk3`.
    pub toolkit: String,
    /// Its version, as the files of the system tell.
    pub version: Option<String>,
    /// The input method that composes in its place.
    pub through: Option<String>,
    /// The file that it reads; `None` for a table of its own.
    pub file: Option<PathBuf>,
    /// The rules of the file that count.
    pub rules: usize,
    /// Why it composes nothing.
    pub broken: Option<String>,
}

/// A Compose file of the user's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Own {
    /// Where it is.
    pub file: PathBuf,
    /// What `composekey check` finds in it for these toolkits: errors,
    pub errors: usize,
    /// and warnings.
    pub warnings: usize,
    /// When it changed, with all that it includes, in seconds since 1970.
    pub changed: i64,
}

/// A file that composekey wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Generated {
    /// Where it is.
    pub file: PathBuf,
    /// Whether the configuration changed since.
    pub outdated: bool,
}

/// Programs that see another file system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sandboxes {
    /// How many Flatpak programs are installed.
    pub flatpaks: usize,
    /// Whether all of them may read `~/.XCompose`.
    pub flatpak_sees: bool,
    /// How many snaps are installed that are programs.
    pub snaps: usize,
    /// Programs built on Chromium that run.
    pub chromium: Vec<String>,
}

/// A Compose file in the form that a toolkit keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cache {
    /// Whose.
    pub toolkit: &'static str,
    /// Where.
    pub file: PathBuf,
    /// What it was made of.
    pub of: PathBuf,
    /// Whether the toolkit takes it although that changed.
    pub stale: bool,
}

/// The trigger and who else wants it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Caps {
    /// Options of the keymap that give Caps Lock a job.
    pub options: Vec<XkbOption>,
    /// Programs that take keys before applications get them.
    pub remappers: Vec<Remapper>,
    /// Whether Caps Lock is on; `None` when nothing tells.
    pub locked: Option<bool>,
    /// Whether a key can turn it off.
    pub can_unlock: bool,
}

/// An option of the keymap.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct XkbOption {
    /// `caps:escape`.
    pub name: String,
    /// What it makes of Caps Lock.
    pub job: &'static str,
    /// Where it is written; `None` when only the X server tells.
    pub set_in: Option<OptionSource>,
    /// All options that are written there.
    pub beside: Vec<String>,
}

/// Where options of the keymap are written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptionSource {
    /// GNOME's settings, under this schema.
    Gsettings(&'static str),
    /// A file, and the line.
    File(PathBuf, usize),
}

/// A program that takes keys before applications get them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Remapper {
    /// `keyd`.
    pub name: &'static str,
    /// Whether it runs.
    pub running: bool,
    /// The systemd unit that starts it.
    pub unit: Option<String>,
    /// Whether that is a unit of the user's.
    pub user_unit: bool,
    /// The first place in its settings that names Caps Lock.
    pub names_caps_lock: Option<(PathBuf, usize)>,
    /// Whether its settings could be read.
    pub settings_seen: bool,
}

/// The devices of keyboards.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Devices {
    /// `/dev/uinput`; `None` when it is not there.
    pub uinput: Option<Device>,
    /// How many `/dev/input/event*` there are.
    pub inputs: usize,
    /// How many of them this user may read.
    pub readable: usize,
    /// Groups that the user belongs to since this session began, and therefore not in it.
    pub groups_not_yet: Vec<String>,
    /// Whether this process is in the group `input`.
    pub in_input_group: bool,
    /// A udev rule that is about `uinput`.
    pub rule: Option<PathBuf>,
}

/// A device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Device {
    /// Its permissions: `0660`.
    pub mode: String,
    /// Its group.
    pub group: String,
    /// Whether this user may write to it, by whatever right.
    pub writable: bool,
    /// Whether everybody may.
    pub for_all: bool,
}

/// The daemon.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Service {
    /// The user's service manager, when it answers.
    pub systemd: Option<Systemd>,
    /// The entry that starts it with the desktop.
    pub autostart: Option<PathBuf>,
    /// Where the program is.
    pub program: Option<PathBuf>,
    /// Its processes.
    pub processes: Vec<u32>,
    /// Whether one runs as a user of its own, for the whole machine.
    pub of_machine: bool,
    /// The unit of that, where it is installed.
    pub machine_unit: Option<PathBuf>,
    /// How it is, when it answers.
    pub daemon: Option<Daemon>,
    /// Why it does not.
    pub silent: Option<String>,
}

/// The user's service manager.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Systemd {
    /// The unit's file: `enabled`, `disabled`; empty when there is no unit.
    pub enabled: String,
    /// `active`, `inactive`, `failed`.
    pub active: String,
    /// The exit status of its last run.
    pub exit_status: Option<i32>,
    /// Whether `graphical-session.target` is active, which starts it.
    pub graphical_session: bool,
}

/// How the daemon is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Daemon {
    /// Its version.
    pub version: String,
    /// Its process.
    pub pid: u32,
    /// The display it serves.
    pub display: String,
    /// The way keys come in.
    pub input: String,
    /// Whether it let go of the keyboards.
    pub paused: bool,
    /// Whether older maps are in force, because the newest have errors.
    pub kept: bool,
    /// Keyboards that it serves.
    pub keyboards: usize,
    /// Keyboards on which another program has the trigger.
    pub refused: Vec<String>,
}

/// The settings and keymaps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Config {
    /// The file.
    pub file: PathBuf,
    /// Whether it is there.
    pub there: bool,
    /// The key that is held.
    pub trigger: String,
    /// Sequences.
    pub sequences: usize,
    /// What `composekey check` finds: errors,
    pub errors: usize,
    /// and warnings.
    pub warnings: usize,
    /// When the newest of its files changed, in seconds since 1970.
    pub changed: i64,
}

/// Something that could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unseen {
    /// What.
    pub what: String,
    /// Why not.
    pub why: String,
}

impl Devices {
    /// Whether this user can take keyboards.
    #[must_use]
    pub fn are_open(&self) -> bool {
        self.uinput.as_ref().is_some_and(|device| device.writable) && self.readable > 0
    }
}

impl Methods {
    /// The input method that `XMODIFIERS` names and that is not on the X display. Programs of libX11 then
    /// compose nothing: `XOpenIM` fails, and only `none`, `local` or no name means its own method
    /// (`imLcIm.c`).
    #[must_use]
    pub fn missing_xim_server(&self) -> Option<&str> {
        let servers = self.xim_servers.as_ref()?;
        let variable = self.variables.iter().find(|variable| variable.name == "XMODIFIERS")?;
        let name = variable.value.strip_prefix("@im=")?.split('@').next()?;
        let own = ["", "none", "local"].contains(&name);
        (!own && servers.iter().all(|server| server != name)).then_some(name)
    }
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
