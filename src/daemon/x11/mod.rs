//! [`X11`]: keys and text through an X server.

mod focus;
mod signal;
pub(super) mod watch;

use std::{collections::VecDeque, time::Instant};

use x11rb::{
    connection::Connection as _,
    protocol::{
        Event as XEvent,
        xkb::{self, ConnectionExt as _},
    },
};

use self::{focus::Focus, signal::Signal};
use super::{
    End, StartError,
    backend::{Backend, Description},
    core::Core,
    guard::Guard,
    start,
};
use crate::{
    engine::{Action, Direction, Feedback},
    input::x11::{KeyboardInfo, X11Input},
    ipc::Keyboard,
    keycode::Keycode,
    output::{
        Ticket,
        x11::{Item, X11Output},
    },
    x11::{Display, DisplayError, Numbered, keymap_options},
};

/// The argument that makes a guard watch a display; the next is [`Display::client`].
pub(super) const GUARD: &str = "x11";

/// An X server's keyboards and windows.
#[derive(Debug)]
pub(super) struct X11 {
    name: Option<String>,
    display: Display,
    output: X11Output,
    input: X11Input,
    focus: Focus,
    signal: Signal,
    /// Events of the display that were read and not handled.
    queue: VecDeque<Numbered>,
    /// Why it is this backend.
    why: &'static str,
}

impl X11 {
    /// Starts the guard of this connection to the display `name`.
    pub(super) fn guard(display: &Display, name: Option<&str>) -> Result<Guard, StartError> {
        let arguments = [GUARD.to_owned(), display.client.to_string()];
        let started = Guard::start(&arguments, name);
        started.map_err(|error| StartError::System("starting the guard", error))
    }

    /// Takes the output, and looks for keyboards.
    pub(super) fn new(
        core: &mut Core,
        display: Display,
        name: Option<&str>,
        why: &'static str,
    ) -> Result<Self, StartError> {
        let output = X11Output::new(&display, Instant::now()).map_err(StartError::Output)?;
        let trigger = core.loaded.settings.engine.trigger;
        let input = X11Input::new(&display, trigger, &mut core.events)?;
        let waiting = core.poller.add_backend(&*display.conn);
        waiting.map_err(|error| StartError::System("waiting for the X server", error))?;
        Ok(Self {
            name: name.map(str::to_owned),
            focus: Focus::new(&display)?,
            display,
            output,
            input,
            signal: Signal::default(),
            queue: VecDeque::new(),
            why,
        })
    }

    fn on_display_event(&mut self, core: &mut Core, event: &XEvent) -> Result<(), DisplayError> {
        let foreign = !self.output.on_event(event);
        self.input.on_event(event, &mut self.queue, foreign, &mut core.events)?;
        if self.focus.on_event(event)? {
            self.apply_pause(core)?;
        }
        core.feed(self)
    }

    /// What becomes of a text typed live is feedback's business, not a caller's: no ticket.
    fn push(&mut self, item: Item) {
        let _ = self.output.push(item);
    }

    /// Gives a keyboard back whose hold is over, once everything that came from it is out.
    fn give_back(&mut self, now: Instant) -> Result<(), DisplayError> {
        if !self.queue.is_empty() || self.output.is_busy() {
            return Ok(());
        }
        let Some(device) = self.input.returnable(now) else { return Ok(()) };
        self.input.give_back(device, &mut self.queue)?;
        if !self.input.has(device) {
            self.output.release_stale()?;
        }
        Ok(())
    }

    fn flush_output(&mut self, core: &mut Core, now: Instant) -> Result<(), DisplayError> {
        self.output.flush(now)?;
        let mut dropped = false;
        while let Some((ticket, result)) = self.output.take_outcome() {
            dropped |= result.is_err();
            core.finish_text(ticket, result, now);
        }
        if dropped {
            self.signal.mismatch(&self.display, core.loaded.settings.feedback, now)?;
        }
        Ok(())
    }

    /// Options that give the trigger another job, refused grabs.
    fn notes(&self, trigger: Keycode) -> Result<Vec<String>, DisplayError> {
        let options = keymap_options(&self.display.conn, self.display.root)?.join(",");
        let mut notes = start::option_notes(trigger, &options);
        let refused = self.infos().filter(|keyboard| keyboard.refused);
        notes.extend(refused.map(|keyboard| {
            format!(
                "another program already grabs the trigger on `{}`: end it, or choose another \
                 `trigger`",
                keyboard.name
            )
        }));
        Ok(notes)
    }

    fn infos(&self) -> impl Iterator<Item = KeyboardInfo> {
        self.input.keyboards().map(|(_, info)| info)
    }

    fn output_name(&self) -> String {
        match self.output.capacity() {
            Err(why) => format!("X11, but {why}: nothing can be typed"),
            Ok(places) => {
                format!("X11, free keycodes of the keymap with room for {places} characters")
            }
        }
    }
}

impl Backend for X11 {
    type Lost = DisplayError;

