//! [`Evdev`]: keys from the kernel's keyboards, keys and text to the session by their twins.
//!
//! ```text
//! keyboard ──taken──▶ input::evdev ──▶ engine ──▶ twin ──▶ display server or console
//!                          └── axes, switches, lamps ──▶ ◀──┘
//! ```

mod away;
mod beyond;
mod describe;
mod hand;
mod layout;
mod outside;
mod pace;
mod rights;
mod seat;
mod signal;
mod stroke;
mod typist;
mod unlock;
pub(super) mod watch;

use std::{convert::Infallible, os::fd::AsFd, time::Instant};

use evdev::LedCode;

use self::{
    away::Away,
    layout::{Change, Keymaps, Layout},
    seat::Seat,
    signal::Signal,
    typist::{Outcome, Typist},
    unlock::Unlock,
};
use super::{
    End, StartError,
    backend::{Backend, Description},
    core::Core,
    guard::Guard,
    say,
};
use crate::{
    config,
    engine::{Action, DeviceId, Direction, Event, Feedback, KeyEvent, XkbKeyboard},
    input::evdev::{EvdevInput, Input, Ready, Rules, Word},
    keycode::Keycode,
    output::Ticket,
    session::logind::Logind,
};

/// The argument that makes a guard watch keyboards.
pub(super) const GUARD: &str = "evdev";

/// The machine's keyboards and their twins.
#[derive(Debug)]
pub(super) struct Evdev {
    input: EvdevInput,
    layout: Layout,
    keymaps: Keymaps,
    logind: Logind,
    away: Away,
    /// Why logind tells nothing.
    unheard: Option<String>,
    typist: Typist,
    unlock: Unlock,
    signal: Signal,
    /// The keyboards that compose without their trigger.
    kept: Vec<DeviceId>,
    why: String,
    /// Empty between two steps.
    found: Vec<(Instant, DeviceId, Input)>,
    words: Vec<(DeviceId, Word)>,
    /// What was said last of how text goes out.
    output: String,
}

impl Evdev {
    /// Starts the guard.
    pub(super) fn guard() -> Result<Guard, StartError> {
        let started = Guard::start(&[GUARD.to_owned()], None);
        started.map_err(|error| StartError::System("starting the guard", error))
    }

    /// Opens the keyboards. None is taken yet.
    pub(super) fn new(core: &mut Core, why: String) -> Result<Self, StartError> {
        rights::check().map_err(StartError::Rights)?;
        // Before a keyboard is opened: a compositor may take its time, and the guard watches keyboards.
        let started = Layout::start(core.loaded.settings.layout.as_deref());
        let (layout, first) =
            started.map_err(|error| StartError::System("asking for the layout", error))?;
        let Some(Change::Keymaps(keymaps, origin, group)) = first else {
            return Err(StartError::Keymap);
        };
        let mut seat = Seat::new(keymaps.of(None).clone(), origin.to_string());
        seat.set_group(group);
        let mut typist = Typist::new(seat);
        typist.beyond = typist.beyond.for_session(&origin).unwrap_or_default();
        typist.beyond.wait();
        let epoll = core.poller.as_fd().try_clone_to_owned();
        let mut input = epoll
            .and_then(|epoll| EvdevInput::new(rules(&core.loaded.settings), epoll))
            .map_err(|error| StartError::System("watching `/dev/input`", error))?;
        for device in input.scan(Instant::now()) {
            if let Some(keyboard) = input.keyboard(device) {
                watch::came(&mut core.guard, device, keyboard);
            }
        }
        // Any other trigger leaves the Caps key to the user.
        let unlocks = core.loaded.settings.engine.trigger == Keycode::CAPS_LOCK;
        let first = input.keyboards().map(|(device, _)| device).filter(|_| unlocks);
        let unlock = Unlock::new(first);
        let nothing = input.keyboards().next().is_none();
        if let Some(node) = input.forbidden().next().filter(|_| nothing) {
            return Err(StartError::Rights(rights::missing(node)));
        }
        input
            .wait_for(&layout)
            .and_then(|()| typist.beyond.fd().map_or(Ok(()), |fd| input.wait_for(fd)))
            .map_err(|error| StartError::System("waiting for the layout", error))?;
        let logind = Logind::start(|name| std::env::var(name).ok())
            .and_then(|logind| input.wait_for(&logind).map(|()| logind))
            .map_err(|error| StartError::System("asking logind", error))?;
        let mut evdev = Self {
            input,
            layout,
            keymaps,
            logind,
            away: Away::default(),
            unheard: None,
            typist,
            unlock,
            signal: Signal::default(),
            kept: Vec::new(),
            why,
            found: Vec::new(),
            words: Vec::new(),
            output: String::new(),
        };
        evdev.output = describe::output(&evdev);
        Ok(evdev)
    }

