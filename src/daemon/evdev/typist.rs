//! [`Typist`]: what goes out on the twins, in its order: keys, texts, Caps Lock as a tap.
//!
//! ```text
//! engine ──▶ jobs ──▶ strokes of one text ──▶ twins
//!               └──▶ a text beyond the keymap ──▶ another way out
//! ```
//!
//! As a rule both queues are empty and everything goes out at once. A long text takes its time
//! ([`Pace`]), as does one that the keymap has no keys for ([`Beyond`]), and what comes after it waits.

#[cfg(test)]
mod tests;

use std::{collections::VecDeque, path::Path, time::Instant};

use super::{
    beyond::{Answer, Beyond, Mark, PATIENCE},
    hand::Hand,
    pace::Pace,
    seat::Seat,
    stroke::{Stroke, Twins, place},
};
use crate::{
    engine::{DeviceId, Session},
    input::evdev::KeySet,
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

/// A text that is on its way beyond the keymap.
struct Away {
    number: u64,
    ticket: Option<Ticket>,
    /// The keyboard that it came from.
    device: DeviceId,
    /// When it counts as lost, unless there is word of it.
    until: Instant,
    /// It could not be kept from going out when it was late: its time is up for good then.
    last: bool,
    /// The marks that are down, to go up.
    marks: Vec<Stroke>,
    /// Held keys that were in the way, to go down again behind it.
    back: Vec<Stroke>,
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
    /// Where texts go that no key types.
    pub(super) beyond: Beyond,
    /// The keyboard whose key came last: text is typed on its twin.
    pub(super) current: Option<DeviceId>,
    jobs: VecDeque<Job>,
    /// What is left of a text, and who waits for it.
    strokes: VecDeque<Stroke>,
    typing: Option<Option<Ticket>>,
    /// The text that is on its way beyond the keymap.
    away: Option<Away>,
    pace: Pace,
    hand: Hand,
    tickets: u64,
    /// How many texts went beyond the keymap.
    sent: u64,
    outcomes: Vec<Outcome>,
}

impl Typist {
    pub(super) fn new(seat: Seat) -> Self {
        Self {
            seat,
            beyond: Beyond::default(),
            current: None,
            jobs: VecDeque::new(),
            strokes: VecDeque::new(),
            typing: None,
            away: None,
            pace: Pace::default(),
            hand: Hand::default(),
            tickets: 0,
            sent: 0,
            outcomes: Vec::new(),
        }
    }

    /// Presses or releases a key. Nothing comes of what was done already.
    #[inline(always)]
    pub(super) fn key(&mut self, twins: &mut impl Twins, device: DeviceId, code: u16, down: bool) {
        let stroke = Stroke { device, code, down };
        if self.is_busy() {
            self.jobs.push_back(Job::Key(stroke));
        } else {
            // The session first: what it makes of the key takes as long to find out as all else.
            let news = self.hand.press(twins, stroke);
            self.hand.flush(twins);
            if news && Hand::counts(twins, stroke) {
                self.seat.key(code, down);
            }
        }
    }

    /// Types a text that the engine gave.
    pub(super) fn text(&mut self, twins: &mut impl Twins, text: String) {
        self.jobs.push_back(Job::Text(text, None));
        self.proceed(twins);
    }

    /// Types a text that a caller gave, with the next [`Self::proceed`].
    pub(super) fn asked(&mut self, text: String) -> Ticket {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.jobs.push_back(Job::Text(text, Some(ticket)));
        ticket
    }

    /// Switches Caps Lock.
    pub(super) fn toggle_caps_lock(&mut self, twins: &mut impl Twins) {
        self.jobs.push_back(Job::CapsLock);
        self.proceed(twins);
    }

    /// Nothing stays down on this twin, and what was to go out on it does not.
    pub(super) fn release(&mut self, twins: &mut impl Twins, device: DeviceId) {
        self.jobs.retain(|job| !matches!(job, Job::Key(stroke) if stroke.device == device));
        let before = self.strokes.len();
        self.strokes.retain(|stroke| stroke.device != device);
        if self.strokes.len() < before
            && let Some(ticket) = self.typing.take()
        {
            self.beyond.struck();
            self.outcomes.push(Outcome { ticket, result: Err(Undelivered::NoKeyboard) });
        }
        if let Some(away) = &mut self.away {
            away.back.retain(|stroke| stroke.device != device);
            away.marks.retain(|stroke| stroke.device != device);
            if away.device == device {
                self.beyond.revoke();
                self.arrived(twins, Err(Undelivered::NoKeyboard));
            }
        }
        let down = twins.twin(device).map(|twin| *twin.down());
        for code in down.into_iter().flat_map(|down| down.iter()) {
            self.strike(twins, Stroke { device, code, down: false });
        }
    }

    /// The session right before a trigger goes down on this keyboard. What still has to go out counts
    /// as out: the modifiers of a text are not the user's.
    pub(super) fn session(&self, twins: &mut impl Twins, device: DeviceId) -> Session {
        let mut down: Vec<_> = twins.twins().map(|(twin, keys)| (twin, *keys.down())).collect();
        let keys = self.jobs.iter().filter_map(|job| match job {
            Job::Key(stroke) => Some(stroke),
            Job::Text(..) | Job::CapsLock => None,
        });
        let back = self.away.iter().flat_map(|away| away.marks.iter().chain(&away.back));
        for stroke in self.strokes.iter().chain(back).chain(keys) {
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
    pub(super) fn proceed(&mut self, twins: &mut impl Twins) {
        if !self.is_busy() && self.typing.is_none() {
            return;
        }
        loop {
            // Spelling takes its time: the pace is that of what goes out.
            let now = Instant::now();
            self.give_up(twins, now);
            if self.away.is_some() {
                return self.hand.flush(twins);
            }
            while let Some(&stroke) = self.strokes.front() {
                if !self.pace.take(EVENTS, now) {
                    return self.hand.flush(twins);
                }
                self.strokes.pop_front();
                self.strike(twins, stroke);
            }
            if let Some(ticket) = self.typing.take() {
                self.hand.flush(twins);
                self.beyond.struck();
                self.outcomes.push(Outcome { ticket, result: Ok(()) });
            }
            match self.jobs.pop_front() {
                None => return,
                Some(Job::Key(stroke)) => self.strike(twins, stroke),
                Some(Job::CapsLock) => self.tap_caps_lock(twins),
                Some(Job::Text(text, ticket)) => self.begin(twins, &text, ticket),
            }
        }
    }

    /// Takes in what was said of the text beyond the keymap.
    pub(super) fn hear(&mut self, twins: &mut impl Twins) {
        while let Some((number, answer)) = self.beyond.take() {
            // Of one that was given up nobody wants to know any more.
            let Some(away) = self.away.as_mut().filter(|away| away.number == number) else {
                continue;
            };
            match answer {
                Answer::Seen => {
                    away.until = Instant::now() + PATIENCE;
                    let marks = std::mem::take(&mut away.marks);
                    marks.into_iter().for_each(|stroke| self.strike(twins, stroke));
                }
                Answer::Alive => away.until = Instant::now() + PATIENCE,
                Answer::Typed => {
                    // Whoever typed it has seen the marks go up too.
                    self.hand.all_seen();
                    self.arrived(twins, Ok(()));
                }
                Answer::Refused(why) => self.arrived(twins, Err(why)),
                Answer::Strokes(keys) => {
                    let Some(Away { ticket, device, marks, back, .. }) = self.away.take() else {
                        return;
                    };
                    let keys = keys.into_iter();
                    let strokes = keys.map(|(code, down)| Stroke { device, code, down });
                    self.strokes = marks.into_iter().chain(strokes).chain(back).collect();
                    self.typing = Some(ticket);
                }
            }
        }
    }

    /// Another way beyond the keymap is open from now on, and the one before is not.
    pub(super) fn set_beyond(&mut self, twins: &mut impl Twins, beyond: Beyond) {
        if self.away.is_some() {
            self.beyond.revoke();
            self.arrived(twins, Err(Undelivered::NoAnswer));
        }
        self.beyond = beyond;
    }

    /// Whether a text is on its way beyond the keymap.
    pub(super) fn is_away(&self) -> bool {
        self.away.is_some()
    }

    /// When [`Self::proceed`] has something to do, or an outcome waits.
    pub(super) fn deadline(&self, now: Instant) -> Option<Instant> {
        if !self.outcomes.is_empty() {
            return Some(now);
        }
        if let Some(away) = &self.away {
            return Some(away.until);
        }
        self.is_busy().then(|| self.pace.next(EVENTS).unwrap_or(now))
    }

    /// What became of the texts since the last call.
    pub(super) fn outcomes(&mut self) -> Vec<Outcome> {
        std::mem::take(&mut self.outcomes)
    }

    /// The keyboard on whose twin something is typed: the current one, else any.
    pub(super) fn sink(&self, twins: &impl Twins) -> Option<DeviceId> {
        twins.taken(self.current)
    }

    /// Whether something is to go out before what comes next.
    #[inline]
    pub(super) fn is_busy(&self) -> bool {
        !self.strokes.is_empty() || !self.jobs.is_empty() || self.away.is_some()
    }

    /// Begins with a text: with its keys, or by the way beyond them.
    fn begin(&mut self, twins: &mut impl Twins, text: &str, ticket: Option<Ticket>) {
        let begun = match self.spell(twins, text) {
            Ok(strokes) if strokes.iter().all(|stroke| self.beyond.reads(stroke.code)) => {
                (self.strokes, self.typing) = (strokes, Some(ticket));
                Ok(())
            }
            Ok(_) | Err(Undelivered::NotInKeymap) => self.send(twins, text, ticket),
            Err(error) => Err(error),
        };
        if let Err(error) = begun {
            self.outcomes.push(Outcome { ticket, result: Err(error) });
        }
    }

    /// Gives a text to the way beyond the keymap.
    fn send(
        &mut self,
        twins: &mut impl Twins,
        text: &str,
        ticket: Option<Ticket>,
    ) -> Result<(), Undelivered> {
        let device = self.sink(twins).ok_or(Undelivered::NoKeyboard)?;
        // The held keys that would be in the way of a text: up before it, down behind it.
        let mut lift = self.spell(twins, "")?;
        let ups = lift.iter().take_while(|stroke| !stroke.down).count();
        let back = lift.split_off(ups).into();
        let mut devices = self.hand.take_unmarked();
        devices.push(device);
        let (mark, marks) = match self.beyond.wants_mark() {
            true => self.mark(twins, devices)?,
            false => (Mark::default(), Vec::new()),
        };
        self.sent += 1;
        let sent = self.beyond.send(self.sent, text, mark);
        sent.map_err(|why| why.unwrap_or(Undelivered::NotInKeymap))?;
        for &stroke in lift.iter().chain(&marks) {
            self.strike(twins, stroke);
        }
        let up = |stroke| Stroke { down: false, ..stroke };
        self.away = Some(Away {
            number: self.sent,
            ticket,
            device,
            until: Instant::now() + PATIENCE,
            last: false,
            marks: marks.into_iter().map(up).collect(),
            back,
        });
        Ok(())
    }

    /// A mark for these keyboards' twins, and how it goes down.
    fn mark(
        &self,
        twins: &mut impl Twins,
        mut devices: Vec<DeviceId>,
    ) -> Result<(Mark, Vec<Stroke>), Undelivered> {
        // The last one is marked the next time too.
        devices.sort_unstable_by_key(|&device| (Some(device) == self.current, device));
        devices.dedup();
        let code = self.seat.idle_key().ok_or(Undelivered::NotInKeymap)?;
        // Of a keyboard that is gone the keys are too.
        let present = |&device: &DeviceId| {
            twins.twin(device).map(|twin| (device, twin.node().map(Path::to_owned)))
        };
        let (devices, nodes): (Vec<_>, Vec<_>) = devices.iter().filter_map(present).unzip();
        let nodes: Option<_> = nodes.into_iter().collect();
        let down = |device| Stroke { device, code, down: true };
        let mark = Mark { code, nodes: nodes.ok_or(Undelivered::NotHeard)? };
        Ok((mark, devices.into_iter().map(down).collect()))
    }

    /// The text beyond the keymap is out, or will not be.
    fn arrived(&mut self, twins: &mut impl Twins, result: Result<(), Undelivered>) {
        let Some(Away { ticket, marks, back, .. }) = self.away.take() else { return };
        for stroke in marks.into_iter().chain(back) {
            self.strike(twins, stroke);
        }
        self.outcomes.push(Outcome { ticket, result });
    }

    /// Lets the keys go when a text takes too long.
    fn give_up(&mut self, twins: &mut impl Twins, now: Instant) {
        let Some(away) = self.away.as_mut().filter(|away| away.until <= now) else { return };
        if self.beyond.revoke() || away.last {
            self.arrived(twins, Err(Undelivered::NoAnswer));
        } else {
            // It is going out this moment.
            away.last = true;
            away.until = now + PATIENCE;
        }
    }

    /// Sends a stroke, and lets the seat know what the session makes of it.
    fn strike(&mut self, twins: &mut impl Twins, stroke: Stroke) {
        if self.hand.send(twins, stroke) {
            self.seat.key(stroke.code, stroke.down);
        }
    }

    /// The one place where Caps Lock goes out as a lock.
    fn tap_caps_lock(&mut self, twins: &mut impl Twins) {
        let Some(device) = self.sink(twins) else { return };
        self.hand.turn_to(twins, device);
        if let Some(twin) = twins.twin(device) {
            twin.tap_caps_lock();
            self.seat.key(58, true);
            self.seat.key(58, false);
        }
    }

    /// The keys that type a text, each with its twin; all of it or nothing.
    fn spell(&self, twins: &mut impl Twins, text: &str) -> Result<VecDeque<Stroke>, Undelivered> {
        let sink = self.sink(twins).ok_or(Undelivered::NoKeyboard)?;
        let held: KeySet = twins.twins().flat_map(|(_, twin)| twin.down().iter()).collect();
        let held: Vec<Keycode> = held.keycodes().collect();
        place(twins, sink, self.seat.spell(text, &held)?.strokes())
    }
}

/// Keys are secrets: says nothing of them.
impl std::fmt::Debug for Typist {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Typist").field("seat", &self.seat).finish_non_exhaustive()
    }
}
