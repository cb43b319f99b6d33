//! Which versions of the libraries run here: the profiles of those are asked.

use std::{
    io::{Write as _, stderr},
    process::Command,
    sync::Mutex,
};

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

/// The version that is installed, if it is. Debian is asked once: random files ask thousands of times.
pub(crate) fn version(family: Family) -> Option<Version> {
    static KNOWN: Mutex<Vec<(Family, Option<Version>)>> = Mutex::new(Vec::new());
    let mut known = KNOWN.lock().unwrap();
    if let Some(&(_, version)) = known.iter().find(|(of, _)| *of == family) {
        return version;
    }
    let version = installed(family);
    known.push((family, version));
    version
}

fn installed(family: Family) -> Option<Version> {
    packages(family).iter().find_map(|package| {
        let query = ["-W", "-f", "${db:Status-Status} ${source:Upstream-Version}", package];
        let output = Command::new("dpkg-query").args(query).output().expect("this is Debian");
        let text = String::from_utf8(output.stdout).unwrap();
        let version = text.strip_prefix("installed ")?;
        let end = version.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(version.len());
        Some(version[..end].parse().expect("a version of three numbers"))
    })
}

/// The profile of the version that is installed, or of the one that usually is.
pub(crate) fn profile(family: Family) -> Profile {
    version(family).map_or(family.into(), |version| Profile::new(family, version))
}

/// Whether the profile of the installed version must say all that the program does. Of other versions of
/// the toolkits too much is not known; docs/testing.md has what that is.
pub(crate) fn is_held(family: Family) -> bool {
    let held = match version(family) {
        None => false,
        Some(version) => match family {
            Family::Gtk3 => version >= Version(3, 24, 38),
            Family::Gtk4 => (Version(4, 4, 0)..Version(4, 9, 0)).contains(&version),
            Family::Ibus => (Version(1, 5, 27)..Version(1, 5, 32)).contains(&version),
            _ => true,
        },
    };
    if !held {
        say(family, "is not held to its profile");
    }
    held
}

/// Says something of the installed version, past the harness, which shows nothing of a test that passes.
pub(crate) fn say(family: Family, what: &str) {
    let version = version(family).map_or("(not installed)".to_owned(), |v| v.to_string());
    let _ = writeln!(stderr(), "oracles: {} {version}: {what}", family.name());
}
