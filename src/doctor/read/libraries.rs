//! [`Libraries`]: which toolkits are installed, and in which versions.

use std::path::Path;

use super::{
    super::system::{System, text},
    methods::LIBRARIES,
};
use crate::xcompose::profile::{Family, Version};

/// What is installed.
#[derive(Clone, Debug, Default)]
pub(super) struct Libraries(pub(super) Vec<Library>);

/// A toolkit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Library {
    pub(super) family: Family,
    /// Its version; that of libxkbcommon for `qt` and `fcitx5`. `None` where nothing tells.
    pub(super) version: Option<Version>,
}

/// A toolkit, the file that it is, and the packages of Debian's kind and of Arch's that have it.
const KNOWN: [(Family, &str, &str, &str); 6] = [
    (Family::LibX11, "libX11.so.6", "libx11-6", "libx11"),
    (Family::Libxkbcommon, "libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon"),
    (Family::Gtk3, "libgtk-3.so.0", "", "gtk3"),
    (Family::Gtk4, "libgtk-4.so.1", "", "gtk4"),
    (Family::Ibus, "libibus-1.0.so.5", "", "libibus"),
    (Family::Qt, "libQt6Gui.so.6", "", ""),
];

pub(super) fn read(system: &mut dyn System) -> Libraries {
    let folders: Vec<(&str, Vec<String>)> =
        LIBRARIES.iter().map(|folder| (*folder, system.list(Path::new(folder)))).collect();
    let debian = text(system, "/var/lib/dpkg/status").unwrap_or_default();
    let arch = system.list(Path::new("/var/lib/pacman/local"));
    let mut libraries: Vec<Library> = Vec::new();
    for (family, file, debian_package, arch_package) in KNOWN {
        let is_it = |name: &&String| {
            let old_qt = family == Family::Qt && name.starts_with("libQt5Gui.so.5");
            name.starts_with(file) || old_qt
        };
        let mut names = folders.iter().flat_map(|(_, names)| names).filter(is_it).peekable();
        if names.peek().is_none() {
            continue;
        }
        let version = names
            .find_map(|name| by_file(family, name))
            .or_else(|| by_debian(&debian, debian_package))
            .or_else(|| by_arch(&arch, arch_package));
        libraries.push(Library { family, version });
    }
    let of_xkb = libraries.iter().find(|library| library.family == Family::Libxkbcommon);
    let of_xkb = of_xkb.and_then(|library| library.version);
    for library in libraries.iter_mut().filter(|library| library.family == Family::Qt) {
        library.version = of_xkb;
    }
    if super::super::system::program(system, "fcitx5").is_some() {
        libraries.push(Library { family: Family::Fcitx5, version: of_xkb });
    }
    Libraries(libraries)
}

/// The version in the full name of a library. Libtool's numbers: GTK has `100 * minor + micro` less the age
/// of the interface, and that age; IBus has `100 * minor + micro` at the end.
fn by_file(family: Family, name: &str) -> Option<Version> {
    let numbers = name.rsplit_once(".so.")?.1;
    let numbers: Vec<u16> = numbers.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    let (major, sum) = match (family, &numbers[..]) {
        (Family::Gtk3, [0, current, age]) => (3, current.checked_add(*age)?),
        (Family::Gtk4, [1, current, age]) => (4, current.checked_add(*age)?),
        (Family::Ibus, [5, 0, sum]) => (1, *sum),
        _ => return None,
    };
    Some(Version(major, sum / 100, sum % 100))
}

/// The version of a package in dpkg's database.
fn by_debian(status: &str, package: &str) -> Option<Version> {
    if package.is_empty() {
        return None;
    }
    let start = status.find(&format!("Package: {package}\n"))?;
    let entry = status[start..].split("\n\n").next()?;
    plain(entry.lines().find_map(|line| line.strip_prefix("Version: "))?)
}

/// The version of a package in pacman's database: `libx11-1.8.4-1`.
fn by_arch(entries: &[String], package: &str) -> Option<Version> {
    if package.is_empty() {
        return None;
    }
    let rest = |name: &String| plain(name.strip_prefix(package)?.strip_prefix('-')?);
    entries.iter().find_map(rest)
}

/// `2:1.8.4-2+deb12u2` is 1.8.4.
fn plain(text: &str) -> Option<Version> {
    let text = text.split_once(':').map_or(text, |(_, rest)| rest);
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text[..end].trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_files() {
        let version = |family, name| by_file(family, name).map(|v| v.to_string());
        // As Debian 12 has them, whose versions are known.
        assert_eq!(version(Family::Gtk3, "libgtk-3.so.0.2406.32").as_deref(), Some("3.24.38"));
        assert_eq!(version(Family::Gtk4, "libgtk-4.so.1.800.3").as_deref(), Some("4.8.3"));
        assert_eq!(version(Family::Ibus, "libibus-1.0.so.5.0.527").as_deref(), Some("1.5.27"));
        assert_eq!(version(Family::LibX11, "libX11.so.6.4.0"), None);
        assert_eq!(version(Family::Gtk3, "libgtk-3.so.0"), None);
        assert_eq!(version(Family::Gtk3, "libgtk-3.so.0.65535.9"), None);
    }

    #[test]
    fn versions_of_packages() {
        let status = "Package: libx11-6\nStatus: install ok installed\nVersion: 2:1.8.4-2+deb12u2\n\n\
                      Package: libxkbcommon0\nVersion: 1.5.0-1\n";
        assert_eq!(by_debian(status, "libx11-6"), Some(Version(1, 8, 4)));
        assert_eq!(by_debian(status, "libxkbcommon0"), Some(Version(1, 5, 0)));
        assert_eq!(by_debian(status, "libxkb"), None);
        assert_eq!(by_debian(status, ""), None);
        let entries = ["libx11-1.8.9-1".to_owned(), "libxkbcommon-x11-1.7.0-2".to_owned()];
        assert_eq!(by_arch(&entries, "libx11"), Some(Version(1, 8, 9)));
        assert_eq!(by_arch(&entries, "libxkbcommon"), None);
    }
}