    /// Reads the keyboards that are ready. What waits in several of them is told in the order of the fingers: a Shift
    /// of the one goes with a letter of the other, also after a stall.
    fn read(&mut self, core: &mut Core, ready: &[u64]) {
        let mut found = std::mem::take(&mut self.found);
        let mut gone = Vec::new();
        let mut take = |input: &mut EvdevInput, device, found: &mut Vec<_>| {
            if input.take(device, core.now, found).is_err() && !gone.contains(&device) {
                gone.push(device);
            }
        };
        for &number in ready {
            if let Ready::Keyboard(device) = EvdevInput::ready(number) {
                take(&mut self.input, device, &mut found);
            }
        }
        let keys = found.iter().filter(|(.., input)| !matches!(input, Input::Other(_)));
        if keys.count() > 1 {
            // More than a key has waited: the stall may have come when it was known already who is ready.
            let all: Vec<_> = self.input.keyboards().map(|(device, _)| device).collect();
            all.into_iter().for_each(|device| take(&mut self.input, device, &mut found));
            found.sort_by_key(|&(time, ..)| time);
        }
        self.take_in(core, found);
        for device in gone {
            self.forget(core, device, "gone");
        }
    }

    fn take_in(&mut self, core: &mut Core, mut found: Vec<(Instant, DeviceId, Input)>) {
        for (time, device, input) in found.drain(..) {
            self.on_input(core, device, time, input);
        }
        // Keeps the allocation.
        self.found = found;
    }

    fn on_input(&mut self, core: &mut Core, device: DeviceId, time: Instant, input: Input) {
        match input {
            Input::Key(code, down) => self.on_key(core, device, time, code, down),
            Input::Lost => core.events.push((time, Event::Lost(device))),
            Input::Other(event) => {
                if let Some(keyboard) = self.input.keyboard(device) {
                    keyboard.twin.relay(event);
                }
                return;
            }
        }
        self.feed(core);
    }

    fn on_key(&mut self, core: &mut Core, device: DeviceId, time: Instant, code: u16, down: bool) {
        if self.typist.current != Some(device) {
            self.typist.current = Some(device);
            self.adopt();
        }
        let key = key_event(device, code, down);
        let opens = down && key.keycode == core.loaded.settings.engine.trigger;
        if opens && !self.kept.contains(&device) {
            let session = self.typist.session(&mut self.input, device);
            core.events.push((time, Event::Session { device, session }));
        }
        core.events.push((time, Event::Key(key)));
    }

    /// A keyboard that the settings take away goes back to the session; one that they add comes.
    fn apply_rules(&mut self, core: &mut Core) {
        let rules = rules(&core.loaded.settings);
        let devices = if *self.input.rules() == rules {
            self.input.retry(Instant::now())
        } else {
            for device in self.input.set_rules(rules) {
                self.forget(core, device, "left alone from now on");
            }
            self.input.scan(Instant::now())
        };
        self.welcome(core, devices);
    }

    /// A keyboard's keys are the session's from now on: those that came before go out as ever, and what is held on it
    /// goes up.
    fn let_go(&mut self, core: &mut Core, device: DeviceId) {
        let mut found = std::mem::take(&mut self.found);
        self.input.give_back(device, Instant::now(), &mut found);
        self.take_in(core, found);
        self.typist.release(&mut self.input, device);
        core.events.push((Instant::now(), Event::DeviceGone(device)));
        self.feed(core);
    }

