//! [`keys_down`]: which keys a device has down.

use std::collections::BTreeSet;

use x11rb::protocol::xinput::{ConnectionExt as _, InputStateData};

use super::{Display, DisplayError};

/// The keycodes that are down on any of these devices (`XQueryDeviceState`). A device that went away has
/// none.
///
/// # Errors
/// When the connection broke.
pub fn keys_down(display: &Display, devices: &[u16]) -> Result<BTreeSet<u8>, DisplayError> {
    // XInput 1 has ids of one byte, and so has the server.
    let ids = devices.iter().filter_map(|id| u8::try_from(*id).ok());
    let cookies: Vec<_> =
        ids.map(|id| display.conn.xinput_query_device_state(id)).collect::<Result<_, _>>()?;
    let mut down = BTreeSet::new();
    for cookie in cookies {
        let reply = match cookie.reply().map_err(DisplayError::from) {
            Ok(reply) => reply,
            // The device went away.
            Err(DisplayError::Reply(_)) => continue,
            Err(error) => return Err(error),
        };
        for class in &reply.classes {
            if let InputStateData::Key(key) = &class.data {
                let has = |code: u8| key.keys[usize::from(code / 8)] & (1 << (code % 8)) != 0;
                down.extend((0..=255).filter(|&code| has(code)));
            }
        }
    }
    Ok(down)
}
