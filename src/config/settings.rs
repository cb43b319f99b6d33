//! [`Settings`]: what a user can choose, and how `config.toml` says it.

use std::{ops::RangeInclusive, time::Duration};

use crate::{
    diagnostic::{Code, Diagnostic, list},
    engine::{self, CapsLock, OnMismatch, TapAction},
    keycode::Keycode,
    map::{self, Entry, Kind, Value},
};

/// Every setting. The defaults are the program's defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How the engine behaves.
    pub engine: engine::Settings,
    /// What a mismatch does besides.
    pub feedback: Feedback,
    /// Window classes in which nothing is grabbed, because their programs read keycodes.
    pub ignore: Vec<String>,
    /// The keyboard layout that `find` and its like show keys for, and that text is spelled in on evdev
    /// where no compositor tells its keymap; the session's own without it.
    pub layout: Option<String>,
    /// Where keys come from.
    pub backend: Backend,
    /// Devices that are keyboards though they do not look so (evdev).
    pub include_devices: Vec<String>,
    /// Devices that are left alone (evdev).
    pub exclude_devices: Vec<String>,
    /// What becomes of the keyboards while the session is locked or not active (evdev).
    pub when_away: WhenAway,
}

/// Where keys come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Backend {
    /// An X server when there is a real one, else the keyboards themselves.
    #[default]
    Auto,
    /// An X server.
    X11,
    /// The keyboards themselves.
    Evdev,
}

/// What becomes of the keyboards while the session is locked or not active.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenAway {
    /// They are whoever's is there.
    #[default]
    LetGo,
    /// They stay ours.
    Keep,
}

/// What a mismatch does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Feedback {
    /// It rings.
    #[default]
    Bell,
    /// A light of the keyboard blinks.
    Led,
    /// Nothing.
    None,
}

/// The settings of `config.toml`, in the order of its documentation.
pub const NAMES: &[&str] = &[
    "trigger",
    "tap_action",
    "tap_ms",
    "caps_lock",
    "on_mismatch",
    "release_grace_ms",
    "compose_timeout_ms",
    "feedback",
    "ignore",
    "backend",
    "include_devices",
    "exclude_devices",
    "when_away",
    "layout",
    "keymaps",
    "remove",
];

/// Virtual machines, remote desktops and games' streams: their programs send keycodes on.
const IGNORE: &[&str] = &[
    "Gnome-boxes",
    "Moonlight",
    "Qemu-system-x86_64",
    "Remote-viewer",
    "Virt-manager",
    "Virt-viewer",
    "VirtualBox Machine",
    "Vmplayer",
    "Vmware",
    "Vncviewer",
    "X2GoAgent",
    "krdc",
    "org.remmina.Remmina",
    "xfreerdp",
];

/// The layout of the session.
const AUTO: &str = "auto";

/// What is known of the value of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Values {
    /// One of these words.
    Words(Vec<&'static str>),
    /// So many milliseconds.
    Milliseconds(RangeInclusive<u64>),
    /// A list of strings, or one.
    List,
    /// Any string.
    Text,
}

const TAP_MS: RangeInclusive<u64> = 50..=60_000;
const RELEASE_GRACE_MS: RangeInclusive<u64> = 0..=60_000;
const COMPOSE_TIMEOUT_MS: RangeInclusive<u64> = 500..=60_000;

