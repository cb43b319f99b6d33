//! [`Recorder`]: a window of the test's own that takes down every key and focus event.

use x11rb::{
    connection::Connection,
    protocol::{
        Event,
        xproto::{
            ConnectionExt as _, CreateWindowAux, EventMask, GrabMode, GrabStatus, InputFocus,
            WindowClass,
        },
    },
    rust_connection::RustConnection,
};

use super::{Server, wait_until};

/// What a client sees of a keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// A key went down.
    Down(u8),
    /// A key went up.
    Up(u8),
    /// The focus left.
    FocusOut,
    /// The focus came.
    FocusIn,
}

/// A focused window.
pub(crate) struct Recorder {
    conn: RustConnection,
    seen: Vec<Seen>,
}

impl Recorder {
    /// Opens the window and gives it the focus.
    pub(crate) fn open(server: &Server) -> Self {
        let (conn, screen) = x11rb::connect(Some(&server.display())).expect("the server runs");
        let root = conn.setup().roots[screen].root;
        let window = conn.generate_id().unwrap();
        let mask = EventMask::KEY_PRESS | EventMask::KEY_RELEASE | EventMask::FOCUS_CHANGE;
        let aux = CreateWindowAux::new().event_mask(mask);
        let class = WindowClass::INPUT_OUTPUT;
        conn.create_window(0, window, root, 0, 0, 50, 50, 0, class, 0, &aux).unwrap();
        conn.map_window(window).unwrap().check().unwrap();
        conn.set_input_focus(InputFocus::PARENT, window, 0_u32).unwrap().check().unwrap();
        let mut recorder = Self { conn, seen: Vec::new() };
        assert!(wait_until(|| recorder.seen().contains(&Seen::FocusIn)));
        recorder.seen.clear();
        recorder
    }

    /// Grabs the keyboard, as a lock screen or a menu does.
    pub(crate) fn grab(&self) {
        let root = self.conn.setup().roots[0].root;
        let mode = GrabMode::ASYNC;
        let grab = self.conn.grab_keyboard(false, root, 0_u32, mode, mode).unwrap();
        assert_eq!(grab.reply().unwrap().status, GrabStatus::SUCCESS);
    }

    /// Everything seen so far, in order.
    pub(crate) fn seen(&mut self) -> &[Seen] {
        // A reply comes after every event that was before it.
        self.conn.get_input_focus().unwrap().reply().unwrap();
        while let Some(event) = self.conn.poll_for_event().unwrap() {
            self.seen.push(match event {
                Event::KeyPress(key) => Seen::Down(key.detail),
                Event::KeyRelease(key) => Seen::Up(key.detail),
                Event::FocusIn(_) => Seen::FocusIn,
                Event::FocusOut(_) => Seen::FocusOut,
                _ => continue,
            });
        }
        &self.seen
    }
}

/// The first event that breaks a rule: a key goes up only when it is down, and down only when it
/// is up (a repeat is no press of its own: it comes as a release and a press).
pub(crate) fn unpaired(seen: &[Seen]) -> Option<usize> {
    let mut down = Vec::new();
    let wrong = seen.iter().position(|event| match event {
        Seen::Down(code) if down.contains(code) => true,
        Seen::Down(code) => {
            down.push(*code);
            false
        }
        Seen::Up(code) => match down.iter().position(|d| d == code) {
            Some(at) => {
                down.remove(at);
                false
            }
            None => true,
        },
        Seen::FocusIn | Seen::FocusOut => false,
    });
    wrong.or_else(|| (!down.is_empty()).then_some(seen.len()))
}
