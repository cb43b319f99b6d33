//! The layout for which keys are shown: the first of `--layout`, the setting, the X server, the
//! environment and the system's own file that says one. A keymap takes 2 ms to make, so this has a
//! thread of its own.

use std::{fs, sync::mpsc, thread, time::Duration};

use crate::{
    config::{KeyboardHints, Paths},
    engine::XkbKeyboard,
    layout::Layout,
    x11,
};

/// How long an X server may take to answer.
const PATIENCE: Duration = Duration::from_millis(500);

/// A layout by the names that `setxkbmap` takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Names {
    layout: String,
    variant: String,
    options: String,
}

/// A layout that is being made.
#[derive(Debug)]
pub(super) struct Keyboard(thread::JoinHandle<Option<Layout>>);

/// Begins to make the layout of the session.
pub(super) fn session(paths: &Paths) -> Keyboard {
    let hints = paths.keyboard.clone();
    Keyboard(thread::spawn(move || make(&Names::of_session(&hints))))
}

/// The layout that is asked for by name, else that of the session.
///
/// # Errors
/// Why there is none: libxkbcommon does not know the layout.
pub(super) fn choose(asked: Option<&str>, session: Keyboard) -> Result<Layout, String> {
    let Some(asked) = asked else {
        // What the system says of itself may be unknown to libxkbcommon; then the usual one serves.
        let made = session.0.join().ok().flatten().or_else(|| make(&Names::parse("us")));
        return made.ok_or_else(|| "the X keyboard data are missing (Debian: xkb-data)".to_owned());
    };
    make(&Names::parse(asked)).ok_or_else(|| {
        format!(
            "there is no layout `{asked}`; `man 7 xkeyboard-config` lists them, as in `de(neo)`"
        )
    })
}

fn make(names: &Names) -> Option<Layout> {
    let keyboard = XkbKeyboard::from_names(&names.layout, &names.variant, &names.options)?;
    Some(keyboard.layout(&names.to_string()))
}

impl Names {
    /// `us`, `de(neo)`, `us,ru(phonetic)`.
    fn parse(text: &str) -> Self {
        let mut names = Self::default();
        for (i, layout) in text.split(',').enumerate() {
            let (layout, variant) = layout.trim().split_once('(').unwrap_or((layout.trim(), ""));
            if i > 0 {
                names.layout.push(',');
                names.variant.push(',');
            }
            names.layout.push_str(layout);
            names.variant.push_str(variant.trim_end_matches(')'));
        }
        names
    }

    fn of_session(hints: &KeyboardHints) -> Self {
        Self::of_display(hints)
            .or_else(|| Self::of_environment(hints))
            .or_else(|| Self::of_file(&fs::read_to_string(&hints.file).ok()?))
            .unwrap_or_else(|| Self::parse("us"))
    }

    fn of_display(hints: &KeyboardHints) -> Option<Self> {
        let display = hints.display.clone()?;
        let (answer, asked) = mpsc::channel();
        // A server that hangs is not waited for.
        let _ = thread::spawn(move || answer.send(x11::layout_names(&display)));
        let [layout, variant, options] = asked.recv_timeout(PATIENCE).ok().flatten()?;
        Some(Self { layout, variant, options })
    }

    fn of_environment(hints: &KeyboardHints) -> Option<Self> {
        let [layout, variant, options] = hints.env.clone();
        let (variant, options) = (variant.unwrap_or_default(), options.unwrap_or_default());
        layout.map(|layout| Self { layout, variant, options })
    }

    /// Lines of `XKBLAYOUT="us"`, as a shell reads them.
    fn of_file(text: &str) -> Option<Self> {
        let value = |name: &str| {
            let line = text.lines().rev().find_map(|line| line.trim().strip_prefix(name))?;
            let value = line.strip_prefix('=')?.trim().trim_matches(['"', '\'']);
            (!value.is_empty()).then(|| value.to_owned())
        };
        Some(Self {
            layout: value("XKBLAYOUT")?,
            variant: value("XKBVARIANT").unwrap_or_default(),
            options: value("XKBOPTIONS").unwrap_or_default(),
        })
    }
}

/// As [`Names::parse`] reads it; options are not told.
impl std::fmt::Display for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut variants = self.variant.split(',');
        for (i, layout) in self.layout.split(',').enumerate() {
            let comma = if i > 0 { "," } else { "" };
            match variants.next().filter(|variant| !variant.is_empty()) {
                Some(variant) => write!(f, "{comma}{layout}({variant})")?,
                None => write!(f, "{comma}{layout}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_layouts() {
        for name in ["us", "de(neo)", "us,ru(phonetic)", "us(intl),gr"] {
            assert_eq!(Names::parse(name).to_string(), name);
        }
        let names = Names::parse("us, ru(phonetic)");
        assert_eq!((&*names.layout, &*names.variant), ("us,ru", ",phonetic"));
    }

    #[test]
    fn the_systems_file() {
        let text = "# KEYBOARD CONFIGURATION FILE\nXKBMODEL=\"pc105\"\nXKBLAYOUT=\"de,us\"\n\
                    XKBVARIANT='nodeadkeys,'\nXKBOPTIONS=\"\"\n";
        let names = Names::of_file(text).unwrap();
        assert_eq!(names.to_string(), "de(nodeadkeys),us");
        assert_eq!(Names::of_file("XKBLAYOUT=\n"), None);
    }

    #[test]
    fn the_environment_comes_before_the_file() {
        let env = [Some("fr".to_owned()), Some("bepo".to_owned()), None];
        let hints = KeyboardHints { env, ..KeyboardHints::default() };
        assert_eq!(Names::of_session(&hints).to_string(), "fr(bepo)");
        let nothing = KeyboardHints::default();
        assert_eq!(Names::of_session(&nothing).to_string(), "us");
    }
}
