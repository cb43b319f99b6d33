//! [`Session`]: sway on the machine's keyboards, composekeyd in it, windows.

use std::{
    fs::{self, File},
    ops::Range,
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use composekey::xkb_option::{self, NAME};
use evdev::KeyCode;

use super::wayland::{Home, Program, Window, table, wait_until};
use crate::{
    guest::Guest,
    support::{
        desktop::{PS2, start_udev},
        reader::Reader,
    },
};

/// How many characters come of one sequence.
const CHUNK: usize = 62;

/// A session. Fields are dropped in order.
pub(crate) struct Session<'a> {
    guest: &'a mut Guest,
    physical: Reader,
    _daemon: Program,
    _sway: Program,
    home: Home,
    text: Vec<char>,
}

impl<'a> Session<'a> {
    /// Starts sway with these layouts and the option, and the daemon. Its table is the default one, and
    /// sequences that give all of its characters again, [`CHUNK`] at a time.
    pub(crate) fn start(guest: &'a mut Guest, layouts: &str) -> Self {
        start_udev();
        let mut home = Home::new();
        let text = table();
        let escaped = |&c: &char| format!("\\U{:08X}", u32::from(c));
        let sequence = |(i, chunk): (usize, &[char])| {
            format!("\"{}\" = \"{}\"\n", keys(i), chunk.iter().map(escaped).collect::<String>())
        };
        let sequences: String = text.chunks(CHUNK).enumerate().map(sequence).collect();
        let settings = "backend = \"evdev\"\nfeedback = \"none\"\n[sequences]\n";
        home.write(".config/composekey/config.toml", &format!("{settings}{sequences}"));
        let _ = home.composekey(&["xkb", "install"]);
        let keyboards = format!("xkb_layout {layouts}\n  xkb_options {NAME}");
        home.write(
            ".config/sway/config",
            &format!(
                // Of a large screen a drawing takes so long here that keys are lost meanwhile.
                "input type:keyboard {{\n  {keyboards}\n}}\n\
                 output * resolution 320x200\nexec echo $DISPLAY >display\n"
            ),
        );
        let sway = start_sway(&home);
        home.set("WAYLAND_DISPLAY", "wayland-1");
        let read = |name: &str| fs::read_to_string(home.path(name)).unwrap_or_default();
        let there = wait_until(|| read("display").starts_with(':'));
        assert!(there, "sway did not get ready:\n{}", read("sway.log"));
        let display = read("display");
        let log = File::create(home.path("daemon.log")).expect("the folder is ours");
        let mut command = home.command(env!("CARGO_BIN_EXE_composekeyd"));
        let daemon = Program::start(command.stdout(Stdio::null()).stderr(log));
        let ready = wait_until(|| {
            let said = read("daemon.log");
            said.contains(": ready") && said.contains(": taken")
        });
        assert!(ready, "composekeyd did not get ready:\n{}", read("daemon.log"));
        home.set("DISPLAY", display.trim());
        let physical = Reader::physical(PS2);
        Self { guest, physical, _daemon: daemon, _sway: sway, home, text }
    }

    /// Composes every character of the table in a window of this kind; the key of A has to give this
    /// letter there.
    #[track_caller]
    pub(crate) fn everything_arrives(&mut self, open: fn(&Home) -> Window, letter: char) {
        self.arrives(open, letter, 0..self.text.len().div_ceil(CHUNK));
    }

    /// The same with the characters that are on keycodes up to 255, which X11 programs get too. One's own
    /// sequences come first, so they are the first of the text.
    #[track_caller]
    pub(crate) fn what_x11_sees_arrives(&mut self, open: fn(&Home) -> Window, letter: char) {
        let symbols = self.home.path(".config/xkb/symbols/composekey");
        let places = xkb_option::read_places(&fs::read_to_string(symbols).expect("it was written"));
        let low = |c| places.iter().any(|(place, &at)| at == c && place.keycode.to_x11().is_some());
        let first = self.text.iter().take_while(|&&c| low(c)).count();
        assert!(first >= 4 * CHUNK, "{first} characters reach X11 programs");
        self.arrives(open, letter, 0..first / CHUNK);
    }

