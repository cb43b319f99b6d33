//! [`Gnome`]: GNOME Shell without a screen, and a keyboard before it.
//!
//! It wants a system bus with logind on it (python3-dbusmock has one), and HOME set before the
//! session bus starts. Keys go in by `org.gnome.Mutter.RemoteDesktop`, which makes a virtual keyboard
//! of them: evdev codes, from there on the way of every key.

use std::{
    fs::File,
    process::{Command, Stdio},
};

use composekey::{engine::Direction, output::uinput::Spelling, xkb_option::NAME};
use zbus::{
    blocking::{Connection, Proxy, connection::Builder},
    zvariant::OwnedObjectPath,
};

use super::{Home, Program, Window, wait_until};

/// A session of GNOME. Fields are dropped in order: windows are before this in a test.
pub(crate) struct Gnome {
    pub(crate) home: Home,
    keyboard: Proxy<'static>,
    _shell: Program,
    _buses: Vec<Program>,
}

const MUTTER: &str = "org.gnome.Mutter.RemoteDesktop";

impl Gnome {
    /// The name of its Wayland socket.
    pub(crate) const SOCKET: &str = "wayland-gnome";

    /// Starts a session with these layouts (`us+intl`), in a home that is prepared already.
    pub(crate) fn start(mut home: Home, layouts: &[&str], xwayland: bool) -> Self {
        let mut buses = Vec::new();
        for (bus, variable) in
            [("system", "DBUS_SYSTEM_BUS_ADDRESS"), ("session", "DBUS_SESSION_BUS_ADDRESS")]
        {
            let address = format!("unix:path={}", home.path("run").join(bus).display());
            let mut command = home.command("dbus-daemon");
            command.args(["--session", "--nofork", "--nopidfile", "--address"]).arg(&address);
            buses.push(Program::start(command.stderr(Stdio::null())));
            assert!(wait_until(|| home.path("run").join(bus).exists()), "no {bus} bus");
            home.set(variable, address);
        }
        // Debian's own interpreter: dbusmock comes as a Debian package.
        let mut logind = home.command("/usr/bin/python3");
        logind.args(["-m", "dbusmock", "--system", "--template", "logind"]);
        buses.push(Program::start(quiet(&mut logind)));
        let there = || {
            let mut ask = home.command("dbus-send");
            ask.args(["--system", "--print-reply", "--dest=org.freedesktop.login1"]);
            ask.args(["/org/freedesktop/login1", "org.freedesktop.DBus.Peer.Ping"]);
            quiet(&mut ask).status().expect("`dbus-send` starts").success()
        };
        assert!(wait_until(there), "no logind");

        set_layouts(&home, layouts);
        gsettings(&home, &["set", "org.gnome.desktop.interface", "enable-animations", "false"]);
        gsettings(&home, &["set", "org.gnome.desktop.screensaver", "lock-enabled", "false"]);
        home.set("XDG_CURRENT_DESKTOP", "GNOME");
        let mut shell = home.command("gnome-shell");
        shell.args(["--headless", "--wayland", "--virtual-monitor", "1024x768"]);
        shell.args(["--wayland-display", Self::SOCKET]);
        if !xwayland {
            shell.arg("--no-x11");
        }
        let log = File::create(home.path("shell.log")).expect("the folder is ours");
        let mut shell = Program::start(shell.stdout(Stdio::null()).stderr(log));
        let path = home.path("run").join("session");
        let connection = Builder::address(format!("unix:path={}", path.display()).as_str())
            .and_then(Builder::build)
            .expect("the session bus answers");
        let mut keyboard = None;
        let ready = wait_until(|| {
            keyboard = remote_desktop(&connection).ok();
            keyboard.is_some() || shell.has_ended()
        });
        let said = std::fs::read_to_string(home.path("shell.log")).unwrap_or_default();
        let keyboard =
            keyboard.filter(|_| ready).unwrap_or_else(|| panic!("no GNOME Shell:\n{said}"));
        home.set("WAYLAND_DISPLAY", Self::SOCKET);
        let gnome = Self { home, keyboard, _shell: shell, _buses: buses };
        // The virtual keyboard is there from the first key on.
        gnome.tap(1);
        gnome
    }

