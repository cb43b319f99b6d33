//! [`Host`]: the machine itself. Everything that could hang has a limit of time.

use std::{
    fs,
    io::Read as _,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use rustix::fs::{Access, access};

use super::{
    facts::Config,
    system::{Answer, Identity, Ran, Stat, System},
};
use crate::{
    config::{self, Disk, Paths},
    diagnostic::Severity,
    ipc::{self, CallError, Reply, Request},
    keycode::Keycode,
    source::{LoadError, Loader},
    x11::Survey,
};

/// How long programs, the display and the daemon have for their answers.
pub const PATIENCE: Duration = Duration::from_millis(500);

/// The most that is read of what a program writes.
const MOST: u64 = 256 * 1024;

/// The machine that this runs on.
#[derive(Debug)]
pub struct Host {
    /// Where its files are: `/`.
    root: PathBuf,
}

impl Default for Host {
    fn default() -> Self {
        Self::below("/")
    }
}

impl Host {
    /// The machine whose files are below this folder.
    pub fn below(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn at(&self, path: &Path) -> PathBuf {
        self.root.join(path.strip_prefix("/").unwrap_or(path))
    }
}

impl Loader for Host {
    fn load(&mut self, path: &Path) -> Result<Vec<u8>, LoadError> {
        Disk::default().load(&self.at(path))
    }
}

impl System for Host {
    fn env(&self, name: &str) -> Option<String> {
        let value = std::env::var_os(name)?.to_string_lossy().into_owned();
        Some(value).filter(|value| !value.is_empty())
    }

    fn identity(&self) -> Identity {
        let groups = rustix::process::getgroups().unwrap_or_default();
        let own = rustix::process::getegid();
        let mut groups: Vec<u32> = groups.into_iter().chain([own]).map(|g| g.as_raw()).collect();
        groups.sort_unstable();
        groups.dedup();
        Identity { uid: rustix::process::geteuid().as_raw(), groups }
    }

    fn now(&self) -> i64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(now.as_secs()).unwrap_or(i64::MAX)
    }

    fn stat(&self, path: &Path) -> Option<Stat> {
        let metadata = fs::metadata(self.at(path)).ok()?;
        Some(Stat {
            mode: metadata.mode() & 0o7777,
            uid: metadata.uid(),
            gid: metadata.gid(),
            modified: metadata.mtime(),
            changed: metadata.ctime().max(metadata.mtime()),
        })
    }

    fn list(&self, folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(self.at(folder)).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    fn may(&self, path: &Path, write: bool) -> bool {
        let rights = if write { Access::READ_OK | Access::WRITE_OK } else { Access::READ_OK };
        access(self.at(path), rights).is_ok()
    }

    fn run(&mut self, commands: &[&[&str]]) -> Vec<Ran> {
        let end = Instant::now() + PATIENCE;
        let started: Vec<_> = commands.iter().map(|command| start(command)).collect();
        started.into_iter().map(|running| running.map_or_else(|ran| ran, |r| r.wait(end))).collect()
    }

    fn display(&mut self, name: &str) -> Result<Survey, String> {
        let owned = name.to_owned();
        within(PATIENCE, move || Survey::of(&owned))
            .ok_or_else(|| "it does not answer".to_owned())?
            .map_err(|error| error.to_string())
    }

    fn daemon(&mut self, socket: &Path) -> Answer {
        let socket = self.at(socket);
        match within(PATIENCE, move || ipc::call(&socket, &Request::Status)) {
            None | Some(Err(CallError::Silent(_))) => {
                Answer::Silent("no answer in time".to_owned())
            }
            Some(Ok(Reply::Status(status))) => Answer::Status(status),
            Some(Ok(_)) => Answer::Silent("an answer to another question".to_owned()),
            Some(Err(CallError::NotRunning(_))) => Answer::NotRunning,
            Some(Err(CallError::Answer(_))) => {
                Answer::Silent("an answer of another version".to_owned())
            }
            Some(Err(CallError::Io(error))) => Answer::Silent(error.to_string()),
        }
    }

    fn config(&mut self, paths: &Paths) -> Config {
        let loaded = config::load(paths);
        let count = |severity| {
            loaded.diagnostics.iter().filter(|finding| finding.severity == severity).count()
        };
        let trigger = loaded.settings.engine.trigger;
        let name = Keycode::NAMED.iter().find(|(_, key)| *key == trigger);
        let changed = loaded.files.iter().filter_map(|file| self.stat(file)).map(|s| s.modified);
        Config {
            file: paths.config_file.clone(),
            there: paths.config_file.exists(),
            trigger: name.map_or_else(|| trigger.to_string(), |(name, _)| (*name).to_owned()),
            sequences: loaded.rules.len(),
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            changed: changed.max().unwrap_or_default(),
        }
    }
}

/// What `question` comes to, unless that takes longer than this. Then its thread is left behind: it
/// ends with the process.
fn within<T: Send + 'static>(
    limit: Duration,
    question: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (sender, answer) = mpsc::channel();
    let asked = thread::Builder::new().spawn(move || {
        let _ = sender.send(question());
    });
    asked.ok()?;
    answer.recv_timeout(limit).ok()
}

/// A program that runs, and what it writes.
struct Running {
    child: Child,
    wrote: mpsc::Receiver<String>,
}

fn start(command: &[&str]) -> Result<Running, Ran> {
    let (program, arguments) = command.split_first().ok_or(Ran::Missing)?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| Ran::Missing)?;
    let (sender, wrote) = mpsc::channel();
    if let Some(out) = child.stdout.take() {
        let read = move || {
            let mut bytes = Vec::new();
            let _ = out.take(MOST).read_to_end(&mut bytes);
            let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
        };
        if thread::Builder::new().spawn(read).is_err() {
            let _ = child.kill();
        }
    }
    Ok(Running { child, wrote })
}

