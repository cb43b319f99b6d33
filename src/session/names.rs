//! [`Names`]: a keymap by its names, and where such names are written down.

use std::{collections::HashMap, fmt, path::Path};

use xkbcommon::xkb;

/// The rules, model, layouts, variants and options (RMLVO) of a keymap, as `setxkbmap` and
/// `xkb_rule_names` take them: lists have commas. Empty means the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// `evdev` unless said otherwise.
    pub rules: String,
    /// `pc105` unless said otherwise.
    pub model: String,
    /// `us`, or `us,ru`.
    pub layout: String,
    /// `intl`, or `,phonetic`.
    pub variant: String,
    /// `compose:menu,lv3:ralt_switch`.
    pub options: String,
}

impl Names {
    /// `us(intl),ru`: layouts, each with its variant.
    #[must_use]
    pub fn from_layouts(layouts: &str) -> Self {
        let split = |one: &str| {
            let (layout, variant) = one.trim().split_once('(').unwrap_or((one.trim(), ""));
            (layout.to_owned(), variant.trim_end_matches(')').to_owned())
        };
        let (layouts, variants): (Vec<_>, Vec<_>) = layouts.split(',').map(split).unzip();
        Self { layout: layouts.join(","), variant: variants.join(","), ..Self::default() }
    }

    /// The variables `XKB_DEFAULT_RULES` … of libxkbcommon; `None` when no layout is set.
    pub fn from_env(env: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let value = |name| env(name).unwrap_or_default();
        Self {
            rules: value("XKB_DEFAULT_RULES"),
            model: value("XKB_DEFAULT_MODEL"),
            layout: value("XKB_DEFAULT_LAYOUT"),
            variant: value("XKB_DEFAULT_VARIANT"),
            options: value("XKB_DEFAULT_OPTIONS"),
        }
        .with_layout()
    }

    /// `/etc/default/keyboard` (keyboard(5) of Debian) and the `XKB…` lines of `/etc/vconsole.conf`
    /// (vconsole.conf(5)): assignments of a shell. `None` when no layout is set.
    #[must_use]
    pub fn from_shell(text: &str) -> Option<Self> {
        let mut values = assignments(text);
        let mut value = |name| values.remove(name).unwrap_or_default();
        Self {
            rules: String::new(),
            model: value("XKBMODEL"),
            layout: value("XKBLAYOUT"),
            variant: value("XKBVARIANT"),
            options: value("XKBOPTIONS"),
        }
        .with_layout()
    }

    /// The `KEYMAP` of `/etc/vconsole.conf`, by the table of systemd that says which layout is like
    /// which keymap of the console (`/usr/share/systemd/kbd-model-map`).
    #[must_use]
    pub fn from_console(vconsole: &str, table: &str) -> Option<Self> {
        let keymap = assignments(vconsole).remove("KEYMAP")?;
        let row = table.lines().find_map(|line| {
            let mut words = line.split_whitespace();
            (words.next() == Some(keymap.as_str())).then(|| words.collect::<Vec<_>>())
        })?;
        let column = |i: usize| row.get(i).filter(|word| **word != "-").map_or("", |word| *word);
        Self {
            rules: String::new(),
            layout: column(0).to_owned(),
            model: column(1).to_owned(),
            variant: column(2).to_owned(),
            options: column(3).to_owned(),
        }
        .with_layout()
    }

    /// The options `XkbLayout` … of a keyboard's section, as `localectl` writes them to
    /// `/etc/X11/xorg.conf.d/00-keyboard.conf` (xorg.conf(5), xkeyboard-config(7)).
    #[must_use]
    pub fn from_xorg(text: &str) -> Option<Self> {
        let value = |name: &str| {
            text.lines().rev().find_map(|line| {
                let mut words = line.split('#').next()?.split('"');
                let option = words.next()?.trim().eq_ignore_ascii_case("option");
                let found = option && words.next()?.eq_ignore_ascii_case(name);
                found.then(|| words.nth(1)).flatten().map(str::to_owned)
            })
        };
        let value = |name| value(name).unwrap_or_default();
        Self {
            rules: String::new(),
            model: value("XkbModel"),
            layout: value("XkbLayout"),
            variant: value("XkbVariant"),
            options: value("XkbOptions"),
        }
        .with_layout()
    }

    fn with_layout(self) -> Option<Self> {
        (!self.layout.is_empty()).then_some(self)
    }

    /// The same without one of its options.
    #[must_use]
    pub fn without_option(&self, option: &str) -> Self {
        let rest: Vec<_> = self.options.split(',').filter(|&other| other != option).collect();
        Self { options: rest.join(","), ..self.clone() }
    }

    /// The same with one more option.
    #[must_use]
    pub fn with_option(&self, option: &str) -> Self {
        let mut names = self.without_option(option);
        let comma = if names.options.is_empty() { "" } else { "," };
        names.options = format!("{}{comma}{option}", names.options);
        names
    }

    /// The keymap; `None` when there is none. The folder, if given, comes before those in which
    /// libxkbcommon looks.
    #[must_use]
    pub fn compile(&self, folder: Option<&Path>) -> Option<xkb::Keymap> {
        let mut context = xkb::Context::new(xkb::CONTEXT_NO_DEFAULT_INCLUDES);
        // Warnings about unused names are of no use to anybody here.
        context.set_log_level(xkb::LogLevel::Critical);
        if let Some(folder) = folder {
            let _ = context.include_path_append(folder);
        }
        let _ = context.include_path_append_default();
        let or = |name: &str, default| if name.is_empty() { default } else { name }.to_owned();
        let (rules, model) = (or(&self.rules, "evdev"), or(&self.model, "pc105"));
        let layout = or(&self.layout, "us");
        let (variant, options) = (self.variant.clone(), Some(self.options.clone()));
        let flags = xkb::KEYMAP_COMPILE_NO_FLAGS;
        xkb::Keymap::new_from_names(&context, &rules, &model, &layout, &variant, options, flags)
    }
}

