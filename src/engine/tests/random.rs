//! Random event streams. `PROPTEST_CASES=100000 cargo test random` asks for more of them.
//!
//! [`World`] checks after every event that no key is down that no finger holds, that a release has
//! its press, that hold and free take turns, and what [`Engine`] promises; here is what remains.

use std::time::Duration;

use proptest::{collection::vec, prelude::*, sample::select};

use super::{
    CapsLock, OnMismatch, RULES, Settings, TapAction, table,
    world::{Kind, World, keyboard},
};
use crate::{
    engine::{Action, DeviceId, Direction, Engine, Event, KeyEvent, Session, XkbKeyboard},
    keycode::Keycode,
};

#[derive(Clone, Debug)]
enum Op {
    /// A finger presses the key, or lets go of it.
    Finger(u32, u32),
    /// A key that is down repeats.
    Repeat(u32, u32),
    /// A character is typed with its modifiers.
    Type(u32, char),
    Pause(u64),
    Deadline,
    Table(bool),
    Group(u32),
    Keyboard(u32, bool),
    Replug(u32),
    Lost(u32),
    Settings(Settings),
}

/// Keycodes of `us`: fingers play with these.
const KEYS: &[u32] = &[
    66, 66, 66, 66, 66, 66, // the trigger
    50, 50, 62, 37, 64, 108, // Shift, Shift, Control, Alt, AltGr
    46, 38, 30, 26, 48, 20, 53, // l a u e ' - x
    22, 9, 113, 114, 77, // BackSpace Escape Left Right Num_Lock
    36, // Return
];

/// Without the last key of the emergency chord.
const NO_ENTER: &[u32] = KEYS.split_at(KEYS.len() - 1).0;

const CHARS: &[char] = &['l', 'a', '"', 'u', '-', '>', 'U', '+', '2', '0', ' ', '~', 'n', 's'];

const OTHER_RULES: &[(&str, &str)] = &[("l", "L"), ("au", "A"), ("----", "D"), ("<Left>", "W")];

fn settings() -> impl Strategy<Value = Settings> {
    let tap =
        select(vec![TapAction::Compose, TapAction::None, TapAction::CapsLock, TapAction::Escape]);
    let lock =
        select(vec![CapsLock::Shift, CapsLock::BothShifts, CapsLock::DoubleTap, CapsLock::Never]);
    let lost = select(vec![OnMismatch::Discard, OnMismatch::Type, OnMismatch::Swap]);
    let grace = select(vec![0, 300]);
    (tap, lock, lost, grace).prop_map(|(tap_action, caps_lock, on_mismatch, grace)| Settings {
        tap_action,
        caps_lock,
        on_mismatch,
        release_grace: Duration::from_millis(grace),
        ..Settings::default()
    })
}

/// What fingers do with these keys.
fn finger(keys: &'static [u32]) -> impl Strategy<Value = Op> {
    let device = || prop_oneof![4 => Just(1_u32), 1 => Just(2)];
    prop_oneof![
        40 => (device(), select(keys)).prop_map(|(device, key)| Op::Finger(device, key)),
        4 => (device(), select(keys)).prop_map(|(device, key)| Op::Repeat(device, key)),
        20 => (device(), select(CHARS)).prop_map(|(device, c)| Op::Type(device, c)),
        8 => select(vec![1, 100, 298, 299, 300, 301, 4_000, 5_001]).prop_map(Op::Pause),
    ]
}

/// What fingers do, and what happens besides.
fn op() -> impl Strategy<Value = Op> {
    let device = || 1..=2_u32;
    prop_oneof![
        70 => finger(KEYS),
        1 => Just(Op::Deadline),
        1 => any::<bool>().prop_map(Op::Table),
        1 => (0..2_u32).prop_map(Op::Group),
        1 => (device(), any::<bool>()).prop_map(|(device, de)| Op::Keyboard(device, de)),
        1 => device().prop_map(Op::Replug),
        1 => device().prop_map(Op::Lost),
        1 => settings().prop_map(Op::Settings),
    ]
}

fn apply(world: &mut World, op: Op) {
    match op {
        Op::Finger(device, key) => {
            let keycode = Keycode(key);
            let down = world.boards[&device].down.contains(&keycode);
            let direction = if down { Direction::Up } else { Direction::Down };
            world.key(device, keycode, direction);
        }
        Op::Repeat(device, key) => {
            let keycode = Keycode(key);
            if world.boards[&device].down.contains(&keycode) {
                world.key(device, keycode, Direction::Repeat);
            }
        }
        Op::Type(device, c) => {
            // Not with a finger on one of its keys.
            if world.boards[&device].down.iter().all(|key| *key == world.settings.trigger) {
                world.type_char(device, c);
            }
        }
        Op::Pause(ms) => world.pause(Duration::from_millis(ms)),
        Op::Deadline => world.event(Event::Deadline),
        Op::Table(other) => {
            world.event(Event::Table(table(if other { OTHER_RULES } else { RULES })));
        }
        Op::Group(group) => world.event(Event::Group(group)),
        Op::Keyboard(device, de) => {
            let keyboard = keyboard(if de { "de" } else { "us" });
            world.event(Event::Keyboard { device: DeviceId(device), keyboard });
        }
        Op::Replug(device) => world.replug(device),
        Op::Lost(device) => world.event(Event::Lost(DeviceId(device))),
        Op::Settings(settings) => {
            world.settings = settings.clone();
            world.event(Event::Settings(settings));
        }
    }
}

