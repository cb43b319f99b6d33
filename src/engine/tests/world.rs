//! [`World`]: an engine, keyboards before it, and an application behind it.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};

use xkbcommon::xkb;

use crate::{
    engine::{
        Action, DeviceId, Direction, Engine, Event, Feedback, KeyEvent, Session, Settings,
        XkbKeyboard, lookup::Key,
    },
    keycode::Keycode,
    keysym::Keysym,
    table::Table,
};

/// Which keys the engine gets to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Those from the trigger's press to its release, and between `Hold` and `Free`.
    X11,
    /// All.
    Evdev,
}

pub(super) struct World {
    pub(super) kind: Kind,
    pub(super) engine: Engine<XkbKeyboard>,
    pub(super) now: Instant,
    pub(super) boards: BTreeMap<u32, Board>,
    pub(super) settings: Settings,
    pub(super) group: u32,
    layout: String,
    keymap: xkb::Keymap,
    seen: Vec<String>,
    lenient: bool,
    /// Show when something waits, hold and free too.
    pub(super) loud: bool,
    /// Every text typed.
    pub(super) typed: Vec<String>,
}

/// One keyboard.
#[derive(Default)]
pub(super) struct Board {
    /// Keys that a finger holds.
    pub(super) down: BTreeSet<Keycode>,
    /// Keys that the application has down.
    pub(super) app: BTreeSet<Keycode>,
    /// Keys that a session said to be down: their release may be passed once.
    claimed: BTreeSet<Keycode>,
    /// The trigger's grab is on.
    grabbed: bool,
    /// Between `Hold` and `Free`.
    pub(super) kept: bool,
}

const SHIFT: Keycode = Keycode(50);
const ALTGR: Keycode = Keycode(108);

impl World {
    pub(super) fn new(kind: Kind, layout: &str, settings: Settings, table: Arc<Table>) -> Self {
        let mut world = Self {
            kind,
            engine: Engine::new(settings.clone(), table),
            now: Instant::now(),
            boards: BTreeMap::new(),
            settings,
            group: 0,
            layout: layout.to_owned(),
            keymap: keymap(layout),
            seen: Vec::new(),
            lenient: false,
            loud: false,
            typed: Vec::new(),
        };
        for device in [1, 2] {
            world.event(Event::Keyboard { device: DeviceId(device), keyboard: keyboard(layout) });
            world.boards.insert(device, Board::default());
        }
        world
    }

    /// What was seen since the last time.
    pub(super) fn seen(&mut self) -> String {
        std::mem::take(&mut self.seen).join(" ")
    }

    pub(super) fn run(&mut self, script: &str) {
        let mut rest = script.trim_start();
        while !rest.is_empty() {
            if let Some(text) = rest.strip_prefix('"') {
                // A quotation mark ends the text when a blank or nothing follows.
                let end = text.find("\" ").unwrap_or(text.len() - 1);
                text[..end].chars().for_each(|c| self.type_char(1, c));
                rest = text[end + 1..].trim_start();
                continue;
            }
            let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
            let (device, word) = word.strip_prefix("2:").map_or((1, word), |word| (2, word));
            rest = after.trim_start();
            if let Some(ms) = word.strip_suffix("ms") {
                self.pause(Duration::from_millis(ms.parse().unwrap()));
                continue;
            }
            if word == "lost" {
                self.event(Event::Lost(DeviceId(device)));
                continue;
            }
            let (name, after) = rest.split_once(' ').unwrap_or((rest, ""));
            rest = after.trim_start();
            let keycode = self.keycode(name);
            match word {
                "down" => self.key(device, keycode, Direction::Down),
                "up" => self.key(device, keycode, Direction::Up),
                "repeat" => self.key(device, keycode, Direction::Repeat),
                "tap" => {
                    self.key(device, keycode, Direction::Down);
                    self.key(device, keycode, Direction::Up);
                }
                _ => panic!("`{word}` is no word of a script"),
            }
        }
    }

    /// Lets time pass, with the deadlines in it.
    pub(super) fn pause(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(deadline) = self.engine.deadline().filter(|&deadline| deadline <= end) {
            self.now = self.now.max(deadline);
            self.event(Event::Deadline);
            assert!(self.engine.deadline().is_none_or(|next| next > self.now), "it is over");
        }
        self.now = end;
    }

