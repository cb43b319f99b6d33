//! [`Typist`]: what goes out on the twins, in its order: keys, texts, Caps Lock as a tap.
//!
//! ```text
//! engine ──▶ jobs ──▶ strokes of one text ──▶ twins
//! ```
//!
//! As a rule both queues are empty and everything goes out at once. A long text takes its time
//! ([`Pace`]), and what comes after it waits.

use std::{collections::VecDeque, time::Instant};

use super::{pace::Pace, seat::Seat};
use crate::{
    engine::{DeviceId, Direction, Session},
    input::evdev::{EvdevInput, State, Twin},
    keycode::Keycode,
    output::{Ticket, Undelivered},
};

/// A key and the report that ends it.
const EVENTS: u32 = 2;

/// Something that is to go out.
enum Job {
    Key(Stroke),
    /// A text; a caller waits for what becomes of it, or nobody does.
    Text(String, Option<Ticket>),
    CapsLock,
}

/// A key of a twin.
#[derive(Clone, Copy)]
struct Stroke {
    device: DeviceId,
    code: u16,
    down: bool,
}

/// What became of a text.
#[derive(Debug)]
pub(super) struct Outcome {
    /// The caller's; `None` for a text that the engine gave.
    pub(super) ticket: Option<Ticket>,
    pub(super) result: Result<(), Undelivered>,
}

/// The one that types.
pub(super) struct Typist {
    pub(super) seat: Seat,
    /// The keyboard whose key came last: text is typed on its twin.
    pub(super) current: Option<DeviceId>,
    jobs: VecDeque<Job>,
    /// What is left of a text, and who waits for it.
    strokes: VecDeque<Stroke>,
    typing: Option<Option<Ticket>>,
    pace: Pace,
    /// The twin that was written to last: what goes out on another one comes after it.
    last: Option<DeviceId>,
    tickets: u64,
    outcomes: Vec<Outcome>,
}

impl Typist {
    pub(super) fn new(seat: Seat) -> Self {
        Self {
            seat,
            current: None,
            jobs: VecDeque::new(),
            strokes: VecDeque::new(),
            typing: None,
            pace: Pace::default(),
            last: None,
            tickets: 0,
            outcomes: Vec::new(),
        }
    }

    /// Presses or releases a key.
    pub(super) fn key(&mut self, input: &mut EvdevInput, device: DeviceId, code: u16, down: bool) {
        let stroke = Stroke { device, code, down };
        if self.is_busy() {
            self.jobs.push_back(Job::Key(stroke));
        } else {
            self.strike(input, stroke);
        }
    }

    /// Types a text that the engine gave.
    pub(super) fn text(&mut self, input: &mut EvdevInput, text: String) {
        self.jobs.push_back(Job::Text(text, None));
        self.proceed(input);
    }

    /// Types a text that a caller gave, with the next [`Self::proceed`].
    pub(super) fn asked(&mut self, text: String) -> Ticket {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.jobs.push_back(Job::Text(text, Some(ticket)));
        ticket
    }

    /// Switches Caps Lock.
    pub(super) fn toggle_caps_lock(&mut self, input: &mut EvdevInput) {
        self.jobs.push_back(Job::CapsLock);
        self.proceed(input);
    }

    /// Nothing stays down on this twin, and what was to go out on it does not.
    pub(super) fn release(&mut self, input: &mut EvdevInput, device: DeviceId) {
        self.jobs.retain(|job| !matches!(job, Job::Key(stroke) if stroke.device == device));
        let before = self.strokes.len();
        self.strokes.retain(|stroke| stroke.device != device);
        if self.strokes.len() < before
            && let Some(ticket) = self.typing.take()
        {
            self.outcomes.push(Outcome { ticket, result: Err(Undelivered::NoKeyboard) });
        }
        let down = input.keyboard(device).map(|keyboard| *keyboard.twin.down());
        for code in down.into_iter().flat_map(|down| down.iter()) {
            self.strike(input, Stroke { device, code, down: false });
        }
    }

    /// The session right before a trigger goes down on this keyboard. What still has to go out counts
    /// as out: the modifiers of a text are not the user's.
    pub(super) fn session(&self, input: &mut EvdevInput, device: DeviceId) -> Session {
        let mut down: Vec<_> = input.twins().map(|(twin, keys)| (twin, *keys.down())).collect();
        let keys = self.jobs.iter().filter_map(|job| match job {
            Job::Key(stroke) => Some(stroke),
            Job::Text(..) | Job::CapsLock => None,
        });
        for stroke in self.strokes.iter().chain(keys) {
            if let Some((_, keys)) = down.iter_mut().find(|(twin, _)| *twin == stroke.device) {
                let _ = keys.set(stroke.code, stroke.down);
            }
        }
        let own = down.iter().filter(|(twin, _)| *twin == device);
        let held = own.flat_map(|(_, keys)| keys.keycodes()).collect();
        if self.is_busy() {
            self.seat.session_after(held, down.iter().flat_map(|(_, keys)| keys.keycodes()))
        } else {
            self.seat.session(held)
        }
    }