    #[track_caller]
    fn arrives(&mut self, open: fn(&Home) -> Window, letter: char, chunks: Range<usize>) {
        let window = open(&self.home);
        // A new window gets the focus in its time.
        let focused = wait_until(|| {
            self.tap("a");
            sleep(Duration::from_millis(300));
            window.received().ends_with(letter)
        });
        assert!(focused, "the key of A does not give {letter} in {window:?}");
        window.settle();
        let start = Instant::now();
        let mut expected = String::new();
        let characters = self.text.len().min(chunks.end * CHUNK) - chunks.start * CHUNK;
        for i in chunks {
            self.key("caps_lock", KeyCode::KEY_CAPSLOCK, true);
            for letter in keys(i).chars() {
                self.tap(&letter.to_string());
            }
            self.key("caps_lock", KeyCode::KEY_CAPSLOCK, false);
            expected.extend(self.text.iter().skip(i * CHUNK).take(CHUNK));
            if !wait_until(|| window.received().len() >= expected.len()) {
                let said = fs::read_to_string(self.home.path("daemon.log")).unwrap_or_default();
                let status = self.home.composekey(&["status"]);
                self.guest.note(format!("{said}\n{status}"));
            }
            window.expect(&expected);
        }
        let name = window.name;
        self.guest.note(format!(
            "  {name}: {characters} characters, {:.1} s",
            start.elapsed().as_secs_f64()
        ));
    }

    /// Makes another one of the layouts the active one, as sway's own command does.
    pub(crate) fn switch_layout(&self, number: u32) {
        let sockets = fs::read_dir(self.home.path("run")).expect("the folder is ours");
        let mut sockets = sockets.flatten().map(|entry| entry.path());
        let is_it = |path: &std::path::PathBuf| path.to_string_lossy().contains("/sway-ipc.");
        let socket = sockets.find(is_it).expect("sway listens");
        let mut command = self.home.command("swaymsg");
        command.args(["input", "type:keyboard", "xkb_switch_layout"]).arg(number.to_string());
        let output = command.env("SWAYSOCK", socket).output().expect("`swaymsg` starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Returns when the kernel knows: QEMU keeps few keys.
    fn key(&mut self, name: &str, code: KeyCode, down: bool) {
        self.guest.key(name, down);
        let arrived = crate::support::wait_until(|| self.physical.down().contains(&code) == down);
        assert!(arrived, "QEMU's key did not reach the kernel");
    }

    /// Presses and releases the key of a letter.
    fn tap(&mut self, letter: &str) {
        let code = format!("KEY_{}", letter.to_ascii_uppercase()).parse().expect("it has a key");
        self.key(letter, code, true);
        self.key(letter, code, false);
    }
}

/// sway with a screen in memory, drawn without a graphics card, and the machine's input devices.
fn start_sway(home: &Home) -> Program {
    // It does not run as root; the group is udev's for input devices.
    let own = Command::new("chown").args(["-R", "nobody:input"]).arg(home.path("")).status();
    assert!(own.is_ok_and(|status| status.success()), "the folder is ours");
    // Compositors go before what they serve.
    let mut command = home.command("nice");
    command
        .args([
            "-n",
            "-15",
            "setpriv",
            "--reuid=nobody",
            "--regid=input",
            "--clear-groups",
            "sway",
            "--verbose",
        ])
        .env("WLR_BACKENDS", "headless,libinput")
        .env("WLR_RENDERER", "pixman")
        // No service for seats runs here: the library does it, without a virtual terminal.
        .env("LIBSEAT_BACKEND", "builtin")
        .env("SEATD_VTBOUND", "0");
    let log = File::create(home.path("sway.log")).expect("the folder is ours");
    Program::start(command.stdout(Stdio::null()).stderr(log))
}

/// The sequence of a chunk: one that no keymap has, with letters that `us` and `de` have on the same keys.
fn keys(chunk: usize) -> String {
    let letter = |number: usize| char::from(b'a' + u8::try_from(number % 24).expect("below 24"));
    ['x', 'q', letter(chunk / 24), letter(chunk)].into_iter().collect()
}
