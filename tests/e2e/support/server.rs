//! [`Server`]: a private Xorg without hardware, with real slave keyboards.

use std::{
    fmt::Write as _,
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::{
        Once,
        atomic::{AtomicU32, Ordering},
    },
};

use rustix::process::Signal;
use tempfile::TempDir;
use x11rb::rust_connection::RustConnection;

use super::{Keyboard, send, wait_until};

/// The display numbers that tests may take.
const FIRST: u32 = 120;
const LAST: u32 = 199;

/// A running X server. Ends, with all its windows, when it is dropped.
pub(crate) struct Server {
    xorg: Child,
    number: u32,
    keyboards: usize,
    dir: TempDir,
    /// A connection of the test's own, to look at the server's state.
    pub(crate) conn: RustConnection,
    /// The keycodes without symbols right after the start.
    pub(crate) free_at_start: Vec<u8>,
}

impl Server {
    /// A server with this many keyboards and a pointer, US layout.
    pub(crate) fn start(keyboards: usize) -> Self {
        let dir = tempfile::Builder::new().prefix("composekey-").tempdir().expect("a folder");
        let config = dir.path().join("xorg.conf");
        fs::write(&config, configuration(dir.path(), keyboards)).expect("the folder is ours");
        prepare_sockets();
        let (xorg, number) = launch(dir.path(), &config);
        // Xorg goes on without a driver that it does not find.
        assert!(
            dir.path().join("pointer0.sock").exists(),
            "this Xorg has no `inputtest` driver: it came with Xorg 21.1"
        );
        let (conn, _) = x11rb::connect(Some(&format!(":{number}"))).expect("the server is ready");
        let mut server = Self { xorg, number, keyboards, dir, conn, free_at_start: Vec::new() };
        server.prepare_extensions();
        server.setxkbmap(&["-layout", "us"]);
        server.free_at_start = server.free_keycodes();
        server
    }

    /// The name of the display, such as `:120`.
    pub(crate) fn display(&self) -> String {
        format!(":{}", self.number)
    }

    /// A folder that lives as long.
    pub(crate) fn folder(&self) -> &Path {
        self.dir.path()
    }

    /// A fresh path in the server's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        self.dir.path().join(format!("{name}{}", COUNT.fetch_add(1, Ordering::Relaxed)))
    }

    /// A program of this display, with nothing of the user's own environment.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LANG", "C.UTF-8")
            .env("HOME", self.dir.path())
            .env("DISPLAY", self.display())
            .stdin(Stdio::null());
        command
    }

    /// Opens a keyboard, counted from 0; each can be opened once.
    pub(crate) fn keyboard(&self, number: usize) -> Keyboard {
        assert!(number < self.keyboards, "this server has {} keyboards", self.keyboards);
        Keyboard::open(&self.dir.path().join(format!("keyboard{number}.sock")))
    }

    /// Runs `setxkbmap` with the rules of a real machine.
    pub(crate) fn setxkbmap(&self, arguments: &[&str]) {
        self.run(&[&["setxkbmap", "-rules", "evdev", "-model", "pc105"], arguments].concat());
    }

    /// Runs a program of this display to its end, which must be a good one; returns its output.
    pub(crate) fn run(&self, words: &[&str]) -> String {
        let output = self.command(words[0]).args(&words[1..]).output();
        let output =
            output.unwrap_or_else(|e| panic!("error starting `{}`: {e}: `make deps`", words[0]));
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "`{}`: {}: {errors}", words.join(" "), output.status);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Ends the server as a crash would. What it leaves in /tmp, the next one of its number removes.
    pub(crate) fn kill(&mut self) {
        let _ = self.xorg.kill();
        let _ = self.xorg.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Asked politely, it removes its lock and its socket; nobody else can without a race.
        if matches!(self.xorg.try_wait(), Ok(None)) {
            send(self.xorg.id(), Signal::TERM);
        }
        if !wait_until(|| !matches!(self.xorg.try_wait(), Ok(None))) {
            self.kill();
        }
    }
}

/// The folder of the sockets: of two servers that create it at once, one may fail.
fn prepare_sockets() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if fs::create_dir("/tmp/.X11-unix").is_ok() {
            let _ = fs::set_permissions("/tmp/.X11-unix", fs::Permissions::from_mode(0o1777));
        }
    });
}

/// Starts Xorg on a free display. A server that finds its number taken ends at once, so that
/// parallel tests need no lock of their own.
fn launch(dir: &Path, config: &Path) -> (Child, u32) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let log = dir.join("xorg.log");
    // Not through Debian's wrapper, which lets nobody start a server away from the console.
    let direct = "/usr/lib/xorg/Xorg";
    let program = if Path::new(direct).exists() { direct } else { "Xorg" };
    for _ in FIRST..=LAST {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let number = FIRST + (std::process::id() + step) % (LAST - FIRST + 1);
        // Dies with the test's thread, even when the test itself is killed.
        let mut xorg = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", program])
            .arg(format!(":{number}"))
            .arg("-config")
            .arg(config)
            .arg("-logfile")
            .arg(&log)
            .args(["-noreset", "-novtswitch", "-sharevts", "-nolisten", "tcp"])
            .args(["-displayfd", "1", "vt7"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(dir.join("xorg.err")).expect("the folder is ours"))
            .spawn()
            .expect("`setpriv` (util-linux) starts");
        if says_ready(xorg.stdout.take().expect("piped")) {
            return (xorg, number);
        }
        let status = xorg.wait().expect("our child");
        let errors = fs::read_to_string(dir.join("xorg.err")).unwrap_or_default();
        // Two words for one thing: the lock is held, or the socket answers.
        let taken = errors.contains("already active") || errors.contains("already running");
        assert!(taken, "Xorg ended with {status}:\n{errors}");
    }
    panic!("every display from :{FIRST} to :{LAST} is taken");
}

/// Whether the server wrote its display number, which it does when it is ready.
fn says_ready(stdout: ChildStdout) -> bool {
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line).is_ok_and(|length| length > 0)
}

fn configuration(dir: &Path, keyboards: usize) -> String {
    let mut text = String::from(
        r#"Section "ServerFlags"
    Option "AutoAddDevices" "false"
    Option "AutoEnableDevices" "false"
    Option "DontVTSwitch" "true"
EndSection
Section "Device"
    Identifier "card"
    Driver "dummy"
    VideoRam 16000
EndSection
Section "Screen"
    Identifier "screen"
    Device "card"
EndSection
"#,
    );
    let mut layout = String::new();
    let devices = (0..keyboards).map(|n| {
        (format!("keyboard{n}"), "Keyboard", if n == 0 { "CoreKeyboard" } else { "SendCoreEvents" })
    });
    for (name, kind, role) in devices.chain([("pointer0".to_owned(), "Pointer", "CorePointer")]) {
        let socket = dir.join(format!("{name}.sock"));
        let socket = socket.display();
        write!(
            text,
            "Section \"InputDevice\"\n    Identifier \"{name}\"\n    Driver \"inputtest\"\n    \
             Option \"SocketPath\" \"{socket}\"\n    Option \"DeviceType\" \"{kind}\"\nEndSection\n"
        )
        .and_then(|()| writeln!(layout, "    InputDevice \"{name}\" \"{role}\""))
        .expect("strings take it");
    }
    text + "Section \"ServerLayout\"\n    Identifier \"layout\"\n    Screen \"screen\"\n"
        + &layout
        + "EndSection\n"
}
