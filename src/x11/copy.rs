//! Copies a keymap from one device to another: see [`copy_keymap`].

use x11rb::protocol::{
    xkb::{
        ConnectionExt as _, GetMapReply, KTSetMapEntry, KeyType, MapPart, SetKeyType, SetMapAux,
        SetMapAuxKeyActions, SetMapFlags,
    },
    xproto::ModMask,
};

use super::{Display, DisplayError};

/// Makes the keys of the device `to` mean what those of `from` mean (`XkbGetMap`, `XkbSetMap`).
///
/// A keyboard that is grabbed floats, and a change of the keymap goes to the attached ones only: what
/// it missed must be made up for. `false` when a device went away, or the two have other keycodes.
///
/// # Errors
/// When the connection broke.
pub fn copy_keymap(display: &Display, from: u16, to: u16) -> Result<bool, DisplayError> {
    let (Some(map), Some(old)) = (read(display, from)?, read(display, to)?) else {
        return Ok(false);
    };
    if (map.min_key_code, map.max_key_code) != (old.min_key_code, old.max_key_code) {
        return Ok(false);
    }
    let syms = map.map.syms_rtrn.unwrap_or_default();
    // The server refuses to take types away that the old keys still have: those stay behind.
    let types = map.map.types_rtrn.unwrap_or_default();
    let left = old.map.types_rtrn.unwrap_or_default().into_iter().skip(types.len());
    let types: Vec<_> = types.into_iter().chain(left).map(|t| set_type(&t)).collect();
    let count = |n: usize| u8::try_from(n).unwrap_or(u8::MAX);
    let n_types = count(types.len());
    let total_syms = u16::try_from(syms.iter().map(|key| key.syms.len()).sum::<usize>());
    let Ok(total_syms) = total_syms else { return Ok(false) };
    let vmods = map.map.vmods_rtrn.unwrap_or_default();
    let values = SetMapAux {
        types: Some(types),
        syms: Some(syms),
        key_actions: map.map.key_actions.map(|actions| SetMapAuxKeyActions {
            actions_count: actions.acts_rtrn_count,
            actions: actions.acts_rtrn_acts,
        }),
        behaviors: map.map.behaviors_rtrn,
        vmods: Some(vmods.into_iter().map(mask).collect()),
        explicit: map.map.explicit_rtrn,
        modmap: map.map.modmap_rtrn,
        vmodmap: map.map.vmodmap_rtrn,
    };
    #[rustfmt::skip]
    let cookie = display.conn.xkb_set_map(
        to, SetMapFlags::RESIZE_TYPES, map.min_key_code, map.max_key_code,
        0, n_types,
        map.first_key_sym, map.n_key_syms, total_syms,
        map.first_key_action, map.n_key_actions, map.total_actions,
        map.first_key_behavior, map.n_key_behaviors, map.total_key_behaviors,
        map.first_key_explicit, map.n_key_explicit, map.total_key_explicit,
        map.first_mod_map_key, map.n_mod_map_keys, map.total_mod_map_keys,
        map.first_v_mod_map_key, map.n_v_mod_map_keys, map.total_v_mod_map_keys,
        map.virtual_mods, &values,
    )?;
    match cookie.check().map_err(DisplayError::from) {
        Err(DisplayError::Reply(_)) => Ok(false),
        result => result.map(|()| true),
    }
}

/// The whole keymap of a device; `None` when it went away.
fn read(display: &Display, device: u16) -> Result<Option<GetMapReply>, DisplayError> {
    let all = MapPart::KEY_TYPES
        | MapPart::KEY_SYMS
        | MapPart::KEY_ACTIONS
        | MapPart::KEY_BEHAVIORS
        | MapPart::VIRTUAL_MODS
        | MapPart::EXPLICIT_COMPONENTS
        | MapPart::MODIFIER_MAP
        | MapPart::VIRTUAL_MOD_MAP;
    #[rustfmt::skip]
    let cookie = display.conn.xkb_get_map(
        device, all, 0u8.into(), 0, 0, 0, 0, 0, 0, 0, 0, 0u8.into(), 0, 0, 0, 0, 0, 0,
    )?;
    match cookie.reply().map_err(DisplayError::from) {
        Err(DisplayError::Reply(_)) => Ok(None),
        reply => reply.map(Some),
    }
}

/// A key type as it is written, from a key type as it is read.
fn set_type(key_type: &KeyType) -> SetKeyType {
    let entry = |level, real_mods, virtual_mods| KTSetMapEntry { level, real_mods, virtual_mods };
    SetKeyType {
        mask: key_type.mods_mask,
        real_mods: key_type.mods_mods,
        virtual_mods: key_type.mods_vmods,
        num_levels: key_type.num_levels,
        preserve: key_type.has_preserve,
        entries: key_type.map.iter().map(|e| entry(e.level, e.mods_mods, e.mods_vmods)).collect(),
        // These are modifier definitions on the wire: the mask stands where an entry has its level.
        preserve_entries: key_type
            .preserve
            .iter()
            .map(|kept| entry(mask(kept.mask), kept.real_mods, kept.vmods))
            .collect(),
    }
}

/// The eight real modifiers; the protocol carries them in one byte.
fn mask(mods: ModMask) -> u8 {
    u16::from(mods).to_le_bytes()[0]
}
