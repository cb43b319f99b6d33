//! [`Made`]: the files as they ought to be; [`Folder`]: where they are.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::{
    config::{Loaded, Paths},
    diagnostic::{Code, Diagnostic},
    keysym::Keysym,
    save::{Origin, Place, sign},
    sequence::Rule,
    session::{self, Names},
    xcompose,
    xkb_option::{self, Files, NAME, Placement, Slot},
};

/// The user's folder of libxkbcommon: `$XDG_CONFIG_HOME/xkb`.
pub(super) struct Folder {
    pub(super) path: PathBuf,
}

/// The files of ours alone, in the order in which they are written.
pub(super) const OURS: [&str; 3] =
    ["keycodes/composekey", "types/composekey", "symbols/composekey"];

/// The file that others may have written too. It comes last: with it the others count.
pub(super) const RULES: &str = "rules/evdev";

/// The files for a table.
pub(super) struct Made {
    /// Paths and texts, in the order in which they are written.
    pub(super) files: Vec<(PathBuf, String)>,
    pub(super) placement: Placement,
}

impl Folder {
    pub(super) fn new(paths: &Paths) -> Self {
        Self { path: paths.config_home.join("xkb") }
    }

    pub(super) fn rules(&self) -> PathBuf {
        self.path.join(RULES)
    }

    pub(super) fn ours(&self) -> impl Iterator<Item = PathBuf> + '_ {
        OURS.iter().map(|name| self.path.join(name))
    }

    /// Whether the option is there, in whatever state.
    pub(super) fn is_installed(&self) -> bool {
        let rules = fs::read_to_string(self.rules()).unwrap_or_default();
        rules.contains(NAME)
    }

    /// The rules that are there.
    pub(super) fn read_rules(&self) -> Result<Option<String>, Diagnostic> {
        let bytes = Place::look(&self.rules())?.old;
        let text = bytes.map(String::from_utf8).transpose();
        text.map_err(|_| refused(&self.rules(), "it is not UTF-8"))
    }

    /// The files for these rules of the table.
    pub(super) fn make(&self, loaded: &Loaded) -> Result<Made, Diagnostic> {
        let symbols = fs::read_to_string(self.path.join(OURS[2])).unwrap_or_default();
        let before = xkb_option::read_places(&symbols);
        let bases = bases();
        let keymaps: Vec<_> = bases.iter().filter_map(|names| names.compile(None)).collect();
        if keymaps.is_empty() {
            let message = "nothing is written: libxkbcommon has no keymap here";
            return Err(Diagnostic::new(Code::NotWritten, message).help("install `xkb-data`"));
        }
        let placement = Placement::new(&Slot::all(&keymaps), &wanted(loaded), &before);
        let Files { keycodes, types, symbols } = Files::new(&placement);
        let rules = self.read_rules()?;
        let rules = xkb_option::merge(rules.as_deref())
            .map_err(|error| refused(&self.rules(), &error.to_string()))?;
        let ours = self.ours().zip([keycodes, types, symbols].map(|text| sign(&text)));
        let made = Made { files: ours.chain([(self.rules(), rules)]).collect(), placement };
        made.verify(&bases)?;
        Ok(made)
    }
}

impl Made {
    /// Compiles the keymaps with the files in a folder aside, and looks at every place.
    fn verify(&self, bases: &[Names]) -> Result<(), Diagnostic> {
        let folder = self.aside().map_err(|error| {
            let message = format!("nothing is written: error trying the files out: {error}");
            Diagnostic::new(Code::NotWritten, message)
                .help("make room in the folder for temporary files")
        })?;
        for names in bases {
            let keymap = names.with_option(NAME).compile(Some(folder.path()));
            let at = |place: &xkb_option::Place| {
                let keymap = keymap.as_ref()?;
                let key = place.keycode.0.into();
                match keymap.key_get_syms_by_level(key, 0, u32::from(place.level) - 1) {
                    [keysym] => Keysym(keysym.raw()).to_char(),
                    _ => None,
                }
            };
            if !self.placement.places.iter().all(|(place, &c)| at(place) == Some(c)) {
                let message = format!(
                    "nothing is written: libxkbcommon reads the files in another way for the layout `{}`",
                    names.layout
                );
                let help = "look into `rules/evdev` and other files of yours in that folder";
                return Err(Diagnostic::new(Code::ReadBack, message).help(help));
            }
        }
        Ok(())
    }

