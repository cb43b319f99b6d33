//! [`Stand`]: the pool as it stands in the keymaps of all keyboards, and how it is kept there.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use x11rb::{
    connection::RequestConnection,
    cookie::VoidCookie,
    errors::ConnectionError,
    protocol::{
        xinput,
        xkb::{ConnectionExt as _, EventType, MapPart, SelectEventsAux},
        xtest::ConnectionExt as _,
    },
    xcb_ffi::XCBConnection,
};

use super::{
    bind::{Names, Target},
    inject::fake,
    keymap::{DeviceMap, Owner, harmless, shortcuts},
    levels::Levels,
    pool::Pool,
};
use crate::x11::{Device, Display, DisplayError, Own, Role};

/// `ISO_Level5_Shift` and `ISO_Level3_Shift`: what the selector keys are called. No text.
const SELECTOR_SYMBOLS: [u32; 2] = [0xfe11, 0xfe03];
/// The master and the keyboards attached to it.
const CORE: u16 = 0x100;
/// With at least this many free keycodes one is left to programs that need one, as xdotool does.
const ENOUGH: usize = 8;

/// The pool and the devices it stands on.
#[derive(Debug, Default)]
pub(super) struct Stand {
    /// The pool.
    pub(super) pool: Pool,
    /// The real modifiers that make a shortcut of a key.
    pub(super) shortcuts: u8,
    targets: Vec<Target>,
    /// Keycodes of the pool that somebody else has changed: theirs now.
    lost: BTreeSet<u8>,
    /// Requests say the key type again, see [`Target::repeated`].
    repeat_type: bool,
    /// The server refuses whatever is asked: the pool does not stand.
    refused: bool,
    own: Own,
}

impl Stand {
    /// Makes every keyboard's map say what the pool says. Looks first: where nothing differs
    /// nothing is changed, so that two programs cannot chase each other.
    ///
    /// A refusal may mean that a map changed meanwhile, or that the server is one of those that
    /// [`Target::repeated`] is for.
    pub(super) fn reconcile(
        &mut self,
        display: &Display,
        now: Instant,
    ) -> Result<(), DisplayError> {
        for repeat_type in [self.repeat_type, self.repeat_type, true] {
            self.repeat_type = repeat_type;
            self.refused = !self.try_reconcile(display, now)?;
            if !self.refused {
                break;
            }
        }
        Ok(())
    }

    /// False when the server refused.
    fn try_reconcile(&mut self, display: &Display, now: Instant) -> Result<bool, DisplayError> {
        let keyboards = display.keyboards()?;
        let ids: Vec<u16> =
            keyboards.iter().filter(|d| d.role != Role::Master).map(|d| d.id).collect();
        select_events(display, &ids)?;
        let maps = DeviceMap::read_all(display, &ids)?;
        self.shortcuts = shortcuts(&maps);
        self.find_lost(&maps);
        self.choose(&maps, now);
        let levels = self.pool.levels();
        self.targets.clear();
        // One index on all devices, so that one request can go to all of them.
        let known = (0..=255).find(|i| maps.iter().all(|map| map.has_type(*i, levels)));
        let last = maps.iter().map(DeviceMap::types).max().unwrap_or(0);
        let Some(key_type) = known.or(u8::try_from(last).ok()) else { return Ok(true) };
        let repeated = self.repeat_type.then(|| levels.clone());
        self.targets.extend(maps.iter().map(|map| Target {
            device: map.device,
            min: map.min,
            max: map.max,
            key_type,
            repeated: repeated.clone(),
        }));
        if known.is_none() && !self.pool.codes().is_empty() {
            let names = Names::intern(display, levels)?;
            let mut sent = Vec::new();
            for (target, map) in self.targets.iter().zip(&maps) {
                sent.push(target.add_types(display, levels, &names, map.types())?);
            }
            if !check(&mut self.own, sent)? {
                return Ok(false);
            }
            announce(display, &keyboards, self.pool.codes()[0])?;
        }
        self.apply(display, &maps)
    }

    /// Finds keys that are still of our type but say something else than we made them say.
    fn find_lost(&mut self, maps: &[DeviceMap]) {
        let ours = |code: u8, map: &DeviceMap| matches!(map.owner(code), Owner::Pool { .. });
        self.lost.retain(|code| maps.iter().any(|map| ours(*code, map)));
        for code in self.pool.codes().iter().chain(self.pool.selectors()) {
            let known = |map: &&DeviceMap| self.targets.iter().any(|t| t.device == map.device);
            let wanted = self.wanted(*code);
            let mut known = maps.iter().filter(known);
            if known.any(|map| ours(*code, map) && map.owner(*code) != wanted) {
                self.lost.insert(*code);
            }
        }
    }

