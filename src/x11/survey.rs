//! [`Survey::of`]: what a display tells of itself, XWayland included, without changing anything.

use x11rb::{
    connection::Connection,
    protocol::{
        xkb::{self, ConnectionExt as _},
        xproto::{AtomEnum, ConnectionExt as _, ModMask, Window},
    },
    xcb_ffi::XCBConnection,
};

use super::{DisplayError, is_xwayland, xsettings};
use crate::keysym::Keysym;

/// What a display tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Who made the server: `The X.Org Foundation`.
    pub vendor: String,
    /// Its release, as the maker counts: `12101007`.
    pub release: u32,
    /// Whether it is XWayland.
    pub xwayland: bool,
    /// What the window manager calls itself.
    pub window_manager: Option<String>,
    /// The options of the keymap, as `setxkbmap` left them.
    pub options: Vec<String>,
    /// Whether Caps Lock is on; `None` without the XKB extension.
    pub caps_lock: Option<bool>,
    /// Whether a key of the keymap can turn it off: one with the keysym `Caps_Lock` or `Shift_Lock`.
    pub can_unlock: bool,
    /// The input module that the desktop chooses for GTK: the setting `Gtk/IMModule`.
    pub gtk_im_module: Option<String>,
    /// The XIM servers by name, as in `@im=NAME`.
    pub xim_servers: Vec<String>,
}

impl Survey {
    /// Asks the display `name`.
    ///
    /// # Errors
    /// When it cannot be reached, or the connection broke. There is no limit of time.
    pub fn of(name: &str) -> Result<Self, DisplayError> {
        let name = std::ffi::CString::new(name).unwrap_or_default();
        let (conn, screen) = XCBConnection::connect(Some(&name)).map_err(DisplayError::Connect)?;
        let setup = conn.setup();
        let root = setup.roots[screen].root;
        let (min, max) = (setup.min_keycode, setup.max_keycode);
        let keysyms = conn.get_keyboard_mapping(min, max - min + 1)?.reply()?.keysyms;
        let locks = [Keysym::CAPS_LOCK, Keysym::SHIFT_LOCK].map(|keysym| keysym.0);
        Ok(Self {
            vendor: String::from_utf8_lossy(&setup.vendor).into_owned(),
            release: setup.release_number,
            xwayland: is_xwayland(&conn, root)?,
            window_manager: window_manager(&conn, root)?,
            options: keymap_options(&conn, root)?,
            caps_lock: caps_lock(&conn)?,
            can_unlock: keysyms.iter().any(|keysym| locks.contains(keysym)),
            gtk_im_module: gtk_im_module(&conn, screen)?,
            xim_servers: xim_servers(&conn, root)?,
        })
    }
}

/// The options of the keymap, in the order of `_XKB_RULES_NAMES`.
///
/// # Errors
/// When the connection broke.
pub fn keymap_options(conn: &XCBConnection, root: Window) -> Result<Vec<String>, DisplayError> {
    // Five strings, each ended by a zero: rules, model, layout, variant, options.
    let names = text(conn, root, b"_XKB_RULES_NAMES", AtomEnum::STRING.into())?.unwrap_or_default();
    let options = names.split('\0').nth(4).unwrap_or_default().split(',').map(str::trim);
    Ok(options.filter(|option| !option.is_empty()).map(str::to_owned).collect())
}

fn caps_lock(conn: &XCBConnection) -> Result<Option<bool>, DisplayError> {
    if !conn.query_extension(xkb::X11_EXTENSION_NAME.as_bytes())?.reply()?.present {
        return Ok(None);
    }
    let _ = conn.xkb_use_extension(1, 0)?.reply()?;
    let state = conn.xkb_get_state(xkb::ID::USE_CORE_KBD.into())?.reply()?;
    Ok(Some(state.locked_mods.contains(ModMask::LOCK)))
}

/// By the convention of EWMH: the root names a window of the window manager's, which has its name.
fn window_manager(conn: &XCBConnection, root: Window) -> Result<Option<String>, DisplayError> {
    let check = conn.intern_atom(true, b"_NET_SUPPORTING_WM_CHECK")?.reply()?.atom;
    let reply = conn.get_property(false, root, check, AtomEnum::WINDOW, 0, 1)?.reply();
    let Some(window) = reply.ok().and_then(|reply| reply.value32()?.next()) else {
        return Ok(None);
    };
    let utf8 = conn.intern_atom(true, b"UTF8_STRING")?.reply()?.atom;
    // The window may be one that a dead window manager left named.
    Ok(text(conn, window, b"_NET_WM_NAME", utf8).unwrap_or(None).filter(|name| !name.is_empty()))
}

/// By the XIM protocol: the property `XIM_SERVERS` of the root lists atoms `@server=NAME`, and each
/// is a selection that its server owns while it lives.
fn xim_servers(conn: &XCBConnection, root: Window) -> Result<Vec<String>, DisplayError> {
    let property = conn.intern_atom(true, b"XIM_SERVERS")?.reply()?.atom;
    let Ok(reply) = conn.get_property(false, root, property, AtomEnum::ATOM, 0, 256)?.reply()
    else {
        return Ok(Vec::new());
    };
    let mut servers = Vec::new();
    for atom in reply.value32().into_iter().flatten() {
        if conn.get_selection_owner(atom)?.reply()?.owner == x11rb::NONE {
            continue;
        }
        let name = conn.get_atom_name(atom)?.reply()?.name;
        let name = String::from_utf8_lossy(&name).into_owned();
        servers.extend(name.strip_prefix("@server=").map(str::to_owned));
    }
    Ok(servers)
}

/// By the XSETTINGS protocol.
fn gtk_im_module(conn: &XCBConnection, screen: usize) -> Result<Option<String>, DisplayError> {
    /// More than any desktop has, in units of four bytes.
    const MOST: u32 = 1 << 16;

    let manager = conn.intern_atom(true, format!("_XSETTINGS_S{screen}").as_bytes())?.reply()?.atom;
    let property = conn.intern_atom(true, b"_XSETTINGS_SETTINGS")?.reply()?.atom;
    if manager == x11rb::NONE || property == x11rb::NONE {
        return Ok(None);
    }
    let owner = conn.get_selection_owner(manager)?.reply()?.owner;
    if owner == x11rb::NONE {
        return Ok(None);
    }
    // It may go away in between.
    let reply = conn.get_property(false, owner, property, property, 0, MOST)?.reply();
    let settings = reply.map_or_else(|_| Vec::new(), |reply| reply.value);
    Ok(xsettings::text(&settings, "Gtk/IMModule").filter(|module| !module.is_empty()))
}

/// A property that is text; `None` when there is none.
fn text(
    conn: &XCBConnection,
    window: Window,
    name: &[u8],
    kind: u32,
) -> Result<Option<String>, DisplayError> {
    let property = conn.intern_atom(true, name)?.reply()?.atom;
    if property == x11rb::NONE {
        return Ok(None);
    }
    let reply = conn.get_property(false, window, property, kind, 0, 1024)?.reply()?;
    Ok(Some(String::from_utf8_lossy(&reply.value).into_owned()))
}
