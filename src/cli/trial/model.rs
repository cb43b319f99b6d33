//! [`Trial`]: the engine, fed with the keys of a terminal, and what came of them. Asks no clock.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use ratatui::Frame;

use super::{
    leader::Leader,
    story::{Told, tell},
    view,
};
use crate::{
    cli::screen::{
        Key, Press, Program,
        draw::Theme,
        keys::{TypedKeyboard, is_chord, keycode, keysym},
    },
    config::Loaded,
    engine::{self, Action, DeviceId, Direction, Engine, Event, KeyEvent, Mode, View},
    keycode::Keycode,
    keysym::Keysym,
    table::Table,
};

/// The one keyboard.
const DEVICE: DeviceId = DeviceId(0);

/// Lines of what happened that are kept.
const LOG: usize = 200;

/// Characters of the text that are kept: more than a line has.
const TEXT: usize = 200;

/// What is typed, and what is seen of it.
pub(super) struct Trial {
    pub(super) loaded: Loaded,
    pub(super) settings: engine::Settings,
    pub(super) leader: Leader,
    pub(super) theme: Theme,
    /// The terminal tells of Caps Lock and of releases.
    pub(super) sees_trigger: bool,
    /// What an application would have received.
    pub(super) text: String,
    /// What happened, newest last.
    pub(super) log: VecDeque<Told>,
    /// Caps Lock, as an application would have it.
    pub(super) caps_lock: bool,
    engine: Engine<TypedKeyboard>,
    trigger: Trigger,
    over: bool,
}

/// The trigger of a terminal that tells of no release: the leader presses it and lets it go.
#[derive(Default)]
struct Trigger {
    down: bool,
    /// When it went down, as long as no key came since: then it may be a tap.
    alone: Option<Instant>,
    /// A leader that is pressed twice is a tap however long that took. So the engine's clock stands
    /// still in between; it is behind by this much.
    behind: Duration,
}

impl Trigger {
    /// The engine's time.
    fn time(&self, now: Instant) -> Instant {
        let now = self.alone.unwrap_or(now);
        now.checked_sub(self.behind).unwrap_or(now)
    }

    /// Time goes on.
    fn go_on(&mut self, now: Instant) {
        if let Some(since) = self.alone.take() {
            self.behind += now.saturating_duration_since(since);
        }
    }
}

impl Trial {
    /// An engine with these maps and settings, at rest.
    pub(super) fn new(loaded: Loaded, leader: Leader, theme: Theme) -> Self {
        let settings = loaded.settings.engine.clone();
        let table = Arc::new(Table::new(&loaded.rules));
        let mut engine = Engine::new(settings.clone(), table);
        let keyboard = Event::Keyboard { device: DEVICE, keyboard: TypedKeyboard };
        engine.handle(Instant::now(), keyboard, &mut Vec::new());
        Self {
            loaded,
            settings,
            leader,
            theme,
            sees_trigger: false,
            text: String::new(),
            log: VecDeque::new(),
            caps_lock: false,
            engine,
            trigger: Trigger::default(),
            over: false,
        }
    }

    /// What is going on.
    pub(super) fn view(&self) -> View {
        self.engine.view(DEVICE).expect("the keyboard is there since the start")
    }

    fn toggle_trigger(&mut self, now: Instant) {
        if self.trigger.down {
            self.feed(self.settings.trigger, Direction::Up, now);
            self.trigger.go_on(now);
            self.trigger.down = false;
        } else {
            self.feed(self.settings.trigger, Direction::Down, now);
            self.trigger.down = true;
            self.trigger.alone = Some(now);
        }
    }

    /// A key of the terminal goes to the engine, down and up: which release belongs to which press
    /// no terminal tells for sure, and the engine wants it for modifiers and the trigger only.
    fn type_key(&mut self, press: &Press, now: Instant) {
        let idle = self.view().mode == Mode::Idle;
        match press.direction {
            // Whoever holds a key in a hold means it once.
            Direction::Repeat if !idle => return,
            Direction::Up => return,
            _ => {}
        }
        self.trigger.go_on(now);
        self.feed(keycode(press), Direction::Down, now);
        self.feed(keycode(press), Direction::Up, now);
    }

    fn feed(&mut self, keycode: Keycode, direction: Direction, now: Instant) {
        let before = self.view();
        let key = KeyEvent { device: DEVICE, keycode, direction };
        let mut actions = Vec::new();
        self.engine.handle(self.trigger.time(now), Event::Key(key), &mut actions);
        let key = keysym(keycode);
        // The release of another key than the trigger means nothing.
        if key.is_none() || direction == Direction::Down {
            self.carry_out(&before, key, &actions, key.is_none());
        }
    }

    /// What an application sees, and what is told of it.
    fn carry_out(&mut self, before: &View, key: Option<Keysym>, actions: &[Action], trigger: bool) {
        for action in actions {
            match action {
                Action::Type(text) => self.text.push_str(text),
                Action::ToggleCapsLock => self.caps_lock = !self.caps_lock,
                Action::Pass(KeyEvent { keycode, direction: Direction::Down, .. }) => {
                    self.receive(*keycode);
                }
                _ => {}
            }
        }
        while self.text.chars().count() > TEXT {
            self.text.remove(0);
        }
        let told = tell(self, before, key, actions, trigger);
        self.log.extend(told);
        while self.log.len() > LOG {
            self.log.pop_front();
        }
    }

    /// A key that reaches the application.
    fn receive(&mut self, keycode: Keycode) {
        let Some(keysym) = keysym(keycode) else { return };
        let typed = if is_chord(keycode) { None } else { keysym.to_char() };
        match (typed, keysym.0) {
            (Some(c), _) => self.text.push(c),
            (None, 0xff08) => drop(self.text.pop()),
            (None, 0xff0d) => self.text.clear(),
            _ => {}
        }
    }
}

impl Program for Trial {
    fn wants_every_key(&self) -> bool {
        true
    }

    fn told_of_every_key(&mut self, tells: bool) {
        self.sees_trigger = tells;
    }

    fn key(&mut self, press: &Press, now: Instant) {
        let Press { key, direction, .. } = *press;
        if (key, press.ctrl) == (Key::Char('c'), true) {
            self.over = true;
        } else if self.leader.is(press) {
            if direction == Direction::Down {
                self.toggle_trigger(now);
            }
        } else {
            match key {
                Key::CapsLock => self.feed(self.settings.trigger, direction, now),
                Key::Modifier(_) => self.feed(keycode(&Press::new(key)), direction, now),
                _ => self.type_key(press, now),
            }
        }
    }

    fn deadline(&self) -> Option<Instant> {
        let deadline = self.engine.deadline()?;
        // The engine's clock stands: nothing is due.
        self.trigger.alone.is_none().then(|| deadline + self.trigger.behind)
    }

    fn tick(&mut self, now: Instant) {
        let before = self.view();
        let mut actions = Vec::new();
        self.engine.handle(self.trigger.time(now), Event::Deadline, &mut actions);
        self.carry_out(&before, None, &actions, false);
    }

    fn draw(&self, frame: &mut Frame<'_>) {
        view::draw(self, frame);
    }

    fn is_over(&self) -> bool {
        self.over
    }
}
