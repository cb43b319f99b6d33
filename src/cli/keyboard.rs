//! The layout for which keys are shown: the first of `--layout`, the setting, the compositor, the X server, the
//! environment and the system's own files that says one. A keymap takes 2 ms to make, so this has a
//! thread of its own.

use std::{fs, path::Path, sync::mpsc, thread, time::Duration};

use xkbcommon::xkb::Keymap;

use crate::{
    config::{KeyboardHints, Paths},
    engine::XkbKeyboard,
    layout::Layout,
    session::{self, Names, wayland::Compositor},
    x11,
};

/// How long a compositor or an X server may take to answer.
const PATIENCE: Duration = Duration::from_millis(500);

/// A layout that is being made.
#[derive(Debug)]
pub(super) struct Keyboard(thread::JoinHandle<Option<Layout>>);

/// Begins to make the layout of the session.
pub(super) fn session(paths: &Paths) -> Keyboard {
    let hints = paths.keyboard.clone();
    Keyboard(thread::spawn(move || of_compositor(&hints).or_else(|| make(&of_session(&hints)))))
}

/// The layout that is asked for by name, else that of the session.
///
/// # Errors
/// Why there is none: libxkbcommon does not know the layout.
pub(super) fn choose(asked: Option<&str>, session: Keyboard) -> Result<Layout, String> {
    let Some(asked) = asked else {
        // What the system says of itself may be unknown to libxkbcommon; then the usual one serves.
        let usual = || make(&Names::from_layouts("us"));
        let made = session.0.join().ok().flatten().or_else(usual);
        return made.ok_or_else(|| "the X keyboard data are missing (Debian: xkb-data)".to_owned());
    };
    make(&Names::from_layouts(asked)).ok_or_else(|| {
        format!(
            "there is no layout `{asked}`; `man 7 xkeyboard-config` lists them, as in `de(neo)`"
        )
    })
}

fn make(names: &Names) -> Option<Layout> {
    Some(XkbKeyboard::new(names.compile(None)?).layout(&names.to_string()))
}

/// What a compositor tells: a keymap, and what its layouts are called (`German`).
fn of_compositor(hints: &KeyboardHints) -> Option<Layout> {
    let mut compositor = Compositor::connect(hints.compositor.as_deref()?).ok()?;
    let _ = compositor.wait(PATIENCE).ok()?;
    let keymap: Keymap = compositor.keymap()?.clone();
    let layouts: Vec<_> = keymap.layouts().map(str::to_owned).collect();
    Some(XkbKeyboard::new(keymap).layout(&layouts.join(", ")))
}

fn of_session(hints: &KeyboardHints) -> Names {
    let read = |path: &Path| fs::read_to_string(path).ok();
    of_display(hints)
        .or_else(|| hints.names.clone())
        .unwrap_or_else(|| session::names(None, |_| None, read).0)
}

fn of_display(hints: &KeyboardHints) -> Option<Names> {
    let display = hints.display.clone()?;
    let (answer, asked) = mpsc::channel();
    // A server that hangs is not waited for.
    let _ = thread::spawn(move || answer.send(x11::layout_names(&display)));
    let [layout, variant, options] = asked.recv_timeout(PATIENCE).ok().flatten()?;
    Some(Names { layout, variant, options, ..Names::default() })
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn the_environment_comes_before_the_files() {
        let names = Some(Names::from_layouts("fr(bepo)"));
        let hints = KeyboardHints { names, ..KeyboardHints::default() };
        assert_eq!(of_session(&hints).to_string(), "fr(bepo)");
    }

    #[test]
    fn a_compositor_that_says_nothing_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("dumb");
        let _dumb = UnixListener::bind(&socket).unwrap();
        let hints = KeyboardHints { compositor: Some(socket), ..KeyboardHints::default() };
        assert!(of_compositor(&hints).is_none());
        let nobody = Some(folder.path().join("nobody"));
        let hints = KeyboardHints { compositor: nobody, ..KeyboardHints::default() };
        assert!(of_compositor(&hints).is_none());
    }
}
