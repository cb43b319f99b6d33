//! [`Daemon`]: the real `composekeyd`, in a home of its own.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};

use super::wait_until;

/// A user's folders. Outlives the daemons that run in it.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    root: PathBuf,
    display: String,
    /// More variables of its sessions.
    variables: Vec<(String, String)>,
}

impl Home {
    /// An empty home in `folder` for sessions on `display`, with this `config.toml`.
    pub(crate) fn new(folder: &Path, display: &str, config: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let home = Self {
            root: folder.join(format!("home{number}")),
            display: display.to_owned(),
            variables: Vec::new(),
        };
        fs::create_dir_all(home.config().parent().expect("in a folder")).expect("a folder");
        let runtime = home.root.join("run");
        fs::create_dir_all(&runtime).expect("a folder");
        fs::set_permissions(runtime, fs::Permissions::from_mode(0o700)).expect("it is ours");
        home.write(config);
        home
    }

    /// The same with one more variable in its sessions.
    #[allow(dead_code, reason = "shared with the tests in a virtual machine")]
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The path of `config.toml`.
    pub(crate) fn config(&self) -> PathBuf {
        self.root.join(".config/composekey/config.toml")
    }

    /// A path in the home.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        if name.is_empty() { self.root.clone() } else { self.root.join(name) }
    }

    /// A program of the system, with the environment of this home.
    pub(crate) fn shell(&self, name: &str) -> Command {
        self.command(Path::new(name))
    }

    /// Replaces `config.toml` as editors do: by a new file under the old name.
    pub(crate) fn write(&self, config: &str) {
        let new = self.config().with_extension("new");
        fs::write(&new, config).expect("the folder is ours");
        fs::rename(new, self.config()).expect("the folder is ours");
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LANG", "C.UTF-8")
            .env("HOME", &self.root)
            .env("XDG_CONFIG_HOME", self.root.join(".config"))
            .env("XDG_RUNTIME_DIR", self.root.join("run"))
            .env("DISPLAY", &self.display)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    /// Runs `composekey` in this home to its end.
    pub(crate) fn cli(&self, arguments: &[&str]) -> Output {
        let mut command = self.command(&program("composekey"));
        command.args(arguments).output().expect("`composekey` starts")
    }

    /// The same from another session, over ssh for example: nothing says which display it is.
    pub(crate) fn cli_without_display(&self, arguments: &[&str]) -> Output {
        let mut command = self.command(&program("composekey"));
        command.env_remove("DISPLAY").args(arguments).output().expect("`composekey` starts")
    }

    /// Runs `composekey` in this home beside the test.
    pub(crate) fn watch(&self, arguments: &[&str]) -> Watcher {
        let mut command = self.command(&program("composekey"));
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("`composekey` starts");
        let lines: Arc<Mutex<Vec<String>>> = Arc::default();
        let (stdout, sink) = (child.stdout.take().expect("piped"), Arc::clone(&lines));
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                sink.lock().expect("no reader panics").push(line);
            }
        });
        Watcher { child, lines }
    }
}

/// A program that runs beside a test, and the lines that it has written so far.
#[derive(Debug)]
pub(crate) struct Watcher {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Watcher {
    /// Waits until a line starts so, after as many others of its kind.
    pub(crate) fn says(&self, start: &str, count: usize) -> bool {
        wait_until(|| {
            let lines = self.lines.lock().expect("no reader panics");
            lines.iter().filter(|line| line.starts_with(start)).count() == count
        })
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A running daemon. Killed, with its guard, when it is dropped.
#[derive(Debug)]
pub(crate) struct Daemon {
    child: Child,
    messages: Arc<Mutex<Vec<String>>>,
    guards: Vec<u32>,
}

impl Daemon {
    /// Starts the daemon and waits until it is ready.
    #[track_caller]
    pub(crate) fn start(home: &Home) -> Self {
        Self::start_program(home, &program("composekeyd"))
    }

    /// The same with the daemon at another place.
    #[track_caller]
    pub(crate) fn start_program(home: &Home, program: &Path) -> Self {
        let mut daemon = Self::spawn_program(home, program);
        let ready = daemon.says("composekeyd: ready");
        assert!(ready, "composekeyd did not get ready; it said:\n{}", daemon.messages());
        daemon.guards = children(daemon.id());
        daemon
    }

    /// Starts the daemon and waits for nothing.
    pub(crate) fn spawn(home: &Home) -> Self {
        Self::spawn_program(home, &program("composekeyd"))
    }

    /// The same with its messages on this terminal, and not here.
    #[allow(dead_code, reason = "shared with the tests in a virtual machine")]
    pub(crate) fn spawn_on(home: &Home, terminal: impl Into<Stdio>) -> Self {
        let mut command = home.command(&program("composekeyd"));
        command.stdout(Stdio::null()).stderr(terminal);
        let child = command.spawn().expect("`composekeyd` starts");
        Self { child, messages: Arc::default(), guards: Vec::new() }
    }

    fn spawn_program(home: &Home, program: &Path) -> Self {
        let mut command = home.command(program);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("`composekeyd` starts");
        let messages = Arc::new(Mutex::new(Vec::new()));
        let stderr = BufReader::new(child.stderr.take().expect("piped"));
        let sink = Arc::clone(&messages);
        // Ends when the last process that has the pipe ends.
        thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                sink.lock().expect("no reader panics").push(line);
            }
        });
        Self { child, messages, guards: Vec::new() }
    }

