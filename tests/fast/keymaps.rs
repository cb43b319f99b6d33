//! The built-in keymaps beside the classic sequences of libX11 (Debian: libx11-data).

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};

use composekey::{
    config,
    engine::{
        Action, DeviceId, Direction, Engine, Event, KeyEvent, Session, Settings, XkbKeyboard,
    },
    keycode::Keycode,
    keysym::Keysym,
    map::builtin,
    sequence::{Rule, Sequence},
    table::Table,
};
use xkbcommon::xkb;

use crate::support::Home;

fn load(text: &str) -> config::Loaded {
    let home = Home::with_config(text);
    let mut paths = config::Paths::new("/".into(), None, None, |_| None);
    paths.set_config(home.path("config.toml"));
    let loaded = config::load(&paths);
    assert_eq!(loaded.diagnostics, []);
    assert!(!loaded.rules.is_empty());
    loaded
}

fn by_keys(rules: &[Rule]) -> BTreeMap<&[Keysym], &str> {
    rules.iter().map(|rule| (rule.sequence.keysyms(), rule.output.text.as_str())).collect()
}

fn is_ascii(keysyms: &[Keysym]) -> bool {
    keysyms.iter().all(|keysym| keysym.to_char().is_some_and(|c| c.is_ascii()))
}

/// The classic sequences that the default keymaps give another meaning, on purpose: `replaces` says so,
/// and each text stays within reach. The last is in libX11 1.7.2 alone; later it has our meaning.
const REPLACED: &[(&str, &str)] =
    &[("*a", "å"), ("*u", "ů"), ("*A", "Å"), ("*U", "Ů"), ("^-", "¯")];

#[test]
fn no_classic_sequence_changes_or_is_lost() {
    let classic = load("keymaps = ['system']");
    let loaded = load("");
    let used = by_keys(&loaded.rules);
    let ascii: Vec<_> =
        classic.rules.iter().filter(|rule| is_ascii(rule.sequence.keysyms())).collect();
    assert!(ascii.len() >= 1199, "{} classic sequences: is this libX11's file?", ascii.len());
    let mut replaced = Vec::new();
    for rule in ascii {
        let (keysyms, text) = (rule.sequence.keysyms(), rule.output.text.as_str());
        if used.get(keysyms) != Some(&text) {
            let new = loaded.rules.iter().find(|new| new.sequence == rule.sequence).unwrap();
            assert!(new.output.about.replaces.contains(&rule.output.text), "{}", rule.sequence);
            let elsewhere = loaded
                .rules
                .iter()
                .any(|r| r.output.text == text && is_ascii(r.sequence.keysyms()));
            assert!(elsewhere, "{text} is out of reach");
            replaced.push((rule.sequence.to_string(), text));
        }
        // A longer rule would make it wait for the next key.
        let longer = used.keys().find(|k| k.len() > keysyms.len() && k.starts_with(keysyms));
        assert_eq!(longer, None, "{}", rule.sequence);
    }
    let classic = by_keys(&classic.rules);
    let is_classic = |&&(keys, text): &&(&str, &str)| {
        classic.get(Sequence::parse(keys).unwrap().keysyms()) == Some(&text)
    };
    let expected: BTreeSet<_> =
        REPLACED.iter().filter(is_classic).map(|&(keys, text)| (keys.to_owned(), text)).collect();
    assert!(expected.len() >= 4, "{expected:?}");
    assert_eq!(replaced.into_iter().collect::<BTreeSet<_>>(), expected);
}

#[test]
fn one_sequence_of_the_default_keymaps_starts_others() {
    let loaded = load("keymaps = ['default']");
    let starts: Vec<_> = composekey::map::prefix_pairs(&loaded.rules)
        .into_iter()
        .map(|pair| loaded.rules[pair.short].sequence.to_string())
        .collect();
    assert_eq!(starts, ["--"]);
    let classic = load("keymaps = ['system']");
    let classic = by_keys(&classic.rules);
    let starts: Vec<_> = loaded
        .rules
        .iter()
        .filter(|rule| {
            let keysyms = rule.sequence.keysyms();
            classic.keys().any(|k| k.len() > keysyms.len() && k.starts_with(keysyms))
        })
        .map(|rule| rule.sequence.to_string())
        .collect();
    // libX11 1.7.2 has `CCCP`, later ones do not.
    let cccp = classic.contains_key(Sequence::parse("CCCP").unwrap().keysyms());
    assert_eq!(starts, if cccp { &["--", "CC"][..] } else { &["--"] });
}

#[test]
fn the_default_keymaps_share_no_sequence() {
    let loaded = load("keymaps = ['default']");
    assert_eq!(loaded.replaced, []);
    assert!(loaded.rules.len() > 1500);
}

#[test]
fn accents_have_both_orders() {
    let loaded = load("keymaps = ['latin', 'umlauts']");
    let rules = by_keys(&loaded.rules);
    let mut both = 0;
    for (keys, text) in &rules {
        let &[a, b] = *keys else { continue };
        let letter = |k: Keysym| k.to_char().is_some_and(|c| c.is_ascii_alphabetic());
        if letter(a) == letter(b) {
            continue;
        }
        match rules.get([b, a].as_slice()) {
            Some(other) => {
                assert_eq!(other, text, "{a}{b}");
                both += 1;
            }
            // `*` stands after the letter, where it is `o` before; `(` where it is `u` or `b`. The
            // other order of the Esperanto letters is in `esperanto`; `U+` begins a code point.
            None => assert!(
                "*(".contains(b.to_char().unwrap()) || "ĉĝĥĵŝĈĜĤĴŜƯ".contains(text),
                "{a} {b} {text}"
            ),
        }
    }
    assert!(both > 300, "{both}");
}

