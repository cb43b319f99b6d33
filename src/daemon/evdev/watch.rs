//! [`watch`]: what the guard process does on evdev: it gives the keyboards back when the daemon
//! stands still.
//!
//! It shares each keyboard's open file with the daemon (`SCM_RIGHTS`), so it sees when keys wait in
//! it, without reading them, and may give the grab back in the daemon's name. When keys wait it asks
//! the daemon; while the answer is due it looks whether the emergency chord is held, through a
//! second open file of its own. Without keys both sleep.
//!
//! The grab must not outlive the daemon by the shared files: the kernel kills this process when
//! the daemon dies, even when it is stopped itself.

use std::{
    collections::BTreeMap,
    io,
    mem::MaybeUninit,
    os::fd::{AsFd, OwnedFd},
    process::ExitCode,
    time::{Duration, Instant},
};

use evdev::{KeyCode, raw_stream::RawDevice};
use rustix::{
    event::{PollFd, PollFlags, poll},
    io::{Errno, IoSliceMut},
    net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg},
    process::{Pid, Signal, getppid, kill_process, set_parent_process_death_signal},
};

use super::super::{
    guard::{ASK, Guard, PATIENCE, ignore_signals},
    time_to_poll,
};
use crate::{
    engine::DeviceId,
    input::evdev::{Keyboard, grab},
};

/// Between an answer and the next question: a word is one question, not ten.
const REST: Duration = Duration::from_millis(200);

/// How often the chord is looked for while the daemon owes an answer.
const LOOK: Duration = Duration::from_millis(50);

/// What the daemon says besides answers: a keyboard came, with its descriptors, or is gone. Its
/// number follows.
const CAME: u8 = b'>';
const GONE: u8 = b'<';

/// The descriptors of a keyboard: shared, and its own.
const DESCRIPTORS: usize = 2;

/// Backspace, Escape and Enter (rule R9).
const CHORD: [KeyCode; 3] = [KeyCode::KEY_BACKSPACE, KeyCode::KEY_ESC, KeyCode::KEY_ENTER];

/// Ends the daemon after the chord. No service manager starts it again: the unit says so.
const LET_GO: Signal = Signal::USR1;

/// Tells the guard of a keyboard.
pub(super) fn came(guard: &mut Guard, device: DeviceId, keyboard: &Keyboard) {
    let descriptors: [_; DESCRIPTORS] = [keyboard.as_fd(), keyboard.own_of_guard()];
    guard.share(&message(CAME, device), &descriptors);
}

/// Tells the guard that a keyboard is gone.
pub(super) fn gone(guard: &mut Guard, device: DeviceId) {
    guard.share(&message(GONE, device), &[]);
}

fn message(kind: u8, device: DeviceId) -> [u8; 5] {
    let [a, b, c, d] = device.0.to_ne_bytes();
    [kind, a, b, c, d]
}

/// What the guard process does until the daemon is gone.
pub(in crate::daemon) fn watch() -> ExitCode {
    let daemon = getppid();
    if set_parent_process_death_signal(Some(Signal::KILL)).is_err() {
        return ExitCode::from(2);
    }
    ignore_signals();
    let Some(daemon) = daemon else { return ExitCode::from(2) };
    let mut watched = Watched::default();
    let why = loop {
        match watched.next() {
            None => {}
            Some(why) => break why,
        }
    };
    watched.give_back();
    match why {
        Why::Gone => {}
        Why::Late => end(daemon, Signal::KILL),
        Why::Chord => end(daemon, LET_GO),
    }
    ExitCode::SUCCESS
}

/// Ends the daemon, if it is still our parent: its number may be another's by now.
fn end(daemon: Pid, signal: Signal) {
    if getppid() == Some(daemon) {
        let _ = kill_process(daemon, signal);
        // A stopped process takes no other signal but SIGKILL.
        let _ = kill_process(daemon, Signal::CONT);
    }
}

/// Why the keyboards are given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    /// The daemon is gone.
    Gone,
    /// It does not answer.
    Late,
    /// It does not answer, and the user asks for the keyboards.
    Chord,
}

struct Shared {
    /// The daemon's open file: readable while keys wait in it.
    device: OwnedFd,
    /// An open file of our own.
    state: RawDevice,
}

/// What the guard knows of the daemon.
#[derive(Default)]
struct Watched {
    keyboards: BTreeMap<u32, Shared>,
    /// How many questions it has not answered, and since when it owes a word.
    unanswered: usize,
    asked: Option<Instant>,
    /// No question before.
    rest: Option<Instant>,
    /// What was read and is no whole message yet.
    heard: Vec<u8>,
}

