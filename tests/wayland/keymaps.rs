//! The keymap that a compositor tells, followed while it changes.

use std::{os::unix::net::UnixListener, time::Duration};

use composekey::{
    output::uinput::Speller,
    session::wayland::{Compositor, CompositorError, socket},
};

use crate::support::{Gnome, Home, wait_until};

#[test]
fn a_changed_keymap_is_followed_until_the_compositor_ends() {
    let gnome = Gnome::start(Home::new(), &["ru", "us"], false);
    let mut compositor = gnome.home.compositor(Gnome::SOCKET);
    assert_eq!(compositor.group(), None, "of several, a client without the focus is not told");
    // GNOME has `us` behind every other layout, so the group has to be named here.
    let spells = |compositor: &Compositor| {
        let keymap = compositor.keymap();
        keymap.is_some_and(|keymap| Speller::new(keymap).can_spell("ß", Some(0)))
    };
    assert!(!spells(&compositor));
    gnome.set_layouts(&["de"]);
    let changed = wait_until(|| compositor.dispatch().expect("it is there") && spells(&compositor));
    assert!(changed, "the keymap is not followed");
    drop(gnome);
    let gone = wait_until(|| matches!(compositor.dispatch(), Err(CompositorError::Gone(..))));
    assert!(gone, "the end of GNOME Shell is not noticed");
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
