//! Caps Lock: the options of the keymap, other programs that take keys, and the lock itself.

use std::path::{Path, PathBuf};

use super::{
    super::{
        facts::{Caps, OptionSource, Remapper, XkbOption},
        system::{System, first, text},
    },
    Processes, line_of,
};
use crate::{config::Paths, daemon::caps_lock_job, x11::Survey};

/// GNOME's settings of the keyboard.
pub(super) const GNOME: &str = "org.gnome.desktop.input-sources";

/// A program that takes keys: its name, its processes, its units, and where its settings are (`~/` is
/// the home folder, `*` at the end is every file of a folder).
struct Known(
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
);

const KNOWN: &[Known] = &[
    Known("keyd", &["keyd"], &["keyd"], &["/etc/keyd/*"]),
    Known("kanata", &["kanata"], &["kanata"], &["~/.config/kanata/*", "/etc/kanata/*"]),
    Known("kmonad", &["kmonad"], &["kmonad"], &["~/.config/kmonad/*", "/etc/kmonad/*"]),
    Known("xremap", &["xremap"], &["xremap"], &["~/.config/xremap/*", "/etc/xremap/*"]),
    Known("evremap", &["evremap"], &["evremap"], &["/etc/evremap.toml"]),
    Known(
        "interception",
        &["udevmon", "intercept", "caps2esc", "dual-function-keys"],
        &["udevmon", "interception-udevmon"],
        &["/etc/interception/udevmon.yaml", "/etc/interception/udevmon.d/*", "/etc/udevmon.yaml"],
    ),
    Known(
        "input-remapper",
        &["input-remapper-service", "input-remapper-daemon"],
        &["input-remapper", "input-remapper-daemon"],
        &[],
    ),
    Known("xcape", &["xcape"], &["xcape"], &[]),
    Known(
        "keymapper",
        &["keymapperd", "keymapper"],
        &["keymapperd"],
        &["~/.config/keymapper.conf"],
    ),
    Known("hawck", &["hawck-inputd"], &["hawck-inputd"], &[]),
    Known("swhkd", &["swhkd"], &["swhkd"], &["/etc/swhkd/swhkdrc", "~/.config/swhkd/swhkdrc"]),
    Known("xkeysnail", &["xkeysnail"], &["xkeysnail"], &[]),
    Known("keyszer", &["keyszer", "xwaykeyz"], &["keyszer", "toshy-config"], &[]),
];

/// Where systemd notes that a unit is enabled.
const WANTED_BY: [&str; 3] = ["multi-user.target", "graphical.target", "default.target"];

pub(super) fn read(
    system: &mut dyn System,
    paths: &Paths,
    processes: &Processes,
    survey: Option<&Survey>,
    gsettings: &str,
) -> Caps {
    let survey = survey.filter(|survey| !survey.xwayland);
    let locked = survey.and_then(|survey| survey.caps_lock).or_else(|| led(system));
    Caps {
        options: options(system, paths, survey, gsettings),
        remappers: KNOWN
            .iter()
            .filter_map(|known| remapper(system, paths, processes, known))
            .collect(),
        can_unlock: survey.is_none_or(|survey| survey.can_unlock),
        locked,
    }
}

/// Whether the lamp of a keyboard is lit; `None` without lamps.
fn led(system: &mut dyn System) -> Option<bool> {
    let folder = Path::new("/sys/class/leds");
    let lamps = system.list(folder).into_iter().filter(|name| name.ends_with("::capslock"));
    let lit: Vec<bool> = lamps
        .filter_map(|name| text(system, folder.join(name).join("brightness")))
        .map(|text| text.trim() != "0")
        .collect();
    (!lit.is_empty()).then(|| lit.contains(&true))
}

/// Options that give Caps Lock a job. An X server knows those in force; elsewhere they are in force where they
/// are written for the desktop that runs.
fn options(
    system: &mut dyn System,
    paths: &Paths,
    survey: Option<&Survey>,
    gsettings: &str,
) -> Vec<XkbOption> {
    let written = written(system, paths, survey.is_some(), gsettings);
    let in_force: Vec<String> = match survey {
        Some(survey) => survey.options.clone(),
        None => written.iter().flat_map(|(_, options)| options.clone()).collect(),
    };
    let mut found: Vec<XkbOption> = Vec::new();
    for name in in_force {
        let Some(job) = caps_lock_job(&name) else { continue };
        if found.iter().any(|option| option.name == name) {
            continue;
        }
        let source = written.iter().find(|(_, options)| options.contains(&name));
        let beside = source.map(|(_, options)| options.clone());
        let beside = beside.or_else(|| Some(survey?.options.clone())).unwrap_or_default();
        let set_in = source.map(|(source, _)| source.clone());
        found.push(XkbOption { name, job, set_in, beside });
    }
    found
}

