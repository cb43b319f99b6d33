//! [`tell`]: what a key did, and why, in words.

use super::model::Trial;
use crate::{
    cli::{
        plural,
        screen::draw::label,
        show::{keys, name, place, unicode_name},
    },
    engine::{Action, Direction, Feedback, Mode, OnMismatch, TapAction, View},
    keysym::Keysym,
    sequence::Sequence,
};

/// One line of what happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// The key that was pressed; empty for what happens by itself.
    pub(super) key: String,
    /// How to draw it.
    pub(super) kind: Kind,
    /// What came out, if something did.
    pub(super) text: String,
    /// What happened.
    pub(super) said: String,
}

/// What became of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It waits for more.
    Waits,
    /// It gave a text.
    Gave,
    /// It reached the application as it is.
    Passed,
    /// Nothing came out.
    Lost,
    /// The trigger, or time.
    Aside,
}

/// What a key, or the time when there is none, did.
pub(super) fn tell(
    trial: &Trial,
    before: &View,
    key: Option<Keysym>,
    actions: &[Action],
    trigger: bool,
) -> Vec<Told> {
    let mut teller = Teller { trial, before, key, trigger, read: 0, told: Vec::new() };
    for action in actions {
        teller.action(action);
    }
    teller.rest(actions);
    teller.told
}

struct Teller<'a> {
    trial: &'a Trial,
    before: &'a View,
    key: Option<Keysym>,
    trigger: bool,
    /// Pending keys that earlier actions used up.
    read: usize,
    told: Vec<Told>,
}

