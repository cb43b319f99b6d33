//! [`Tty`]: the terminal, taken and given back. Whatever ends the program, it is as it was.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Write},
    os::{fd::AsFd, unix::net::UnixStream},
    sync::{Mutex, Once, PoisonError},
    time::Duration,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    termios::{OptionalActions, Termios, tcgetattr, tcsetattr},
};
use signal_hook::{consts, low_level};

use super::input::{Decoder, Input};

/// Alternate screen, no cursor, no scrollback behind.
const ENTER: &str = "\u{1b}[?1049h\u{1b}[2J\u{1b}[?25l";

/// All of kitty's protocol: keys told apart, releases, shifted keys, every key, its text.
const ALL: u16 = 31;

const ASK_PROTOCOL: &str = "\u{1b}[?u\u{1b}[c";
const PUSH_PROTOCOL: &str = "\u{1b}[>31u";
const SET_PROTOCOL: &str = "\u{1b}[=31u";
const POP_PROTOCOL: &str = "\u{1b}[<u";

/// Colours off, cursor on, the screen of before.
const LEAVE: &str = "\u{1b}[0m\u{1b}[?25h\u{1b}[?1049l";

/// How long an Escape waits for the rest of a sequence: bytes of one key may come apart over ssh.
const ESCAPE_TIME: Duration = Duration::from_millis(50);

/// How long a terminal has to tell what it can.
const ANSWER_TIME: Duration = Duration::from_millis(700);

/// What is to be put back, while the terminal is ours.
static TAKEN: Mutex<Option<Taken>> = Mutex::new(None);

struct Taken {
    modes: Termios,
    protocol: bool,
}

/// Something happened.
#[derive(Debug)]
pub(super) enum Event {
    /// This came from the terminal.
    Input(Vec<Input>),
    /// The terminal has another size, or is ours again.
    Redraw,
    /// The program is to stop for a while (`SIGTSTP`).
    Suspend,
    /// The program is to end: the signal.
    End(i32),
    /// The time is up.
    Timeout,
    /// The terminal is gone.
    Gone,
}

/// The controlling terminal in raw mode, its alternate screen shown.
#[derive(Debug)]
pub(super) struct Tty {
    file: File,
    signals: Vec<(i32, UnixStream)>,
    decoder: Decoder,
    early: Vec<Input>,
    wants_protocol: bool,
}

