use std::{fs, os::unix::fs::symlink};

use tempfile::TempDir;

use super::*;
use crate::{engine::TapAction, keycode::Keycode};

/// A configuration folder with these files, and a small world of X locales.
struct Folder {
    dir: TempDir,
    paths: Paths,
}

const SYSTEM: &str = "<Multi_key> <o> <c> : \"©\"\n<Multi_key> <asterisk> <a> : \"å\"\n";

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let dir = TempDir::new().unwrap();
        let root = dir.path().to_owned();
        let locales = root.join("locales/en_US.UTF-8");
        fs::create_dir_all(&locales).unwrap();
        fs::write(locales.join("Compose"), SYSTEM).unwrap();
        fs::write(root.join("locales/compose.dir"), "en_US.UTF-8/Compose: en_US.UTF-8\n").unwrap();
        let env = root.join("locales").into_os_string();
        let env = |name: &str| (name == "XLOCALEDIR").then(|| env.clone());
        let paths = Paths::new(root.clone(), None, Some(root.join("home")), env);
        fs::create_dir_all(&paths.config_dir).unwrap();
        for (name, text) in files {
            fs::write(paths.config_dir.join(name), text).unwrap();
        }
        Self { dir, paths }
    }

    fn load(&self) -> Loaded {
        load(&self.paths)
    }
}

fn findings(loaded: &Loaded) -> Vec<String> {
    loaded.diagnostics.iter().map(|d| format!("{} {}", d.code.id(), d.message)).collect()
}

/// What the keys give, and in which keymap.
fn gives(loaded: &Loaded, keys: &str) -> Option<String> {
    let rule = loaded.rules.iter().find(|rule| rule.sequence.to_string() == keys)?;
    Some(format!("{} {}", rule.output.text, rule.keymap))
}

#[test]
fn without_a_configuration_the_defaults_serve() {
    let folder = Folder::new(&[]);
    let loaded = folder.load();
    assert_eq!(findings(&loaded), [""; 0]);
    assert_eq!(loaded.settings, Settings::default());
    assert_eq!(gives(&loaded, "*a").as_deref(), Some("α greek"));
    assert_eq!(gives(&loaded, "oc").as_deref(), Some("© typography"));
    assert_eq!(gives(&loaded, "[.--."), None);
    assert!(loaded.files.contains(&folder.paths.config_file), "it is watched for");
}

#[test]
fn own_sequences_keymaps_and_removals() {
    let folder = Folder::new(&[
        (
            "config.toml",
            "keymaps = ['system', 'greek', 'mine.toml']\nremove = ['oc', '*b']\ntrigger = 'menu'\n\
             tap_action = 'none'\ntap_ms = 200\nfeedback = 'led'\nignore = ['Foo']\n\
             [sequences]\nla = 'LA'\n",
        ),
        ("mine.toml", "[sequences]\n'*g' = 'mine'\n"),
    ]);
    let loaded = folder.load();
    assert_eq!(
        findings(&loaded),
        ["E0015 `*g` gives `mine` instead of `γ`", "E0015 `la` gives `LA` instead of `λ`"]
    );
    assert!(!loaded.has_errors());
    for (keys, expected) in [
        ("*a", Some("α greek")),
        ("*g", Some("mine mine")),
        ("la", Some("LA config")),
        ("oc", None),
        ("*b", None),
    ] {
        assert_eq!(gives(&loaded, keys).as_deref(), expected, "{keys}");
    }
    let alpha = loaded.rules.iter().position(|rule| rule.sequence.to_string() == "*a").unwrap();
    let replaced: Vec<_> = loaded.replaced_by(alpha).map(|rule| &*rule.output.text).collect();
    assert_eq!(replaced, ["å"]);
    let settings = &loaded.settings;
    assert_eq!(settings.engine.trigger, Keycode::from_name("menu").unwrap());
    assert_eq!(settings.engine.tap_action, TapAction::None);
    assert_eq!(settings.engine.tap.as_millis(), 200);
    assert_eq!(settings.feedback, Feedback::Led);
    assert!(settings.ignores("foo") && !settings.ignores("VirtualBox Machine"));
}

#[test]
fn a_wrong_setting_keeps_its_default_and_is_said() {
    let folder = Folder::new(&[(
        "config.toml",
        "trigger = 'caps'\ntap_ms = -1\nrelease_grace_ms = 'x'\nignore = 3\n\
         feedback = 7\ntypo = 1\nkeymaps = ['greke', 'default', 'default']\nremove = ['x', '']\n\
         [sequences]\ntrigger = 'menu'\n[keymap]\n",
    )]);
    let loaded = folder.load();
    assert_eq!(loaded.settings, Settings::default());
    assert_eq!(
        findings(&loaded),
        [
            "E0014 `trigger` cannot be `caps`",
            "E0014 `tap_ms` is a number of milliseconds from 50 to 60000",
            "E0014 `release_grace_ms` is a number of milliseconds from 0 to 60000",
            "E0008 `ignore` is a number, not a list of strings",
            "E0008 `feedback` is a number, not a string",
            "E0009 the configuration has no `typo`",
            "E0005 a sequence needs at least one key",
            "E0009 `trigger` is a setting, not a sequence",
            "E0009 the configuration has no `keymap`",
            "E0018 there is no keymap `greke`",
            "E0019 the keymap `default` is there twice",
            "E0017 no keymap has a rule `x` to remove",
        ]
    );
    assert!(loaded.has_errors());
}

