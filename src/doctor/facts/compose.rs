//! Input methods and Compose files: who composes, and what is read.

use std::path::PathBuf;

use serde::Serialize;

/// Who else composes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Methods {
    /// The variables that choose an input method, those that are set.
    pub variables: Vec<Variable>,
    /// The input methods that run: `ibus`, `fcitx`.
    pub running: Vec<String>,
    /// The XIM servers on the X display; `None` when it was not asked.
    pub xim_servers: Option<Vec<String>>,
    /// The input module that the desktop or `settings.ini` chooses for GTK, where no variable does.
    pub gtk_setting: Option<String>,
    /// The input modules of GTK that are installed, by name; empty when none was found.
    pub gtk_modules: Vec<String>,
}

/// A variable that chooses an input method.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Variable {
    /// The name.
    pub name: &'static str,
    /// The value.
    pub value: String,
    /// The file that sets it, and the line, where one of the usual files does.
    pub set_in: Option<(PathBuf, usize)>,
}

impl Methods {
    /// The input method that `XMODIFIERS` names and that is not on the X display. Programs of libX11 then
    /// compose nothing: `XOpenIM` fails, and only `none`, `local` or no name means its own method
    /// (`imLcIm.c`).
    #[must_use]
    pub fn missing_xim_server(&self) -> Option<&str> {
        let servers = self.xim_servers.as_ref()?;
        let variable = self.variables.iter().find(|variable| variable.name == "XMODIFIERS")?;
        let name = variable.value.strip_prefix("@im=")?.split('@').next()?;
        let own = ["", "none", "local"].contains(&name);
        (!own && servers.iter().all(|server| server != name)).then_some(name)
    }
}

/// Which Compose file each toolkit reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Compose {
    /// The toolkits that are installed.
    pub readers: Vec<Reader>,
    /// `XCOMPOSEFILE`.
    pub variable: Option<PathBuf>,
    /// Whether that can be read.
    pub variable_readable: bool,
    /// The user's own files that are read.
    pub own: Vec<Own>,
    /// Programs that started before the newest of these changed, by name.
    pub outdated_programs: Vec<String>,
    /// A file that composekey wrote, and whether the configuration is newer.
    pub generated: Option<Generated>,
}

/// A toolkit and what it reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reader {
    /// `gtk3`.
    pub toolkit: String,
    /// Its version, as the files of the system tell.
    pub version: Option<String>,
    /// The input method that composes in its place.
    pub through: Option<String>,
    /// The file that it reads; `None` for a table of its own.
    pub file: Option<PathBuf>,
    /// The rules of the file that count.
    pub rules: usize,
    /// Why it composes nothing.
    pub broken: Option<String>,
}

/// A Compose file of the user's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Own {
    /// Where it is.
    pub file: PathBuf,
    /// What `composekey check` finds in it for these toolkits: errors,
    pub errors: usize,
    /// and warnings.
    pub warnings: usize,
    /// When it changed, with all that it includes, in seconds since 1970.
    pub changed: i64,
}

/// A file that composekey wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Generated {
    /// Where it is.
    pub file: PathBuf,
    /// Whether the configuration changed since.
    pub outdated: bool,
}

/// Programs that see another file system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sandboxes {
    /// How many Flatpak programs are installed.
    pub flatpaks: usize,
    /// Whether all of them may read `~/.XCompose`.
    pub flatpak_sees: bool,
    /// How many snaps are installed that are programs.
    pub snaps: usize,
    /// Programs built on Chromium that run.
    pub chromium: Vec<String>,
}

/// A Compose file in the form that a toolkit keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cache {
    /// Whose.
    pub toolkit: &'static str,
    /// Where.
    pub file: PathBuf,
    /// What it was made of.
    pub of: PathBuf,
    /// Whether the toolkit takes it although that changed.
    pub stale: bool,
}
