//! [`Reader`]: whether the program that gets the text has read it, where it can be asked.
//!
//! Window managers ping windows (`_NET_WM_PING`, Extended Window Manager Hints) to see whether they
//! still work. A program answers when it gets to the message, so after the keys that came before
//! it. GTK and Qt answer, most programs on plain Xlib do not.

use x11rb::{
    errors::ReplyError,
    protocol::{
        Event,
        xproto::{
            Atom, AtomEnum, ChangeWindowAttributesAux, ClientMessageData, ClientMessageEvent,
            ConnectionExt as _, EventMask, Window,
        },
    },
};

use crate::x11::{Display, DisplayError};

/// A window that answers pings.
#[derive(Debug)]
pub(super) struct Reader {
    window: Window,
    protocols: Atom,
    ping: Atom,
    /// What our connection wanted to know of the root window before.
    mask: EventMask,
    serial: u32,
    waiting: bool,
}

impl Reader {
    /// The window that has the focus, or the one around it that takes pings.
    pub(super) fn find(display: &Display) -> Result<Option<Self>, DisplayError> {
        let conn = &display.conn;
        let atoms = [&b"WM_PROTOCOLS"[..], b"_NET_WM_PING"].map(|n| conn.intern_atom(false, n));
        let [protocols, ping] = atoms;
        let (protocols, ping) = (protocols?.reply()?.atom, ping?.reply()?.atom);
        let mut window = conn.get_input_focus()?.reply()?.focus;
        if window <= 1 {
            // The focus follows the pointer.
            window = conn.query_pointer(display.root)?.reply()?.child;
        }
        while window != x11rb::NONE && window != display.root {
            let property = conn.get_property(false, window, protocols, AtomEnum::ATOM, 0, 64)?;
            let tree = conn.query_tree(window)?;
            let (property, tree) = match (property.reply(), tree.reply()) {
                (Ok(property), Ok(tree)) => (property, tree),
                (Err(ReplyError::ConnectionError(error)), _)
                | (_, Err(ReplyError::ConnectionError(error))) => return Err(error.into()),
                // The window is gone.
                _ => return Ok(None),
            };
            if property.value32().is_some_and(|mut atoms| atoms.any(|atom| atom == ping)) {
                let mask = conn.get_window_attributes(display.root)?.reply()?.your_event_mask;
                let reader = Self { window, protocols, ping, mask, serial: 0, waiting: false };
                reader.listen(display, mask | EventMask::SUBSTRUCTURE_NOTIFY)?;
                return Ok(Some(reader));
            }
            window = tree.parent;
        }
        Ok(None)
    }

    /// Asks, unless an answer is still to come.
    pub(super) fn ask(&mut self, display: &Display) -> Result<bool, DisplayError> {
        if self.waiting {
            return Ok(false);
        }
        self.serial += 1;
        let data = ClientMessageData::from([self.ping, self.serial, self.window, 0, 0]);
        let event = ClientMessageEvent::new(32, self.window, self.protocols, data);
        let none = EventMask::NO_EVENT;
        display.conn.send_event(false, self.window, none, event)?.ignore_error();
        self.waiting = true;
        Ok(true)
    }

    /// Whether this event is the answer.
    pub(super) fn answers(&mut self, event: &Event) -> bool {
        let Event::ClientMessage(message) = event else { return false };
        let expected = [self.ping, self.serial, self.window];
        let answer = self.waiting
            && message.type_ == self.protocols
            && message.format == 32
            && message.data.as_data32()[..3] == expected;
        self.waiting &= !answer;
        answer
    }

    /// Whether an answer is to come that will not: the window is gone.
    pub(super) fn is_gone(&self, display: &Display) -> Result<bool, DisplayError> {
        if !self.waiting {
            return Ok(false);
        }
        match display.conn.get_window_attributes(self.window)?.reply() {
            Ok(_) => Ok(false),
            Err(ReplyError::X11Error(_)) => Ok(true),
            Err(ReplyError::ConnectionError(error)) => Err(error.into()),
        }
    }

    /// Stops listening for answers.
    pub(super) fn leave(self, display: &Display) -> Result<(), DisplayError> {
        self.listen(display, self.mask)
    }

    fn listen(&self, display: &Display, mask: EventMask) -> Result<(), DisplayError> {
        let aux = ChangeWindowAttributesAux::new().event_mask(mask);
        display.conn.change_window_attributes(display.root, &aux)?.ignore_error();
        Ok(())
    }
}
