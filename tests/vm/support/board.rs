//! [`Board`]: a keyboard that a case types on, made with uinput; to composekeyd it is like any other.

use std::{fs, path::PathBuf, thread, time::Duration};

use composekey::{engine::XkbKeyboard, output::uinput::Speller};
use evdev::{
    AbsInfo, AbsoluteAxisCode, AttributeSet, EventType, InputEvent, KeyCode, PropType,
    RelativeAxisCode, SwitchCode, UinputAbsSetup,
    uinput::{VirtualDevice, VirtualDeviceBuilder},
};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, PidfdFlags, PidfdGetfdFlags, pidfd_getfd, pidfd_open},
};

use super::{daemon::Daemon, wait_until};

/// Keys of higher numbers than an X server can see, among them some that keyboards have.
pub(crate) const HIGH: [KeyCode; 5] = [
    KeyCode::KEY_OK,
    KeyCode::KEY_SELECT,
    KeyCode::KEY_FN,
    KeyCode::KEY_FN_ESC,
    // `KEY_MACRO1`
    KeyCode(0x290),
];

/// A keyboard and its fingers.
#[derive(Debug)]
pub(crate) struct Board {
    device: VirtualDevice,
    pub(crate) name: String,
    /// The time for a key.
    pub(crate) pace: Duration,
    speller: Speller,
}

impl Board {
    /// A keyboard with all keys of a PC's.
    pub(crate) fn new(name: &str) -> Self {
        Self::with(name, |builder| builder)
    }

    /// A keyboard with what keyboards seldom have: a pointer, keys of higher numbers, an axis that says where
    /// it is (`ABS_VOLUME`), a switch (`SW_TABLET_MODE`) and a property.
    pub(crate) fn with_everything(name: &str) -> Self {
        let axes = [RelativeAxisCode::REL_X, RelativeAxisCode::REL_Y, RelativeAxisCode::REL_WHEEL];
        let axes: AttributeSet<_> = axes.iter().collect();
        let keys: AttributeSet<_> = HIGH.iter().collect();
        let volume = AbsInfo::new(7, 0, 255, 1, 2, 3);
        let volume = UinputAbsSetup::new(AbsoluteAxisCode::ABS_VOLUME, volume);
        let switches: AttributeSet<_> = [SwitchCode::SW_TABLET_MODE].iter().collect();
        let properties: AttributeSet<_> = [PropType::POINTING_STICK].iter().collect();
        Self::with(name, |builder| {
            let builder = builder.with_relative_axes(&axes).expect("uinput");
            let builder = builder.with_keys(&keys).expect("uinput");
            let builder = builder.with_absolute_axis(&volume).expect("uinput");
            let builder = builder.with_switches(&switches).expect("uinput");
            builder.with_properties(&properties).expect("uinput")
        })
    }

    /// A keyboard that has the keys too that no keyboard has.
    pub(crate) fn with_unused_keys(name: &str) -> Self {
        let keys: AttributeSet<_> = (249..=254).map(KeyCode).collect();
        Self::with(name, |builder| builder.with_keys(&keys).expect("uinput"))
    }

    /// Buttons without letters: no keyboard, though keys can be pressed on it.
    pub(crate) fn buttons(name: &str) -> Self {
        Self::with_keys(name, (0x110..0x113).map(KeyCode).collect(), |builder| builder)
    }

