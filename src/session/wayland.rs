//! [`Compositor`]: the keymap that a Wayland compositor tells to every client (`wl_keyboard.keymap`,
//! core protocol), followed as it changes.
//!
//! A client learns the keymap when it binds the keyboard, without having the focus. The active group
//! comes with `wl_keyboard.modifiers`, which only the focused client gets: so as a rule it is not
//! known.
//!
//! ```text
//! us           registry, sync ┐             ┌ bind each seat, sync ┐                     ┌ get_keyboard ┐
//! compositor                  └ seats, done ┘                      └ capabilities, done ─┘              └ keymap
//! ```

#[cfg(test)]
mod tests;

use std::{
    fmt,
    fs::File,
    io::{self, ErrorKind},
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::{fs::FileExt, net::UnixStream},
    },
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use wayland_client::{
    Connection, Dispatch, DispatchError, EventQueue, Proxy, QueueHandle, WEnum,
    backend::WaylandError,
    protocol::{
        wl_callback::{self, WlCallback},
        wl_keyboard::{self, KeymapFormat, WlKeyboard},
        wl_registry::{self, WlRegistry},
        wl_seat::{self, Capability, WlSeat},
    },
};
use xkbcommon::xkb;

/// The largest keymap that is read, in bytes: real ones have 60,000.
const MAX_BYTES: u32 = 16 << 20;

/// A connection to a compositor.
pub struct Compositor {
    queue: EventQueue<Watch>,
    watch: Watch,
    socket: PathBuf,
}

/// What the compositor has said so far.
#[derive(Default)]
struct Watch {
    /// Of several seats the first that has a keyboard counts.
    keyboard: Option<(WlSeat, WlKeyboard)>,
    keymap: Option<xkb::Keymap>,
    group: Option<u32>,
    changed: bool,
    /// How many of the first requests to say when it is done (`wl_display.sync`) are answered.
    done: u8,
}

/// When so many are answered, every seat that was there has told whether it has a keyboard.
const ALL: u8 = 2;

/// Why a compositor is of no use.
#[derive(Debug)]
#[non_exhaustive]
pub enum CompositorError {
    /// Nobody listens on the socket, or not to us.
    Connect(PathBuf, io::Error),
    /// The connection broke.
    Gone(PathBuf, String),
}

impl fmt::Display for CompositorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(socket, error) => {
                write!(f, "error connecting to the compositor on `{}`: {error}", socket.display())
            }
            Self::Gone(socket, why) => {
                write!(f, "the compositor on `{}` is gone: {why}", socket.display())
            }
        }
    }
}

impl std::error::Error for CompositorError {}

/// The socket of this session's compositor: `$WAYLAND_DISPLAY`, a path or a name below
/// `$XDG_RUNTIME_DIR` (wl_display_connect(3)); `None` when there is no Wayland session.
pub fn socket(env: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let display = env("WAYLAND_DISPLAY").filter(|display| !display.is_empty())?;
    if display.starts_with('/') {
        return Some(display.into());
    }
    Some(Path::new(&env("XDG_RUNTIME_DIR")?).join(display))
}

impl Compositor {
    /// Connects, and asks for the keymap; it comes with [`Compositor::dispatch`].
    ///
    /// # Errors
    /// When nobody listens there.
    pub fn connect(socket: &Path) -> Result<Self, CompositorError> {
        let failed = |error| CompositorError::Connect(socket.to_owned(), error);
        let stream = UnixStream::connect(socket).map_err(failed)?;
        let connection = Connection::from_socket(stream)
            .map_err(|error| failed(io::Error::other(error.to_string())))?;
        let queue = connection.new_event_queue();
        let _ = connection.display().get_registry(&queue.handle(), ());
        let _ = connection.display().sync(&queue.handle(), ());
        let compositor = Self { queue, watch: Watch::default(), socket: socket.to_owned() };
        compositor.flush()?;
        Ok(compositor)
    }

    /// Waits until the keymap is there, for so long at most; whether it is. A compositor without a keyboard has
    /// none, and is not waited for.
    ///
    /// # Errors
    /// When the compositor is gone.
    pub fn wait(&mut self, longest: Duration) -> Result<bool, CompositorError> {
        let end = Instant::now() + longest;
        loop {
            let _ = self.dispatch()?;
            if self.watch.keymap.is_some() {
                return Ok(true);
            }
            if self.watch.done == ALL && self.watch.keyboard.is_none() {
                return Ok(false);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(false);
            }
            let timeout = Timespec::try_from(left).ok();
            // Interrupted or not: the loop looks again.
            let _ = poll(&mut [PollFd::new(self, PollFlags::IN)], timeout.as_ref());
        }
    }

    /// Takes in what the compositor has said, without waiting; whether the keymap or the group has
    /// changed. To be called when the descriptor can be read.
    ///
    /// # Errors
    /// When the compositor is gone: then it has to be connected anew.
    pub fn dispatch(&mut self) -> Result<bool, CompositorError> {
        self.flush()?;
        if let Some(guard) = self.queue.prepare_read()
            && let Err(error) = guard.read()
            && !is_nothing_there(&error)
        {
            return Err(self.gone(&error));
        }
        match self.queue.dispatch_pending(&mut self.watch) {
            Ok(_) => {}
            Err(DispatchError::Backend(error)) if is_nothing_there(&error) => {}
            Err(error) => return Err(self.gone(&error)),
        }
        self.flush()?;
        Ok(std::mem::take(&mut self.watch.changed))
    }