    /// A keyboard is gone, and everything that was held on it.
    fn forget(&mut self, core: &mut Core, device: DeviceId, why: &str) {
        self.let_go(core, device);
        self.kept.retain(|kept| *kept != device);
        if let Some(keyboard) = self.input.remove(device) {
            watch::gone(&mut core.guard, device);
            say(&format!("keyboard `{}`: {why}", keyboard.traits().name));
        }
    }

    fn welcome(&mut self, core: &mut Core, devices: Vec<DeviceId>) {
        for device in devices {
            if let Some(keyboard) = self.input.keyboard(device) {
                watch::came(&mut core.guard, device, keyboard);
            }
        }
    }

    fn hear(&mut self, core: &mut Core, device: DeviceId, word: Word, now: Instant) {
        let Some(keyboard) = self.input.keyboard(device) else { return };
        let name = keyboard.traits().name.clone();
        match word {
            Word::Taken => {
                let keymap = self.keymaps.of(keyboard.twin.node()).clone();
                let on = keyboard.caps_lamp() && seat::caps_key_locks(&keymap);
                self.unlock.taken(device, on, now);
                let keyboard = XkbKeyboard::new(keymap);
                core.events.push((now, Event::Keyboard { device, keyboard }));
                say(&format!("keyboard `{name}`: taken"));
            }
            Word::Held => {
                say(&format!(
                    "keyboard `{name}`: a key is held down on it; it is taken when none is"
                ));
            }
            Word::Refused => {
                say(&format!(
                    "keyboard `{name}`: another program has it; it is taken when that lets go"
                ));
            }
        }
    }

    fn on_lamps(&mut self, device: DeviceId) {
        let lamps = self.input.relay_lamps(device);
        for lamp in lamps {
            self.typist.seat.lamp(lamp);
            if lamp.code == LedCode::LED_CAPSL.0 && self.unlock.lamp(lamp.lit) {
                self.clear_caps_lock();
            }
        }
    }

    fn clear_caps_lock(&mut self) {
        // Another keymap may hold by now, by which the key does something else.
        if !self.typist.seat.caps_key_locks() {
            return;
        }
        say("Caps Lock was on at the start: switched off, once");
        self.typist.toggle_caps_lock(&mut self.input);
    }

    fn mismatch(&mut self, core: &Core, now: Instant) {
        if core.loaded.settings.feedback != config::Feedback::None
            && let Some(device) = self.typist.sink(&self.input)
        {
            self.signal.mismatch(&mut self.input, device, now);
        }
    }

    fn proceed(&mut self, core: &mut Core, now: Instant) {
        let mut words = std::mem::take(&mut self.words);
        self.input.proceed(now, &mut words);
        for (device, word) in words.drain(..) {
            self.hear(core, device, word, now);
        }
        self.words = words;
        if self.unlock.proceed(now) {
            self.clear_caps_lock();
        }
        self.signal.proceed(&mut self.input, now);
        self.typist.proceed(&mut self.input);
        for Outcome { ticket, result } in self.typist.outcomes() {
            match ticket {
                Some(ticket) => core.finish_text(ticket, result, now),
                None if result.is_err() => self.mismatch(core, now),
                None => {}
            }
        }
    }

    /// Gives the engine what came. Cannot fail: what goes wrong with a twin shows with the next key.
    fn feed(&mut self, core: &mut Core) {
        let Ok(()) = core.feed(self);
    }

    fn flush(&mut self) {
        for (_, twin) in self.input.twins() {
            let _ = twin.flush();
        }
    }
}

/// A key, as the engine knows it.
fn key_event(device: DeviceId, code: u16, down: bool) -> KeyEvent {
    let direction = if down { Direction::Down } else { Direction::Up };
    KeyEvent { device, keycode: Keycode::from_evdev(code), direction }
}

/// Which devices the settings add and take.
fn rules(settings: &config::Settings) -> Rules {
    let config::Settings { include_devices, exclude_devices, .. } = settings;
    Rules { include: include_devices.clone(), exclude: exclude_devices.clone() }
}

impl Backend for Evdev {
    type Lost = Infallible;

