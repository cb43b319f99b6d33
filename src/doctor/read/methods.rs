//! Input methods: which variables choose one, and which of them run.

use std::path::{Path, PathBuf};

use super::{
    super::{
        facts::{Methods, Variable},
        system::{System, text},
    },
    Processes, line_of,
};
use crate::{config::Paths, x11::Survey};

/// The variables, in the order in which they are shown.
const VARIABLES: [&str; 8] = [
    "GTK_IM_MODULE",
    "QT_IM_MODULE",
    "QT_IM_MODULES",
    "XMODIFIERS",
    "SDL_IM_MODULE",
    "CLUTTER_IM_MODULE",
    "GLFW_IM_MODULE",
    "INPUT_METHOD",
];

/// Input methods by the names of their processes. One method has one name here, whatever its version.
const METHODS: [(&str, &[&str]); 8] = [
    ("ibus", &["ibus-daemon"]),
    ("fcitx", &["fcitx5", "fcitx"]),
    ("uim", &["uim-xim", "uim-helper-server"]),
    ("scim", &["scim-launcher", "scim"]),
    ("kime", &["kime"]),
    ("hime", &["hime"]),
    ("nimf", &["nimf"]),
    ("gcin", &["gcin"]),
];

/// Where sessions are told their variables: below the home folder, and of the machine.
const AT_HOME: [&str; 10] = [
    ".profile",
    ".xprofile",
    ".xsessionrc",
    ".xsession",
    ".xinputrc",
    ".pam_environment",
    ".bash_profile",
    ".bashrc",
    ".zprofile",
    ".zshenv",
];
const OF_THE_MACHINE: [&str; 2] = ["/etc/environment", "/etc/profile"];
const FOLDERS: [&str; 3] = ["/etc/environment.d", "/etc/profile.d", "/etc/X11/xinit/xinitrc.d"];

/// Where libraries are: of Debian's kind, Fedora's and Arch's.
pub(super) const LIBRARIES: [&str; 6] = [
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib/arm-linux-gnueabihf",
    "/usr/lib/riscv64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
];

pub(super) fn read(
    system: &mut dyn System,
    paths: &Paths,
    processes: &Processes,
    survey: Option<&Survey>,
) -> Methods {
    let uid = system.identity().uid;
    let running = METHODS.iter().filter(|(_, names)| processes.first_of(uid, names).is_some());
    let running = running.map(|(name, _)| (*name).to_owned()).collect();
    let set: Vec<(&str, String)> =
        VARIABLES.into_iter().filter_map(|name| Some((name, system.env(name)?))).collect();
    let variables = set.into_iter().map(|(name, value)| {
        let set_in = set_in(system, paths, name);
        Variable { name, value, set_in }
    });
    Methods {
        variables: variables.collect(),
        running,
        gtk_setting: survey
            .and_then(|s| s.gtk_im_module.clone())
            .or_else(|| settings_ini(system, paths)),
        xim_servers: survey.map(|survey| survey.xim_servers.clone()),
        gtk_modules: gtk_modules(system),
    }
}

/// The file and line that gives a variable its value.
fn set_in(system: &mut dyn System, paths: &Paths, name: &str) -> Option<(PathBuf, usize)> {
    let home = paths.world.home.as_deref();
    let mut files: Vec<PathBuf> = AT_HOME.iter().filter_map(|n| Some(home?.join(n))).collect();
    files.extend(OF_THE_MACHINE.map(PathBuf::from));
    let folders =
        FOLDERS.iter().map(PathBuf::from).chain([paths.config_home.join("environment.d")]);
    for folder in folders {
        files.extend(system.list(&folder).into_iter().map(|file| folder.join(file)));
    }
    let sets = |line: &str| {
        let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
        let rest = line.strip_prefix(name);
        // `pam_env.conf` writes `NAME DEFAULT=value`.
        rest.is_some_and(|rest| rest.starts_with('=') || rest.trim_start().starts_with("DEFAULT="))
    };
    files.iter().find_map(|file| line_of(system, file, sets))
}

/// What the user's settings of GTK choose.
fn settings_ini(system: &mut dyn System, paths: &Paths) -> Option<String> {
    ["gtk-3.0", "gtk-4.0"].iter().find_map(|folder| {
        let text = text(system, paths.config_home.join(folder).join("settings.ini"))?;
        let value = text.lines().find_map(|line| line.trim().strip_prefix("gtk-im-module"))?;
        Some(value.trim_start().strip_prefix('=')?.trim().to_owned())
    })
}

/// The input modules of GTK 3 and GTK 4: `im-NAME.so` and `libim-NAME.so`.
fn gtk_modules(system: &dyn System) -> Vec<String> {
    let mut names = Vec::new();
    for library in LIBRARIES {
        for folder in ["gtk-3.0/3.0.0/immodules", "gtk-4.0/4.0.0/immodules"] {
            for file in system.list(&Path::new(library).join(folder)) {
                let name = file.trim_start_matches("lib").strip_prefix("im-");
                if let Some(name) = name.and_then(|name| name.strip_suffix(".so")) {
                    names.push(name.to_owned());
                }
            }
        }
    }
    names.sort();
    names.dedup();
    names
}
