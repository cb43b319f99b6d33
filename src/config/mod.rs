//! The configuration: settings, keymaps and own sequences, from `config.toml` and what it names.
//! Enter at [`load`].

mod disk;
mod paths;
mod settings;

use std::{path::Path, sync::Arc};

pub use disk::{Disk, MAX_BYTES, MAX_LINKS};
pub use paths::{KeyboardHints, Paths};
pub use settings::{Backend, Feedback, NAMES, Settings, Values, WhenAway, values};

use crate::{
    diagnostic::{Code, Diagnostic, Severity},
    map::{self, Entry, Info, Kind, Removal, Replaced, builtin},
    sequence::Rule,
    source::{LoadError, Loader, Source, SourceId, Sources, Span},
    xcompose,
};

/// What serves without a configuration.
pub const DEFAULT_KEYMAPS: &[&str] = &[xcompose::SYSTEM, builtin::DEFAULT];

/// Everything that the configuration says. Large: drop it once the table is made.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The settings; the default where one is missing or wrong.
    pub settings: Settings,
    /// The rules that hold, in the order of the keymaps, one's own last; each sequence once.
    pub rules: Vec<Rule>,
    /// The rules that gave way to others.
    pub replaced: Vec<Replaced>,
    /// The rules that `remove` took out.
    pub removed: Vec<Rule>,
    /// The keymaps that were read, in order.
    pub keymaps: Vec<Keymap>,
    /// Every text that was read.
    pub sources: Sources,
    /// What was found, in the order of reading.
    pub diagnostics: Vec<Diagnostic>,
    /// Every file that was read or looked for, targets of symbolic links too: to be watched.
    pub files: Vec<std::path::PathBuf>,
}

/// A keymap that was read.
#[derive(Clone, Debug)]
pub struct Keymap {
    /// What its rules call it.
    pub name: Arc<str>,
    /// The entry of `keymaps` that it belongs to: its own, or `default`.
    pub entry: Arc<str>,
    /// What it says of itself.
    pub info: Info,
    /// Whether the configuration uses it.
    pub in_use: bool,
}

impl Keymap {
    /// What it goes by where there is room for a few words: those of `default` all by that.
    #[must_use]
    pub fn group(&self) -> &Arc<str> {
        if *self.entry == *builtin::DEFAULT { &self.entry } else { &self.name }
    }
}

impl Loaded {
    /// Whether something had to be left out: then a daemon keeps what it had.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// How many rules are in use; those after them are of keymaps that [`load_all`] added.
    #[must_use]
    pub fn in_use(&self) -> usize {
        let added = |rule: &Rule| self.keymaps.iter().any(|k| !k.in_use && k.name == rule.keymap);
        self.rules.iter().position(added).unwrap_or(self.rules.len())
    }

    /// Whether the user wrote this rule, rather than the locale or a built-in keymap.
    #[must_use]
    pub fn is_users(&self, rule: &Rule) -> bool {
        let file = &self.sources.get(rule.span.source).name;
        *rule.keymap != *xcompose::SYSTEM
            && builtin::BUILTIN.iter().all(|keymap| keymap.file != file)
    }

    /// The rules that the rule at this index took the place of, oldest first.
    pub fn replaced_by(&self, rule: usize) -> impl Iterator<Item = &Rule> {
        let start = self.replaced.partition_point(|replaced| replaced.by < rule);
        self.replaced[start..]
            .iter()
            .take_while(move |replaced| replaced.by == rule)
            .map(|replaced| &replaced.rule)
    }
}

/// Loads the configuration, or the defaults when there is none.
#[must_use]
pub fn load(paths: &Paths) -> Loaded {
    load_from(paths, Disk::default())
}

/// Loads the configuration from this disk.
#[must_use]
pub fn load_from(paths: &Paths, disk: Disk) -> Loaded {
    let mut loading = Loading::new(paths, disk);
    let config = loading.config();
    loading.finish(config)
}

/// Loads the configuration, and adds the rules of every built-in keymap that it does not use.
#[must_use]
pub fn load_all(paths: &Paths) -> Loaded {
    let mut loaded = load(paths);
    for keymap in unused(&loaded) {
        let source = loaded.sources.add(keymap.file, keymap.text);
        let name: Arc<str> = keymap.name.into();
        let map = builtin::load(&keymap, source);
        loaded.keymaps.push(Keymap { entry: name.clone(), name, info: map.info, in_use: false });
        loaded.rules.extend(map.rules);
    }
    loaded
}

/// The built-in keymaps that the configuration does not use: names and rules.
#[must_use]
pub fn unused_keymaps(loaded: &Loaded) -> Vec<(&'static str, Vec<Rule>)> {
    let mut sources = Sources::default();
    unused(loaded)
        .into_iter()
        .map(|keymap| {
            let source = sources.add(keymap.file, keymap.text);
            (keymap.name, builtin::load(&keymap, source).rules)
        })
        .collect()
}

