//! [`Twin`]: the virtual keyboard that stands for a physical one while that is taken.
//!
//! Everything the session sees of a keyboard comes from here. It keeps books of the keys and buttons that are
//! down, and releases them when the keyboard is given back; when this process dies the kernel does.

use std::{
    ffi::CString,
    fs,
    io::{self, ErrorKind},
    ops::RangeInclusive,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    path::{Path, PathBuf},
};

use evdev::{EventType, InputEvent, KeyCode, MiscCode, SynchronizationCode, raw_stream::RawDevice};
use rustix::fs::{Mode, OFlags};

use super::{
    events::{EVENT, Events, event},
    ioctl::{self, Axis, Bits, Setup},
    keys::KeySet,
    traits::OURS,
};
use crate::xkb_option;

/// Where virtual devices are made.
pub const UINPUT: &str = "/dev/uinput";

/// The keys that an X server or a console can see: text may be typed with any of them.
const LOW: RangeInclusive<u16> = 1..=255;

/// Relative axes that every twin has and that never move. How many events the kernel keeps for one who reads
/// late depends on how much a device can say at once (`evdev_compute_buffer_size`): for a keyboard
/// 64, with these 256. Nobody takes it for anything else: that needs X and Y, or a wheel.
///
/// In order: Z, its three rotations, `REL_MISC`, `REL_RESERVED`, and three without a name.
const IDLE_AXES: [u16; 9] = [0x02, 0x03, 0x04, 0x05, 0x09, 0x0a, 0x0d, 0x0e, 0x0f];

/// What `EV_REP` sets, in milliseconds: before the first repeat, and between two (`linux/input-event-codes.h`).
const REP_DELAY: u16 = 0;
const REP_PERIOD: u16 = 1;

/// So many events of a twin wait for one who reads late; with one more he loses all of them.
pub const ROOM: u32 = 256;

/// The numbers of the codes in a set of the `evdev` crate, if it is there.
macro_rules! codes {
    ($set:expr) => {
        $set.into_iter().flat_map(|set| set.iter()).map(|code| code.0)
    };
}

/// A lamp of the keyboard was switched by the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lamp {
    /// `LED_CAPSL` and the like.
    pub code: u16,
    /// Whether it is lit.
    pub lit: bool,
}

/// A virtual keyboard. The kernel takes it away, and releases its keys, when it is dropped.
#[derive(Debug)]
pub struct Twin {
    uinput: OwnedFd,
    /// The keys that it has.
    keys: KeySet,
    /// The keys that the session has down.
    down: KeySet,
    /// The buttons that were relayed and are down.
    buttons: KeySet,
    /// What goes out with the next [`Self::flush`].
    out: Vec<[u8; EVENT]>,
    /// Something was relayed that no report ends yet.
    open: bool,
    node: Option<PathBuf>,
}

impl Twin {
    /// Makes the twin of this keyboard: the same name, numbers, properties, keys, lamps, axes, switches and
    /// repeat, and besides the keys that text may be typed with: [`LOW`] and those of the XKB
    /// option; and [`IDLE_AXES`].
    ///
    /// An old kernel tells nobody of a device that has so many keys. Then the twin has to do without
    /// those of the option.
    ///
    /// # Errors
    /// When `/dev/uinput` cannot be opened, or the kernel refuses.
    pub(super) fn new(keyboard: &RawDevice) -> io::Result<Self> {
        let own = codes!(keyboard.supported_keys()).chain(LOW);
        let low: KeySet = own.collect();
        let all = low.iter().chain(xkb_option::codes()).collect();
        let twin = Self::make(keyboard, all)?;
        let mut twin = if twin.is_announced() { twin } else { Self::make(keyboard, low)? };
        // A kernel that refuses leaves it at its own pace.
        let _ = twin.repeat_like(keyboard);
        twin.node = ioctl::system_name(&twin.uinput).ok().and_then(|name| node(&name));
        Ok(twin)
    }

    fn make(keyboard: &RawDevice, keys: KeySet) -> io::Result<Self> {
        let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let uinput = rustix::fs::open(UINPUT, flags, Mode::empty())?;
        describe(uinput.as_fd(), keyboard, &keys)?;
        let id = keyboard.input_id();
        let mut name = [0; 80];
        let given = keyboard.name().unwrap_or("keyboard").as_bytes();
        let length = given.len().min(name.len() - 1);
        name[..length].copy_from_slice(&given[..length]);
        ioctl::create(
            &uinput,
            &mut Setup {
                bus: id.bus_type().0,
                vendor: id.vendor(),
                product: id.product(),
                version: id.version(),
                name,
                force_feedback: 0,
            },
        )?;
        Ok(Self {
            uinput,
            keys,
            down: KeySet::EMPTY,
            buttons: KeySet::EMPTY,
            out: Vec::with_capacity(64),
            open: false,
            node: None,
        })
    }

