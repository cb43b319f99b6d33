//! The names by which the keyboards' keymap was chosen (`setxkbmap -query`).

use x11rb::{
    connection::Connection,
    protocol::xproto::{AtomEnum, ConnectionExt as _},
};

/// Layout, variant and options, as `setxkbmap` takes them; `None` when the server does not answer or
/// does not know.
///
/// From the property `_XKB_RULES_NAMES` of the root window: rules, model, layout, variant and options,
/// each ended by a NUL. Keys that were changed one by one since are not in it.
#[must_use]
pub fn layout_names(display: &str) -> Option<[String; 3]> {
    let (conn, screen) = x11rb::connect(Some(display)).ok()?;
    let root = conn.setup().roots.get(screen)?.root;
    let atom = conn.intern_atom(true, b"_XKB_RULES_NAMES").ok()?.reply().ok()?.atom;
    let property = conn.get_property(false, root, atom, AtomEnum::STRING, 0, 1024).ok()?;
    let value = property.reply().ok()?.value;
    let mut names = value.split(|&byte| byte == 0).skip(2);
    let mut next = || Some(String::from_utf8_lossy(names.next()?).into_owned());
    let names = [next()?, next()?, next().unwrap_or_default()];
    (!names[0].is_empty()).then_some(names)
}
