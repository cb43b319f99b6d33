//! Programs that see another file system, or none of the user's Compose files.

use std::path::{Path, PathBuf};

use super::{
    super::{
        facts::Sandboxes,
        system::{System, text},
    },
    Processes,
};
use crate::config::Paths;

/// Snaps that are parts of others.
const PARTS: [&str; 10] = [
    "README",
    "bare",
    "bin",
    "snapd",
    "core",
    "gnome-",
    "gtk-common-themes",
    "kf5-",
    "kf6-",
    "mesa-",
];

/// Programs built on Chromium, by the names of their processes.
const CHROMIUM: [&str; 14] = [
    "chrome",
    "chromium",
    "chromium-browse",
    "brave",
    "vivaldi-bin",
    "msedge",
    "opera",
    "electron",
    "code",
    "codium",
    "discord",
    "slack",
    "signal-desktop",
    "obsidian",
];

pub(super) fn read(system: &mut dyn System, paths: &Paths, processes: &Processes) -> Sandboxes {
    let home = paths.world.home.clone();
    let data = system.env("XDG_DATA_HOME").map(PathBuf::from);
    let data = data.or_else(|| Some(home.as_ref()?.join(".local/share")));
    let flatpak = [Some(PathBuf::from("/var/lib/flatpak")), data.map(|data| data.join("flatpak"))];
    let flatpak: Vec<PathBuf> = flatpak.into_iter().flatten().collect();
    let apps = flatpak.iter().map(|folder| system.list(&folder.join("app")).len());
    let flatpaks = apps.sum();
    let flatpak_sees = flatpak.iter().any(|folder| {
        let global = text(system, folder.join("overrides/global")).unwrap_or_default();
        sees_compose_file(&global)
    });
    let is_program = |name: &String| !PARTS.iter().any(|part| name.starts_with(part));
    let uid = system.identity().uid;
    let runs = |name: &&&str| processes.named(name).any(|process| process.uid == uid);
    Sandboxes {
        flatpaks,
        flatpak_sees,
        snaps: system.list(Path::new("/snap")).iter().filter(|name| is_program(name)).count(),
        chromium: CHROMIUM.iter().filter(runs).map(|name| (*name).to_owned()).collect(),
    }
}

/// Whether an override gives `~/.XCompose`, or all that it is in (flatpak-metadata(5), `filesystems`).
fn sees_compose_file(global: &str) -> bool {
    let lines = global.lines().filter_map(|line| line.strip_prefix("filesystems="));
    lines.flat_map(|list| list.split(';')).any(|entry| {
        let entry = entry.split(':').next().unwrap_or_default().trim_end_matches('/');
        ["~/.XCompose", "home/.XCompose", "home", "host", "~"].contains(&entry)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_override_gives() {
        assert!(sees_compose_file("[Context]\nfilesystems=xdg-music;~/.XCompose:ro;\n"));
        assert!(sees_compose_file("[Context]\nfilesystems=home;\n"));
        assert!(!sees_compose_file("[Context]\nfilesystems=!home;~/.XComposer;\n"));
        assert!(!sees_compose_file(""));
    }
}
