//! A private Xorg with two keyboards that a test types on.

use std::{
    cell::RefCell,
    fs,
    io::{Read, Write},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use composekey::x11::Display;

/// A server; ends with this value.
pub(crate) struct Server {
    pub(crate) name: String,
    pub(crate) dir: tempfile::TempDir,
    children: Vec<Child>,
    pub(crate) keyboards: Vec<Keyboard>,
    pub(crate) apps: usize,
    pub(crate) windows: RefCell<Vec<u32>>,
}

/// A keyboard of the server: X keycodes go down and up.
pub(crate) struct Keyboard(UnixStream);

impl Keyboard {
    fn connect(path: &Path) -> Self {
        let mut socket = UnixStream::connect(path).unwrap();
        let mut version = Vec::new();
        version.extend(12u32.to_ne_bytes());
        version.extend(0u32.to_ne_bytes());
        version.extend(1u16.to_ne_bytes());
        version.extend(1u16.to_ne_bytes());
        socket.write_all(&version).unwrap();
        let _ = socket.read(&mut [0; 64]).unwrap();
        Self(socket)
    }

    pub(crate) fn key(&mut self, code: u32, down: bool) {
        let words = [16, 5, code, u32::from(down)];
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        self.0.write_all(&bytes).unwrap();
        self.sync();
    }

    pub(crate) fn tap(&mut self, code: u32) {
        self.key(code, true);
        self.key(code, false);
    }

    fn sync(&mut self) {
        let bytes: Vec<u8> = [8u32, 1].iter().flat_map(|word| word.to_ne_bytes()).collect();
        self.0.write_all(&bytes).unwrap();
        let _ = self.0.read(&mut [0; 64]).unwrap();
    }
}

const CONFIG: &str = r#"
Section "ServerFlags"
    Option "AutoAddDevices" "false"
    Option "AutoEnableDevices" "false"
    Option "DontVTSwitch" "true"
EndSection
Section "Device"
    Identifier "card"
    Driver "dummy"
    VideoRam 64000
EndSection
Section "Screen"
    Identifier "screen"
    Device "card"
EndSection
Section "InputDevice"
    Identifier "keyboard0"
    Driver "inputtest"
    Option "SocketPath" "@DIR@/keyboard0.sock"
    Option "DeviceType" "Keyboard"
EndSection
Section "InputDevice"
    Identifier "keyboard1"
    Driver "inputtest"
    Option "SocketPath" "@DIR@/keyboard1.sock"
    Option "DeviceType" "Keyboard"
EndSection
Section "InputDevice"
    Identifier "pointer0"
    Driver "inputtest"
    Option "SocketPath" "@DIR@/pointer0.sock"
    Option "DeviceType" "Pointer"
EndSection
Section "ServerLayout"
    Identifier "layout"
    Screen "screen"
    InputDevice "keyboard0" "CoreKeyboard"
    InputDevice "keyboard1" "SendCoreEvents"
    InputDevice "pointer0" "CorePointer"
EndSection
"#;

impl Server {
    /// Starts a server with the us layout on evdev keycodes.
    pub(crate) fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("xorg.conf");
        fs::write(&config, CONFIG.replace("@DIR@", dir.path().to_str().unwrap())).unwrap();
        for number in 100..120 {
            if Path::new(&format!("/tmp/.X{number}-lock")).exists() {
                continue;
            }
            let log = dir.path().join("xorg.log");
            let mut xorg = Command::new("Xorg")
                .arg(format!(":{number}"))
                .args(["-noreset", "-novtswitch", "-sharevts", "-nolisten", "tcp", "-config"])
                .arg(&config)
                .arg("-logfile")
                .args([log.as_os_str(), "vt7".as_ref()])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("Xorg is not installed");
            if wait_for(Duration::from_secs(10), || {
                // Two tests may want the same number: the loser's server ends.
                xorg.try_wait().unwrap().is_some()
                    || Display::open(Some(&format!(":{number}"))).is_ok()
                        && dir.path().join("keyboard1.sock").exists()
            }) && xorg.try_wait().unwrap().is_none()
            {
                let sockets = ["keyboard0.sock", "keyboard1.sock"].map(|s| dir.path().join(s));
                let keyboards = sockets.iter().map(|s| Keyboard::connect(s)).collect();
                let name = format!(":{number}");
                let server = Self {
                    name,
                    dir,
                    children: vec![xorg],
                    keyboards,
                    apps: 0,
                    windows: RefCell::default(),
                };
                server.layout("us", &[]);
                return server;
            }
            let _ = xorg.kill();
            let _ = xorg.wait();
        }
        panic!("no display number between 100 and 119 is free, or Xorg does not start");
    }

    pub(crate) fn display(&self) -> Display {
        Display::open(Some(&self.name)).unwrap()
    }

    /// Sets a layout, as a user does.
    pub(crate) fn layout(&self, layout: &str, more: &[&str]) {
        let args = ["-rules", "evdev", "-model", "pc105", "-layout", layout];
        let mut command = self.command("setxkbmap");
        assert!(command.args(args).args(more).status().unwrap().success());
    }

    /// Connects to a keyboard again that was disabled.
    pub(crate) fn reconnect(&mut self, index: usize) {
        self.keyboards[index] = Keyboard::connect(&self.path(&format!("keyboard{index}.sock")));
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env("DISPLAY", &self.name)
            .env("LC_ALL", "C.UTF-8")
            .env("GTK_IM_MODULE", "gtk-im-context-simple")
            .env("QT_QPA_PLATFORM", "xcb")
            .env("NO_AT_BRIDGE", "1")
            .env("HOME", self.dir.path())
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("XMODIFIERS")
            .stderr(Stdio::null());
        command
    }

    /// Starts a program that ends with the server; its process id.
    pub(crate) fn spawn(&mut self, mut command: Command) -> u32 {
        let child = command.spawn().unwrap();
        let id = child.id();
        self.children.push(child);
        id
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for child in self.children.iter_mut().rev() {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = fs::remove_file(format!("/tmp/.X{}-lock", &self.name[1..]));
    }
}

/// Waits until `done`; whether it came true in time.
pub(crate) fn wait_for(limit: Duration, mut done: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + limit;
    loop {
        if done() {
            return true;
        }
        if Instant::now() > end {
            return false;
        }
        sleep(Duration::from_millis(10));
    }
}
