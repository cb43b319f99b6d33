//! The engine: key events in, actions out. Sans-I/O: no file, clock, descriptor, log or thread.
//!
//! Enter at [`Engine::handle`].

mod event;
mod keyboard;
mod settings;

use std::{marker::PhantomData, sync::Arc, time::Instant};

pub use event::{Action, DeviceId, Direction, Event, Feedback, KeyEvent, Session};
pub use keyboard::{Keyboard, Meaning};
pub use settings::{CapsLock, OnMismatch, Settings, TapAction};

use crate::table::Table;

/// Decides what each key does.
#[derive(Debug)]
pub struct Engine<K> {
    keyboards: PhantomData<K>,
}

impl<K: Keyboard> Engine<K> {
    /// An engine without keyboards; see [`Event::Keyboard`].
    #[must_use]
    pub fn new(_settings: Settings, _table: Arc<Table>) -> Self {
        Self { keyboards: PhantomData }
    }

    /// Takes one event and pushes what it causes. `now` never runs backwards.
    pub fn handle(&mut self, _now: Instant, _event: Event<K>, _actions: &mut Vec<Action>) {}

    /// When [`Event::Deadline`] is due; `None` while nothing waits for time.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        None
    }
}
