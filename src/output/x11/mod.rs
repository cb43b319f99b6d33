//! [`X11Output`]: text through a pool of keycodes that no keyboard has.
//!
//! A character is bound to a place in the pool (`pool.rs`), in every keyboard's map (`stand.rs`),
//! and typed there with XTEST. The binding stays: a client looks a key up when it gets to it, so a
//! binding that was reverted or replaced too early shows as a wrong character. docs/x11-output.md
//! tells what was measured.
//!
//! Enter at [`X11Output::new`]; then [`X11Output::push`] and [`X11Output::flush`].

mod bind;
mod inject;
mod keymap;
mod levels;
mod lock;
mod pool;
mod queue;
mod reader;
mod stand;
mod typist;

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use x11rb::{
    connection::Connection,
    protocol::{
        Event,
        xkb::{self, ConnectionExt as _},
        xproto::{ConnectionExt as _, ModMask, Window},
    },
};

pub use inject::settle;
pub use lock::{LOCK, OutputError};
pub use queue::Item;
pub use typist::Typist;

use self::{
    inject::{Hand, fake},
    lock::take_lock,
    pool::LONG,
    queue::{Queue, RETURN, TAB, Work, symbols},
    reader::Reader,
    stand::Stand,
};
use super::{Leave, Ticket, Undelivered};
use crate::{
    keycode::Keycode,
    x11::{Display, DisplayError},
};

/// How long a text waits for Control, Alt or Super to go up.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often it looks.
const LOOK: Duration = Duration::from_millis(5);
/// How long after a foreign change of a keymap the pool is checked: such changes come in rows.
const CALM: Duration = Duration::from_millis(10);
/// How often it is looked whether a window that owes an answer is there still.
const GONE: Duration = Duration::from_millis(250);
/// How many characters go out between two looks at the modifiers.
const CHUNK: usize = 128;
/// How much of a text is looked at to bind its characters ahead.
const AHEAD: usize = 1000;
const CORE: u16 = 0x100;

/// Types on an X display.
///
/// - Nothing here sleeps; [`Self::flush`] waits for the server's answers only.
/// - One exists at a time on a display, whichever the process: see [`LOCK`].
/// - Dropped without [`Self::close`] it leaves its bindings to the next one, as after a crash.
#[derive(Debug)]
pub struct X11Output {
    display: Display,
    window: Window,
    stand: Stand,
    queue: Queue,
    hand: Hand,
    reader: Option<Reader>,
    /// Whether a reader was looked for, for what is in the queue.
    sought: bool,
    /// Whether the text at the front may go out, when somebody may not want to wait for it.
    leave: Option<Arc<Leave>>,
    /// When the reader was asked last.
    asked: Instant,
    outcomes: VecDeque<(Ticket, Result<(), Undelivered>)>,
    check: Check,
    wake: Option<Instant>,
    now: Instant,
}

/// Whether the keymaps may differ from what the pool wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Check {
    Not,
    /// An event said so; the time is not known yet.
    Told,
    At(Instant),
}

impl X11Output {
    /// Takes the pool: adopts what a predecessor left bound, and releases the keys it left down.
    ///
    /// New keyboards are noticed when the owner of the connection selects XI2 hierarchy events on
    /// the root window.
    ///
    /// # Errors
    /// [`OutputError::Busy`] when another program has the pool.
    pub fn new(display: &Display, now: Instant) -> Result<Self, OutputError> {
        let window = take_lock(display)?;
        let mut output = Self {
            display: display.clone(),
            window,
            stand: Stand::default(),
            queue: Queue::default(),
            hand: Hand::default(),
            reader: None,
            sought: false,
            leave: None,
            asked: now,
            outcomes: VecDeque::new(),
            check: Check::Not,
            wake: None,
            now,
        };
        settle(display)?;
        output.stand.reconcile(display, now)?;
        Ok(output)
    }

