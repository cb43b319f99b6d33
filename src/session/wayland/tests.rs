//! A compositor that a test plays: seats, each with a keyboard or without, and the keymaps of these.

use std::{
    collections::BTreeMap,
    fs::File,
    io::Write as _,
    os::fd::AsFd as _,
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use tempfile::TempDir;
use wayland_server::{
    Client, DataInit, Dispatch, Display, DisplayHandle, GlobalDispatch, ListeningSocket, New,
    protocol::{
        wl_keyboard::{self, KeymapFormat, WlKeyboard},
        wl_seat::{self, Capability, WlSeat},
    },
};
use xkbcommon::xkb;

use super::Compositor;
use crate::{
    session::{
        Names,
        follow::{Follower, Told, compile},
    },
    xkb_option::{NAME, Placement, Slot, tests::written},
};

/// Longer than anything takes; who waits so long has failed.
const LONG: Duration = Duration::from_secs(60);

/// A compositor, until it is dropped.
struct Played {
    folder: TempDir,
    plugs: Option<Sender<Plug>>,
    thread: Option<JoinHandle<()>>,
}

/// The seat of this number has a keyboard with this keymap from now on, or none.
type Plug = (usize, Option<String>);

impl Played {
    /// One with these seats, each with the keymap of its keyboard.
    fn start(seats: &[Option<&str>]) -> Self {
        let folder = TempDir::new().unwrap();
        let listener = ListeningSocket::bind_absolute(folder.path().join("wayland-0")).unwrap();
        let mut stage = Stage::default();
        stage.0.extend(seats.iter().map(|keymap| (keymap.map(str::to_owned), Vec::new())));
        let (plugs, plugged) = mpsc::channel();
        let thread = thread::spawn(move || {
            let mut display = Display::<Stage>::new().unwrap();
            for seat in 0..stage.0.len() {
                let _ = display.handle().create_global::<Stage, WlSeat, usize>(1, seat);
            }
            loop {
                match plugged.recv_timeout(Duration::from_millis(1)) {
                    Ok(plug) => stage.plug(plug),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return,
                }
                if let Some(stream) = listener.accept().unwrap() {
                    let _ = display.handle().insert_client(stream, Arc::new(())).unwrap();
                }
                let _ = display.dispatch_clients(&mut stage).unwrap();
                display.flush_clients().unwrap();
            }
        });
        Self { folder, plugs: Some(plugs), thread: Some(thread) }
    }

    fn plug(&self, seat: usize, keymap: Option<&str>) {
        self.plugs.as_ref().unwrap().send((seat, keymap.map(str::to_owned))).unwrap();
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("wayland-0")
    }
}

impl Drop for Played {
    fn drop(&mut self) {
        self.plugs = None;
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(thread::panicking() || matches!(ended, Some(Ok(()))), "the compositor failed");
    }
}

/// The seats: the keymap of each one's keyboard, and who has bound it.
#[derive(Default)]
struct Stage(Vec<(Option<String>, Vec<WlSeat>)>);

impl Stage {
    fn plug(&mut self, (seat, keymap): Plug) {
        let (now, bound) = &mut self.0[seat];
        *now = keymap;
        bound.iter().for_each(|seat| seat.capabilities(capabilities(now.as_ref())));
    }
}

fn capabilities(keymap: Option<&String>) -> Capability {
    keymap.map_or(Capability::Pointer, |_| Capability::Pointer | Capability::Keyboard)
}

impl GlobalDispatch<WlSeat, usize> for Stage {
    fn bind(
        stage: &mut Self,
        _: &DisplayHandle,
        _: &Client,
        seat: New<WlSeat>,
        number: &usize,
        init: &mut DataInit<'_, Self>,
    ) {
        let seat = init.init(seat, *number);
        let (keymap, bound) = &mut stage.0[*number];
        seat.capabilities(capabilities(keymap.as_ref()));
        bound.push(seat);
    }
}

impl Dispatch<WlSeat, usize> for Stage {
    fn request(
        stage: &mut Self,
        _: &Client,
        _: &WlSeat,
        request: wl_seat::Request,
        number: &usize,
        _: &DisplayHandle,
        init: &mut DataInit<'_, Self>,
    ) {
        let wl_seat::Request::GetKeyboard { id } = request else { return };
        let keyboard = init.init(id, ());
        let Some(keymap) = &stage.0[*number].0 else { return };
        let mut file: File = tempfile::tempfile().unwrap();
        file.write_all(keymap.as_bytes()).and_then(|()| file.write_all(&[0])).unwrap();
        let size = u32::try_from(keymap.len() + 1).unwrap();
        keyboard.keymap(KeymapFormat::XkbV1, file.as_fd(), size);
    }
}

impl Dispatch<WlKeyboard, ()> for Stage {
    fn request(
        _: &mut Self,
        _: &Client,
        _: &WlKeyboard,
        _: wl_keyboard::Request,
        (): &(),
        _: &DisplayHandle,
        _: &mut DataInit<'_, Self>,
    ) {
    }
}

fn text(keymap: &xkb::Keymap) -> String {
    keymap.get_as_string(xkb::KEYMAP_FORMAT_TEXT_V1)
}

/// A layout's keymap.
fn keymap(layout: &str) -> String {
    text(&Names::from_layouts(layout).compile(None).unwrap())
}

/// Listens until this is so.
#[track_caller]
fn hears(compositor: &mut Compositor, is_so: impl Fn(&Compositor) -> bool) {
    let end = Instant::now() + LONG;
    while !is_so(compositor) {
        let _ = compositor.dispatch().unwrap();
        assert!(Instant::now() < end, "it is not heard");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn who_has_no_keyboard_holds_nobody_up() {
    for seats in [&[][..], &[None], &[None, None]] {
        let played = Played::start(seats);
        let start = Instant::now();
        let mut compositor = Compositor::connect(&played.socket()).unwrap();
        assert!(!compositor.wait(LONG).unwrap());
        assert!(start.elapsed() < LONG / 2, "{seats:?}");
    }
}

#[test]
fn a_keymap_is_waited_for_whichever_seat_has_it() {
    let us = keymap("us");
    for seats in [&[Some(us.as_str())][..], &[None, Some(&us)], &[Some(&us), None]] {
        let played = Played::start(seats);
        let mut compositor = Compositor::connect(&played.socket()).unwrap();
        assert!(compositor.wait(LONG).unwrap());
        assert_eq!(compositor.keymap().map(text), Some(us.clone()));
    }
}

#[test]
fn a_keyboard_that_comes_later_is_heard_of_and_one_that_goes_too() {
    let played = Played::start(&[None]);
    let mut compositor = Compositor::connect(&played.socket()).unwrap();
    assert!(!compositor.wait(LONG).unwrap());
    for layout in ["de", "us"] {
        let keymap = keymap(layout);
        played.plug(0, Some(&keymap));
        hears(&mut compositor, |compositor| compositor.keymap().is_some());
        assert_eq!(compositor.keymap().map(text), Some(keymap));
        played.plug(0, None);
        hears(&mut compositor, |compositor| compositor.keymap().is_none());
    }
}

#[test]
fn every_character_of_the_xkb_option_is_told() {
    let us = Names::from_layouts("us");
    let wanted: Vec<_> = ('\u{100}'..='\u{7ff}').collect();
    let slots = Slot::all(&[us.compile(None).unwrap()]);
    let placement = Placement::new(&slots, &wanted, &BTreeMap::new());
    let folder = written(&placement, None);
    let with = us.with_option(NAME).compile(Some(folder.path())).unwrap();
    let played = Played::start(&[Some(&text(&with))]);
    let socket = played.socket().display().to_string();
    let env = |name: &str| (name == "WAYLAND_DISPLAY").then(|| socket.clone());
    let mut follower = Follower::start(env, |_| None).unwrap();
    let Some(Told::Keymap { text, .. }) = follower.wait() else { panic!("no keymap is told") };
    let told = compile(text).unwrap();
    assert!(placement.places.len() > 1000);
    for (place, &c) in &placement.places {
        let level = u32::from(place.level) - 1;
        let keysyms = told.key_get_syms_by_level(place.keycode.0.into(), 0, level);
        let found: Vec<_> = keysyms.iter().map(|&keysym| xkb::keysym_to_utf32(keysym)).collect();
        assert_eq!(found, [u32::from(c)], "{place:?}");
    }
}
