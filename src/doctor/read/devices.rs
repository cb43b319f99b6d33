//! The devices of keyboards, and by what right they can be used.

use std::path::{Path, PathBuf};

use super::{
    super::{
        facts::{Device, Devices},
        system::{System, text},
    },
    groups,
};

/// Where udev's rules are.
const RULES: [&str; 4] =
    ["/etc/udev/rules.d", "/run/udev/rules.d", "/usr/lib/udev/rules.d", "/lib/udev/rules.d"];

/// Groups that keyboards and `/dev/uinput` are given to.
const GROUPS: [&str; 2] = ["input", "uinput"];

pub(super) fn read(system: &mut dyn System, user: &str) -> Devices {
    let groups = groups(system);
    let identity = system.identity();
    let uinput = Path::new("/dev/uinput");
    let device = system.stat(uinput).map(|stat| Device {
        mode: format!("{:04o}", stat.mode),
        group: groups.get(&stat.gid).map_or_else(|| stat.gid.to_string(), |(name, _)| name.clone()),
        writable: system.may(uinput, true),
        for_all: stat.mode & 0o002 != 0,
    });
    let folder = Path::new("/dev/input");
    let inputs: Vec<String> =
        system.list(folder).into_iter().filter(|name| name.starts_with("event")).collect();
    let wanted = groups.iter().filter(|(_, (name, _))| GROUPS.contains(&name.as_str()));
    let not_yet = wanted.clone().filter(|(number, (_, members))| {
        members.iter().any(|member| member == user) && !identity.groups.contains(number)
    });
    Devices {
        uinput: device,
        readable: inputs.iter().filter(|name| system.may(&folder.join(name), false)).count(),
        inputs: inputs.len(),
        groups_not_yet: not_yet.map(|(_, (name, _))| name.clone()).collect(),
        in_input_group: wanted
            .clone()
            .any(|(number, (name, _))| name == "input" && identity.groups.contains(number)),
        rule: rule(system),
    }
}

/// The first rule that is about `uinput`.
fn rule(system: &mut dyn System) -> Option<PathBuf> {
    let folders = RULES.iter().map(PathBuf::from);
    let mut files: Vec<PathBuf> = folders
        .flat_map(|folder| system.list(&folder).into_iter().map(move |name| folder.join(name)))
        .collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "rules"));
    files.into_iter().find(|file| {
        let text = text(system, file).unwrap_or_default();
        let mut lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        lines.any(|line| line.contains("\"uinput\"") && gives_rights(line))
    })
}

fn gives_rights(line: &str) -> bool {
    ["GROUP=", "MODE=", "TAG+=\"uaccess\""].iter().any(|word| line.contains(word))
}
