//! [`Finding`]: what is wrong, why that matters, and the one line that mends it.

use serde::{Serialize, Serializer};

use crate::diagnostic::{Code, Severity};

/// What a finding is about: a row of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// Who asks.
    User,
    /// The displays.
    Display,
    /// The language.
    Locale,
    /// Input methods.
    InputMethod,
    /// Compose files and who reads them.
    ComposeFile,
    /// Flatpak, Snap and Chromium.
    Sandbox,
    /// Caches of Compose files.
    Cache,
    /// Options of the keymap.
    Options,
    /// Other programs that take keys.
    Remappers,
    /// Whether Caps Lock is on.
    Lock,
    /// `/dev/uinput` and `/dev/input`.
    Devices,
    /// The daemon.
    Daemon,
    /// What starts it.
    Start,
    /// Settings and keymaps.
    Config,
}

/// Something to know or to mend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its kind: `composekey explain` tells more.
    #[serde(serialize_with = "id")]
    pub code: Code,
    /// What it is about.
    pub topic: Topic,
    /// What is the case.
    pub what: String,
    /// Why that matters.
    pub why: String,
    /// The line that mends it, ready for a shell. Only notes can be without: of what no line mends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// What is to be done after that line, or about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub then: Option<&'static str>,
}

impl Finding {
    /// A finding; the line that mends it follows: [`Finding::fix`].
    pub(super) fn new(
        code: Code,
        topic: Topic,
        what: impl Into<String>,
        why: impl Into<String>,
    ) -> Self {
        let (what, why) = (what.into(), why.into());
        Self { code, topic, what, why, fix: None, then: None }
    }

    /// Says which line mends it.
    pub(super) fn fix(mut self, line: impl Into<String>) -> Self {
        self.fix = Some(line.into());
        self
    }

    /// Says what else is to be done.
    pub(super) fn then(mut self, words: &'static str) -> Self {
        self.then = Some(words);
        self
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

fn id<S: Serializer>(code: &Code, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(code.id())
}
