//! [`Signal`]: says that keys led nowhere. A keyboard of the kernel has no bell, so it is a lamp.

use std::time::{Duration, Instant};

use evdev::LedCode;

use crate::{
    engine::DeviceId,
    input::evdev::{EvdevInput, Lamp},
};

/// How long the lamp is lit.
const FLASH: Duration = Duration::from_millis(150);

/// When the lamp goes out.
#[derive(Debug, Default)]
pub(super) struct Signal {
    dark_at: Option<Instant>,
}

impl Signal {
    /// Lights the lamp of this keyboard.
    pub(super) fn mismatch(&mut self, input: &mut EvdevInput, device: DeviceId, now: Instant) {
        if let Some(keyboard) = input.keyboard(device) {
            keyboard.light(Lamp { code: LedCode::LED_SCROLLL.0, lit: true });
            self.dark_at = Some(now + FLASH);
        }
    }

    /// Puts it out when it is time.
    pub(super) fn proceed(&mut self, input: &mut EvdevInput, now: Instant) {
        if self.dark_at.is_some_and(|at| at <= now) {
            self.dark_at = None;
            input.restore_lamps();
        }
    }

    /// When [`Self::proceed`] has something to do.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.dark_at
    }
}