impl Watched {
    /// Waits for one thing; a reason to give the keyboards back.
    fn next(&mut self) -> Option<Why> {
        let now = Instant::now();
        self.rest = self.rest.filter(|until| *until > now);
        let watching = self.asked.is_none() && self.rest.is_none();
        let timeout = match self.asked {
            Some(_) => Some(LOOK),
            None => self.rest.map(|until| until - now),
        };
        let stdin = io::stdin();
        let mut fds = vec![PollFd::new(&stdin, PollFlags::IN)];
        if watching {
            fds.extend(
                self.keyboards.values().map(|shared| PollFd::new(&shared.device, PollFlags::IN)),
            );
        }
        match poll(&mut fds, timeout.map(time_to_poll).as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => return Some(Why::Gone),
        }
        let ready: Vec<_> = fds.iter().map(PollFd::revents).collect();
        drop(fds);
        if !ready[0].is_empty() && !self.hear() {
            return Some(Why::Gone);
        }
        if watching {
            let keyboards: Vec<_> = self.keyboards.keys().copied().collect();
            for (number, ready) in keyboards.into_iter().zip(&ready[1..]) {
                if ready.intersects(PollFlags::ERR | PollFlags::HUP | PollFlags::NVAL) {
                    // Unplugged; the daemon will say so too.
                    self.keyboards.remove(&number);
                } else if ready.contains(PollFlags::IN) {
                    self.ask();
                }
            }
        }
        let since = self.asked?;
        if self.chord() {
            return Some(Why::Chord);
        }
        (since.elapsed() >= PATIENCE && !self.spoke_at_last()).then_some(Why::Late)
    }

    /// A last chance: on a busy machine the answer may be there, and unread.
    fn spoke_at_last(&mut self) -> bool {
        let stdin = io::stdin();
        let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
        let waiting = poll(&mut fds, Some(&time_to_poll(LOOK))).is_ok_and(|ready| ready > 0);
        waiting && self.hear() && self.asked.is_none_or(|since| since.elapsed() < PATIENCE)
    }

    fn ask(&mut self) {
        if self.asked.is_none() && rustix::io::write(io::stdin(), &[ASK]).is_ok() {
            self.unanswered += 1;
            self.asked = Some(Instant::now());
        }
    }

    /// Reads what the daemon says. `false` when it is gone.
    fn hear(&mut self) -> bool {
        let mut bytes = [0; 64];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let flags = RecvFlags::CMSG_CLOEXEC;
        let read = recvmsg(io::stdin(), &mut [IoSliceMut::new(&mut bytes)], &mut control, flags);
        let length = match read {
            Ok(read) if read.bytes == 0 => return false,
            Ok(read) => read.bytes,
            Err(Errno::INTR | Errno::AGAIN) => return true,
            Err(_) => return false,
        };
        // The kernel ends a reading at the message that brought descriptors: one set at most.
        let mut descriptors = control.drain().find_map(|message| match message {
            RecvAncillaryMessage::ScmRights(descriptors) => Some(descriptors),
            _ => None,
        });
        self.heard.extend_from_slice(&bytes[..length]);
        while let Some(&kind) = self.heard.first() {
            let long = matches!(kind, CAME | GONE);
            let length = if long { 5 } else { 1 };
            if self.heard.len() < length {
                break;
            }
            let message: Vec<u8> = self.heard.drain(..length).collect();
            let number = match message[1..] {
                [a, b, c, d] => u32::from_ne_bytes([a, b, c, d]),
                _ => 0,
            };
            match kind {
                CAME => {
                    let mut next = || descriptors.as_mut().and_then(Iterator::next);
                    if let (Some(device), Some(own)) = (next(), next())
                        && let Ok(state) = RawDevice::from_fd(own)
                    {
                        self.keyboards.insert(number, Shared { device, state });
                    }
                }
                GONE => drop(self.keyboards.remove(&number)),
                _ => self.answered(),
            }
        }
        true
    }

    fn answered(&mut self) {
        self.unanswered = self.unanswered.saturating_sub(1);
        if self.unanswered == 0 {
            self.asked = None;
            self.rest = Some(Instant::now() + REST);
        }
    }

    /// Whether the emergency chord is held on one keyboard.
    fn chord(&self) -> bool {
        self.keyboards.values().any(|shared| {
            let down = shared.state.get_key_state();
            down.is_ok_and(|down| CHORD.iter().all(|&key| down.contains(key)))
        })
    }

    fn give_back(&mut self) {
        for shared in self.keyboards.values() {
            let _ = grab(&shared.device, false);
        }
        self.keyboards.clear();
    }
}
