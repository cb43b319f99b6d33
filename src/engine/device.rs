//! [`Device`]: one keyboard. Which keys are its own business, which are the applications'.

use std::time::{Duration, Instant};

use super::{
    chord::Emergency,
    event::{Action, DeviceId, Direction, Feedback, KeyEvent, Session},
    held::{Fate, Held, Press},
    keyboard::{Keyboard, Meaning},
    lookup::{self, Key},
    pending::Pending,
    settings::{CapsLock, Settings},
};
use crate::{keycode::Keycode, keysym::Keysym, table::Table};

/// What every step may need to know.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) now: Instant,
    pub(super) settings: &'a Settings,
    pub(super) table: &'a Table,
}

/// A keyboard, its keys that are down, and what is being composed on it.
#[derive(Debug)]
pub(super) struct Device<K> {
    pub(super) id: DeviceId,
    pub(super) keyboard: K,
    pub(super) held: Held,
    pub(super) pending: Pending,
    pub(super) phase: Phase,
    /// Whether [`Action::Hold`] was said, and [`Action::Free`] not yet.
    pub(super) kept: bool,
    /// The session when the trigger went down, for a keymap that comes during the hold; without
    /// the keys.
    pub(super) session: Session,
    emergency: Emergency,
    /// When the last tap ended, while a second one would make a double tap.
    pub(super) tapped_at: Option<Instant>,
}

/// Whose the keys are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The applications'.
    Idle,
    /// Ours: the trigger is down.
    Holding(Hold),
    /// Ours for a while: after a tap, or because the trigger went up before the last key.
    Loose {
        /// When it ends by itself.
        until: Instant,
        /// Whether it was a tap.
        tapped: bool,
    },
}

/// The trigger is down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hold {
    pub(super) since: Instant,
    /// No key but modifiers was pressed since.
    pub(super) alone: bool,
    /// Shift was down when the trigger was pressed.
    pub(super) shift: bool,
    /// The trigger was pressed while a tap was composing, and is still alone.
    pub(super) tapped: bool,
}

const ESCAPE: Keysym = Keysym(0xff1b);
const BACKSPACE: Keysym = Keysym(0xff08);
const SHIFT_KEYS: [Keysym; 2] = [Keysym(0xffe1), Keysym(0xffe2)];

impl<K: Keyboard> Device<K> {
    pub(super) fn new(id: DeviceId, keyboard: K) -> Self {
        Self {
            id,
            keyboard,
            held: Held::default(),
            pending: Pending::default(),
            phase: Phase::Idle,
            kept: false,
            session: Session::default(),
            emergency: Emergency::default(),
            tapped_at: None,
        }
    }

    /// Whether a tap or the first keys of a sequence wait for more.
    pub(super) fn waits(&self) -> bool {
        let tapped = match self.phase {
            Phase::Idle => false,
            Phase::Holding(hold) => hold.tapped,
            Phase::Loose { tapped, .. } => tapped,
        };
        tapped || !self.pending.is_empty()
    }

    /// Whether a key that is not the trigger is passed on whatever it means: [`Self::key`] does that first.
    #[inline(always)]
    pub(super) fn passes(&self, key: KeyEvent) -> bool {
        let fate = match key.direction {
            Direction::Down | Direction::Up => self.held.get(key.keycode),
            Direction::Repeat => return false,
        };
        let passed = fate == Some(Fate::Passed) && key.direction == Direction::Up;
        self.phase == Phase::Idle && !Emergency::has(key.keycode) && (fate.is_none() || passed)
    }

    /// Takes a key; whether it completes the emergency chord.
    pub(super) fn key(&mut self, scene: Scene, key: KeyEvent, out: &mut Vec<Action>) -> bool {
        if self.emergency.update(key.keycode, key.direction) {
            self.forget_press(key.keycode, out);
            self.hold_down(key.keycode, Fate::Swallowed, false);
            return true;
        }
        match key.direction {
            Direction::Down => self.down(scene, key.keycode, out),
            Direction::Repeat => match self.held.get(key.keycode) {
                Some(Fate::Passed) => out.push(Action::Pass(key)),
                None if key.keycode != scene.settings.trigger => out.push(Action::Pass(key)),
                _ => {}
            },
            Direction::Up => self.up(scene, key.keycode, out),
        }
        false
    }

