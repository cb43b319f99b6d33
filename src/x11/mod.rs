//! [`Display`]: one connection to an X server, shared by the X11 input and the X11 output.
//!
//! Both must use the same connection: requests of one connection are carried out in order, so what
//! is passed on, typed and let go arrives in the order in which it was decided.

mod copy;
mod devices;
mod held;
mod keymap;
mod names;
mod own;
mod survey;
mod unlock;
mod xsettings;

use std::{collections::VecDeque, fmt, rc::Rc};

use x11rb::{
    connection::{Connection, RequestConnection, SequenceNumber},
    errors::{ConnectError, ConnectionError, ReplyError},
    protocol::{
        Event,
        randr::{self, ConnectionExt as _},
        xinput::{self, ConnectionExt as _, DeviceType},
        xkb::{self, ConnectionExt as _},
        xproto::{ConnectionExt as _, CreateWindowAux, ModMask, Window, WindowClass},
        xtest::{self, ConnectionExt as _},
    },
    xcb_ffi::XCBConnection,
};

pub use copy::{copy_keymap, same_keymap};
pub use devices::{device_node, select_device_events};
pub use held::keys_down;
pub use keymap::{keymap, select_keymap_events};
pub use names::layout_names;
pub use own::Own;
pub use survey::{Survey, keymap_options};
pub use unlock::{Cleared, clear_caps_lock};

/// The eight real modifiers; the protocol carries them in one byte (`SETofKEYMASK`).
#[must_use]
pub fn modifiers(mods: ModMask) -> u8 {
    u16::from(mods).to_le_bytes()[0]
}

/// How the names of the key types begin that the pool of keycodes adds to the keymaps (`output/x11`). A key of
/// such a type means something to that pool alone. The types of the XKB option have other names.
pub const POOL_TYPE: &str = "COMPOSEKEY_POOL_";

/// An event, and the number of the last request that the server had carried out before it.
pub type Numbered = (Event, SequenceNumber);

/// A connection whose server has XInput 2, XKB and XTEST.
#[derive(Clone, Debug)]
pub struct Display {
    /// The connection itself.
    pub conn: Rc<XCBConnection>,
    /// The root window of the screen.
    pub root: Window,
    /// A window of ours, never shown: it stands for this connection (`KillClient`, selections).
    pub client: Window,
}

/// A keyboard as the server lists it (`XIQueryDevice`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// The XInput id.
    pub id: u16,
    /// The name the driver gave it.
    pub name: String,
    /// What it is.
    pub role: Role,
}

/// What a keyboard device is to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The core keyboard that clients see.
    Master,
    /// The keyboard behind `XTestFakeInput`.
    Xtest,
    /// A real keyboard, attached to its master.
    Slave,
    /// A real keyboard while it is grabbed.
    Floating,
}

/// Why the display cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum DisplayError {
    /// No connection could be made.
    Connect(ConnectError),
    /// The server lacks this extension.
    Extension(&'static str),
    /// It is an XWayland server, which sees no keyboard of its own.
    Xwayland,
    /// The connection broke.
    Connection(ConnectionError),
    /// The server answered a request with an error.
    Reply(ReplyError),
}

impl Display {
    /// Connects to `name`, or to `$DISPLAY` when it is `None`.
    ///
    /// # Errors
    /// See [`DisplayError`]; XWayland is refused.
    pub fn open(name: Option<&str>) -> Result<Self, DisplayError> {
        let name = name.map(|n| std::ffi::CString::new(n).unwrap_or_default());
        let (conn, screen) =
            XCBConnection::connect(name.as_deref()).map_err(DisplayError::Connect)?;
        let root = conn.setup().roots[screen].root;
        for (extension, found) in [
            ("XInputExtension", conn.extension_information(xinput::X11_EXTENSION_NAME)?.is_some()),
            ("XKEYBOARD", conn.extension_information(xkb::X11_EXTENSION_NAME)?.is_some()),
            ("XTEST", conn.extension_information(xtest::X11_EXTENSION_NAME)?.is_some()),
        ] {
            if !found {
                return Err(DisplayError::Extension(extension));
            }
        }
        let _ = conn.xinput_xi_query_version(2, 2)?.reply()?;
        let _ = conn.xkb_use_extension(1, 0)?.reply()?;
        let _ = conn.xtest_get_version(2, 2)?.reply()?;
        let client = conn.generate_id().map_err(|_| DisplayError::Extension("XC-MISC"))?;
        let _ = conn.create_window(
            0,
            client,
            root,
            -1,
            -1,
            1,
            1,
            0,
            WindowClass::INPUT_ONLY,
            x11rb::COPY_FROM_PARENT,
            &CreateWindowAux::new(),
        )?;
        let display = Self { conn: Rc::new(conn), root, client };
        if is_xwayland(&display.conn, root)? { Err(DisplayError::Xwayland) } else { Ok(display) }
    }