    /// Repeats keys after the same time and as often as this keyboard does; `kbdrate` sets that.
    fn repeat_like(&mut self, keyboard: &RawDevice) -> io::Result<()> {
        if let Some(repeat) = keyboard.get_auto_repeat() {
            for (code, milliseconds) in [(REP_DELAY, repeat.delay), (REP_PERIOD, repeat.period)] {
                let value = i32::try_from(milliseconds).unwrap_or(i32::MAX);
                self.push(EventType::REPEAT, code, value);
            }
            self.report();
        }
        self.flush()
    }

    /// A twin whose events a test reads at the other end of this file.
    #[cfg(test)]
    pub(crate) fn played(kernel: OwnedFd) -> Self {
        Self {
            uinput: kernel,
            keys: LOW.collect(),
            down: KeySet::EMPTY,
            buttons: KeySet::EMPTY,
            out: Vec::new(),
            open: false,
            node: Some("/dev/input/played".into()),
        }
    }

    /// Whether the kernel could tell udev of it.
    fn is_announced(&self) -> bool {
        let Ok(name) = ioctl::system_name(&self.uinput) else { return true };
        // What cannot be read says nothing against it.
        let told = fs::read_to_string(format!("/sys/class/input/{name}/uevent"));
        told.map_or(true, |told| fits(&told, &name))
    }

    /// Where the session opens it: `/dev/input/event7`. `None` when the kernel does not say.
    #[must_use]
    pub fn node(&self) -> Option<&Path> {
        self.node.as_deref()
    }

    /// Presses or releases a key; whether that is news. A press of a key that is down, and the release of
    /// one that is not, do nothing.
    #[inline(always)]
    pub fn key(&mut self, code: u16, down: bool) -> bool {
        let news = self.down.set(code, down);
        if news {
            self.push(EventType::KEY, code, i32::from(down));
            self.report();
        }
        news
    }

    /// Taps Caps Lock. Nothing else ever presses it as long as it is the trigger, so it cannot be
    /// left down or be pressed half.
    pub fn tap_caps_lock(&mut self) {
        let code = KeyCode::KEY_CAPSLOCK.0;
        self.key(code, false);
        self.key(code, true);
        self.key(code, false);
    }

    /// Passes on what is no key: axes, switches, buttons. A report without anything to end is left
    /// out.
    pub fn relay(&mut self, event: InputEvent) {
        let (kind, code) = (event.event_type(), event.code());
        if kind != EventType::SYNCHRONIZATION {
            self.open = true;
            if kind == EventType::KEY {
                self.buttons.set(code, event.value() != 0);
            }
        } else if code == SynchronizationCode::SYN_REPORT.0 && !std::mem::take(&mut self.open) {
            return;
        }
        self.push(kind, code, event.value());
    }

    /// Ends a group of events: `SYN_REPORT`.
    #[inline(always)]
    fn report(&mut self) {
        self.open = false;
        self.push(EventType::SYNCHRONIZATION, 0, 0);
    }

    /// Releases every key and button.
    pub fn release_all(&mut self) {
        for code in self.down.iter() {
            self.key(code, false);
        }
        for code in std::mem::replace(&mut self.buttons, KeySet::EMPTY).iter() {
            self.push(EventType::KEY, code, 0);
            self.report();
        }
    }

    /// Whether it has such a key.
    #[must_use]
    pub fn has(&self, code: u16) -> bool {
        self.keys.has(code)
    }

    /// The keys that the session has down.
    #[must_use]
    pub fn down(&self) -> &KeySet {
        &self.down
    }

    /// Gives everything to the kernel, in one write.
    ///
    /// # Errors
    /// When the kernel does not take it.
    #[inline(always)]
    pub fn flush(&mut self) -> io::Result<()> {
        let mut rest = self.out.as_flattened();
        while !rest.is_empty() {
            match rustix::io::write(&self.uinput, rest) {
                Ok(written) => rest = &rest[written..],
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => {
                    self.out.clear();
                    return Err(error.into());
                }
            }
        }
        self.out.clear();
        Ok(())
    }

    /// What the session did to the lamps since the last call.
    pub(super) fn lamps(&self) -> Vec<Lamp> {
        let mut lamps = Vec::new();
        let mut events = Events::NONE;
        while events.read(&self.uinput).is_ok() && events.iter().next().is_some() {
            let switched = events.iter().filter(|event| event.kind == EventType::LED);
            lamps.extend(switched.map(|led| Lamp { code: led.code, lit: led.value != 0 }));
        }
        lamps
    }