    fn down(&mut self, scene: Scene, keycode: Keycode, out: &mut Vec<Action>) {
        let trigger = keycode == scene.settings.trigger;
        if trigger && self.held.get(keycode) == Some(Fate::Trigger) {
            return;
        }
        // A session may have told of this press before it came, or its release was missed.
        self.forget_press(keycode, out);
        if trigger {
            return self.press_trigger(scene);
        }
        let meaning = match self.phase {
            // It is passed on: all that counts is whether it is a modifier.
            Phase::Idle => {
                Meaning { keysym: self.keyboard.keysym(keycode), latin: None, chord: false }
            }
            _ => self.keyboard.meaning(keycode),
        };
        self.keyboard.update(keycode, Direction::Down);
        if meaning.keysym.is_modifier() {
            self.press_modifier(scene, keycode, meaning.keysym, out);
        } else {
            self.press(scene, keycode, meaning, out);
        }
    }

    fn up(&mut self, scene: Scene, keycode: Keycode, out: &mut Vec<Action>) {
        let fate = self.held.release(keycode);
        if fate == Some(Fate::Trigger) {
            return self.release_trigger(scene, out);
        }
        if fate.is_some() || keycode != scene.settings.trigger {
            self.keyboard.update(keycode, Direction::Up);
        }
        // The applications drop a release too many, but a key left down is theirs for good: what
        // was not seen to be swallowed is passed.
        if matches!(fate, None | Some(Fate::Passed)) {
            self.pass(keycode, Direction::Up, out);
        }
    }

    fn press_modifier(
        &mut self,
        scene: Scene,
        keycode: Keycode,
        keysym: Keysym,
        out: &mut Vec<Action>,
    ) {
        let shift = SHIFT_KEYS.contains(&keysym);
        if self.phase == Phase::Idle || lookup::is_switch(keysym) {
            self.pass_down(keycode, shift, out);
        } else {
            self.hold_down(keycode, Fate::Withheld, shift);
        }
        // A modifier announces a key: that one gets its full time.
        if let Phase::Loose { tapped, .. } = self.phase {
            self.loosen(scene, tapped);
        }
        let both = shift && self.held.shifts() == 2;
        if both && scene.settings.caps_lock == CapsLock::BothShifts {
            out.push(Action::ToggleCapsLock);
            if let Phase::Holding(hold) = &mut self.phase {
                hold.alone = false;
            }
        }
    }

    fn press(&mut self, scene: Scene, keycode: Keycode, meaning: Meaning, out: &mut Vec<Action>) {
        self.tapped_at = None;
        let mut tapped = false;
        match &mut self.phase {
            Phase::Idle => return self.pass_down(keycode, false, out),
            Phase::Holding(hold) => (hold.alone, hold.tapped) = (false, false),
            Phase::Loose { tapped: tap, .. } => tapped = *tap,
        }
        let over;
        let pass = if meaning.chord {
            over = true;
            self.resolve(scene, out);
            true
        } else if meaning.keysym == ESCAPE && (tapped || !self.pending.is_empty()) {
            over = true;
            self.pending.clear();
            false
        } else if meaning.keysym == BACKSPACE && !self.pending.is_empty() {
            over = !tapped && self.pending.keys().len() == 1;
            self.pending.pop();
            false
        } else {
            self.pending.push(Key { keysym: meaning.keysym, latin: meaning.latin });
            let pass = self.settle(scene, true, out);
            over = self.pending.is_empty();
            pass
        };
        if matches!(self.phase, Phase::Loose { .. }) {
            if over { self.end(out) } else { self.loosen(scene, tapped) }
        }
        if pass {
            self.pass_down(keycode, false, out);
        } else {
            self.hold_down(keycode, Fate::Swallowed, false);
        }
    }

    /// Ends what ends by itself.
    pub(super) fn expire(&mut self, scene: Scene, out: &mut Vec<Action>) {
        if matches!(self.phase, Phase::Loose { until, .. } if until <= scene.now) {
            self.resolve(scene, out);
            self.end(out);
        }
    }

    /// The session's state, right before the trigger's press. Only while its keys kept coming is
    /// anything else known of the keys that are down.
    pub(super) fn start(&mut self, session: Session, trigger: Keycode, out: &mut Vec<Action>) {
        if let Phase::Holding(_) = self.phase {
            // The release was missed. What was withheld is not handed over: who knows what is down.
            self.held.clear();
            self.drop_pending();
            self.end(out);
        } else if self.phase == Phase::Idle {
            self.held.clear();
        }
        self.emergency.restart(&session.held);
        self.keyboard.start(&session);
        for &keycode in session.held.iter().filter(|&&keycode| keycode != trigger) {
            if self.held.get(keycode).is_none() {
                let shift = SHIFT_KEYS.contains(&self.keyboard.meaning(keycode).keysym);
                self.hold_down(keycode, Fate::Passed, shift);
            }
        }
        self.session = Session { held: Vec::new(), ..session };
    }

