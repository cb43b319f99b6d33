//! [`read()`]: asks a [`System`] and fills [`Facts`]. One file a part of the machine.

mod caches;
mod caps;
mod compose;
mod devices;
mod libraries;
mod methods;
mod processes;
mod sandboxes;
mod service;
mod session;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use self::processes::Processes;
use super::{
    facts::{Facts, Unseen},
    system::{Ran, System, text},
};
use crate::config::Paths;

/// What is asked of other programs. All start at once: each of them may hang.
const COMMANDS: &[&[&str]] = &[
    &[
        "systemctl",
        "--user",
        "show",
        "--property=Id,ActiveState,UnitFileState,ExecMainStatus,LoadState",
        "composekeyd.service",
        "graphical-session.target",
    ],
    &["gsettings", "get", "org.gnome.desktop.input-sources", "xkb-options"],
];

/// Everything that is to be known, of this machine and this user.
///
/// `set_config` is the configuration, when it is another than the usual one.
#[must_use]
pub fn read(system: &mut dyn System, set_config: Option<&Path>) -> Facts {
    let paths = paths(system, set_config);
    let mut unseen = Vec::new();
    let mut ran = system.run(COMMANDS).into_iter();
    let mut next = || ran.next().unwrap_or(Ran::Missing);
    let (systemctl, gsettings) = (next(), next());
    for (ran, what, matters) in [
        (&systemctl, "the user's service manager (`systemctl --user`)", true),
        (&gsettings, "the settings of GNOME (`gsettings`)", caps::is_gnome(system)),
    ] {
        let why = match ran {
            Ran::Wrote(_) => continue,
            _ if !matters => continue,
            Ran::Missing => "not installed",
            Ran::Failed => "not to be asked from here",
            Ran::TooLate => "no answer in time",
        };
        unseen.push(Unseen { what: what.to_owned(), why: why.to_owned() });
    }
    let processes = Processes::read(system);
    if !processes.sees_others(system) {
        let why = "`/proc` shows only one's own";
        unseen.push(Unseen { what: "processes of others".to_owned(), why: why.to_owned() });
    }
    let config = system.config(&paths);
    let user = user(system, &paths);
    let (session, survey) = session::read(system, &paths, &processes);
    let methods = methods::read(system, &paths, &processes, survey.as_ref());
    let libraries = libraries::read(system);
    let compose =
        compose::read(system, &paths, &methods, &libraries, &processes, &session, &config);
    Facts {
        locale: session::locale(system, &paths),
        sandboxes: sandboxes::read(system, &paths, &processes),
        caches: caches::read(system, &paths, &compose),
        caps: caps::read(system, &paths, &processes, survey.as_ref(), gsettings.text()),
        devices: devices::read(system, &user.name),
        service: service::read(system, &paths, &processes, &systemctl),
        user,
        session,
        methods,
        compose,
        config,
        unseen,
    }
}

/// The paths of the user's, by the environment of this system.
fn paths(system: &dyn System, set_config: Option<&Path>) -> Paths {
    let absolute = |name| system.env(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = absolute("HOME");
    let config = absolute("XDG_CONFIG_HOME").or_else(|| Some(home.as_ref()?.join(".config")));
    let mut paths = Paths::new(
        config.unwrap_or_else(|| "/".into()),
        absolute("XDG_RUNTIME_DIR"),
        home,
        |name| system.env(name).map(Into::into),
    );
    if let Some(file) = set_config {
        paths.set_config(file.to_owned());
    }
    paths
}

fn user(system: &mut dyn System, paths: &Paths) -> super::facts::User {
    let uid = system.identity().uid;
    let users = text(system, "/etc/passwd").unwrap_or_default();
    let name = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    });
    super::facts::User {
        uid,
        name: name.or_else(|| system.env("USER")).unwrap_or_default(),
        home: paths.world.home.clone(),
        sudo_from: system.env("SUDO_USER").filter(|_| uid == 0),
    }
}

/// The groups of the machine: their names by number, and who is listed in them.
fn groups(system: &mut dyn System) -> BTreeMap<u32, (String, Vec<String>)> {
    let groups = text(system, "/etc/group").unwrap_or_default();
    let group = |line: &str| {
        let mut fields = line.split(':');
        let name = fields.next()?.to_owned();
        let number = fields.nth(1)?.parse().ok()?;
        let members = fields.next().unwrap_or_default().split(',').map(str::to_owned).collect();
        Some((number, (name, members)))
    };
    groups.lines().filter_map(group).collect()
}

/// The first line of a file that this is true of, from 1.
fn line_of(
    system: &mut dyn System,
    file: &Path,
    wanted: impl Fn(&str) -> bool,
) -> Option<(PathBuf, usize)> {
    let text = text(system, file)?;
    let at = text.lines().position(|line| wanted(line.trim_start()))?;
    Some((file.to_owned(), at + 1))
}