impl Running {
    /// Waits until it has ended, or ends it.
    fn wait(mut self, end: Instant) -> Ran {
        let left = end.saturating_duration_since(Instant::now());
        let Ok(text) = self.wrote.recv_timeout(left) else {
            let _ = self.child.kill();
            let _ = self.child.wait();
            return Ran::TooLate;
        };
        // It closed its output; who does that and goes on is ended.
        while Instant::now() < end {
            match self.child.try_wait() {
                Ok(Some(status)) if status.success() => return Ran::Wrote(text),
                Ok(Some(_)) | Err(_) => return Ran::Failed,
                Ok(None) => thread::sleep(Duration::from_millis(1)),
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        Ran::TooLate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_those_below_its_root() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("etc")).unwrap();
        let file = folder.path().join("etc/group");
        fs::write(&file, "input:x:104:ada\n").unwrap();
        let mut host = Host::below(folder.path());
        assert_eq!(host.load(Path::new("/etc/group")).unwrap(), b"input:x:104:ada\n");
        assert_eq!(host.list(Path::new("/etc")), ["group"]);
        assert_eq!(host.list(Path::new("/nowhere")), [""; 0]);
        let stat = host.stat(Path::new("/etc/group")).unwrap();
        assert_eq!(stat.uid, fs::metadata(&file).unwrap().uid());
        assert!(stat.modified > 1_600_000_000 && stat.changed >= stat.modified);
        assert!(host.may(Path::new("/etc/group"), true));
        assert!(!host.may(Path::new("/etc/shadow"), false));
        assert_eq!(host.stat(Path::new("/etc/shadow")), None);
        assert_eq!(host.load(Path::new("/etc")), Err(LoadError::NotAFile));
    }

    #[test]
    fn programs_are_run_beside_each_other_and_ended_in_time() {
        let start = Instant::now();
        let ran = Host::default().run(&[
            &["sh", "-c", "echo a; echo b >&2"],
            &["sh", "-c", "exit 3"],
            &["no-such-program-of-anyone"],
            &["sleep", "1000"],
            &["sh", "-c", "exec >&-; exec sleep 1000"],
            &[],
        ]);
        let expected = [
            Ran::Wrote("a\n".into()),
            Ran::Failed,
            Ran::Missing,
            Ran::TooLate,
            Ran::TooLate,
            Ran::Missing,
        ];
        assert_eq!(ran, expected);
        // Not a measure of speed: each of the two would have slept for a quarter of an hour.
        assert!(start.elapsed() < Duration::from_secs(60));
    }

    #[test]
    fn a_display_and_a_daemon_that_say_nothing_are_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("control");
        // It listens, and never answers.
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let mut host = Host::default();
        assert_eq!(host.daemon(&socket), Answer::Silent("no answer in time".into()));
        assert_eq!(host.daemon(&folder.path().join("none")), Answer::NotRunning);
        assert!(host.display(":65000").unwrap_err().contains("error connecting"));
        assert_eq!(
            within(Duration::from_millis(1), || thread::sleep(Duration::from_secs(9))),
            None
        );
    }
}
