//! What the server itself says: the lock, the keys that are down, the keycodes that are free.

use std::{thread, time::Duration};

use composekey::x11::{Display, keymap};
use x11rb::{
    connection::Connection,
    protocol::{
        xinput::{self, ConnectionExt as _, DeviceType, InputStateData},
        xkb::{ConnectionExt as _, Group},
        xproto::{ConnectionExt as _, GrabMode, GrabStatus, ModMask},
    },
};
use xkbcommon::xkb;

use super::Server;

/// XKB's word for the core keyboard (`XkbUseCoreKbd`).
const CORE_KEYBOARD: u16 = 0x100;

/// A keyboard device: its XInput id and name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Device {
    pub(crate) id: u16,
    pub(crate) name: String,
    pub(crate) floating: bool,
}

impl Server {
    pub(super) fn prepare_extensions(&self) {
        let known = self.conn.xkb_use_extension(1, 0).unwrap().reply().unwrap();
        assert!(known.supported, "the server has no XKB");
        self.conn.xinput_xi_query_version(2, 2).unwrap().reply().unwrap();
    }

    /// Whether Caps Lock is on for the applications.
    pub(crate) fn caps_lock(&self) -> bool {
        self.conn.xkb_get_state(CORE_KEYBOARD).unwrap().reply().unwrap().locked_mods & ModMask::LOCK
            != ModMask::from(0_u8)
    }

    /// The locked group of the core keyboard, counted from 0.
    pub(crate) fn group(&self) -> u8 {
        self.conn.xkb_get_state(CORE_KEYBOARD).unwrap().reply().unwrap().locked_group.into()
    }

    /// Locks a group of the core keyboard, as a layout indicator of a desktop does.
    pub(crate) fn lock_group(&self, group: u8) {
        let none = ModMask::from(0_u8);
        let group = Group::from(group);
        self.conn
            .xkb_latch_lock_state(CORE_KEYBOARD, none, none, true, group, none, false, 0)
            .unwrap()
            .check()
            .unwrap();
    }

    /// Grabs a keyboard device, as another program of this kind would, and lets it go after `time`.
    pub(crate) fn grab_for(&self, device: &Device, time: Duration) {
        let root = self.conn.setup().roots[0].root;
        let (mode, owner) = (GrabMode::ASYNC, xinput::GrabOwner::NO_OWNER);
        let grab =
            self.conn.xinput_xi_grab_device(root, 0_u32, 0, device.id, mode, mode, owner, &[0]);
        assert_eq!(grab.unwrap().reply().unwrap().status, GrabStatus::SUCCESS);
        thread::sleep(time);
        self.conn.xinput_xi_ungrab_device(0_u32, device.id).unwrap().check().unwrap();
    }

    /// Every keyboard that is a device of its own, the one behind XTEST included.
    pub(crate) fn devices(&self) -> Vec<Device> {
        let all = u16::from(xinput::Device::ALL);
        let reply = self.conn.xinput_xi_query_device(all).unwrap().reply().unwrap();
        let keyboards = reply.infos.into_iter().filter(|info| info.enabled).filter(|info| {
            info.type_ == DeviceType::SLAVE_KEYBOARD
                || info.type_ == DeviceType::FLOATING_SLAVE
                    && info.classes.iter().any(|class| class.data.as_key().is_some())
        });
        let device = |info: xinput::XIDeviceInfo| Device {
            id: info.deviceid,
            name: String::from_utf8_lossy(&info.name).trim_end_matches('\0').to_owned(),
            floating: info.type_ == DeviceType::FLOATING_SLAVE,
        };
        keyboards.map(device).collect()
    }

    /// The ids of the keyboards whose keymap libxkbcommon does not take; that of the core keyboard is what every
    /// program with Qt reads.
    pub(crate) fn unreadable_keymaps(&self) -> Vec<i32> {
        let display = Display::open(Some(&self.display())).expect("the server answers");
        let core = xkb::x11::get_core_keyboard_device_id(&*display.conn);
        let devices = self.devices().into_iter().map(|device| i32::from(device.id));
        devices.chain([core]).filter(|&id| keymap(&display, id).is_none()).collect()
    }

    /// Every key that is down anywhere: for the applications (`core`) and on each device.
    pub(crate) fn keys_down(&self) -> Vec<(String, u8)> {
        let core = self.conn.query_keymap().unwrap().reply().unwrap().keys;
        let mut down: Vec<_> = bits(&core).map(|code| ("core".to_owned(), code)).collect();
        for device in self.devices() {
            let id = u8::try_from(device.id).expect("XInput 1 sees devices up to 255");
            // A device that went away between the two requests has no key down.
            let Ok(state) = self.conn.xinput_query_device_state(id).unwrap().reply() else {
                continue;
            };
            for class in state.classes {
                if let InputStateData::Key(keys) = class.data {
                    down.extend(bits(&keys.keys).map(|code| (device.name.clone(), code)));
                }
            }
        }
        down
    }

    /// The symbols of every keycode in the core map.
    fn symbols(&self) -> Vec<(u8, Vec<u32>)> {
        let setup = self.conn.setup();
        let first = setup.min_keycode;
        let count = setup.max_keycode - first + 1;
        let map = self.conn.get_keyboard_mapping(first, count).unwrap().reply().unwrap();
        let width = usize::from(map.keysyms_per_keycode);
        let codes = first..=setup.max_keycode;
        codes.zip(map.keysyms.chunks(width)).map(|(code, syms)| (code, syms.to_vec())).collect()
    }

    /// The keycodes without any symbol.
    pub(crate) fn free_keycodes(&self) -> Vec<u8> {
        let empty = |(code, syms): (u8, Vec<u32>)| syms.iter().all(|&s| s == 0).then_some(code);
        self.symbols().into_iter().filter_map(empty).collect()
    }

    /// The keycodes that were free at the start and have symbols now.
    pub(crate) fn bound_keycodes(&self) -> Vec<(u8, Vec<u32>)> {
        let bound = |(code, syms): &(u8, Vec<u32>)| {
            self.free_at_start.contains(code) && syms.iter().any(|&s| s != 0)
        };
        self.symbols().into_iter().filter(bound).collect()
    }
}

/// The numbers of the bits that are set.
fn bits(bytes: &[u8]) -> impl Iterator<Item = u8> + '_ {
    (0..=255_u8).filter(|&n| bytes.get(usize::from(n / 8)).is_some_and(|b| b >> (n % 8) & 1 == 1))
}
