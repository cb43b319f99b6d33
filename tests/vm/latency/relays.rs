//! The relays that are compared, each started on a keyboard, with a reader of what it makes of it.

use std::{
    fs,
    io::ErrorKind,
    os::fd::AsFd as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use evdev::{EventType, InputEvent, KeyCode, raw_stream::RawDevice};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

use crate::support::{
    board::Board,
    daemon::Daemon,
    logind::Bus,
    reader::nodes,
    rig::{self, is_twin},
    wait_until,
};

/// A program that passes keys on.
pub(super) struct Relay {
    pub(super) name: &'static str,
    /// What the keyboard is called that it takes, and what its virtual one.
    input: &'static str,
    output: &'static str,
    start: fn(&Path) -> Processes,
}

/// What a relay consists of. Ends when dropped.
#[derive(Default)]
struct Processes {
    children: Vec<Child>,
    daemon: Option<Daemon>,
    /// The system bus that the daemon listens to.
    _bus: Option<Bus>,
}

/// A relay at work. Ends when dropped.
pub(super) struct Running {
    processes: Processes,
    pub(super) board: Board,
    pub(super) reader: RawDevice,
}

/// The least that a relay can do, this one, others, and nobody in between.
pub(super) fn all() -> Vec<Relay> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vm/latency/relay.c");
    let cc = Command::new("cc").args(["-O2", "-o", RELAY, source]).status();
    assert!(cc.is_ok_and(|cc| cc.success()), "`relay.c` does not build");
    let relay = |name, input, output, start| Relay { name, input, output, start };
    vec![
        relay("relay.c", "Other board 1", "relay", |node| vec![run(RELAY, &[node])].into()),
        relay("composekeyd", "Board", "Board", composekeyd),
        relay("interception-tools", "Other board 2", "Other board 2", interception),
        relay("kanata", "Other board 3", "kanata", kanata),
        // Behind kanata, which does not fall asleep at once.
        relay("none", "Other board 4", "Other board 4", |_| Processes::default()),
    ]
}

/// Which of them is the plain one.
pub(super) const PLAIN: usize = 0;

/// To the daemon these are keyboards like any other; each has a relay of its own here.
const OTHERS: &str = "exclude_devices = [\"other board\", \"relay\", \"kanata\"]\n";

const RELAY: &str = "/run/relay";
const KANATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/relays/bin/kanata");

fn run(program: &str, arguments: &[&Path]) -> Child {
    spawn(Command::new(program).args(arguments))
}

fn spawn(command: &mut Command) -> Child {
    let child = command.stderr(Stdio::null()).spawn();
    child.unwrap_or_else(|e| panic!("error starting {command:?}: {e}: `make latency` installs it"))
}

/// As it is without any other settings, default keymaps included, with a logind that answers.
fn composekeyd(_: &Path) -> Processes {
    let home = rig::home(OTHERS);
    let bus = Bus::start(&home.path(""));
    let home = home.with("XDG_SESSION_ID", "1").with("DBUS_SYSTEM_BUS_ADDRESS", &bus.address);
    let mut daemon = Daemon::start(&home);
    assert!(daemon.says("keyboard `Board`: taken"), "{}", daemon.messages());
    assert!(wait_until(|| bus.delays() == 1), "logind is not asked");
    Processes { children: Vec::new(), daemon: Some(daemon), _bus: Some(bus) }
}

/// With no key mapped.
fn kanata(node: &Path) -> Processes {
    let config = format!(
        "(defcfg linux-dev \"{}\" process-unmapped-keys yes)\n(defsrc)\n(deflayer base)\n",
        node.display()
    );
    fs::write("/run/kanata.kbd", config).expect("memory has room");
    let mut command = Command::new(KANATA);
    command.args(["--nodelay", "--quiet", "--cfg", "/run/kanata.kbd"]);
    vec![spawn(command.stdin(Stdio::null()).stdout(Stdio::null()))].into()
}

/// Debian's name for `intercept` is `interception`.
fn interception(node: &Path) -> Processes {
    let mut command = Command::new("interception");
    let mut source = spawn(command.arg("-g").arg(node).stdout(Stdio::piped()));
    let keys = source.stdout.take().expect("piped");
    let sink = spawn(Command::new("uinput").arg("-d").arg(node).stdin(keys));
    vec![source, sink].into()
}

impl Relay {
    /// Starts it on a new keyboard, and waits until a key comes through.
    pub(super) fn start(&self) -> Running {
        let mut board = Board::new(self.input);
        board.pace = Duration::ZERO;
        let is_board = |node: &PathBuf| {
            let device = RawDevice::open(node);
            device.is_ok_and(|device| device.name() == Some(self.input) && !is_twin(&device))
        };
        let mut node = None;
        assert!(wait_until(|| {
            node = nodes().into_iter().find(is_board);
            node.is_some()
        }));
        let (before, node) = (nodes(), node.expect("found"));
        let processes = (self.start)(&node);
        let direct = processes.ids().is_empty();
        let mut output = direct.then_some(node);
        assert!(
            wait_until(|| {
                let named = |node: &PathBuf| {
                    let name = RawDevice::open(node).ok();
                    name.is_some_and(|device| device.name() == Some(self.output))
                };
                let mut new = nodes().into_iter().filter(|node| !before.contains(node));
                output = output.take().or_else(|| new.find(named));
                output.is_some()
            }),
            "`{}` makes no keyboard",
            self.name
        );
        let reader = RawDevice::open(output.expect("found")).expect("it is there");
        let flags = fcntl_getfl(reader.as_fd()).expect("it is open") | OFlags::NONBLOCK;
        fcntl_setfl(reader.as_fd(), flags).expect("it is open");
        let mut running = Running { processes, board, reader };
        let through = wait_until(|| {
            running.board.emit(EventType::KEY, KeyCode::KEY_K.0, 1);
            running.board.emit(EventType::KEY, KeyCode::KEY_K.0, 0);
            thread::sleep(Duration::from_millis(50));
            !running.read().is_empty()
        });
        assert!(through, "no key comes through `{}`", self.name);
        thread::sleep(Duration::from_millis(100));
        running.read();
        running
    }
}

impl Running {
    /// What is there.
    pub(super) fn read(&mut self) -> Vec<InputEvent> {
        match self.reader.fetch_events() {
            Ok(events) => events.collect(),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Vec::new(),
            Err(error) => panic!("error reading the relay's keyboard: {error}"),
        }
    }

    /// What each of its processes has in memory.
    pub(super) fn memory(&self) -> String {
        let megabytes = |process: &u32| {
            let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
            let kilobytes: f64 = line
                .and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok())
                .unwrap_or(f64::NAN);
            format!("{:.1} MB", kilobytes / 1024.0)
        };
        self.processes.ids().iter().map(megabytes).collect::<Vec<_>>().join(" + ")
    }
}

impl From<Vec<Child>> for Processes {
    fn from(children: Vec<Child>) -> Self {
        Self { children, daemon: None, _bus: None }
    }
}

impl Processes {
    /// The numbers of the relay's own processes, a daemon's before its guard's.
    fn ids(&self) -> Vec<u32> {
        let mut ids: Vec<u32> = self.children.iter().map(Child::id).collect();
        if let Some(daemon) = &self.daemon {
            ids.push(daemon.id());
            ids.extend(daemon.guards());
        }
        ids
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        // Before its bus.
        drop(self.daemon.take());
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
