//! [`Signal`]: tells the user that keys led nowhere. Shows no keys.

use std::time::{Duration, Instant};

use x11rb::protocol::{
    xinput::{
        ChangeFeedbackControlMask, ConnectionExt as _, FeedbackClass, FeedbackCtl, FeedbackCtlData,
        FeedbackCtlDataKeyboard, FeedbackStateData,
    },
    xproto::ConnectionExt as _,
};

use crate::{
    config::Feedback,
    x11::{Display, DisplayError, Role},
};

/// The Scroll Lock lamp, the third one (X11 protocol, `ChangeKeyboardControl`).
const LAMP: u32 = 1 << 2;

/// How long the lamp is lit, or dark where it was lit.
const FLASH: Duration = Duration::from_millis(150);

/// A bell or a lamp.
#[derive(Debug, Default)]
pub(super) struct Signal {
    back_at: Option<Instant>,
    /// The lamps that are not as they were.
    flashing: Vec<Lamp>,
}

/// The lamp of a keyboard, and how it was.
#[derive(Debug)]
struct Lamp {
    device: u8,
    feedback: u8,
    lit: bool,
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
                if self.flashing.is_empty() {
                    self.flashing = lamps(display)?;
                }
                self.flashing.iter().try_for_each(|lamp| lamp.set(display, !lamp.lit))?;
                self.back_at = Some(now + FLASH);
            }
            Feedback::None => {}
        }
        Ok(())
    }

    /// When [`Self::proceed`] has something to do.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.back_at
    }

    /// Makes the lamps as they were when it is time.
    ///
    /// # Errors
    /// When the connection broke.
    pub(super) fn proceed(&mut self, display: &Display, now: Instant) -> Result<(), DisplayError> {
        if self.back_at.is_some_and(|at| at <= now) { self.restore(display) } else { Ok(()) }
    }

    /// Makes the lamps as they were.
    ///
    /// # Errors
    /// When the connection broke.
    pub(super) fn restore(&mut self, display: &Display) -> Result<(), DisplayError> {
        self.back_at = None;
        self.flashing.drain(..).try_for_each(|lamp| lamp.set(display, lamp.lit))
    }
}

/// The lamp of every keyboard. The core protocol knows those of attached keyboards only, and the one
/// that is typed on floats.
fn lamps(display: &Display) -> Result<Vec<Lamp>, DisplayError> {
    let mut lamps = Vec::new();
    for keyboard in display.keyboards()? {
        let Ok(device) = u8::try_from(keyboard.id) else { continue };
        if !matches!(keyboard.role, Role::Slave | Role::Floating) {
            continue;
        }
        // A keyboard that went away meanwhile has no lamp.
        let Ok(reply) = display.conn.xinput_get_feedback_control(device)?.reply() else { continue };
        lamps.extend(reply.feedbacks.into_iter().filter_map(|state| match state.data {
            FeedbackStateData::Keyboard(keyboard) => Some(Lamp {
                device,
                feedback: state.feedback_id,
                // The X server has here what is lit.
                lit: keyboard.led_mask & LAMP != 0,
            }),
            _ => None,
        }));
    }
    Ok(lamps)
}

impl Lamp {
    fn set(&self, display: &Display, lit: bool) -> Result<(), DisplayError> {
        let data = FeedbackCtlDataKeyboard {
            key: 0,
            auto_repeat_mode: 0,
            key_click_percent: 0,
            bell_percent: 0,
            bell_pitch: 0,
            bell_duration: 0,
            led_mask: LAMP,
            led_values: if lit { LAMP } else { 0 },
        };
        let control = FeedbackCtl {
            feedback_id: self.feedback,
            // Bytes, the two fields before it included (XI protocol, `KbdFeedbackCtl`).
            len: 20,
            data: FeedbackCtlData::Keyboard(data),
        };
        let mask = ChangeFeedbackControlMask::LED;
        let (device, class) = (self.device, u8::from(FeedbackClass::KEYBOARD));
        let _ = display.conn.xinput_change_feedback_control(mask, device, class, control)?;
        Ok(())
    }
}