    /// Decides which keycodes the pool has.
    fn choose(&mut self, maps: &[DeviceMap], now: Instant) {
        let range = maps
            .iter()
            .fold(8..=255, |range, map| *range.start().max(&map.min)..=*range.end().min(&map.max));
        let owners: BTreeMap<u8, Vec<Owner>> =
            range.map(|code| (code, maps.iter().map(|map| map.owner(code)).collect())).collect();
        let usable = |code: &u8| !self.lost.contains(code) && !owners[code].contains(&Owner::Other);
        let mut free: Vec<u8> = owners.keys().copied().filter(usable).collect();
        if maps.is_empty() {
            free.clear();
        }
        if free.len() >= ENOUGH {
            free.remove(0);
        }
        // Of two that give as much room the last one, with fewer selectors.
        let selectors = [2, 1, 0].into_iter().max_by_key(|n| free.len().saturating_sub(*n) << n);
        let levels = Levels::of_mask(harmless(maps)).at_most(selectors.unwrap_or(0));
        let old = &self.pool;
        let kept = old.codes().iter().chain(old.selectors()).all(|code| free.contains(code));
        if kept && *old.levels() == levels && !old.codes().is_empty() {
            return;
        }
        let selects = |code: &u8, mask: u8| {
            owners[code]
                .iter()
                .any(|o| matches!(o, Owner::Pool { selects: Some(m), .. } if *m == mask))
        };
        let mut chosen = Vec::new();
        for &mask in levels.selectors() {
            let found = free.iter().position(|code| selects(code, mask));
            // There are enough: `selectors` was chosen so that keys are left.
            chosen.push(free.remove(found.unwrap_or(free.len() - 1)));
        }
        let mut pool = Pool::new(levels, free, chosen);
        for key in 0..pool.codes().len() {
            let code = pool.codes()[key];
            let known = old.codes().iter().position(|c| *c == code).map(|key| old.symbols(key));
            let found = owners[&code].iter().find_map(|owner| match owner {
                Owner::Pool { symbols, selects: None } => Some(symbols.clone()),
                _ => None,
            });
            if let Some(symbols) = known.or(found) {
                pool.adopt(key, &symbols, now);
            }
        }
        self.pool = pool;
    }

    /// Changes what differs. False when the server refused.
    fn apply(&mut self, display: &Display, maps: &[DeviceMap]) -> Result<bool, DisplayError> {
        let levels = self.pool.levels().count();
        let mut sent = Vec::new();
        for target in &self.targets {
            let Some(map) = maps.iter().find(|map| map.device == target.device) else { continue };
            for code in target.min..=target.max {
                let owner = map.owner(code);
                let wanted = self.wanted(code);
                if owner == wanted || owner == Owner::Other || self.lost.contains(&code) {
                    continue;
                }
                match wanted {
                    Owner::Pool { symbols, selects } => {
                        sent.push(target.bind(display, code, &symbols)?);
                        if let Some(modifier) = selects {
                            sent.push(target.set_action(display, code, modifier, levels)?);
                        }
                    }
                    _ => sent.push(target.unbind(display, code)?),
                }
            }
        }
        check(&mut self.own, sent)
    }

    /// What a key should be.
    fn wanted(&self, code: u8) -> Owner {
        let levels = self.pool.levels();
        if let Some(i) = self.pool.selectors().iter().position(|c| *c == code) {
            let symbols = vec![SELECTOR_SYMBOLS[i]; levels.count()];
            return Owner::Pool { symbols, selects: Some(levels.selectors()[i]) };
        }
        let symbols =
            self.pool.codes().iter().position(|c| *c == code).map(|key| self.pool.symbols(key));
        match symbols {
            Some(symbols) if symbols.iter().any(|symbol| *symbol != 0) => {
                Owner::Pool { symbols, selects: None }
            }
            _ => Owner::Nobody,
        }
    }

