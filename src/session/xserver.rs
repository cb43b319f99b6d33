//! [`XServer`]: the keymap with which an X server reads the keys of our twins, and the group, followed as they
//! change.
//!
//! To the server each keyboard has a keymap of its own, and the core keyboard, which programs see, takes that of
//! the keyboard that is typed on, with its first key. So before a twin was typed on its own keymap counts.
//!
//! A twin is a keyboard that was plugged just now: it gets the layout of the server's configuration, not
//! the one that somebody has set since (`setxkbmap`). So it is given that of the keyboard for which it stands.

use std::{
    collections::VecDeque,
    fmt,
    os::fd::{AsFd, BorrowedFd},
    thread,
    time::Duration,
};

use x11rb::protocol::{
    Event,
    xkb::{ConnectionExt as _, SelectEventsAux, SelectEventsAuxStateNotify, StatePart},
};
use xkbcommon::xkb as xkbc;

use super::follow::{Locate, Place};
use crate::x11::{
    Device, Display, DisplayError, Role, copy_keymap, device_node, keymap, last_typed_on,
    select_device_events, select_keymap_events,
};

/// The core keyboard, where the protocol wants a device.
const CORE: u16 = 0x100;

/// A keymap is told in pieces, which do not fit together while somebody changes it: how often, and how soon, it
/// is asked for again.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(10);

/// A connection to an X server that is not XWayland. Whatever is asked may take as long as the server
/// does.
pub(super) struct XServer {
    display: Display,
    locate: Locate,
    /// Our twins, by their numbers.
    twins: Vec<u16>,
    keymap: Option<xkbc::Keymap>,
    group: u32,
}

impl XServer {
    /// Connects, and asks for keymap and group.
    pub(super) fn connect(name: &str, locate: Locate) -> Result<Self, DisplayError> {
        let display = Display::open(Some(name))?;
        // Of the state the group alone: no key is seen here.
        let group = StatePart::GROUP_STATE;
        let group = SelectEventsAuxStateNotify { affect_state: group, state_details: group };
        let details = SelectEventsAux::new().state_notify(group);
        select_keymap_events(&display, CORE, &details)?;
        select_device_events(&display)?;
        let mut server = Self { display, locate, twins: Vec::new(), keymap: None, group: 0 };
        server.welcome()?;
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
            let (mut map, mut devices) = (false, false);
            for (event, _) in events {
                match event {
                    Event::XkbStateNotify(state) => self.group = u32::from(u8::from(state.group)),
                    Event::XkbMapNotify(_) | Event::XkbNewKeyboardNotify(_) => map = true,
                    Event::XinputHierarchy(_) => devices = true,
                    _ => {}
                }
            }
            if devices {
                self.welcome()?;
            }
            if map || devices {
                self.look()?;
            }
        }
    }

    /// Finds the twins. One that is new gets the keymap of its keyboard.
    fn welcome(&mut self) -> Result<(), DisplayError> {
        let slave = |device: &Device| matches!(device.role, Role::Slave | Role::Floating);
        let mut twins = Vec::new();
        let mut keyboards = Vec::new();
        for device in self.display.keyboards()?.into_iter().filter(slave) {
            let node = device_node(&self.display, device.id)?;
            match node.and_then(|node| (self.locate)(&node)) {
                Some(Place::TwinOf(place)) => twins.push((device, place)),
                Some(Place::At(place)) => keyboards.push((device, place)),
                None => {}
            }
        }
        for (twin, place) in twins.iter().filter(|(twin, _)| !self.twins.contains(&twin.id)) {
            select_keymap_events(&self.display, twin.id, &SelectEventsAux::new())?;
            let own = keyboards.iter().find(|(own, at)| own.name == twin.name && at == place);
            self.dress(twin.id, own.map_or(CORE, |(own, _)| own.id))?;
        }
        self.twins = twins.into_iter().map(|(twin, _)| twin.id).collect();
        Ok(())
    }

    /// Gives a twin the keymap of another device, if it has a different one.
    fn dress(&self, twin: u16, like: u16) -> Result<(), DisplayError> {
        let text = |device| {
            let keymap = self.keymap_of(device);
            keymap.map(|keymap| keymap.get_as_string(xkbc::KEYMAP_FORMAT_TEXT_V1))
        };
        if text(twin) != text(like) {
            let _ = copy_keymap(&self.display, like, twin)?;
        }
        Ok(())
    }

    fn look(&mut self) -> Result<(), DisplayError> {
        let state = self.display.conn.xkb_get_state(CORE)?.reply()?;
        self.group = u32::from(u8::from(state.group));
        let last = last_typed_on(&self.display)?;
        let is_twin = last.is_some_and(|last| self.twins.contains(&last));
        // After a twin is gone the core keyboard keeps its keymap, and libxkbcommon may not take that: then the
        // other's counts.
        let mut devices = self.twins.clone();
        devices.insert(if is_twin { 0 } else { devices.len() }, CORE);
        for _ in 0..TRIES {
            if let Some(keymap) = devices.iter().find_map(|&device| self.keymap_of(device)) {
                self.keymap = Some(keymap);
                break;
            }
            self.display.sync()?;
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    fn keymap_of(&self, device: u16) -> Option<xkbc::Keymap> {
        let device = match device {
            CORE => xkbc::x11::get_core_keyboard_device_id(&*self.display.conn),
            device => i32::from(device),
        };
        keymap(&self.display, device)
    }

    /// The keymap that the keys of a twin have; `None` when the server does not give it.
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
