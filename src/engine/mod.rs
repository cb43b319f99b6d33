//! The engine: key events in, actions out. Sans-I/O: no file, clock, descriptor, log or thread.
//!
//! Enter at [`Engine::handle`]. The rules R0 to R11 are in docs/engine.md.

mod chord;
mod compose;
mod device;
mod event;
mod held;
mod hexcode;
mod keyboard;
mod lookup;
mod pending;
mod settings;
mod trigger;
mod view;
mod xkb;

use std::{sync::Arc, time::Instant};

pub use event::{Action, DeviceId, Direction, Event, Feedback, KeyEvent, Session};
pub use keyboard::{Keyboard, Meaning};
pub use settings::{CapsLock, OnMismatch, Settings, TapAction};
pub use view::{Mode, View};
pub use xkb::XkbKeyboard;

use self::{
    device::{Device, Phase, Scene},
    held::Fate,
    pending::Reading,
};
use crate::table::Table;

/// Decides what each key does.
///
/// After every event:
/// - no two keyboards have one number;
/// - on one keyboard, no key is down twice;
/// - the trigger is down just while a hold goes on;
/// - nothing is pending and no modifier is withheld where nothing is composed;
/// - keys come beyond the trigger's release, after [`Action::Hold`], just while something is
///   composed without it, or in a hold that began so;
/// - there is a deadline just while something is composed without the trigger;
/// - pending keys lead on to a rule, except for one that waits to be swapped;
/// - the last feedback but mismatches was [`Feedback::Pending`] just when something waits.
#[derive(Debug)]
pub struct Engine<K> {
    settings: Settings,
    table: Arc<Table>,
    devices: Vec<Device<K>>,
    /// Whether something waits, as the last feedback said.
    waits: bool,
}

impl<K: Keyboard> Engine<K> {
    /// An engine without keyboards; see [`Event::Keyboard`].
    #[must_use]
    pub fn new(settings: Settings, table: Arc<Table>) -> Self {
        Self { settings, table, devices: Vec::new(), waits: false }
    }

    /// Takes one event and pushes what it causes. `now` never runs backwards.
    pub fn handle(&mut self, now: Instant, event: Event<K>, actions: &mut Vec<Action>) {
        let scene = Scene { now, settings: &self.settings, table: &self.table };
        for device in &mut self.devices {
            device.expire(scene, actions);
        }
        match event {
            Event::Key(key) => self.key(now, key, actions),
            Event::Session { device, session } => {
                let trigger = self.settings.trigger;
                if let Some(device) = self.device(device) {
                    device.start(session, trigger, actions);
                }
            }
            Event::Keyboard { device, keyboard } => match self.device(device) {
                Some(device) => device.change_keyboard(keyboard, actions),
                None => self.devices.push(Device::new(device, keyboard)),
            },
            Event::Group(group) => {
                self.devices.iter_mut().for_each(|device| device.change_group(group, actions));
            }
            Event::Lost(device) => {
                if let Some(device) = self.device(device) {
                    device.lose_keys(actions);
                }
            }
            Event::DeviceGone(id) => {
                if let Some(index) = self.devices.iter().position(|device| device.id == id) {
                    self.devices.remove(index).let_go(actions);
                }
            }
            Event::Table(table) => {
                self.table = table;
                let scene = Scene { now, settings: &self.settings, table: &self.table };
                self.devices.iter_mut().for_each(|device| device.change_table(scene, actions));
            }
            Event::Settings(settings) => {
                let trigger = std::mem::replace(&mut self.settings, settings).trigger;
                let changed = trigger != self.settings.trigger;
                let scene = Scene { now, settings: &self.settings, table: &self.table };
                for device in &mut self.devices {
                    if changed {
                        device.change_trigger(actions);
                    }
                    // A key that waits to be swapped does so no longer.
                    device.change_table(scene, actions);
                }
            }
            Event::Deadline => {}
        }
        self.show(actions);
    }

