//! The one poll loop: descriptors to events, actions to shells. It translates and holds no rules.

use std::{
    collections::VecDeque,
    os::fd::{AsFd, BorrowedFd},
    time::Instant,
};

use rustix::{
    event::{PollFd, PollFlags, poll},
    io::Errno,
};
use x11rb::{connection::Connection as _, protocol::Event as XEvent};

use super::{
    End, StartError,
    control::Control,
    feedback::Signal,
    focus::Focus,
    guard::Guard,
    load::{self, Loaded, Loading},
    say, serve,
    signals::Signals,
    start, time_to_poll,
    watch::Watcher,
};
use crate::{
    config::Paths,
    engine::{Action, Direction, Engine, Event, Feedback, XkbKeyboard},
    input::x11::X11Input,
    output::x11::{Item, X11Output},
    x11::{Display, DisplayError, Numbered},
};

/// Everything the daemon has.
#[derive(Debug)]
pub(super) struct Daemon {
    pub(super) display_name: Option<String>,
    pub(super) paths: Paths,
    pub(super) signals: Signals,
    pub(super) control: Control,
    pub(super) display: Display,
    pub(super) output: X11Output,
    pub(super) input: X11Input,
    pub(super) engine: Engine<XkbKeyboard>,
    pub(super) focus: Focus,
    pub(super) signal: Signal,
    pub(super) guard: Guard,
    /// How many guards in a row died young.
    guards_lost: u32,
    pub(super) watcher: Watcher,
    pub(super) loading: Loading,
    /// The reading in force.
    pub(super) loaded: Loaded,
    /// A newer reading has errors, so `loaded` was kept.
    pub(super) kept: bool,
    /// The user asked to let go of the keyboards.
    pub(super) paused: bool,
    pub(super) pending: serve::Pending,
    /// Events of the display that were read and not handled.
    queue: VecDeque<Numbered>,
    /// Events for the engine, and what they cause; empty between two steps.
    events: Vec<(Instant, Event<XkbKeyboard>)>,
    actions: Vec<Action>,
    /// The engine's time never runs backwards.
    engine_time: Instant,
    end: Option<End>,
}

/// Serves the display until something ends it.
pub(super) fn run(paths: &Paths, display_name: Option<&str>) -> Result<End, StartError> {
    let mut daemon = Daemon::start(paths, display_name)?;
    let end = match daemon.serve() {
        Ok(end) => end,
        // A server that still answers has closed this connection on purpose.
        Err(_) => match Display::open(display_name) {
            Ok(_) => End::CutOff,
            Err(_) => End::DisplayGone,
        },
    };
    if matches!(end, End::Asked | End::LetGo | End::Unguarded) {
        // First the keyboards, then the traces; a display that breaks meanwhile has none.
        let Daemon { mut input, output, .. } = daemon;
        let closing = input.set_paused(true, &mut Vec::new());
        let _ = closing.and_then(|()| output.close(Instant::now()));
    }
    Ok(end)
}

impl Daemon {
    fn start(paths: &Paths, display_name: Option<&str>) -> Result<Self, StartError> {
        let system = |what| move |error| StartError::System(what, error);
        let signals = Signals::install().map_err(system("catching signals"))?;
        let control = Control::open(&paths.control_dir()).map_err(StartError::Control)?;
        let display = Display::open(display_name)?;
        let output = X11Output::new(&display, Instant::now()).map_err(StartError::Output)?;
        let loaded = load::load(paths);
        let mut watcher = Watcher::new().map_err(system("watching the maps"))?;
        watcher.set_files(&loaded.files);
        let mut events = Vec::new();
        let settings = loaded.settings.engine.clone();
        let input = X11Input::new(&display, settings.trigger, &mut events)?;
        let guard = Guard::start(&display, display_name).map_err(system("starting the guard"))?;
        let now = Instant::now();
        let mut daemon = Self {
            display_name: display_name.map(str::to_owned),
            paths: paths.clone(),
            signals,
            control,
            focus: Focus::new(&display)?,
            display,
            output,
            input,
            engine: Engine::new(settings, loaded.table.clone()),
            signal: Signal::default(),
            guard,
            guards_lost: 0,
            watcher,
            loading: Loading::new(paths).map_err(system("opening a socket"))?,
            kept: loaded.errors,
            loaded,
            paused: false,
            pending: serve::Pending::default(),
            queue: VecDeque::new(),
            events,
            actions: Vec::new(),
            engine_time: now,
            end: None,
        };
        daemon.apply_pause()?;
        daemon.step()?;
        start::message(&daemon)?;
        Ok(daemon)
    }

