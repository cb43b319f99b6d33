//! What the slow tests stand on: a private X server with keyboards to type on, windows that say
//! what they received, and the real daemon. Enter at [`Desk`].

mod app;
mod daemon;
mod desk;
mod inspect;
mod keyboard;
mod layout;
mod server;
mod wait;

pub(crate) use app::App;
pub(crate) use daemon::{Daemon, Home};
pub(crate) use desk::Desk;
pub(crate) use keyboard::Keyboard;
pub(crate) use layout::{Layout, Stroke};
pub(crate) use server::Server;
pub(crate) use wait::{LIMIT, wait_until};

/// The keys that tests name: X keycodes under evdev rules, wherever the layout puts its letters.
pub(crate) mod key {
    pub(crate) const ESCAPE: u8 = 9;
    pub(crate) const BACKSPACE: u8 = 22;
    pub(crate) const Q: u8 = 24;
    pub(crate) const ENTER: u8 = 36;
    pub(crate) const CTRL: u8 = 37;
    pub(crate) const A: u8 = 38;
    pub(crate) const L: u8 = 46;
    pub(crate) const SHIFT: u8 = 50;
    pub(crate) const X: u8 = 53;
    pub(crate) const B: u8 = 56;
    pub(crate) const RIGHT_SHIFT: u8 = 62;
    pub(crate) const SPACE: u8 = 65;
    pub(crate) const CAPS: u8 = 66;
    pub(crate) const ALTGR: u8 = 108;
    pub(crate) const LEFT: u8 = 113;
    pub(crate) const MENU: u8 = 135;
}
