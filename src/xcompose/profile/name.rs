//! [`Profile`]: which program's way of reading, and of which version. Written `gtk4@4.20`.

use std::{fmt, str::FromStr};

use crate::diagnostic::{closest, list};

/// The implementations of Compose files, and the two programs that go by libxkbcommon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// The local input method of libX11: xterm, Java, Motif, Tk.
    LibX11,
    /// libxkbcommon: most Wayland clients, and toolkits of their own.
    Libxkbcommon,
    /// `GtkIMContextSimple` of GTK 3.
    Gtk3,
    /// `GtkIMContextSimple` of GTK 4.
    Gtk4,
    /// The engines of IBus.
    Ibus,
    /// Qt's `compose` input context, over libxkbcommon.
    Qt,
    /// fcitx5, over libxkbcommon.
    Fcitx5,
}

/// A version: `1.5` is 1.5.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u16, pub u16, pub u16);

/// One way of reading Compose files.
///
/// Without a version it is that of Debian 12, where every family was run. The version of `qt` and of
/// `fcitx5` is that of the libxkbcommon below them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Profile {
    /// Whose way.
    pub family: Family,
    /// Of which version.
    pub version: Version,
}

/// How much is known of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// The tests compare it with the program itself.
    Measured,
    /// Its source was read; this version did not run beside the tests.
    Read,
}

/// A word that names no profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileError(String);

impl Family {
    /// Every family.
    pub const ALL: [Self; 7] = [
        Self::LibX11,
        Self::Libxkbcommon,
        Self::Gtk3,
        Self::Gtk4,
        Self::Ibus,
        Self::Qt,
        Self::Fcitx5,
    ];

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LibX11 => "libx11",
            Self::Libxkbcommon => "libxkbcommon",
            Self::Gtk3 => "gtk3",
            Self::Gtk4 => "gtk4",
            Self::Ibus => "ibus",
            Self::Qt => "qt",
            Self::Fcitx5 => "fcitx5",
        }
    }

    /// The version of Debian 12, which the tests run.
    #[must_use]
    pub fn measured(self) -> Version {
        match self {
            Self::LibX11 => Version(1, 8, 4),
            Self::Libxkbcommon | Self::Qt | Self::Fcitx5 => Version(1, 5, 0),
            Self::Gtk3 => Version(3, 24, 38),
            Self::Gtk4 => Version(4, 8, 3),
            Self::Ibus => Version(1, 5, 27),
        }
    }

    /// The versions from which on it reads differently, oldest first, and what changed.
    #[must_use]
    pub fn switches(self) -> &'static [(Version, &'static str)] {
        match self {
            Self::LibX11 | Self::Gtk3 => &[],
            Self::Libxkbcommon | Self::Qt | Self::Fcitx5 => &[
                (Version(1, 0, 0), "reads `$XDG_CONFIG_HOME/XCompose`"),
                (
                    Version(1, 2, 0),
                    "stops at 65535 keys; a longer rule over a shorter one loses others",
                ),
                (Version(1, 4, 1), "a longer rule over a shorter one loses that one alone"),
                (Version(1, 6, 0), "stops at 8388608 keys; `\\0` and octals over 377 are nothing"),
                (
                    Version(1, 7, 0),
                    "takes a byte order mark; what starts with no ASCII character fails; 255 bytes \
                     of a result fit",
                ),
                (Version(1, 10, 0), "of a rule and a longer one, the later wins"),
                (Version(1, 12, 0), "a locale without a Compose file has that of en_US.UTF-8"),
                (Version(1, 14, 0), "takes up to four octal digits"),
            ],
            Self::Gtk4 => &[
                (Version(4, 4, 0), "the file replaces the built-in table"),
                (
                    Version(4, 20, 0),
                    "cuts keysyms to 16 bits; composes nothing on Wayland without an input method",
                ),
            ],
            Self::Ibus => &[
                (Version(1, 5, 32), "a wrong key keeps the preedit"),
                (Version(1, 5, 33), "the file replaces the built-in table"),
            ],
        }
    }
}

impl Profile {
    /// One profile for each family and each of its newer ways that matters to users.
    pub const ALL: &[Self] = &[
        Self::new(Family::LibX11, Version(1, 8, 4)),
        Self::new(Family::Libxkbcommon, Version(1, 5, 0)),
        Self::new(Family::Libxkbcommon, Version(1, 14, 0)),
        Self::new(Family::Gtk3, Version(3, 24, 38)),
        Self::new(Family::Gtk4, Version(4, 8, 3)),
        Self::new(Family::Gtk4, Version(4, 20, 0)),
        Self::new(Family::Ibus, Version(1, 5, 27)),
        Self::new(Family::Ibus, Version(1, 5, 33)),
        Self::new(Family::Qt, Version(1, 5, 0)),
        Self::new(Family::Fcitx5, Version(1, 5, 0)),
    ];

