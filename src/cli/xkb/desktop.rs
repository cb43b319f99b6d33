//! [`Desktop`]: where the option is switched on.

use std::{
    io,
    process::{Command, Stdio},
};

use crate::xkb_option::NAME;

/// A desktop or a compositor, by what it needs to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Desktop {
    /// GNOME and what is made of it: a setting.
    Gnome,
    /// KDE Plasma.
    Kde,
    /// sway.
    Sway,
    /// Hyprland.
    Hyprland,
    /// niri.
    Niri,
    /// Anything else.
    Other,
}

const SCHEMA: &str = "org.gnome.desktop.input-sources";
const KEY: &str = "xkb-options";

impl Desktop {
    /// The desktop by `$XDG_CURRENT_DESKTOP`, a list with colons; where that says nothing, by the
    /// variable in which a compositor tells its own socket.
    pub(super) fn of(env: impl Fn(&str) -> Option<String>) -> Self {
        let sockets = [
            ("SWAYSOCK", Self::Sway),
            ("HYPRLAND_INSTANCE_SIGNATURE", Self::Hyprland),
            ("NIRI_SOCKET", Self::Niri),
        ];
        env("XDG_CURRENT_DESKTOP")
            .unwrap_or_default()
            .split(':')
            .find_map(|name| match name.to_ascii_lowercase().as_str() {
                "gnome" | "unity" | "budgie" | "pantheon" => Some(Self::Gnome),
                "kde" => Some(Self::Kde),
                "sway" => Some(Self::Sway),
                "hyprland" => Some(Self::Hyprland),
                "niri" => Some(Self::Niri),
                _ => None,
            })
            .or_else(|| {
                sockets.into_iter().find(|(name, _)| env(name).is_some()).map(|(_, one)| one)
            })
            .unwrap_or(Self::Other)
    }

    /// The desktop of this process.
    pub(super) fn current() -> Self {
        Self::of(|name| std::env::var(name).ok())
    }

    /// The word for JSON.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Gnome => "gnome",
            Self::Kde => "kde",
            Self::Sway => "sway",
            Self::Hyprland => "hyprland",
            Self::Niri => "niri",
            Self::Other => "other",
        }
    }

    /// How a person switches the option on.
    pub(super) fn advice(self) -> String {
        match self {
            Self::Gnome => {
                "`composekey xkb install --yes` switches it on in GNOME's settings".to_owned()
            }
            Self::Kde => format!(
                "switch it on in kxkbrc, group Layout, and log in anew (not tried):\n  \
                 kwriteconfig6 --file kxkbrc --group Layout --key ResetOldOptions true\n  \
                 kwriteconfig6 --file kxkbrc --group Layout --key Options {NAME}"
            ),
            Self::Sway => format!(
                "put this line into ~/.config/sway/config, then `swaymsg reload`:\n  \
                 input type:keyboard xkb_options {NAME}"
            ),
            Self::Hyprland => format!(
                "put this into ~/.config/hypr/hyprland.conf, then `hyprctl reload`:\n  \
                 input {{ kb_options = {NAME} }}"
            ),
            Self::Niri => format!(
                "put this into ~/.config/niri/config.kdl:\n  \
                 input {{ keyboard {{ xkb {{ options \"{NAME}\"; }}; }}; }}"
            ),
            Self::Other => format!(
                "switch on the XKB option `{NAME}` in your compositor; many take it from the \
                 environment when they start:\n  XKB_DEFAULT_OPTIONS={NAME}"
            ),
        }
    }

    /// Whether the option is on; `None` where that cannot be asked.
    pub(super) fn is_on(self) -> Option<bool> {
        (self == Self::Gnome).then(|| options().ok())?.map(|on| on.iter().any(|one| one == NAME))
    }

    /// Switches the option on or off. Others stay as they are. `false` where there is no setting.
    pub(super) fn switch(self, on: bool) -> io::Result<bool> {
        if self != Self::Gnome {
            return Ok(false);
        }
        let mut now = options()?;
        if now.iter().any(|one| one == NAME) != on {
            now.retain(|one| one != NAME);
            now.extend(on.then(|| NAME.to_owned()));
            set(&now)?;
        }
        Ok(true)
    }

    /// Has the compositor read changed files: it does when its options change.
    pub(super) fn apply_again(self) -> io::Result<bool> {
        self.switch(false)?;
        self.switch(true)
    }
}