    fn step(&mut self, core: &mut Core) -> Result<(), DisplayError> {
        if core.guard.is_asked() {
            // The guard may have heard of a key that has not reached us.
            self.display.sync()?;
        }
        loop {
            self.display.drain(&mut self.queue)?;
            while let Some((event, _)) = self.queue.pop_front() {
                self.on_display_event(core, &event)?;
                // On a machine that is busy enough a row of events takes seconds.
                core.guard.beat(Instant::now(), self.input.is_active());
            }
            self.input.refresh_keymaps(&mut core.events)?;
            let now = Instant::now();
            core.feed(self)?;
            core.run_deadlines(self, now)?;
            self.signal.proceed(&self.display, now)?;
            self.flush_output(core, now)?;
            core.guard.beat(now, self.input.is_active());
            self.display.drain(&mut self.queue)?;
            self.give_back(now)?;
            self.display.conn.flush()?;
            // Waiting for an answer may have read events that no descriptor will tell of again.
            self.display.drain(&mut self.queue)?;
            if self.queue.is_empty() && core.events.is_empty() || core.end.is_some() {
                return Ok(());
            }
        }
    }

    fn act(&mut self, core: &mut Core, action: Action) -> Result<(), DisplayError> {
        match action {
            Action::Pass(key) => match key.direction {
                // The server may see the release, and did not see this press.
                Direction::Down if !self.input.has(key.device) => {
                    self.input.stand_in_for(key.device, &mut self.queue)?;
                    self.push(Item::HandOver(key.keycode));
                }
                Direction::Down => {
                    self.input.stand_in_for(key.device, &mut self.queue)?;
                    self.push(Item::Press(key.keycode));
                }
                Direction::Up => self.push(Item::Release(key.keycode)),
                // A key that is down repeats by the server's own clock.
                Direction::Repeat => {}
            },
            Action::Type(text) => self.push(Item::Text(text)),
            Action::ToggleCapsLock => self.push(Item::ToggleCapsLock),
            Action::Feedback(Feedback::Mismatch) => {
                let kind = core.loaded.settings.feedback;
                self.signal.mismatch(&self.display, kind, Instant::now())?;
            }
            Action::Hold(device) => self.input.set_held(device, true)?,
            Action::Free(device) => self.input.set_held(device, false)?,
            Action::Feedback(Feedback::Pending | Feedback::Idle) | Action::LetGo => {}
        }
        Ok(())
    }

    /// The next event may ask the server which modifiers are down: that must include what was done.
    fn acted(&mut self, core: &mut Core) -> Result<(), DisplayError> {
        self.flush_output(core, Instant::now())
    }

    /// Lets go also while an ignored program has the focus.
    fn apply_pause(&mut self, core: &mut Core) -> Result<(), DisplayError> {
        let ignoring = self.focus.ignored(&core.loaded.settings).is_some();
        self.input.set_paused(core.paused || ignoring, &mut core.events)
    }

    fn set_trigger(&mut self, core: &mut Core, trigger: Keycode) -> Result<(), DisplayError> {
        self.input.set_trigger(trigger, &mut core.events)
    }

    fn type_text(&mut self, text: String) -> Ticket {
        self.output.push(Item::Text(text))
    }

    fn description(&self, core: &Core) -> Result<Description, DisplayError> {
        let core_keyboard = u16::from(xkb::ID::USE_CORE_KBD);
        let state = self.display.conn.xkb_get_state(core_keyboard)?.reply()?;
        let settings = &core.loaded.settings;
        let paused = self.input.is_paused();
        let keyboard =
            |info: KeyboardInfo| Keyboard { name: info.name, grabbed: !info.refused && !paused };
        let given = self.name.clone();
        Ok(Description {
            input: "x11",
            why: self.why.to_owned(),
            display: given.or_else(|| std::env::var("DISPLAY").ok()).unwrap_or_default(),
            output: self.output_name(),
            keyboards: self.infos().map(keyboard).collect(),
            ignoring: self.focus.ignored(settings).map(str::to_owned),
            caps_lock: u16::from(state.locked_mods) & 2 != 0,
            emergency: ", while the trigger is held",
            untyped: None,
            notes: self.notes(settings.engine.trigger)?,
        })
    }

    fn deadline(&mut self, _: Instant) -> Option<Instant> {
        // A keyboard is not given back before the texts are out; their own deadline comes first.
        let give_back = if self.output.is_busy() { None } else { self.input.deadline() };
        [self.output.deadline(), give_back, self.signal.deadline()].into_iter().flatten().min()
    }

    /// A server that still answers has closed this connection on purpose.
    fn end(&self, _: &DisplayError) -> End {
        match Display::open(self.name.as_deref()) {
            Ok(_) => End::CutOff,
            Err(_) => End::DisplayGone,
        }
    }

    fn close(self) {
        let Self { display, mut input, output, mut signal, .. } = self;
        let closing = input.set_paused(true, &mut Vec::new());
        let closing = closing.and_then(|()| signal.restore(&display));
        let _ = closing.and_then(|()| output.close(Instant::now()));
    }
}