    #[inline(always)]
    fn push(&mut self, kind: EventType, code: u16, value: i32) {
        self.out.push(event(kind, code, value));
    }
}

impl AsFd for Twin {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.uinput.as_fd()
    }
}

/// What the kernel tells of a device has to fit in here (`UEVENT_BUFFER_SIZE`).
const TOLD: usize = 2048;

/// Whether all that is told of a new device fits; `properties` is its file `uevent`. It does where the
/// kernel leaves out keys that do not fit, and marks that with a `+` (Linux 6.10, and newer releases of
/// older ones). The file is empty where not even the properties alone do.
fn fits(properties: &str, name: &str) -> bool {
    let line = |start| properties.lines().find(|line| line.starts_with(start));
    let cut = line("MODALIAS=").is_some_and(|keys| keys.contains('+'));
    // Each line there ends with a zero here.
    let more = ["ACTION=add", "SUBSYSTEM=input", "SEQNUM=18446744073709551615", name]
        .map(|line| line.len() + 1);
    let all = properties.len() + "DEVPATH=/devices/virtual/input/".len();
    cut || !properties.is_empty() && all + more.iter().sum::<usize>() <= TOLD
}

/// The node of an input device that sysfs knows by this name.
fn node(name: &str) -> Option<PathBuf> {
    let entries = fs::read_dir(format!("/sys/class/input/{name}")).ok()?;
    let names = entries.flatten().map(|entry| entry.file_name());
    let node = names.into_iter().find(|name| name.as_encoded_bytes().starts_with(b"event"))?;
    Some(Path::new("/dev/input").join(node))
}

/// Tells the kernel what the twin has.
fn describe(uinput: BorrowedFd<'_>, keyboard: &RawDevice, keys: &KeySet) -> io::Result<()> {
    let set = |bits, code| ioctl::set_bit(uinput, bits, code);
    let all = |kind: EventType, bits: Bits, codes: &mut dyn Iterator<Item = u16>| {
        let mut codes = codes.peekable();
        if codes.peek().is_some() {
            set(Bits::Kinds, kind.0)?;
        }
        codes.try_for_each(|code| set(bits, code))
    };
    all(EventType::KEY, Bits::Keys, &mut keys.iter())?;
    if keyboard.supported_events().contains(EventType::REPEAT) {
        set(Bits::Kinds, EventType::REPEAT.0)?;
    }
    let leds = codes!(keyboard.supported_leds());
    all(EventType::LED, Bits::Leds, &mut { leds })?;
    // Scan codes tell of keys that are swallowed.
    let misc = codes!(keyboard.misc_properties());
    all(EventType::MISC, Bits::Misc, &mut misc.filter(|&code| code != MiscCode::MSC_SCAN.0))?;
    let relative = codes!(keyboard.supported_relative_axes()).chain(IDLE_AXES);
    all(EventType::RELATIVE, Bits::Relative, &mut { relative })?;
    let switches = codes!(keyboard.supported_switches());
    all(EventType::SWITCH, Bits::Switches, &mut { switches })?;
    for property in keyboard.properties().iter() {
        set(Bits::Properties, property.0)?;
    }
    let absolute = codes!(keyboard.supported_absolute_axes());
    all(EventType::ABSOLUTE, Bits::Absolute, &mut { absolute })?;
    for (code, info) in keyboard.get_absinfo()? {
        ioctl::set_axis(
            uinput,
            &mut Axis {
                code: code.0,
                padding: 0,
                value: info.value(),
                minimum: info.minimum(),
                maximum: info.maximum(),
                fuzz: info.fuzz(),
                flat: info.flat(),
                resolution: info.resolution(),
            },
        )?;
    }
    let phys = format!("{OURS}{}", keyboard.physical_path().unwrap_or_default());
    let phys = CString::new(phys).map_err(|_| io::Error::from(ErrorKind::InvalidData))?;
    ioctl::set_phys(uinput, &phys)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_needs_no_button() {
        // `BTN_…` make udev take a device for a mouse, a joystick, a tablet or a touchpad.
        let buttons = [0x100..=0x15f, 0x220..=0x22f, 0x2c0..=0x2ff];
        let is_button = |code: u16| buttons.iter().any(|row| row.contains(&code));
        assert!(!xkb_option::codes().chain(LOW).any(is_button));
    }

    #[test]
    fn a_device_that_nobody_hears_of_is_known() {
        let told =
            |keys: usize| format!("NAME=\"Board\"\nMODALIAS=input:k{}\n", "71,".repeat(keys));
        assert!(fits(&told(100), "input7"));
        assert!(!fits(&told(650), "input7"), "the file has room, the message has not");
        assert!(fits(&told(650).replace(",\n", ",+\n"), "input7"), "cut to fit");
        assert!(!fits("", "input7"));
    }
}
