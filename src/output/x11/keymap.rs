//! [`DeviceMap`]: what one keyboard's keys mean to the server now, read with `XkbGetMap`.

use x11rb::protocol::{
    xkb::{self, ConnectionExt as _, GetMapReply, KeySymMap, KeyType, MapPart, SAType},
    xproto::ModMask,
};

use super::levels::Levels;
use crate::x11::{Display, DisplayError};

/// The keymap of one device.
#[derive(Debug)]
pub(super) struct DeviceMap {
    /// The XInput id.
    pub(super) device: u16,
    /// The lowest keycode; every `XkbSetMap` must repeat it.
    pub(super) min: u8,
    /// The highest keycode.
    pub(super) max: u8,
    types: Vec<KeyType>,
    keys: Vec<Key>,
}

#[derive(Clone, Debug, Default)]
struct Key {
    map: Option<KeySymMap>,
    actions: Vec<xkb::Action>,
    modifiers: u8,
    virtual_modifiers: u16,
}

/// What a key is to the pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// Nobody: it means nothing.
    Nobody,
    /// The pool: it has the pool's key type.
    Pool {
        /// The symbol of each level.
        symbols: Vec<u32>,
        /// The modifier it sets, when it selects a level.
        selects: Option<u8>,
    },
    /// Somebody else.
    Other,
}

impl DeviceMap {
    /// Reads the maps of all `devices` in one round trip; one that went away is left out.
    pub(super) fn read_all(display: &Display, devices: &[u16]) -> Result<Vec<Self>, DisplayError> {
        let all = MapPart::KEY_TYPES
            | MapPart::KEY_SYMS
            | MapPart::KEY_ACTIONS
            | MapPart::MODIFIER_MAP
            | MapPart::VIRTUAL_MOD_MAP;
        let mut cookies = Vec::new();
        for &device in devices {
            #[rustfmt::skip]
            let cookie = display.conn.xkb_get_map(
                device, all, 0u8.into(), 0, 0, 0, 0, 0, 0, 0, 0, 0u8.into(), 0, 0, 0, 0, 0, 0,
            )?;
            cookies.push((device, cookie));
        }
        let mut maps = Vec::new();
        for (device, cookie) in cookies {
            match cookie.reply().map_err(DisplayError::from) {
                Ok(reply) => maps.push(Self::from_reply(device, reply)),
                Err(DisplayError::Reply(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(maps)
    }

    fn from_reply(device: u16, reply: GetMapReply) -> Self {
        let mut keys = vec![Key::default(); 256];
        for (i, map) in reply.map.syms_rtrn.unwrap_or_default().into_iter().enumerate() {
            keys[usize::from(reply.first_key_sym) + i].map = Some(map);
        }
        if let Some(actions) = reply.map.key_actions {
            let mut rest = actions.acts_rtrn_acts.into_iter();
            for (i, count) in actions.acts_rtrn_count.into_iter().enumerate() {
                keys[usize::from(reply.first_key_action) + i].actions =
                    rest.by_ref().take(count.into()).collect();
            }
        }
        for key in reply.map.modmap_rtrn.unwrap_or_default() {
            keys[usize::from(key.keycode)].modifiers = u16::from(key.mods) as u8;
        }
        for key in reply.map.vmodmap_rtrn.unwrap_or_default() {
            keys[usize::from(key.keycode)].virtual_modifiers = key.vmods.into();
        }
        Self {
            device,
            min: reply.min_key_code,
            max: reply.max_key_code,
            types: reply.map.types_rtrn.unwrap_or_default(),
            keys,
        }
    }

    /// How many key types the device has: a new one gets this index.
    pub(super) fn types(&self) -> usize {
        self.types.len()
    }

    /// Whether the type at `index` is the key type for `levels`.
    pub(super) fn has_type(&self, index: u8, levels: &Levels) -> bool {
        let found = self.types.get(usize::from(index)).and_then(Levels::of_type);
        found.as_ref() == Some(levels)
    }

    /// Who uses this key.
    pub(super) fn owner(&self, keycode: u8) -> Owner {
        let key = &self.keys[usize::from(keycode)];
        let groups = key.map.as_ref().map_or(0, |map| map.group_info & 0x0f);
        let symbols = key.map.as_ref().map(|map| map.syms.clone()).unwrap_or_default();
        if groups == 1
            && key.modifiers == 0
            && let Some(map) = &key.map
            && let Some(levels) =
                self.types.get(usize::from(map.kt_index[0])).and_then(Levels::of_type)
            && levels.count() == symbols.len()
        {
            let action = key.actions.first().filter(|a| a.as_type() == SAType::SET_MODS);
            let selects = action.map(|a| u16::from(a.as_setmods().real_mods) as u8);
            return Owner::Pool { symbols, selects };
        }
        let silent = symbols.iter().all(|symbol| *symbol == 0)
            && key.actions.iter().all(|action| action.as_type() == SAType::NO_ACTION)
            && key.modifiers == 0
            && key.virtual_modifiers == 0;
        if silent { Owner::Nobody } else { Owner::Other }
    }

    /// The real modifiers that some key with a symbol accepted by `test` is mapped to.
    pub(super) fn modifiers(&self, test: impl Fn(u32) -> bool) -> u8 {
        let keys = self.keys.iter().filter(|key| {
            key.map.as_ref().is_some_and(|map| map.syms.iter().any(|symbol| test(*symbol)))
        });
        keys.fold(0, |mask, key| mask | key.modifiers)
    }
}

/// Alt, Meta, Super or Hyper: text typed while such a key is down would be a shortcut.
pub(super) fn makes_shortcuts(symbol: u32) -> bool {
    (0xffe7..=0xffee).contains(&symbol)
}

/// A key that picks a level of a layout and does nothing else: `ISO_Level2_Latch` to
/// `ISO_Level3_Lock`, `ISO_Level5_*`, `Mode_switch`.
pub(super) fn picks_level(symbol: u32) -> bool {
    matches!(symbol, 0 | 0xfe02..=0xfe05 | 0xfe11..=0xfe13 | 0xff7e)
}

/// The real modifiers that no device uses for anything but picking levels, of Mod3 and Mod5.
pub(super) fn harmless(maps: &[DeviceMap]) -> u8 {
    let candidates = u16::from(ModMask::M3 | ModMask::M5) as u8;
    let used = maps.iter().fold(0, |mask, map| mask | map.modifiers(|symbol| !picks_level(symbol)));
    candidates & !used
}

/// The real modifiers that make a shortcut of a key: Control, and whatever Alt and Super are.
pub(super) fn shortcuts(maps: &[DeviceMap]) -> u8 {
    let control = u16::from(ModMask::CONTROL) as u8;
    maps.iter().fold(control, |mask, map| mask | map.modifiers(makes_shortcuts))
}
