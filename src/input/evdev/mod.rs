//! [`EvdevInput`]: the keyboards themselves, taken from the kernel, each with a twin that the
//! session sees in its place.
//!
//! Enter at [`EvdevInput::new`], which is given the epoll instance of whoever waits; what that brings,
//! [`EvdevInput::ready`] explains. What a keyboard is (`traits.rs`) and which keys are down (`keys.rs`) is
//! decided without a device.

mod clock;
mod events;
mod ioctl;
mod keyboard;
mod keys;
mod sysfs;
mod traits;
mod twin;

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs, io,
    mem::MaybeUninit,
    os::{
        fd::{AsFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rustix::{event::epoll, fs::inotify};

pub use ioctl::grab;
pub use keyboard::{Input, Keyboard, State, Word};
pub use keys::KeySet;
pub use sysfs::location;
pub use traits::{OURS, Rules, Traits, Verdict};
pub use twin::{Lamp, ROOM, Twin, UINPUT};

use self::{clock::Clock, events::Events};
use crate::engine::DeviceId;

/// The numbers by which the kernel tells what is ready; those of keyboards are smaller.
const DEVICES_CAME: u64 = 1 << 40;
const OTHER: u64 = DEVICES_CAME + 1;

/// Where the devices are.
const DEVICES: &str = "/dev/input";

/// The keyboards of the machine.
#[derive(Debug)]
pub struct EvdevInput {
    /// Each apart, so that what a key touches of one lies close together.
    keyboards: BTreeMap<DeviceId, Box<Keyboard>>,
    /// Keyboards that could not be opened, by their nodes, and why.
    closed: BTreeMap<PathBuf, io::ErrorKind>,
    rules: Rules,
    paused: bool,
    /// Shared with others.
    epoll: OwnedFd,
    inotify: OwnedFd,
    next: u32,
    clock: Clock,
    /// What [`Self::read`] brought, until it is taken.
    events: Events,
    /// Which keyboard was read, and whether it is gone.
    read: Option<(DeviceId, bool)>,
}

/// What there is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ready {
    /// A keyboard can be read: [`EvdevInput::read`], [`EvdevInput::take`].
    Keyboard(DeviceId),
    /// A twin's lamps were switched: [`EvdevInput::relay_lamps`].
    Lamps(DeviceId),
    /// Devices came: [`EvdevInput::look`].
    Devices,
    /// Something else that was to be waited for: [`EvdevInput::wait_for`].
    Other,
}

/// A keyboard is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone;

impl EvdevInput {
    /// Watches for devices; none is opened before [`Self::look`]. To be waited for is added to
    /// `epoll`, with numbers up to 2⁴¹.
    ///
    /// # Errors
    /// When the kernel has no descriptors or watches left, or there is no /dev/input.
    pub fn new(rules: Rules, epoll: OwnedFd) -> io::Result<Self> {
        let flags = inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK;
        let inotify = inotify::init(flags)?;
        // A node is made first, and the user's right to it comes a moment later.
        let wanted = inotify::WatchFlags::CREATE | inotify::WatchFlags::ATTRIB;
        let _ = inotify::add_watch(&inotify, DEVICES, wanted)?;
        let input = epoll::EventFlags::IN;
        epoll::add(&epoll, &inotify, epoll::EventData::new_u64(DEVICES_CAME), input)?;
        Ok(Self {
            keyboards: BTreeMap::new(),
            closed: BTreeMap::new(),
            rules,
            paused: false,
            epoll,
            inotify,
            next: 0,
            clock: Clock::new(),
            events: Events::NONE,
            read: None,
        })
    }

    /// Waits for another descriptor too, as long as it lives.
    ///
    /// # Errors
    /// When the kernel has no room left.
    pub fn wait_for(&self, other: impl AsFd) -> io::Result<()> {
        let number = epoll::EventData::new_u64(OTHER);
        Ok(epoll::add(&self.epoll, other, number, epoll::EventFlags::IN)?)
    }

    /// Opens every keyboard that is there; the new ones.
    pub fn scan(&mut self, now: Instant) -> Vec<DeviceId> {
        let entries = fs::read_dir(DEVICES).into_iter().flatten().flatten();
        let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        paths.into_iter().filter_map(|path| self.open(&path, now)).collect()
    }

    /// Opens the keyboards that came since the last look.
    pub fn look(&mut self, now: Instant) -> Vec<DeviceId> {
        let mut paths = Vec::new();
        let mut lost = false;
        let mut buffer = [const { MaybeUninit::uninit() }; 4096];
        let mut reader = inotify::Reader::new(&self.inotify, &mut buffer);
        while let Ok(event) = reader.next() {
            lost |= event.events().contains(inotify::ReadFlags::QUEUE_OVERFLOW);
            if let Some(name) = event.file_name() {
                paths.push(Path::new(DEVICES).join(OsStr::from_bytes(name.to_bytes())));
            }
        }
        if lost {
            return self.scan(now);
        }
        paths.into_iter().filter_map(|path| self.open(&path, now)).collect()
    }

    /// Tries the keyboards again that could not be opened; the new ones.
    pub fn retry(&mut self, now: Instant) -> Vec<DeviceId> {
        let paths: Vec<_> = self.closed.keys().cloned().collect();
        paths.into_iter().filter_map(|path| self.open(&path, now)).collect()
    }

    fn open(&mut self, path: &Path, now: Instant) -> Option<DeviceId> {
        let is_event = path.file_name().is_some_and(|name| name.as_bytes().starts_with(b"event"));
        if !is_event || self.keyboards.values().any(|known| known.path() == path) {
            return None;
        }
        let Self { rules, .. } = self;
        let wanted = |traits: &Traits| traits.verdict(rules) == Verdict::Keyboard;
        // Keys wait while a device is opened and closed.
        if sysfs::traits(path).is_some_and(|traits| !wanted(&traits)) {
            self.closed.remove(path);
            return None;
        }
        let opened = Keyboard::open(path, now, wanted);
        let mut keyboard = match opened {
            Ok(opened) => {
                self.closed.remove(path);
                opened?
            }
            Err(error) => {
                self.closed.insert(path.to_owned(), error.kind());
                return None;
            }
        };
        if self.paused {
            keyboard.release();
        }
        let device = DeviceId(self.next);
        let number = u64::from(self.next) << 1;
        let input = epoll::EventFlags::IN;
        let twin = epoll::EventData::new_u64(number | 1);
        epoll::add(&self.epoll, &keyboard, epoll::EventData::new_u64(number), input).ok()?;
        epoll::add(&self.epoll, &keyboard.twin, twin, input).ok()?;
        self.next += 1;
        self.keyboards.insert(device, Box::new(keyboard));
        Some(device)
    }

    /// What is ready, by the number that the kernel tells.
    #[must_use]
    pub fn ready(number: u64) -> Ready {
        let device = DeviceId(u32::try_from(number >> 1).unwrap_or(u32::MAX));
        match number {
            DEVICES_CAME => Ready::Devices,
            OTHER => Ready::Other,
            number if number & 1 == 1 => Ready::Lamps(device),
            _ => Ready::Keyboard(device),
        }
    }

    /// Reads a keyboard, and keeps what came for [`Self::take`]. The key that it begins with, and whether that
    /// goes down; `None` when it begins with anything else.
    #[inline(always)]
    pub fn read(&mut self, device: DeviceId) -> Option<(u16, bool)> {
        let keyboard = self.keyboards.get_mut(&device)?;
        self.read = Some((device, keyboard.read(&mut self.events).is_err()));
        keyboard.first_key(&self.events)
    }

    /// Reads a keyboard, unless that is done: appends what came from one that is ours, in its order and with its
    /// time, which does not go back and is not after `now`.
    ///
    /// # Errors
    /// When it is gone; [`Self::remove`] is next.
    pub fn take(
        &mut self,
        device: DeviceId,
        now: Instant,
        found: &mut Vec<(Instant, DeviceId, Input)>,
    ) -> Result<(), Gone> {
        if !matches!(self.read, Some((read, _)) if read == device) {
            let _ = self.read(device);
        }
        let (read, keyboard) = (self.read.take(), self.keyboards.get_mut(&device));
        let (Some((_, gone)), Some(keyboard)) = (read, keyboard) else { return Ok(()) };
        if keyboard.state() == State::Taken {
            let found = in_order(&self.clock, now, device, found);
            keyboard.take_events(self.events.iter(), found);
        }
        self.events.clear();
        if gone { Err(Gone) } else { Ok(()) }
    }

    /// The rules that hold.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Lets a keyboard's keys go to the session too, and appends the last that came to us alone, as [`Self::take`]
    /// does. What is down on its twin is to be released, then [`Self::set_paused`] or [`Self::remove`] is next.
    pub fn give_back(
        &mut self,
        device: DeviceId,
        now: Instant,
        found: &mut Vec<(Instant, DeviceId, Input)>,
    ) {
        if let Some(keyboard) = self.keyboards.get_mut(&device)
            && keyboard.state() == State::Taken
        {
            let found = in_order(&self.clock, now, device, found);
            keyboard.give_back(&mut self.events, found);
        }
        self.events.clear();
    }

    /// Other rules hold. The keyboards that are none any more are to be removed; [`Self::scan`] finds
    /// the new ones.
    pub fn set_rules(&mut self, rules: Rules) -> Vec<DeviceId> {
        let unwanted = |keyboard: &Keyboard| keyboard.traits().verdict(&rules) != Verdict::Keyboard;
        let keyboards = self.keyboards().filter(|(_, keyboard)| unwanted(keyboard));
        let devices = keyboards.map(|(device, _)| device).collect();
        self.rules = rules;
        devices
    }

    /// Does with a keyboard's lamps what the session did with its twin's, and tells what that was.
    pub fn relay_lamps(&mut self, device: DeviceId) -> Vec<Lamp> {
        self.keyboard(device).map(Keyboard::relay_lamps).unwrap_or_default()
    }

    /// Switches all lamps to what the session wants.
    pub fn restore_lamps(&mut self) {
        self.keyboards.values_mut().for_each(|keyboard| keyboard.restore_lamps());
    }

    /// Takes what can be taken by now.
    pub fn proceed(&mut self, now: Instant, words: &mut Vec<(DeviceId, Word)>) {
        for (&device, keyboard) in &mut self.keyboards {
            words.extend(keyboard.proceed(now, &mut self.events).map(|word| (device, word)));
        }
    }

    /// Forgets a keyboard that is gone, or that is to be the session's; its twin goes with it.
    pub fn remove(&mut self, device: DeviceId) -> Option<Box<Keyboard>> {
        let mut keyboard = self.keyboards.remove(&device)?;
        // A guard shares the open file, so the grab would not end with ours.
        keyboard.release();
        // A guard may share the descriptors, so closing ours is not enough for the kernel.
        let _ = epoll::delete(&self.epoll, keyboard.as_fd());
        let _ = epoll::delete(&self.epoll, &keyboard.twin);
        Some(keyboard)
    }

    /// Lets go of every keyboard, or takes them again as soon as no key is down.
    pub fn set_paused(&mut self, paused: bool, now: Instant) {
        self.paused = paused;
        for keyboard in self.keyboards.values_mut() {
            match paused {
                true => keyboard.release(),
                false => keyboard.want(now),
            }
        }
    }

    /// Whether the keyboards are let go of.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// Every keyboard.
    pub fn keyboards(&self) -> impl Iterator<Item = (DeviceId, &Keyboard)> {
        self.keyboards.iter().map(|(&device, keyboard)| (device, &**keyboard))
    }

    /// Every twin.
    pub fn twins(&mut self) -> impl Iterator<Item = (DeviceId, &mut Twin)> {
        self.keyboards.iter_mut().map(|(&device, keyboard)| (device, &mut keyboard.twin))
    }

    /// One keyboard.
    #[inline(always)]
    pub fn keyboard(&mut self, device: DeviceId) -> Option<&mut Keyboard> {
        self.keyboards.get_mut(&device).map(|keyboard| &mut **keyboard)
    }

    /// When [`Self::proceed`] has something to do.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.keyboards.values().filter_map(|keyboard| keyboard.deadline()).min()
    }

    /// Keyboards that this user may not open, by their nodes.
    pub fn forbidden(&self) -> impl Iterator<Item = &Path> {
        let denied = |kind: &io::ErrorKind| *kind == io::ErrorKind::PermissionDenied;
        self.closed.iter().filter(move |(_, kind)| denied(kind)).map(|(path, _)| path.as_path())
    }
}

/// Appends what comes of a keyboard with its time, which does not go back and is not after `now`.
#[inline(always)]
fn in_order(
    clock: &Clock,
    now: Instant,
    device: DeviceId,
    found: &mut Vec<(Instant, DeviceId, Input)>,
) -> impl FnMut(Duration, Input) {
    let mut last = None;
    move |time, input| {
        let time = clock.instant(time, now);
        let time = last.map_or(time, |last| time.max(last));
        last = Some(time);
        found.push((time, device, input));
    }
}