    /// Puts the present symbols of these keys into every map. False when a map refused, because
    /// it changed meanwhile: look again.
    ///
    /// One request goes to the master and the keyboards attached to it, and each floating keyboard
    /// gets its own. A keyboard may begin to float in between, so there is a second look.
    pub(super) fn bind(&mut self, display: &Display, keys: &[usize]) -> Result<bool, DisplayError> {
        let all = self.targets.first().map(|t| Target { device: CORE, ..t.clone() });
        let Some(all) = all else {
            return Ok(true);
        };
        let bound: Vec<_> =
            keys.iter().map(|&key| (self.pool.codes()[key], self.pool.symbols(key))).collect();
        let mut sent = Vec::new();
        // A request that names another range of keycodes than the device has would change that.
        let alike = self.targets.iter().all(|t| (t.min, t.max) == (all.min, all.max));
        let before = floating(display)?;
        for (code, symbols) in bound.iter().filter(|_| alike) {
            sent.push(all.bind(display, *code, symbols)?);
        }
        let alone = &before | &floating(display)?;
        for target in self.targets.iter().filter(|t| !alike || alone.contains(&t.device)) {
            for (code, symbols) in &bound {
                sent.push(target.bind(display, *code, symbols)?);
            }
        }
        let fine = check(&mut self.own, sent)?;
        if !fine {
            // What the maps say now is not known.
            self.targets.clear();
        }
        Ok(fine)
    }

    /// Takes the pool out of every map.
    pub(super) fn clear(&mut self, display: &Display) -> Result<(), DisplayError> {
        let mut sent = Vec::new();
        for target in &self.targets {
            for &code in self.pool.codes().iter().chain(self.pool.selectors()) {
                sent.push(target.unbind(display, code)?);
            }
        }
        check(&mut self.own, sent).map(drop)
    }

    /// Whether the server refuses what the pool needs.
    pub(super) fn is_refused(&self) -> bool {
        self.refused
    }

    /// Whether an event with this sequence number comes from our own changes.
    pub(super) fn is_own(&mut self, sequence: u16) -> bool {
        self.own.contains(sequence)
    }

    /// Whether the pool stands on this device.
    pub(super) fn has(&self, device: u8) -> bool {
        self.targets.iter().any(|target| target.device == u16::from(device))
    }
}

/// Asks to be told when a keymap changes. Not on the master: its map is replaced whenever another
/// keyboard types.
fn select_events(display: &Display, devices: &[u16]) -> Result<(), DisplayError> {
    for &device in devices {
        let events = EventType::NEW_KEYBOARD_NOTIFY | EventType::MAP_NOTIFY;
        let cookie = display.conn.xkb_select_events(
            device,
            0u8.into(),
            events,
            MapPart::KEY_SYMS,
            MapPart::KEY_SYMS,
            &SelectEventsAux::new(),
        )?;
        // The device may be gone.
        cookie.ignore_error();
    }
    Ok(())
}

/// Waits until the server carried out the requests; whether none was refused.
fn check(own: &mut Own, sent: Vec<VoidCookie<'_, XCBConnection>>) -> Result<bool, DisplayError> {
    let mut fine = true;
    for cookie in sent {
        own.add(cookie.sequence_number());
        fine &= !refused(cookie)?;
    }
    Ok(fine)
}

/// The keyboards that are held by somebody.
fn floating(display: &Display) -> Result<BTreeSet<u16>, DisplayError> {
    let keyboards = display.keyboards()?.into_iter();
    Ok(keyboards.filter(|d| d.role == Role::Floating).map(|d| d.id).collect())
}

/// Makes every client read the master's keymap anew.
///
/// A client built on Xlib takes over the symbols that changed but not the key types, and would look
/// up our type beyond the end of its list. It reads everything when another keyboard begins to
/// type; so two keyboards do, by releasing a key that is not down.
fn announce(display: &Display, keyboards: &[Device], code: u8) -> Result<(), DisplayError> {
    const DEVICE_KEY_RELEASE: u8 = 2;
    let conn = &display.conn;
    let Some(xinput) = conn.extension_information(xinput::X11_EXTENSION_NAME)? else {
        return Ok(());
    };
    let slave = keyboards.iter().find(|d| d.role == Role::Slave);
    if let Some(id) = slave.and_then(|d| u8::try_from(d.id).ok()) {
        let kind = xinput.first_event + DEVICE_KEY_RELEASE;
        conn.xtest_fake_input(kind, code, 0, display.root, 0, 0, id)?.ignore_error();
    }
    fake(display, code, false)
}

fn refused(cookie: VoidCookie<'_, impl RequestConnection>) -> Result<bool, ConnectionError> {
    use x11rb::errors::ReplyError;
    match cookie.check() {
        Ok(()) => Ok(false),
        Err(ReplyError::X11Error(_)) => Ok(true),
        Err(ReplyError::ConnectionError(error)) => Err(error),
    }
}
