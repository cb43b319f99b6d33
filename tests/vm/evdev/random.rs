//! Random fingers: what the twin says is what a model of its own says must come out.
//!
//! The choice is the same in every run; `COMPOSEKEY_SEED=N` makes another one.

use std::num::NonZero;

use evdev::{EventType, KeyCode};

use super::model::{F5, KEYS, Model, RULES};
use crate::{
    guest::Guest,
    support::{
        board::Board,
        daemon::Daemon,
        rig::{self, taken},
        wait_until,
    },
};

/// How many keys go down or up.
const EVENTS: u32 = 100_000;

/// So many at once: the kernel keeps few for a daemon that is slow.
const CHUNK: u32 = 20;

/// A mouse button passes untouched, behind the keys: it tells that they are through.
const MARK: KeyCode = KeyCode::BTN_LEFT;

pub(crate) fn a_hundred_thousand_events(guest: &mut Guest) {
    let rules: String = RULES.iter().map(|(keys, text)| format!("{keys} = \"{text}\"\n")).collect();
    let home = rig::home(&format!(
        "keymaps = []\ntap_action = \"none\"\ncaps_lock = \"never\"\nrelease_grace_ms = 0\n\
         feedback = \"none\"\n[sequences]\n{rules}"
    ));
    let mut board = Board::new("Board");
    board.pace = std::time::Duration::ZERO;
    let mut daemon = Daemon::start(&home);
    let mut twin = taken(&mut daemon, "Board");
    let seed = std::env::var("COMPOSEKEY_SEED").ok();
    let seed = seed.map(|seed| seed.parse().expect("`COMPOSEKEY_SEED` is a number above 0"));
    if let Some(seed) = seed {
        guest.note(format!("COMPOSEKEY_SEED={seed}"));
    }
    let mut dice = Dice(seed.map_or(0x9e37_79b9_7f4a_7c15, NonZero::<u64>::get));
    let mut model = Model::default();
    let mut marks = 0;
    let mut log = Vec::new();
    for event in 0..EVENTS {
        let (key, letter) = KEYS[dice.roll(KEYS.len())];
        log.push((key, !model.is_down(key)));
        if model.is_down(key) {
            model.release(key);
            board.up(key);
        } else {
            model.press(key, letter);
            board.down(key);
        }
        if event % 1000 == 999 {
            for key in model.fingers() {
                model.release(key);
                board.up(key);
            }
        }
        if event % CHUNK == 0 || event % 1000 == 999 {
            board.emit(EventType::KEY, MARK.0, 1);
            board.emit(EventType::KEY, MARK.0, 0);
            marks += 1;
            assert!(wait_until_quick(|| twin.strokes_of(MARK) == marks), "event {event}: no mark");
        }
        if event % 1000 == 999 {
            let text = twin.text_and(F5);
            let fingers = &log[log.len().saturating_sub(60)..];
            assert_eq!(text, model.text, "before event {event}, after {fingers:?}");
            assert!(twin.rests(), "before event {event}: {:?} down", twin.down());
            assert_eq!(twin.strokes_of(KeyCode::KEY_CAPSLOCK), 0, "Caps Lock went out");
            twin.clear();
            model.text.clear();
            marks = 0;
            log.clear();
        }
        if event % 20_000 == 19_999 {
            guest.note(format!("{} events, all as the model says", event + 1));
        }
    }
}

/// As [`wait_until`], with a shorter pause at first.
fn wait_until_quick(mut condition: impl FnMut() -> bool) -> bool {
    let quick = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_micros(300));
        condition()
    });
    quick || wait_until(condition)
}

/// Numbers as random as a test needs (xorshift64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % sides
    }
}