/// The places where options are written that count on this desktop.
fn written(
    system: &mut dyn System,
    paths: &Paths,
    on_x11: bool,
    gsettings: &str,
) -> Vec<(OptionSource, Vec<String>)> {
    let desktop = system.env("XDG_CURRENT_DESKTOP").unwrap_or_default();
    let mut written = Vec::new();
    if is_gnome(system) {
        let options = gsettings.split('\'').skip(1).step_by(2).map(str::to_owned).collect();
        written.push((OptionSource::Gsettings(GNOME), options));
    }
    let config = |name: &str| paths.config_home.join(name);
    let mut files = Vec::new();
    if desktop.contains("KDE") {
        files.push(config("kxkbrc"));
    }
    if on_x11 {
        files.extend(
            ["/etc/default/keyboard", "/etc/X11/xorg.conf.d/00-keyboard.conf"].map(PathBuf::from),
        );
    } else {
        let compositors =
            ["sway/config", "hypr/hyprland.conf", "niri/config.kdl", "labwc/environment"];
        files.extend(compositors.map(config));
    }
    for file in files {
        let text = text(system, &file).unwrap_or_default();
        for (at, line) in text.lines().enumerate() {
            let options = options_in(line);
            if !options.is_empty() {
                written.push((OptionSource::File(file.clone(), at + 1), options));
            }
        }
    }
    written
}

/// Whether the desktop goes by GNOME's settings.
pub(super) fn is_gnome(system: &dyn System) -> bool {
    let desktop = system.env("XDG_CURRENT_DESKTOP").unwrap_or_default();
    ["GNOME", "Unity", "Budgie", "ubuntu"].iter().any(|name| desktop.contains(name))
}

/// The options in a line that sets them: `XKBOPTIONS="a:b,c:d"`, `xkb_options a:b`, `options "a:b"`.
fn options_in(line: &str) -> Vec<String> {
    let line = line.trim_start();
    if line.starts_with(['#', '/', ';']) || !line.to_lowercase().contains("options") {
        return Vec::new();
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let words = line.split(|c| !is_part(c));
    let is_option = |word: &&str| {
        word.split_once(':').is_some_and(|(group, name)| !group.is_empty() && !name.is_empty())
    };
    words.filter(is_option).map(str::to_owned).collect()
}

fn remapper(
    system: &mut dyn System,
    paths: &Paths,
    processes: &Processes,
    known: &Known,
) -> Option<Remapper> {
    let Known(name, names, units, settings) = known;
    let running = names.iter().any(|name| processes.named(name).next().is_some());
    let system_units = WANTED_BY.iter().flat_map(|target| {
        units.iter().map(move |unit| format!("/etc/systemd/system/{target}.wants/{unit}.service"))
    });
    let user_units = ["default.target", "graphical-session.target"].iter().flat_map(|target| {
        let folder = paths.config_home.join(format!("systemd/user/{target}.wants"));
        units.iter().map(move |unit| folder.join(format!("{unit}.service")))
    });
    let of_system = first(system, system_units.map(PathBuf::from));
    let of_user = first(system, user_units);
    let unit = of_system.as_ref().or(of_user.as_ref()).and_then(|file| file.file_stem());
    if !running && unit.is_none() {
        return None;
    }
    let files: Vec<PathBuf> =
        settings.iter().flat_map(|place| self::settings(system, paths, place)).collect();
    let names_it = |line: &str| {
        !line.starts_with(['#', ';', '/']) && line.to_lowercase().replace('_', "").contains("caps")
    };
    Some(Remapper {
        name,
        running,
        unit: unit.map(|unit| unit.to_string_lossy().into_owned()),
        user_unit: of_system.is_none() && of_user.is_some(),
        settings_seen: files.iter().any(|file| system.may(file, false)),
        names_caps_lock: files.iter().find_map(|file| line_of(system, file, names_it)),
    })
}

/// The files of a place in [`KNOWN`].
fn settings(system: &dyn System, paths: &Paths, place: &str) -> Vec<PathBuf> {
    let place = match (place.strip_prefix("~/"), &paths.world.home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(place),
    };
    match place.to_string_lossy().strip_suffix("/*") {
        None => vec![place],
        Some(folder) => {
            let folder = Path::new(folder);
            system.list(folder).into_iter().map(|name| folder.join(name)).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_every_kind_of_file() {
        for (line, expected) in [
            ("XKBOPTIONS=\"caps:escape,compose:ralt\"", &["caps:escape", "compose:ralt"][..]),
            ("    Option \"XkbOptions\" \"ctrl:nocaps\"", &["ctrl:nocaps"]),
            ("    xkb_options caps:escape", &["caps:escape"]),
            (
                "    kb_options = caps:swapescape, grp:alt_shift_toggle",
                &["caps:swapescape", "grp:alt_shift_toggle"],
            ),
            ("Options=compose:caps", &["compose:caps"]),
            ("            options \"compose:ralt,ctrl:nocaps\"", &["compose:ralt", "ctrl:nocaps"]),
            ("# xkb_options caps:escape", &[]),
            ("XKBLAYOUT=\"us\"", &[]),
            ("XKBOPTIONS=\"\"", &[]),
        ] {
            assert_eq!(options_in(line), expected, "{line}");
        }
    }
}
