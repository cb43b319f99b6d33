//! [`Reader`]: an application that reads an input device, as a display server does.

use std::{fs, os::fd::AsFd, path::PathBuf};

use evdev::{EventSummary, EventType, KeyCode, raw_stream::RawDevice};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

use super::wait_until;

/// The device nodes below /dev/input, in no order.
pub(crate) fn nodes() -> Vec<PathBuf> {
    let entries = fs::read_dir("/dev/input").into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths.filter(|path| path.to_string_lossy().contains("/event")).collect()
}

/// An open input device.
#[derive(Debug)]
pub(crate) struct Reader {
    device: RawDevice,
    keys: Vec<(KeyCode, i32)>,
}

impl Reader {
    /// Waits for a device that is `wanted` and opens it.
    #[track_caller]
    pub(crate) fn open(what: &str, wanted: impl Fn(&RawDevice) -> bool) -> Self {
        let mut found = None;
        let there = wait_until(|| {
            found = nodes().iter().filter_map(|node| RawDevice::open(node).ok()).find(&wanted);
            found.is_some()
        });
        assert!(there, "no such device: {what}; there are {:?}", names());
        let device = found.expect("it is there");
        let flags = fcntl_getfl(device.as_fd()).expect("flags of a descriptor");
        fcntl_setfl(device.as_fd(), flags | OFlags::NONBLOCK).expect("flags of a descriptor");
        Self { device, keys: Vec::new() }
    }

    /// Opens the keyboard with this name that stands for no other.
    #[track_caller]
    pub(crate) fn physical(name: &str) -> Self {
        Self::open(name, |device| {
            device.name() == Some(name)
                && !device.physical_path().unwrap_or_default().starts_with("composekey")
        })
    }

    /// Every press (1), repeat (2) and release (0) so far.
    pub(crate) fn keys(&mut self) -> &[(KeyCode, i32)] {
        if let Ok(events) = self.device.fetch_events() {
            let events = events.filter(|event| event.event_type() == EventType::KEY);
            self.keys.extend(events.filter_map(|event| match event.destructure() {
                EventSummary::Key(_, code, value) => Some((code, value)),
                _ => None,
            }));
        }
        &self.keys
    }

    /// Waits until exactly these presses and releases came, repeats left out.
    #[track_caller]
    pub(crate) fn expect(&mut self, wanted: &[(KeyCode, i32)]) {
        let strokes = |keys: &[(KeyCode, i32)]| -> Vec<_> {
            keys.iter().copied().filter(|(_, value)| *value != 2).collect()
        };
        let came = wait_until(|| strokes(self.keys()).len() >= wanted.len());
        assert_eq!(strokes(&self.keys), wanted, "all came: {came}");
    }
}

/// The names of all input devices.
pub(crate) fn names() -> Vec<String> {
    let devices = nodes().into_iter().filter_map(|node| RawDevice::open(node).ok());
    devices.map(|device| device.name().unwrap_or("?").to_owned()).collect()
}