    /// The keymap that clients have.
    pub(crate) fn keymap(&self) -> xkbcommon::xkb::Keymap {
        let compositor = self.home.compositor(Self::SOCKET);
        compositor.keymap().expect("there is one").clone()
    }

    /// Waits until the compositor's keymap is one of which this is true.
    #[track_caller]
    pub(crate) fn wait_for_keymap(&self, is_it: impl Fn(&xkbcommon::xkb::Keymap) -> bool) {
        assert!(wait_until(|| is_it(&self.keymap())), "the compositor has another keymap");
    }

    /// The XKB options that are switched on, as `gsettings` writes them.
    pub(crate) fn options(&self) -> String {
        let mut get = self.home.command("gsettings");
        let output = get.args(["get", "org.gnome.desktop.input-sources", "xkb-options"]).output();
        String::from_utf8_lossy(&output.expect("`gsettings` starts").stdout).trim().to_owned()
    }

    /// Sets the layouts.
    pub(crate) fn set_layouts(&self, layouts: &[&str]) {
        set_layouts(&self.home, layouts);
    }

    /// Sets the XKB options.
    pub(crate) fn set_options(&self, list: &str) {
        gsettings(&self.home, &["set", "org.gnome.desktop.input-sources", "xkb-options", list]);
    }

    /// Whether the option is switched on.
    pub(crate) fn is_on(&self) -> bool {
        self.options().contains(NAME)
    }

    /// One key, by its evdev code.
    pub(crate) fn key(&self, code: u32, down: bool) {
        let sent: zbus::Result<()> = self.keyboard.call("NotifyKeyboardKeycode", &(code, down));
        sent.expect("GNOME Shell is there");
    }

    pub(crate) fn tap(&self, code: u32) {
        self.key(code, true);
        self.key(code, false);
    }

    /// The keys of a text.
    pub(crate) fn strokes(&self, spelling: &Spelling) {
        for (keycode, direction) in spelling.strokes() {
            self.key(keycode.0 - 8, direction == Direction::Down);
        }
    }

    /// Waits until keys arrive in a window: a blank is typed until it is seen there. A session starts
    /// in the overview, from which Escape leads, once it listens.
    pub(crate) fn focus(&self, window: &Window) {
        let focused = wait_until(|| {
            self.tap(1);
            self.tap(1);
            std::thread::sleep(std::time::Duration::from_millis(300));
            self.tap(57);
            std::thread::sleep(std::time::Duration::from_millis(300));
            window.received().contains(' ')
        });
        assert!(focused, "no key arrives in {window:?}");
        window.settle();
    }
}

/// A session of Mutter's remote desktop, started.
fn remote_desktop(connection: &Connection) -> zbus::Result<Proxy<'static>> {
    let all = Proxy::new(connection, MUTTER, "/org/gnome/Mutter/RemoteDesktop", MUTTER)?;
    let path: OwnedObjectPath = all.call("CreateSession", &())?;
    let interface = "org.gnome.Mutter.RemoteDesktop.Session";
    let session = Proxy::new(connection, MUTTER, path, interface)?;
    let () = session.call("Start", &())?;
    Ok(session)
}

fn set_layouts(home: &Home, layouts: &[&str]) {
    let sources: Vec<_> = layouts.iter().map(|layout| format!("('xkb', '{layout}')")).collect();
    let sources = format!("[{}]", sources.join(", "));
    gsettings(home, &["set", "org.gnome.desktop.input-sources", "sources", &sources]);
}

fn gsettings(home: &Home, args: &[&str]) {
    let status = home.command("gsettings").args(args).status().expect("`gsettings` starts");
    assert!(status.success(), "gsettings {args:?}");
}

fn quiet(command: &mut Command) -> &mut Command {
    command.stdout(Stdio::null()).stderr(Stdio::null())
}
