//! [`Console`]: a terminal of 80 columns with a program in it. The emulator is the crate `vt100`;
//! it answers what programs ask a terminal.

use std::{
    fs,
    io::{Read, Write},
    num::NonZeroU16,
    os::fd::{AsFd, OwnedFd},
    path::{Path, PathBuf},
    process::{Child, ExitStatus},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use pty_process::blocking::{Command, open};
use rustix::{
    process::{Pid, Signal, kill_process},
    termios::{Termios, Winsize, tcgetattr, tcsetwinsize},
};
use tempfile::TempDir;

/// A home with a configuration, for the programs of a test.
pub(crate) struct Home {
    dir: TempDir,
}

impl Home {
    /// A home whose `config.toml` is `text`.
    pub(crate) fn new(text: &str) -> Self {
        let home = Self { dir: TempDir::new().expect("a folder") };
        fs::create_dir_all(home.path(".config/composekey")).expect("a folder");
        fs::write(home.path(".config/composekey/config.toml"), text).expect("a file");
        home
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A program in this home, with nothing of the user's own environment.
    fn command(&self, program: &Path, args: &[&str]) -> Command {
        Command::new(program)
            .args(args)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LANG", "C.UTF-8")
            .env("TERM", "xterm-256color")
            .env("HOME", self.dir.path())
            .env("XDG_RUNTIME_DIR", self.dir.path().join("run"))
            .current_dir(self.dir.path())
    }
}

/// What a terminal can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What xterm can.
    Classic,
    /// The keyboard protocol of kitty too.
    Kitty,
}

/// A terminal and the program in it, which is killed when this is dropped.
pub(crate) struct Console {
    input: fs::File,
    child: Child,
    screen: Arc<Mutex<vt100::Parser<Answers>>>,
    modes: Termios,
}

/// The size of the terminal.
const ROWS: NonZeroU16 = NonZeroU16::new(24).unwrap();
const COLUMNS: NonZeroU16 = NonZeroU16::new(80).unwrap();

/// How long a test waits for something that must come.
const LIMIT: Duration = Duration::from_secs(20);

impl Console {
    /// `composekey` in this home.
    pub(crate) fn new(kind: Kind, home: &Home, args: &[&str]) -> Self {
        Self::with(kind, home, Path::new(env!("CARGO_BIN_EXE_composekey")), args)
    }

    /// Any program in this home.
    pub(crate) fn with(kind: Kind, home: &Home, program: &Path, args: &[&str]) -> Self {
        let (pty, pts) = open().expect("a pseudo-terminal");
        pty.resize(pty_process::Size::new(24, 80)).expect("it is ours");
        let modes = tcgetattr(&pty).expect("it is a terminal");
        let child = home.command(program, args).spawn(pts).expect("the program starts");
        let pty = OwnedFd::from(pty);
        let output = fs::File::from(pty.try_clone().expect("a descriptor"));
        let input = fs::File::from(pty);
        let answers = Answers {
            kitty: kind == Kind::Kitty,
            flags: vec![0],
            reply: Vec::new(),
            copied: Vec::new(),
        };
        let parser = vt100::Parser::new_with_callbacks(ROWS, COLUMNS, 0, answers);
        let screen = Arc::new(Mutex::new(parser));
        show(output, input.try_clone().expect("a descriptor"), Arc::clone(&screen));
        Self { input, child, screen, modes }
    }

    /// What the screen shows, without blanks at the ends of its lines.
    pub(crate) fn text(&self) -> String {
        let parser = self.screen.lock().expect("no reader panics");
        let rows = parser.screen().rows(0, parser.screen().size().1.into());
        rows.map(|row| row.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
    }

    /// Waits until the screen shows this.
    #[track_caller]
    pub(crate) fn expect(&self, text: &str) {
        self.wait(&format!("`{text}`"), || self.text().contains(text));
    }

    /// Waits until this is so.
    #[track_caller]
    pub(crate) fn wait(&self, what: &str, condition: impl Fn() -> bool) {
        let end = Instant::now() + LIMIT;
        while !condition() {
            assert!(Instant::now() < end, "no {what} on the screen:\n{}", self.text());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Types bytes, as the keys of this terminal send them.
    pub(crate) fn send(&mut self, bytes: &str) {
        self.input.write_all(bytes.as_bytes()).expect("the terminal is there");
    }

    /// Presses keys one after the other, each seen before the next.
    pub(crate) fn keys(&mut self, keys: &[&str]) {
        for key in keys {
            self.send(key);
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Gives the terminal another size.
    pub(crate) fn resize(&self, rows: u16, columns: u16) {
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        let (new_rows, new_columns) = (NonZeroU16::new(rows), NonZeroU16::new(columns));
        let mut parser = self.screen.lock().expect("no reader panics");
        parser.set_size(new_rows.expect("not 0"), new_columns.expect("not 0"));
        tcsetwinsize(self.input.as_fd(), size).expect("it is ours");
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let id = Pid::from_child(&self.child);
        kill_process(id, signal).expect("it is our child");
    }

    /// Waits until the program is stopped by a signal.
    #[track_caller]
    pub(crate) fn expect_stopped(&self) {
        let stat = format!("/proc/{}/stat", self.child.id());
        self.wait("stop", || {
            let stat = fs::read_to_string(&stat).unwrap_or_default();
            stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('T'))
        });
    }

    /// Waits until the program ends.
    #[track_caller]
    pub(crate) fn end(&mut self) -> ExitStatus {
        let end = Instant::now() + LIMIT;
        loop {
            if let Some(status) = self.child.try_wait().expect("it is our child") {
                return status;
            }
            assert!(Instant::now() < end, "it goes on:\n{}", self.text());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The terminal is as it was before the program.
    #[track_caller]
    pub(crate) fn expect_restored(&self) {
        self.wait("main screen", || {
            let parser = self.screen.lock().expect("no reader panics");
            let screen = parser.screen();
            !screen.alternate_screen() && !screen.hide_cursor() && !screen.inverse()
        });
        let parser = self.screen.lock().expect("no reader panics");
        assert_eq!(parser.callbacks().flags, [0], "flags of kitty's protocol");
        let modes = tcgetattr(self.input.as_fd()).expect("it is a terminal");
        let all = |modes: &Termios| {
            let Termios { input_modes, output_modes, control_modes, local_modes, .. } = *modes;
            (input_modes, output_modes, control_modes, local_modes)
        };
        assert_eq!(all(&modes), all(&self.modes), "modes of the terminal");
    }
}

impl Console {
    /// What was put into the clipboard by OSC 52, as base64.
    pub(crate) fn copied(&self) -> Vec<String> {
        self.screen.lock().expect("no reader panics").callbacks().copied.clone()
    }

    /// Reads the cells of the screen.
    pub(crate) fn cells<T>(&self, read: impl Fn(&vt100::Screen) -> T) -> T {
        read(self.screen.lock().expect("no reader panics").screen())
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Feeds the emulator, and gives its answers back, until the program ends.
fn show(mut output: fs::File, mut input: fs::File, screen: Arc<Mutex<vt100::Parser<Answers>>>) {
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(length @ 1..) = output.read(&mut bytes) {
            let mut parser = screen.lock().expect("no test panics in here");
            parser.process(&bytes[..length]);
            let reply = std::mem::take(&mut parser.callbacks_mut().reply);
            drop(parser);
            if input.write_all(&reply).is_err() {
                return;
            }
        }
    });
}

/// What the emulator does not know by itself.
struct Answers {
    kitty: bool,
    /// The stack of flags of kitty's protocol.
    flags: Vec<u16>,
    reply: Vec<u8>,
    copied: Vec<String>,
}

impl vt100::Callbacks for Answers {
    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8], data: &[u8]) {
        self.copied.push(String::from_utf8_lossy(data).into_owned());
    }

    fn unhandled_csi(
        &mut self,
        _: &mut vt100::Screen,
        mark: Option<u8>,
        _: Option<u8>,
        params: &[&[u16]],
        end: char,
    ) {
        let number = params.first().and_then(|group| group.first()).copied().unwrap_or(0);
        let flags = self.flags.last().copied().unwrap_or(0);
        match (mark, end) {
            (None, 'c') => self.reply.extend(b"\x1b[?62;22c"),
            (Some(b'?'), 'u') if self.kitty => {
                self.reply.extend(format!("\x1b[?{flags}u").bytes());
            }
            (Some(b'>'), 'u') => self.flags.push(number),
            (Some(b'<'), 'u') => drop(self.flags.pop()),
            _ => {}
        }
    }
}
