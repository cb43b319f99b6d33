//! [`Backend`]: the way in for keys and the way out for text, as the rest of the daemon sees it.

use std::{fmt::Debug, time::Instant};

use super::{End, core::Core};
use crate::{
    engine::Action,
    ipc::{Keyboard, Untyped},
    keycode::Keycode,
    output::Ticket,
};

/// Keyboards and windows. It pushes to [`Core::events`] what it sees, and carries out the actions. What
/// it waits for it adds to [`Core::poller`] when it is made.
pub(super) trait Backend: Sized {
    /// Why it cannot go on.
    type Lost: Debug;

    /// Right behind the waking, when nothing of the daemon's own has come: what shall not wait for anything
    /// else, not even for a clock. [`Core::now`] is the last turn's.
    fn ahead(&mut self, _core: &mut Core) {}

    /// Handles everything that has arrived and is due, and what comes in while it does.
    fn step(&mut self, core: &mut Core) -> Result<(), Self::Lost>;

    /// Carries out what the engine decided.
    fn act(&mut self, core: &mut Core, action: Action) -> Result<(), Self::Lost>;

    /// The actions of one event are carried out: what was put off goes out now.
    fn acted(&mut self, core: &mut Core) -> Result<(), Self::Lost>;

    /// Lets go of the keyboards when [`Core::paused`], or for a reason of its own; else takes them.
    fn apply_pause(&mut self, core: &mut Core) -> Result<(), Self::Lost>;

    /// Another key is the trigger.
    fn set_trigger(&mut self, core: &mut Core, trigger: Keycode) -> Result<(), Self::Lost>;

    /// Other settings are in force: [`Core::loaded`].
    fn apply_settings(&mut self, _core: &mut Core) -> Result<(), Self::Lost> {
        Ok(())
    }

    /// Types a text that a caller gave. What becomes of it goes to [`Core::finish_text`], later.
    fn type_text(&mut self, text: String) -> Ticket;

    /// How it is.
    fn description(&self, core: &Core) -> Result<Description, Self::Lost>;

    /// When [`Self::step`] has something to do even if nothing comes; it may be past.
    fn deadline(&mut self, now: Instant) -> Option<Instant>;

    /// The guard was started again, and knows nothing yet.
    fn guard_is_new(&mut self, _core: &mut Core) {}

    /// What it means that it cannot go on.
    fn end(&self, lost: &Self::Lost) -> End;

    /// Gives everything back, in good order.
    fn close(self);
}

/// What a user is told of a backend.
#[derive(Clone, Debug)]
pub(super) struct Description {
    /// The way keys come in, in a word: `x11`, `evdev`.
    pub(super) input: &'static str,
    /// Why this one.
    pub(super) why: String,
    /// The display; empty when there is none.
    pub(super) display: String,
    /// The way text goes out, and why this one.
    pub(super) output: String,
    pub(super) keyboards: Vec<Keyboard>,
    /// The class of the focused window, when the settings tell to ignore it.
    pub(super) ignoring: Option<String>,
    /// Whether Caps Lock is on, as far as is known.
    pub(super) caps_lock: bool,
    /// What the emergency chord needs besides its keys.
    pub(super) emergency: &'static str,
    /// Characters of the sequences that cannot be typed.
    pub(super) untyped: Option<Untyped>,
    /// What the user should know.
    pub(super) notes: Vec<String>,
}
