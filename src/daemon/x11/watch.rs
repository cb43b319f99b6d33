//! [`watch`]: what the guard process does on X11: it takes the keyboard away from a daemon that
//! stands still.
//!
//! It has its own connection to the display. It asks the daemon when the server says that somebody
//! has taken a keyboard (`XI_FocusIn` of the keyboard, which tells that it was grabbed and nothing
//! of its keys); that makes it see a daemon that stood still before the trigger went down.
//!
//! After [`PATIENCE`] without a beat or an answer it has the server close the daemon's connection,
//! which drops its grabs, and lets go of every key that nobody holds. It does the latter too when
//! the daemon dies. Outside a hold both processes sleep.

use std::{
    io,
    os::fd::AsFd,
    process::ExitCode,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, poll},
    io::Errno,
};
use x11rb::{
    connection::Connection as _,
    protocol::{
        Event,
        xinput::{self, ConnectionExt as _, XIEventMask},
        xproto::ConnectionExt as _,
    },
};

use super::super::{
    guard::{ALIVE, ASK, IDLE, PATIENCE, ignore_signals},
    time_to_poll,
};
use crate::{
    output::x11::settle,
    x11::{Display, DisplayError, Role},
};

/// What the guard process does until the daemon is gone.
pub(in crate::daemon) fn watch(client: u32) -> ExitCode {
    ignore_signals();
    let display = match Display::open(None) {
        Ok(display) => display,
        // Without a display there is nothing to guard; the daemon will see the socket close.
        Err(_) => return ExitCode::from(2),
    };
    match watch_display(&display, client) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(2),
    }
}

fn watch_display(display: &Display, client: u32) -> Result<(), DisplayError> {
    let all = u16::from(xinput::Device::ALL);
    let mask = xinput::EventMask { deviceid: all, mask: vec![XIEventMask::FOCUS_IN] };
    let _ = display.conn.xinput_xi_select_events(display.root, &[mask])?;
    let keyboards = display.keyboards()?.into_iter();
    let masters = keyboards.filter(|device| device.role == Role::Master).map(|device| device.id);
    let mut daemon = Watched { masters: masters.collect(), ..Watched::default() };
    // A keyboard may have been taken before the server was told to tell.
    daemon.ask();
    loop {
        match daemon.next(display, None) {
            Word::Some => {}
            Word::Gone => return let_go(display),
            Word::Late => {
                // A server that is busy for one client delays the daemon and us alike: once it
                // answers us, the daemon has a last chance.
                display.sync()?;
                let last_chance = Instant::now() + Duration::from_millis(100);
                let gone = loop {
                    match daemon.next(display, Some(last_chance)) {
                        Word::Gone => break true,
                        _ if daemon.deadline().is_none_or(|at| at > Instant::now()) => break false,
                        Word::Late => break true,
                        Word::Some => {}
                    }
                };
                if gone {
                    let _ = display.conn.kill_client(client)?;
                    return let_go(display);
                }
            }
        }
    }
}

/// What the guard knows of the daemon.
#[derive(Default)]
struct Watched {
    /// When it last said that a keyboard is its own; `None` when none is.
    beat: Option<Instant>,
    /// How many questions it has not answered, and since when it owes a word.
    unanswered: usize,
    asked: Option<Instant>,
    /// The ids of the master keyboards, whose grabs are other programs' own.
    masters: Vec<u16>,
}

/// How a wait ended.
enum Word {
    /// Something was said.
    Some,
    /// The time is up.
    Late,
    /// The daemon or the display is gone.
    Gone,
}

impl Watched {
    /// Until when the daemon has to show that it lives.
    fn deadline(&self) -> Option<Instant> {
        [self.beat, self.asked].into_iter().flatten().min().map(|since| since + PATIENCE)
    }

    fn ask(&mut self) {
        // A full socket is a daemon that was asked often enough.
        if rustix::io::write(io::stdin(), &[ASK]).is_ok() {
            self.unanswered += 1;
            self.asked.get_or_insert_with(Instant::now);
        }
    }

    fn hear(&mut self, byte: u8) {
        match byte {
            ALIVE => self.beat = Some(Instant::now()),
            IDLE => self.beat = None,
            _ => self.unanswered = self.unanswered.saturating_sub(1),
        }
        // Whoever speaks is not dead: from now on an answer may take as long as any.
        self.asked = (self.unanswered > 0).then(Instant::now);
    }

    /// Asks when the server says that a keyboard was taken.
    fn see(&mut self, event: &Event) {
        if let Event::XinputFocusIn(focus) = event
            && focus.mode == xinput::NotifyMode::GRAB
            && !self.masters.contains(&focus.deviceid)
        {
            self.ask();
        }
    }

    /// Waits for a word, as long as the daemon may be silent or until `last_chance`.
    fn next(&mut self, display: &Display, last_chance: Option<Instant>) -> Word {
        // Waiting for an answer may have read events that no descriptor will tell of again.
        loop {
            match display.conn.poll_for_event() {
                Ok(Some(event)) => self.see(&event),
                Ok(None) => break,
                Err(_) => return Word::Gone,
            }
        }
        let stdin = io::stdin();
        let mut fds = [
            PollFd::new(&stdin, PollFlags::IN),
            PollFd::from_borrowed_fd(display.conn.as_fd(), PollFlags::IN),
        ];
        let deadline = last_chance.or_else(|| self.deadline());
        // Even when the time is up beats may be waiting: a stopped guard is no reason to kill.
        let timeout = deadline.map(|at| time_to_poll(at.saturating_duration_since(Instant::now())));
        match poll(&mut fds, timeout.as_ref()) {
            Ok(0) => return Word::Late,
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => return Word::Gone,
        }
        if !fds[0].revents().is_empty() {
            let mut bytes = [0; 64];
            match rustix::io::read(&stdin, &mut bytes) {
                Ok(0) => return Word::Gone,
                Ok(n) => bytes[..n].iter().for_each(|&byte| self.hear(byte)),
                Err(Errno::INTR | Errno::AGAIN) => {}
                Err(_) => return Word::Gone,
            }
        }
        Word::Some
    }
}

/// The daemon's connection is gone or going: once the server has given the keyboards back, no key
/// may stay down that nobody holds.
fn let_go(display: &Display) -> Result<(), DisplayError> {
    // The server closes a killed client before it answers; one that died is closed when the server
    // next looks, which a short wait makes sure of.
    display.sync()?;
    std::thread::sleep(Duration::from_millis(50));
    settle(display)?;
    display.conn.flush()?;
    display.sync()?;
    Ok(())
}
