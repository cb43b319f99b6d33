//! [`Settings`]: what a user can choose about the engine. `config.rs` reads them from TOML.

use std::time::Duration;

use crate::keycode::Keycode;

/// How the engine behaves. The defaults are the program's defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The key that is held.
    pub trigger: Keycode,
    /// What a press and release of the trigger alone does.
    pub tap_action: TapAction,
    /// How long a tap may take.
    pub tap: Duration,
    /// How the real Caps Lock is reached.
    pub caps_lock: CapsLock,
    /// What becomes of keys that lead nowhere.
    pub on_mismatch: OnMismatch,
    /// How long pending keys survive the trigger's release.
    pub release_grace: Duration,
    /// How long a tap waits for the next key.
    pub compose_timeout: Duration,
}

/// What a tap of the trigger does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TapAction {
    /// The next keys compose, as after the classic Compose key.
    #[default]
    Compose,
    /// Nothing.
    None,
    /// It toggles Caps Lock.
    CapsLock,
    /// It types Escape.
    Escape,
}

/// How the real Caps Lock is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CapsLock {
    /// Shift and the trigger, with no other key between.
    #[default]
    Shift,
    /// Both Shift keys together, while the trigger is held where the keyboard is not seen otherwise.
    BothShifts,
    /// Two taps, the second within [`Settings::tap`] of the first.
    DoubleTap,
    /// Not at all.
    Never,
}

/// What becomes of keys that lead nowhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnMismatch {
    /// They are dropped.
    #[default]
    Discard,
    /// They are typed as text.
    Type,
    /// The last two are tried in the other order.
    Swap,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            trigger: Keycode::CAPS_LOCK,
            tap_action: TapAction::default(),
            tap: Duration::from_millis(300),
            caps_lock: CapsLock::default(),
            on_mismatch: OnMismatch::default(),
            release_grace: Duration::from_millis(300),
            compose_timeout: Duration::from_secs(5),
        }
    }
}
