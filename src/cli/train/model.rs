//! [`Lesson`]: exercises one after the other. The daemon's engine says what the keys give; the
//! trigger counts as held, so one types the sequence and nothing else.

use std::{sync::Arc, time::Instant};

use ratatui::Frame;

use super::{deck::Deck, store::Counts, view};
use crate::{
    cli::{
        screen::{
            Key, Press, Program,
            draw::Theme,
            keys::{TypedKeyboard, keycode},
        },
        show::{keys, name},
    },
    engine::{self, Action, DeviceId, Direction, Engine, Event, Feedback, KeyEvent},
    keycode::Keycode,
    keysym::Keysym,
    sequence::Rule,
    table::Table,
};

const DEVICE: DeviceId = DeviceId(0);

/// An exercise.
#[derive(Clone, Debug)]
pub(super) struct Card {
    /// The keys in the notation of the maps: by these the exercise is known.
    pub(super) keys: String,
    /// What they give.
    pub(super) text: String,
    /// What that is called.
    pub(super) name: String,
    rule: Rule,
}

impl Card {
    pub(super) fn new(rule: &Rule) -> Self {
        Self {
            keys: keys(&rule.sequence),
            text: rule.output.text.clone(),
            name: name(rule).unwrap_or_default(),
            rule: rule.clone(),
        }
    }

    #[cfg(test)]
    pub(super) fn made_up(keys: &str, text: &str) -> Self {
        let source = crate::source::Sources::default().add("", "");
        Self::new(&Rule {
            sequence: crate::sequence::Sequence::parse(keys).unwrap(),
            output: crate::sequence::Output::plain(text),
            keymap: "config".into(),
            span: crate::source::Span::new(source, 0..0),
        })
    }

    /// A table of these cards alone.
    #[cfg(test)]
    pub(super) fn table(cards: &[Self]) -> Arc<Table> {
        let rules: Vec<Rule> = cards.iter().map(|card| card.rule.clone()).collect();
        Arc::new(Table::new(&rules))
    }

    /// The keys, one by one.
    pub(super) fn keysyms(&self) -> &[Keysym] {
        self.rule.sequence.keysyms()
    }

    /// Whether a terminal can tell each of its keys.
    pub(super) fn can_be_typed(&self) -> bool {
        let told =
            |keysym: &Keysym| keysym.to_char().is_some() || (0xff50..=0xff57).contains(&keysym.0);
        self.keysyms().iter().all(told)
    }
}

/// What is asked for, and what was typed.
pub(super) struct Lesson {
    pub(super) cards: Vec<Card>,
    pub(super) deck: Deck,
    pub(super) theme: Theme,
    /// What came of the last try.
    pub(super) said: Said,
    /// The sequence is shown, because it was missed or asked for.
    pub(super) shown: bool,
    /// The end of the lesson asks whether to remember.
    pub(super) asks: bool,
    ask: bool,
    remember: bool,
    engine: Engine<TypedKeyboard>,
    over: bool,
}

/// What came of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// Nothing was typed yet.
    Nothing,
    /// Right: the text and its keys.
    Right(String, String),
    /// Something else came out.
    Other(String),
    /// The keys lead nowhere.
    Nowhere,
}

impl Lesson {
    /// A lesson over these cards; `ask` whether to remember at its end.
    pub(super) fn new(
        cards: Vec<Card>,
        table: Arc<Table>,
        deck: Deck,
        ask: bool,
        theme: Theme,
    ) -> Self {
        // The trigger is held from the first key to the last: only the defaults matter.
        let engine = Engine::new(engine::Settings::default(), table);
        let mut lesson = Self {
            cards,
            deck,
            theme,
            said: Said::Nothing,
            shown: false,
            asks: false,
            ask,
            remember: false,
            engine,
            over: false,
        };
        lesson.restart(Instant::now());
        lesson
    }

    /// The exercise.
    pub(super) fn card(&self) -> Option<&Card> {
        self.deck.current().map(|i| &self.cards[i])
    }

    /// The keys that wait for more, and whether they are complete as they are.
    pub(super) fn pending(&self) -> (Vec<Keysym>, bool) {
        match self.engine.view(DEVICE) {
            Some(view) => (view.pending().collect(), view.complete.is_some()),
            None => (Vec::new(), false),
        }
    }

