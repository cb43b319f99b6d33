//! [`Follower`]: the session's keymap and group as they change, and the session as it comes and goes.
//!
//! A thread of its own asks: a compositor or an X server may take its time, and no key waits for it.
//!
//! ```text
//! nobody ──a socket comes──▶ compositor, else X server ──it goes──▶ nobody
//! ```

use std::{
    collections::BTreeMap,
    fmt, io,
    mem::MaybeUninit,
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::inotify,
};
use xkbcommon::xkb;

use super::{
    Origin,
    news::{News, Teller},
    wayland::{self, Compositor},
    xserver::XServer,
};

/// What the session tells.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Told {
    /// Its keymap, as text, and the active group as far as it is known.
    Keymap {
        /// The keymap (`XKB_KEYMAP_FORMAT_TEXT_V1`): a compiled one cannot leave its thread.
        text: String,
        /// The keymaps of single keyboards that have another one, by the nodes of their twins.
        own: BTreeMap<PathBuf, String>,
        /// Who tells it.
        origin: Origin,
        /// The active group, counted from 0.
        group: Option<u32>,
    },
    /// The keymap is as before, and another group is active.
    Group(Option<u32>),
    /// There is no session, or one that tells nothing.
    Nobody,
}

/// What a device of the kernel is, and where it is plugged (`EVIOCGPHYS`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A device that is plugged there.
    At(String),
    /// Our twin of the keyboard that is plugged there.
    TwinOf(String),
}

/// Tells what the device at a node is; `None` when there is none.
pub type Locate = fn(&Path) -> Option<Place>;

/// Hears what the session tells. The descriptor is readable when there is something to take.
#[derive(Debug)]
pub struct Follower {
    news: News<Told>,
}

/// How long a new compositor may take to tell its keymap before somebody else is asked.
const PATIENCE: Duration = Duration::from_secs(2);

/// A socket is there a moment before somebody listens on it: how often, and how soon, it is tried.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(200);

impl Follower {
    /// Starts to ask. The first word comes soon, [`Told::Nobody`] when there is no session. `locate` knows
    /// the twins, which are keyboards to an X server.
    ///
    /// # Errors
    /// When there are no descriptors or threads left.
    pub fn start(env: impl Fn(&str) -> Option<String>, locate: Locate) -> io::Result<Self> {
        let (news, teller) = News::new()?;
        let places = Places::new(env, locate);
        let inotify = places.watch()?;
        let asking = move || {
            // A session's connection and keymap stay in this thread.
            let session = Session::Nobody;
            Asking { places, inotify, teller, session, told: None, tries: 0 }.run();
        };
        let _ = thread::Builder::new().name("session".into()).spawn(asking)?;
        Ok(Self { news })
    }

    /// What the session told since the last call, in its order. To be called until there is nothing.
    pub fn take(&mut self) -> Option<Told> {
        self.news.take()
    }

    /// The next word, waited for; `None` when the session takes longer than it may.
    pub fn wait(&mut self) -> Option<Told> {
        self.news.wait(PATIENCE + PAUSE)
    }
}

impl AsFd for Follower {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.news.as_fd()
    }
}

/// Where sessions are to be found.
#[derive(Clone, Debug)]
struct Places {
    /// The socket that `$WAYLAND_DISPLAY` names.
    socket: Option<PathBuf>,
    /// Where sockets of compositors are, when no variable names one.
    runtime: Option<PathBuf>,
    /// `$DISPLAY`.
    display: Option<String>,
    locate: Locate,
}

/// Where X servers have their sockets.
const X_SOCKETS: &str = "/tmp/.X11-unix";
const TEMPORARY: &str = "/tmp";

impl Places {
    fn new(env: impl Fn(&str) -> Option<String>, locate: Locate) -> Self {
        let set = |name: &str| env(name).filter(|value| !value.is_empty());
        Self {
            socket: wayland::socket(&env),
            runtime: set("XDG_RUNTIME_DIR").map(PathBuf::from),
            display: set("DISPLAY"),
            locate,
        }
    }

