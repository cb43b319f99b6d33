//! The tests' server, and keyboards whose keys have arrived when a call returns.

use std::{ops::Deref, time::Duration};

use composekey::x11::Display;

use crate::support;

/// A server with two keyboards.
pub(crate) struct Server {
    pub(crate) keyboards: [Keyboard; 2],
    server: support::Server,
}

impl Server {
    pub(crate) fn start() -> Self {
        let server = support::Server::start(2);
        let keyboards = [0, 1].map(|number| Keyboard::open(&server, number));
        Self { keyboards, server }
    }

    /// A connection as composekey makes it.
    pub(crate) fn connect(&self) -> Display {
        Display::open(Some(&self.display())).unwrap()
    }

    /// The XInput id of a keyboard.
    pub(crate) fn id(&self, name: &str) -> u16 {
        self.devices().iter().find(|device| device.name == name).expect("it is there").id
    }

    /// Connects to a keyboard again that was disabled.
    pub(crate) fn reconnect(&mut self, number: usize) {
        self.keyboards[number] = Keyboard::open(&self.server, number);
    }
}

impl Deref for Server {
    type Target = support::Server;

    fn deref(&self) -> &Self::Target {
        &self.server
    }
}

/// A keyboard that waits until the server has processed its key.
pub(crate) struct Keyboard(support::Keyboard);

impl Keyboard {
    fn open(server: &support::Server, number: usize) -> Self {
        let mut keyboard = server.keyboard(number);
        keyboard.pace = Duration::ZERO;
        Self(keyboard)
    }

    pub(crate) fn down(&mut self, code: u8) {
        self.0.down(code);
        self.0.sync();
    }

    pub(crate) fn up(&mut self, code: u8) {
        self.0.up(code);
        self.0.sync();
    }

    pub(crate) fn tap(&mut self, code: u8) {
        self.down(code);
        self.up(code);
    }
}