fn options() -> io::Result<Vec<String>> {
    let output =
        Command::new("gsettings").args(["get", SCHEMA, KEY]).stdin(Stdio::null()).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    parse(&said).filter(|_| output.status.success()).ok_or_else(|| {
        let why = String::from_utf8_lossy(&output.stderr);
        io::Error::other(format!("`gsettings get {SCHEMA} {KEY}`: {}", why.trim()))
    })
}

fn set(options: &[String]) -> io::Result<()> {
    let output = Command::new("gsettings")
        .args(["set", SCHEMA, KEY, &format(options)])
        .stdin(Stdio::null())
        .output()?;
    let why = String::from_utf8_lossy(&output.stderr);
    let said = format!("`gsettings set {SCHEMA} {KEY}`: {}", why.trim());
    output.status.success().then_some(()).ok_or_else(|| io::Error::other(said))
}

/// A list of strings as GVariant writes it: `['a', 'b']`, `@as []`.
fn parse(text: &str) -> Option<Vec<String>> {
    let text = text.trim();
    let inside = text.strip_prefix("@as ").unwrap_or(text).strip_prefix('[')?.strip_suffix(']')?;
    if inside.trim().is_empty() {
        return Some(Vec::new());
    }
    // Names of options have no quotes and no commas; anything else is not touched.
    inside
        .split(',')
        .map(|one| {
            let name = one.trim().strip_prefix('\'')?.strip_suffix('\'')?;
            (!name.contains(['\'', '\\', '"'])).then(|| name.to_owned())
        })
        .collect()
}

fn format(options: &[String]) -> String {
    let quoted: Vec<_> = options.iter().map(|one| format!("'{one}'")).collect();
    // An empty list has no type of its own.
    if quoted.is_empty() { "@as []".to_owned() } else { format!("[{}]", quoted.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_gsettings() {
        for (text, list) in [
            ("@as []\n", vec![]),
            ("['compose:menu']", vec!["compose:menu"]),
            ("['a:b', 'c:d']\n", vec!["a:b", "c:d"]),
        ] {
            let parsed = parse(text).unwrap();
            assert_eq!(parsed, list);
            assert_eq!(format(&parsed), text.trim());
        }
        for wrong in ["", "nothing", "['a", "[1]", "['a\\'b']", "[\"x\"]"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn desktops() {
        for (variable, desktop) in [
            ("XDG_CURRENT_DESKTOP=GNOME", Desktop::Gnome),
            ("XDG_CURRENT_DESKTOP=ubuntu:GNOME", Desktop::Gnome),
            ("XDG_CURRENT_DESKTOP=KDE", Desktop::Kde),
            ("XDG_CURRENT_DESKTOP=sway", Desktop::Sway),
            ("XDG_CURRENT_DESKTOP=Hyprland", Desktop::Hyprland),
            ("XDG_CURRENT_DESKTOP=niri", Desktop::Niri),
            ("XDG_CURRENT_DESKTOP=", Desktop::Other),
            ("XDG_CURRENT_DESKTOP=XFCE", Desktop::Other),
            ("SWAYSOCK=/run/user/1/sway-ipc.sock", Desktop::Sway),
            ("HYPRLAND_INSTANCE_SIGNATURE=x", Desktop::Hyprland),
            ("NIRI_SOCKET=/run/user/1/niri", Desktop::Niri),
        ] {
            let (name, value) = variable.split_once('=').unwrap();
            let env = |asked: &str| (asked == name).then(|| value.to_owned());
            assert_eq!(Desktop::of(env), desktop, "{variable}");
            assert!(desktop.advice().contains(NAME) || desktop == Desktop::Gnome);
        }
    }
}
