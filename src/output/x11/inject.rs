//! Keys by XTEST, and what to do about keys that are down without a finger on them.
//!
//! A grabbed slave keyboard floats: the master sees none of its keys. So a key that went down
//! before the grab stays down for the master, and one that goes down in the grab is not seen after
//! it. XTEST, which is one more slave keyboard, makes up for both.

use std::collections::BTreeSet;

use x11rb::{
    connection::Connection,
    protocol::{
        xproto::{ConnectionExt as _, KEY_PRESS_EVENT, KEY_RELEASE_EVENT},
        xtest::ConnectionExt as _,
    },
};

use crate::x11::{Display, DisplayError, Role, keys_down};

/// The keys that XTEST holds down for us.
#[derive(Debug, Default)]
pub(super) struct Hand {
    down: BTreeSet<u8>,
}

impl Hand {
    /// Presses a key and keeps it in mind.
    ///
    /// When its release was not seen here XTEST still holds it, and would not press it again.
    pub(super) fn press(&mut self, display: &Display, keycode: u8) -> Result<(), DisplayError> {
        if !self.down.insert(keycode) {
            fake(display, keycode, false)?;
        }
        fake(display, keycode, true)
    }

    /// Releases a key, whoever pressed it.
    pub(super) fn release(&mut self, display: &Display, keycode: u8) -> Result<(), DisplayError> {
        self.down.remove(&keycode);
        fake(display, keycode, false)
    }

    /// Shows the applications a key that is down on a real keyboard.
    ///
    /// XTEST may still hold it from an earlier time, and would then not press it again: release
    /// first. The finger may be gone already, and nobody else would tell the master.
    pub(super) fn hand_over(&mut self, display: &Display, keycode: u8) -> Result<(), DisplayError> {
        fake(display, keycode, false)?;
        self.press(display, keycode)?;
        if !held_by_hand(display)?.contains(&keycode) {
            self.release(display, keycode)?;
        }
        Ok(())
    }

    /// Releases the keys that no real keyboard has down any more.
    pub(super) fn release_stale(&mut self, display: &Display) -> Result<(), DisplayError> {
        if self.down.is_empty() {
            return Ok(());
        }
        let held = held_by_hand(display)?;
        for keycode in self.down.difference(&held).copied().collect::<Vec<_>>() {
            self.release(display, keycode)?;
        }
        Ok(())
    }

    /// Releases everything.
    pub(super) fn release_all(&mut self, display: &Display) -> Result<(), DisplayError> {
        for keycode in std::mem::take(&mut self.down) {
            fake(display, keycode, false)?;
        }
        Ok(())
    }
}

/// Releases every key that the applications see down, or XTEST holds down, and that no real
/// keyboard has down. For the start, the end, and whoever cleans up after a crash.
///
/// # Errors
/// When the connection broke.
pub fn settle(display: &Display) -> Result<(), DisplayError> {
    let devices = display.keyboards()?;
    let of = |roles: &[Role]| -> Vec<u16> {
        devices.iter().filter(|d| roles.contains(&d.role)).map(|d| d.id).collect()
    };
    let held = keys_down(display, &of(&[Role::Slave, Role::Floating]))?;
    let mut seen = keys_down(display, &of(&[Role::Xtest]))?;
    seen.extend(bits(&display.conn.query_keymap()?.reply()?.keys));
    for keycode in seen.difference(&held) {
        fake(display, *keycode, false)?;
    }
    display.conn.flush()?;
    Ok(())
}

/// One key event.
pub(super) fn fake(display: &Display, keycode: u8, down: bool) -> Result<(), DisplayError> {
    let kind = if down { KEY_PRESS_EVENT } else { KEY_RELEASE_EVENT };
    display.conn.xtest_fake_input(kind, keycode, 0, display.root, 0, 0, 0)?;
    Ok(())
}

/// The keys that are down on any real keyboard.
fn held_by_hand(display: &Display) -> Result<BTreeSet<u8>, DisplayError> {
    let real = |role| matches!(role, Role::Slave | Role::Floating);
    let devices = display.keyboards()?;
    let ids: Vec<u16> = devices.iter().filter(|d| real(d.role)).map(|d| d.id).collect();
    keys_down(display, &ids)
}

fn bits(keys: &[u8; 32]) -> impl Iterator<Item = u8> {
    (0..=255u8).filter(|code| keys[usize::from(code / 8)] & (1 << (code % 8)) != 0)
}
