//! [`Signals`]: SIGTERM, SIGINT and SIGHUP as something to wait on.

use std::{
    io::{self, Read},
    os::unix::net::UnixStream,
};

use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    low_level::pipe,
};

/// One socket for each thing that is asked for.
#[derive(Debug)]
pub(super) struct Signals {
    /// Readable when the daemon is to end.
    pub(super) stop: UnixStream,
    /// Readable when the maps are to be read again.
    pub(super) reload: UnixStream,
}

impl Signals {
    /// Takes over the signals.
    ///
    /// # Errors
    /// When there are no descriptors left.
    pub(super) fn install() -> io::Result<Self> {
        let stop = UnixStream::pair()?;
        let reload = UnixStream::pair()?;
        for stream in [&stop.0, &stop.1, &reload.0, &reload.1] {
            stream.set_nonblocking(true)?;
        }
        let _ = pipe::register(SIGTERM, stop.1.try_clone()?)?;
        let _ = pipe::register(SIGINT, stop.1)?;
        let _ = pipe::register(SIGHUP, reload.1)?;
        Ok(Self { stop: stop.0, reload: reload.0 })
    }

    /// Empties a socket.
    pub(super) fn clear(mut stream: &UnixStream) {
        let mut bytes = [0; 16];
        while let Ok(1..) = stream.read(&mut bytes) {}
    }
}