impl Teller<'_> {
    fn say(&mut self, kind: Kind, text: &str, said: impl Into<String>) {
        let key = match (self.key, self.trigger) {
            (Some(key), _) => label(key),
            (None, true) => "trigger".to_owned(),
            (None, false) => String::new(),
        };
        let key = if self.told.is_empty() { key } else { String::new() };
        self.told.push(Told { key, kind, text: text.to_owned(), said: said.into() });
    }

    fn action(&mut self, action: &Action) {
        match action {
            Action::Type(text) => self.gave(text),
            Action::ToggleCapsLock => {
                let lock = if self.trial.caps_lock { "on" } else { "off" };
                self.say(Kind::Aside, "", format!("Caps Lock itself is {lock} now"));
            }
            Action::Pass(key) if key.direction == Direction::Down => self.passed(),
            Action::Feedback(Feedback::Mismatch) => self.lost(),
            _ => {}
        }
    }

    fn gave(&mut self, text: &str) {
        let rules = &self.trial.loaded.rules;
        let (pending, next) = (self.before.pending().len(), usize::from(self.key.is_some()));
        let left = pending + next - self.read.min(pending + next);
        let fits = |keysyms: &[Keysym]| {
            keysyms.len() <= left && self.before.fits(self.read, self.key, keysyms)
        };
        let rule = rules
            .iter()
            .filter(|rule| rule.output.text == text && fits(rule.sequence.keysyms()))
            .max_by_key(|rule| rule.sequence.keysyms().len());
        let said = match rule {
            Some(rule) => {
                self.read += rule.sequence.keysyms().len();
                let (file, line) = place(rule.span, &self.trial.loaded.sources);
                let file = file.rsplit('/').next().unwrap_or(file);
                let name = name(rule).map_or(String::new(), |name| format!("{name}, "));
                format!("{name}`{}` in {file}:{line}", keys(&rule.sequence))
            }
            None => {
                let mut chars = text.chars();
                match (chars.next(), chars.next()) {
                    (Some(c), None) => {
                        let name = unicode_name(c).unwrap_or_default();
                        format!("U+{:04X} {name}", u32::from(c)).trim_end().to_owned()
                    }
                    _ => "the keys as text: `on_mismatch = \"type\"`".to_owned(),
                }
            }
        };
        self.say(Kind::Gave, text, said);
    }

    fn passed(&mut self) {
        let Some(key) = self.key else {
            return self.say(
                Kind::Passed,
                "",
                "goes to the application: `tap_action = \"escape\"`",
            );
        };
        if key.is_modifier() {
            return;
        }
        let typed = key.to_char().map_or(String::new(), String::from);
        let said = match self.before.mode {
            Mode::Idle => "typed as it is: the trigger is up",
            _ => "no sequence has this key here: it goes to the application",
        };
        self.say(Kind::Passed, &typed, said);
    }

    /// Says why nothing came out.
    fn lost(&mut self) {
        let mut typed: Vec<Keysym> = self.before.pending().skip(self.read).collect();
        typed.extend(self.key);
        let policy = match self.trial.settings.on_mismatch {
            OnMismatch::Type => "typed as text",
            OnMismatch::Discard | OnMismatch::Swap => "dropped",
        };
        let shown = |keysyms: &[Keysym]| {
            Sequence::new(keysyms).map_or_else(String::new, |sequence| keys(&sequence))
        };
        let said = match self.key {
            Some(_) => format!("no sequence begins with `{}`", shown(&typed)),
            None => format!("`{}` is only the beginning of a sequence", shown(&typed)),
        };
        let other = self.other_order(&typed);
        self.say(Kind::Lost, "", format!("{said}: {policy}{other}"));
    }

    /// The two last keys in the other order, where that is a sequence.
    fn other_order(&self, typed: &[Keysym]) -> String {
        let mut swapped = typed.to_vec();
        let [.., a, b] = &mut swapped[..] else { return String::new() };
        std::mem::swap(a, b);
        let rules = &self.trial.loaded.rules;
        match rules.iter().find(|rule| rule.sequence.keysyms() == swapped) {
            Some(rule) => {
                format!("; `{}` gives {}", keys(&rule.sequence), rule.output.text)
            }
            None => String::new(),
        }
    }

    /// What happened without an action.
    fn rest(&mut self, actions: &[Action]) {
        let after = self.trial.view();
        if self.trigger {
            return self.trigger_moved(&after, actions);
        }
        let (was, is) = (self.before.pending().len(), after.pending().len());
        match self.key {
            Some(key) if key.is_modifier() => {}
            Some(_) if is > 0 && is > was.saturating_sub(self.read) => self.waits(&after),
            Some(key) if self.told.is_empty() => {
                let said = match key.0 {
                    0xff08 if is > 0 => "takes back one key",
                    0xff08 => "takes back the last key that waited",
                    0xff1b => "drops what waited",
                    _ => return,
                };
                self.say(Kind::Aside, "", said);
            }
            None if self.told.is_empty() && self.before.mode == Mode::Tapped => {
                let time = self.trial.settings.compose_timeout.as_secs_f32();
                let said = format!("{time} s without a key: composing is over");
                self.say(Kind::Aside, "", said);
            }
            _ => {}
        }
    }

    fn waits(&mut self, after: &View) {
        let rules = &self.trial.loaded.rules;
        let longer = |rule: &&crate::sequence::Rule| {
            let keysyms = rule.sequence.keysyms();
            keysyms.len() > after.pending().len() && after.fits(0, None, keysyms)
        };
        let count = rules.iter().filter(longer).count();
        let go_on = match count {
            0 => "waits for a code point in hex digits".to_owned(),
            1 => "waits: 1 sequence goes on".to_owned(),
            count => format!("waits: {count} sequences go on"),
        };
        let said = match after.complete {
            Some(rule) => {
                let text = &rules[rule.index()].output.text;
                format!("{go_on}; let go of the trigger for {text}")
            }
            None => go_on,
        };
        self.say(Kind::Waits, "", said);
    }

    fn trigger_moved(&mut self, after: &View, actions: &[Action]) {
        if !self.told.is_empty() {
            return;
        }
        let settings = &self.trial.settings;
        let said = match (self.before.mode, after.mode) {
            (Mode::Holding, Mode::Tapped) => "a tap: the next keys compose".to_owned(),
            (Mode::Holding, Mode::Grace) => {
                let waiting = plural(after.pending().len(), "key");
                let time = settings.release_grace.as_millis();
                format!("up; {waiting} may still be completed for {time} ms")
            }
            (Mode::Holding, Mode::Idle) if actions.is_empty() => match settings.tap_action {
                TapAction::None => {
                    "up; a tap alone does nothing: `tap_action = \"none\"`".to_owned()
                }
                _ => "up".to_owned(),
            },
            (Mode::Holding, _) => "up".to_owned(),
            (_, Mode::Holding) => "down: keys compose until it goes up".to_owned(),
            _ => return,
        };
        self.say(Kind::Aside, "", said);
    }
}
