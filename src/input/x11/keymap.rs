//! The keymaps of the keyboards, read from the server (not recompiled from rule names: the user may
//! have changed single keys).

use x11rb::protocol::xkb::{ConnectionExt as _, EventType, MapPart, SelectEventsAux};
use xkbcommon::xkb;

use super::x_id;
use crate::{
    engine::{DeviceId, XkbKeyboard},
    x11::{Display, DisplayError},
};

/// Asks to be told when the keymap of `device` changes.
pub(super) fn select_events(display: &Display, device: DeviceId) -> Result<(), DisplayError> {
    let kinds = EventType::NEW_KEYBOARD_NOTIFY | EventType::MAP_NOTIFY;
    let parts = MapPart::KEY_TYPES
        | MapPart::KEY_SYMS
        | MapPart::MODIFIER_MAP
        | MapPart::KEY_ACTIONS
        | MapPart::VIRTUAL_MODS
        | MapPart::VIRTUAL_MOD_MAP;
    let none = EventType::from(0u16);
    let details = SelectEventsAux::default();
    let _ = display.conn.xkb_select_events(x_id(device), none, kinds, parts, parts, &details)?;
    Ok(())
}

/// Reads a keymap; `None` when the device went away or the connection broke, which is told
/// otherwise.
pub(super) fn read(display: &Display, device: DeviceId) -> Option<XkbKeyboard> {
    let keymap = xkb::x11::keymap_new_from_device(
        &xkb::Context::new(xkb::CONTEXT_NO_DEFAULT_INCLUDES),
        &*display.conn,
        i32::from(x_id(device)),
        xkb::KEYMAP_COMPILE_NO_FLAGS,
    );
    (!keymap.get_raw_ptr().is_null()).then(|| XkbKeyboard::new(keymap))
}