fn unused(loaded: &Loaded) -> Vec<builtin::Builtin> {
    let used = |name: &str| loaded.keymaps.iter().any(|keymap| *keymap.name == *name);
    builtin::BUILTIN.iter().filter(|keymap| !used(keymap.name)).copied().collect()
}

/// Loads one keymap as the configuration would, after the keymaps that serve without one. A built-in
/// keymap of the same name is left out: the file is taken for its next version.
#[must_use]
pub fn load_keymap(paths: &Paths, file: &Path) -> Loaded {
    load_keymap_from(paths, file, Disk::default())
}

/// Loads one keymap from this disk, as [`load_keymap`] does.
#[must_use]
pub fn load_keymap_from(paths: &Paths, file: &Path, disk: Disk) -> Loaded {
    let loading = Loading::new(paths, disk);
    let mut config = Config::default();
    config.keymaps.push((file.to_string_lossy().into_owned(), None));
    config.left_out = file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    loading.finish(config)
}

/// Whether a TOML text is a configuration rather than a keymap: it has no `[keymap]`.
#[must_use]
pub fn is_config(text: &str) -> bool {
    let mut sources = Sources::default();
    let (entries, _) = map::read(text, sources.add("", ""));
    entries.iter().all(|entry| entry.key != "keymap")
}

/// What `config.toml` says beside the settings.
struct Config {
    keymaps: Vec<(String, Option<Span>)>,
    /// A keymap that `default` is not to stand for.
    left_out: Option<String>,
    removals: Vec<Removal>,
    own: Vec<Rule>,
}

impl Default for Config {
    fn default() -> Self {
        let keymaps = DEFAULT_KEYMAPS.iter().map(|&name| (name.to_owned(), None)).collect();
        Self { keymaps, left_out: None, removals: Vec::new(), own: Vec::new() }
    }
}

struct Loading<'a> {
    paths: &'a Paths,
    disk: Disk,
    loaded: Loaded,
}

impl<'a> Loading<'a> {
    fn new(paths: &'a Paths, disk: Disk) -> Self {
        Self { paths, disk, loaded: Loaded::default() }
    }

    /// Reads `config.toml`.
    fn config(&mut self) -> Config {
        let mut config = Config::default();
        let path = &self.paths.config_file;
        let source = match self.text(path) {
            Ok(source) => source,
            // Without a file the defaults serve; that is no finding.
            Err(LoadError::NotFound) => return config,
            Err(error) => {
                self.loaded.diagnostics.push(Diagnostic::unloadable(path, &error));
                return config;
            }
        };
        let Source { name, text, .. } = self.loaded.sources.get(source);
        let diagnostics = &mut self.loaded.diagnostics;
        let (entries, findings) = map::read(text, source);
        diagnostics.extend(findings);
        for entry in entries {
            match (entry.key.as_str(), entry.value.kind) {
                ("sequences", Kind::Table(table)) => {
                    config.own = own_rules(table, text, diagnostics);
                }
                ("sequences", other) => {
                    diagnostics.push(map::no_table("sequences", &other).at(entry.value.span, ""));
                }
                ("keymaps", kind) => {
                    let value = map::Value { kind, ..entry.value };
                    if let Some(names) = map::spanned_strings(value, "keymaps", diagnostics) {
                        config.keymaps =
                            names.into_iter().map(|(name, span)| (name, Some(span))).collect();
                    }
                }
                ("remove", kind) => {
                    let value = map::Value { kind, ..entry.value };
                    config.removals = removals(value, text, diagnostics);
                }
                (_, kind) => {
                    let entry = Entry { value: map::Value { kind, ..entry.value }, ..entry };
                    if let Err(entry) = self.loaded.settings.set(entry, diagnostics) {
                        let known = NAMES.iter().copied().chain(["sequences"]).collect::<Vec<_>>();
                        let span = entry.key_span;
                        diagnostics.push(map::unknown_key(
                            &entry.key,
                            span,
                            "the configuration",
                            &known,
                        ));
                    }
                }
            }
        }
        map::limit(diagnostics, name);
        config
    }