    /// A key that is sure to pass goes to the session before the clock is read, the engine told, and the keymap
    /// asked what the key means: all that comes behind it, and takes ten times as many steps.
    ///
    /// Whatever it calls on that way is inlined: a processor that comes back to it from other work has a page or two of
    /// code to find, not thirty.
    #[inline(always)]
    fn ahead(&mut self, core: &mut Core) {
        let Some(Ready::Keyboard(device)) = core.poller.only().map(EvdevInput::ready) else {
            return;
        };
        let Some((code, down)) = self.input.read(device) else { return };
        // The seat may have another keyboard's keymap.
        let seated = self.typist.current == Some(device) && !self.typist.is_busy();
        if seated && core.engine.passes(key_event(device, code, down)) {
            // The engine says so again, to no effect, when it is told.
            self.typist.key(&mut self.input, device, code, down);
        }
    }

    fn step(&mut self, core: &mut Core) -> Result<(), Infallible> {
        let ready = core.poller.take();
        self.read(core, &ready);
        self.flush();
        for number in ready {
            match EvdevInput::ready(number) {
                Ready::Keyboard(_) => continue,
                Ready::Lamps(device) => self.on_lamps(device),
                Ready::Other => self.hear_outside(core),
                Ready::Devices => {
                    let devices = self.input.look(core.now);
                    self.welcome(core, devices);
                }
            }
            self.flush();
        }
        let now = core.now;
        self.proceed(core, now);
        self.feed(core);
        core.run_deadlines(self, now)?;
        self.flush();
        Ok(())
    }

    fn act(&mut self, core: &mut Core, action: Action) -> Result<(), Infallible> {
        match action {
            Action::Pass(KeyEvent { device, keycode, direction }) => {
                let code = u16::try_from(keycode.0.saturating_sub(8)).unwrap_or(0);
                // The twin repeats by itself.
                if direction != Direction::Repeat {
                    let down = direction == Direction::Down;
                    self.typist.key(&mut self.input, device, code, down);
                }
            }
            Action::Type(text) => self.typist.text(&mut self.input, text),
            Action::ToggleCapsLock => {
                self.typist.toggle_caps_lock(&mut self.input);
            }
            Action::Feedback(Feedback::Mismatch) => self.mismatch(core, Instant::now()),
            Action::Hold(device) => self.kept.push(device),
            Action::Free(device) => self.kept.retain(|kept| *kept != device),
            Action::Feedback(Feedback::Pending | Feedback::Idle) | Action::LetGo => {}
        }
        Ok(())
    }

    fn acted(&mut self, _: &mut Core) -> Result<(), Infallible> {
        Ok(())
    }

    fn apply_pause(&mut self, core: &mut Core) -> Result<(), Infallible> {
        let now = Instant::now();
        let paused = core.paused || self.why_away(core).is_some();
        if self.input.is_paused() == paused {
            return Ok(());
        }
        if paused {
            let devices: Vec<_> = self.input.keyboards().map(|(device, _)| device).collect();
            devices.into_iter().for_each(|device| self.let_go(core, device));
            self.kept.clear();
        }
        self.input.set_paused(paused, now);
        Ok(())
    }

    fn set_trigger(&mut self, _: &mut Core, _: Keycode) -> Result<(), Infallible> {
        Ok(())
    }

    fn apply_settings(&mut self, core: &mut Core) -> Result<(), Infallible> {
        self.apply_rules(core);
        if let Some(change) = self.layout.set(core.loaded.settings.layout.as_deref()) {
            self.on_layout(core, change);
        }
        Ok(())
    }

    fn type_text(&mut self, text: String) -> Ticket {
        self.typist.asked(text)
    }

    fn description(&self, core: &Core) -> Result<Description, Infallible> {
        Ok(describe::describe(self, core))
    }

    fn deadline(&mut self, now: Instant) -> Option<Instant> {
        let typist = self.typist.deadline(now);
        let all = [self.input.deadline(), self.unlock.deadline(), self.signal.deadline(), typist];
        all.into_iter().flatten().min()
    }

    fn guard_is_new(&mut self, core: &mut Core) {
        for (device, keyboard) in self.input.keyboards() {
            watch::came(&mut core.guard, device, keyboard);
        }
    }

    fn end(&self, lost: &Infallible) -> End {
        match *lost {}
    }

    fn close(mut self) {
        self.input.set_paused(true, Instant::now());
        self.typist.beyond.close();
    }
}
