//! The keyboard under X11: a passive grab of the trigger on each real keyboard. Start at
//! [`X11Input::new`]; give every event of the connection to [`X11Input::on_event`].
//!
//! When the trigger goes down the server itself floats that keyboard: its keys come to us and to
//! nobody else. The master never sees the trigger, so Caps Lock never toggles; nothing is changed
//! in any keymap; and when this process dies the server drops the grab. Outside a hold no key is
//! seen at all.
//!
//! The passive grab would end with the trigger's release, and a key typed right after it would
//! overtake a text that is not typed yet. So a hold takes the keyboard actively at once, and keeps
//! it until the fingers rest: no key is down, and none came for [`PAUSE`](keyboard::PAUSE). Until
//! then keys are passed on in their order, each release the way its press went; then
//! [`X11Input::give_back`] finds nothing that could change places.
//!
//! On a busy machine "at once" may be later than a whole hold lasts. So the passive grab is
//! synchronous: the server keeps the keys of that keyboard from the trigger's press until our
//! active grab, which then gets all of them. Two rules make that safe. Every press that is
//! delivered is answered ([`grab::thaw`]), whatever is known of its keyboard, so a daemon that runs
//! leaves no keyboard stopped; and the guard, which the server tells of every grab, cuts off a
//! daemon that does not run. The other way round, to stop a keyboard for the moment of giving it
//! back, is not possible: what comes while it floats and is stopped never reaches the applications
//! (Xorg 21.1).

mod clock;
mod give_back;
mod grab;
mod keyboard;
mod keymaps;
mod keys;
mod stand_in;

use std::{
    collections::{BTreeMap, VecDeque},
    time::Instant,
};

use x11rb::protocol::{
    Event as XEvent,
    xinput::{self, ConnectionExt as _, KeyEventFlags, KeyPressEvent, NotifyMode, XIEventMask},
    xkb::{self, ConnectionExt as _, SelectEventsAux},
};

pub use keyboard::KeyboardInfo;

use self::{
    keyboard::Grabbed,
    stand_in::{Change, StandIn},
};
use crate::{
    engine::{DeviceId, Direction, Event, KeyEvent, Session, XkbKeyboard},
    keycode::Keycode,
    x11::{Display, DisplayError, Numbered, Role, modifiers, select_keymap_events},
};

/// Key events of every real keyboard, from the trigger's press on.
#[derive(Debug)]
pub struct X11Input {
    display: Display,
    trigger: Keycode,
    keyboards: BTreeMap<DeviceId, Grabbed>,
    stand_in: StandIn,
    clock: clock::ServerClock,
    paused: bool,
}

impl X11Input {
    /// Grabs `trigger` on every keyboard there is, and tells of each by [`Event::Keyboard`].
    ///
    /// # Errors
    /// When the connection broke.
    pub fn new(
        display: &Display,
        trigger: Keycode,
        events: &mut Vec<(Instant, Event<XkbKeyboard>)>,
    ) -> Result<Self, DisplayError> {
        let mut input = Self {
            display: display.clone(),
            trigger,
            keyboards: BTreeMap::new(),
            stand_in: StandIn::default(),
            clock: clock::ServerClock::default(),
            paused: false,
        };
        let mask = xinput::EventMask {
            deviceid: u16::from(xinput::Device::ALL),
            mask: vec![XIEventMask::HIERARCHY | XIEventMask::FOCUS_OUT],
        };
        let _ = display.conn.xinput_xi_select_events(display.root, &[mask])?;
        input.select_group_events()?;
        input.rescan(events)?;
        Ok(input)
    }

    /// The keyboards, for messages.
    pub fn keyboards(&self) -> impl Iterator<Item = (DeviceId, KeyboardInfo)> {
        self.keyboards
            .iter()
            .map(|(&id, k)| (id, KeyboardInfo { name: k.name.clone(), refused: k.refused }))
    }

    /// Takes an event of the connection, and the ones that wait behind it.
    ///
    /// `foreign` says of a change of a keymap that it is not the output's own.
    ///
    /// # Errors
    /// When the connection broke.
    pub fn on_event(
        &mut self,
        event: &XEvent,
        following: &mut VecDeque<Numbered>,
        foreign: bool,
        events: &mut Vec<(Instant, Event<XkbKeyboard>)>,
    ) -> Result<(), DisplayError> {
        match event {
            XEvent::XinputKeyPress(key) => self.on_key(key, Direction::Down, following, events),
            XEvent::XinputKeyRelease(key) => self.on_key(key, Direction::Up, following, events),
            XEvent::XinputHierarchy(change) if u32::from(change.flags) & HIERARCHY != 0 => {
                self.rescan(events)
            }
            XEvent::XkbStateNotify(state) => {
                self.group_changed(u32::from(u8::from(state.locked_group)), events);
                Ok(())
            }
            XEvent::XinputFocusOut(focus) if focus.mode == NotifyMode::UNGRAB => {
                self.on_ungrab(DeviceId(focus.deviceid.into()), events)
            }
            event => {
                if let Some(change) = Change::of(event).filter(|_| foreign) {
                    self.keymap_changed(change);
                }
                Ok(())
            }
        }
    }

