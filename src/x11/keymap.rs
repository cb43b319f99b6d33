//! The keymaps of keyboards, read from the server (not recompiled from rule names: the user may have
//! changed single keys), and being told when they change.

use x11rb::{
    errors::ConnectionError,
    protocol::xkb::{ConnectionExt as _, EventType, MapPart, SelectEventsAux},
};
use xkbcommon::xkb;

use super::Display;

/// Asks to be told when the keymap of a device changes; `device` is an XInput id or `UseCoreKbd`.
/// `details` is what else is asked for (`XkbSelectEvents`).
///
/// # Errors
/// When the connection is gone.
pub fn select_keymap_events(
    display: &Display,
    device: u16,
    details: &SelectEventsAux,
) -> Result<(), ConnectionError> {
    let kinds = EventType::NEW_KEYBOARD_NOTIFY | EventType::MAP_NOTIFY;
    let parts = MapPart::KEY_TYPES
        | MapPart::KEY_SYMS
        | MapPart::MODIFIER_MAP
        | MapPart::KEY_ACTIONS
        | MapPart::VIRTUAL_MODS
        | MapPart::VIRTUAL_MOD_MAP;
    let none = EventType::from(0u16);
    let _ = display.conn.xkb_select_events(device, none, kinds, parts, parts, details)?;
    Ok(())
}

/// The keymap of a device by its XInput id; `None` when it went away or the connection broke, which is told
/// otherwise.
#[must_use]
pub fn keymap(display: &Display, device: i32) -> Option<xkb::Keymap> {
    let context = xkb::Context::new(xkb::CONTEXT_NO_DEFAULT_INCLUDES);
    let flags = xkb::KEYMAP_COMPILE_NO_FLAGS;
    let keymap = xkb::x11::keymap_new_from_device(&context, &*display.conn, device, flags);
    (!keymap.get_raw_ptr().is_null()).then_some(keymap)
}
