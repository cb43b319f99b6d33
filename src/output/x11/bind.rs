//! The XKB requests that give a key its symbols, one key of one device at a time, so that no other
//! key is ever rewritten.
//!
//! `XkbSetMap` on the core keyboard changes the master and all slaves attached to it. On a slave it
//! changes that slave, twice, and the master when that slave was the last one to type; any other
//! slave's map is copied to the master, whole, with its next key. (Xorg 21.1, xkb/xkb.c.)

use x11rb::{
    cookie::VoidCookie,
    errors::ConnectionError,
    protocol::{
        xkb::{
            self, ConnectionExt as _, Explicit, KeySymMap, SA, SASetMods, SAType, SetExplicit,
            SetKeyType, SetMapAux, SetMapAuxKeyActions, SetMapFlags, SetNamesAux,
            SetNamesAuxKTLevelNames,
        },
        xproto::{Atom, ConnectionExt as _},
    },
    xcb_ffi::XCBConnection,
};

use super::levels::Levels;
use crate::x11::{Display, DisplayError, POOL_TYPE};

type Sent<'c> = Result<VoidCookie<'c, XCBConnection>, ConnectionError>;

/// A device as the requests need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// The XInput id.
    pub(super) device: u16,
    /// The lowest keycode.
    pub(super) min: u8,
    /// The highest keycode.
    pub(super) max: u8,
    /// The index of the pool's key type.
    pub(super) key_type: u8,
    /// The key type itself, when each request has to say it again.
    ///
    /// Xorg 21.1.3 (Ubuntu 22.04 as released) checks the width of a key against those of the types *in the request*,
    /// which are none where none is to be changed: it refuses what is right.
    pub(super) repeated: Option<Levels>,
}

/// What the pool's key type and its levels are called.
pub(super) struct Names {
    key_type: Atom,
    levels: Vec<Atom>,
}

impl Names {
    /// The names, as the server numbers them (`InternAtom`).
    pub(super) fn intern(display: &Display, levels: &Levels) -> Result<Self, DisplayError> {
        let intern = |name: String| display.conn.intern_atom(false, name.as_bytes());
        let key_type = intern(format!("{POOL_TYPE}{:02X}", levels.mask()))?;
        let names = (0..levels.count()).map(|i| intern(format!("Slot {i}")));
        let names: Vec<_> = names.collect::<Result<_, _>>()?;
        let names = names.into_iter().map(|cookie| Ok(cookie.reply()?.atom));
        let levels = names.collect::<Result<_, DisplayError>>()?;
        Ok(Self { key_type: key_type.reply()?.atom, levels })
    }
}

