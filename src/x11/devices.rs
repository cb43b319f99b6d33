//! What the server tells of its input devices: where they come from, that one came.

use std::{ffi::OsString, os::unix::ffi::OsStringExt as _, path::PathBuf};

use x11rb::{
    errors::ConnectionError,
    protocol::{
        xinput::{self, ConnectionExt as _, XIEventMask, XIGetPropertyItems},
        xproto::{AtomEnum, ConnectionExt as _},
    },
};

use super::{Display, DisplayError};

/// The longest path that is asked for, in units of four bytes.
const LENGTH: u32 = 64;

/// Asks to be told when a device comes or goes (`XI_HierarchyChanged`).
///
/// # Errors
/// When the connection is gone.
pub fn select_device_events(display: &Display) -> Result<(), ConnectionError> {
    let deviceid = u16::from(xinput::Device::ALL);
    let mask = vec![XIEventMask::HIERARCHY];
    let masks = [xinput::EventMask { deviceid, mask }];
    let _ = display.conn.xinput_xi_select_events(display.root, &masks)?;
    Ok(())
}

/// The kernel's node of a device, which the drivers `libinput` and `evdev` tell; `None` when another one
/// drives it, or it went away.
///
/// # Errors
/// When the connection broke.
pub fn device_node(display: &Display, device: u16) -> Result<Option<PathBuf>, DisplayError> {
    let conn = &display.conn;
    let property = conn.intern_atom(true, b"Device Node")?.reply()?.atom;
    let any = u32::from(AtomEnum::ANY);
    let asked = conn.xinput_xi_get_property(device, false, property, any, 0, LENGTH)?;
    match asked.reply().map_err(DisplayError::from) {
        Ok(xinput::XIGetPropertyReply { items: XIGetPropertyItems::Data8(mut path), .. }) => {
            path.truncate(path.iter().position(|&byte| byte == 0).unwrap_or(path.len()));
            Ok(Some(PathBuf::from(OsString::from_vec(path))))
        }
        Ok(_) | Err(DisplayError::Reply(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
