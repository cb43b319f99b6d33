//! [`Processes`]: what runs, by `/proc` (proc(5)).

use std::path::{Path, PathBuf};

use super::super::system::{System, text};

/// How many clock ticks a second has in `/proc`: `USER_HZ`, 100 on every machine with a desktop.
const TICKS: i64 = 100;

/// The processes that can be seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Processes(Vec<Process>);

/// One of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: u32,
    /// Its name as the kernel knows it: at most 15 bytes.
    pub(super) name: String,
    pub(super) uid: u32,
    /// When it started, in seconds since 1970.
    pub(super) started: i64,
}

impl Processes {
    pub(super) fn read(system: &mut dyn System) -> Self {
        let stat = text(system, "/proc/stat").unwrap_or_default();
        let boot = stat.lines().find_map(|line| line.strip_prefix("btime ")?.trim().parse().ok());
        let boot: i64 = boot.unwrap_or_default();
        let names = system.list(Path::new("/proc"));
        let pids = names.iter().filter_map(|name| name.parse().ok());
        Self(pids.filter_map(|pid| process(system, pid, boot)).collect())
    }

    /// Those of this name. Names that the kernel cut are compared as far as they go.
    pub(super) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Process> {
        self.0.iter().filter(move |process| {
            process.name == name || process.name.len() == 15 && name.starts_with(&process.name)
        })
    }

    /// The first of these names that a process of this user's has.
    pub(super) fn first_of<'n>(&self, uid: u32, names: &[&'n str]) -> Option<&'n str> {
        let runs = |name: &&&str| self.named(name).any(|process| process.uid == uid);
        names.iter().find(runs).copied()
    }

    /// Those of this user.
    pub(super) fn of(&self, uid: u32) -> impl Iterator<Item = &Process> {
        self.0.iter().filter(move |process| process.uid == uid)
    }

    /// Whether processes of other users are seen: `/proc` can be mounted so that they are not.
    pub(super) fn sees_others(&self, system: &dyn System) -> bool {
        system.identity().uid == 0 || self.0.iter().any(|process| process.uid == 0)
    }
}

fn process(system: &mut dyn System, pid: u32, boot: i64) -> Option<Process> {
    let folder = PathBuf::from(format!("/proc/{pid}"));
    let uid = system.stat(&folder)?.uid;
    // `pid (name) state ppid …`: the name may have anything in it, blanks and `)` too.
    let stat = text(system, folder.join("stat"))?;
    let (start, rest) = stat.rsplit_once(')')?;
    let name = start.split_once('(')?.1.to_owned();
    let ticks: i64 = rest.split_ascii_whitespace().nth(19)?.parse().ok()?;
    Some(Process { pid, name, uid, started: boot + ticks / TICKS })
}
