//! Key scripts in, what the applications see out.
//!
//! A script is words: `down a`, `up a`, `repeat a`, `tap a`, `20ms`, and `"text"`, which types
//! each character with the key and the modifiers that the layout has for it. A key is a keysym
//! name or a character (what the key gives without modifiers), or `Caps`, the trigger. `2:down a`
//! is on the second keyboard.
//!
//! The answer is words too: `+a`, `-a` and `*a` (repeat) are keys that the applications see, the
//! rest are actions. Every script runs in two worlds that must agree: under X11 only the keys of a
//! capture reach the engine, under evdev all do.

mod caps;
mod layouts;
mod overlap;
mod random;
mod rules;
mod world;

use std::sync::Arc;

use world::{Kind, World};

use super::{CapsLock, OnMismatch, Settings, TapAction};
use crate::{
    sequence::{Output, Rule, Sequence},
    source::{SourceId, Span},
    table::Table,
};

/// The rules of most tests.
const RULES: &[(&str, &str)] = &[
    ("\"u", "ü"),
    ("\"U", "Ü"),
    ("'e", "é"),
    ("`e", "è"),
    ("^a", "â"),
    ("~n", "ñ"),
    ("´o", "ó"),
    ("la", "λ"),
    ("--", "–"),
    ("---", "—"),
    ("---->", "⟶"),
    ("ss", "ß"),
    ("12", "½"),
    ("=e", "€"),
    ("<U20AC>c", "¢"),
    ("<Left><Right>", "↔"),
    ("<Multi_key>x", "✕"),
    ("u<Multi_key>", "µ"),
];

pub(super) fn table(rules: &[(&str, &str)]) -> Arc<Table> {
    let rule = |&(keys, text): &(&str, &str)| Rule {
        sequence: Sequence::parse(keys).unwrap(),
        output: Output::plain(text),
        keymap: "test".into(),
        span: Span::new(SourceId(0), 0..0),
    };
    Arc::new(Table::new(&rules.iter().map(rule).collect::<Vec<_>>()))
}

/// Runs a script in both worlds; feedback on what waits is left out.
#[track_caller]
pub(super) fn check(script: &str, expected: &str) {
    check_with(Settings::default(), script, expected);
}

#[track_caller]
pub(super) fn check_with(settings: Settings, script: &str, expected: &str) {
    check_in("us", settings, script, expected);
}

#[track_caller]
pub(super) fn check_in(layout: &str, settings: Settings, script: &str, expected: &str) {
    for kind in [Kind::X11, Kind::Evdev] {
        let mut world = World::new(kind, layout, settings.clone(), table(RULES));
        world.run(script);
        assert_eq!(world.seen(), expected, "{kind:?}, {layout}: {script}");
    }
}

pub(super) fn on_mismatch(on_mismatch: OnMismatch) -> Settings {
    Settings { on_mismatch, ..Settings::default() }
}

pub(super) fn caps_lock(caps_lock: CapsLock) -> Settings {
    Settings { caps_lock, ..Settings::default() }
}

pub(super) fn tap_action(tap_action: TapAction) -> Settings {
    Settings { tap_action, ..Settings::default() }
}