/// What a rule gives, or a character with these digits.
fn may_be_typed(text: &str) -> bool {
    let mut chars = text.chars();
    RULES.iter().chain(OTHER_RULES).any(|&(_, output)| output == text)
        || matches!((chars.next(), chars.next()), (Some(c), None)
            if format!("{:x}", u32::from(c)).chars().all(|digit| "20ae".contains(digit)))
}

fn config() -> ProptestConfig {
    let given = std::env::var_os("PROPTEST_CASES").is_some();
    let cases = if given { ProptestConfig::default().cases } else { 2_000 };
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn fingers(
        x11 in any::<bool>(),
        settings in settings(),
        ops in vec(op(), 1..100),
    ) {
        let types = |op: &Op| {
            matches!(op, Op::Settings(settings) if settings.on_mismatch == OnMismatch::Type)
        };
        let typing = settings.on_mismatch == OnMismatch::Type || ops.iter().any(types);
        let kind = if x11 { Kind::X11 } else { Kind::Evdev };
        let mut world = World::new(kind, "us", settings, table(RULES));
        for op in ops {
            apply(&mut world, op);
        }
        world.rest();
        prop_assert!(!world.engine.waits);
        prop_assert!(typing || world.typed.iter().all(|text| may_be_typed(text)));
    }

    /// What a shell does not show between two captures does not matter. Not so for both Shift keys,
    /// a key between two taps, and the emergency chord, which under X11 count in a capture only.
    #[test]
    fn the_two_worlds_agree(settings in settings(), ops in vec(finger(NO_ENTER), 1..100)) {
        let caps_lock = match settings.caps_lock {
            CapsLock::Shift => CapsLock::Shift,
            _ => CapsLock::Never,
        };
        let [x11, evdev] = [Kind::X11, Kind::Evdev].map(|kind| {
            let settings = Settings { caps_lock, ..settings.clone() };
            let mut world = World::new(kind, "us", settings, table(RULES));
            for op in ops.clone() {
                apply(&mut world, op);
            }
            world.rest();
            world.seen()
        });
        prop_assert_eq!(x11, evdev);
    }

    /// Events that no keyboard sends: releases and repeats of anything, sessions that contradict.
    #[test]
    fn nonsense(settings in settings(), events in vec(nonsense_event(), 1..100)) {
        let mut engine: Engine<XkbKeyboard> = Engine::new(settings, table(RULES));
        let mut now = std::time::Instant::now();
        let mut kept = [false; 3];
        for device in [1, 2] {
            let keyboard = keyboard("us");
            engine.handle(now, Event::Keyboard { device: DeviceId(device), keyboard }, &mut vec![]);
        }
        for (ms, nonsense) in events {
            now += Duration::from_millis(ms);
            let mut actions = Vec::new();
            engine.handle(now, nonsense.event(), &mut actions);
            engine.verify_invariants();
            prop_assert!(engine.deadline().is_none_or(|deadline| deadline > now));
            for action in actions {
                let (device, keep) = match action {
                    Action::Hold(device) => (device, true),
                    Action::Free(device) => (device, false),
                    _ => continue,
                };
                let before = std::mem::replace(&mut kept[device.0 as usize], keep);
                prop_assert!(before != keep, "hold and free take turns");
            }
        }
    }
}

#[derive(Clone, Debug)]
enum Nonsense {
    Key(u32, usize, Direction),
    Session(u32, Vec<usize>, u8),
    Gone(u32),
    Trigger(u32),
}

impl Nonsense {
    fn event(self) -> Event<XkbKeyboard> {
        match self {
            Self::Key(device, key, direction) => Event::Key(KeyEvent {
                device: DeviceId(device),
                keycode: Keycode(KEYS[key]),
                direction,
            }),
            Self::Session(device, held, base) => Event::Session {
                device: DeviceId(device),
                session: Session {
                    held: held.into_iter().map(|key| Keycode(KEYS[key])).collect(),
                    base,
                    latched: base >> 2,
                    locked: base.rotate_left(3),
                    group: u32::from(base),
                },
            },
            Self::Gone(device) => Event::DeviceGone(DeviceId(device)),
            Self::Trigger(trigger) => {
                Event::Settings(Settings { trigger: Keycode(trigger), ..Settings::default() })
            }
        }
    }
}

fn nonsense_event() -> impl Strategy<Value = (u64, Nonsense)> {
    let device = || 0..3_u32;
    let direction = select(vec![Direction::Down, Direction::Up, Direction::Repeat]);
    let nonsense = prop_oneof![
        20 => (device(), 0..KEYS.len(), direction)
            .prop_map(|(device, key, direction)| Nonsense::Key(device, key, direction)),
        2 => (device(), vec(0..KEYS.len(), 0..4), any::<u8>())
            .prop_map(|(device, held, base)| Nonsense::Session(device, held, base)),
        1 => device().prop_map(Nonsense::Gone),
        1 => select(vec![66, 66, 9, 50, 46]).prop_map(Nonsense::Trigger),
    ];
    (select(vec![0, 1, 100, 300, 6_000]), nonsense)
}