    /// Waits until a message has this line; `false` when it ended or the time is up.
    pub(crate) fn says(&mut self, line: &str) -> bool {
        let mut ended = false;
        wait_until(|| {
            if self.says_now(line) {
                return true;
            }
            ended |= self.child.try_wait().expect("our child").is_some();
            ended
        });
        // What it said last may still be on its way.
        self.says_now(line) || ended && wait_briefly(|| self.says_now(line))
    }

    /// Whether a message has this line already.
    pub(crate) fn says_now(&self, line: &str) -> bool {
        self.messages.lock().expect("no reader panics").iter().any(|l| l.contains(line))
    }

    /// All that it said.
    pub(crate) fn messages(&self) -> String {
        self.messages.lock().expect("no reader panics").join("\n")
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The processes that watch over it.
    pub(crate) fn guards(&self) -> Vec<u32> {
        let mut guards = self.guards.clone();
        guards.extend(children(self.id()));
        guards.sort_unstable();
        guards.dedup();
        guards
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        send(self.id(), signal);
    }

    /// Asks it to end and waits for that.
    pub(crate) fn stop(&mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.wait()
    }

    /// Waits until it has ended.
    #[track_caller]
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let mut status = None;
        wait_until(|| {
            status = self.child.try_wait().expect("our child");
            status.is_some()
        });
        status.unwrap_or_else(|| panic!("composekeyd goes on; it said:\n{}", self.messages()))
    }

    /// Ends it as a crash would. The guard lives on.
    pub(crate) fn kill(&mut self) {
        self.guards = self.guards();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Daemon {
    #[expect(clippy::print_stderr, reason = "part of a failing test's own output")]
    fn drop(&mut self) {
        if thread::panicking() {
            let ended = self.child.try_wait().expect("our child");
            eprintln!("the daemon's end: {ended:?}; it said:\n{}", self.messages());
        }
        self.kill();
        self.guards.iter().for_each(|&guard| send(guard, Signal::KILL));
    }
}

/// The program that was built beside this one, in `target/PROFILE`.
pub(crate) fn program(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("we run");
    let beside = own.ancestors().map(|folder| folder.join(name)).find(|path| path.is_file());
    beside.unwrap_or_else(|| panic!("`{name}` is not built: `cargo build --bins`"))
}

/// Sends a signal to a process that may be gone.
pub(crate) fn send(id: u32, signal: Signal) {
    let pid = i32::try_from(id).ok().and_then(Pid::from_raw).expect("a process id");
    let _ = kill_process(pid, signal);
}

/// Whether the processes end.
pub(crate) fn gone(processes: &[u32]) -> bool {
    let running = |id: &u32| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        // A zombie that nobody waits for has ended too.
        stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
    };
    wait_until(|| !processes.iter().any(running))
}

fn wait_briefly(mut condition: impl FnMut() -> bool) -> bool {
    (0..1000).any(|_| {
        thread::sleep(std::time::Duration::from_millis(2));
        condition()
    })
}

/// The processes whose parent this is.
pub(crate) fn children(parent: u32) -> Vec<u32> {
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    let ids = processes.flatten().filter_map(|p| p.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| {
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("PPid:"));
        line.is_some_and(|p| p.trim() == parent.to_string())
    })
    .collect()
}

/// How often the threads of these processes went to sleep and woke again.
pub(crate) fn wake_ups(processes: &[u32]) -> u64 {
    let count = |thread: PathBuf| {
        let status = fs::read_to_string(thread.join("status")).expect("the thread runs");
        let line = status.lines().find_map(|l| l.strip_prefix("voluntary_ctxt_switches:"));
        line.and_then(|n| n.trim().parse::<u64>().ok()).expect("Linux counts them")
    };
    threads(processes).into_iter().map(count).sum()
}

/// How long their threads have run so far, in nanoseconds.
#[allow(dead_code, reason = "shared with the figures in a virtual machine")]
pub(crate) fn time_run(processes: &[u32]) -> u64 {
    let time = |thread: PathBuf| {
        let schedstat = fs::read_to_string(thread.join("schedstat")).expect("the thread runs");
        let time = schedstat.split(' ').next().and_then(|n| n.parse::<u64>().ok());
        time.expect("Linux counts it")
    };
    threads(processes).into_iter().map(time).sum()
}

/// The names of their threads that had a processor within this time.
#[allow(dead_code, reason = "shared with the tests in a virtual machine")]
pub(crate) fn who_runs(processes: &[u32], time: Duration) -> Vec<String> {
    let read = |thread: &PathBuf, file| fs::read_to_string(thread.join(file)).unwrap_or_default();
    let threads = threads(processes);
    let before: Vec<_> = threads.iter().map(|thread| read(thread, "schedstat")).collect();
    thread::sleep(time);
    let ran = threads.iter().zip(before).filter(|(thread, ran)| read(thread, "schedstat") != *ran);
    ran.map(|(thread, _)| read(thread, "comm").trim().to_owned()).collect()
}

fn threads(processes: &[u32]) -> Vec<PathBuf> {
    let threads = processes
        .iter()
        .flat_map(|id| fs::read_dir(format!("/proc/{id}/task")).expect("the process runs"));
    threads.map(|thread| thread.expect("the process runs").path()).collect()
}