    fn serve(&mut self) -> Result<End, DisplayError> {
        loop {
            self.step()?;
            if let Some(end) = self.end {
                return Ok(end);
            }
            self.wait();
            let now = Instant::now();
            self.watcher.read(now);
            if self.watcher.take_change(now) {
                self.loading.start();
            }
            if let Some(loaded) = self.loading.take() {
                self.take_over(loaded)?;
            }
            self.serve_callers(now)?;
        }
    }

    /// Handles everything that has arrived, and what comes in while it does.
    fn step(&mut self) -> Result<(), DisplayError> {
        let asked = self.guard.is_asked();
        if asked {
            // The guard may have heard of a key that has not reached us.
            self.display.sync()?;
        }
        loop {
            self.display.drain(&mut self.queue)?;
            while let Some((event, _)) = self.queue.pop_front() {
                self.on_display_event(&event)?;
                // On a machine that is busy enough a row of events takes seconds.
                self.beat(Instant::now());
            }
            self.input.refresh_keymaps(&mut self.events)?;
            let now = Instant::now();
            self.run_engine(now)?;
            self.signal.proceed(&self.display, now)?;
            self.flush_output(now)?;
            self.beat(now);
            self.display.drain(&mut self.queue)?;
            self.give_back(now)?;
            self.display.conn.flush()?;
            // Waiting for an answer may have read events that no descriptor will tell of again.
            self.display.drain(&mut self.queue)?;
            if self.queue.is_empty() && self.events.is_empty() || self.end.is_some() {
                break;
            }
        }
        if asked && !self.guard.answer() {
            self.restart_guard();
        }
        Ok(())
    }

    fn on_display_event(&mut self, event: &XEvent) -> Result<(), DisplayError> {
        let foreign = !self.output.on_event(event);
        self.input.on_event(event, &mut self.queue, foreign, &mut self.events)?;
        if self.focus.on_event(event)? {
            self.apply_pause()?;
        }
        self.feed_engine()
    }

    /// Gives the engine the events that came, each at its time.
    fn feed_engine(&mut self) -> Result<(), DisplayError> {
        while !self.events.is_empty() {
            let mut events = std::mem::take(&mut self.events);
            for (time, event) in events.drain(..) {
                // What was due before this event happened comes before it.
                self.run_deadlines(time)?;
                self.engine_time = self.engine_time.max(time);
                self.engine.handle(self.engine_time, event, &mut self.actions);
                self.act()?;
            }
            // Keeps the allocation, unless an action caused new events.
            if self.events.is_empty() {
                self.events = events;
                break;
            }
        }
        Ok(())
    }

    fn run_engine(&mut self, now: Instant) -> Result<(), DisplayError> {
        self.feed_engine()?;
        self.run_deadlines(now)
    }

    fn run_deadlines(&mut self, now: Instant) -> Result<(), DisplayError> {
        while self.engine.deadline().is_some_and(|deadline| deadline <= now) {
            self.engine_time = self.engine_time.max(now);
            self.engine.handle(self.engine_time, Event::Deadline, &mut self.actions);
            self.act()?;
        }
        Ok(())
    }