#[test]
fn the_default_keymaps_serve_where_there_are_no_x_locales() {
    let used = load("keymaps = ['default']");
    let texts: BTreeSet<_> = used.rules.iter().map(|rule| rule.output.text.as_str()).collect();
    for c in "äöüÄÖÜßéèêëñçåøæœłčšžőğ€£¥©®™–—“”„‘’«»…≠≤≥±×→←↑↓½²°".chars()
    {
        assert!(texts.contains(c.to_string().as_str()), "{c}");
    }
}

#[test]
fn the_greek_letters() {
    let loaded = load("");
    let rules = by_keys(&loaded.rules);
    let keysyms = |keys: &str| keys.chars().map(Keysym::from_char).collect::<Vec<_>>();
    for (keys, text) in
        [("la", "λ"), ("*l", "λ"), ("*a", "α"), ("*W", "Ω"), ("*j", "ς"), ("*;a", "ά")]
    {
        assert_eq!(rules.get(keysyms(keys).as_slice()), Some(&text), "{keys}");
    }
    // Every letter, capitals too; what they replace is reachable otherwise.
    let greek: BTreeSet<_> = loaded
        .rules
        .iter()
        .filter(|rule| &*rule.keymap == "greek" && rule.sequence.keysyms().len() == 2)
        .map(|rule| rule.output.text.as_str())
        .collect();
    let expected = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρςστυφχψω";
    assert_eq!(greek.into_iter().collect::<String>(), expected);
    for (keys, text) in [("oa", "å"), ("oA", "Å"), ("ou", "ů"), ("oU", "Ů"), ("*'a", "ǻ")] {
        assert_eq!(rules.get(keysyms(keys).as_slice()), Some(&text), "{keys}");
    }
}

const DEVICE: DeviceId = DeviceId(1);

/// The engine with a US keyboard on it, which a finger types on.
struct Typist {
    engine: Engine<XkbKeyboard>,
    /// The key of each keysym, and whether Shift goes with it.
    strokes: HashMap<Keysym, (u16, bool)>,
    now: Instant,
    typed: String,
}

impl Typist {
    fn new(rules: &[Rule]) -> Self {
        let keyboard = XkbKeyboard::from_names("us", "", "").unwrap();
        let strokes = strokes(keyboard.keymap());
        let engine = Engine::new(Settings::default(), Arc::new(Table::new(rules)));
        let mut typist = Self { engine, strokes, now: Instant::now(), typed: String::new() };
        typist.handle(Event::Keyboard { device: DEVICE, keyboard });
        typist
    }

    fn handle(&mut self, event: Event<XkbKeyboard>) {
        self.now += Duration::from_millis(5);
        let mut actions = Vec::new();
        self.engine.handle(self.now, event, &mut actions);
        for action in actions {
            if let Action::Type(text) = action {
                self.typed.push_str(&text);
            }
        }
    }

    fn key(&mut self, evdev: u16, direction: Direction) {
        let keycode = Keycode::from_evdev(evdev);
        self.handle(Event::Key(KeyEvent { device: DEVICE, keycode, direction }));
    }

    fn tap(&mut self, evdev: u16) {
        self.key(evdev, Direction::Down);
        self.key(evdev, Direction::Up);
    }

    /// Presses the trigger.
    fn trigger(&mut self) {
        self.handle(Event::Session { device: DEVICE, session: Session::default() });
        self.key(CAPS, Direction::Down);
    }

    fn sequence(&mut self, sequence: &Sequence) {
        for &keysym in sequence.keysyms() {
            let (code, shift) = *self.strokes.get(&keysym).expect("a US keyboard has the key");
            if shift {
                self.key(SHIFT, Direction::Down);
            }
            self.tap(code);
            if shift {
                self.key(SHIFT, Direction::Up);
            }
        }
    }
}

fn strokes(keymap: &xkb::Keymap) -> HashMap<Keysym, (u16, bool)> {
    let mut strokes = HashMap::new();
    for (level, shift) in [(0, false), (1, true)] {
        for evdev in 1..128_u16 {
            let code = xkb::Keycode::new(u32::from(evdev) + 8);
            if let [keysym] = keymap.key_get_syms_by_level(code, 0, level) {
                strokes.entry(Keysym(keysym.raw())).or_insert((evdev, shift));
            }
        }
    }
    strokes
}

const CAPS: u16 = 58;
const SHIFT: u16 = 42;
const COMMA: u16 = 51;

/// Every sequence of every built-in keymap, beside the classic ones and the default keymaps: typed in a
/// hold it is there at the release, typed after a tap it is there when another key follows.
#[test]
fn every_sequence_can_be_typed_in_a_hold_and_after_a_tap() {
    let mut count = 0;
    for keymap in builtin::BUILTIN {
        let loaded = load(&format!("keymaps = ['system', 'default', '{}']", keymap.name));
        let mut typist = Typist::new(&loaded.rules);
        for rule in loaded.rules.iter().filter(|rule| *rule.keymap == *keymap.name) {
            let expected = &rule.output.text;
            typist.typed.clear();
            typist.trigger();
            typist.sequence(&rule.sequence);
            typist.key(CAPS, Direction::Up);
            assert_eq!(&typist.typed, expected, "{} in a hold", rule.sequence);

            typist.typed.clear();
            typist.trigger();
            typist.key(CAPS, Direction::Up);
            typist.sequence(&rule.sequence);
            typist.tap(COMMA);
            assert_eq!(&typist.typed, expected, "{} after a tap", rule.sequence);
            count += 1;
        }
    }
    assert!(count > 2900, "{count}");
}
