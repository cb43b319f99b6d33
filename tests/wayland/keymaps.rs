//! The keymap that a compositor tells, followed while it changes.

use std::{os::unix::net::UnixListener, process::Stdio, time::Duration};

use composekey::{
    output::uinput::Speller,
    session::wayland::{Compositor, CompositorError, socket},
};

use crate::support::{Gnome, Home, Program, wait_until};

/// weston without a screen, with these layouts.
fn weston(home: &Home, layouts: &str) -> Program {
    home.write("weston.ini", &format!("[keyboard]\nkeymap_layout={layouts}\n"));
    let mut command = home.command("weston");
    command.args(["--backend=headless-backend.so", "--socket=wayland-test", "--idle-time=0"]);
    command.arg(format!("--config={}", home.path("weston.ini").display()));
    let program = Program::start(command.stdout(Stdio::null()).stderr(Stdio::null()));
    let listens = || Compositor::connect(&home.path("run/wayland-test")).is_ok();
    assert!(wait_until(listens), "weston does not listen");
    program
}

#[test]
fn weston_tells_its_layout_and_its_end() {
    let home = Home::new();
    let weston = weston(&home, "de");
    let mut compositor = home.compositor("wayland-test");
    let keymap = compositor.keymap().expect("there is one");
    let [z] = keymap.key_get_syms_by_level(52_u32.into(), 0, 0) else {
        panic!("the key beside Shift")
    };
    assert_eq!(z.raw(), u32::from('y'));
    assert_eq!(compositor.group(), Some(0), "the only one");
    drop(weston);
    let gone = wait_until(|| matches!(compositor.dispatch(), Err(CompositorError::Gone(..))));
    assert!(gone, "the end of weston is not noticed");
}

#[test]
fn the_group_is_not_known_where_there_are_several() {
    let home = Home::new();
    let _weston = weston(&home, "us,ru");
    let compositor = home.compositor("wayland-test");
    assert_eq!(compositor.keymap().expect("there is one").num_layouts(), 2);
    assert_eq!(compositor.group(), None);
}

#[test]
fn a_changed_keymap_is_followed() {
    let gnome = Gnome::start(Home::new(), &["us"], false);
    let mut compositor = gnome.home.compositor(Gnome::SOCKET);
    let spells = |compositor: &Compositor| {
        compositor.keymap().is_some_and(|keymap| Speller::new(keymap).can_spell("ß", None))
    };
    assert!(!spells(&compositor));
    gnome.set_layouts(&["de"]);
    let changed = wait_until(|| compositor.dispatch().expect("it is there") && spells(&compositor));
    assert!(changed, "the keymap is not followed");
}

#[test]
fn a_compositor_that_says_nothing_holds_nobody_up() {
    let home = Home::new();
    let path = home.path("run/dumb");
    let listener = UnixListener::bind(&path).expect("the folder is ours");
    let mut compositor = Compositor::connect(&path).expect("somebody listens");
    assert!(!compositor.wait(Duration::from_millis(50)).expect("it is there"));
    assert!(compositor.keymap().is_none() && compositor.group().is_none());
    drop(listener);
    let nobody = Compositor::connect(&home.path("run/nobody"));
    assert!(matches!(nobody, Err(CompositorError::Connect(..))));
}

#[test]
fn where_the_socket_is() {
    let env = |display: &'static str| {
        move |name: &str| match name {
            "WAYLAND_DISPLAY" => Some(display.to_owned()),
            "XDG_RUNTIME_DIR" => Some("/run/user/1".to_owned()),
            _ => None,
        }
    };
    assert_eq!(socket(env("wayland-0")), Some("/run/user/1/wayland-0".into()));
    assert_eq!(socket(env("/tmp/socket")), Some("/tmp/socket".into()));
    assert_eq!(socket(env("")), None);
    assert_eq!(socket(|_| None), None);
}
