//! [`Keycode`]: which key it is, whatever is written on it.

use std::fmt;

/// A key, numbered as X11 and xkbcommon do: the evdev code plus 8 (XKB protocol, section 2; evdev
/// keycodes file of xkeyboard-config). X11 clients see the range 8..=255.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Keycode(pub u32);

impl Keycode {
    /// `Backspace`, evdev `KEY_BACKSPACE`.
    pub const BACKSPACE: Self = Self::from_evdev(14);
    /// `Caps Lock`, evdev `KEY_CAPSLOCK`: the trigger unless configured.
    pub const CAPS_LOCK: Self = Self::from_evdev(58);
    /// `Enter`, evdev `KEY_ENTER`.
    pub const ENTER: Self = Self::from_evdev(28);
    /// `Escape`, evdev `KEY_ESC`.
    pub const ESCAPE: Self = Self::from_evdev(1);

    /// The key with this evdev code (`linux/input-event-codes.h`).
    #[must_use]
    pub const fn from_evdev(code: u16) -> Self {
        Self(code as u32 + 8)
    }

    /// The keys that can be the trigger, by the names that the settings use
    /// (`linux/input-event-codes.h`).
    pub const NAMED: &[(&str, Self)] = &[
        ("caps_lock", Self::CAPS_LOCK),
        ("scroll_lock", Self::from_evdev(70)),
        ("num_lock", Self::from_evdev(69)),
        ("right_alt", Self::from_evdev(100)),
        ("left_alt", Self::from_evdev(56)),
        ("right_ctrl", Self::from_evdev(97)),
        ("left_ctrl", Self::from_evdev(29)),
        ("right_super", Self::from_evdev(126)),
        ("left_super", Self::from_evdev(125)),
        ("menu", Self::from_evdev(127)),
        ("pause", Self::from_evdev(119)),
        ("print", Self::from_evdev(99)),
        ("insert", Self::from_evdev(110)),
        ("less", Self::from_evdev(86)),
        ("henkan", Self::from_evdev(92)),
        ("muhenkan", Self::from_evdev(94)),
        ("katakana_hiragana", Self::from_evdev(93)),
    ];

    /// The key with this name of [`Keycode::NAMED`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMED.iter().find(|(known, _)| *known == name).map(|&(_, keycode)| keycode)
    }

    /// The name of the key in [`Keycode::NAMED`], if it is there.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        Self::NAMED.iter().find(|&&(_, keycode)| keycode == self).map(|&(name, _)| name)
    }

    /// The keycode as the X11 protocol carries it; `None` above 255.
    #[must_use]
    pub fn to_x11(self) -> Option<u8> {
        self.0.try_into().ok()
    }
}

impl fmt::Display for Keycode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
