//! [`Keyboard`]: a keyboard that a test types on, down to each press and release.
//!
//! A client of Xorg's `inputtest` driver (`xf86-input-inputtest-protocol.h`, protocol 1.1: every
//! message starts with its length and its kind, all words native-endian). To the server it is a
//! slave device like any real keyboard. The driver serves one connection at a time: it stays open.

use std::{
    io::{Read, Write},
    os::unix::net::UnixStream,
    path::Path,
    thread,
    time::Duration,
};

use super::{LIMIT, Layout, Stroke, key};

const VERSION: u32 = 0;
const WAIT_FOR_SYNC: u32 = 1;
const KEY: u32 = 5;

/// A keyboard of a [`super::Server`].
#[derive(Debug)]
pub(crate) struct Keyboard {
    socket: UnixStream,
    /// What the user sees on the keys.
    pub(crate) layout: Layout,
    /// Something was typed since the last [`Keyboard::sync`].
    typed: bool,
    /// How long one key takes, from its press to the next: two events, each half of it.
    pub(crate) pace: Duration,
}

impl Keyboard {
    /// Opens the keyboard whose driver listens at `socket`.
    pub(crate) fn open(socket: &Path) -> Self {
        let socket = UnixStream::connect(socket).expect("the driver listens");
        let mut keyboard =
            Self { socket, layout: Layout::us(), typed: false, pace: Duration::from_millis(2) };
        keyboard.socket.set_read_timeout(Some(LIMIT)).expect("not zero");
        keyboard.socket.set_write_timeout(Some(LIMIT)).expect("not zero");
        let [low, high] = 1_u16.to_ne_bytes();
        keyboard.send(VERSION, &[[low, high, low, high]]);
        keyboard.answer();
        keyboard
    }

    fn send(&mut self, kind: u32, words: &[[u8; 4]]) {
        let length = 8 + 4 * u32::try_from(words.len()).expect("short");
        let head = [length.to_ne_bytes(), kind.to_ne_bytes()];
        let message = [&head, words].concat().concat();
        self.socket.write_all(&message).expect("the X server reads its keyboard");
    }

    fn answer(&mut self) {
        let mut head = [0; 4];
        self.socket.read_exact(&mut head).expect("the X server answers its keyboard");
        let mut rest = vec![0; u32::from_ne_bytes(head) as usize - 4];
        self.socket.read_exact(&mut rest).expect("the X server answers its keyboard");
    }

    fn event(&mut self, code: u8, down: bool) {
        self.send(KEY, &[i32::from(code).to_ne_bytes(), u32::from(down).to_ne_bytes()]);
        self.typed = true;
        thread::sleep(self.pace / 2);
    }

    /// Presses a key.
    pub(crate) fn down(&mut self, code: u8) {
        self.event(code, true);
    }

    /// Releases a key.
    pub(crate) fn up(&mut self, code: u8) {
        self.event(code, false);
    }

    /// Presses and releases a key.
    pub(crate) fn tap(&mut self, code: u8) {
        self.down(code);
        self.up(code);
    }

    /// Taps Caps Lock.
    pub(crate) fn tap_trigger(&mut self) {
        self.tap(key::CAPS);
    }

    /// Returns when the server has processed all that was typed here.
    pub(crate) fn sync(&mut self) {
        // The driver answers when the server's queue has run empty, which it never does if nothing
        // was in it.
        if std::mem::take(&mut self.typed) {
            self.send(WAIT_FOR_SYNC, &[]);
            self.answer();
        }
    }

    /// Types the keys one after the other, each with its modifiers.
    pub(crate) fn strokes(&mut self, strokes: &[Stroke]) {
        for stroke in strokes {
            stroke.modifiers.iter().for_each(|&code| self.down(code));
            self.tap(stroke.code);
            stroke.modifiers.iter().for_each(|&code| self.up(code));
        }
    }

    /// Types the keys so that each goes up only after the next went down. The last one is left
    /// down, with its modifiers; [`Keyboard::lift`] ends it.
    pub(crate) fn roll(
        &mut self,
        mut before: Option<Stroke>,
        strokes: &[Stroke],
    ) -> Option<Stroke> {
        for stroke in strokes {
            let old = before.as_ref().map(|b| b.modifiers.clone()).unwrap_or_default();
            let gone = old.iter().filter(|code| !stroke.modifiers.contains(code));
            gone.for_each(|&code| self.up(code));
            let new = stroke.modifiers.iter().filter(|code| !old.contains(code));
            new.for_each(|&code| self.down(code));
            // The same key twice must go up in between.
            let again = before.as_ref().is_some_and(|b| b.code == stroke.code);
            if again {
                self.up(stroke.code);
            }
            self.down(stroke.code);
            if let Some(before) = before.filter(|_| !again) {
                self.up(before.code);
            }
            before = Some(stroke.clone());
        }
        before
    }

    /// Releases the key that [`Keyboard::roll`] left down.
    pub(crate) fn lift(&mut self, last: Option<Stroke>) {
        if let Some(last) = last {
            self.up(last.code);
            last.modifiers.iter().for_each(|&code| self.up(code));
        }
    }

    /// Types a text with the keys that this keyboard's layout has for it.
    pub(crate) fn text(&mut self, text: &str) {
        let strokes = self.layout.text(text);
        self.strokes(&strokes);
    }

    /// Types a text while Caps Lock is held.
    pub(crate) fn hold(&mut self, text: &str) {
        self.down(key::CAPS);
        self.text(text);
        self.up(key::CAPS);
    }
}