    /// This family in this version.
    #[must_use]
    pub const fn new(family: Family, version: Version) -> Self {
        Self { family, version }
    }

    /// The family whose reading this is: Qt and fcitx5 have that of libxkbcommon.
    #[must_use]
    pub fn reader(self) -> Family {
        match self.family {
            Family::Qt | Family::Fcitx5 => Family::Libxkbcommon,
            family => family,
        }
    }

    /// Whether the tests run what it describes: a version that reads as the measured one does is
    /// measured as well.
    #[must_use]
    pub fn evidence(self) -> Evidence {
        if matches!(self.family, Family::Qt | Family::Fcitx5) {
            return Evidence::Read;
        }
        let passed = |version| self.family.switches().iter().filter(|s| s.0 <= version).count();
        if passed(self.version) == passed(self.family.measured()) {
            Evidence::Measured
        } else {
            Evidence::Read
        }
    }

    /// Whether it is of this version or a later one.
    #[must_use]
    pub fn since(self, major: u16, minor: u16, patch: u16) -> bool {
        self.version >= Version(major, minor, patch)
    }
}

impl From<Family> for Profile {
    fn from(family: Family) -> Self {
        Self::new(family, family.measured())
    }
}

impl FromStr for Profile {
    type Err = ProfileError;

    fn from_str(text: &str) -> Result<Self, ProfileError> {
        let (name, version) = match text.split_once('@') {
            Some((name, version)) => (name, Some(version)),
            None => (text, None),
        };
        let Some(family) = Family::ALL.into_iter().find(|family| family.name() == name) else {
            let names = Family::ALL.map(Family::name);
            let hint = match closest(name, names) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("expected {}", list(&names)),
            };
            return Err(ProfileError(format!("unknown profile `{name}`; {hint}")));
        };
        match version {
            None => Ok(family.into()),
            Some(version) => match version.parse() {
                Ok(version) => Ok(Self { family, version }),
                Err(ProfileError(problem)) => {
                    let example = family.measured();
                    let message = format!("{problem}; write `{name}@{example}`");
                    Err(ProfileError(message))
                }
            },
        }
    }
}

impl FromStr for Version {
    type Err = ProfileError;

    fn from_str(text: &str) -> Result<Self, ProfileError> {
        let mut numbers = [0; 3];
        let parts: Vec<&str> = text.split('.').collect();
        let digits = |part: &&str| part.bytes().all(|b| b.is_ascii_digit());
        let wrong = || ProfileError(format!("`{text}` is no version"));
        if parts.len() > numbers.len() || !parts.iter().all(digits) {
            return Err(wrong());
        }
        for (number, part) in numbers.iter_mut().zip(parts) {
            *number = part.parse().map_err(|_| wrong())?;
        }
        Ok(Self(numbers[0], numbers[1], numbers[2]))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)?;
        if self.2 > 0 { write!(f, ".{}", self.2) } else { Ok(()) }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.family.name())?;
        if self.version == self.family.measured() {
            return Ok(());
        }
        write!(f, "@{}", self.version)
    }
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ProfileError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for text in ["libx11", "libxkbcommon@1.12", "gtk4@4.20", "ibus@1.5.33", "qt", "fcitx5@1.2"]
        {
            assert_eq!(text.parse::<Profile>().unwrap().to_string(), text);
        }
        assert_eq!("libxkbcommon@1.5".parse(), Ok(Profile::from(Family::Libxkbcommon)));
        assert_eq!("libxkbcommon@1.5".parse::<Profile>().unwrap().to_string(), "libxkbcommon");
        for profile in Profile::ALL {
            assert_eq!(profile.to_string().parse(), Ok(*profile));
        }
        let error = |text: &str| text.parse::<Profile>().unwrap_err().to_string();
        assert_eq!(
            error("libxkbcomon"),
            "unknown profile `libxkbcomon`; did you mean `libxkbcommon`?"
        );
        assert_eq!(error("gtk3@new"), "`new` is no version; write `gtk3@3.24.38`");
        assert_eq!(error("gtk3@"), "`` is no version; write `gtk3@3.24.38`");
        assert!(error("emacs").ends_with("`ibus`, `qt` or `fcitx5`"));
    }

    #[test]
    fn what_was_run() {
        let evidence = |text: &str| text.parse::<Profile>().unwrap().evidence();
        for measured in ["libx11", "libx11@1.6", "libxkbcommon@1.4.1", "gtk4@4.10", "ibus@1.5.31"] {
            assert_eq!(evidence(measured), Evidence::Measured, "{measured}");
        }
        for read in ["libxkbcommon@1.4", "libxkbcommon@1.6", "gtk4@4.20", "ibus@1.5.33", "qt"] {
            assert_eq!(evidence(read), Evidence::Read, "{read}");
        }
    }
}
