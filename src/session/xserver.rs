//! [`XServer`]: the keymaps with which an X server reads the keys of our twins, and the group, followed as they
//! change.
//!
//! To the server each keyboard has a keymap of its own, and the core keyboard, which programs see, takes that of
//! the keyboard that is typed on, with its first key. So it is the twins' keymaps that count.
//!
//! A twin is a keyboard that was plugged just now: it gets the layout of the server's configuration, not
//! the one that somebody has set since (`setxkbmap`). So it is given that of the keyboard for which it stands.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    os::fd::{AsFd, BorrowedFd},
    path::PathBuf,
    thread,
    time::Duration,
};

use x11rb::protocol::{
    Event,
    xkb::{ConnectionExt as _, SelectEventsAux, SelectEventsAuxStateNotify, StatePart},
};
use xkbcommon::xkb as xkbc;

use super::{
    follow::{Locate, Place},
    strip::without_pool,
};
use crate::x11::{
    Device, Display, DisplayError, Own, Role, copy_keymap, device_node, keymap,
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
    /// Our twins: their numbers and nodes.
    twins: Vec<(u16, PathBuf)>,
    /// The keymap of the first twin, or of the core keyboard while there is none; as text.
    keymap: Option<String>,
    /// Those of other twins that differ, by the nodes.
    own: BTreeMap<PathBuf, String>,
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
        let (twins, own) = Default::default();
        let mut server = Self { display, locate, twins, keymap: None, own, group: 0 };
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
            let Some(node) = device_node(&self.display, device.id)? else { continue };
            match (self.locate)(&node) {
                Some(Place::TwinOf(place)) => twins.push((device, place, node)),
                Some(Place::At(place)) => keyboards.push((device, place)),
                None => {}
            }
        }
        let known = |id| self.twins.iter().any(|&(twin, _)| twin == id);
        for (twin, place, _) in twins.iter().filter(|(twin, ..)| !known(twin.id)) {
            select_keymap_events(&self.display, twin.id, &SelectEventsAux::new())?;
            let own = keyboards.iter().find(|(own, at)| own.name == twin.name && at == place);
            self.dress(twin.id, own.map_or(CORE, |(own, _)| own.id))?;
        }
        self.twins = twins.into_iter().map(|(twin, _, node)| (twin.id, node)).collect();
        Ok(())
    }

    /// Gives a twin the keymap of another device, if it has a different one.
    fn dress(&self, twin: u16, like: u16) -> Result<(), DisplayError> {
        if self.keymap_of(twin) != self.keymap_of(like) {
            let _ = copy_keymap(&self.display, like, twin, &mut Own::default())?;
        }
        Ok(())
    }

    fn look(&mut self) -> Result<(), DisplayError> {
        let state = self.display.conn.xkb_get_state(CORE)?.reply()?;
        self.group = u32::from(u8::from(state.group));
        for _ in 0..TRIES {
            let of_twin = |(id, node): &(u16, PathBuf)| Some((node.clone(), self.keymap_of(*id)?));
            let mut own: BTreeMap<_, _> = self.twins.iter().filter_map(of_twin).collect();
            let first = self.twins.iter().find_map(|(_, node)| own.get(node).cloned());
            if let Some(keymap) = first.or_else(|| self.keymap_of(CORE)) {
                own.retain(|_, other| *other != keymap);
                (self.keymap, self.own) = (Some(keymap), own);
                break;
            }
            self.display.sync()?;
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    /// The keymap of a device (`XKB_KEYMAP_FORMAT_TEXT_V1`), as it is without our pool; `None` when the server
    /// does not give it.
    fn keymap_of(&self, device: u16) -> Option<String> {
        let device = match device {
            CORE => xkbc::x11::get_core_keyboard_device_id(&*self.display.conn),
            device => i32::from(device),
        };
        let keymap = keymap(&self.display, device)?;
        Some(without_pool(&keymap.get_as_string(xkbc::KEYMAP_FORMAT_TEXT_V1)))
    }

    /// The keymap that the keys of a twin have, as text; `None` when the server does not give it.
    pub(super) fn keymap(&self) -> Option<&str> {
        self.keymap.as_deref()
    }

    /// Those of single twins that have another one, by their nodes.
    pub(super) fn own(&self) -> &BTreeMap<PathBuf, String> {
        &self.own
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