    /// Carries out what the engine decided, in its order.
    fn act(&mut self) -> Result<(), DisplayError> {
        let mut actions = std::mem::take(&mut self.actions);
        for action in actions.drain(..) {
            match action {
                Action::Pass(key) => match key.direction {
                    // The server may see the release, and did not see this press.
                    Direction::Down if !self.input.has(key.device) => {
                        self.push(Item::HandOver(key.keycode));
                    }
                    Direction::Down => self.push(Item::Press(key.keycode)),
                    Direction::Up => self.push(Item::Release(key.keycode)),
                    // A key that is down repeats by the server's own clock.
                    Direction::Repeat => {}
                },
                Action::Type(text) => self.push(Item::Text(text)),
                Action::ToggleCapsLock => self.push(Item::ToggleCapsLock),
                Action::Feedback(Feedback::Mismatch) => {
                    let kind = self.loaded.settings.feedback;
                    self.signal.mismatch(&self.display, kind, Instant::now())?;
                }
                Action::Feedback(Feedback::Pending | Feedback::Idle) => {}
                Action::Hold(device) => self.input.set_held(device, true)?,
                Action::Free(device) => self.input.set_held(device, false)?,
                Action::LetGo => self.end = Some(End::LetGo),
            }
        }
        self.actions = actions;
        // The next event may ask the server which modifiers are down: that must include these.
        self.flush_output(Instant::now())
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

    fn flush_output(&mut self, now: Instant) -> Result<(), DisplayError> {
        self.output.flush(now)?;
        let dropped = self.finish_texts(now);
        if dropped {
            let kind = self.loaded.settings.feedback;
            self.signal.mismatch(&self.display, kind, now)?;
        }
        Ok(())
    }

    /// Lets go while paused or while an ignored program has the focus.
    pub(super) fn apply_pause(&mut self) -> Result<(), DisplayError> {
        let ignoring = self.focus.ignored(&self.loaded.settings).is_some();
        self.input.set_paused(self.paused || ignoring, &mut self.events)
    }

    /// Puts a reading in force, unless it has errors.
    fn take_over(&mut self, mut loaded: Loaded) -> Result<(), DisplayError> {
        self.watcher.set_files(&loaded.files);
        let report = std::mem::take(&mut loaded.report);
        if !report.is_empty() {
            say(&format!("findings in the settings or maps\n{report}"));
        }
        self.kept = loaded.errors;
        if loaded.errors {
            say("the old settings and maps stay in force");
        } else {
            let now = Instant::now();
            let settings = loaded.settings.engine.clone();
            self.events.push((now, Event::Table(loaded.table.clone())));
            if settings != self.loaded.settings.engine {
                self.input.set_trigger(settings.trigger, &mut self.events)?;
                self.events.push((now, Event::Settings(settings)));
            }
            self.loaded = loaded;
            self.apply_pause()?;
            say(&format!("{} sequences in force", self.loaded.table.len()));
        }
        self.answer_reloads(&report);
        Ok(())
    }

    fn beat(&mut self, now: Instant) {
        if !self.guard.beat(now, self.input.is_active()) {
            self.restart_guard();
        }
    }

    fn restart_guard(&mut self) {
        self.guards_lost = if self.guard.is_young() { self.guards_lost + 1 } else { 0 };
        if self.guards_lost >= 3 {
            self.end = Some(End::Unguarded);
            return;
        }
        match Guard::start(&self.display, self.display_name.as_deref()) {
            Ok(guard) => self.guard = guard,
            Err(_) => self.end = Some(End::Unguarded),
        }
    }

    /// Sleeps until something happens or is due.
    fn wait(&mut self) {
        let now = Instant::now();
        // A keyboard is not given back before the texts are out; their own deadline comes first.
        let give_back = if self.output.is_busy() { None } else { self.input.deadline() };
        let deadlines = [
            self.engine.deadline(),
            self.output.deadline(),
            give_back,
            self.guard.deadline(),
            self.signal.deadline(),
            self.watcher.deadline(),
            self.control.deadline(),
        ];
        let timeout =
            deadlines.into_iter().flatten().min().map(|at| at.saturating_duration_since(now));
        let reading = |fd| PollFd::from_borrowed_fd(fd, PollFlags::IN);
        let mut fds = vec![
            reading(self.display.conn.as_fd()),
            reading(self.signals.stop.as_fd()),
            reading(self.signals.reload.as_fd()),
            reading(self.watcher.as_fd()),
            reading(self.loading.as_fd()),
            reading(self.guard.socket().as_fd()),
        ];
        fds.extend(self.control.fds().map(|(fd, writing)| caller(fd, writing)));
        match poll(&mut fds, timeout.map(time_to_poll).as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            // Nothing but a bug or an exhausted kernel gets here: better no daemon than a deaf one.
            Err(_) => self.end = Some(End::CutOff),
        }
        let ready: Vec<bool> = fds.iter().map(|fd| !fd.revents().is_empty()).collect();
        drop(fds);
        if ready[1] {
            self.end = Some(End::Asked);
        }
        if ready[2] {
            Signals::clear(&self.signals.reload);
            self.loading.start();
        }
        if ready[5] && !self.guard.hear() {
            self.restart_guard();
        }
    }
}

fn caller(fd: BorrowedFd<'_>, writing: bool) -> PollFd<'_> {
    let flags = if writing { PollFlags::IN | PollFlags::OUT } else { PollFlags::IN };
    PollFd::from_borrowed_fd(fd, flags)
}
