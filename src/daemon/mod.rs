//! `composekeyd`: wires engine, shells and files together. Start at [`main`].
//!
//! One thread, one poll loop (`run.rs`) over a [`backend::Backend`]: `x11/` on an X server, `evdev/`
//! everywhere else. Other threads wait for what may take its time, so that no key does (docs/architecture.md lists them).

mod backend;
mod control;
mod core;
mod evdev;
mod guard;
mod load;
mod memory;
mod poller;
mod run;
mod say;
mod serve;
mod signals;
mod start;
mod watch;
mod x11;

use std::{ffi::OsString, fmt, path::PathBuf, process::ExitCode, time::Duration};

use clap::{CommandFactory, Parser};
use rustix::time::Timespec;

pub(crate) use start::caps_lock_job;

use self::{control::Control, core::Core, evdev::Evdev, say::say, signals::Signals, x11::X11};
use crate::{
    config::{self, Paths},
    x11::{Display, DisplayError},
};

/// The status after the emergency chord: service managers must not start the daemon again.
pub const LET_GO: u8 = 3;

/// Hold Caps Lock, type a sequence, and the character is there, in every program.
///
/// Runs in the foreground until SIGTERM or Ctrl+C. SIGHUP reads the maps again, which also happens
/// by itself when they change. Backspace, Escape and Enter held together end it at once: on an X
/// server while Caps Lock is held, on the keyboards themselves at any time.
#[derive(Debug, Parser)]
#[command(name = "composekeyd", version)]
struct Arguments {
    /// Read these settings instead of `~/.config/composekey/config.toml`
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Serve this X display instead of `$DISPLAY`
    #[arg(long, value_name = "NAME")]
    display: Option<String>,
    /// Take keys from there, whatever the settings say
    #[arg(long, value_name = "WAY")]
    backend: Option<BackendName>,
}

/// The command line, for its manual page and completions.
#[must_use]
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Runs the program with these arguments, the first of which is its name.
#[must_use]
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    if let [_, mode, what @ ..] = &args[..]
        && mode == guard::ARGUMENT
    {
        return guard(what);
    }
    let arguments = match Arguments::try_parse_from(args) {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let mut paths = Paths::from_env();
    if let Some(config) = arguments.config {
        paths.set_config(config);
    }
    let end = run(&paths, arguments.display.as_deref(), arguments.backend.map(Into::into));
    let status = tell(end);
    say::finish();
    status
}

/// Says why it ended; the status.
fn tell(end: Result<End, StartError>) -> ExitCode {
    match end {
        Ok(End::Asked) => ExitCode::SUCCESS,
        Ok(End::DisplayGone) => {
            say("the X server went away: good bye");
            ExitCode::SUCCESS
        }
        Ok(End::CutOff) => {
            say("the connection to the X server was cut: this process stood still in a hold");
            ExitCode::FAILURE
        }
        Ok(End::Deaf) => {
            say("the kernel does not let this process wait for keys any more");
            ExitCode::FAILURE
        }
        Ok(End::Unguarded) => {
            say("the guard cannot live here, and without it a tap could lock you out");
            ExitCode::FAILURE
        }
        Ok(End::LetGo) => {
            say("emergency chord: let go of every keyboard");
            ExitCode::from(LET_GO)
        }
        Err(error) => {
            say(&error.to_string());
            ExitCode::from(2)
        }
    }
}

/// Serves until something ends it.
fn run(
    paths: &Paths,
    display_name: Option<&str>,
    backend: Option<config::Backend>,
) -> Result<End, StartError> {
    memory::refuse_huge_pages();
    let system = |what| move |error| StartError::System(what, error);
    let signals = Signals::install().map_err(system("catching signals"))?;
    let control = Control::open(&paths.control_dir()).map_err(StartError::Control)?;
    let loaded = load::load(paths);
    let backend = backend.unwrap_or(loaded.settings.backend);
    let why = match backend {
        config::Backend::Evdev => "asked for".to_owned(),
        config::Backend::X11 | config::Backend::Auto => match Display::open(display_name) {
            Ok(display) => {
                let guard = X11::guard(&display, display_name)?;
                let mut core = Core::new(paths, loaded, signals, control, guard)?;
                let asked = backend == config::Backend::X11;
                let why = if asked { "asked for" } else { "a real X server" };
                let backend = X11::new(&mut core, display, display_name, why)?;
                return Ok(run::run(core, backend));
            }
            Err(error) if backend == config::Backend::X11 => return Err(error.into()),
            Err(error) => error.to_string(),
        },
    };
    let mut core = Core::new(paths, loaded, signals, control, Evdev::guard()?)?;
    let backend = Evdev::new(&mut core, why.clone()).map_err(|error| match backend {
        config::Backend::Auto => StartError::Neither(why, Box::new(error)),
        _ => error,
    })?;
    Ok(run::run(core, backend))
}

