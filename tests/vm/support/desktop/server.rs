//! [`Server`]: Xorg as a desktop runs it, with the machine's input devices by udev and libinput. Its
//! screen alone is no hardware: the `dummy` driver.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

use x11rb::rust_connection::RustConnection;

use super::LAYOUT;

/// Where it keeps its files.
const FOLDER: &str = "/run/desktop";

/// A running server. Killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    xorg: Child,
    number: String,
    /// A connection of the case's own, to look at the server's state.
    pub(crate) conn: RustConnection,
    /// Wanted by what is shared with the tests on X servers.
    pub(crate) free_at_start: Vec<u8>,
}

/// The server of this machine, started when it is first needed.
pub(crate) fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(LAYOUT))
}

/// Starts udev, and has it look at the input devices that are there.
pub(crate) fn start_udev() {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| {
        run(&["/lib/systemd/systemd-udevd", "--daemon"]);
        run(&["udevadm", "trigger", "--action=add", "--subsystem-match=input", "--settle"]);
    });
}

#[track_caller]
fn run(words: &[&str]) {
    // The first process of the machine has another root, and udev does nothing in a chroot unless told.
    let mut command = Command::new(words[0]);
    let status = command.args(&words[1..]).env("SYSTEMD_IGNORE_CHROOT", "1").status();
    let status =
        status.unwrap_or_else(|e| panic!("error starting `{}`: {e}: `make deps`", words[0]));
    assert!(status.success(), "`{}`: {status}", words.join(" "));
}

impl Server {
    /// A server whose keyboards have this layout.
    #[track_caller]
    pub(crate) fn start(layout: &str) -> Self {
        start_udev();
        fs::create_dir_all(FOLDER).expect("a folder in memory");
        let folder = Path::new(FOLDER);
        let config = folder.join("xorg.conf");
        fs::write(&config, configuration(layout)).expect("the folder is ours");
        let mut xorg = Command::new("/usr/lib/xorg/Xorg")
            .arg("-config")
            .arg(&config)
            .arg("-logfile")
            .arg(folder.join("xorg.log"))
            .args(["-noreset", "-nolisten", "tcp", "-keeptty", "-displayfd", "1", "vt2"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xorg starts: `make deps`");
        let mut number = String::new();
        let mut stdout = BufReader::new(xorg.stdout.take().expect("piped"));
        let ready = stdout.read_line(&mut number).is_ok_and(|length| length > 0);
        let number = format!(":{}", number.trim());
        assert!(
            ready,
            "Xorg did not get ready:\n{}",
            fs::read_to_string(folder.join("xorg.log")).unwrap_or_default()
        );
        let (conn, _) = x11rb::connect(Some(&number)).expect("the server is ready");
        let server = Self { xorg, number, conn, free_at_start: Vec::new() };
        server.prepare_extensions();
        // The core keyboard has the server's own layout until a key is pressed.
        server.set_layout(layout);
        server
    }

    /// The name of the display.
    pub(crate) fn display(&self) -> String {
        self.number.clone()
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.xorg.id()
    }

    /// Sets the layout of all keyboards that are there now.
    #[track_caller]
    pub(crate) fn set_layout(&self, layout: &str) {
        let status = self.command("setxkbmap").args(["-layout", layout]).status();
        assert!(status.is_ok_and(|status| status.success()), "`setxkbmap`: `make deps`");
    }

    /// A fresh path in the server's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        Path::new(FOLDER).join(format!("{name}{}", COUNT.fetch_add(1, Ordering::Relaxed)))
    }

    /// A program of this display.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LANG", "C.UTF-8")
            .env("HOME", FOLDER)
            .env("DISPLAY", self.display())
            .stdin(Stdio::null());
        command
    }
}

impl Drop for Server {
    #[expect(clippy::print_stderr, reason = "part of a failing test's own output")]
    fn drop(&mut self) {
        if thread::panicking() && !matches!(self.xorg.try_wait(), Ok(None)) {
            let log = fs::read_to_string(Path::new(FOLDER).join("xorg.log")).unwrap_or_default();
            let end = log.find("(EE) Backtrace").map_or(log.as_str(), |at| &log[at..]);
            eprintln!("Xorg ended by itself; its log ends:\n{end}");
        }
        let _ = self.xorg.kill();
        let _ = self.xorg.wait();
    }
}

fn configuration(layout: &str) -> String {
    format!(
        r#"Section "ServerFlags"
    Option "DontVTSwitch" "true"
    Option "BlankTime" "0"
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
Section "InputClass"
    Identifier "keyboards"
    MatchIsKeyboard "on"
    Driver "libinput"
    Option "XkbModel" "pc105"
    Option "XkbLayout" "{layout}"
EndSection
"#
    )
}