    /// Tells when a socket comes.
    fn watch(&self) -> io::Result<OwnedFd> {
        let flags = inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK;
        let inotify = inotify::init(flags)?;
        self.add_folders(&inotify);
        Ok(inotify)
    }

    fn add_folders(&self, inotify: &OwnedFd) {
        let wanted = inotify::WatchFlags::CREATE
            | inotify::WatchFlags::MOVED_TO
            | inotify::WatchFlags::ONLYDIR;
        let socket = self.socket.as_deref().and_then(Path::parent);
        let x = self.display.as_ref().map(|_| Path::new(X_SOCKETS));
        // The first X server makes the folder.
        let x = x.map(|folder| if folder.is_dir() { folder } else { Path::new(TEMPORARY) });
        for folder in [socket, self.runtime.as_deref(), x].into_iter().flatten() {
            // One that is not there has no sockets; one that is watched stays so.
            let _ = inotify::add_watch(inotify, folder, wanted);
        }
    }

    /// Whether a file of this name may be the socket of a session.
    fn may_be(&self, name: &[u8]) -> bool {
        let socket = self.socket.as_deref().and_then(Path::file_name);
        socket.is_some_and(|socket| socket.as_bytes() == name)
            || is_compositor(name)
            || name.first() == Some(&b'X')
            || X_SOCKETS.as_bytes().ends_with(name)
    }

    /// The sockets of compositors, the most likely first.
    fn sockets(&self) -> Vec<PathBuf> {
        if let Some(socket) = &self.socket {
            return vec![socket.clone()];
        }
        let folder = self.runtime.iter().filter_map(|folder| folder.read_dir().ok());
        let files = folder.flatten().flatten().map(|file| file.path());
        let is_one =
            |path: &PathBuf| path.file_name().is_some_and(|name| is_compositor(name.as_bytes()));
        let mut sockets: Vec<_> = files.filter(is_one).collect();
        sockets.sort();
        sockets
    }

    fn find(&self) -> Session {
        let connect = |socket: &PathBuf| Compositor::connect(socket).ok();
        if let Some(compositor) = self.sockets().iter().find_map(connect) {
            return Session::Wayland(compositor);
        }
        let server =
            self.display.as_deref().and_then(|name| XServer::connect(name, self.locate).ok());
        server.map_or(Session::Nobody, Session::X)
    }
}

/// `wayland-0` and so on (wl_display_connect(3)), not `wayland-0.lock`.
fn is_compositor(name: &[u8]) -> bool {
    let number = name.strip_prefix(b"wayland-");
    number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
}

/// Who is asked.
enum Session {
    Nobody,
    Wayland(Compositor),
    X(XServer),
}

/// The thread.
struct Asking {
    places: Places,
    inotify: OwnedFd,
    teller: Teller<Told>,
    session: Session,
    /// What was told last: never [`Told::Group`].
    told: Option<Told>,
    /// How often a session is still looked for.
    tries: u32,
}

impl Asking {
    fn run(mut self) {
        self.look();
        while self.tell() && self.wait() {
            self.hear();
        }
    }

    /// Looks for a session, and gives a compositor its time.
    fn look(&mut self) {
        self.session = self.places.find();
        if let Session::Wayland(compositor) = &mut self.session
            && compositor.wait(PATIENCE).is_err()
        {
            self.session = Session::Nobody;
        }
        if !matches!(self.session, Session::Nobody) {
            self.tries = 0;
        }
    }

    /// Tells what is new; whether somebody listens.
    fn tell(&mut self) -> bool {
        let now = self.asked();
        if self.told.as_ref() == Some(&now) {
            return true;
        }
        let word = match (&self.told, &now) {
            (
                Some(Told::Keymap { text: a, own: b, origin: c, .. }),
                Told::Keymap { text, own, origin, group },
            ) if (a, b, c) == (text, own, origin) => Told::Group(*group),
            _ => now.clone(),
        };
        self.told = Some(now);
        self.teller.tell(word)
    }

