//! [`clear_caps_lock`]: Caps Lock off, on every keyboard, whatever left it on.

use x11rb::protocol::{
    xkb::{self, ConnectionExt as _},
    xproto::{ConnectionExt as _, KEY_RELEASE_EVENT, ModMask},
    xtest::ConnectionExt as _,
};

use super::{Display, DisplayError};

/// The core keyboard (`XkbUseCoreKbd`), which the applications see.
const CORE: u16 = 0x100;

/// The row of the modifier map that has the keys of Lock (X11 protocol, `SetModifierMapping`).
const LOCK_ROW: usize = 1;

/// What had to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cleared {
    /// The lock was on.
    pub locked: bool,
    /// Keys of Lock that were down and are let go of: X keycodes.
    pub released: Vec<u8>,
    /// The lock is on in spite of all: something holds it.
    pub still_on: bool,
}

/// Switches Caps Lock (or Shift Lock) off and lets go of its keys.
///
/// `XkbLatchLockState` on the core keyboard reaches the keyboards attached to it (XKB protocol,
/// 10.6); one that floats has a lock of its own and is asked for by its number.
///
/// # Errors
/// When the connection broke.
pub fn clear_caps_lock(display: &Display) -> Result<Cleared, DisplayError> {
    let conn = &display.conn;
    let mut cleared = Cleared::default();
    // Released first: a Shift_Lock key that goes up would not undo what is cleared before it.
    if state(display, CORE)?.base_mods.contains(ModMask::LOCK) {
        cleared.released = lock_keys_down(display)?;
        for &keycode in &cleared.released {
            conn.xtest_fake_input(KEY_RELEASE_EVENT, keycode, 0, x11rb::NONE, 0, 0, 0)?;
        }
        display.sync()?;
    }
    let keyboards = display.keyboards()?.into_iter().map(|keyboard| keyboard.id);
    for id in keyboards.chain([CORE]) {
        // A keyboard may go away between two requests.
        let Ok(state) = state(display, id) else { continue };
        if state.locked_mods.contains(ModMask::LOCK) {
            cleared.locked = true;
            clear(display, id)?;
        }
    }
    display.sync()?;
    cleared.still_on = state(display, CORE)?.mods.contains(ModMask::LOCK);
    Ok(cleared)
}

fn state(display: &Display, device: u16) -> Result<xkb::GetStateReply, DisplayError> {
    Ok(display.conn.xkb_get_state(device)?.reply()?)
}

fn clear(display: &Display, device: u16) -> Result<(), DisplayError> {
    let (none, group) = (ModMask::from(0_u8), xkb::Group::M1);
    let conn = &display.conn;
    let cleared =
        conn.xkb_latch_lock_state(device, ModMask::LOCK, none, false, group, none, false, 0)?;
    // Clearing one keyboard may clear others, and one that is gone has no lock.
    let _ = cleared.check();
    Ok(())
}

/// The keys that stand for Lock and are down for the applications.
fn lock_keys_down(display: &Display) -> Result<Vec<u8>, DisplayError> {
    let map = display.conn.get_modifier_mapping()?.reply()?;
    let width = usize::from(map.keycodes_per_modifier());
    let down = display.conn.query_keymap()?.reply()?.keys;
    let is_down = |code: &u8| down[usize::from(code / 8)] >> (code % 8) & 1 == 1;
    let row = map.keycodes.iter().skip(LOCK_ROW * width).take(width);
    Ok(row.copied().filter(|code| *code != 0 && is_down(code)).collect())
}
