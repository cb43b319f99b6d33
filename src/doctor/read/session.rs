//! The session: displays, desktop, language.

use std::path::{Path, PathBuf};

use super::{
    super::{
        facts::{Locale, Session, Wayland, X11},
        system::{System, text},
    },
    Processes,
};
use crate::{config::Paths, x11::Survey, xcompose::profile::locale_file};

/// Compositors and window managers, by the names of their processes.
const COMPOSITORS: &[&str] = &[
    "gnome-shell",
    "kwin_wayland",
    "kwin_x11",
    "sway",
    "Hyprland",
    "niri",
    "labwc",
    "river",
    "wayfire",
    "weston",
    "cosmic-comp",
    "cinnamon",
    "muffin",
    "xfwm4",
    "marco",
    "budgie-wm",
    "openbox",
    "i3",
    "bspwm",
    "awesome",
    "dwm",
    "xmonad",
    "fluxbox",
    "icewm",
    "herbstluftwm",
    "enlightenment",
];

const SOCKETS: &str = "/tmp/.X11-unix";

pub(super) fn read(
    system: &mut dyn System,
    paths: &Paths,
    processes: &Processes,
) -> (Session, Option<Survey>) {
    let uid = system.identity().uid;
    let display = system.env("DISPLAY");
    let answer = display.as_deref().map(|name| system.display(name));
    let (error, survey) = match answer {
        None => (None, None),
        Some(Err(error)) => (Some(error), None),
        Some(Ok(survey)) => (None, Some(survey)),
    };
    let told = survey.clone().unwrap_or_default();
    let x11 = display.map(|display| X11 {
        display,
        error,
        vendor: told.vendor,
        xwayland: told.xwayland,
        window_manager: told.window_manager,
    });
    let sockets = system.list(Path::new(SOCKETS));
    let usual = PathBuf::from(format!("/run/user/{uid}"));
    let session = Session {
        kind: system.env("XDG_SESSION_TYPE"),
        desktop: system.env("XDG_CURRENT_DESKTOP"),
        compositor: processes.first_of(uid, COMPOSITORS).map(str::to_owned),
        x11,
        x11_sockets: sockets
            .iter()
            .filter_map(|s| Some(format!(":{}", s.strip_prefix('X')?)))
            .collect(),
        wayland: wayland(system, paths),
        runtime_dir: paths.runtime_dir.clone(),
        usual_runtime_dir: Some(usual).filter(|folder| system.stat(folder).is_some()),
        ssh: system.env("SSH_CONNECTION").is_some(),
    };
    (session, survey)
}

/// By `wl_display_connect`: a name is below the runtime folder, a path stands for itself.
fn wayland(system: &dyn System, paths: &Paths) -> Option<Wayland> {
    let display = system.env("WAYLAND_DISPLAY")?;
    let socket = match (&paths.runtime_dir, display.starts_with('/')) {
        (_, true) => Some(PathBuf::from(&display)),
        (Some(folder), false) => Some(folder.join(&display)),
        (None, false) => None,
    };
    let there = socket.is_some_and(|socket| system.stat(&socket).is_some());
    Some(Wayland { display, there })
}

pub(super) fn locale(system: &mut dyn System, paths: &Paths) -> Locale {
    let variable = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find(|v| system.env(v).is_some());
    let folder = paths.world.folder.clone();
    let folder_there = system.stat(&folder.join("compose.dir")).is_some();
    Locale {
        compose_file: locale_file(&paths.world, system, false),
        name: paths.world.locale.clone(),
        variable,
        better: better(system, &paths.world.locale),
        folder_there,
        folder,
    }
}

/// A locale in UTF-8 that this machine has, if possible of the same language.
fn better(system: &mut dyn System, name: &str) -> String {
    let language = name.split(['_', '.', '@']).next().unwrap_or_default();
    let generated = text(system, "/etc/locale.gen").unwrap_or_default();
    let mut names = generated.lines().filter_map(|line| line.split_ascii_whitespace().next());
    let same = names.find(|other| {
        !language.is_empty()
            && other.strip_prefix(language).is_some_and(|rest| rest.starts_with('_'))
            && other.ends_with(".UTF-8")
    });
    let without_codeset = name.split('.').next().unwrap_or_default();
    match same {
        Some(same) => same.to_owned(),
        None if without_codeset.contains('_') && !name.ends_with(".UTF-8") => {
            format!("{without_codeset}.UTF-8")
        }
        None => "C.UTF-8".to_owned(),
    }
}
