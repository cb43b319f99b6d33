//! The trigger, who else wants it, and the devices.

use std::path::PathBuf;

use serde::Serialize;

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

impl Devices {
    /// Whether this user can take keyboards.
    #[must_use]
    pub fn are_open(&self) -> bool {
        self.uinput.as_ref().is_some_and(|device| device.writable) && self.readable > 0
    }
}