    /// Another keymap: nothing that was typed before has a meaning any more.
    pub(super) fn change_keyboard(&mut self, keyboard: K, out: &mut Vec<Action>) {
        self.keyboard = keyboard;
        let down = self.held.iter().filter(|press| press.fate != Fate::Trigger);
        let held = down.map(|press| press.keycode).collect();
        self.keyboard.start(&Session { held, ..self.session.clone() });
        self.stop(out);
    }

    /// The session's locked group is told. One that this keyboard's own keys led to is no news.
    pub(super) fn change_group(&mut self, group: u32, out: &mut Vec<Action>) {
        self.session.group = group;
        if self.keyboard.set_group(group) {
            self.stop(out);
        }
    }

    /// Drops what is composed; a hold goes on from nothing.
    pub(super) fn stop(&mut self, out: &mut Vec<Action>) {
        self.drop_pending();
        if matches!(self.phase, Phase::Loose { .. }) {
            self.end(out);
        }
    }

    /// Keys were lost: a hold that goes on may have had some, so it is no tap, and no tap is fresh any more.
    pub(super) fn lose_keys(&mut self, out: &mut Vec<Action>) {
        self.stop(out);
        self.tapped_at = None;
        if let Phase::Holding(hold) = &mut self.phase {
            hold.alone = false;
        }
    }

    /// Another key is the trigger: the old one's hold is over.
    pub(super) fn change_trigger(&mut self, out: &mut Vec<Action>) {
        self.held.turn(Fate::Trigger, Fate::Swallowed).for_each(drop);
        self.drop_pending();
        if self.phase != Phase::Idle {
            self.end(out);
        }
    }

    /// Nothing stays down, nothing is ours any more; keys still down are not passed again.
    pub(super) fn let_go(&mut self, out: &mut Vec<Action>) {
        self.drop_pending();
        for fate in [Fate::Withheld, Fate::Trigger] {
            self.held.turn(fate, Fate::Swallowed).for_each(drop);
        }
        let device = self.id;
        for keycode in self.held.turn(Fate::Passed, Fate::Swallowed) {
            out.push(Action::Pass(KeyEvent { device, keycode, direction: Direction::Up }));
        }
        self.end(out);
    }

    /// Ours no longer: modifiers that are still down are handed over (R5).
    pub(super) fn end(&mut self, out: &mut Vec<Action>) {
        self.phase = Phase::Idle;
        if std::mem::take(&mut self.kept) {
            out.push(Action::Free(self.id));
        }
        self.hand_over(out);
    }

    fn drop_pending(&mut self) {
        self.pending.clear();
        if let Phase::Holding(hold) = &mut self.phase {
            hold.tapped = false;
        }
    }

    pub(super) fn keep(&mut self, out: &mut Vec<Action>) {
        if !std::mem::replace(&mut self.kept, true) {
            out.push(Action::Hold(self.id));
        }
    }

    pub(super) fn loosen(&mut self, scene: Scene, tapped: bool) {
        let Settings { compose_timeout, release_grace, .. } = *scene.settings;
        let time = if tapped { compose_timeout } else { release_grace };
        // A time beyond all clocks is as good as a day.
        let day = Duration::from_secs(86_400);
        let until = scene.now.checked_add(time).unwrap_or(scene.now + day);
        self.phase = Phase::Loose { until, tapped };
    }

    fn hand_over(&mut self, out: &mut Vec<Action>) {
        let device = self.id;
        for keycode in self.held.turn(Fate::Withheld, Fate::Passed) {
            out.push(Action::Pass(KeyEvent { device, keycode, direction: Direction::Down }));
        }
    }

    pub(super) fn pass(&self, keycode: Keycode, direction: Direction, out: &mut Vec<Action>) {
        out.push(Action::Pass(KeyEvent { device: self.id, keycode, direction }));
    }

    /// Passes a press on, after the modifiers that belong to it.
    fn pass_down(&mut self, keycode: Keycode, shift: bool, out: &mut Vec<Action>) {
        self.hand_over(out);
        self.pass(keycode, Direction::Down, out);
        self.hold_down(keycode, Fate::Passed, shift);
    }

    pub(super) fn hold_down(&mut self, keycode: Keycode, fate: Fate, shift: bool) {
        self.held.press(Press { keycode, fate, shift });
    }

    fn forget_press(&mut self, keycode: Keycode, out: &mut Vec<Action>) {
        let Some(fate) = self.held.release(keycode) else { return };
        self.keyboard.update(keycode, Direction::Up);
        if fate == Fate::Passed {
            self.pass(keycode, Direction::Up, out);
        }
    }

    pub(super) fn mismatch(out: &mut Vec<Action>) {
        out.push(Action::Feedback(Feedback::Mismatch));
    }
}
