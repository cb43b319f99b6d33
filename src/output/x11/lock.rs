//! [`take_lock`]: one pool at a time on a display, whichever the process.

use std::fmt;

use x11rb::{
    connection::Connection,
    errors::{ConnectionError, ReplyError},
    protocol::xproto::{ConnectionExt as _, CreateWindowAux, Window, WindowClass},
};

use crate::x11::{Display, DisplayError};

/// The X selection that the owner of the pool holds.
pub const LOCK: &str = "_COMPOSEKEY_POOL";

/// Why there is no output.
#[derive(Debug)]
#[non_exhaustive]
pub enum OutputError {
    /// Another program holds the pool.
    Busy,
    /// The display.
    Display(DisplayError),
}

/// Becomes the owner of [`LOCK`].
pub(super) fn take_lock(display: &Display) -> Result<Window, OutputError> {
    let conn = &display.conn;
    let lock = conn.intern_atom(false, LOCK.as_bytes())?.reply()?.atom;
    let window =
        conn.generate_id().map_err(|_| DisplayError::from(ConnectionError::UnknownError))?;
    let aux = CreateWindowAux::new();
    let class = WindowClass::INPUT_ONLY;
    conn.create_window(0, window, display.root, -1, -1, 1, 1, 0, class, 0, &aux)?;
    // Between the question and the claim nobody else may claim.
    conn.grab_server()?;
    let owner = conn.get_selection_owner(lock)?.reply()?.owner;
    if owner == x11rb::NONE {
        conn.set_selection_owner(window, lock, x11rb::CURRENT_TIME)?;
    }
    conn.ungrab_server()?;
    conn.flush()?;
    if owner != x11rb::NONE {
        conn.destroy_window(window)?;
        return Err(OutputError::Busy);
    }
    Ok(window)
}

impl From<DisplayError> for OutputError {
    fn from(error: DisplayError) -> Self {
        Self::Display(error)
    }
}

impl From<ConnectionError> for OutputError {
    fn from(error: ConnectionError) -> Self {
        Self::Display(error.into())
    }
}

impl From<ReplyError> for OutputError {
    fn from(error: ReplyError) -> Self {
        Self::Display(error.into())
    }
}

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => write!(
                f,
                "another composekey already types on this display (it owns the selection `{LOCK}`)"
            ),
            Self::Display(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for OutputError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Busy => None,
            Self::Display(error) => Some(error),
        }
    }
}
