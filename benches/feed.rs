//! `cargo bench --bench feed`: what a key costs in the table and in the engine.

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use composekey::{
    engine::{DeviceId, Direction, Engine, Event, KeyEvent, Session, Settings, XkbKeyboard},
    keycode::Keycode,
    keysym::Keysym,
    sequence::{Output, Rule, Sequence},
    source::{SourceId, Span},
    table::{Cursor, Table},
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// As many rules as the locale's Compose file has: every sequence of two and three letters of some
/// twenty, and `"u`.
fn table() -> Arc<Table> {
    let letters: Vec<char> = ('a'..='q').collect();
    let mut keys = vec!["\"u".to_owned()];
    for a in &letters {
        for b in &letters {
            keys.extend(letters.iter().map(|c| format!("{a}{b}{c}")));
        }
    }
    let rule = |keys: String| Rule {
        sequence: Sequence::parse(&keys).expect("letters are a sequence"),
        output: Output::plain("ü"),
        keymap: "bench".into(),
        span: Span::new(SourceId(0), 0..0),
    };
    Arc::new(Table::new(&keys.into_iter().map(rule).collect::<Vec<_>>()))
}

fn feed(c: &mut Criterion) {
    let table = table();
    let mut group = c.benchmark_group("table");
    group.throughput(Throughput::Elements(1));
    for (name, keysym) in [("hit", Keysym::from_char('k')), ("miss", Keysym::from_char('z'))] {
        group.bench_function(name, |b| {
            b.iter(|| table.feed(black_box(Cursor::default()), black_box(keysym)));
        });
    }
    group.finish();
}

/// A hold with `"u`: the trigger, Shift, the quotation mark and the letter, each down and up.
fn hold(c: &mut Criterion) {
    const DEVICE: DeviceId = DeviceId(1);
    let keyboard = XkbKeyboard::from_names("us", "", "").expect("the layout `us` exists");
    let mut engine = Engine::new(Settings::default(), table());
    let mut actions = Vec::new();
    let mut now = Instant::now();
    engine.handle(now, Event::Keyboard { device: DEVICE, keyboard }, &mut actions);
    let code = |evdev| Keycode::from_evdev(evdev);
    let [caps, shift, quote, u] = [code(58), code(42), code(40), code(22)];
    let keys = [
        (caps, Direction::Down),
        (shift, Direction::Down),
        (quote, Direction::Down),
        (quote, Direction::Up),
        (shift, Direction::Up),
        (u, Direction::Down),
        (u, Direction::Up),
        (caps, Direction::Up),
    ];
    let mut group = c.benchmark_group("engine");
    group.throughput(Throughput::Elements(keys.len() as u64));
    group.bench_function("a hold with \"u", |b| {
        b.iter(|| {
            actions.clear();
            let session = Session::default();
            engine.handle(now, Event::Session { device: DEVICE, session }, &mut actions);
            for (keycode, direction) in keys {
                now += Duration::from_millis(1);
                let key = KeyEvent { device: DEVICE, keycode, direction };
                engine.handle(now, Event::Key(key), &mut actions);
            }
            black_box(&actions);
        });
    });
    group.finish();
}

criterion_group!(benches, feed, hold);
criterion_main!(benches);
