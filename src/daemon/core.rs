//! [`Core`]: what the daemon has, whichever way keys come in.

use std::{
    os::fd::{AsFd, BorrowedFd},
    time::Instant,
};

use super::{
    End, StartError,
    backend::Backend,
    control::Control,
    guard::Guard,
    load::{Loaded, Loading},
    poller::{Own, Poller},
    serve::Pending,
    signals::Signals,
    watch::Watcher,
};
use crate::{
    config::Paths,
    engine::{Action, Engine, Event, XkbKeyboard},
};

/// Engine, maps, callers.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) poller: Poller,
    /// When this turn of the loop began: a clock may take longer to read than a key to pass on.
    pub(super) now: Instant,
    pub(super) paths: Paths,
    pub(super) signals: Signals,
    pub(super) control: Control,
    pub(super) guard: Guard,
    pub(super) engine: Engine<XkbKeyboard>,
    pub(super) watcher: Watcher,
    pub(super) loading: Loading,
    /// The reading in force.
    pub(super) loaded: Loaded,
    /// A newer reading has errors, so `loaded` was kept.
    pub(super) kept: bool,
    /// The user asked to let go of the keyboards.
    pub(super) paused: bool,
    pub(super) pending: Pending,
    /// Events for the engine, and what they cause; empty between two steps.
    pub(super) events: Vec<(Instant, Event<XkbKeyboard>)>,
    actions: Vec<Action>,
    /// The engine's time never runs backwards.
    engine_time: Instant,
    pub(super) end: Option<End>,
}

impl Core {
    /// Starts with what was read.
    pub(super) fn new(
        paths: &Paths,
        loaded: Loaded,
        signals: Signals,
        control: Control,
        guard: Guard,
    ) -> Result<Self, StartError> {
        let system = |what| move |error| StartError::System(what, error);
        let mut watcher = Watcher::new().map_err(system("watching the maps"))?;
        watcher.set_files(&loaded.files);
        let loading = Loading::new(paths).map_err(system("opening a socket"))?;
        let poller = Poller::new().map_err(system("waiting"))?;
        let own: [(Own, BorrowedFd<'_>); 6] = [
            (Own::Stop, signals.stop.as_fd()),
            (Own::Reload, signals.reload.as_fd()),
            (Own::Guard, guard.socket().as_fd()),
            (Own::Files, watcher.as_fd()),
            (Own::Loading, loading.as_fd()),
            (Own::Callers, control.as_fd()),
        ];
        for (own, descriptor) in own {
            poller.add(own, descriptor).map_err(system("waiting"))?;
        }
        let now = Instant::now();
        Ok(Self {
            poller,
            now,
            paths: paths.clone(),
            signals,
            control,
            guard,
            engine: Engine::new(loaded.settings.engine.clone(), loaded.table.clone()),
            watcher,
            loading,
            kept: loaded.errors,
            loaded,
            paused: false,
            pending: Pending::default(),
            events: Vec::new(),
            actions: Vec::new(),
            engine_time: now,
            end: None,
        })
    }

    /// Gives the engine the events that came, each at its time.
    pub(super) fn feed<B: Backend>(&mut self, backend: &mut B) -> Result<(), B::Lost> {
        while !self.events.is_empty() {
            let mut events = std::mem::take(&mut self.events);
            for (time, event) in events.drain(..) {
                // What was due before this event happened comes before it.
                self.run_deadlines(backend, time)?;
                self.engine_time = self.engine_time.max(time);
                self.engine.handle(self.engine_time, event, &mut self.actions);
                self.act(backend)?;
            }
            // Keeps the allocation, unless an action caused new events.
            if self.events.is_empty() {
                self.events = events;
                break;
            }
        }
        Ok(())
    }

    /// Gives the engine its time.
    pub(super) fn run_deadlines<B: Backend>(
        &mut self,
        backend: &mut B,
        now: Instant,
    ) -> Result<(), B::Lost> {
        while self.engine.deadline().is_some_and(|deadline| deadline <= now) {
            self.engine_time = self.engine_time.max(now);
            self.engine.handle(self.engine_time, Event::Deadline, &mut self.actions);
            self.act(backend)?;
        }
        Ok(())
    }

    /// Has what the engine decided carried out, in its order.
    fn act<B: Backend>(&mut self, backend: &mut B) -> Result<(), B::Lost> {
        let mut actions = std::mem::take(&mut self.actions);
        for action in actions.drain(..) {
            match action {
                Action::LetGo => self.end = Some(End::LetGo),
                action => backend.act(self, action)?,
            }
        }
        self.actions = actions;
        backend.acted(self)
    }
}
