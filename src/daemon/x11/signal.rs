//! [`Signal`]: tells the user that keys led nowhere. Shows no keys.

use std::time::{Duration, Instant};

use x11rb::protocol::xproto::{ChangeKeyboardControlAux, ConnectionExt as _, LedMode};

use crate::{
    config::Feedback,
    x11::{Display, DisplayError},
};

/// The Scroll Lock lamp (X11 protocol, `ChangeKeyboardControl`: lamps count from 1).
const LAMP: u32 = 3;

/// How long the lamp is lit.
const FLASH: Duration = Duration::from_millis(150);

/// A bell or a lamp.
#[derive(Debug, Default)]
pub(super) struct Signal {
    dark_at: Option<Instant>,
}

impl Signal {
    /// Rings or lights, as the settings say.
    ///
    /// # Errors
    /// When the connection broke.
    pub(super) fn mismatch(
        &mut self,
        display: &Display,
        kind: Feedback,
        now: Instant,
    ) -> Result<(), DisplayError> {
        match kind {
            Feedback::Bell => drop(display.conn.bell(0)?),
            Feedback::Led => {
                lamp(display, LedMode::ON)?;
                self.dark_at = Some(now + FLASH);
            }
            Feedback::None => {}
        }
        Ok(())
    }

    /// When [`Self::proceed`] has something to do.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.dark_at
    }

    /// Puts the lamp out when it is time.
    ///
    /// # Errors
    /// When the connection broke.
    pub(super) fn proceed(&mut self, display: &Display, now: Instant) -> Result<(), DisplayError> {
        if self.dark_at.is_some_and(|at| at <= now) {
            self.dark_at = None;
            lamp(display, LedMode::OFF)?;
        }
        Ok(())
    }
}

fn lamp(display: &Display, mode: LedMode) -> Result<(), DisplayError> {
    let control = ChangeKeyboardControlAux::new().led(LAMP).led_mode(mode);
    let _ = display.conn.change_keyboard_control(&control)?;
    Ok(())
}
