//! Keymaps and groups that change while the daemon runs.

use std::{collections::VecDeque, time::Instant};

use x11rb::protocol::xkb::{
    self, ConnectionExt as _, EventType, MapPart, SelectEventsAux, SelectEventsAuxStateNotify,
    StatePart,
};

use super::{X11Input, stand_in::Change, x_id};
use crate::{
    engine::{DeviceId, Event, XkbKeyboard},
    x11::{DisplayError, Numbered, keymap},
};

impl X11Input {
    /// Asks to be told when somebody locks another group (`XkbSelectEvents`).
    pub(super) fn select_group_events(&self) -> Result<(), DisplayError> {
        let group = StatePart::GROUP_LOCK;
        let group = SelectEventsAuxStateNotify { affect_state: group, state_details: group };
        let details = SelectEventsAux::new().state_notify(group);
        let core = u16::from(xkb::ID::USE_CORE_KBD);
        let (kinds, parts) = (EventType::from(0u16), MapPart::from(0u16));
        let _ = self.display.conn.xkb_select_events(core, kinds, kinds, parts, parts, &details)?;
        Ok(())
    }

    /// Reads the keymaps that changed since. To be called when no event is waiting: a program that
    /// sets a keymap causes many changes in a row.
    ///
    /// # Errors
    /// When the connection broke.
    pub fn refresh_keymaps(
        &mut self,
        events: &mut Vec<(Instant, Event<XkbKeyboard>)>,
    ) -> Result<(), DisplayError> {
        let stale: Vec<_> =
            self.keyboards.iter().filter(|(_, k)| k.stale).map(|(&id, _)| id).collect();
        for id in stale {
            if let Some(keyboard) = self.keyboards.get_mut(&id)
                && std::mem::take(&mut keyboard.missed)
            {
                self.stand_in.make_up(&self.display, id)?;
            }
            self.read_keymap(id, events);
        }
        Ok(())
    }

    /// What is passed on of this keyboard's keys is read from now on by its keymap.
    ///
    /// # Errors
    /// When the connection broke.
    pub fn stand_in_for(
        &mut self,
        device: DeviceId,
        following: &mut VecDeque<Numbered>,
    ) -> Result<(), DisplayError> {
        // What it missed it gets first, or XTEST would lose it too.
        if let Some(keyboard) = self.keyboards.get_mut(&device)
            && std::mem::take(&mut keyboard.missed)
        {
            self.stand_in.make_up(&self.display, device)?;
        }
        self.stand_in.stand_in_for(&self.display, device, following)
    }

    /// The keymap is read when the connection is quiet, see [`Self::refresh_keymaps`].
    pub(super) fn keymap_changed(&mut self, change: Change) {
        if self.stand_in.is_own(change) {
            return;
        }
        let floating = self.keyboards.iter_mut().filter(|(_, k)| k.trigger_down || k.active);
        for (_, keyboard) in floating.filter(|(id, _)| self.stand_in.is_missed_by(**id, change)) {
            (keyboard.stale, keyboard.missed) = (true, true);
        }
        if let Some(keyboard) = self.keyboards.get_mut(&DeviceId(change.device.into())) {
            keyboard.stale = true;
        }
        self.stand_in.changed(change);
    }

    /// Another group is locked. While no keyboard is ours the next hold asks for it.
    pub(super) fn group_changed(
        &mut self,
        group: u32,
        events: &mut Vec<(Instant, Event<XkbKeyboard>)>,
    ) {
        if self.is_active() {
            events.push((Instant::now(), Event::Group(group)));
        }
    }

    pub(super) fn read_keymap(
        &mut self,
        device: DeviceId,
        events: &mut Vec<(Instant, Event<XkbKeyboard>)>,
    ) {
        if let Some(keyboard) = self.keyboards.get_mut(&device) {
            keyboard.stale = false;
        }
        if let Some(keymap) = keymap(&self.display, x_id(device).into()) {
            let keyboard = XkbKeyboard::new(keymap);
            events.push((Instant::now(), Event::Keyboard { device, keyboard }));
        }
    }
}
