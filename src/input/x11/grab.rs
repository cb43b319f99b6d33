//! The grabs, as requests. All are asynchronous: a keyboard that is grabbed is never frozen.

use x11rb::{
    NONE,
    protocol::{
        xinput::{self, ConnectionExt as _, GrabMode22, GrabOwner, GrabType},
        xproto::{GrabMode, GrabStatus},
    },
};

use super::x_id;
use crate::{
    engine::DeviceId,
    keycode::Keycode,
    x11::{Display, DisplayError},
};

/// Any combination of modifiers (XI2 protocol, `XIAnyModifier`).
const ANY_MODIFIER: u32 = 1 << 31;

/// What a grab reports.
const KEYS: [u32; 1] = [(1 << xinput::KEY_PRESS_EVENT) | (1 << xinput::KEY_RELEASE_EVENT)];

/// From now on a press of `key` gives us `device` until its release; `false` when another program
/// has that already (`XIPassiveGrabDevice`).
pub(super) fn passive(
    display: &Display,
    device: DeviceId,
    key: Keycode,
) -> Result<bool, DisplayError> {
    let reply = display.conn.xinput_xi_passive_grab_device(
        x11rb::CURRENT_TIME,
        display.root,
        NONE,
        key.0,
        x_id(device),
        GrabType::KEYCODE,
        GrabMode22::ASYNC,
        GrabMode::ASYNC,
        GrabOwner::NO_OWNER,
        &KEYS,
        &[ANY_MODIFIER],
    )?;
    // The reply lists the modifier combinations that could not be grabbed.
    Ok(reply.reply()?.modifiers.is_empty())
}

/// The opposite of [`passive`].
pub(super) fn drop_passive(
    display: &Display,
    device: DeviceId,
    key: Keycode,
) -> Result<(), DisplayError> {
    let _ = display.conn.xinput_xi_passive_ungrab_device(
        display.root,
        key.0,
        x_id(device),
        GrabType::KEYCODE,
        &[ANY_MODIFIER],
    )?;
    Ok(())
}

/// Gives us `device` until [`drop_active`]; `false` when the server refuses (`XIGrabDevice`).
pub(super) fn active(display: &Display, device: DeviceId) -> Result<bool, DisplayError> {
    let reply = display.conn.xinput_xi_grab_device(
        display.root,
        x11rb::CURRENT_TIME,
        NONE,
        x_id(device),
        GrabMode::ASYNC,
        GrabMode::ASYNC,
        GrabOwner::NO_OWNER,
        &KEYS,
    )?;
    match reply.reply().map_err(DisplayError::from) {
        Ok(reply) => Ok(reply.status == GrabStatus::SUCCESS),
        // The device went away: the next hierarchy event will tell.
        Err(DisplayError::Reply(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The opposite of [`active`].
pub(super) fn drop_active(display: &Display, device: DeviceId) -> Result<(), DisplayError> {
    let _ = display.conn.xinput_xi_ungrab_device(x11rb::CURRENT_TIME, x_id(device))?;
    Ok(())
}
