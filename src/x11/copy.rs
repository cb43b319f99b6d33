//! Copies a keymap from one device to another, and compares two: see [`copy_keymap`] and [`same_keymap`].

use x11rb::{
    protocol::xkb::{
        ConnectionExt as _, GetMapReply, GetNamesReply, KTSetMapEntry, KeyType, MapPart,
        NameDetail, SetKeyType, SetMapAux, SetMapAuxKeyActions, SetMapFlags, SetNamesAux,
        SetNamesAuxKTLevelNames,
    },
    x11_utils::Serialize,
};

use super::{Display, DisplayError, Own, modifiers};

/// The first key types are the same on each keyboard, and the server lets nobody name them (the XKB protocol,
/// *Key Types*).
const REQUIRED_TYPES: usize = 4;

/// How often a keymap is read and written.
const TRIES: u32 = 5;

/// Makes the keys of the device `to` mean what those of `from` mean (`XkbGetMap`, `XkbSetMap`), and gives them
/// the same names (`XkbGetNames`, `XkbSetNames`).
///
/// A keyboard that is grabbed floats, and a change of the keymap goes to the attached ones only: what
/// it missed must be made up for. The changes are added to `own`. `false` when a device went away, or the two have other
/// keycodes.
///
/// # Errors
/// When the connection broke.
pub fn copy_keymap(
    display: &Display,
    from: u16,
    to: u16,
    own: &mut Own,
) -> Result<bool, DisplayError> {
    for _ in 0..TRIES {
        if try_copy(display, from, to, own)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The same, `false` also when the server refused: somebody changed one of the two since it was read, such as
/// our own pool, which has a connection of its own.
fn try_copy(display: &Display, from: u16, to: u16, own: &mut Own) -> Result<bool, DisplayError> {
    let (Some(map), Some(old)) = (read(display, from)?, read(display, to)?) else {
        return Ok(false);
    };
    if (map.min_key_code, map.max_key_code) != (old.min_key_code, old.max_key_code) {
        return Ok(false);
    }
    let names = read_names(display, from)?;
    // The server refuses to take types away that the old keys still have: those stay behind.
    let types = map.map.types_rtrn.unwrap_or_default();
    let left = old.map.types_rtrn.unwrap_or_default().into_iter().skip(types.len());
    let types: Vec<_> = types.into_iter().chain(left).map(|t| set_type(&t)).collect();
    let syms = map.map.syms_rtrn.unwrap_or_default();
    let keys = SetMapAux { types: Some(types), syms: Some(syms), ..SetMapAux::default() };
    // In a request of their own: the server counts the actions against the symbols that a key had before.
    let actions = SetMapAux {
        key_actions: map.map.key_actions.map(|actions| SetMapAuxKeyActions {
            actions_count: actions.acts_rtrn_count,
            actions: actions.acts_rtrn_acts,
        }),
        behaviors: map.map.behaviors_rtrn,
        ..SetMapAux::default()
    };
    let vmods = map.map.vmods_rtrn.map(|vmods| vmods.into_iter().map(modifiers).collect());
    // One request for each of these: x11rb does not pad a list of odd length before the next one.
    let parts = [
        keys,
        actions,
        SetMapAux { vmods, ..SetMapAux::default() },
        SetMapAux { vmodmap: map.map.vmodmap_rtrn, ..SetMapAux::default() },
        SetMapAux { modmap: map.map.modmap_rtrn, ..SetMapAux::default() },
        SetMapAux { explicit: map.map.explicit_rtrn, ..SetMapAux::default() },
    ];
    let mut cookies = Vec::new();
    for values in &parts {
        let len = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        let keys = map.max_key_code - map.min_key_code + 1;
        // A list that is there is about every key; a key without an entry loses what it had.
        let range = |there: bool| if there { (map.min_key_code, keys) } else { (0, 0) };
        let count = |n: Option<usize>| n.map_or(0, |n| len(n).to_le_bytes()[0]);
        let n_types = count(values.types.as_ref().map(Vec::len));
        let (sym, n_syms) = range(values.syms.is_some());
        let syms = values.syms.iter().flatten().map(|key| key.syms.len()).sum();
        let (action, n_actions) = range(values.key_actions.is_some());
        let actions = values.key_actions.as_ref().map_or(0, |actions| actions.actions.len());
        let (behavior, n_behaviors) = range(values.behaviors.is_some());
        let behaviors = count(values.behaviors.as_ref().map(Vec::len));
        let (explicit, n_explicit) = range(values.explicit.is_some());
        let explicits = count(values.explicit.as_ref().map(Vec::len));
        let (modmap, n_modmap) = range(values.modmap.is_some());
        let modmaps = count(values.modmap.as_ref().map(Vec::len));
        let (vmodmap, n_vmodmap) = range(values.vmodmap.is_some());
        let vmodmaps = count(values.vmodmap.as_ref().map(Vec::len));
        let flags = match n_types {
            0 => SetMapFlags::from(0u16),
            _ => SetMapFlags::RESIZE_TYPES,
        };
        let vmods = if values.vmods.is_some() { map.virtual_mods } else { 0u16.into() };
        #[rustfmt::skip]
        let cookie = display.conn.xkb_set_map(
            to, flags, map.min_key_code, map.max_key_code, 0, n_types,
            sym, n_syms, len(syms), action, n_actions, len(actions),
            behavior, n_behaviors, behaviors, explicit, n_explicit, explicits,
            modmap, n_modmap, modmaps, vmodmap, n_vmodmap, vmodmaps, vmods, values,
        )?;
        own.add(cookie.sequence_number());
        cookies.push(cookie);
    }
    // Right behind, without waiting: nobody should read key types that have no names yet.
    if let Some(names) = names {
        set_names(display, to, names)?;
    }
    let mut done = true;
    for cookie in cookies {
        match cookie.check().map_err(DisplayError::from) {
            Err(DisplayError::Reply(_)) => done = false,
            result => result?,
        }
    }
    Ok(done)
}

/// Whether the keys of two devices mean the same; `false` also when one of them went away.
///
/// # Errors
/// When the connection broke.
pub fn same_keymap(display: &Display, one: u16, other: u16) -> Result<bool, DisplayError> {
    let (Some(one), Some(other)) = (read(display, one)?, read(display, other)?) else {
        return Ok(false);
    };
    // One of the two may have key types more, which no key has.
    let mut types = types_of(&one).zip(types_of(&other));
    Ok(keys_of(&one) == keys_of(&other) && types.all(|(one, other)| one == other))
}

/// The key types, in bytes of the protocol.
fn types_of(map: &GetMapReply) -> impl Iterator<Item = Vec<u8>> {
    map.map.types_rtrn.iter().flatten().map(|key_type| set_type(key_type).serialize())
}

/// What each key means by its types, in bytes of the protocol.
fn keys_of(map: &GetMapReply) -> Vec<u8> {
    let mut bytes = vec![map.min_key_code, map.max_key_code];
    let map = &map.map;
    map.syms_rtrn.iter().for_each(|list| list.serialize_into(&mut bytes));
    if let Some(actions) = &map.key_actions {
        bytes.extend(&actions.acts_rtrn_count);
        actions.acts_rtrn_acts.serialize_into(&mut bytes);
    }
    map.behaviors_rtrn.iter().for_each(|list| list.serialize_into(&mut bytes));
    bytes.extend(map.vmods_rtrn.iter().flatten().copied().map(modifiers));
    map.modmap_rtrn.iter().for_each(|list| list.serialize_into(&mut bytes));
    map.vmodmap_rtrn.iter().for_each(|list| list.serialize_into(&mut bytes));
    bytes
}

/// The names of layout, groups, key types and their levels; `None` when the device went away.
fn read_names(display: &Display, device: u16) -> Result<Option<GetNamesReply>, DisplayError> {
    let parts = NameDetail::SYMBOLS
        | NameDetail::KEY_TYPE_NAMES
        | NameDetail::KT_LEVEL_NAMES
        | NameDetail::GROUP_NAMES;
    let names = display.conn.xkb_get_names(device, parts)?.reply();
    match names.map_err(DisplayError::from) {
        Err(DisplayError::Reply(_)) => Ok(None),
        names => names.map(Some),
    }
}

/// Gives these names to a device that has the key types already.
///
/// The server leaves the names of a new key type to chance, and libxkbcommon, and so every program with Qt,
/// refuses the whole keymap of a device with a name that is none.
fn set_names(display: &Display, device: u16, names: GetNamesReply) -> Result<(), DisplayError> {
    let list = names.value_list;
    let (Some(types), Some(levels)) = (list.type_names, list.kt_level_names) else { return Ok(()) };
    let first = types.len().min(REQUIRED_TYPES);
    let types = types[first..].to_vec();
    let (required, widths) = levels.n_levels_per_type.split_at(first);
    let required = required.iter().copied().map(usize::from).sum();
    let levels: Vec<_> = levels.kt_level_names.into_iter().skip(required).collect();
    let count = u16::try_from(levels.len()).unwrap_or(u16::MAX);
    let (first, n_types) = (first as u8, types.len() as u8);
    let values = SetNamesAux {
        symbols_name: list.symbols_name,
        type_names: Some(types),
        kt_level_names: Some(SetNamesAuxKTLevelNames {
            n_levels_per_type: widths.to_vec(),
            kt_level_names: levels,
        }),
        groups: list.groups,
        ..SetNamesAux::default()
    };
    let groups = names.group_names;
    #[rustfmt::skip]
    let cookie = display.conn.xkb_set_names(
        device, 0u8.into(), first, n_types, first, n_types, 0, groups, 0, 0, 0, 0, count, &values,
    )?;
    // Without its names the keymap means the same.
    cookie.ignore_error();
    Ok(())
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
            .map(|kept| entry(modifiers(kept.mask), kept.real_mods, kept.vmods))
            .collect(),
    }
}