    /// Whether a key is the applications' whatever it means. What [`Self::handle`] causes begins then with
    /// [`Action::Pass`] of it, so that a shell may pass it on first and tell the engine behind. `false` when that
    /// takes more than a look.
    #[inline(always)]
    #[must_use]
    pub fn passes(&self, key: KeyEvent) -> bool {
        let device = self.devices.iter().find(|device| device.id == key.device);
        // What is due on another keyboard would come before it.
        let due = |device: &Device<K>| matches!(device.phase, Phase::Loose { .. });
        key.keycode != self.settings.trigger
            && !self.devices.iter().any(due)
            && device.is_some_and(|device| device.passes(key))
    }

    /// When [`Event::Deadline`] is due; `None` while nothing waits for time.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let until = |device: &Device<K>| match device.phase {
            Phase::Loose { until, .. } => Some(until),
            Phase::Idle | Phase::Holding(_) => None,
        };
        self.devices.iter().filter_map(until).min()
    }

    /// Checks what [`Engine`] promises between two events.
    ///
    /// # Panics
    /// When a promise is broken.
    #[doc(hidden)]
    pub fn verify_invariants(&self) {
        for (i, device) in self.devices.iter().enumerate() {
            let unique = self.devices[..i].iter().all(|other| other.id != device.id);
            assert!(unique, "no two keyboards have one number");

            let mut keys: Vec<_> = device.held.iter().map(|press| press.keycode).collect();
            keys.sort_unstable();
            let once = keys.windows(2).all(|pair| pair[0] != pair[1]);
            assert!(once, "on one keyboard, no key is down twice");

            let down = |fate| device.held.iter().filter(|press| press.fate == fate).count();
            let holding = matches!(device.phase, Phase::Holding(_));
            assert_eq!(down(Fate::Trigger), usize::from(holding), "the trigger is down in a hold");

            let idle = device.phase == Phase::Idle;
            let quiet = device.pending.is_empty() && down(Fate::Withheld) == 0;
            assert!(!idle || quiet, "nothing is pending or withheld where nothing is composed");

            let loose = matches!(device.phase, Phase::Loose { .. });
            assert!(!loose || device.kept, "keys come while something is composed");
            assert!(!device.kept || !idle, "keys come only while something is composed");

            let leads = device.pending.read(&self.table) == Reading::Waits;
            let stray =
                device.pending.keys().len() == 1 && self.settings.on_mismatch == OnMismatch::Swap;
            assert!(leads || stray, "pending keys lead on");
        }
        let loose = self.devices.iter().any(|d| matches!(d.phase, Phase::Loose { .. }));
        assert_eq!(self.deadline().is_some(), loose, "a deadline without the trigger only");
        let waits = self.devices.iter().any(Device::waits);
        assert_eq!(self.waits, waits, "the last feedback is true");
    }

    fn device(&mut self, id: DeviceId) -> Option<&mut Device<K>> {
        self.devices.iter_mut().find(|device| device.id == id)
    }

    fn key(&mut self, now: Instant, key: KeyEvent, actions: &mut Vec<Action>) {
        let scene = Scene { now, settings: &self.settings, table: &self.table };
        let Some(device) = self.devices.iter_mut().find(|device| device.id == key.device) else {
            return actions.push(Action::Pass(key));
        };
        if device.key(scene, key, actions) {
            self.devices.iter_mut().for_each(|device| device.let_go(actions));
            actions.push(Action::LetGo);
        }
    }

    /// Says whether something waits, when that changed.
    fn show(&mut self, actions: &mut Vec<Action>) {
        let waits = self.devices.iter().any(Device::waits);
        if std::mem::replace(&mut self.waits, waits) != waits {
            let feedback = if waits { Feedback::Pending } else { Feedback::Idle };
            actions.push(Action::Feedback(feedback));
        }
    }
}

#[cfg(test)]
mod tests;