impl Target {
    /// Adds the key type with its names, from the index `first` to that of this target, to a device that has
    /// `first` types. The server never takes one away again.
    pub(super) fn add_types<'c>(
        &self,
        display: &'c Display,
        levels: &Levels,
        names: &Names,
        first: usize,
    ) -> Sent<'c> {
        let count = usize::from(self.key_type) + 1 - first;
        let values =
            SetMapAux { types: Some(vec![levels.to_type(); count]), ..SetMapAux::default() };
        let added = self.set_map(display, SetMapFlags::RESIZE_TYPES, 0, &values)?;
        // Right behind, without waiting: nobody should read key types that have no names yet.
        self.name_types(display, names, first)?;
        Ok(added)
    }

    /// Names the key types from the index `first` on, and their levels: with a name that is none libxkbcommon
    /// takes no keymap, nor does a dump of it compile.
    fn name_types(
        &self,
        display: &Display,
        names: &Names,
        first: usize,
    ) -> Result<(), ConnectionError> {
        let types = usize::from(self.key_type) + 1 - first;
        let level_names = names.levels.repeat(types);
        let (first, total) = (first as u8, level_names.len() as u16);
        let values = SetNamesAux {
            type_names: Some(vec![names.key_type; types]),
            kt_level_names: Some(SetNamesAuxKTLevelNames {
                n_levels_per_type: vec![names.levels.len() as u8; types],
                kt_level_names: level_names,
            }),
            ..SetNamesAux::default()
        };
        let types = types as u8;
        #[rustfmt::skip]
        let cookie = display.conn.xkb_set_names(
            self.device, 0u8.into(), first, types, first, types, 0, 0u8.into(), 0, 0, 0, 0, total, &values,
        )?;
        // When the types were refused so are their names.
        cookie.ignore_error();
        Ok(())
    }

    /// Gives `keycode` the symbols, one for each level.
    pub(super) fn bind<'c>(&self, display: &'c Display, keycode: u8, symbols: &[u32]) -> Sent<'c> {
        let values = SetMapAux {
            syms: Some(vec![KeySymMap {
                kt_index: [self.key_type, 0, 0, 0],
                group_info: 1,
                width: symbols.len() as u8,
                syms: symbols.to_vec(),
            }]),
            key_actions: Some(SetMapAuxKeyActions { actions_count: vec![0], actions: vec![] }),
            types: self.repeated_type(),
            // The server must neither guess a type nor an action from the symbols.
            explicit: Some(vec![SetExplicit {
                keycode,
                explicit: Explicit::KEY_TYPE1 | Explicit::INTERPRET | Explicit::V_MOD_MAP,
            }]),
            ..SetMapAux::default()
        };
        self.set_map(display, 0u8.into(), keycode, &values)
    }

    /// Makes a bound key set `modifier` while it is down. A request of its own: the server counts
    /// the actions against the symbols that the key had before the request.
    pub(super) fn set_action<'c>(
        &self,
        display: &'c Display,
        keycode: u8,
        modifier: u8,
        levels: usize,
    ) -> Sent<'c> {
        let action = xkb::Action::from(SASetMods {
            type_: SAType::SET_MODS,
            flags: SA::from(0u8),
            mask: modifier.into(),
            real_mods: modifier.into(),
            vmods_high: 0u8.into(),
            vmods_low: 0u8.into(),
        });
        let values = SetMapAux {
            types: self.repeated_type(),
            key_actions: Some(SetMapAuxKeyActions {
                actions_count: vec![levels as u8],
                actions: vec![action; levels],
            }),
            ..SetMapAux::default()
        };
        self.set_map(display, 0u8.into(), keycode, &values)
    }

    fn repeated_type(&self) -> Option<Vec<SetKeyType>> {
        self.repeated.as_ref().map(|levels| vec![levels.to_type()])
    }

    /// Makes `keycode` mean nothing, as it was.
    pub(super) fn unbind<'c>(&self, display: &'c Display, keycode: u8) -> Sent<'c> {
        let values = SetMapAux {
            syms: Some(vec![KeySymMap { kt_index: [0; 4], group_info: 0, width: 0, syms: vec![] }]),
            key_actions: Some(SetMapAuxKeyActions { actions_count: vec![0], actions: vec![] }),
            explicit: Some(vec![SetExplicit { keycode, explicit: 0u8.into() }]),
            ..SetMapAux::default()
        };
        self.set_map(display, 0u8.into(), keycode, &values)
    }

    fn set_map<'c>(
        &self,
        display: &'c Display,
        flags: SetMapFlags,
        keycode: u8,
        values: &SetMapAux,
    ) -> Sent<'c> {
        let has = |part: bool| if part { (keycode, 1) } else { (0, 0) };
        let types = values.types.as_ref().map_or(0, Vec::len) as u8;
        // Types end with the pool's.
        let first_type = if types > 0 { self.key_type + 1 - types } else { 0 };
        let (first_sym, syms) = has(values.syms.is_some());
        let total_syms = values.syms.iter().flatten().map(|key| key.syms.len()).sum::<usize>();
        let (first_action, actions) = has(values.key_actions.is_some());
        let total_actions = values.key_actions.as_ref().map_or(0, |a| a.actions.len());
        let (first_explicit, explicit) = has(values.explicit.is_some());
        #[rustfmt::skip]
        return (*display.conn).xkb_set_map(
            self.device, flags, self.min, self.max,
            first_type, types,
            first_sym, syms, total_syms as u16,
            first_action, actions, total_actions as u16,
            0, 0, 0,
            first_explicit, explicit, explicit,
            0, 0, 0,
            0, 0, 0,
            0u8.into(), values,
        );
    }
}
