//! [`Machine`]: a machine that is written down, a line a fact.
//!
//! ```text
//! NAME=VALUE                       a variable of the environment; `unset NAME` takes it away
//! file PATH [MODE] [OWNER] [modified=N] [changed=N]
//!     its text, indented           a file (`.` is a blank line); `gone PATH` takes it away
//! process NAME [uid=N] [started=N] [maps=LIBRARY]
//! command PROGRAM [failed|hangs]   what a program writes, indented below it
//! display [refused] [xwayland] [caps-lock=on|off|stuck] [option=NAME] [xim=NAME] [gtk=NAME]
//! daemon [none|silent] [version=V] [display=NAME] [paused] [kept] [refused=NAME] [keyboards=N] [untyped=N]
//! config [errors=N] [warnings=N] [trigger=NAME] [changed=N]
//! user [uid=N] [group=N]
//! ```
//!
//! Times are seconds. What is written later counts; `~` is the home folder.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use composekey::{
    config::Paths,
    doctor::{
        self, Facts, Finding,
        facts::Config,
        system::{Answer, Identity, Ran, Stat, System},
    },
    ipc::{Keyboard, Status, Untyped},
    source::{LoadError, Loader},
    x11::Survey,
};

const HOME: &str = "/home/ada";

/// When everything is asked.
const NOW: i64 = 10_000;

/// When files were written, and programs started after that, unless it is said.
const WRITTEN: i64 = 1_000;
const STARTED: i64 = 2_000;

#[derive(Clone, Debug, Default)]
pub(crate) struct Machine {
    variables: BTreeMap<String, String>,
    files: BTreeMap<PathBuf, (Stat, String)>,
    commands: BTreeMap<String, Ran>,
    display: Option<Result<Survey, String>>,
    daemon: Option<Answer>,
    config: Config,
    identity: Identity,
    processes: u32,
}

impl Machine {
    /// One of the machines in this folder: `x11`, `wayland` or `console`.
    pub(crate) fn named(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fast/doctor");
        let text = std::fs::read_to_string(folder.join(format!("{name}.machine"))).unwrap();
        let below = if name == "wayland" { Self::named("x11") } else { Self::default() };
        below.with(&text)
    }