    /// Reads the keymaps and puts everything together.
    fn finish(mut self, config: Config) -> Loaded {
        let mut keymaps = Vec::with_capacity(config.keymaps.len());
        for (i, (name, span)) in config.keymaps.iter().enumerate() {
            if config.keymaps[..i].iter().any(|(earlier, _)| earlier == name) {
                let message = format!("the keymap `{name}` is there twice");
                let diagnostic = Diagnostic::new(Code::RepeatedKeymap, message)
                    .help("the first place counts: remove the other");
                self.push(diagnostic, *span);
                continue;
            }
            if name != builtin::DEFAULT {
                keymaps.push(self.keymap(name, name, *span));
                continue;
            }
            // A keymap with an entry of its own has its place there.
            let named = |name: &str| config.keymaps.iter().any(|(entry, _)| entry == name);
            let left_out = |name: &str| named(name) || config.left_out.as_deref() == Some(name);
            for keymap in builtin::defaults().filter(|keymap| !left_out(keymap.name)) {
                keymaps.push(self.keymap(keymap.name, name, *span));
            }
        }
        let loaded = &mut self.loaded;
        let merged = map::merge(keymaps, &config.removals, config.own, &mut loaded.diagnostics);
        loaded.rules = merged.rules;
        loaded.replaced = merged.replaced;
        loaded.removed = merged.removed;
        loaded.files = self.disk.files;
        self.loaded
    }

    /// The rules of a keymap that is called so, for an entry of `keymaps`.
    fn keymap(&mut self, called: &str, entry: &str, span: Option<Span>) -> Vec<Rule> {
        if called == xcompose::SYSTEM {
            let world = &self.paths.world;
            let (rules, diagnostics) =
                xcompose::system(world, &mut self.disk, &mut self.loaded.sources);
            self.loaded.diagnostics.extend(diagnostics);
            self.loaded.keymaps.push(Keymap {
                name: called.into(),
                entry: entry.into(),
                info: Info::default(),
                in_use: true,
            });
            return rules;
        }
        let (name, map) = if let Some(keymap) = builtin::find(called) {
            let source = self.loaded.sources.add(keymap.file, keymap.text);
            (Arc::from(called), builtin::load(&keymap, source))
        } else if called.contains('/') || called.ends_with(".toml") {
            let path = self.paths.keymap(called);
            match self.text(&path) {
                Ok(source) => {
                    let stem = Path::new(called).file_stem().and_then(|stem| stem.to_str());
                    let name = Arc::from(stem.unwrap_or(called));
                    let (map, diagnostics) = map::load(source, &name, &self.loaded.sources);
                    self.loaded.diagnostics.extend(diagnostics);
                    (name, map)
                }
                Err(error) => {
                    self.push(Diagnostic::unloadable(&path, &error), span);
                    return Vec::new();
                }
            }
        } else {
            let known = builtin::BUILTIN.iter().map(|keymap| keymap.name);
            let diagnostic =
                Diagnostic::new(Code::UnknownKeymap, format!("there is no keymap `{called}`"))
                    .did_you_mean(called, known.chain([xcompose::SYSTEM, builtin::DEFAULT]));
            self.push(diagnostic, span);
            return Vec::new();
        };
        let keymap = Keymap { name, entry: entry.into(), info: map.info, in_use: true };
        self.loaded.keymaps.push(keymap);
        map.rules
    }

    fn text(&mut self, path: &Path) -> Result<SourceId, LoadError> {
        let bytes = self.disk.load(path)?;
        let text = String::from_utf8(bytes)
            .map_err(|error| LoadError::NotUtf8(error.utf8_error().valid_up_to()))?;
        Ok(self.loaded.sources.add(path.display().to_string(), text))
    }

    fn push(&mut self, diagnostic: Diagnostic, span: Option<Span>) {
        let diagnostic = match span {
            Some(span) => diagnostic.at(span, ""),
            None => diagnostic,
        };
        self.loaded.diagnostics.push(diagnostic);
    }
}

/// The sequences of `remove`.
fn removals(value: map::Value, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Vec<Removal> {
    let keys = map::spanned_strings(value, "remove", diagnostics).unwrap_or_default();
    keys.into_iter()
        .filter_map(|(keys, span)| {
            let sequence = map::sequence(&keys, span, text, diagnostics)?;
            Some(Removal { sequence, span })
        })
        .collect()
}

/// The rules of `[sequences]`, without settings that slipped below it.
fn own_rules(mut table: Vec<Entry>, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Vec<Rule> {
    table.retain(|entry| match misplaced(entry) {
        Some(diagnostic) => {
            diagnostics.push(diagnostic);
            false
        }
        None => true,
    });
    map::sequences(table, &"config".into(), text, diagnostics)
}

/// A setting below `[sequences]` would be a sequence, which nobody means.
fn misplaced(entry: &Entry) -> Option<Diagnostic> {
    NAMES.contains(&entry.key.as_str()).then(|| {
        let message = format!("`{}` is a setting, not a sequence", entry.key);
        Diagnostic::new(Code::UnknownKey, message)
            .at(entry.key_span, "")
            .help("move it above `[sequences]`")
    })
}

#[cfg(test)]
mod tests;