    /// Moves every event that has arrived to the end of `queue`, without waiting for more.
    ///
    /// # Errors
    /// When the connection broke.
    pub fn drain(&self, queue: &mut VecDeque<Numbered>) -> Result<(), DisplayError> {
        while let Some(event) = self.conn.poll_for_event_with_sequence()? {
            queue.push_back(event);
        }
        Ok(())
    }

    /// Waits until the server has carried out every request so far. Every event that it sent before
    /// has then arrived.
    ///
    /// # Errors
    /// When the connection broke.
    pub fn sync(&self) -> Result<(), DisplayError> {
        let _ = self.conn.get_input_focus()?.reply()?;
        Ok(())
    }

    /// Every enabled keyboard device.
    ///
    /// # Errors
    /// When the connection broke.
    pub fn keyboards(&self) -> Result<Vec<Device>, DisplayError> {
        let all = u16::from(xinput::Device::ALL);
        let reply = self.conn.xinput_xi_query_device(all)?.reply()?;
        let devices = reply.infos.into_iter().filter(|info| info.enabled).filter_map(|info| {
            let name = String::from_utf8_lossy(&info.name).trim_end_matches('\0').to_owned();
            let role = match info.type_ {
                DeviceType::MASTER_KEYBOARD => Role::Master,
                DeviceType::SLAVE_KEYBOARD if name.ends_with("XTEST keyboard") => Role::Xtest,
                DeviceType::SLAVE_KEYBOARD => Role::Slave,
                // A floating slave may as well be a pointer: only keyboards have keys.
                DeviceType::FLOATING_SLAVE
                    if info.classes.iter().any(|class| class.data.as_key().is_some()) =>
                {
                    Role::Floating
                }
                _ => return None,
            };
            Some(Device { id: info.deviceid, name, role })
        });
        Ok(devices.collect())
    }
}

/// Whether the server is XWayland: it says so from version 23.1 on. Older ones, as in Debian 12
/// and Ubuntu 22.04, are known by the names of their devices (`xwayland-keyboard:16`) and of
/// their outputs (`XWAYLAND0`).
fn is_xwayland(conn: &XCBConnection, root: Window) -> Result<bool, DisplayError> {
    if conn.query_extension(b"XWAYLAND")?.reply()?.present {
        return Ok(true);
    }
    if conn.extension_information(xinput::X11_EXTENSION_NAME)?.is_some() {
        let all = u16::from(xinput::Device::ALL);
        let _ = conn.xinput_xi_query_version(2, 2)?.reply()?;
        let devices = conn.xinput_xi_query_device(all)?.reply()?.infos;
        if devices.iter().any(|device| device.name.starts_with(b"xwayland-")) {
            return Ok(true);
        }
    }
    if conn.extension_information(randr::X11_EXTENSION_NAME)?.is_none() {
        return Ok(false);
    }
    let resources = conn.randr_get_screen_resources_current(root)?.reply()?;
    for output in resources.outputs {
        let info = conn.randr_get_output_info(output, resources.config_timestamp)?;
        if info.reply()?.name.starts_with(b"XWAYLAND") {
            return Ok(true);
        }
    }
    Ok(false)
}

impl From<ConnectionError> for DisplayError {
    fn from(error: ConnectionError) -> Self {
        Self::Connection(error)
    }
}

impl From<ReplyError> for DisplayError {
    fn from(error: ReplyError) -> Self {
        match error {
            ReplyError::ConnectionError(error) => Self::Connection(error),
            error @ ReplyError::X11Error(_) => Self::Reply(error),
        }
    }
}

impl fmt::Display for DisplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(error) => write!(f, "error connecting to the X server: {error}"),
            Self::Extension(name) => write!(f, "the X server lacks the extension `{name}`"),
            Self::Xwayland => {
                f.write_str("this X server is XWayland, which has no keyboard of its own")
            }
            Self::Connection(error) => write!(f, "the X server went away: {error}"),
            Self::Reply(error) => write!(f, "the X server refused a request: {error}"),
        }
    }
}

impl std::error::Error for DisplayError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Connect(error) => Some(error),
            Self::Connection(error) => Some(error),
            Self::Reply(error) => Some(error),
            Self::Extension(_) | Self::Xwayland => None,
        }
    }
}
