//! What the slow tests stand on: a private X server with keyboards to type on, windows that say
//! what they received, and the real daemon. Enter at [`Desk`].

mod app;
mod daemon;
mod desk;
mod inspect;
mod keyboard;
mod layout;
pub(crate) mod recorder;
mod rules;
mod server;
mod wait;
pub(crate) mod weston;
pub(crate) mod xwayland;

pub(crate) use app::{App, difference};
#[allow(
    unused_imports,
    reason = "`program` is for examples/demo.rs, which uses this module too"
)]
pub(crate) use daemon::{Daemon, Home, gone, program, send, wake_ups};
pub(crate) use desk::{Desk, PATIENT, SEQUENCES};
pub(crate) use keyboard::Keyboard;
pub(crate) use layout::{Layout, Stroke};
pub(crate) use rules::{Rule, rules};
pub(crate) use server::Server;
pub(crate) use wait::{LIMIT, wait_until};

/// The keys that tests name: X keycodes under evdev rules, wherever the layout puts its letters.
pub(crate) mod key {
    pub(crate) const ESCAPE: u8 = 9;
    pub(crate) const BACKSPACE: u8 = 22;
    pub(crate) const U: u8 = 30;
    pub(crate) const ENTER: u8 = 36;
    pub(crate) const CTRL: u8 = 37;
    pub(crate) const A: u8 = 38;
    pub(crate) const L: u8 = 46;
    pub(crate) const QUOTE: u8 = 48;
    pub(crate) const SHIFT: u8 = 50;
    pub(crate) const X: u8 = 53;
    pub(crate) const RIGHT_SHIFT: u8 = 62;
    pub(crate) const CAPS: u8 = 66;
    pub(crate) const NUM_LOCK: u8 = 77;
    pub(crate) const ALTGR: u8 = 108;
    pub(crate) const UP: u8 = 111;
    pub(crate) const LEFT: u8 = 113;
    pub(crate) const RIGHT: u8 = 114;
    pub(crate) const MENU: u8 = 135;
}
