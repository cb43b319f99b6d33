//! [`Keyboard`]: one physical keyboard, from the moment it is seen until it is gone.
//!
//! ```text
//! seen ──▶ Waiting ──keys up, twin settled──▶ Taken ──▶ gone
//!            ▲  │ another program has it         │
//!            │  ▼                                │ released: paused
//!            │ Refused ──after RETRY──┐          ▼
//!            └────────────────────────┴────── Released
//! ```

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use evdev::{
    AttributeSetRef, EventSummary, EventType, InputEvent, KeyCode, LedCode, MiscCode,
    SynchronizationCode, raw_stream::RawDevice,
};
use rustix::{
    fs::{Mode, OFlags, fcntl_getfl, fcntl_setfl, open},
    io::{Errno, Result as Read},
};

use super::{
    clock,
    events::{Events, Told},
    ioctl,
    keys::{CODES, KeySet},
    traits::Traits,
    twin::{Lamp, Twin},
};

/// How long a new twin is given to be noticed by the session before the keyboard is taken: keys
/// that come earlier would go nowhere.
const SETTLE: Duration = Duration::from_millis(300);

/// How long a keyboard with a key down is waited for in silence.
const LIMIT: Duration = Duration::from_secs(5);

/// How long a release may be owed. The kernel says that a key is up before it tells anybody, which it does
/// at the end of the report: a keyboard that is taken between the two keeps the release from the session, and
/// the key stays down there. One that is not told by then went to a program that had the keyboard.
const REPORT: Duration = Duration::from_millis(100);

/// How often a keyboard that another program has is tried again: nobody tells when it is free.
const RETRY: Duration = Duration::from_secs(2);

/// Whose the keyboard is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The session's, until no key is down and the twin was noticed.
    Waiting {
        /// Since when.
        since: Instant,
        /// Whether the user was told that a key is down.
        told: bool,
    },
    /// Ours: its keys come to us alone.
    Taken,
    /// Another program's.
    Refused {
        /// When to try again.
        again: Instant,
    },
    /// The session's: let go of on purpose.
    Released,
}

/// What a keyboard has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// It was taken.
    Taken,
    /// A key is down on it for so long that the user should know.
    Held,
    /// Another program has it.
    Refused,
}

/// A physical keyboard and its twin.
#[derive(Debug)]
pub struct Keyboard {
    path: PathBuf,
    traits: Traits,
    device: RawDevice,
    /// For the guard, see [`Self::own_of_guard`].
    own_of_guard: OwnedFd,
    /// What stands for it.
    pub twin: Twin,
    state: State,
    /// The keys that are down, as far as was read; while it is not ours the buttons too.
    down: KeySet,
    /// When it was looked last a key was down, and no release was read since; so it may be before the first look.
    owed: bool,
    /// Since when the kernel says that no key is down while a release is owed.
    quiet: Option<Instant>,
    /// The lamps that the session lit, by `LED_…`.
    lamps: u16,
}

/// What was read of a keyboard that is ours.
#[derive(Clone, Copy)]
pub enum Input {
    /// A key, and whether it goes down.
    Key(u16, bool),
    /// Events were lost. What is down now is told next.
    Lost,
    /// What is no key, to be relayed behind the keys before it: axes, switches, buttons, reports.
    Other(InputEvent),
}

