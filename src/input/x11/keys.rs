//! [`Down`]: which keys of a device are down.

use std::collections::VecDeque;

use x11rb::protocol::{
    Event as XEvent,
    xinput::{ConnectionExt as _, InputStateData},
};

use super::x_id;
use crate::{
    engine::DeviceId,
    keycode::Keycode,
    x11::{Display, DisplayError, Numbered},
};

/// One bit a keycode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Down([u8; 32]);

impl Down {
    /// Asks the server which keys of `device` are down at the moment before the first event of
    /// `following` that is not among the `known` first ones (XInput 1.5, `QueryDeviceState`). `None`
    /// when the device is gone.
    ///
    /// The answer is younger than that moment. What happened between the two is in events that
    /// wait: they are read to the end and taken back.
    pub(super) fn query(
        display: &Display,
        device: DeviceId,
        following: &mut VecDeque<Numbered>,
        known: usize,
    ) -> Result<Option<Self>, DisplayError> {
        let Ok(id) = u8::try_from(x_id(device)) else { return Ok(None) };
        let cookie = display.conn.xinput_query_device_state(id)?;
        let asked = cookie.sequence_number();
        let reply = match cookie.reply().map_err(DisplayError::from) {
            Err(DisplayError::Reply(_)) => return Ok(None),
            reply => reply?,
        };
        display.drain(following)?;
        let mut down = Self([0; 32]);
        for class in reply.classes {
            if let InputStateData::Key(keys) = class.data {
                down = Self(keys.keys);
            }
        }
        let before_the_answer = following.iter().skip(known).filter(|(_, number)| *number < asked);
        for (event, _) in before_the_answer.rev() {
            down.take_back(device, event);
        }
        Ok(Some(down))
    }

    /// Undoes what `event` did to the keys of `device`.
    fn take_back(&mut self, device: DeviceId, event: &XEvent) {
        let (key, pressed) = match event {
            XEvent::XinputKeyPress(key) => (key, true),
            XEvent::XinputKeyRelease(key) => (key, false),
            _ => return,
        };
        if u32::from(key.deviceid) == device.0 {
            self.set(Keycode(key.detail), !pressed);
        }
    }

    /// Notes that a key is down, or not.
    pub(super) fn set(&mut self, keycode: Keycode, down: bool) {
        if let Some(byte) = self.0.get_mut(keycode.0 as usize / 8) {
            let bit = 1 << (keycode.0 % 8);
            *byte = if down { *byte | bit } else { *byte & !bit };
        }
    }

    /// Whether a key is down.
    pub(super) fn has(self, keycode: Keycode) -> bool {
        self.keys().any(|key| key == keycode)
    }

    /// The keys that are down, in ascending order.
    pub(super) fn keys(self) -> impl Iterator<Item = Keycode> {
        (0..=255)
            .filter(move |code| self.0[code / 8] & (1 << (code % 8)) != 0)
            .map(|code| Keycode(u32::try_from(code).expect("below 256")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_and_lists() {
        let mut down = Down([0; 32]);
        down.set(Keycode(66), true);
        down.set(Keycode(255), true);
        down.set(Keycode(66), false);
        down.set(Keycode(8), true);
        down.set(Keycode(300), true);
        assert_eq!(down.keys().collect::<Vec<_>>(), [Keycode(8), Keycode(255)]);
    }
}