    /// Sends what may go out by now.
    pub(super) fn proceed(&mut self, input: &mut EvdevInput) {
        loop {
            // Spelling takes its time: the pace is that of what goes out.
            let now = Instant::now();
            while let Some(&stroke) = self.strokes.front() {
                if !self.pace.take(EVENTS, now) {
                    return self.flush(input);
                }
                self.strokes.pop_front();
                self.strike(input, stroke);
            }
            if let Some(ticket) = self.typing.take() {
                self.outcomes.push(Outcome { ticket, result: Ok(()) });
            }
            match self.jobs.pop_front() {
                None => return,
                Some(Job::Key(stroke)) => self.strike(input, stroke),
                Some(Job::CapsLock) => self.tap_caps_lock(input),
                Some(Job::Text(text, ticket)) => match self.spell(input, &text) {
                    Ok(strokes) => (self.strokes, self.typing) = (strokes, Some(ticket)),
                    Err(error) => self.outcomes.push(Outcome { ticket, result: Err(error) }),
                },
            }
        }
    }

    /// When [`Self::proceed`] has something to do, or an outcome waits.
    pub(super) fn deadline(&self, now: Instant) -> Option<Instant> {
        if !self.outcomes.is_empty() {
            return Some(now);
        }
        self.is_busy().then(|| self.pace.next(EVENTS).unwrap_or(now))
    }

    /// What became of the texts since the last call.
    pub(super) fn outcomes(&mut self) -> Vec<Outcome> {
        std::mem::take(&mut self.outcomes)
    }

    /// The keyboard on whose twin something is typed: the current one, else any.
    pub(super) fn sink(&self, input: &EvdevInput) -> Option<DeviceId> {
        let taken = |device: &DeviceId| {
            let mut keyboards = input.keyboards();
            keyboards.any(|(id, keyboard)| id == *device && keyboard.state() == State::Taken)
        };
        let any = || input.keyboards().map(|(device, _)| device).find(taken);
        self.current.filter(taken).or_else(any)
    }

    fn is_busy(&self) -> bool {
        !self.strokes.is_empty() || !self.jobs.is_empty()
    }

    /// Sends a stroke, and lets the seat know what the session makes of it.
    fn strike(&mut self, input: &mut EvdevInput, stroke: Stroke) {
        let Stroke { device, code, down } = stroke;
        self.turn_to(input, device);
        let mut elsewhere = false;
        let mut changed = false;
        for (other, twin) in input.twins() {
            if other == device {
                changed = twin.down().has(code) != down;
                twin.key(code, down);
            } else {
                elsewhere |= twin.down().has(code);
            }
        }
        if changed && !elsewhere {
            self.seat.key(code, down);
        }
    }

    /// The twins' events are kept until the end of a step; between two twins the order counts.
    fn turn_to(&mut self, input: &mut EvdevInput, device: DeviceId) {
        if self.last != Some(device) {
            self.flush(input);
            self.last = Some(device);
        }
    }

    fn flush(&self, input: &mut EvdevInput) {
        if let Some(keyboard) = self.last.and_then(|last| input.keyboard(last)) {
            // What goes wrong with a twin shows with the next key.
            let _ = keyboard.twin.flush();
        }
    }

    /// The one place where Caps Lock goes out as a lock.
    fn tap_caps_lock(&mut self, input: &mut EvdevInput) {
        let Some(device) = self.sink(input) else { return };
        self.turn_to(input, device);
        if let Some(keyboard) = input.keyboard(device) {
            keyboard.twin.tap_caps_lock();
            self.seat.key(58, true);
            self.seat.key(58, false);
        }
    }

    /// The keys that type a text, each with its twin; all of it or nothing.
    fn spell(&self, input: &mut EvdevInput, text: &str) -> Result<VecDeque<Stroke>, Undelivered> {
        let sink = self.sink(input).ok_or(Undelivered::NoKeyboard)?;
        let held: Vec<Keycode> =
            input.twins().flat_map(|(_, twin)| twin.down().keycodes()).collect();
        let strokes = self.seat.spell(text, &held)?.strokes();
        let code = |key: Keycode| u16::try_from(key.0.saturating_sub(8)).unwrap_or(u16::MAX);
        let twin = &input.keyboard(sink).ok_or(Undelivered::NoKeyboard)?.twin;
        if strokes.iter().any(|&(key, _)| !twin.has(code(key))) {
            return Err(Undelivered::NotInKeymap);
        }
        // What is held on another twin goes up and down there.
        let mut lifted: Vec<(DeviceId, u16)> = Vec::new();
        let mut spelled = VecDeque::with_capacity(strokes.len());
        for (key, direction) in strokes {
            let (code, down) = (code(key), direction != Direction::Up);
            let was_lifted = lifted.iter().find(|(_, lifted)| *lifted == code);
            let has = |twin: &Twin| twin.down().has(code);
            let owners = input.twins().filter(|(_, twin)| !down && has(twin));
            let owners: Vec<_> = owners.map(|(device, _)| device).collect();
            match (was_lifted, &owners[..]) {
                (Some(&(device, _)), _) => spelled.push_back(Stroke { device, code, down }),
                (None, []) => spelled.push_back(Stroke { device: sink, code, down }),
                (None, owners) => {
                    for &device in owners {
                        spelled.push_back(Stroke { device, code, down });
                        lifted.push((device, code));
                    }
                }
            }
        }
        Ok(spelled)
    }
}

/// Keys are secrets: says nothing of them.
impl std::fmt::Debug for Typist {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Typist").field("seat", &self.seat).finish_non_exhaustive()
    }
}
