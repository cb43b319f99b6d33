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

    /// The evdev code; `None` for a keycode below 8, which evdev cannot send.
    #[must_use]
    pub fn to_evdev(self) -> Option<u16> {
        self.0.checked_sub(8)?.try_into().ok()
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