/// What this program does as a guard.
fn guard(what: &[OsString]) -> ExitCode {
    match what {
        [backend, client] if backend == x11::GUARD => {
            let client = client.to_str().and_then(|client| client.parse().ok());
            client.map_or(ExitCode::from(2), x11::watch::watch)
        }
        [backend] if backend == evdev::GUARD => evdev::watch::watch(),
        _ => ExitCode::from(2),
    }
}

/// The words of `--backend`.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum BackendName {
    /// An X server's keys when there is a real one, else the keyboards themselves
    Auto,
    /// An X server's keys
    X11,
    /// The keyboards themselves
    Evdev,
}

impl From<BackendName> for config::Backend {
    fn from(name: BackendName) -> Self {
        match name {
            BackendName::Auto => Self::Auto,
            BackendName::X11 => Self::X11,
            BackendName::Evdev => Self::Evdev,
        }
    }
}

/// Why the daemon ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// By a signal.
    Asked,
    /// With the X server.
    DisplayGone,
    /// The guard, or another client, closed the connection.
    CutOff,
    /// Nothing can be waited for.
    Deaf,
    /// No guard can be kept running.
    Unguarded,
    /// By the emergency chord.
    LetGo,
}

/// Why the daemon could not run.
#[derive(Debug)]
enum StartError {
    Display(DisplayError),
    Control(control::ControlError),
    Output(crate::output::x11::OutputError),
    /// A right to the keyboards is missing: which, and what mends it.
    Rights(String),
    /// libxkbcommon has no keymap of that name.
    Keymap,
    /// Neither an X server nor the keyboards: why not the one, why not the other.
    Neither(String, Box<StartError>),
    /// Something of the system's failed: what, and how.
    System(&'static str, std::io::Error),
}

impl From<DisplayError> for StartError {
    fn from(error: DisplayError) -> Self {
        Self::Display(error)
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use control::ControlError::{Io, Running, Unsafe};
        match self {
            Self::Display(error @ DisplayError::Connect(_)) => {
                write!(f, "{error}; is `$DISPLAY` set, and may this user use the display?")
            }
            Self::Display(error @ DisplayError::Xwayland) => {
                write!(f, "{error}: `--backend evdev` takes the keyboards themselves")
            }
            Self::Display(error) => error.fmt(f),
            Self::Control(Running) => f.write_str(
                "another composekeyd is running: `composekey status` tells, `pkill composekeyd` ends it",
            ),
            Self::Control(Unsafe(path)) => write!(
                f,
                "the directory `{}` is not yours alone: remove it, or `chmod go-w` it",
                path.display()
            ),
            Self::Control(Io(path, error)) => {
                write!(f, "error opening `{}`: {error}", path.display())
            }
            Self::Output(error) => error.fmt(f),
            Self::Rights(missing) => f.write_str(missing),
            Self::Keymap => f.write_str(
                "the keymap of the system cannot be read: `/etc/default/keyboard` or \
                 `XKB_DEFAULT_LAYOUT` names a layout that is not there",
            ),
            Self::Neither(display, keyboards) => write!(
                f,
                "no X server can be served ({display}), nor the keyboards themselves: {keyboards}"
            ),
            Self::System(what, error) => write!(f, "error {what}: {error}"),
        }
    }
}

impl std::error::Error for StartError {}

/// A span for `poll`, never shorter than asked for.
fn time_to_poll(span: Duration) -> Timespec {
    Timespec {
        tv_sec: i64::try_from(span.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: i64::from(span.subsec_nanos()),
    }
}
