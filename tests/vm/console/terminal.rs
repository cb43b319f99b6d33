//! [`Terminal`]: a virtual terminal of the kernel, what is typed into it, and the tables behind it.

use std::{
    fs::{self, File},
    io::Read,
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    termios::{OptionalActions, Termios, tcgetattr, tcsetattr},
};

use crate::support::wait_until;

/// How the keys of a terminal are understood, as an option of `kbd_mode`(1).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Keys {
    Unicode,
    Bytes,
    Codes,
    ScanCodes,
}

/// A terminal in front, read byte by byte. Dropped, the first one is in front again.
#[derive(Debug)]
pub(crate) struct Terminal {
    path: String,
    file: File,
    before: Termios,
    came: Arc<Mutex<Vec<u8>>>,
    done: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
}

/// Reads until it is done: the next one who reads the terminal must find all that is typed then.
fn read(mut file: File, came: &Mutex<Vec<u8>>, done: &AtomicBool) {
    let mut bytes = [0; 4096];
    let moment = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
    while !done.load(Ordering::Relaxed) {
        let mut fds = [PollFd::new(&file, PollFlags::IN)];
        if poll(&mut fds, Some(&moment)).is_ok_and(|ready| ready > 0) {
            let read = file.read(&mut bytes).expect("a terminal");
            came.lock().expect("no reader panics").extend(&bytes[..read]);
        }
    }
}

impl Terminal {
    /// Turns to the terminal of this number and reads it.
    #[track_caller]
    pub(crate) fn new(number: u8) -> Self {
        let path = format!("/dev/tty{number}");
        let file = File::open(&path).expect("a terminal");
        let before = tcgetattr(&file).expect("a terminal");
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(&file, OptionalActions::Flush, &raw).expect("a terminal");
        let (came, done) = (Arc::default(), Arc::default());
        let reader = thread::spawn({
            let file = file.try_clone().expect("a descriptor");
            let (came, done) = (Arc::clone(&came), Arc::clone(&done));
            move || read(file, &came, &done)
        });
        let terminal = Self { path, file, before, came, done, reader: Some(reader) };
        run("timeout", &["30", "chvt", &number.to_string()]);
        terminal.set_keys(Keys::Unicode);
        terminal
    }

    /// What was typed by now.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.came.lock().expect("no reader panics")).into_owned()
    }

    /// Waits until exactly this was typed, and forgets it.
    #[track_caller]
    pub(crate) fn expect(&self, wanted: &str) {
        wait_until(|| self.text().len() >= wanted.len());
        // What is too much comes a moment later.
        thread::sleep(Duration::from_millis(50));
        let text = self.text();
        let wrong = text.chars().zip(wanted.chars()).filter(|(a, b)| a != b).count();
        let count = |text: &str| text.chars().count();
        assert!(
            text == wanted,
            "{wrong} wrong, {} of {}: `{text}` instead of `{wanted}`",
            count(&text),
            count(wanted)
        );
        self.came.lock().expect("no reader panics").clear();
    }

    /// Forgets what was typed by now.
    pub(crate) fn clear(&self) {
        thread::sleep(Duration::from_millis(50));
        self.came.lock().expect("no reader panics").clear();
    }

    pub(crate) fn set_keys(&self, keys: Keys) {
        let option = match keys {
            Keys::Unicode => "-u",
            Keys::Bytes => "-a",
            Keys::Codes => "-k",
            Keys::ScanCodes => "-s",
        };
        run("kbd_mode", &["-f", option, "-C", &self.path]);
    }

    /// As a display server does, or no longer (`KDSETMODE`).
    pub(crate) fn set_graphics(&self, graphics: bool) {
        let script = "import fcntl, sys; fcntl.ioctl(open(sys.argv[1]), 0x4B3A, int(sys.argv[2]))";
        run("python3", &["-c", script, &self.path, if graphics { "1" } else { "0" }]);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
        let _ = self.reader.take().map(JoinHandle::join);
        self.set_graphics(false);
        self.set_keys(Keys::Unicode);
        let _ = tcsetattr(&self.file, OptionalActions::Flush, &self.before);
        run("chvt", &["1"]);
    }
}

/// Every entry of every table of the keymap, and the accent table.
pub(crate) fn tables() -> String {
    let script = r#"
import fcntl, struct
tty = open("/dev/tty1", "rb", buffering=0)
for table in range(256):
    print(table, [struct.unpack("BBH", fcntl.ioctl(tty, 0x4B46, struct.pack("BBH", table, key, 0)))[2]
                  for key in range(256)])
accents = bytearray(4 + 12 * 256)
fcntl.ioctl(tty, 0x4BFA, accents)
count, = struct.unpack_from("I", accents)
print([struct.unpack_from("III", accents, 4 + 12 * n) for n in range(count)])
"#;
    run("python3", &["-c", script])
}

/// The tables are what they were before.
#[track_caller]
pub(crate) fn assert_same(before: &str, when: &str) {
    let after = tables();
    let differ = before.lines().zip(after.lines()).filter(|(a, b)| a != b);
    let tables: Vec<_> = differ.map(|(_, table)| table.split(' ').next().unwrap_or("?")).collect();
    assert!(after == before, "{when} these tables are others: {tables:?}");
}

/// Runs a program of the system to its end; what it says.
#[track_caller]
pub(crate) fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("`{program}`: {error}: `make deps`"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Loads a piece of a keymap, as an administrator does.
pub(crate) fn load_keys(keymap: &str) {
    let path = "/run/composekey.map";
    fs::write(path, keymap).expect("a file");
    run("loadkeys", &["-C", "/dev/tty1", "-u", path]);
}