/// The values of a setting of [`NAMES`]; `None` for another name.
#[must_use]
pub fn values(name: &str) -> Option<Values> {
    fn words<T>(choices: &[(&'static str, T)]) -> Values {
        Values::Words(choices.iter().map(|(word, _)| *word).collect())
    }
    Some(match name {
        "backend" => words(BACKEND),
        "trigger" => words(Keycode::NAMED),
        "tap_action" => words(TAP_ACTION),
        "caps_lock" => words(CAPS_LOCK),
        "on_mismatch" => words(ON_MISMATCH),
        "feedback" => words(FEEDBACK),
        "when_away" => words(WHEN_AWAY),
        "tap_ms" => Values::Milliseconds(TAP_MS),
        "release_grace_ms" => Values::Milliseconds(RELEASE_GRACE_MS),
        "compose_timeout_ms" => Values::Milliseconds(COMPOSE_TIMEOUT_MS),
        "ignore" | "include_devices" | "exclude_devices" | "keymaps" | "remove" => Values::List,
        "layout" => Values::Text,
        _ => return None,
    })
}

const TAP_ACTION: &[(&str, TapAction)] = &[
    ("compose", TapAction::Compose),
    ("none", TapAction::None),
    ("caps_lock", TapAction::CapsLock),
    ("escape", TapAction::Escape),
];

const CAPS_LOCK: &[(&str, CapsLock)] = &[
    ("shift", CapsLock::Shift),
    ("both_shifts", CapsLock::BothShifts),
    ("double_tap", CapsLock::DoubleTap),
    ("never", CapsLock::Never),
];

const ON_MISMATCH: &[(&str, OnMismatch)] =
    &[("discard", OnMismatch::Discard), ("type", OnMismatch::Type), ("swap", OnMismatch::Swap)];

const FEEDBACK: &[(&str, Feedback)] =
    &[("bell", Feedback::Bell), ("led", Feedback::Led), ("none", Feedback::None)];

const WHEN_AWAY: &[(&str, WhenAway)] = &[("let_go", WhenAway::LetGo), ("keep", WhenAway::Keep)];

const BACKEND: &[(&str, Backend)] =
    &[("auto", Backend::Auto), ("x11", Backend::X11), ("evdev", Backend::Evdev)];

impl Default for Settings {
    fn default() -> Self {
        Self {
            engine: engine::Settings::default(),
            feedback: Feedback::default(),
            ignore: IGNORE.iter().map(|&class| class.to_owned()).collect(),
            backend: Backend::default(),
            include_devices: Vec::new(),
            exclude_devices: Vec::new(),
            when_away: WhenAway::default(),
            layout: None,
        }
    }
}

impl Settings {
    /// Whether nothing is grabbed in windows of this class. Case does not matter.
    #[must_use]
    pub fn ignores(&self, class: &str) -> bool {
        self.ignore.iter().any(|ignored| ignored.eq_ignore_ascii_case(class))
    }

    /// Takes one setting other than `keymaps` and `remove`; gives it back when there is none of
    /// this name. A value that cannot be leaves the setting as it was.
    pub(super) fn set(
        &mut self,
        entry: Entry,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<(), Entry> {
        let name = entry.key.as_str();
        let mut reader = Reader { name, diagnostics };
        let engine = &mut self.engine;
        match name {
            "trigger" => reader.choice(entry.value, Keycode::NAMED, &mut engine.trigger),
            "tap_action" => reader.choice(entry.value, TAP_ACTION, &mut engine.tap_action),
            "tap_ms" => reader.milliseconds(entry.value, TAP_MS, &mut engine.tap),
            "caps_lock" => reader.choice(entry.value, CAPS_LOCK, &mut engine.caps_lock),
            "on_mismatch" => reader.choice(entry.value, ON_MISMATCH, &mut engine.on_mismatch),
            "release_grace_ms" => {
                reader.milliseconds(entry.value, RELEASE_GRACE_MS, &mut engine.release_grace);
            }
            "compose_timeout_ms" => {
                reader.milliseconds(entry.value, COMPOSE_TIMEOUT_MS, &mut engine.compose_timeout);
            }
            "feedback" => reader.choice(entry.value, FEEDBACK, &mut self.feedback),
            "ignore" => reader.strings(entry.value, &mut self.ignore),
            "backend" => reader.choice(entry.value, BACKEND, &mut self.backend),
            "include_devices" => reader.strings(entry.value, &mut self.include_devices),
            "exclude_devices" => reader.strings(entry.value, &mut self.exclude_devices),
            "when_away" => reader.choice(entry.value, WHEN_AWAY, &mut self.when_away),
            "layout" => {
                let layout = map::string(entry.value, name, diagnostics);
                self.layout = layout.filter(|layout| layout != AUTO);
            }
            _ => return Err(entry),
        }
        Ok(())
    }
}

struct Reader<'a> {
    name: &'a str,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    /// One of several words.
    fn choice<T: Copy>(&mut self, value: Value, choices: &[(&str, T)], setting: &mut T) {
        let span = value.span;
        let words: Vec<_> = choices.iter().map(|&(word, _)| word).collect();
        let Some(word) = map::string(value, self.name, self.diagnostics) else {
            if let Some(last) = self.diagnostics.last_mut() {
                last.help = Some(format!("expected {}", list(&words)));
            }
            return;
        };
        match choices.iter().find(|(known, _)| *known == word) {
            Some(&(_, choice)) => *setting = choice,
            None => self.diagnostics.push(
                Diagnostic::new(Code::BadValue, format!("`{}` cannot be `{word}`", self.name))
                    .at(span, "")
                    .did_you_mean(&word, words),
            ),
        }
    }

    /// A list of strings.
    fn strings(&mut self, value: Value, setting: &mut Vec<String>) {
        if let Some(strings) = map::spanned_strings(value, self.name, self.diagnostics) {
            *setting = strings.into_iter().map(|(string, _)| string).collect();
        }
    }

    fn milliseconds(&mut self, value: Value, range: RangeInclusive<u64>, setting: &mut Duration) {
        let given = match value.kind {
            Kind::Integer(number) => {
                u64::try_from(number).ok().filter(|number| range.contains(number))
            }
            _ => None,
        };
        match given {
            Some(number) => *setting = Duration::from_millis(number),
            None => {
                let (low, high) = range.into_inner();
                let message =
                    format!("`{}` is a number of milliseconds from {low} to {high}", self.name);
                self.diagnostics.push(
                    Diagnostic::new(Code::BadValue, message)
                        .at(value.span, "")
                        .help(format!("the default is {}", setting.as_millis())),
                );
            }
        }
    }
}
