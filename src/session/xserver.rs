//! [`XServer`]: the keymap and the group of an X server's core keyboard, followed as they change.

use std::{
    collections::VecDeque,
    fmt,
    os::fd::{AsFd, BorrowedFd},
};

use x11rb::protocol::{
    Event,
    xkb::{self, ConnectionExt as _, SelectEventsAux, SelectEventsAuxStateNotify, StatePart},
};
use xkbcommon::xkb as xkbc;

use crate::x11::{Display, DisplayError, keymap, select_keymap_events};

/// A connection to an X server that is not XWayland. Whatever is asked may take as long as the server
/// does.
pub(super) struct XServer {
    display: Display,
    keymap: Option<xkbc::Keymap>,
    group: u32,
}

impl XServer {
    /// Connects, and asks for keymap and group.
    pub(super) fn connect(name: &str) -> Result<Self, DisplayError> {
        let display = Display::open(Some(name))?;
        let core = u16::from(xkb::ID::USE_CORE_KBD);
        // Of the state the group alone: no key is seen here.
        let group = StatePart::GROUP_STATE;
        let group = SelectEventsAuxStateNotify { affect_state: group, state_details: group };
        let details = SelectEventsAux::new().state_notify(group);
        select_keymap_events(&display, core, &details)?;
        let mut server = Self { display, keymap: None, group: 0 };
        server.look()?;
        // What changed while it was asked may have been read with an answer already.
        server.dispatch()?;
        Ok(server)
    }

    /// Takes in what the server has said. Waiting for an answer may read events that no descriptor will
    /// tell of again, so it looks until there are none.
    pub(super) fn dispatch(&mut self) -> Result<(), DisplayError> {
        loop {
            let mut events = VecDeque::new();
            self.display.drain(&mut events)?;
            if events.is_empty() {
                return Ok(());
            }
            let mut map = false;
            for (event, _) in events {
                match event {
                    Event::XkbStateNotify(state) => self.group = u32::from(u8::from(state.group)),
                    Event::XkbMapNotify(_) | Event::XkbNewKeyboardNotify(_) => map = true,
                    _ => {}
                }
            }
            if map {
                self.look()?;
            }
        }
    }

    fn look(&mut self) -> Result<(), DisplayError> {
        let core = u16::from(xkb::ID::USE_CORE_KBD);
        let state = self.display.conn.xkb_get_state(core)?.reply()?;
        self.group = u32::from(u8::from(state.group));
        let device = xkbc::x11::get_core_keyboard_device_id(&*self.display.conn);
        self.keymap = keymap(&self.display, device);
        Ok(())
    }

    /// The keymap of the core keyboard; `None` when the server does not give it.
    pub(super) fn keymap(&self) -> Option<&xkbc::Keymap> {
        self.keymap.as_ref()
    }

    /// The active group.
    pub(super) fn group(&self) -> u32 {
        self.group
    }
}

impl AsFd for XServer {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.display.conn.as_fd()
    }
}

impl fmt::Debug for XServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("XServer").finish_non_exhaustive()
    }
}