#[test]
fn files_that_cannot_be_read() {
    let folder = Folder::new(&[(
        "config.toml",
        "keymaps = ['missing.toml', './dir', 'big.toml', 'latin1.toml', '/dev/zero', 'pipe.toml', \
         '~/home.toml']\n",
    )]);
    let dir = &folder.paths.config_dir;
    fs::create_dir(dir.join("dir")).unwrap();
    fs::File::create(dir.join("big.toml")).unwrap().set_len(100 * 1024 * 1024).unwrap();
    fs::write(dir.join("latin1.toml"), b"# caf\xe9\n").unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, dir.join("pipe.toml"), rustix::fs::Mode::RUSR).unwrap();
    let loaded = folder.load();
    let root = folder.dir.path().display();
    let expected = [
        format!("E0020 error reading `{root}/composekey/missing.toml`: there is no such file"),
        format!("E0020 error reading `{root}/composekey/./dir`: it is not a regular file"),
        format!(
            "E0021 error reading `{root}/composekey/big.toml`: it is larger than the limit of 16 MiB"
        ),
        format!(
            "E0022 error reading `{root}/composekey/latin1.toml`: it is not UTF-8 from byte 5 on"
        ),
        "E0020 error reading `/dev/zero`: it is not a regular file".to_owned(),
        format!("E0020 error reading `{root}/composekey/pipe.toml`: it is not a regular file"),
        format!("E0020 error reading `{root}/home/home.toml`: there is no such file"),
    ];
    assert_eq!(findings(&loaded), expected);
}

#[test]
fn an_unreadable_configuration_is_said_and_the_defaults_serve() {
    let folder = Folder::new(&[]);
    fs::create_dir(&folder.paths.config_file).unwrap();
    let loaded = folder.load();
    assert!(loaded.has_errors());
    assert!(gives(&loaded, "oc").is_some());
}

#[test]
fn every_file_and_every_link_is_watched() {
    let folder = Folder::new(&[("mine.toml", "")]);
    let dir = &folder.paths.config_dir;
    let dotfiles = folder.dir.path().join("dotfiles");
    fs::create_dir(&dotfiles).unwrap();
    fs::write(dotfiles.join("real.toml"), "keymaps = ['mine.toml', 'missing.toml']\n").unwrap();
    symlink("real.toml", dotfiles.join("link.toml")).unwrap();
    symlink("../dotfiles/link.toml", dir.join("config.toml")).unwrap();
    let loaded = folder.load();
    let files: Vec<_> = loaded.files.iter().map(|f| f.display().to_string()).collect();
    let root = folder.dir.path().display();
    assert_eq!(
        files,
        [
            format!("{root}/composekey/config.toml"),
            format!("{root}/composekey/../dotfiles/link.toml"),
            format!("{root}/composekey/../dotfiles/real.toml"),
            format!("{root}/dotfiles/real.toml"),
            format!("{root}/composekey/mine.toml"),
            format!("{root}/composekey/missing.toml"),
        ]
    );
}

#[test]
fn links_in_a_ring_are_an_error_and_no_more() {
    let folder = Folder::new(&[]);
    symlink("config.toml", &folder.paths.config_file).unwrap();
    assert!(folder.load().has_errors());
}

#[test]
fn every_keymap_on_request() {
    let folder = Folder::new(&[]);
    let loaded = load_all(&folder.paths);
    assert_eq!(gives(&loaded, "*l").as_deref(), Some("λ greek"));
    let names: Vec<_> = loaded.keymaps.iter().map(|keymap| &*keymap.name).collect();
    let known: Vec<_> = builtin::BUILTIN.iter().map(|keymap| keymap.name).collect();
    assert_eq!((names[0], &names[1..]), ("system", &known[..]));
}

#[test]
fn default_is_every_keymap_that_is_on_but_those_with_an_entry_of_their_own() {
    let folder = Folder::new(&[("config.toml", "keymaps = ['greek', 'default', 'box']\n")]);
    let loaded = folder.load();
    assert_eq!(findings(&loaded), [""; 0]);
    let read: Vec<_> = loaded.keymaps.iter().map(|k| (&*k.name, &*k.entry)).collect();
    let default = builtin::defaults().map(|keymap| (keymap.name, "default"));
    let default = default.filter(|&(name, _)| name != "greek");
    let expected = std::iter::once(("greek", "greek")).chain(default).chain([("box", "box")]);
    assert_eq!(read, expected.collect::<Vec<_>>());
    assert!(read.len() > 10);
}

#[test]
fn the_locale_comes_from_the_environment() {
    let paths = |vars: &[(&str, &str)]| {
        let env = |name: &str| {
            vars.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
        };
        Paths::new("/c".into(), None, None, env).world.locale
    };
    assert_eq!(paths(&[]), "C");
    assert_eq!(paths(&[("LANG", "de_DE.UTF-8")]), "de_DE.UTF-8");
    assert_eq!(paths(&[("LANG", "a"), ("LC_CTYPE", "b"), ("LC_ALL", "")]), "b");
    assert_eq!(paths(&[("LANG", "a"), ("LC_CTYPE", "b"), ("LC_ALL", "c")]), "c");
}

#[test]
fn keymaps_of_the_wrong_type_leave_the_defaults() {
    let folder = Folder::new(&[("config.toml", "keymaps = 3\n")]);
    let loaded = folder.load();
    assert_eq!(findings(&loaded), ["E0008 `keymaps` is a number, not a list of strings"]);
    assert!(gives(&loaded, "oc").is_some());
}

#[test]
fn every_name_is_a_setting() {
    for &name in NAMES {
        let folder = Folder::new(&[("config.toml", &format!("{name} = 1.5\n"))]);
        let codes: Vec<_> = folder.load().diagnostics.iter().map(|d| d.code).collect();
        assert!(codes == [Code::WrongType] || codes == [Code::BadValue], "{name}: {codes:?}");
    }
}