    /// How many exercises were right at once, of those that were asked.
    pub(super) fn score(&self) -> (usize, usize) {
        let asked = self.deck.size - self.deck.left().min(self.deck.size);
        let missed = self.deck.missed().len();
        let asked = asked.max(missed);
        (asked - missed, asked)
    }

    pub(super) fn remember(&self) -> bool {
        self.remember
    }

    pub(super) fn into_counts(self) -> Counts {
        self.deck.into_counts()
    }

    /// Nothing is pending, the trigger is held.
    fn restart(&mut self, now: Instant) {
        let keyboard = Event::Keyboard { device: DEVICE, keyboard: TypedKeyboard };
        let mut ignored = Vec::new();
        self.engine.handle(now, Event::DeviceGone(DEVICE), &mut ignored);
        self.engine.handle(now, keyboard, &mut ignored);
        self.engine.handle(now, key(Keycode::CAPS_LOCK, Direction::Down), &mut ignored);
    }

    /// Feeds a key, and what it gives to the exercise.
    fn feed(&mut self, press: &Press, now: Instant) {
        let Some(card) = self.card().cloned() else { return };
        let mut actions = Vec::new();
        for direction in [Direction::Down, Direction::Up] {
            self.engine.handle(now, key(keycode(press), direction), &mut actions);
        }
        // A daemon at work types the character itself.
        if press.key == Key::Char(card.text.chars().next().unwrap_or_default())
            && card.text.chars().count() == 1
            && actions.iter().all(|action| !matches!(action, Action::Type(_)))
            && card.keysyms().first().and_then(|keysym| keysym.to_char())
                != card.text.chars().next()
        {
            return self.solve(&card, now);
        }
        self.settle(&card, &actions, now);
    }

    /// A sequence that longer ones go on from is complete when the trigger goes up: Enter.
    fn let_go(&mut self, now: Instant) {
        let Some(card) = self.card().cloned() else { return };
        let mut actions = Vec::new();
        self.engine.handle(now, key(Keycode::CAPS_LOCK, Direction::Up), &mut actions);
        let later = now + engine::Settings::default().release_grace;
        self.engine.handle(later, Event::Deadline, &mut actions);
        self.settle(&card, &actions, now);
        self.restart(now);
    }

    fn settle(&mut self, card: &Card, actions: &[Action], now: Instant) {
        for action in actions {
            match action {
                Action::Type(text) if *text == card.text => return self.solve(card, now),
                Action::Type(text) => return self.miss(Said::Other(text.clone()), now),
                Action::Feedback(Feedback::Mismatch) => return self.miss(Said::Nowhere, now),
                _ => {}
            }
        }
    }

    fn solve(&mut self, card: &Card, now: Instant) {
        self.deck.solve(&self.cards, !self.shown);
        self.said = Said::Right(card.text.clone(), card.keys.clone());
        self.shown = false;
        self.restart(now);
        if self.deck.current().is_none() {
            self.finish();
        }
    }

    fn miss(&mut self, said: Said, now: Instant) {
        self.deck.miss(&self.cards);
        self.said = said;
        self.shown = true;
        self.restart(now);
    }

    fn finish(&mut self) {
        let (_, asked) = self.score();
        if self.ask && asked > 0 && !self.asks {
            self.asks = true;
        } else {
            self.over = true;
        }
    }
}

fn key(keycode: Keycode, direction: Direction) -> Event<TypedKeyboard> {
    Event::Key(KeyEvent { device: DEVICE, keycode, direction })
}

impl Program for Lesson {
    fn key(&mut self, press: &Press, now: Instant) {
        if press.direction == Direction::Up {
            return;
        }
        match (press.key, press.ctrl) {
            (Key::Char('c'), true) => self.over = true,
            (Key::Char('y' | 'Y'), false) if self.asks => {
                self.remember = true;
                self.over = true;
            }
            (_, _) if self.asks => self.over = true,
            (Key::Escape, _) => self.finish(),
            (Key::Tab, _) => self.miss(Said::Nothing, now),
            (Key::Enter, _) => self.let_go(now),
            _ => self.feed(press, now),
        }
    }

    fn draw(&self, frame: &mut Frame<'_>) {
        view::draw(self, frame);
    }

    fn is_over(&self) -> bool {
        self.over
    }
}