    fn with(
        name: &str,
        more: impl FnOnce(VirtualDeviceBuilder<'_>) -> VirtualDeviceBuilder<'_>,
    ) -> Self {
        Self::with_keys(name, (1..=248).chain(0x110..0x113).map(KeyCode).collect(), more)
    }

    fn with_keys(
        name: &str,
        keys: AttributeSet<KeyCode>,
        more: impl FnOnce(VirtualDeviceBuilder<'_>) -> VirtualDeviceBuilder<'_>,
    ) -> Self {
        let builder = VirtualDevice::builder().expect("/dev/uinput").name(name);
        let builder = builder.with_keys(&keys).expect("uinput");
        let device = more(builder).build().expect("uinput");
        let us = XkbKeyboard::from_names("us", "", "").expect("a keymap");
        let speller = Speller::new(us.keymap());
        Self { device, name: name.to_owned(), pace: Duration::from_millis(4), speller }
    }

    /// A key goes down or up.
    pub(crate) fn key(&mut self, code: KeyCode, down: bool) {
        self.emit(EventType::KEY, code.0, i32::from(down));
        thread::sleep(self.pace);
    }

    /// Any event.
    pub(crate) fn emit(&mut self, kind: EventType, code: u16, value: i32) {
        self.device.emit(&[InputEvent::new(kind.0, code, value)]).expect("uinput takes it");
    }

    /// An event without the report that ends it: the kernel keeps it to itself until then.
    pub(crate) fn emit_unreported(&mut self, kind: EventType, code: u16, value: i32) {
        // `struct input_event`: a time that the kernel fills in, kind, code, value.
        let mut event = vec![0; 2 * size_of::<usize>()];
        event.extend(kind.0.to_ne_bytes());
        event.extend(code.to_ne_bytes());
        event.extend(value.to_ne_bytes());
        let written = rustix::io::write(&self.device, &event).expect("uinput takes it");
        assert_eq!(written, event.len());
    }

    /// Its device node.
    pub(crate) fn node(&mut self) -> PathBuf {
        let mut nodes = self.device.enumerate_dev_nodes_blocking().expect("a device");
        nodes.next().expect("a node").expect("a name")
    }

    /// Waits until the daemon has read every key so far. The kernel keeps 32 strokes of a keyboard for one who reads
    /// late: faster fingers than a person's lose some on a busy machine.
    #[track_caller]
    pub(crate) fn expect_read(&mut self, daemon: &Daemon) {
        let node = self.node();
        let files = fs::read_dir(format!("/proc/{}/fd", daemon.id())).expect("it runs").flatten();
        let own = files.map(|file| file.path()).find(|f| fs::read_link(f).is_ok_and(|f| f == node));
        let own = own.and_then(|own| own.file_name()?.to_str()?.parse().ok());
        let pid = i32::try_from(daemon.id()).ok().and_then(Pid::from_raw).expect("a process");
        let process = pidfd_open(pid, PidfdFlags::empty()).expect("it runs");
        let is_read = || {
            // Open for the moment of a look: a keyboard is taken as long as this file is open.
            let file = pidfd_getfd(&process, own.expect("it is open"), PidfdGetfdFlags::empty());
            let file = file.expect("it is open");
            let waits = poll(&mut [PollFd::new(&file, PollFlags::IN)], Some(&Timespec::default()));
            waits == Ok(0)
        };
        assert!(wait_until(is_read), "it does not read\n{}", daemon.messages());
    }

    /// A key goes down.
    pub(crate) fn down(&mut self, code: KeyCode) {
        self.key(code, true);
    }

    /// A key goes up.
    pub(crate) fn up(&mut self, code: KeyCode) {
        self.key(code, false);
    }

    /// A key goes down and up.
    pub(crate) fn tap(&mut self, code: KeyCode) {
        self.down(code);
        self.up(code);
    }

    /// Types characters on the layout `us`.
    pub(crate) fn text(&mut self, text: &str) {
        for c in text.chars() {
            let mut buffer = [0; 4];
            let chords = self.speller.spell(c.encode_utf8(&mut buffer), Some(0));
            let chord = &chords.expect("a character of `us`")[0];
            let code = |keycode: composekey::keycode::Keycode| {
                KeyCode(u16::try_from(keycode.0 - 8).expect("an evdev code"))
            };
            let hold: Vec<_> = chord.hold.iter().map(|&key| code(key)).collect();
            let key = code(chord.keycode);
            hold.iter().for_each(|&key| self.down(key));
            self.tap(key);
            hold.iter().rev().for_each(|&key| self.up(key));
        }
    }

    /// Types characters while Caps Lock is held.
    pub(crate) fn hold(&mut self, text: &str) {
        self.down(KeyCode::KEY_CAPSLOCK);
        self.text(text);
        self.up(KeyCode::KEY_CAPSLOCK);
    }
}
