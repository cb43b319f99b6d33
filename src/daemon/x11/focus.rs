//! [`Focus`]: which program has the focus, as far as it is to be left alone.
//!
//! Virtual machines, remote desktops and Wine read keycodes and get no text from us; while one of
//! them has the focus Caps Lock is theirs. The window manager tells by `_NET_ACTIVE_WINDOW`
//! (EWMH 1.5, section 3); without one that does, nothing is ignored.

use x11rb::protocol::{
    Event as XEvent,
    xproto::{AtomEnum, ChangeWindowAttributesAux, ConnectionExt as _, EventMask, Window},
};

use crate::{
    config::Settings,
    x11::{Display, DisplayError},
};

/// Follows the active window.
#[derive(Debug)]
pub(super) struct Focus {
    display: Display,
    active_window: u32,
    /// The class of the active window.
    class: String,
}

impl Focus {
    /// Starts to follow.
    ///
    /// # Errors
    /// When the connection broke.
    pub(super) fn new(display: &Display) -> Result<Self, DisplayError> {
        let conn = &display.conn;
        let active_window = conn.intern_atom(false, b"_NET_ACTIVE_WINDOW")?.reply()?.atom;
        let events = ChangeWindowAttributesAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        let _ = conn.change_window_attributes(display.root, &events)?;
        let mut focus = Self { display: display.clone(), active_window, class: String::new() };
        focus.look()?;
        Ok(focus)
    }

    /// Takes an event; `true` when another program may have the focus now.
    ///
    /// # Errors
    /// When the connection broke.
    pub(super) fn on_event(&mut self, event: &XEvent) -> Result<bool, DisplayError> {
        let XEvent::PropertyNotify(change) = event else { return Ok(false) };
        if change.window != self.display.root || change.atom != self.active_window {
            return Ok(false);
        }
        self.look()?;
        Ok(true)
    }

    /// The class of the active window, if the settings tell to ignore it.
    pub(super) fn ignored(&self, settings: &Settings) -> Option<&str> {
        settings.ignores(&self.class).then_some(self.class.as_str())
    }

    fn look(&mut self) -> Result<(), DisplayError> {
        let conn = &self.display.conn;
        let root = self.display.root;
        let window: Option<Window> = conn
            .get_property(false, root, self.active_window, AtomEnum::ANY, 0, 1)?
            .reply()?
            .value32()
            .and_then(|mut values| values.next());
        self.class = match window {
            None | Some(0) => String::new(),
            Some(window) => {
                let (atom, kind) = (AtomEnum::WM_CLASS, AtomEnum::STRING);
                let reply = conn.get_property(false, window, atom, kind, 0, 256)?.reply();
                // The window may be gone by now. Two strings: the instance, then the class.
                let value = reply.map(|reply| reply.value).unwrap_or_default();
                let text = String::from_utf8_lossy(&value).into_owned();
                text.split('\0').nth(1).unwrap_or_default().to_owned()
            }
        };
        Ok(())
    }
}
