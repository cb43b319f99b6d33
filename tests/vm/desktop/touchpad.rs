//! libinput's disable-while-typing: it pairs a touchpad with the keyboards of the same machine, which it
//! knows by their bus and numbers, so a twin must have those of its keyboard.

use std::{
    fs::{self, File},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use evdev::{
    AbsInfo, AbsoluteAxisCode, AttributeSet, BusType, EventType, InputEvent, InputId, KeyCode,
    PropType, UinputAbsSetup, uinput::VirtualDevice,
};

use crate::{
    guest::Guest,
    support::{
        daemon::Daemon,
        desktop::{Keyboard, PS2, SEQUENCES, start_udev},
        rig, wait_until,
    },
};

pub(crate) fn typing_by_the_twin_disables_it(guest: &mut Guest) {
    start_udev();
    let mut daemon = Daemon::start(&rig::home(SEQUENCES));
    let twin = rig::taken(&mut daemon, PS2);
    let mut pad = Touchpad::new();
    let watcher = Watcher::start();
    let mut keyboard = Keyboard::new(guest, PS2);

    let _ = pad.stroke(|| {});
    assert!(wait_until(|| watcher.motions() > 5), "the touchpad moves nothing");

    keyboard.text("abc");
    nothing_moves(&mut pad, &watcher, || keyboard.text("a"));
    // In a hold nothing goes out that libinput could know of; the text does.
    keyboard.hold("hi");
    nothing_moves(&mut pad, &watcher, || keyboard.hold("ss"));

    assert!(twin.rests());
    // The typing is over for longer than libinput waits.
    thread::sleep(Duration::from_millis(1500));
    let moved = watcher.motions();
    let _ = pad.stroke(|| {});
    assert!(wait_until(|| watcher.motions() > moved + 5), "the touchpad stays off");
}

/// After a key the touchpad is off for so long (`DEFAULT_KEYBOARD_ACTIVITY_TIMEOUT_1` in libinput; twice that and
/// more while one goes on typing).
const OFF: Duration = Duration::from_millis(200);

/// A palm that lies on the touchpad while one types moves no pointer. A busy machine may take longer from one key to
/// the next than libinput waits: then it is tried again.
#[track_caller]
fn nothing_moves(pad: &mut Touchpad, watcher: &Watcher, mut typing: impl FnMut()) {
    for _ in 0..30 {
        typing();
        let moved = watcher.motions();
        let longest = pad.stroke(&mut typing);
        thread::sleep(Duration::from_millis(300));
        if longest < OFF {
            assert_eq!(watcher.motions(), moved, "a palm moves the pointer while one types");
            return;
        }
    }
    panic!("this machine takes longer than {OFF:?} for a key, every time");
}

/// A laptop's touchpad.
struct Touchpad(VirtualDevice);

impl Touchpad {
    fn new() -> Self {
        use AbsoluteAxisCode as Axis;
        let keys = [KeyCode::BTN_LEFT, KeyCode::BTN_TOUCH, KeyCode::BTN_TOOL_FINGER];
        let properties = [PropType::POINTER, PropType::BUTTONPAD];
        let mut builder = VirtualDevice::builder()
            .expect("/dev/uinput")
            .name("Pad")
            // Neither USB nor Bluetooth: part of the machine.
            .input_id(InputId::new(BusType::BUS_I2C, 0x1, 0x2, 1))
            .with_keys(&keys.iter().collect::<AttributeSet<_>>())
            .expect("uinput")
            .with_properties(&properties.iter().collect::<AttributeSet<_>>())
            .expect("uinput");
        for (axis, last, per_millimetre) in [
            (Axis::ABS_X, 4000, 40),
            (Axis::ABS_Y, 2400, 40),
            (Axis::ABS_MT_SLOT, 4, 0),
            (Axis::ABS_MT_POSITION_X, 4000, 40),
            (Axis::ABS_MT_POSITION_Y, 2400, 40),
            (Axis::ABS_MT_TRACKING_ID, 65535, 0),
        ] {
            let info = AbsInfo::new(0, 0, last, 0, 0, per_millimetre);
            builder = builder.with_absolute_axis(&UinputAbsSetup::new(axis, info)).expect("uinput");
        }
        Self(builder.build().expect("uinput"))
    }

    /// A finger comes, draws a line and goes. `meanwhile` is done at each of its steps; the longest of them.
    fn stroke(&mut self, mut meanwhile: impl FnMut()) -> Duration {
        use AbsoluteAxisCode as Axis;
        let mut longest = Duration::ZERO;
        let touch = |down: i32| {
            [KeyCode::BTN_TOUCH, KeyCode::BTN_TOOL_FINGER]
                .map(|code| InputEvent::new(EventType::KEY.0, code.0, down))
        };
        let axis = |axis: Axis, value| InputEvent::new(EventType::ABSOLUTE.0, axis.0, value);
        for step in 0..20 {
            let start = Instant::now();
            let x = 1000 + 100 * step;
            let mut events = vec![axis(Axis::ABS_MT_SLOT, 0)];
            if step == 0 {
                events.push(axis(Axis::ABS_MT_TRACKING_ID, 7));
                events.extend(touch(1));
            }
            for (slot, plain, value) in [
                (Axis::ABS_MT_POSITION_X, Axis::ABS_X, x),
                (Axis::ABS_MT_POSITION_Y, Axis::ABS_Y, 1200),
            ] {
                events.extend([axis(slot, value), axis(plain, value)]);
            }
            self.0.emit(&events).expect("uinput takes it");
            thread::sleep(Duration::from_millis(10));
            meanwhile();
            longest = longest.max(start.elapsed());
        }
        let mut events = vec![axis(Axis::ABS_MT_TRACKING_ID, -1)];
        events.extend(touch(0));
        self.0.emit(&events).expect("uinput takes it");
        longest
    }
}

/// `libinput debug-events`, which says what a compositor would be told.
struct Watcher(Child);

const SAID: &str = "/run/libinput.events";

impl Watcher {
    /// Waits until it has the touchpad, the keyboard and the twin.
    #[track_caller]
    fn start() -> Self {
        let output = File::create(SAID).expect("memory has room");
        let mut command = Command::new("stdbuf");
        command.args(["-oL", "libinput", "debug-events"]).stdin(Stdio::null());
        command.stderr(output.try_clone().expect("a descriptor")).stdout(output);
        let watcher = Self(command.spawn().expect("`libinput` is there: `make deps`"));
        let count =
            |name: &str| watcher.lines(|line| line.contains("DEVICE_ADDED") && line.contains(name));
        let ready = wait_until(|| count("Pad") == 1 && count(PS2) == 2);
        let said = || fs::read_to_string(Path::new(SAID)).unwrap_or_default();
        assert!(ready, "libinput does not see the devices:\n{}", said());
        watcher
    }

    fn motions(&self) -> usize {
        self.lines(|line| line.contains("POINTER_MOTION"))
    }

    fn lines(&self, wanted: impl Fn(&str) -> bool) -> usize {
        let said = fs::read_to_string(SAID).unwrap_or_default();
        said.lines().filter(|line| wanted(line)).count()
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