    fn aside(&self) -> io::Result<TempDir> {
        let folder = tempfile::Builder::new().prefix("composekey-").tempdir()?;
        for (name, (_, text)) in OURS.iter().chain(&[RULES]).zip(&self.files) {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap_or(folder.path()))?;
            fs::write(path, text)?;
        }
        Ok(folder)
    }

    /// Whether all of them may be written: a file of ours that somebody changed, or one of the same
    /// name that somebody else wrote, is left alone.
    pub(super) fn check(&self) -> Result<(), Diagnostic> {
        // The last one is the rules, which may be anybody's.
        let ours = &self.files[..self.files.len() - 1];
        ours.iter().try_for_each(|(path, text)| {
            let place = Place::look(path)?;
            let same = place.old.as_deref() == Some(text.as_bytes());
            if same { Ok(()) } else { own(&place) }
        })
    }

    /// Whether all of it is there already.
    pub(super) fn is_there(&self) -> bool {
        self.files.iter().all(|(path, text)| fs::read(path).is_ok_and(|now| now == text.as_bytes()))
    }

    /// How many of the characters X11 clients get too.
    pub(super) fn low(&self) -> usize {
        let places = self.placement.places.keys();
        places.filter(|place| place.keycode.to_x11().is_some()).count()
    }
}

/// The keymaps that must leave room: that of most people, and this system's.
fn bases() -> Vec<Names> {
    let env = |name: &str| std::env::var(name).ok();
    let read = |path: &Path| fs::read_to_string(path).ok();
    let system = session::names(None, env, read).0.without_option(NAME);
    let usual = Names { layout: "us".to_owned(), ..Names::default() };
    if system.layout == usual.layout && system.options.is_empty() {
        return vec![usual];
    }
    vec![usual, system]
}

/// The characters that outputs are made of: those of one's own rules first, those of the locale
/// last, then ASCII, which a layout may lack (Russian) or have on dead keys only.
fn wanted(loaded: &Loaded) -> Vec<char> {
    let mut rules: Vec<&Rule> = loaded.rules.iter().collect();
    let is_system = |rule: &Rule| *rule.keymap == *xcompose::SYSTEM;
    rules.sort_by_key(|rule| (!loaded.is_users(rule), is_system(rule)));
    let ascii = "^`~'\"@#$&[]{}\\|<>".chars().chain('!'..='~');
    // A blank is on every keyboard.
    rules
        .iter()
        .flat_map(|rule| rule.output.text.chars())
        .chain(ascii)
        .filter(|&c| c != ' ')
        .collect()
}

/// Whether a file is ours alone, as we wrote it.
pub(super) fn own(place: &Place) -> Result<(), Diagnostic> {
    let why = match place.origin() {
        Origin::Nobody | Origin::Composekey => return Ok(()),
        Origin::Changed => "somebody changed it since composekey wrote it",
        Origin::Foreign => "composekey did not write it",
    };
    let message = format!("`{}` is left alone: {why}", place.path.display());
    let help = "move it away and try again; `--force` takes its place, and `composekey undo` with its \
                name brings it back";
    Err(Diagnostic::new(Code::ForeignFile, message).help(help))
}

/// A file of rules that is left alone.
pub(super) fn refused(path: &Path, why: &str) -> Diagnostic {
    let message = format!("`{}` is left alone: {why}", path.display());
    let help = format!(
        "mend it by hand, or move it away and try again; ours are the lines between \
         `// composekey: from here` and `// composekey: end`, about the option `{NAME}`"
    );
    Diagnostic::new(Code::ForeignFile, message).help(help)
}

/// Folders of libxkbcommon that are empty now go too.
pub(super) fn remove_empty_folders(folder: &Folder) {
    for name in ["rules", "keycodes", "types", "symbols", ""] {
        // One that is not empty stays: the system refuses.
        let _ = fs::remove_dir(folder.path.join(name));
    }
}