    /// Notes whether the engine wants the keys of `device` beyond the trigger's release.
    ///
    /// # Errors
    /// When the connection broke.
    pub fn set_held(&mut self, device: DeviceId, held: bool) -> Result<(), DisplayError> {
        let Some(keyboard) = self.keyboards.get_mut(&device) else { return Ok(()) };
        keyboard.held = held;
        if held && !keyboard.active {
            let active = grab::active(&self.display, device)?;
            if let Some(keyboard) = self.keyboards.get_mut(&device) {
                keyboard.active = active;
            }
        }
        Ok(())
    }

    /// Whether the keys of `device` come to us.
    #[must_use]
    pub fn has(&self, device: DeviceId) -> bool {
        self.keyboards.get(&device).is_some_and(|k| k.trigger_down || k.active)
    }

    /// Whether a hold is on at `device`, or lasts beyond the trigger's release.
    fn captures(&self, device: DeviceId) -> bool {
        self.keyboards.get(&device).is_some_and(|k| k.trigger_down || k.held)
    }

    /// Whether any keyboard is ours now.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.keyboards.values().any(|k| k.trigger_down || k.held || k.active)
    }

    /// Drops every grab, or takes them again.
    ///
    /// # Errors
    /// When the connection broke.
    pub fn set_paused(
        &mut self,
        paused: bool,
        events: &mut Vec<(Instant, Event<XkbKeyboard>)>,
    ) -> Result<(), DisplayError> {
        if self.paused != paused {
            self.paused = paused;
            self.regrab(self.trigger, events)?;
        }
        Ok(())
    }

    /// Whether the grabs are dropped.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// Grabs another key from now on.
    ///
    /// # Errors
    /// When the connection broke.
    pub fn set_trigger(
        &mut self,
        trigger: Keycode,
        events: &mut Vec<(Instant, Event<XkbKeyboard>)>,
    ) -> Result<(), DisplayError> {
        if self.trigger != trigger { self.regrab(trigger, events) } else { Ok(()) }
    }

    /// Drops the grabs, then takes the passive ones of `trigger` unless paused. A hold that is on
    /// ends here.
    fn regrab(
        &mut self,
        trigger: Keycode,
        events: &mut Vec<(Instant, Event<XkbKeyboard>)>,
    ) -> Result<(), DisplayError> {
        for device in self.keyboards.keys().copied().collect::<Vec<_>>() {
            if self.has(device) || self.captures(device) {
                grab::drop_active(&self.display, device)?;
                self.forget_hold(device, events);
            }
            grab::drop_passive(&self.display, device, self.trigger)?;
            if !self.paused {
                let refused = match grab::passive(&self.display, device, trigger) {
                    Ok(granted) => !granted,
                    // It is gone; an event will tell.
                    Err(DisplayError::Reply(_)) => continue,
                    Err(error) => return Err(error),
                };
                if let Some(keyboard) = self.keyboards.get_mut(&device) {
                    keyboard.refused = refused;
                }
            }
        }
        self.trigger = trigger;
        Ok(())
    }

    /// Ends whatever hold is on at `device`: the keyboard is as one that comes anew.
    fn forget_hold(&mut self, device: DeviceId, events: &mut Vec<(Instant, Event<XkbKeyboard>)>) {
        let Some(keyboard) = self.keyboards.get_mut(&device) else { return };
        (keyboard.trigger_down, keyboard.held, keyboard.active) = (false, false, false);
        events.push((Instant::now(), Event::DeviceGone(device)));
        self.read_keymap(device, events);
    }

    /// A grab of `device` has ended. Our own doing, as a rule; but the server has a key that breaks
    /// every grab (`grab:break_actions`), and says so in no other way.
    fn on_ungrab(
        &mut self,
        device: DeviceId,
        events: &mut Vec<(Instant, Event<XkbKeyboard>)>,
    ) -> Result<(), DisplayError> {
        if !self.has(device) {
            return Ok(());
        }
        // It may be ours again since.
        let devices = self.display.keyboards()?;
        if devices.iter().any(|d| d.id == x_id(device) && d.role == Role::Slave) {
            self.forget_hold(device, events);
        }
        Ok(())
    }

    /// Compares the list of keyboards with the server's; grabs the new ones, forgets the gone ones.
    fn rescan(
        &mut self,
        events: &mut Vec<(Instant, Event<XkbKeyboard>)>,
    ) -> Result<(), DisplayError> {
        let now = Instant::now();
        let devices = self.display.keyboards()?;
        let xtest = devices.iter().find(|device| device.role == Role::Xtest);
        self.stand_in.xtest = xtest.map(|device| device.id);
        let present: BTreeMap<DeviceId, String> = devices
            .into_iter()
            .filter(|device| matches!(device.role, Role::Slave | Role::Floating))
            .map(|device| (DeviceId(device.id.into()), device.name))
            .collect();
        self.keyboards.retain(|id, _| {
            let stays = present.contains_key(id);
            if !stays {
                self.stand_in.forget(*id);
                events.push((now, Event::DeviceGone(*id)));
            }
            stays
        });
        for (id, name) in present {
            if self.keyboards.contains_key(&id) {
                continue;
            }
            let nothing_more = SelectEventsAux::default();
            select_keymap_events(&self.display, x_id(id), &nothing_more)?;
            // A keyboard that was ours when it went away is ours when it comes back, and the
            // master's as well: each key would be there twice.
            grab::drop_active(&self.display, id)?;
            // A keyboard may be gone again before it is grabbed; the next event will tell.
            let refused = match self.paused {
                true => false,
                false => match grab::passive(&self.display, id, self.trigger) {
                    Ok(granted) => !granted,
                    Err(DisplayError::Reply(_)) => continue,
                    Err(error) => return Err(error),
                },
            };
            self.keyboards.insert(id, Grabbed::new(name, refused, now));
            self.read_keymap(id, events);
        }
        Ok(())
    }

    fn on_key(
        &mut self,
        key: &KeyPressEvent,
        direction: Direction,
        following: &mut VecDeque<Numbered>,
        events: &mut Vec<(Instant, Event<XkbKeyboard>)>,
    ) -> Result<(), DisplayError> {
        let device = DeviceId(key.deviceid.into());
        let Some(keyboard) = self.keyboards.get_mut(&device) else {
            return grab::thaw(&self.display, device);
        };
        (keyboard.rests_since, keyboard.rests_on_key) = (Instant::now(), false);
        let repeat = key.flags.contains(KeyEventFlags::KEY_REPEAT);
        let direction = if repeat { Direction::Repeat } else { direction };
        let keycode = Keycode(key.detail);
        let now = self.clock.instant(key.time, Instant::now());
        let is_trigger = keycode == self.trigger && direction != Direction::Repeat;
        let opens = is_trigger && direction == Direction::Down && !self.captures(device);
        if let Some(keyboard) = self.keyboards.get_mut(&device).filter(|_| is_trigger) {
            keyboard.trigger_down = direction == Direction::Down;
        }
        if opens {
            let active = grab::active(&self.display, device)?;
            if let Some(keyboard) = self.keyboards.get_mut(&device) {
                keyboard.active = active;
            }
        }
        if direction == Direction::Down {
            // After the active grab: the keys that were kept are for it.
            grab::thaw(&self.display, device)?;
        }
        if opens {
            self.stand_in_for(device, following)?;
        }
        if opens && let Some(session) = self.session(device, following)? {
            events.push((now, Event::Session { device, session }));
        }
        events.push((now, Event::Key(KeyEvent { device, keycode, direction })));
        Ok(())
    }

    /// The session's state as it was when the event before `following` happened.
    ///
    /// The master does not see this keyboard while it floats, so its state is still that of the
    /// trigger's press. `None` when the device went away meanwhile.
    fn session(
        &self,
        device: DeviceId,
        following: &mut VecDeque<Numbered>,
    ) -> Result<Option<Session>, DisplayError> {
        let conn = &self.display.conn;
        let state = conn.xkb_get_state(u16::from(xkb::ID::USE_CORE_KBD))?;
        let Some(mut down) = keys::Down::query(&self.display, device, following, 0)? else {
            return Ok(None);
        };
        let state = state.reply()?;
        down.set(self.trigger, false);
        Ok(Some(Session {
            held: down.keys().collect(),
            base: modifiers(state.base_mods),
            latched: modifiers(state.latched_mods),
            locked: modifiers(state.locked_mods),
            group: u32::from(state.locked_group),
        }))
    }
}

/// The changes of the device list that matter: slave added, removed, attached; device enabled,
/// disabled (XI2 protocol, `XI_HierarchyChanged`).
const HIERARCHY: u32 = (1 << 2) | (1 << 3) | (1 << 4) | (1 << 6) | (1 << 7);

/// The device's id as the protocol has it.
fn x_id(device: DeviceId) -> u16 {
    u16::try_from(device.0).expect("made from an XInput device id")
}

fn is_key_of(device: DeviceId, event: &XEvent) -> bool {
    let (XEvent::XinputKeyPress(key) | XEvent::XinputKeyRelease(key)) = event else { return false };
    u32::from(key.deviceid) == device.0
}
