//! Which versions of the libraries run here: the profiles of those are asked.

use std::process::Command;

use composekey::xcompose::profile::{Family, Profile, Version};

/// The Debian packages that a family may come in.
fn packages(family: Family) -> &'static [&'static str] {
    match family {
        Family::LibX11 => &["libx11-6"],
        Family::Libxkbcommon | Family::Qt | Family::Fcitx5 => &["libxkbcommon0"],
        Family::Gtk3 => &["libgtk-3-0t64", "libgtk-3-0"],
        Family::Gtk4 => &["libgtk-4-1"],
        Family::Ibus => &["libibus-1.0-5"],
    }
}

/// The version that is installed, if it is.
pub(crate) fn version(family: Family) -> Option<Version> {
    packages(family).iter().find_map(|package| {
        let query = ["-W", "-f", "${db:Status-Status} ${source:Upstream-Version}", package];
        let output = Command::new("dpkg-query").args(query).output().expect("this is Debian");
        let text = String::from_utf8(output.stdout).unwrap();
        let version = text.strip_prefix("installed ")?;
        let end = version.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(version.len());
        Some(version[..end].parse().expect("a version of three numbers"))
    })
}

/// The profile of the version that is installed.
pub(crate) fn profile(family: Family) -> Profile {
    let version = version(family).unwrap_or_else(|| panic!("`make deps`: {:?}", packages(family)));
    Profile::new(family, version)
}
