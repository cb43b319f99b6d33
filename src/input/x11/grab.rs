//! The grabs, as requests.
//!
//! The passive grab is synchronous: from the trigger's press the server keeps the keys of that
//! keyboard until we say whose they are ([`active`], [`thaw`]). All else is asynchronous.

use x11rb::{
    NONE,
    cookie::Cookie,
    protocol::{
        xinput::{
            self, ConnectionExt as _, EventMode, GrabMode22, GrabOwner, GrabType,
            XIPassiveGrabDeviceReply,
        },
        xproto::{GrabMode, GrabStatus},
    },
    xcb_ffi::XCBConnection,
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

/// From now on a press of `key` gives us `device` until its release, and stops it until [`active`]
/// or [`thaw`]; `false` when another program has that already (`XIPassiveGrabDevice`).
pub(super) fn passive(
    display: &Display,
    device: DeviceId,
    key: Keycode,
) -> Result<bool, DisplayError> {
    // The reply lists the modifier combinations that could not be grabbed.
    Ok(request_passive(display, device, key)?.reply()?.modifiers.is_empty())
}

/// [`passive`] for all keys but `trigger`. A key that another program has is left to it.
pub(super) fn cover(
    display: &Display,
    device: DeviceId,
    trigger: Keycode,
) -> Result<(), DisplayError> {
    for key in others(trigger) {
        request_passive(display, device, key)?.discard_reply_and_errors();
    }
    Ok(())
}

/// The opposite of [`cover`].
pub(super) fn uncover(
    display: &Display,
    device: DeviceId,
    trigger: Keycode,
) -> Result<(), DisplayError> {
    others(trigger).try_for_each(|key| drop_passive(display, device, key))
}

fn others(trigger: Keycode) -> impl Iterator<Item = Keycode> {
    (8..=255).map(Keycode).filter(move |key| *key != trigger)
}

fn request_passive(
    display: &Display,
    device: DeviceId,
    key: Keycode,
) -> Result<Cookie<'_, XCBConnection, XIPassiveGrabDeviceReply>, DisplayError> {
    Ok((*display.conn).xinput_xi_passive_grab_device(
        x11rb::CURRENT_TIME,
        display.root,
        NONE,
        key.0,
        x_id(device),
        GrabType::KEYCODE,
        GrabMode22::SYNC,
        GrabMode::ASYNC,
        GrabOwner::NO_OWNER,
        &KEYS,
        &[ANY_MODIFIER],
    )?)
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

/// Gives us `device` until [`drop_active`], with the keys that the server kept; `false` when it
/// refuses (`XIGrabDevice`).
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

/// Lets the keys of `device` go on, if a passive grab of ours stopped them (`XIAllowEvents`).
pub(super) fn thaw(display: &Display, device: DeviceId) -> Result<(), DisplayError> {
    let _ = display.conn.xinput_xi_allow_events(
        x11rb::CURRENT_TIME,
        x_id(device),
        EventMode::ASYNC_DEVICE,
        0,
        NONE,
    )?;
    Ok(())
}

/// The opposite of [`active`]; the number of the request (`XIUngrabDevice`).
pub(super) fn drop_active(display: &Display, device: DeviceId) -> Result<u64, DisplayError> {
    let cookie = display.conn.xinput_xi_ungrab_device(x11rb::CURRENT_TIME, x_id(device))?;
    Ok(cookie.sequence_number())
}
