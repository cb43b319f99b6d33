//! What the tests of the injection do with a server.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use composekey::{
    output::{
        Ticket, Undelivered,
        x11::{Item, X11Output},
    },
    x11::Display,
};
use x11rb::{
    connection::Connection,
    protocol::{
        xinput::{ConnectionExt as _, GrabOwner},
        xkb::ConnectionExt as _,
        xproto::{ConnectionExt as _, GrabMode, GrabStatus},
    },
};

use super::server::Server;

/// An output and what drives it.
pub(crate) struct Rig {
    pub(crate) display: Display,
    pub(crate) output: X11Output,
}

impl Rig {
    pub(crate) fn new(server: &Server) -> Self {
        let display = server.connect();
        let output = X11Output::new(&display, Instant::now()).unwrap();
        Self { display, output }
    }

    /// One round of the loop.
    pub(crate) fn step(&mut self) {
        while let Some(event) = self.display.conn.poll_for_event().unwrap() {
            self.output.on_event(&event);
        }
        if self.output.deadline().is_some_and(|deadline| deadline <= Instant::now()) {
            self.output.flush(Instant::now()).unwrap();
        }
    }

    pub(crate) fn run(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.step();
            sleep(Duration::from_millis(1));
        }
    }

    /// Waits until the server has done all of it.
    pub(crate) fn sync(&self) {
        self.display.conn.get_input_focus().unwrap().reply().unwrap();
    }

    pub(crate) fn outcome(&mut self, ticket: Ticket) -> Result<(), Undelivered> {
        loop {
            self.step();
            if let Some((found, outcome)) = self.output.take_outcome() {
                assert_eq!(found, ticket);
                // A key that is pressed next must not overtake it.
                self.sync();
                return outcome;
            }
        }
    }

    pub(crate) fn push(&mut self, text: &str) -> Ticket {
        self.output.push(Item::Text(text.to_owned()))
    }

    pub(crate) fn type_text(&mut self, text: &str) {
        let ticket = self.push(text);
        assert_eq!(self.outcome(ticket), Ok(()));
    }
}

/// The modifiers that apply, those that are locked, and the group.
pub(crate) fn state(display: &Display) -> [u16; 3] {
    let state = display.conn.xkb_get_state(0x100).unwrap().reply().unwrap();
    [state.mods.into(), state.locked_mods.into(), u8::from(state.group).into()]
}

/// How many groups the group keys cycle through.
pub(crate) fn groups(server: &Server) -> u8 {
    let display = server.connect();
    display.conn.xkb_get_controls(0x100).unwrap().reply().unwrap().num_groups
}

/// The keys that the applications see down.
pub(crate) fn keys_down(display: &Display) -> Vec<u8> {
    let keys = display.conn.query_keymap().unwrap().reply().unwrap().keys;
    (0..=255).filter(|code| keys[usize::from(code / 8)] & (1 << (code % 8)) != 0).collect()
}

/// Grabs the first keyboard, as a held trigger does: it floats until the connection lets go.
pub(crate) fn grab(server: &Server, holder: &Display) -> u16 {
    let id = server.id("keyboard0");
    let (root, mode) = (holder.root, GrabMode::ASYNC);
    let owner = GrabOwner::NO_OWNER;
    let cookie = holder.conn.xinput_xi_grab_device(root, 0u32, 0, id, mode, mode, owner, &[3]);
    assert_eq!(cookie.unwrap().reply().unwrap().status, GrabStatus::SUCCESS);
    id
}

pub(crate) fn ungrab(holder: &Display, id: u16) {
    holder.conn.xinput_xi_ungrab_device(0u32, id).unwrap();
    holder.conn.get_input_focus().unwrap().reply().unwrap();
}