impl Keyboard {
    /// Opens the device if it is a keyboard for `wanted`; `None` if not.
    ///
    /// # Errors
    /// When it cannot be opened, or the twin cannot be made.
    pub(super) fn open(
        path: &Path,
        now: Instant,
        wanted: impl FnOnce(&Traits) -> bool,
    ) -> io::Result<Option<Self>> {
        let device = RawDevice::open(path)?;
        let id = device.input_id();
        let keys = device.supported_keys().into_iter().flat_map(|keys| keys.iter());
        let traits = Traits {
            name: device.name().unwrap_or("keyboard").to_owned(),
            phys: device.physical_path().unwrap_or_default().to_owned(),
            id: (id.vendor(), id.product()),
            keys: keys.map(|key| key.0).collect(),
        };
        if !wanted(&traits) {
            return Ok(None);
        }
        let own_of_guard = open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
        let flags = fcntl_getfl(device.as_fd())? | OFlags::NONBLOCK;
        fcntl_setfl(device.as_fd(), flags)?;
        ioctl::monotonic(device.as_fd())?;
        Ok(Some(Self {
            path: path.to_owned(),
            traits,
            twin: Twin::new(&device)?,
            device,
            own_of_guard,
            state: State::Waiting { since: now, told: false },
            down: KeySet::EMPTY,
            owed: true,
            quiet: None,
            lamps: 0,
        }))
    }

    /// The device node.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it says of itself.
    #[must_use]
    pub fn traits(&self) -> &Traits {
        &self.traits
    }