    /// A finger moves a key; a millisecond passes.
    pub(super) fn key(&mut self, device: u32, keycode: Keycode, direction: Direction) {
        self.pause(Duration::from_millis(1));
        let trigger = keycode == self.settings.trigger;
        let board = self.boards.get_mut(&device).unwrap();
        match direction {
            Direction::Down => drop(board.down.insert(keycode)),
            Direction::Up => drop(board.down.remove(&keycode)),
            Direction::Repeat => {}
        }
        let key = KeyEvent { device: DeviceId(device), keycode, direction };
        if self.kind == Kind::Evdev {
            return self.event(Event::Key(key));
        }
        if trigger && direction == Direction::Down {
            board.grabbed = true;
            board.down.remove(&keycode);
            let held: Vec<_> = board.down.iter().copied().collect();
            board.down.insert(keycode);
            board.claimed = held.iter().copied().collect();
            let session = Session { held, group: self.group, ..Session::default() };
            self.event(Event::Session { device: DeviceId(device), session });
        }
        let board = self.boards.get_mut(&device).unwrap();
        if board.grabbed || board.kept {
            self.event(Event::Key(key));
        } else {
            self.application(key);
        }
        if trigger && direction == Direction::Up {
            self.boards.get_mut(&device).unwrap().grabbed = false;
        }
    }

    /// Gives the engine an event and carries out what it says.
    pub(super) fn event(&mut self, event: Event<XkbKeyboard>) {
        let gone = matches!(event, Event::DeviceGone(_));
        let ahead = match event {
            Event::Key(key) if self.engine.passes(key) => Some(Action::Pass(key)),
            _ => None,
        };
        let mut actions = Vec::new();
        self.engine.handle(self.now, event, &mut actions);
        assert!(ahead.is_none() || actions.first() == ahead.as_ref(), "what is sure to pass does");
        self.engine.verify_invariants();
        // Under X11 the releases between two captures are not seen; letting go of everything may
        // then release a key too many, which the server drops.
        self.lenient = self.kind == Kind::X11 && (gone || actions.contains(&Action::LetGo));
        for action in actions {
            self.carry_out(action);
        }
        for board in self.boards.values() {
            assert!(board.app.is_subset(&board.down), "only what a finger holds is down");
        }
    }

    /// A session said that this key of the first keyboard is down.
    pub(super) fn claim(&mut self, name: &str) {
        let keycode = self.keycode(name);
        self.boards.get_mut(&1).unwrap().claimed.insert(keycode);
    }

    /// A keyboard is pulled out, and put in again.
    pub(super) fn replug(&mut self, device: u32) {
        self.event(Event::DeviceGone(DeviceId(device)));
        let board = self.boards.remove(&device).unwrap();
        // The X server lets go of a lost keyboard's keys itself.
        assert!(
            self.kind == Kind::X11 || board.app.is_empty(),
            "no key of a lost keyboard is down"
        );
        assert!(!board.kept, "a lost keyboard is free");
        self.boards.insert(device, Board::default());
        let keyboard = keyboard(&self.layout);
        self.event(Event::Keyboard { device: DeviceId(device), keyboard });
    }

    /// Every finger lets go, and time passes.
    pub(super) fn rest(&mut self) {
        for device in [1, 2] {
            for keycode in self.boards[&device].down.clone() {
                self.key(device, keycode, Direction::Up);
            }
        }
        self.pause(Duration::from_secs(60));
        assert_eq!(self.engine.deadline(), None, "idle means no deadline");
        for board in self.boards.values() {
            assert!(board.app.is_empty() && !board.kept, "nothing is left");
        }
    }

    fn carry_out(&mut self, action: Action) {
        match action {
            Action::Pass(key) => {
                let board = self.boards.get_mut(&key.device.0).unwrap();
                match key.direction {
                    Direction::Down => {
                        assert!(!board.app.contains(&key.keycode), "a key is pressed twice");
                    }
                    Direction::Repeat => {}
                    Direction::Up => {
                        // A press that we passed, one that was the application's, or one that
                        // nobody saw.
                        let claimed = board.claimed.remove(&key.keycode);
                        let had = board.app.contains(&key.keycode);
                        assert!(had || claimed || self.lenient, "a release without a press");
                    }
                }
                self.application(key);
            }
            Action::Type(text) => {
                self.seen.push(text.clone());
                self.typed.push(text);
            }
            Action::ToggleCapsLock => self.seen.push("lock".into()),
            Action::Feedback(Feedback::Mismatch) => self.seen.push("mismatch".into()),
            Action::Feedback(feedback) => self.show(format!("{feedback:?}").to_lowercase()),
            Action::Hold(device) => {
                self.show("hold".into());
                let kept = &mut self.boards.get_mut(&device.0).unwrap().kept;
                assert!(!std::mem::replace(kept, true), "hold and free take turns");
            }
            Action::Free(device) => {
                self.show("free".into());
                let kept = &mut self.boards.get_mut(&device.0).unwrap().kept;
                assert!(std::mem::replace(kept, false), "hold and free take turns");
            }
            Action::LetGo => {
                self.seen.push("let-go".into());
                self.boards.values_mut().for_each(|board| board.grabbed = false);
            }
        }
    }

