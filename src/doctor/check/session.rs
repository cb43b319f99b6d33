//! Displays, and who asks.

use super::{Facts, Finding, typed};
use crate::{diagnostic::Code, doctor::Topic};

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let questions = [no_display, dead_display, wayland, contradiction, as_root, runtime_dir];
    questions.iter().filter_map(|question| question(facts)).collect()
}

fn no_display(facts: &Facts) -> Option<Finding> {
    let session = &facts.session;
    // One that has the keyboards themselves needs no display: it types on the console too.
    let daemon = facts.service.daemon.as_ref();
    let serves = daemon.is_some_and(|daemon| daemon.input == "evdev");
    if session.x11.is_some() || session.wayland.is_some() || serves {
        return None;
    }
    let finding = Finding::new(
        Code::NoDisplay,
        Topic::Display,
        "neither `DISPLAY` nor `WAYLAND_DISPLAY` is set",
        "there is no screen here to type into; what is said below is about this login alone",
    );
    Some(match session.x11_sockets.first() {
        Some(display) => finding
            .fix(format!("DISPLAY={display} composekey doctor"))
            .then("that is the X server that runs here"),
        None => finding
            .fix("startx /usr/bin/xterm")
            .then("or log in to a desktop; over ssh, ask there: `composekey doctor`"),
    })
}

fn dead_display(facts: &Facts) -> Option<Finding> {
    let session = &facts.session;
    let x11 = session.x11.as_ref()?;
    let error = x11.error.as_ref()?;
    let other = session.x11_sockets.iter().find(|display| **display != x11.display);
    let finding = Finding::new(
        Code::DeadDisplay,
        Topic::Display,
        format!("the X display `{}` cannot be used: {error}", x11.display),
        "composekeyd and every X program of this session need it",
    );
    Some(match other {
        Some(display) => finding.fix(format!("export DISPLAY={display}")),
        None => finding
            .fix("unset DISPLAY")
            .then("or log in again; as another user, `XAUTHORITY` must name the owner's file"),
    })
}

/// On Wayland the daemon takes the keyboards themselves, with the rights of this user: to the system unit, a user of
/// its own, the compositor tells no keymap.
fn wayland(facts: &Facts) -> Option<Finding> {
    let service = &facts.service;
    if !facts.is_wayland() || service.daemon.is_some() || service.of_machine {
        return None;
    }
    let finding = Finding::new(
        Code::WaylandSession,
        Topic::Daemon,
        "this is a Wayland session, and no composekeyd takes the keyboards",
        "Wayland gives no program a key of another's: it has to be taken before, from the devices",
    );
    Some(if service.program.is_some() && facts.devices.are_open() {
        finding.fix("composekeyd --backend evdev &")
    } else {
        finding.fix("sudo usermod -aG input,uinput \"$USER\"").then(
            "then log in again and start `composekeyd --backend evdev`; packaging/README.md has what makes the group `uinput`",
        )
    })
}

fn contradiction(facts: &Facts) -> Option<Finding> {
    let session = &facts.session;
    let kind = session.kind.as_deref().unwrap_or_default();
    let finding =
        |what: String, why| Finding::new(Code::SessionContradiction, Topic::Display, what, why);
    if let Some(wayland) = session.wayland.as_ref().filter(|wayland| !wayland.there) {
        let what =
            format!("`WAYLAND_DISPLAY` is `{}`, and there is no such socket", wayland.display);
        let why = "programs that try Wayland first wait for nothing, or end";
        return Some(finding(what, why).fix("unset WAYLAND_DISPLAY"));
    }
    if kind == "x11" && session.wayland.is_some() {
        let what = "`XDG_SESSION_TYPE` is `x11`, but there is a Wayland display as well".to_owned();
        let why = "toolkits go by one or the other, and so read different Compose files";
        return Some(finding(what, why).fix("export XDG_SESSION_TYPE=wayland"));
    }
    if kind == "wayland" && session.wayland.is_none() && session.x11.is_some() {
        let what = "`XDG_SESSION_TYPE` is `wayland`, but `WAYLAND_DISPLAY` is not set".to_owned();
        let why =
            "programs started from here take the X display, where GTK composes in another way";
        return Some(finding(what, why).fix("export WAYLAND_DISPLAY=wayland-0"));
    }
    None
}

fn as_root(facts: &Facts) -> Option<Finding> {
    let user = facts.user.sudo_from.as_ref()?;
    Some(
        Finding::new(
            Code::AskedAsRoot,
            Topic::User,
            format!("this was asked as root, by `{user}`"),
            "what is said here is about root's files, variables and daemon, not yours",
        )
        .fix("composekey doctor")
        .then("without `sudo`: it needs no rights"),
    )
}

fn runtime_dir(facts: &Facts) -> Option<Finding> {
    let session = &facts.session;
    let usual = session.usual_runtime_dir.as_ref().filter(|_| session.runtime_dir.is_none())?;
    Some(
        Finding::new(
            Code::NoRuntimeDir,
            Topic::Display,
            "`XDG_RUNTIME_DIR` is not set",
            "the daemon of your session listens below it, and is not found without it",
        )
        .fix(format!("export XDG_RUNTIME_DIR={}", typed(usual, facts))),
    )
}
