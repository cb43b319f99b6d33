//! The guard: a second process that takes the keyboard away from a daemon that stands still.
//!
//! [`Guard`] is the daemon's end of it, [`watch`] is what the guard process does.
//!
//! A thread cannot watch a stopped process, so the guard is a process with its own connection to
//! the display. While a hold lasts the daemon writes a beat every [`BEAT`]; after [`PATIENCE`]
//! without one the guard has the server close the daemon's connection, which drops its grabs, and
//! lets go of every key that nobody holds. It does the latter too when the daemon dies. Outside a
//! hold both processes sleep.

use std::{
    io::{self, Read, Write},
    os::{fd::AsFd, unix::process::CommandExt},
    process::{Child, ChildStdin, Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, poll},
    io::Errno,
};
use x11rb::{connection::Connection as _, protocol::xproto::ConnectionExt as _};

use super::time_to_poll;
use crate::{
    output::x11::settle,
    x11::{Display, DisplayError},
};

/// How often a daemon in a hold shows that it lives.
pub(super) const BEAT: Duration = Duration::from_millis(400);

/// How long a daemon in a hold may stand still.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the daemon writes: a hold goes on; no hold any more.
const ALIVE: u8 = b'+';
const IDLE: u8 = b'.';

/// The first argument that makes `composekeyd` a guard; the next is [`Display::client`].
pub(super) const ARGUMENT: &str = "--guard";

/// The daemon's end.
#[derive(Debug)]
pub(super) struct Guard {
    process: Child,
    pipe: ChildStdin,
    /// When the next beat is due; `None` outside a hold.
    due: Option<Instant>,
    born: Instant,
}

impl Guard {
    /// Starts the guard process for this connection to the display `name`.
    ///
    /// # Errors
    /// When the process could not be started.
    pub(super) fn start(display: &Display, name: Option<&str>) -> io::Result<Self> {
        let mut process = Command::new("/proc/self/exe")
            .arg0("composekeyd")
            .envs(name.map(|name| ("DISPLAY", name)))
            .arg(ARGUMENT)
            .arg(display.client.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            // A Ctrl+C in the terminal is for the daemon, which then ends the guard.
            .process_group(0)
            .spawn()?;
        let pipe = process.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
        rustix::io::ioctl_fionbio(&pipe, true)?;
        Ok(Self { process, pipe, due: None, born: Instant::now() })
    }

    /// Says whether a hold is on, and beats when it is time. `false` when the guard is gone.
    pub(super) fn beat(&mut self, now: Instant, hold: bool) -> bool {
        let byte = match (hold, self.due) {
            (true, Some(due)) if now < due => return true,
            (true, _) => ALIVE,
            (false, Some(_)) => IDLE,
            (false, None) => return true,
        };
        self.due = hold.then(|| now + BEAT);
        match self.pipe.write_all(&[byte]) {
            // A full pipe is a guard that stands still itself.
            Err(error) => error.kind() == io::ErrorKind::WouldBlock,
            Ok(()) => true,
        }
    }

    /// When [`Self::beat`] is to be called next.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.due
    }

    /// Whether it was started a moment ago: then its death is no accident.
    pub(super) fn is_young(&self) -> bool {
        self.born.elapsed() < Duration::from_secs(1)
    }

    /// The pipe, which reports an error when the guard is gone.
    pub(super) fn pipe(&self) -> &ChildStdin {
        &self.pipe
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // The guard tells a clean end from a crash by being killed before it sees the pipe closed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What the guard process does until the daemon is gone.
pub(super) fn watch(client: u32) -> ExitCode {
    ignore_signals();
    let display = match Display::open(None) {
        Ok(display) => display,
        // Without a display there is nothing to guard; the daemon will see the pipe close.
        Err(_) => return ExitCode::from(2),
    };
    match watch_display(&display, client) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(2),
    }
}

fn watch_display(display: &Display, client: u32) -> Result<(), DisplayError> {
    let mut last_beat = None::<Instant>;
    loop {
        let deadline = last_beat.map(|beat| beat + PATIENCE);
        match next(display, deadline) {
            Word::Alive => last_beat = Some(Instant::now()),
            Word::Idle => last_beat = None,
            Word::Nothing => {}
            Word::Gone => return let_go(display),
            Word::Late => {
                // A server that is busy for one client delays the daemon and us alike: once it
                // answers us, the daemon has a last chance.
                let _ = display.conn.get_input_focus()?.reply()?;
                let last_chance = Instant::now() + Duration::from_millis(100);
                match next(display, Some(last_chance)) {
                    Word::Alive => last_beat = Some(Instant::now()),
                    Word::Idle => last_beat = None,
                    Word::Nothing | Word::Late | Word::Gone => {
                        let _ = display.conn.kill_client(client)?;
                        return let_go(display);
                    }
                }
            }
        }
    }
}

/// What the guard heard.
enum Word {
    Alive,
    Idle,
    Nothing,
    Late,
    Gone,
}

/// Waits for the daemon's word, until `deadline`.
fn next(display: &Display, deadline: Option<Instant>) -> Word {
    let stdin = io::stdin();
    let mut fds = [
        PollFd::new(&stdin, PollFlags::IN),
        PollFd::from_borrowed_fd(display.conn.as_fd(), PollFlags::IN),
    ];
    let now = Instant::now();
    if deadline.is_some_and(|deadline| deadline <= now) {
        // Beats may be waiting all the same: a stopped guard is no reason to kill.
        let _ = poll(&mut fds, Some(&time_to_poll(Duration::ZERO)));
    } else {
        let timeout = deadline.map(|deadline| time_to_poll(deadline - now));
        match poll(&mut fds, timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => return Word::Gone,
        }
    }
    let [from_daemon, from_display] = fds.map(|fd| fd.revents());
    if !from_daemon.is_empty() {
        let mut bytes = [0; 64];
        return match io::stdin().lock().read(&mut bytes) {
            Ok(0) | Err(_) => Word::Gone,
            Ok(n) if bytes[n - 1] == IDLE => Word::Idle,
            Ok(_) => Word::Alive,
        };
    }
    if !from_display.is_empty() {
        // Nothing was asked for, so it is the end of the display.
        while let Ok(Some(_)) = display.conn.poll_for_event() {}
        if display.conn.get_input_focus().map(|cookie| cookie.reply()).is_err() {
            return Word::Gone;
        }
        return Word::Nothing;
    }
    match deadline {
        Some(deadline) if deadline <= Instant::now() => Word::Late,
        _ => Word::Nothing,
    }
}

/// The daemon's connection is gone or going: once the server has given the keyboards back, no key
/// may stay down that nobody holds.
fn let_go(display: &Display) -> Result<(), DisplayError> {
    // The server closes a killed client before it answers; one that died is closed when the server
    // next looks, which a short wait makes sure of.
    let _ = display.conn.get_input_focus()?.reply()?;
    std::thread::sleep(Duration::from_millis(50));
    settle(display)?;
    display.conn.flush()?;
    let _ = display.conn.get_input_focus()?.reply()?;
    Ok(())
}

/// The guard outlives a terminal and a service manager's signal: it ends when the daemon does.
fn ignore_signals() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        let _ = signal_hook::flag::register(signal, std::sync::Arc::default());
    }
}