    /// The keymap; `None` until it was told, or while there is no keyboard.
    #[must_use]
    pub fn keymap(&self) -> Option<&xkb::Keymap> {
        self.watch.keymap.as_ref()
    }

    /// The active group, as far as it is known: the only one, or told because we have the focus.
    #[must_use]
    pub fn group(&self) -> Option<u32> {
        let only = self.keymap().filter(|keymap| keymap.num_layouts() == 1).map(|_| 0);
        only.or(self.watch.group)
    }

    /// The socket.
    #[must_use]
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    fn flush(&self) -> Result<(), CompositorError> {
        match self.queue.flush() {
            Err(error) if !is_nothing_there(&error) => Err(self.gone(&error)),
            _ => Ok(()),
        }
    }

    fn gone(&self, error: &dyn fmt::Display) -> CompositorError {
        CompositorError::Gone(self.socket.clone(), error.to_string())
    }
}

fn is_nothing_there(error: &WaylandError) -> bool {
    matches!(error, WaylandError::Io(error) if error.kind() == ErrorKind::WouldBlock)
}

impl AsFd for Compositor {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.queue.as_fd()
    }
}

impl fmt::Debug for Compositor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compositor").field("socket", &self.socket).finish_non_exhaustive()
    }
}

/// The keymap in the first `size` bytes of a file. Read, not mapped: so another process cannot change
/// it under our hands.
fn read_keymap(fd: OwnedFd, size: u32) -> Option<xkb::Keymap> {
    let mut bytes = vec![0; usize::try_from(size.min(MAX_BYTES)).ok()?];
    File::from(fd).read_exact_at(&mut bytes, 0).ok()?;
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    bytes.truncate(end);
    let mut context = xkb::Context::new(xkb::CONTEXT_NO_DEFAULT_INCLUDES);
    context.set_log_level(xkb::LogLevel::Critical);
    let format = xkb::KEYMAP_FORMAT_TEXT_V1;
    let text = String::from_utf8(bytes).ok()?;
    xkb::Keymap::new_from_string(&context, text, format, xkb::KEYMAP_COMPILE_NO_FLAGS)
}

impl Dispatch<WlRegistry, ()> for Watch {
    fn event(
        _: &mut Self,
        registry: &WlRegistry,
        event: wl_registry::Event,
        (): &(),
        _: &Connection,
        queue: &QueueHandle<Self>,
    ) {
        if let wl_registry::Event::Global { name, interface, version } = event
            && interface == WlSeat::interface().name
        {
            // Version 1 has all that is needed.
            let _: WlSeat = registry.bind(name, version.min(1), queue, ());
        }
    }
}

impl Dispatch<WlCallback, ()> for Watch {
    fn event(
        watch: &mut Self,
        _: &WlCallback,
        _: wl_callback::Event,
        (): &(),
        connection: &Connection,
        queue: &QueueHandle<Self>,
    ) {
        watch.done += 1;
        if watch.done < ALL {
            let _ = connection.display().sync(queue, ());
        }
    }
}

impl Dispatch<WlSeat, ()> for Watch {
    fn event(
        watch: &mut Self,
        seat: &WlSeat,
        event: wl_seat::Event,
        (): &(),
        _: &Connection,
        queue: &QueueHandle<Self>,
    ) {
        let wl_seat::Event::Capabilities { capabilities: WEnum::Value(capabilities) } = event
        else {
            return;
        };
        let has_keyboard = capabilities.contains(Capability::Keyboard);
        let is_ours = watch.keyboard.as_ref().is_some_and(|(ours, _)| ours == seat);
        match (has_keyboard, is_ours) {
            (true, false) if watch.keyboard.is_none() => {
                watch.keyboard = Some((seat.clone(), seat.get_keyboard(queue, ())));
            }
            (false, true) => {
                *watch = Self { changed: true, done: watch.done, ..Self::default() };
            }
            _ => {}
        }
    }
}

impl Dispatch<WlKeyboard, ()> for Watch {
    fn event(
        watch: &mut Self,
        keyboard: &WlKeyboard,
        event: wl_keyboard::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        if watch.keyboard.as_ref().is_none_or(|(_, ours)| ours != keyboard) {
            return;
        }
        match event {
            wl_keyboard::Event::Keymap { format, fd, size } => {
                let known = format == WEnum::Value(KeymapFormat::XkbV1);
                watch.keymap = known.then(|| read_keymap(fd, size)).flatten();
                watch.changed = true;
            }
            wl_keyboard::Event::Modifiers { group, .. } => {
                watch.changed |= watch.group != Some(group);
                watch.group = Some(group);
            }
            // The keys themselves are nobody's business here.
            _ => {}
        }
    }
}