    /// A second open file, for the guard to ask what is down: that empties the queue of the file that asks. The node
    /// may not be opened any more when a guard is told of it.
    #[must_use]
    pub fn own_of_guard(&self) -> BorrowedFd<'_> {
        self.own_of_guard.as_fd()
    }

    /// Whose it is.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// The keys that are down on it, as far as was read.
    #[must_use]
    pub fn down(&self) -> &KeySet {
        &self.down
    }

    /// Whether the Caps Lock lamp is lit.
    #[must_use]
    pub fn caps_lamp(&self) -> bool {
        self.device.get_led_state().is_ok_and(|leds| leds.contains(LedCode::LED_CAPSL))
    }

    /// When [`Self::proceed`] has something to do.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let told = self.quiet.map(|quiet| quiet + REPORT);
        match self.state {
            State::Waiting { since, .. } if self.down.is_empty() => told.max(Some(since + SETTLE)),
            State::Waiting { since, told: false } => Some(since + LIMIT),
            State::Waiting { told: true, .. } | State::Taken | State::Released => None,
            State::Refused { again } => told.max(Some(again)),
        }
    }

    /// Takes the keyboard when it is time. To be called when keys came and at the deadline.
    pub(super) fn proceed(&mut self, now: Instant, events: &mut Events) -> Option<Word> {
        let (since, told) = match self.state {
            State::Waiting { since, told } => (since, told),
            State::Refused { again } if again <= now => (now - SETTLE, true),
            _ => return None,
        };
        if now < since + SETTLE {
            return None;
        }
        match self.take(now, events) {
            Ok(true) => {
                self.state = State::Taken;
                Some(Word::Taken)
            }
            Ok(false) if !told && !self.down.is_empty() && now >= since + LIMIT => {
                self.state = State::Waiting { since, told: true };
                Some(Word::Held)
            }
            Ok(false) => {
                // Nobody tells when the keys of another program's keyboard go up.
                if matches!(self.state, State::Refused { .. }) && !self.down.is_empty() {
                    self.state = State::Refused { again: now + RETRY };
                }
                None
            }
            Err(_) => {
                let first = !matches!(self.state, State::Refused { .. });
                self.state = State::Refused { again: now + RETRY };
                first.then_some(Word::Refused)
            }
        }
    }

    /// Takes it unless a key is down, whose release the session would never see.
    fn take(&mut self, now: Instant, events: &mut Events) -> io::Result<bool> {
        self.look()?;
        if !self.down.is_empty() {
            (self.owed, self.quiet) = (true, None);
            return Ok(false);
        }
        if self.owed && now < *self.quiet.get_or_insert(now) + REPORT {
            return Ok(false);
        }
        ioctl::grab(self.device.as_fd(), true)?;
        // A key that came between the look and the grab is the session's, and stays so.
        let came = events.bring_press(&self.device);
        if came {
            ioctl::grab(self.device.as_fd(), false)?;
            self.look()?;
        }
        (self.owed, self.quiet) = (!self.down.is_empty(), None);
        Ok(!came)
    }

    /// Asks the kernel which keys and buttons are down.
    fn look(&mut self) -> io::Result<()> {
        self.down = self.device.get_key_state()?.iter().map(|key| key.0).collect();
        Ok(())
    }

    /// Ends the grab; what came to us alone by then. That takes the kernel tens of milliseconds (it waits twice until
    /// every processor has noticed), and what comes meanwhile goes to the session and to us. [`Self::release`]
    /// is next.
    pub(super) fn give_back(
        &mut self,
        events: &mut Events,
        mut found: impl FnMut(Duration, Input),
    ) {
        let until = clock::since_boot();
        // A kernel that refuses leaves nothing to be done but what comes next.
        let _ = ioctl::grab(self.device.as_fd(), false);
        while self.read(events).is_ok() && events.iter().next().is_some() {
            self.take_events(events.iter().take_while(|told| told.time < until), &mut found);
        }
    }

    /// Gives it back: nothing is down on the twin, and the next keys are the session's.
    pub(super) fn release(&mut self) {
        self.twin.release_all();
        // A kernel that refuses leaves nothing to be done but what comes next.
        let _ = self.twin.flush();
        let _ = ioctl::grab(self.device.as_fd(), false);
        self.state = State::Released;
        self.down = KeySet::EMPTY;
        (self.owed, self.quiet) = (false, None);
    }

    /// Lets it be taken again.
    pub(super) fn want(&mut self, now: Instant) {
        if self.state == State::Released {
            self.state = State::Waiting { since: now - SETTLE, told: false };
            self.owed = true;
        }
    }

    /// Reads what can be read at once.
    ///
    /// # Errors
    /// `NODEV` when the keyboard is gone.
    #[inline(always)]
    pub(super) fn read(&mut self, events: &mut Events) -> Read<()> {
        match events.read(&self.device) {
            Err(Errno::AGAIN | Errno::INTR) => return Ok(()),
            read => read?,
        }
        // A key that repeats is down still.
        let up = |told: Told| told.kind == EventType::KEY && told.value == 0;
        if self.owed && events.iter().any(up) {
            (self.owed, self.quiet) = (false, None);
        }
        Ok(())
    }

    /// The key that these events begin with, and whether it goes down; `None` when they begin with anything
    /// else, or with what [`Self::take_event`] would leave out.
    #[inline(always)]
    pub(super) fn first_key(&self, events: &Events) -> Option<(u16, bool)> {
        let scan = |told: &Told| told.kind == EventType::MISC && told.code == MiscCode::MSC_SCAN.0;
        let Told { kind, code, value, .. } = events.iter().find(|told| !scan(told))?;
        let down = value != 0;
        let is_key = kind == EventType::KEY && is_key(code) && value != 2;
        let counts = self.state == State::Taken && is_key && self.down.has(code) != down;
        counts.then_some((code, down))
    }

    /// What a reading means, in order, each with its time.
    pub(super) fn take_events(
        &mut self,
        events: impl Iterator<Item = Told>,
        mut found: impl FnMut(Duration, Input),
    ) {
        for told in events {
            let found = |input| found(told.time, input);
            let is_dropped = told.code == SynchronizationCode::SYN_DROPPED.0;
            if told.kind == EventType::SYNCHRONIZATION && is_dropped {
                // The rest of the reading is older than what the kernel says now.
                return self.resync(found);
            }
            self.take_event(told, found);
        }
    }

    fn take_event(&mut self, told: Told, mut found: impl FnMut(Input)) {
        let event = InputEvent::new(told.kind.0, told.code, told.value);
        match event.destructure() {
            // The twin repeats by itself.
            EventSummary::Key(_, _, 2) => {}
            EventSummary::Key(_, code, value) if is_key(code.0) => {
                let down = value != 0;
                if self.down.set(code.0, down) {
                    found(Input::Key(code.0, down));
                }
            }
            // They tell of keys that are swallowed.
            EventSummary::Misc(_, MiscCode::MSC_SCAN, _) => {}
            EventSummary::Key(..)
            | EventSummary::RelativeAxis(..)
            | EventSummary::AbsoluteAxis(..)
            | EventSummary::Switch(..)
            | EventSummary::Misc(..)
            | EventSummary::Synchronization(..) => found(Input::Other(event)),
            _ => {}
        }
    }

    /// The kernel's buffer ran over: what is down now is what counts. It is asked once: with its answer it drops
    /// what it has told of keys and what nobody has read (`EVIOCGKEY`), so what came between two questions would
    /// be missing.
    fn resync(&mut self, mut found: impl FnMut(Input)) {
        found(Input::Lost);
        // A device that is gone says so when it is read next.
        let Ok(all) = self.device.get_key_state() else { return };
        let now = keys(&all);
        self.down.changes(&now).for_each(|(code, down)| found(Input::Key(code, down)));
        self.down = now;
        self.other_state(&all, |kind, code, value| {
            found(Input::Other(InputEvent::new(kind.0, code, value)));
        });
    }

    /// Axes, switches and buttons as they are now; the kernel leaves out what has not changed.
    fn other_state(
        &self,
        down: &AttributeSetRef<KeyCode>,
        mut found: impl FnMut(EventType, u16, i32),
    ) {
        if let Ok(axes) = self.device.get_absinfo() {
            axes.for_each(|(code, info)| found(EventType::ABSOLUTE, code.0, info.value()));
        }
        if let Ok(on) = self.device.get_switch_state() {
            let switches = self.device.supported_switches();
            for code in switches.into_iter().flat_map(|all| all.iter()) {
                found(EventType::SWITCH, code.0, i32::from(on.contains(code)));
            }
        }
        for code in self.traits.keys.iter().filter(|&code| !is_key(code)) {
            found(EventType::KEY, code, i32::from(down.contains(KeyCode(code))));
        }
        found(EventType::SYNCHRONIZATION, 0, 0);
    }

    /// Does with the lamps what the session did with the twin's, and tells what that was.
    pub(super) fn relay_lamps(&mut self) -> Vec<Lamp> {
        let lamps = self.twin.lamps();
        for &lamp in &lamps {
            if let Some(bit) = 1_u16.checked_shl(lamp.code.into()) {
                self.lamps = if lamp.lit { self.lamps | bit } else { self.lamps & !bit };
            }
            self.light(lamp);
        }
        lamps
    }

    /// Switches a lamp of the physical keyboard, whatever the session wants of it.
    pub fn light(&mut self, lamp: Lamp) {
        let led = InputEvent::new(EventType::LED.0, lamp.code, i32::from(lamp.lit));
        let report = InputEvent::new(EventType::SYNCHRONIZATION.0, 0, 0);
        // A keyboard without lamps, or one that is gone, shows nothing.
        let _ = self.device.send_events(&[led, report]);
    }

    /// Switches every lamp to what the session wants.
    pub(super) fn restore_lamps(&mut self) {
        for code in 0..16 {
            self.light(Lamp { code, lit: self.lamps & (1 << code) != 0 });
        }
    }
}

impl AsFd for Keyboard {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.device.as_fd()
    }
}

/// Keys are secrets: says nothing of them.
impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Key(..) => "Key",
            Self::Lost => "Lost",
            Self::Other(_) => "Other",
        })
    }
}

/// The keys among what is down.
fn keys(down: &AttributeSetRef<KeyCode>) -> KeySet {
    down.iter().map(|key| key.0).filter(|&code| is_key(code)).collect()
}

/// `BTN_MISC` to `BTN_GEAR_UP` and the later rows of buttons are no keys of a keyboard
/// (`linux/input-event-codes.h`).
fn is_key(code: u16) -> bool {
    !matches!(code, 0x100..0x160 | 0x220..0x230 | 0x2c0..CODES)
}
