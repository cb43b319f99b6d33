//! What the command line says to a running daemon, and the answers: one JSON object a line, over a
//! Unix socket. Enter at [`call`].
//!
//! Nothing typed live is ever said here.

use std::{
    fmt,
    io::{self, BufRead, BufReader, Read, Write},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};

/// The longest request or answer, in bytes with its newline.
pub const LIMIT: usize = 1 << 20;

/// How long a caller waits for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// How much longer for each byte of a text, which is answered when it is out. A busy machine needs a few of these a
/// character; the daemon itself gives up a text that gets no further.
const TYPING: Duration = Duration::from_millis(100);

/// What a caller can ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// How are you?
    Status,
    /// Read the settings and maps again.
    Reload,
    /// Let go of the keyboards until [`Request::Resume`].
    Pause,
    /// Take the keyboards again.
    Resume,
    /// Type this text into the focused window.
    Type {
        /// The text.
        text: String,
    },
}

/// What the daemon answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "kebab-case")]
pub enum Reply {
    /// To [`Request::Status`].
    Status(Box<Status>),
    /// To [`Request::Reload`].
    Reloaded {
        /// Sequences now in force.
        sequences: usize,
        /// Whether errors kept the old map in force.
        kept: bool,
        /// The findings, rendered without colour; may be empty.
        report: String,
    },
    /// It is done.
    Done,
    /// It could not be done.
    Refused {
        /// Why.
        reason: String,
    },
}

/// How a daemon is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The daemon's version.
    pub version: String,
    /// Its process id.
    pub pid: u32,
    /// The display it serves; empty when it serves none.
    pub display: String,
    /// The way keys come in: `x11` or `evdev`.
    pub input: String,
    /// Why this way.
    #[serde(default)]
    pub why: String,
    /// The way text goes out, and why this one.
    pub output: String,
    /// The key that is held.
    pub trigger: String,
    /// The keyboards.
    pub keyboards: Vec<Keyboard>,
    /// Sequences in force.
    pub sequences: usize,
    /// Whether the keyboards are let go of by [`Request::Pause`].
    pub paused: bool,
    /// The class of the focused window, when the settings tell to ignore it.
    pub ignoring: Option<String>,
    /// Whether Caps Lock is on.
    pub caps_lock: bool,
    /// The settings file, whether it exists or not.
    pub config: PathBuf,
    /// Whether the newest settings or maps have errors, so that older ones are in force.
    pub kept: bool,
    /// Characters of the sequences that cannot be typed in this session.
    #[serde(default)]
    pub untyped: Option<Untyped>,
    /// What the user should know: options that give the trigger another job, refused grabs.
    pub notes: Vec<String>,
}

/// Characters of the sequences that cannot be typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Untyped {
    /// How many.
    pub count: usize,
    /// What is in the way, and what mends that.
    pub why: String,
}

/// A keyboard the daemon serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keyboard {
    /// Its name.
    pub name: String,
    /// Whether its trigger is ours.
    pub grabbed: bool,
}

/// Why there is no answer.
#[derive(Debug)]
#[non_exhaustive]
pub enum CallError {
    /// No daemon listens there.
    NotRunning(PathBuf),
    /// The connection failed.
    Io(io::Error),
    /// It did not answer in this time.
    Silent(Duration),
    /// The answer is not one of ours.
    Answer(serde_json::Error),
}

/// The socket below a runtime directory.
#[must_use]
pub fn socket(runtime_dir: &Path) -> PathBuf {
    runtime_dir.join("control")
}

/// Asks the daemon behind `socket`.
///
/// # Errors
/// When none is running, or the answer does not come within some seconds.
pub fn call(socket: &Path, request: &Request) -> Result<Reply, CallError> {
    let typing = match request {
        Request::Type { text } => TYPING * u32::try_from(text.len()).unwrap_or(u32::MAX),
        _ => Duration::ZERO,
    };
    call_within(PATIENCE + typing, socket, request)
}

fn call_within(time: Duration, socket: &Path, request: &Request) -> Result<Reply, CallError> {
    use io::ErrorKind::{ConnectionRefused, NotFound, TimedOut, WouldBlock};
    let mut stream = UnixStream::connect(socket).map_err(|error| match error.kind() {
        ConnectionRefused | NotFound => CallError::NotRunning(socket.to_owned()),
        _ => CallError::Io(error),
    })?;
    let failed = |error: io::Error| match error.kind() {
        WouldBlock | TimedOut => CallError::Silent(time),
        _ => CallError::Io(error),
    };
    stream.set_read_timeout(Some(time)).map_err(failed)?;
    stream.set_write_timeout(Some(time)).map_err(failed)?;
    stream.write_all(encode(request).as_bytes()).map_err(failed)?;
    let mut line = String::new();
    let limit = u64::try_from(LIMIT).expect("a small number");
    let _ = BufReader::new(stream.take(limit)).read_line(&mut line).map_err(failed)?;
    serde_json::from_str(&line).map_err(CallError::Answer)
}

/// One message as one line.
#[must_use]
pub fn encode<T: Serialize>(message: &T) -> String {
    let mut line = serde_json::to_string(message).expect("messages have string keys only");
    line.push('\n');
    line
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRunning(socket) => {
                write!(f, "no `composekeyd` is running (nothing listens on `{}`)", socket.display())
            }
            Self::Io(error) => write!(f, "error talking to `composekeyd`: {error}"),
            Self::Silent(time) => {
                write!(f, "`composekeyd` did not answer within {} s", time.as_secs())
            }
            Self::Answer(error) => write!(f, "error reading the answer of `composekeyd`: {error}"),
        }
    }
}

impl std::error::Error for CallError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NotRunning(_) | Self::Silent(_) => None,
            Self::Io(error) => Some(error),
            Self::Answer(error) => Some(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn one_that_does_not_answer_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let socket = socket(folder.path());
        let listener = UnixListener::bind(&socket).unwrap();
        let error = call_within(Duration::from_millis(20), &socket, &Request::Status).unwrap_err();
        assert!(matches!(error, CallError::Silent(_)), "{error}");
        assert_eq!(error.to_string(), "`composekeyd` did not answer within 0 s");
        drop(listener);
        let error = call(&socket, &Request::Status).unwrap_err();
        assert!(matches!(error, CallError::NotRunning(_)), "{error}");
    }
}