    /// This machine, with that changed.
    pub(crate) fn with(mut self, text: &str) -> Self {
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            let mut below = String::new();
            while let Some(text) = lines.next_if(|line| line.starts_with("    ")) {
                below.push_str(&text[4..]);
                below.push('\n');
            }
            let below = below.replace("\n.\n", "\n\n");
            if !line.is_empty() && !line.starts_with('#') {
                self.line(line, below);
            }
        }
        self
    }

    fn line(&mut self, line: &str, below: String) {
        let mut words = line.split(' ');
        let first = words.next().unwrap();
        let words: Vec<(&str, &str)> =
            words.map(|word| word.split_once('=').unwrap_or((word, ""))).collect();
        match first {
            "unset" => drop(self.variables.remove(words[0].0)),
            "gone" => {
                let path = path(words[0].0);
                self.files.retain(|file, _| !file.starts_with(&path));
            }
            "file" => self.file(&words, below),
            "process" => self.process(&words),
            "command" => {
                let ran = match words.get(1).map(|word| word.0) {
                    None => Ran::Wrote(below),
                    Some("failed") => Ran::Failed,
                    Some("hangs") => Ran::TooLate,
                    Some(other) => panic!("`{other}` in `{line}`"),
                };
                let _ = self.commands.insert(words[0].0.to_owned(), ran);
            }
            "display" => self.display(&words),
            "daemon" => self.daemon(&words),
            "config" => self.config(&words),
            "user" => {
                for (name, value) in words {
                    let number = value.parse().unwrap();
                    match name {
                        "uid" => self.identity.uid = number,
                        "group" => self.identity.groups.push(number),
                        other => panic!("`{other}` in `{line}`"),
                    }
                }
            }
            _ => {
                let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("`{line}`"));
                let _ = self.variables.insert(name.to_owned(), value.replace('~', HOME));
            }
        }
    }

    fn file(&mut self, words: &[(&str, &str)], text: String) {
        let mut stat = Stat { mode: 0o644, modified: WRITTEN, changed: WRITTEN, ..Stat::default() };
        for &(word, value) in &words[1..] {
            match word {
                "modified" => {
                    stat.modified = value.parse().unwrap();
                    stat.changed = stat.changed.max(stat.modified);
                }
                "changed" => stat.changed = value.parse().unwrap(),
                owner if owner.contains(':') => {
                    let (uid, gid) = owner.split_once(':').unwrap();
                    (stat.uid, stat.gid) = (uid.parse().unwrap(), gid.parse().unwrap());
                }
                mode => stat.mode = u32::from_str_radix(mode, 8).unwrap(),
            }
        }
        let _ = self.files.insert(path(words[0].0), (stat, text));
    }

    fn process(&mut self, words: &[(&str, &str)]) {
        self.processes += 1;
        let (mut uid, mut started, mut maps) = (self.identity.uid, STARTED, "");
        for &(word, value) in &words[1..] {
            match word {
                "uid" => uid = value.parse().unwrap(),
                "started" => started = value.parse().unwrap(),
                "maps" => maps = value,
                other => panic!("`{other}` of a process"),
            }
        }
        // The kernel keeps 15 bytes of a name.
        let name: String = words[0].0.chars().take(15).collect();
        let folder = PathBuf::from(format!("/proc/{}", self.processes));
        let stat = format!("1 ({name}) S{} {} 0\n", " 0".repeat(18), started * 100);
        let owned = Stat { uid, ..Stat::default() };
        for (file, text) in [("stat", stat), ("maps", format!("7f00 r-xp {maps}\n"))] {
            let _ = self.files.insert(folder.join(file), (Stat { mode: 0o644, ..owned }, text));
        }
        let _ = self.files.insert(folder, (owned, String::new()));
    }

    fn display(&mut self, words: &[(&str, &str)]) {
        let mut survey = match self.display.take() {
            Some(Ok(survey)) => survey,
            _ => Survey { can_unlock: true, caps_lock: Some(false), ..Survey::default() },
        };
        let mut error = None;
        for &(word, value) in words {
            match (word, value) {
                ("refused", _) => error = Some("error connecting to the X server".to_owned()),
                ("hangs", _) => error = Some("it does not answer".to_owned()),
                ("xwayland", _) => survey.xwayland = true,
                ("vendor", name) => survey.vendor = name.replace('_', " "),
                ("caps-lock", state) => {
                    survey.caps_lock = Some(state != "off");
                    survey.can_unlock = state != "stuck";
                }
                ("option", name) => survey.options.push(name.to_owned()),
                ("gtk", name) => survey.gtk_im_module = Some(name.to_owned()),
                ("xim", name) => survey.xim_servers.push(name.to_owned()),
                other => panic!("{other:?} of a display"),
            }
        }
        self.display = Some(error.map_or(Ok(survey), Err));
    }

    fn daemon(&mut self, words: &[(&str, &str)]) {
        let mut status = match self.daemon.take() {
            Some(Answer::Status(status)) => *status,
            _ => well(),
        };
        let mut answer = None;
        for &(word, value) in words {
            match word {
                "none" => answer = Some(Answer::NotRunning),
                "silent" => answer = Some(Answer::Silent("no answer in time".to_owned())),
                "input" => status.input = value.to_owned(),
                "version" => status.version = value.to_owned(),
                "display" => status.display = value.to_owned(),
                "paused" => status.paused = true,
                "kept" => status.kept = true,
                "keyboards" => status.keyboards.truncate(value.parse().unwrap()),
                "untyped" => {
                    let why = "`composekey-console` is not installed".to_owned();
                    status.untyped = Some(Untyped { count: value.parse().unwrap(), why });
                }
                "refused" => {
                    status.keyboards.push(Keyboard { name: value.to_owned(), grabbed: false });
                }
                other => panic!("`{other}` of a daemon"),
            }
        }
        self.daemon = Some(answer.unwrap_or_else(|| Answer::Status(Box::new(status))));
    }

    fn config(&mut self, words: &[(&str, &str)]) {
        for &(word, value) in words {
            match word {
                "trigger" => self.config.trigger = value.to_owned(),
                "errors" => self.config.errors = value.parse().unwrap(),
                "warnings" => self.config.warnings = value.parse().unwrap(),
                "sequences" => self.config.sequences = value.parse().unwrap(),
                "changed" => self.config.changed = value.parse().unwrap(),
                other => panic!("`{other}` of a configuration"),
            }
        }
    }

    /// What the doctor says of it.
    pub(crate) fn examine(&mut self) -> (Facts, Vec<Finding>) {
        let facts = doctor::read(self, None);
        let findings = doctor::check(&facts);
        (facts, findings)
    }
}

