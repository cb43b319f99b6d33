//! [`Session`]: sway on the machine's keyboards, composekeyd in it, windows.

use std::{
    fs::{self, File},
    process::{Command, Output, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use composekey::xkb_option::{self, NAME};
use evdev::KeyCode;

use super::wayland::{Home, Program, Window, wait_until};
use crate::{
    guest::Guest,
    support::{
        desktop::{PS2, start_udev},
        reader::Reader,
    },
};

/// How many characters come of one sequence: so few that the kernel keeps all of their events, even for a
/// compositor that reads none of them until they are out. An emulated one stands still for long.
const CHUNK: usize = 16;

/// sway does not run as root; the group is udev's for input devices.
const USER: [&str; 3] = ["--reuid=nobody", "--regid=input", "--clear-groups"];

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
    /// sequences that give this text, [`CHUNK`] characters at a time.
    pub(crate) fn start(guest: &'a mut Guest, layouts: &str, text: Vec<char>) -> Self {
        let escaped = |&c: &char| format!("\\U{:08X}", u32::from(c));
        let sequence = |(i, chunk): (usize, &[char])| {
            format!("\"{}\" = \"{}\"\n", keys(i), chunk.iter().map(escaped).collect::<String>())
        };
        let sequences: String = text.chunks(CHUNK).enumerate().map(sequence).collect();
        let config = format!("[sequences]\n{sequences}");
        let session = Self::in_home(guest, Home::new(), layouts, NAME, &config);
        Self { text, ..session }
    }

    /// The same in a home that may have files, with these XKB options, and these settings and sequences.
    pub(crate) fn in_home(
        guest: &'a mut Guest,
        mut home: Home,
        layouts: &str,
        options: &str,
        config: &str,
    ) -> Self {
        start_udev();
        write_config(&home, config);
        let _ = home.composekey(&["xkb", "install"]);
        let keyboards = format!("xkb_layout {layouts}\n  xkb_options {options}");
        home.write(
            ".config/sway/config",
            // A small screen is drawn soon.
            &format!(
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
        Self { guest, physical, _daemon: daemon, _sway: sway, home, text: Vec::new() }
    }

    /// Composes all of the text in a window of this kind; the key of A has to give this letter there.
    #[track_caller]
    pub(crate) fn everything_arrives(&mut self, open: fn(&Home) -> Window, letter: char) {
        self.arrives(open, letter, self.text.len());
    }

    /// The same with the characters that are on keycodes up to 255, which X11 programs get too. One's own
    /// sequences come first, so they are the first of the text.
    #[track_caller]
    pub(crate) fn what_x11_sees_arrives(&mut self, open: fn(&Home) -> Window, letter: char) {
        let symbols = self.read(".config/xkb/symbols/composekey").expect("it was written");
        let places = xkb_option::read_places(&symbols);
        let low = |c| places.iter().any(|(place, &at)| at == c && place.keycode.to_x11().is_some());
        let first = self.text.iter().take_while(|&&c| low(c)).count();
        assert!(first >= 248, "{first} characters reach X11 programs");
        self.arrives(open, letter, first);
    }

    /// Composes so many characters of the text.
    #[track_caller]
    pub(crate) fn arrives(&mut self, open: fn(&Home) -> Window, letter: char, characters: usize) {
        let window = self.window(open, letter);
        let start = Instant::now();
        let text = self.text[..characters].to_vec();
        let mut expected = String::new();
        for (i, chunk) in text.chunks(CHUNK).enumerate() {
            expected.extend(chunk);
            if chunk.len() == CHUNK {
                self.hold(&keys(i));
            } else {
                // Fewer than one of the sequences gives.
                let _ = self.home.composekey(&["type", "--", &String::from_iter(chunk)]);
            }
            self.expect(&window, &expected);
        }
        self.guest.note(format!(
            "  {}: {characters} characters, 0 wrong, {:.1} s",
            window.name,
            start.elapsed().as_secs_f64()
        ));
    }

    /// A window that has the focus; the key of A gives this letter there.
    #[track_caller]
    pub(crate) fn window(&mut self, open: fn(&Home) -> Window, letter: char) -> Window {
        let window = open(&self.home);
        // A new window gets the focus in its time.
        let focused = wait_until(|| {
            self.tap("a");
            sleep(Duration::from_millis(300));
            window.received().ends_with(letter)
        });
        assert!(focused, "the key of A does not give {letter} in {window:?}");
        window.settle();
        window
    }

    /// Waits until exactly this has arrived since the window was settled.
    #[track_caller]
    pub(crate) fn expect(&mut self, window: &Window, expected: &str) {
        if !wait_until(|| window.received().len() >= expected.len()) {
            let read = |name| fs::read_to_string(self.home.path(name)).unwrap_or_default();
            let lost = read("sway.log");
            let lost = lost.lines().filter(|line| line.contains("SYN_DROPPED"));
            let lost = lost.collect::<Vec<_>>().join("\n");
            let status = self.home.composekey(&["status"]);
            self.guest.note(format!("{}\n{status}\n{lost}", read("daemon.log")));
        }
        window.expect(expected);
    }

    /// Types these letters in a hold.
    pub(crate) fn hold(&mut self, letters: &str) {
        self.key("caps_lock", KeyCode::KEY_CAPSLOCK, true);
        for letter in letters.chars() {
            self.tap(&letter.to_string());
        }
        self.key("caps_lock", KeyCode::KEY_CAPSLOCK, false);
    }

    /// Another table: the daemon reads it, the option is written anew, sway reads its configuration again, and the
    /// daemon hears of the keymap.
    #[track_caller]
    pub(crate) fn change_table(&self, config: &str) {
        write_config(&self.home, config);
        let _ = self.home.composekey(&["reload"]);
        assert!(self.missing().is_some(), "the keymap has the new character already");
        self.xkb("install");
        self.reload();
        assert!(wait_until(|| self.missing().is_none()), "{:?}", self.missing());
    }

    /// Takes the option's files away, and has sway read its configuration again.
    #[track_caller]
    pub(crate) fn remove(&self) {
        self.xkb("remove");
        self.reload();
        assert!(wait_until(|| self.missing().is_some()), "the keymap is as before");
    }

    /// `composekey xkb`, as the user who runs sway: the files are his by now.
    #[track_caller]
    fn xkb(&self, word: &str) {
        let mut command = self.home.command("setpriv");
        command.args(USER).args([env!("CARGO_BIN_EXE_composekey"), "xkb", word]);
        let output = command.output().expect("`setpriv` starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// What the daemon says of characters that no key has.
    fn missing(&self) -> Option<String> {
        let status = self.home.composekey(&["status"]);
        status.lines().find(|line| line.contains("no key in the keymap")).map(str::to_owned)
    }

    /// A file of the home.
    pub(crate) fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.home.path(name)).ok()
    }

    /// Makes another one of the layouts the active one, as sway's own command does.
    pub(crate) fn switch_layout(&self, number: u32) {
        let words = ["input", "type:keyboard", "xkb_switch_layout", &number.to_string()];
        let output = self.swaymsg(&words);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Has sway read its configuration again. An emulated one takes longer than `swaymsg` waits for its answer, so
    /// that is not asked for: what comes of it shows.
    fn reload(&self) {
        let _ = self.swaymsg(&["reload"]);
    }

    fn swaymsg(&self, words: &[&str]) -> Output {
        let sockets = fs::read_dir(self.home.path("run")).expect("the folder is ours");
        let mut sockets = sockets.flatten().map(|entry| entry.path());
        let is_it = |path: &std::path::PathBuf| path.to_string_lossy().contains("/sway-ipc.");
        let socket = sockets.find(is_it).expect("sway listens");
        let mut command = self.home.command("swaymsg");
        command.args(words).env("SWAYSOCK", socket).output().expect("`swaymsg` starts")
    }

    /// Returns when the kernel knows: QEMU keeps few keys.
    fn key(&mut self, name: &str, code: KeyCode, down: bool) {
        self.guest.key(name, down);
        let arrived = crate::support::wait_until(|| self.physical.down().contains(&code) == down);
        assert!(arrived, "QEMU's key did not reach the kernel");
    }

    /// Presses and releases the key of a letter.
    pub(crate) fn tap(&mut self, letter: &str) {
        let code = format!("KEY_{}", letter.to_ascii_uppercase()).parse().expect("it has a key");
        self.key(letter, code, true);
        self.key(letter, code, false);
    }
}

/// sway with a screen in memory, drawn without a graphics card, and the machine's input devices.
fn start_sway(home: &Home) -> Program {
    let own = Command::new("chown").args(["-R", "nobody:input"]).arg(home.path("")).status();
    assert!(own.is_ok_and(|status| status.success()), "the folder is ours");
    // Compositors go before what they serve.
    let mut command = home.command("nice");
    command
        .args(["-n", "-15", "setpriv"])
        .args(USER)
        .args(["sway", "--verbose"])
        .env("WLR_BACKENDS", "headless,libinput")
        .env("WLR_RENDERER", "pixman")
        // No service for seats runs here: the library does it, without a virtual terminal.
        .env("LIBSEAT_BACKEND", "builtin")
        .env("SEATD_VTBOUND", "0");
    let log = File::create(home.path("sway.log")).expect("the folder is ours");
    Program::start(command.stdout(Stdio::null()).stderr(log))
}

/// What every session has in its `config.toml`, and this.
fn write_config(home: &Home, config: &str) {
    let settings = "backend = \"evdev\"\nfeedback = \"none\"\n";
    home.write(".config/composekey/config.toml", &format!("{settings}{config}"));
}

/// The sequence of a chunk: one that no keymap has, with letters that `us` and `de` have on the same keys.
fn keys(chunk: usize) -> String {
    const LETTERS: usize = 24;
    let letter =
        |number: usize| char::from(b'a' + u8::try_from(number % LETTERS).expect("a letter"));
    let second = ['q', 'j'][chunk / (LETTERS * LETTERS)];
    ['x', second, letter(chunk / LETTERS), letter(chunk)].into_iter().collect()
}
