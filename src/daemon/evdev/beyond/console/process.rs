//! [`Process`]: a running `composekey-console`; where it is found, and what it lacks.

use std::{
    io::{self, Read, Write},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, poll},
    process::geteuid,
};

use crate::{
    daemon::{evdev::rights, time_to_poll},
    output::console::{self, Answer, PROGRAM, Refusal, Request},
};

/// How long it may take to answer: less than the typist's patience.
const LONGEST: Duration = Duration::from_millis(500);

/// And the first time, when it has to be read from the disk.
const START: Duration = Duration::from_secs(3);

/// A process, asked and answering in turn. Dropped, it puts everything back and ends.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: ChildStdout,
    /// Nothing was asked yet.
    fresh: bool,
}

impl Process {
    /// Starts it, with nothing of our environment.
    pub(super) fn start() -> Result<Self, String> {
        let program = find().ok_or_else(absent)?;
        let mut command = Command::new(&program);
        command.env_clear().current_dir("/").process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let started = command.spawn().and_then(|mut child| {
            let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
            let stdout = stdout.ok_or(io::ErrorKind::BrokenPipe)?;
            Ok(Self { child, stdin, stdout, fresh: true })
        });
        started.map_err(|error| format!("`{}` does not start: {error}", program.display()))
    }

    /// Asks, and waits for the answer no longer than it may take. Says now and then that it waits.
    pub(super) fn ask(&mut self, request: &Request, mut waits: impl FnMut()) -> io::Result<Answer> {
        let stdin = self.stdin.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        stdin.write_all(format!("{request}\n").as_bytes())?;
        let longest = if std::mem::take(&mut self.fresh) { START } else { LONGEST };
        let until = Instant::now() + longest;
        let mut heard = Vec::new();
        while heard.last() != Some(&b'\n') {
            let left = until.saturating_duration_since(Instant::now());
            let mut fds = [PollFd::new(&self.stdout, PollFlags::IN)];
            if poll(&mut fds, Some(&time_to_poll(left.min(LONGEST))))? == 0 {
                if left.is_zero() {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                waits();
                continue;
            }
            let mut bytes = [0; 4096];
            match self.stdout.read(&mut bytes)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => heard.extend_from_slice(&bytes[..read]),
            }
            if heard.len() > bytes.len() {
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
        let line = std::str::from_utf8(&heard[..heard.len() - 1]).ok();
        let answer = line.and_then(|line| Answer::parse(line, request.characters().len()));
        answer.ok_or_else(|| io::ErrorKind::InvalidData.into())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stdin = None;
        let until = Instant::now() + LONGEST / 2;
        while Instant::now() < until {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(1));
        }
        // It stands still. The next one finds what it left.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where it may be: beside this program, or where `make install` puts it.
fn places() -> Vec<PathBuf> {
    let own = std::env::current_exe().unwrap_or_default();
    let beside = own.parent().map(|folder| folder.join(PROGRAM));
    let installed = own.ancestors().nth(2).map(|prefix| prefix.join("libexec").join(PROGRAM));
    beside.into_iter().chain(installed).collect()
}

fn find() -> Option<PathBuf> {
    places().into_iter().find(|path| path.is_file())
}

/// What is in the way of it, as far as can be seen without starting it, and what mends that.
pub(super) fn obstacle() -> Option<String> {
    match find() {
        None => Some(absent()),
        Some(program) if geteuid().is_root() || has_capability(&program) => None,
        Some(program) => Some(powerless(&program)),
    }
}

fn absent() -> String {
    let place = places().pop().unwrap_or_default();
    let place = place.display();
    format!(
        "`{PROGRAM}` is not installed: put it to `{place}`, then `sudo setcap cap_sys_tty_config+ep {place}`"
    )
}

fn powerless(program: &Path) -> String {
    let program = program.display();
    format!("`{PROGRAM}` lacks its capability: `sudo setcap cap_sys_tty_config+ep {program}`")
}

/// It cannot open the console.
pub(super) fn closed() -> String {
    rights::missing(Path::new(console::FRONT))
}

/// Why it refused, and what mends that.
pub(super) fn mend(refusal: Refusal) -> String {
    match (refusal, obstacle()) {
        (Refusal::Rights, Some(obstacle)) => obstacle,
        (Refusal::Closed, _) => closed(),
        (refusal, _) => format!("`{PROGRAM}`: {refusal}"),
    }
}

/// `CAP_SYS_TTY_CONFIG` (capabilities(7)).
const SYS_TTY_CONFIG: u32 = 26;

fn has_capability(program: &Path) -> bool {
    let mut bytes = [0; 64];
    let read = rustix::fs::getxattr(program, "security.capability", &mut bytes);
    read.is_ok_and(|length| gives_capability(&bytes[..length]))
}

/// Whether a program with this attribute starts with the capability (`struct vfs_cap_data`): little-endian
/// words, a version with a flag that makes permitted ones effective, permitted ones, inheritable ones.
fn gives_capability(attribute: &[u8]) -> bool {
    let word = |n: usize| {
        let bytes = attribute.get(n * 4..n * 4 + 4)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    };
    let effective = word(0).is_some_and(|version| version & 1 == 1);
    effective && word(1).is_some_and(|permitted| permitted >> SYS_TTY_CONFIG & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_is_read_as_setcap_writes_it() {
        // `setcap cap_sys_tty_config+ep`, and `+p`; `cap_net_raw+ep`.
        let attribute = |effective, permitted: u32| {
            let mut bytes = vec![effective, 0, 0, 2];
            bytes.extend(permitted.to_le_bytes());
            bytes.resize(20, 0);
            bytes
        };
        assert!(gives_capability(&attribute(1, 1 << 26)));
        assert!(!gives_capability(&attribute(0, 1 << 26)));
        assert!(!gives_capability(&attribute(1, 1 << 13)));
        assert!(!gives_capability(&[]) && !gives_capability(&[1, 0, 0, 2, 0]));
    }

    #[test]
    fn what_is_missing_has_a_line_that_mends_it() {
        assert!(absent().contains("sudo setcap cap_sys_tty_config+ep /"), "{}", absent());
        assert!(absent().contains("/libexec/composekey-console"), "{}", absent());
        let powerless = powerless(Path::new("/usr/libexec/composekey-console"));
        assert!(powerless.ends_with("+ep /usr/libexec/composekey-console`"), "{powerless}");
    }
}
