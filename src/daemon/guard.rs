//! [`Guard`]: the daemon's end of the guard, a second process that takes the keyboards away from a
//! daemon that stands still. A thread could not watch a stopped process.
//!
//! What the process does is each backend's own (`x11/watch.rs`, `evdev/watch.rs`); what the two
//! say to each other is the same:
//!
//! ```text
//! daemon ──▶ guard   +   a keyboard is ours; every BEAT
//!                    .   none is, any more
//!                    !   the answer to a question
//! guard ──▶ daemon   ?   a key may wait for you: are you there?
//! ```

use std::{
    ffi::OsString,
    io::{self, IoSlice, Read, Write},
    mem::MaybeUninit,
    os::{
        fd::{BorrowedFd, OwnedFd},
        unix::{net::UnixStream, process::CommandExt},
    },
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};

/// How often a daemon in a hold shows that it lives.
const BEAT: Duration = Duration::from_millis(400);

/// How long a daemon may stand still.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// What the two say to each other.
pub(super) const ALIVE: u8 = b'+';
pub(super) const IDLE: u8 = b'.';
pub(super) const ASK: u8 = b'?';
const HERE: u8 = b'!';

/// The first argument that makes `composekeyd` a guard; the next says of what.
pub(super) const ARGUMENT: &str = "--guard";

/// So many guards in a row that die young are no accident.
const LOST: u32 = 3;

/// The daemon's end.
#[derive(Debug)]
pub(super) struct Guard {
    arguments: Vec<OsString>,
    display: Option<String>,
    process: Child,
    socket: UnixStream,
    gone: bool,
    /// When the next beat is due; `None` outside a hold.
    due: Option<Instant>,
    /// How many questions wait for an answer.
    questions: usize,
    born: Instant,
    /// How many guards in a row died young.
    lost: u32,
}

impl Guard {
    /// Starts `composekeyd --guard ARGUMENTS`, for this display when it is given.
    ///
    /// # Errors
    /// When the process could not be started.
    pub(super) fn start(arguments: &[String], display: Option<&str>) -> io::Result<Self> {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        let (process, socket) = spawn(&arguments, display)?;
        let display = display.map(str::to_owned);
        let born = Instant::now();
        Ok(Self {
            arguments,
            display,
            process,
            socket,
            gone: false,
            due: None,
            questions: 0,
            born,
            lost: 0,
        })
    }

    /// Starts another one in its place. `false` when no guard can live here.
    pub(super) fn revive(&mut self) -> bool {
        let young = self.born.elapsed() < Duration::from_secs(1);
        self.lost = if young { self.lost + 1 } else { 0 };
        if self.lost >= LOST {
            return false;
        }
        self.end();
        let Ok((process, socket)) = spawn(&self.arguments, self.display.as_deref()) else {
            return false;
        };
        (self.process, self.socket, self.gone) = (process, socket, false);
        (self.due, self.questions, self.born) = (None, 0, Instant::now());
        true
    }

    /// Whether it died, so that [`Self::revive`] is to be called.
    pub(super) fn is_gone(&self) -> bool {
        self.gone
    }

    /// Says whether a hold is on, and beats when it is time.
    pub(super) fn beat(&mut self, now: Instant, hold: bool) {
        let byte = match (hold, self.due) {
            (true, Some(due)) if now < due => return,
            (true, _) => ALIVE,
            (false, Some(_)) => IDLE,
            (false, None) => return,
        };
        self.due = hold.then(|| now + BEAT);
        self.say(&[byte]);
    }

    /// Hears what the guard asks.
    pub(super) fn hear(&mut self) {
        let mut questions = [0; 64];
        match self.socket.read(&mut questions) {
            Ok(0) => self.gone = true,
            Ok(n) => self.questions += n,
            Err(error) => self.gone |= error.kind() != io::ErrorKind::WouldBlock,
        }
    }

    /// Whether the guard waits for an answer.
    pub(super) fn is_asked(&self) -> bool {
        self.questions > 0
    }

    /// Answers all questions.
    ///
    /// To be called when everything is done that had arrived before the questions were heard: what
    /// is answered is that no key waits for us any more.
    pub(super) fn answer(&mut self) {
        while self.questions > 0 {
            let some = self.questions.min(64);
            self.questions -= some;
            self.say(&[HERE; 64][..some]);
        }
    }

    fn say(&mut self, bytes: &[u8]) {
        if let Err(error) = self.socket.write_all(bytes) {
            // A full socket is a guard that stands still itself.
            self.gone |= error.kind() != io::ErrorKind::WouldBlock;
        }
    }

    /// Says something of the backend's own, with descriptors to share.
    pub(super) fn share(&mut self, bytes: &[u8], descriptors: &[BorrowedFd<'_>]) {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(4))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        let shared =
            descriptors.is_empty() || control.push(SendAncillaryMessage::ScmRights(descriptors));
        let flags = SendFlags::NOSIGNAL;
        let sent = sendmsg(&self.socket, &[IoSlice::new(bytes)], &mut control, flags);
        // A guard that does not know of a keyboard cannot give it back.
        self.gone |= !shared || sent != Ok(bytes.len());
    }

    /// When [`Self::beat`] is to be called next.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.due
    }

    /// Readable when [`Self::hear`] is to be called.
    pub(super) fn socket(&self) -> &UnixStream {
        &self.socket
    }

    /// The guard tells a clean end from a crash by being killed before it sees the socket closed.
    fn end(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.end();
    }
}

fn spawn(arguments: &[OsString], display: Option<&str>) -> io::Result<(Child, UnixStream)> {
    let (socket, of_guard) = UnixStream::pair()?;
    socket.set_nonblocking(true)?;
    of_guard.set_nonblocking(true)?;
    let process = Command::new("/proc/self/exe")
        .arg0("composekeyd")
        .envs(display.map(|name| ("DISPLAY", name)))
        .arg(ARGUMENT)
        .args(arguments)
        .stdin(OwnedFd::from(of_guard))
        .stdout(Stdio::null())
        // A Ctrl+C in the terminal is for the daemon, which then ends the guard.
        .process_group(0)
        .spawn()?;
    Ok((process, socket))
}

/// The guard outlives a terminal and a service manager's signal: it ends when the daemon does.
pub(super) fn ignore_signals() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        let _ = signal_hook::flag::register(signal, std::sync::Arc::default());
    }
}