    /// What the session says now.
    fn asked(&self) -> Told {
        let (text, own, origin, group) = match &self.session {
            Session::Nobody => return Told::Nobody,
            Session::Wayland(compositor) => {
                let origin = Origin::Compositor(compositor.socket().display().to_string());
                (compositor.keymap().map(text), BTreeMap::new(), origin, compositor.group())
            }
            Session::X(server) => {
                let text = server.keymap().map(str::to_owned);
                let origin = Origin::XServer(self.places.display.clone().unwrap_or_default());
                (text, server.own().clone(), origin, Some(server.group()))
            }
        };
        text.map_or(Told::Nobody, |text| Told::Keymap { text, own, origin, group })
    }

    /// Sleeps until something may be new; whether somebody listens.
    fn wait(&mut self) -> bool {
        let session = match &self.session {
            Session::Nobody => None,
            Session::Wayland(compositor) => Some(compositor.as_fd()),
            Session::X(server) => Some(server.as_fd()),
        };
        let reading = |fd| PollFd::from_borrowed_fd(fd, PollFlags::IN);
        let mut fds = vec![reading(self.teller.as_fd()), reading(self.inotify.as_fd())];
        fds.extend(session.map(reading));
        let trying = self.tries > 0 && matches!(self.session, Session::Nobody);
        let timeout = trying.then(|| Timespec::try_from(PAUSE).ok()).flatten();
        // Interrupted or not: the loop looks again.
        let _ = poll(&mut fds, timeout.as_ref());
        fds[0].revents().is_empty()
    }

    /// Takes in what the session says; when it is gone, or there was none, looks for another.
    fn hear(&mut self) {
        let alive = match &mut self.session {
            Session::Nobody => false,
            Session::Wayland(compositor) => compositor.dispatch().is_ok(),
            Session::X(server) => server.dispatch().is_ok(),
        };
        if !alive && !matches!(self.session, Session::Nobody) {
            self.session = Session::Nobody;
            // Another one may take its place at once.
            self.tries = TRIES;
        }
        if self.has_come() {
            self.places.add_folders(&self.inotify);
            self.tries = TRIES;
        }
        // One that is there is kept: what comes beside it may be nested in it.
        if self.tries > 0 && matches!(self.session, Session::Nobody) {
            self.tries -= 1;
            self.look();
        }
    }

    /// Whether a socket came.
    fn has_come(&self) -> bool {
        let mut buffer = [const { MaybeUninit::uninit() }; 4096];
        let mut reader = inotify::Reader::new(&self.inotify, &mut buffer);
        let mut found = false;
        while let Ok(event) = reader.next() {
            let name = event.file_name().map(|name| name.to_bytes());
            found |= name.is_none_or(|name| self.places.may_be(name));
        }
        found
    }
}

fn text(keymap: &xkb::Keymap) -> String {
    keymap.get_as_string(xkb::KEYMAP_FORMAT_TEXT_V1)
}

/// The keymap that was told.
#[must_use]
pub fn compile(text: String) -> Option<xkb::Keymap> {
    let mut context = xkb::Context::new(xkb::CONTEXT_NO_DEFAULT_INCLUDES);
    context.set_log_level(xkb::LogLevel::Critical);
    let format = xkb::KEYMAP_FORMAT_TEXT_V1;
    xkb::Keymap::new_from_string(&context, text, format, xkb::KEYMAP_COMPILE_NO_FLAGS)
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keymap { origin, group, .. } => write!(f, "Keymap({origin}, {group:?})"),
            Self::Group(group) => write!(f, "Group({group:?})"),
            Self::Nobody => f.write_str("Nobody"),
        }
    }
}