    /// How many different characters can be bound at the same time.
    ///
    /// # Errors
    /// Why there can be none.
    pub fn capacity(&self) -> Result<usize, Undelivered> {
        match self.stand.pool.capacity() {
            _ if self.stand.is_refused() => Err(Undelivered::Refused),
            0 => Err(Undelivered::NoFreeKeycode),
            places => Ok(places),
        }
    }

    /// Appends `item`. What becomes of a text is told by [`Self::take_outcome`].
    pub fn push(&mut self, item: Item) -> Ticket {
        let ticket = self.queue.ticket();
        match item {
            Item::Text(text) => match symbols(&text) {
                Some(symbols) => self.queue.push_text(ticket, symbols),
                None => self.outcomes.push_back((ticket, Err(Undelivered::Untypable))),
            },
            item => self.queue.push(item),
        }
        self.wake = Some(self.now);
        ticket
    }

    /// From now on texts go out only while `leave` allows it, which is asked right before each part. What it does
    /// not allow is dropped ([`Undelivered::NoAnswer`]).
    pub fn set_leave(&mut self, leave: Arc<Leave>) {
        self.leave = Some(leave);
    }

    /// Whether something goes on by itself: not when a text waits for a modifier to go up.
    #[must_use]
    pub fn is_busy(&mut self) -> bool {
        match self.queue.front() {
            None => false,
            Some(Work::Text(text)) => text.waiting.is_none(),
            Some(Work::Other(_)) => true,
        }
    }

    /// The next text that is out, or was dropped.
    pub fn take_outcome(&mut self) -> Option<(Ticket, Result<(), Undelivered>)> {
        self.outcomes.pop_front()
    }

