//! [`StandIn`]: the XTEST keyboard, by which the keys of a keyboard that is ours are passed on. It is a keyboard like any other
//! to the server, which reads them by its keymap.
//!
//! `setxkbmap` gives one layout to all keyboards, XTEST too. A layout of the server's configuration, or one that is set
//! for a device, goes to real keyboards alone. So XTEST gets the keymap of the keyboard that it stands in for.

use std::collections::{BTreeSet, VecDeque};

use x11rb::{
    connection::Connection as _,
    protocol::{Event as XEvent, xproto::ConnectionExt as _},
};

use super::x_id;
use crate::{
    engine::DeviceId,
    x11::{Display, DisplayError, Numbered, Own, copy_keymap, same_keymap},
};

/// XTEST, and whose keymap it has.
#[derive(Debug, Default)]
pub(super) struct StandIn {
    /// Its XInput id. It is always attached, so it has what a floating keyboard missed.
    pub(super) xtest: Option<u16>,
    /// The keyboards whose keymap it has, as far as is known.
    alike: BTreeSet<DeviceId>,
    own: Own,
}

/// A change of a keymap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// The XInput id of the device.
    pub(super) device: u8,
    /// Another keymap took the place of the old one (`XkbNewKeyboardNotify`), else some keys changed.
    whole: bool,
    sequence: u16,
}

impl Change {
    /// The change that an event tells of.
    pub(super) fn of(event: &XEvent) -> Option<Self> {
        match event {
            XEvent::XkbMapNotify(e) => {
                Some(Self { device: e.device_id, whole: false, sequence: e.sequence })
            }
            XEvent::XkbNewKeyboardNotify(e) => {
                Some(Self { device: e.device_id, whole: true, sequence: e.sequence })
            }
            _ => None,
        }
    }
}

impl StandIn {
    /// Whether a change is one of ours.
    pub(super) fn is_own(&mut self, change: Change) -> bool {
        self.own.contains(change.sequence)
    }

    /// Whether a keyboard that floats misses what a foreign change did to XTEST: another keymap for all keyboards, or some keys
    /// of what was its own.
    pub(super) fn is_missed_by(&self, keyboard: DeviceId, change: Change) -> bool {
        self.xtest == Some(change.device.into()) && (change.whole || self.alike.contains(&keyboard))
    }

    /// A keymap is another one.
    pub(super) fn changed(&mut self, change: Change) {
        if self.xtest == Some(change.device.into()) {
            self.alike.clear();
        } else {
            self.alike.remove(&DeviceId(change.device.into()));
        }
    }

    /// A keyboard came or went.
    pub(super) fn forget(&mut self, keyboard: DeviceId) {
        self.alike.remove(&keyboard);
    }

    /// XTEST's keys mean from now on what those of this keyboard mean; unless somebody has changed XTEST's a moment ago,
    /// which a keyboard that floats may have missed: what tells of it waits in `following`.
    ///
    /// # Errors
    /// When the connection broke.
    pub(super) fn stand_in_for(
        &mut self,
        display: &Display,
        keyboard: DeviceId,
        following: &mut VecDeque<Numbered>,
    ) -> Result<(), DisplayError> {
        let Some(xtest) = self.xtest.filter(|_| !self.alike.contains(&keyboard)) else {
            return Ok(());
        };
        if same_keymap(display, x_id(keyboard), xtest)? {
            self.alike.insert(keyboard);
            return Ok(());
        }
        // Nobody sets a keymap between the look and the copy.
        let _ = display.conn.grab_server()?;
        let given = self.give(display, keyboard, xtest, following);
        let _ = display.conn.ungrab_server()?;
        display.conn.flush()?;
        given
    }

    fn give(
        &mut self,
        display: &Display,
        keyboard: DeviceId,
        xtest: u16,
        following: &mut VecDeque<Numbered>,
    ) -> Result<(), DisplayError> {
        display.sync()?;
        display.drain(following)?;
        let mut changes = following.iter().filter_map(|(event, _)| Change::of(event));
        let of_xtest = |change: &Change| u16::from(change.device) == xtest;
        if changes.any(|change| of_xtest(&change) && !self.own.has(change.sequence)) {
            return Ok(());
        }
        self.alike.clear();
        let _ = copy_keymap(display, x_id(keyboard), xtest, &mut self.own)?;
        // One that cannot be copied would not be the next time either.
        self.alike.insert(keyboard);
        Ok(())
    }

    /// A keyboard gets what it missed.
    ///
    /// # Errors
    /// When the connection broke.
    pub(super) fn make_up(
        &mut self,
        display: &Display,
        keyboard: DeviceId,
    ) -> Result<(), DisplayError> {
        if let Some(xtest) = self.xtest {
            let _ = copy_keymap(display, xtest, x_id(keyboard), &mut self.own)?;
            self.alike.insert(keyboard);
        }
        Ok(())
    }
}