/// A daemon with which all is well.
fn well() -> Status {
    Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: 42,
        display: ":0".to_owned(),
        input: "x11".to_owned(),
        output: "X11".to_owned(),
        why: String::new(),
        trigger: "`caps_lock`".to_owned(),
        keyboards: vec![Keyboard {
            name: "AT Translated Set 2 keyboard".to_owned(),
            grabbed: true,
        }],
        sequences: 4402,
        paused: false,
        ignoring: None,
        caps_lock: false,
        config: path("~/.config/composekey/config.toml"),
        kept: false,
        untyped: None,
        notes: Vec::new(),
    }
}

fn path(text: &str) -> PathBuf {
    PathBuf::from(text.replace('~', HOME))
}

impl Loader for Machine {
    fn load(&mut self, path: &Path) -> Result<Vec<u8>, LoadError> {
        if !self.may(path, false) {
            let folder = self.files.keys().any(|file| file.starts_with(path));
            return Err(if folder { LoadError::NotAFile } else { LoadError::NotFound });
        }
        Ok(self.files[path].1.clone().into_bytes())
    }
}

impl System for Machine {
    fn env(&self, name: &str) -> Option<String> {
        self.variables.get(name).filter(|value| !value.is_empty()).cloned()
    }

    fn identity(&self) -> Identity {
        self.identity.clone()
    }

    fn now(&self) -> i64 {
        NOW
    }

    fn stat(&self, path: &Path) -> Option<Stat> {
        let folder = || self.files.keys().any(|file| file.starts_with(path)).then(Stat::default);
        self.files.get(path).map(|(stat, _)| *stat).or_else(folder)
    }

    fn list(&self, folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = self
            .files
            .keys()
            .filter_map(|file| {
                let name = file.strip_prefix(folder).ok()?.components().next()?;
                Some(name.as_os_str().to_str().unwrap().to_owned())
            })
            .collect();
        names.dedup();
        names
    }

    fn may(&self, path: &Path, write: bool) -> bool {
        let Some((stat, _)) = self.files.get(path) else { return false };
        let wanted = if write { 0o6 } else { 0o4 };
        // Files of the machine belong to root, and those of the home folder are the user's.
        let own = stat.uid == self.identity.uid || path.starts_with(HOME);
        let of_group = self.identity.groups.contains(&stat.gid);
        let rights = match (own, of_group) {
            (true, _) => stat.mode >> 6,
            (_, true) => stat.mode >> 3,
            _ => stat.mode,
        };
        rights & wanted == wanted
    }

    fn run(&mut self, commands: &[&[&str]]) -> Vec<Ran> {
        let ran =
            |command: &&[&str]| self.commands.get(command[0]).cloned().unwrap_or(Ran::Missing);
        commands.iter().map(ran).collect()
    }

    fn display(&mut self, _: &str) -> Result<Survey, String> {
        self.display.clone().unwrap_or_else(|| Err("there is none".to_owned()))
    }

    fn daemon(&mut self, _: &Path) -> Answer {
        self.daemon.clone().unwrap_or(Answer::NotRunning)
    }

    fn config(&mut self, paths: &Paths) -> Config {
        let there = self.stat(&paths.config_file).is_some();
        Config { file: paths.config_file.clone(), there, ..self.config.clone() }
    }
}