impl Tty {
    /// Takes the terminal. With `wants_protocol` every key is asked for, where the terminal can.
    ///
    /// # Errors
    /// When there is no terminal.
    pub(super) fn open(wants_protocol: bool) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
        restore_on_panic();
        let signals = [
            consts::SIGTERM,
            consts::SIGHUP,
            consts::SIGINT,
            consts::SIGQUIT,
            consts::SIGTSTP,
            consts::SIGCONT,
            consts::SIGWINCH,
        ];
        let signals = signals.into_iter().map(watch).collect::<io::Result<_>>()?;
        let decoder = Decoder::default();
        let mut tty = Self { file, signals, decoder, early: Vec::new(), wants_protocol };
        tty.enter()?;
        Ok(tty)
    }

    /// A second handle, to draw on.
    pub(super) fn output(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// Whether the terminal tells of every key and its release.
    pub(super) fn tells_all(&self) -> bool {
        taken().as_ref().is_some_and(|taken| taken.protocol)
    }

    /// Raw mode and the alternate screen.
    pub(super) fn enter(&mut self) -> io::Result<()> {
        let modes = tcgetattr(&self.file)?;
        let raw = raw(&modes);
        *taken() = Some(Taken { modes, protocol: false });
        tcsetattr(&self.file, OptionalActions::Flush, &raw)?;
        self.write(ENTER)?;
        if self.wants_protocol {
            let tells_all = self.ask_protocol()?.is_some() && {
                self.write(PUSH_PROTOCOL)?;
                if let Some(taken) = &mut *taken() {
                    taken.protocol = true;
                }
                self.ask_protocol()? == Some(ALL)
            };
            if !tells_all && self.tells_all() {
                self.write(POP_PROTOCOL)?;
            }
            if let Some(taken) = &mut *taken() {
                taken.protocol = tells_all;
            }
        }
        Ok(())
    }

    /// The process was stopped and goes on (`SIGCONT`): the shell may have had the terminal meanwhile.
    fn resume(&mut self) -> io::Result<()> {
        let Some((modes, protocol)) =
            taken().as_ref().map(|taken| (taken.modes.clone(), taken.protocol))
        else {
            return Ok(());
        };
        tcsetattr(&self.file, OptionalActions::Now, &raw(&modes))?;
        self.write(ENTER)?;
        if protocol { self.write(SET_PROTOCOL) } else { Ok(()) }
    }

    /// The flags of kitty's protocol that are in force; `None` where it is unknown. Keys that come
    /// before the answer are kept.
    fn ask_protocol(&mut self) -> io::Result<Option<u16>> {
        self.write(ASK_PROTOCOL)?;
        let mut flags = None;
        let end = std::time::Instant::now() + ANSWER_TIME;
        loop {
            let left = end.saturating_duration_since(std::time::Instant::now());
            if left.is_zero() || !self.readable(left)? {
                return Ok(flags);
            }
            for input in self.read()? {
                match input {
                    Input::Protocol(found) => flags = Some(found),
                    Input::Attributes => return Ok(flags),
                    Input::Key(_) => self.early.push(input),
                }
            }
        }
    }

    /// Waits for the terminal, a signal, or `timeout`.
    pub(super) fn wait(&mut self, timeout: Option<Duration>) -> io::Result<Event> {
        if !self.early.is_empty() {
            return Ok(Event::Input(std::mem::take(&mut self.early)));
        }
        if self.decoder.waits() && !self.readable(ESCAPE_TIME)? {
            self.decoder.flush();
            return Ok(Event::Input(self.decoder.take()));
        }
        let mut fds = vec![PollFd::from_borrowed_fd(self.file.as_fd(), PollFlags::IN)];
        let streams = self.signals.iter();
        fds.extend(streams.map(|(_, s)| PollFd::from_borrowed_fd(s.as_fd(), PollFlags::IN)));
        let timeout = timeout.and_then(|time| Timespec::try_from(time).ok());
        match poll(&mut fds, timeout.as_ref()) {
            Ok(0) => return Ok(Event::Timeout),
            Err(rustix::io::Errno::INTR) => return Ok(Event::Input(Vec::new())),
            Err(error) => return Err(error.into()),
            Ok(_) => {}
        }
        let came: Vec<bool> = fds.iter().map(|fd| !fd.revents().is_empty()).collect();
        drop(fds);
        let raised = self.signals.iter().zip(&came[1..]).find(|(_, came)| **came);
        if let Some((&(signal, ref stream), _)) = raised {
            let _ = (&mut &*stream).read(&mut [0; 64]);
            return Ok(match signal {
                consts::SIGTSTP => Event::Suspend,
                consts::SIGCONT => {
                    self.resume()?;
                    Event::Redraw
                }
                consts::SIGWINCH => Event::Redraw,
                signal => Event::End(signal),
            });
        }
        match self.read() {
            Ok(input) => Ok(Event::Input(input)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                Ok(Event::Input(Vec::new()))
            }
            // What a hung-up terminal says.
            Err(_) => Ok(Event::Gone),
        }
    }

    /// Gives the terminal back, stops the process, and takes the terminal again once it goes on.
    pub(super) fn suspend(&mut self) -> io::Result<()> {
        restore();
        low_level::raise(consts::SIGSTOP)?;
        self.enter()
    }

    fn readable(&self, timeout: Duration) -> io::Result<bool> {
        let mut fds = [PollFd::from_borrowed_fd(self.file.as_fd(), PollFlags::IN)];
        let timeout = Timespec::try_from(timeout).ok();
        match poll(&mut fds, timeout.as_ref()) {
            Ok(ready) => Ok(ready > 0),
            Err(rustix::io::Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn read(&mut self) -> io::Result<Vec<Input>> {
        let mut bytes = [0; 1024];
        let length = self.file.read(&mut bytes)?;
        if length == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.decoder.feed(&bytes[..length]);
        Ok(self.decoder.take())
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.file.write_all(text.as_bytes())
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        restore();
    }
}

fn raw(modes: &Termios) -> Termios {
    let mut raw = modes.clone();
    raw.make_raw();
    raw
}

fn taken() -> std::sync::MutexGuard<'static, Option<Taken>> {
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts the terminal back, if it is ours. Says nothing of errors: there is nobody to tell.
fn restore() {
    let Some(Taken { modes, protocol }) = taken().take() else { return };
    let Ok(mut file) = OpenOptions::new().read(true).write(true).open("/dev/tty") else { return };
    let _ = write!(file, "{}{LEAVE}", if protocol { POP_PROTOCOL } else { "" });
    let _ = tcsetattr(&file, OptionalActions::Drain, &modes);
}

/// What a panic says is to be read on the screen of before.
fn restore_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let say = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            restore();
            say(panic);
        }));
    });
}

fn watch(signal: i32) -> io::Result<(i32, UnixStream)> {
    let (reader, writer) = UnixStream::pair()?;
    reader.set_nonblocking(true)?;
    writer.set_nonblocking(true)?;
    low_level::pipe::register(signal, writer)?;
    Ok((signal, reader))
}
