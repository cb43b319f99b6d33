//! The end of a hold: the keyboard becomes the applications' again. Enter at
//! [`X11Input::give_back`].

use std::{collections::VecDeque, time::Instant};

use x11rb::protocol::Event as XEvent;

use super::{X11Input, grab, is_key_of, keyboard::Grabbed, keys, stand_in::Change};
use crate::{
    engine::DeviceId,
    keycode::Keycode,
    x11::{DisplayError, Numbered},
};

impl X11Input {
    /// A keyboard whose hold is over and whose fingers rest: for [`Self::give_back`].
    #[must_use]
    pub fn returnable(&self, now: Instant) -> Option<DeviceId> {
        let due = |k: &Grabbed| k.return_at().is_some_and(|at| at <= now);
        self.keyboards.iter().find(|(_, k)| due(k)).map(|(&device, _)| device)
    }

    /// When [`Self::returnable`] will have something, unless more keys come.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.keyboards.values().filter_map(Grabbed::return_at).min()
    }

    /// Makes the keys of `device` the applications' again, unless one is down or comes meanwhile:
    /// then it waits in `following`, and the keyboard stays ours.
    ///
    /// ```text
    ///           cover       drop        sync          uncover      sync
    /// ours ──────┴───────────┴───────────┴───────────────┴───────────┴───── theirs
    ///   a key now ▲ is in      a key now ▲ is ours by the cover, and the
    ///   the way: taken again             server keeps the keys after it
    /// ```
    ///
    /// The cover is a passive grab of every key, like the trigger's. So there is no moment in which
    /// a key goes to the applications while an earlier one is still with us.
    ///
    /// # Errors
    /// When the connection broke.
    pub fn give_back(
        &mut self,
        device: DeviceId,
        following: &mut VecDeque<Numbered>,
    ) -> Result<(), DisplayError> {
        let down = keys::Down::query(&self.display, device, following, 0)?;
        let Some(keyboard) = self.keyboards.get_mut(&device) else { return Ok(()) };
        if following.iter().any(|(event, _)| is_key_of(device, event)) {
            return Ok(());
        }
        if down.is_some_and(|down| down.keys().next().is_some()) {
            keyboard.rests_on_key = true;
            return Ok(());
        }
        keyboard.active = false;
        grab::cover(&self.display, device, self.trigger)?;
        let dropped = grab::drop_active(&self.display, device)?;
        let late = self.take_if_late(device, dropped, following)?;
        grab::uncover(&self.display, device, self.trigger)?;
        if !late {
            let _ = self.take_if_late(device, dropped, following)?;
        }
        self.note_missed_keymap(device, following);
        Ok(())
    }

    /// A keymap that changed a moment ago may have found `device` still floating.
    fn note_missed_keymap(&mut self, device: DeviceId, following: &VecDeque<Numbered>) {
        let mut changes = following.iter().filter_map(|(event, _)| Change::of(event));
        let changed = changes.any(|change| self.stand_in.is_missed_by(device, change));
        if let Some(keyboard) = self.keyboards.get_mut(&device).filter(|_| changed) {
            (keyboard.stale, keyboard.missed) = (true, true);
        }
    }

    /// Takes `device` again when keys of it have come to us; whether they have. `dropped` is the
    /// number of the request that let it go.
    fn take_if_late(
        &mut self,
        device: DeviceId,
        dropped: u64,
        following: &mut VecDeque<Numbered>,
    ) -> Result<bool, DisplayError> {
        // The answer comes after every key that came to us.
        self.display.sync()?;
        self.display.drain(following)?;
        if !following.iter().any(|(event, _)| is_key_of(device, event)) {
            return Ok(false);
        }
        let active = grab::active(&self.display, device)?;
        if let Some(keyboard) = self.keyboards.get_mut(&device) {
            keyboard.active = active;
        }
        self.add_unseen_releases(device, dropped, following)?;
        Ok(true)
    }

    /// A key that came before the server let go may have gone up after it, and before the next key
    /// made the keyboard ours again. Nobody told us: puts that release into `following`.
    fn add_unseen_releases(
        &self,
        device: DeviceId,
        dropped: u64,
        following: &mut VecDeque<Numbered>,
    ) -> Result<(), DisplayError> {
        let before = following.iter().take_while(|(_, number)| *number < dropped).count();
        let Some(down) = keys::Down::query(&self.display, device, following, before)? else {
            return Ok(());
        };
        let mut unseen = Vec::new();
        for (event, number) in following.iter().take(before) {
            match event {
                XEvent::XinputKeyPress(key) if is_key_of(device, event) => {
                    unseen.push((key.clone(), *number));
                }
                XEvent::XinputKeyRelease(key) if is_key_of(device, event) => {
                    unseen.retain(|(press, _)| press.detail != key.detail);
                }
                _ => {}
            }
        }
        unseen.retain(|(press, _)| !down.has(Keycode(press.detail)));
        for (press, number) in unseen {
            following.insert(before, (XEvent::XinputKeyRelease(press), number));
        }
        Ok(())
    }
}