    fn show(&mut self, word: String) {
        if self.loud {
            self.seen.push(word);
        }
    }

    /// A key reaches the application, which knows nothing of a release without a press.
    fn application(&mut self, key: KeyEvent) {
        let name = name(&self.keymap, key.keycode);
        let app = &mut self.boards.get_mut(&key.device.0).unwrap().app;
        match key.direction {
            Direction::Down => {
                app.insert(key.keycode);
                self.seen.push(format!("+{name}"));
            }
            Direction::Repeat if !app.contains(&key.keycode) => {}
            Direction::Repeat => self.seen.push(format!("*{name}")),
            Direction::Up if app.remove(&key.keycode) => self.seen.push(format!("-{name}")),
            Direction::Up => {}
        }
    }

    pub(super) fn keycode(&self, word: &str) -> Keycode {
        if word == "Caps" {
            return self.settings.trigger;
        }
        let mut chars = word.chars();
        let keysym = match (chars.next(), chars.next()) {
            (Some(c), None) => Keysym::from_char(c),
            _ => Keysym::from_name(word).unwrap_or_else(|| panic!("`{word}` is no key")),
        };
        let found = keycodes().find(|&code| at(&self.keymap, code, 0, 0) == Some(keysym));
        found.unwrap_or_else(|| panic!("`{word}` is no key of {}", self.layout))
    }

    /// Types a character as a person does: with the symbol of the active group if it has it, else
    /// with the key that has it in another group.
    pub(super) fn type_char(&mut self, device: u32, c: char) {
        let (keycode, level) = find(&self.keymap, self.group, c)
            .unwrap_or_else(|| panic!("`{c}` is on no key of {}", self.layout));
        let modifiers: &[Keycode] = [&[][..], &[SHIFT], &[ALTGR], &[SHIFT, ALTGR]][level as usize];
        modifiers.iter().for_each(|&modifier| self.key(device, modifier, Direction::Down));
        self.key(device, keycode, Direction::Down);
        self.key(device, keycode, Direction::Up);
        modifiers.iter().rev().for_each(|&modifier| self.key(device, modifier, Direction::Up));
    }
}

/// The key and the level of a character, or of a dead key that stands for it, whichever is nearer.
fn find(keymap: &xkb::Keymap, group: u32, c: char) -> Option<(Keycode, u32)> {
    let wanted = Keysym::from_char(c);
    let plain = |keysym| keysym == wanted;
    let dead = |keysym: Keysym| {
        keysym.is_dead() && Key { keysym, latin: None }.forms().iter().any(|form| form == wanted)
    };
    for group in [group, 1 - group] {
        for level in 0..4 {
            let on = |is: &dyn Fn(Keysym) -> bool| {
                keycodes().find(|&code| at(keymap, code, group, level).is_some_and(is))
            };
            if let Some(code) = on(&plain).or_else(|| on(&dead)) {
                return Some((code, level));
            }
        }
    }
    None
}

/// Keys that a person has: the fake ones of the keymaps lie behind.
fn keycodes() -> impl Iterator<Item = Keycode> {
    (9..=91).chain(94..=202).map(Keycode)
}

fn at(keymap: &xkb::Keymap, keycode: Keycode, group: u32, level: u32) -> Option<Keysym> {
    let code = keycode.0.into();
    if group >= keymap.num_layouts_for_key(code) {
        return None;
    }
    match keymap.key_get_syms_by_level(code, group, level) {
        [keysym] if keysym.raw() != 0 => Some(Keysym(keysym.raw())),
        _ => None,
    }
}

fn name(keymap: &xkb::Keymap, keycode: Keycode) -> String {
    at(keymap, keycode, 0, 0).map_or_else(|| keycode.to_string(), Keysym::name)
}

/// `de`, `fr(bepo)`, `us,ru`, and options behind a `+`: each compiled once a thread.
pub(super) fn keymap(description: &str) -> xkb::Keymap {
    thread_local! {
        static KEYMAPS: RefCell<HashMap<String, xkb::Keymap>> = RefCell::default();
    }
    KEYMAPS.with_borrow_mut(|keymaps| {
        let compile = || {
            let (layout, options) = description.split_once('+').unwrap_or((description, ""));
            let (layout, variant) = layout.split_once('(').unwrap_or((layout, ""));
            let keyboard = XkbKeyboard::from_names(layout, variant.trim_end_matches(')'), options);
            keyboard.expect("the layouts of the tests exist").keymap().clone()
        };
        keymaps.entry(description.to_owned()).or_insert_with(compile).clone()
    })
}

pub(super) fn keyboard(description: &str) -> XkbKeyboard {
    XkbKeyboard::new(keymap(description))
}
