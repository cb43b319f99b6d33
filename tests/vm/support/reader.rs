//! [`Reader`]: an application that reads an input device, as a display server does.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, SystemTime},
};

use composekey::engine::XkbKeyboard;
use evdev::{
    EventSummary, EventType, InputEvent, KeyCode, SynchronizationCode, raw_stream::RawDevice,
};
use xkbcommon::xkb;

use super::wait_until;

/// The device nodes below /dev/input, in no order.
pub(crate) fn nodes() -> Vec<PathBuf> {
    let entries = fs::read_dir("/dev/input").into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths.filter(|path| path.to_string_lossy().contains("/event")).collect()
}

/// An open input device. A thread reads it all the time, as a display server would: the kernel keeps
/// few events.
#[derive(Debug)]
pub(crate) struct Reader {
    node: PathBuf,
    device: RawDevice,
    came: Arc<Mutex<Vec<InputEvent>>>,
    keys: Vec<(KeyCode, i32)>,
    /// When the keys came.
    times: Vec<SystemTime>,
    /// How long it sleeps after it has read.
    nap: Arc<AtomicU64>,
    others: Vec<(EventType, u16, i32)>,
}

impl Reader {
    /// Waits for a device that is `wanted` and opens it.
    #[track_caller]
    pub(crate) fn open(what: &str, wanted: impl Fn(&RawDevice) -> bool) -> Self {
        let mut found = None;
        let there = wait_until(|| {
            let wanted = |node: &PathBuf| RawDevice::open(node).is_ok_and(|device| wanted(&device));
            found = nodes().into_iter().find(wanted);
            found.is_some()
        });
        assert!(there, "no such device: {what}; there are {:?}", names());
        let node = found.expect("it is there");
        let device = RawDevice::open(&node).expect("it was there");
        let mut reading = RawDevice::open(&node).expect("it was there");
        let came = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&came);
        let nap = Arc::<AtomicU64>::default();
        let sleep = Arc::clone(&nap);
        // Ends with the device.
        thread::spawn(move || {
            while let Ok(events) = reading.fetch_events() {
                let events: Vec<_> = events.collect();
                // A full batch is not all that waits.
                let more = events.len() >= 32;
                sink.lock().expect("no reader panics").extend(events);
                if !more {
                    thread::sleep(Duration::from_millis(sleep.load(Ordering::Relaxed)));
                }
            }
        });
        Self { node, device, came, keys: Vec::new(), times: Vec::new(), nap, others: Vec::new() }
    }

    /// Opens the keyboard with this name that stands for no other.
    #[track_caller]
    pub(crate) fn physical(name: &str) -> Self {
        Self::open(name, |device| {
            let phys = device.physical_path().unwrap_or_default();
            device.name() == Some(name) && !phys.starts_with("composekey")
        })
    }

    /// Every press (1), repeat (2) and release (0) so far.
    pub(crate) fn keys(&mut self) -> &[(KeyCode, i32)] {
        for event in self.came.lock().expect("no reader panics").drain(..) {
            match event.destructure() {
                EventSummary::Key(_, code, value) => {
                    self.keys.push((code, value));
                    self.times.push(event.timestamp());
                }
                EventSummary::Synchronization(_, SynchronizationCode::SYN_DROPPED, _) => {
                    panic!("the test itself read too late")
                }
                EventSummary::Synchronization(..) => {}
                _ => self.others.push((event.event_type(), event.code(), event.value())),
            }
        }
        &self.keys
    }

    /// When each of [`Self::keys`] came.
    pub(crate) fn times(&mut self) -> &[SystemTime] {
        self.keys();
        &self.times
    }

    /// From now on it sleeps so long whenever it has read, as one does who draws pictures.
    pub(crate) fn nap(&mut self, time: Duration) {
        self.nap.store(u64::try_from(time.as_millis()).expect("short"), Ordering::Relaxed);
    }

    /// Takes everything that came and is no key.
    pub(crate) fn others(&mut self) -> Vec<(EventType, u16, i32)> {
        self.keys();
        std::mem::take(&mut self.others)
    }

    /// What these keys type on the layout `us`.
    pub(crate) fn text(&mut self) -> String {
        let us = XkbKeyboard::from_names("us", "", "").expect("a keymap");
        self.text_under(us.keymap())
    }

    /// What these keys type under this keymap.
    pub(crate) fn text_under(&mut self, keymap: &xkb::Keymap) -> String {
        self.text_with(keymap, None)
    }

    /// What these keys type on the layout `us`, with a character for a key that types nothing.
    pub(crate) fn text_and(&mut self, key: (KeyCode, char)) -> String {
        let us = XkbKeyboard::from_names("us", "", "").expect("a keymap");
        self.text_with(us.keymap(), Some(key))
    }

    fn text_with(&mut self, keymap: &xkb::Keymap, mark: Option<(KeyCode, char)>) -> String {
        self.keys();
        let mut state = xkb::State::new(keymap);
        let mut text = String::new();
        for &(code, value) in &self.keys {
            let key = xkb::Keycode::new(u32::from(code.0) + 8);
            match value {
                0 => drop(state.update_key(key, xkb::KeyDirection::Up)),
                1 => {
                    text.push_str(&state.key_get_utf8(key));
                    text.extend(mark.filter(|mark| mark.0 == code).map(|mark| mark.1));
                    let _ = state.update_key(key, xkb::KeyDirection::Down);
                }
                _ => {}
            }
        }
        text
    }

    /// Waits until exactly this was typed.
    #[track_caller]
    pub(crate) fn expect_text(&mut self, wanted: &str) {
        wait_until(|| self.text().len() >= wanted.len());
        // What is too much comes a moment later.
        thread::sleep(Duration::from_millis(50));
        assert_eq!(self.text(), wanted);
    }

    /// The keys that the kernel says are down.
    pub(crate) fn down(&self) -> Vec<KeyCode> {
        self.device.get_key_state().map(|keys| keys.iter().collect()).unwrap_or_default()
    }

    /// Waits until no key is down.
    pub(crate) fn rests(&self) -> bool {
        wait_until(|| self.down().is_empty())
    }

    /// How often this key was pressed.
    pub(crate) fn strokes_of(&mut self, code: KeyCode) -> usize {
        self.keys().iter().filter(|&&key| key == (code, 1)).count()
    }

    /// Forgets what came.
    pub(crate) fn clear(&mut self) {
        self.keys();
        self.keys.clear();
        self.times.clear();
    }

    /// Its node.
    pub(crate) fn node(&self) -> &Path {
        &self.node
    }

    /// The device itself.
    pub(crate) fn device(&mut self) -> &mut RawDevice {
        &mut self.device
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