    /// When [`Self::flush`] is to be called; `None` while there is nothing to do.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let check = match self.check {
            Check::Not => None,
            Check::Told => Some(self.now),
            Check::At(at) => Some(at),
        };
        [check, self.wake].into_iter().flatten().min()
    }

    /// Takes notice of an event; all events of the connection are to be given. [`Self::deadline`]
    /// may be earlier afterwards.
    ///
    /// True when this output caused the event itself: then no key but the pool's has changed, and
    /// nobody else need look.
    pub fn on_event(&mut self, event: &Event) -> bool {
        if self.reader.as_mut().is_some_and(|reader| reader.answers(event)) {
            self.stand.pool.confirm(self.asked);
            self.wake = Some(self.now);
        }
        let (device, sequence) = match event {
            Event::XkbMapNotify(e) => (e.device_id, e.sequence),
            Event::XkbNewKeyboardNotify(e) => (e.device_id, e.sequence),
            Event::MappingNotify(e) => return self.stand.is_own(e.sequence),
            Event::XinputHierarchy(_) => {
                self.look_again();
                return false;
            }
            _ => return false,
        };
        let own = self.stand.is_own(sequence);
        if !own && self.stand.has(device) {
            self.look_again();
        }
        own
    }

    fn look_again(&mut self) {
        if self.check == Check::Not {
            self.check = Check::Told;
        }
    }

    /// Does as much as can be done now. `now` never runs backwards.
    ///
    /// # Errors
    /// When the display is gone.
    pub fn flush(&mut self, now: Instant) -> Result<(), DisplayError> {
        self.now = now;
        self.wake = None;
        if self.check == Check::Told {
            self.check = Check::At(now + CALM);
        }
        let due = matches!(self.check, Check::At(at) if at <= now);
        if due || (self.check != Check::Not && !self.queue.is_empty()) {
            self.check = Check::Not;
            self.stand.reconcile(&self.display, now)?;
        }
        while self.wake.is_none() {
            match self.queue.front() {
                None => break,
                Some(Work::Text(_)) => self.type_some()?,
                Some(Work::Other(item)) => {
                    let item = item.clone();
                    self.queue.pop();
                    self.carry_out(item)?;
                }
            }
        }
        if self.queue.is_empty() && self.sought {
            self.forget_reader()?;
        }
        self.display.conn.flush()?;
        Ok(())
    }

    /// Releases by XTEST what is not held by hand any more. To be called when a hold begins or
    /// ends; not needed for correctness of the text.
    ///
    /// # Errors
    /// When the display is gone.
    pub fn release_stale(&mut self) -> Result<(), DisplayError> {
        self.hand.release_stale(&self.display)?;
        self.display.conn.flush()?;
        Ok(())
    }

    /// Gives the pool back. Keycodes whose last use may not have been read yet stay bound, for the
    /// next output to adopt; so it never spoils what was just typed.
    ///
    /// # Errors
    /// When the display is gone.
    pub fn close(mut self, now: Instant) -> Result<(), DisplayError> {
        self.hand.release_all(&self.display)?;
        if self.stand.pool.settled(now) {
            self.stand.clear(&self.display)?;
        }
        let display = self.display.clone();
        drop(self);
        // Wait for the server: what is still on its way may be lost when the process ends.
        display.sync()?;
        Ok(())
    }

    fn carry_out(&mut self, item: Item) -> Result<(), DisplayError> {
        let code = |key: Keycode| key.to_x11().filter(|code| *code >= 8);
        match item {
            Item::Press(key) => code(key).map(|code| self.hand.press(&self.display, code)),
            Item::Release(key) => code(key).map(|code| self.hand.release(&self.display, code)),
            Item::HandOver(key) => code(key).map(|code| self.hand.hand_over(&self.display, code)),
            Item::ToggleCapsLock => Some(self.toggle_caps_lock()),
            Item::Text(_) => None,
        }
        .unwrap_or(Ok(()))
    }

    fn toggle_caps_lock(&self) -> Result<(), DisplayError> {
        let locked = self.display.conn.xkb_get_state(CORE)?.reply()?.locked_mods;
        self.set_caps_lock(!locked.contains(ModMask::LOCK))
    }

    fn set_caps_lock(&self, on: bool) -> Result<(), DisplayError> {
        let none = ModMask::from(0u8);
        let lock = if on { ModMask::LOCK } else { none };
        let (conn, group) = (&self.display.conn, xkb::Group::M1);
        conn.xkb_latch_lock_state(CORE, ModMask::LOCK, lock, false, group, none, false, 0)?;
        Ok(())
    }

    /// Types the next part of the text at the front, or sets the time to go on.
    fn type_some(&mut self) -> Result<(), DisplayError> {
        let now = self.now;
        let state = self.display.conn.xkb_get_state(CORE)?.reply()?;
        let mods = u16::from(state.mods) as u8;
        let Some(Work::Text(text)) = self.queue.front() else { return Ok(()) };
        let shift = mods & 1 != 0;
        let plain = |symbol: &u32| !(shift && (*symbol == RETURN || *symbol == TAB));
        let part: Vec<u32> = text.symbols.iter().copied().take(AHEAD).take_while(plain).collect();
        if mods & self.stand.shortcuts != 0 || (part.is_empty() && !text.symbols.is_empty()) {
            let since = *text.waiting.get_or_insert(now);
            if self.queue.hasten_releases() {
                return Ok(());
            }
            if now.saturating_duration_since(since) >= PATIENCE {
                self.finish(Err(Undelivered::ModifierHeld));
            } else {
                self.wake = Some((now + LOOK).min(since + PATIENCE));
            }
            return Ok(());
        }
        text.waiting = None;
        let selectors = self.stand.pool.levels().mask();
        if u16::from(state.latched_mods) as u8 & selectors != 0 {
            // A latched selector would hold for the first key only.
            self.unlatch(selectors)?;
            self.wake = Some(now);
            return Ok(());
        }
        if self.reader.as_ref().map_or(Ok(false), |reader| reader.is_gone(&self.display))? {
            self.forget_reader()?;
        }
        // A long text may use up the pool.
        if part.len() > LONG && !self.sought {
            self.sought = true;
            self.reader = Reader::find(&self.display)?;
            self.stand.pool.set_asked(self.reader.is_some());
        }
        if self.stand.is_refused() {
            self.finish(Err(Undelivered::Refused));
            return Ok(());
        }
        let plan = self.stand.pool.plan(&part, CHUNK, mods & selectors, now);
        if !plan.bind.is_empty() && !self.stand.bind(&self.display, &plan.bind)? {
            // A keymap changed under our hands. The next look puts the symbols there.
            self.check = Check::At(now);
            self.wake = Some(now);
            return Ok(());
        }
        // Waiting for the server's answers may have taken long.
        if self.leave.as_ref().is_some_and(|leave| !leave.take()) {
            self.finish(Err(Undelivered::NoAnswer));
            return Ok(());
        }
        let locked = state.locked_mods.contains(ModMask::LOCK);
        if locked {
            // Xlib makes a capital whatever the key type says.
            self.set_caps_lock(false)?;
        }
        self.strike(&plan.places)?;
        if locked {
            self.set_caps_lock(true)?;
        }
        if let Some(leave) = &self.leave {
            self.display.sync()?;
            leave.land();
        }
        let Some(Work::Text(text)) = self.queue.front() else { return Ok(()) };
        text.symbols.drain(..plan.places.len());
        match plan.until {
            _ if text.symbols.is_empty() => self.finish(Ok(())),
            Some(until) if plan.places.len() < CHUNK => {
                self.ask()?;
                let look = self.reader.as_ref().map(|_| now + GONE);
                self.wake = look.into_iter().chain([until]).min();
            }
            None if plan.places.is_empty() => self.finish(Err(Undelivered::NoFreeKeycode)),
            _ => self.wake = Some(now),
        }
        Ok(())
    }

    /// Presses and releases the keys of these places, with the selectors they need.
    fn strike(&self, places: &[pool::Place]) -> Result<(), DisplayError> {
        let pool = &self.stand.pool;
        let mut selected = 0;
        let select = |from: usize, to: usize| {
            pool.selectors().iter().enumerate().try_for_each(|(i, code)| {
                let (was, is) = (from & (1 << i) != 0, to & (1 << i) != 0);
                if was == is { Ok(()) } else { fake(&self.display, *code, is) }
            })
        };
        for place in places {
            select(selected, place.level)?;
            selected = place.level;
            fake(&self.display, pool.codes()[place.key], true)?;
            fake(&self.display, pool.codes()[place.key], false)?;
        }
        select(selected, 0)
    }

    fn unlatch(&self, mask: u8) -> Result<(), DisplayError> {
        let (none, mask) = (ModMask::from(0u8), ModMask::from(mask));
        let conn = &self.display.conn;
        conn.xkb_latch_lock_state(CORE, none, none, false, xkb::Group::M1, mask, false, 0)?;
        Ok(())
    }

    /// Asks nobody any more; the next part of a long text looks for somebody anew.
    fn forget_reader(&mut self) -> Result<(), DisplayError> {
        self.sought = false;
        self.stand.pool.set_asked(false);
        self.reader.take().map_or(Ok(()), |reader| reader.leave(&self.display))
    }

    /// Asks whether what was typed until now is read.
    fn ask(&mut self) -> Result<(), DisplayError> {
        if let Some(reader) = &mut self.reader
            && reader.ask(&self.display)?
        {
            self.asked = self.now;
        }
        Ok(())
    }

    fn finish(&mut self, outcome: Result<(), Undelivered>) {
        if let Some(Work::Text(text)) = self.queue.front() {
            self.outcomes.push_back((text.ticket, outcome));
            self.queue.pop();
        }
    }
}

impl Drop for X11Output {
    fn drop(&mut self) {
        // The display may be gone: then there is nothing to release.
        let _ = self.hand.release_all(&self.display);
        let _ = self.display.conn.destroy_window(self.window);
        let _ = self.display.conn.flush();
    }
}