/// As [`Names::from_layouts`] reads it: `de(neo)`, `us,ru(phonetic)`. Options are not told.
impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut variants = self.variant.split(',');
        for (i, layout) in self.layout.split(',').enumerate() {
            let comma = if i > 0 { "," } else { "" };
            let layout = if layout.is_empty() { "us" } else { layout };
            match variants.next().filter(|variant| !variant.is_empty()) {
                Some(variant) => write!(f, "{comma}{layout}({variant})")?,
                None => write!(f, "{comma}{layout}")?,
            }
        }
        Ok(())
    }
}

/// `NAME=value` and `NAME="value"`, one a line.
fn assignments(text: &str) -> HashMap<&str, String> {
    text.lines()
        .filter_map(|line| {
            let (name, value) = line.trim().split_once('=')?;
            let value = value.trim();
            let quoted = ['"', '\''].into_iter().find_map(|quote| {
                value.strip_prefix(quote)?.split_once(quote).map(|(inside, _)| inside)
            });
            let plain = || value.split_whitespace().next().unwrap_or_default();
            Some((name.trim(), quoted.unwrap_or_else(plain).to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(layout: &str, variant: &str, options: &str) -> Names {
        let [layout, variant, options] = [layout, variant, options].map(str::to_owned);
        Names { layout, variant, options, ..Names::default() }
    }

    #[test]
    fn default_keyboard_of_debian() {
        let text = "# KEYBOARD CONFIGURATION FILE\n\nXKBMODEL=\"pc105\"\nXKBLAYOUT=\"us,ru\"\n\
                    XKBVARIANT=',phonetic'\nXKBOPTIONS=grp:alt_shift_toggle\n\nBACKSPACE=\"guess\"\n";
        let expected =
            Names { model: "pc105".into(), ..names("us,ru", ",phonetic", "grp:alt_shift_toggle") };
        assert_eq!(Names::from_shell(text), Some(expected));
        assert_eq!(Names::from_shell("XKBLAYOUT=\"\"\nXKBMODEL=pc105\n"), None);
        assert_eq!(Names::from_shell("#XKBLAYOUT=de\n"), None);
        assert_eq!(Names::from_shell(""), None);
        assert_eq!(Names::from_shell("=\n\"=\"\nXKBLAYOUT=\"de\n"), Some(names("\"de", "", "")));
    }

    #[test]
    fn the_console() {
        let table = "# generated\nus\tus\tpc105+inet\t-\tterminate:ctrl_alt_bksp\n\
                     de-latin1-nodeadkeys de pc105 nodeadkeys -\n";
        let found = Names::from_console("KEYMAP=de-latin1-nodeadkeys\nFONT=x\n", table).unwrap();
        assert_eq!(found, Names { model: "pc105".into(), ..names("de", "nodeadkeys", "") });
        assert_eq!(Names::from_console("KEYMAP=what", table), None);
        assert_eq!(Names::from_console("FONT=x", table), None);
    }

    #[test]
    fn what_localectl_writes() {
        let text = "Section \"InputClass\"\n    Identifier \"system-keyboard\"\n\
                    #   Option \"XkbLayout\" \"fr\"\n    Option \"XkbLayout\" \"de\"\n    \
                    Option \"XkbOptions\" \"compose:menu\"\nEndSection\n";
        assert_eq!(Names::from_xorg(text), Some(names("de", "", "compose:menu")));
        assert_eq!(Names::from_xorg("Section \"Device\"\nEndSection\n"), None);
    }

    #[test]
    fn layouts_with_variants() {
        assert_eq!(Names::from_layouts("us(intl), ru"), names("us,ru", "intl,", ""));
        assert_eq!(Names::from_layouts("de"), names("de", "", ""));
        for told in ["us", "de(neo)", "us,ru(phonetic)", "us(intl),gr"] {
            assert_eq!(Names::from_layouts(told).to_string(), told);
        }
        assert_eq!(Names::default().to_string(), "us");
    }

    #[test]
    fn the_environment() {
        let env = |name: &str| match name {
            "XKB_DEFAULT_LAYOUT" => Some("fr".to_owned()),
            "XKB_DEFAULT_VARIANT" => Some("bepo".to_owned()),
            _ => None,
        };
        assert_eq!(Names::from_env(env), Some(names("fr", "bepo", "")));
        assert_eq!(Names::from_env(|_| None), None);
    }

    #[test]
    fn options_come_and_go() {
        let one = names("us", "", "a:b").with_option("c:d");
        assert_eq!(one.options, "a:b,c:d");
        assert_eq!(one.with_option("c:d").options, "a:b,c:d");
        assert_eq!(one.without_option("a:b").options, "c:d");
        assert_eq!(names("us", "", "").with_option("c:d").options, "c:d");
        assert_eq!(names("us", "", "c:d").without_option("c:d").options, "");
    }

    #[test]
    fn keymaps() {
        assert_eq!(names("us,ru", "", "").compile(None).unwrap().num_layouts(), 2);
        assert!(names("no such layout", "", "").compile(None).is_none());
    }
}
