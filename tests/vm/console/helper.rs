//! `composekey-console` alone, by its lines.

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::{
        fs::{PermissionsExt, chown},
        process::CommandExt,
    },
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Instant,
};

use composekey::output::console::{Answer, MOST, PROGRAM, Request, Strokes};
use evdev::KeyCode;
use rustix::process::Signal;

use super::terminal::{Keys, Terminal, assert_same, load_keys, run, tables};
use crate::{
    guest::Guest,
    support::{
        board::Board,
        daemon::{program, send},
        wait_until,
    },
};

/// `nobody` of Debian.
const NOBODY: u32 = 65534;

/// A running helper.
#[derive(Debug)]
struct Helper {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl Helper {
    fn new() -> Self {
        Self::start(&mut Command::new(program(PROGRAM)))
    }

    fn start(command: &mut Command) -> Self {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        Self { child, stdin, stdout }
    }

    fn ask(&mut self, line: &str) -> String {
        let stdin = self.stdin.as_mut().expect("it listens");
        stdin.write_all(format!("{line}\n").as_bytes()).expect("it listens");
        let mut answer = String::new();
        let _ = self.stdout.read_line(&mut answer).expect("it answers");
        answer.trim_end().to_owned()
    }

    /// The keys that type a text.
    #[track_caller]
    fn spell(&mut self, text: &str) -> Vec<Strokes> {
        let request = Request::new(text).expect("characters");
        let said = self.ask(&request.to_string());
        let answer = Answer::parse(&said, request.characters().len());
        let strokes = answer.and_then(|answer| answer.0.ok());
        let strokes = strokes.unwrap_or_else(|| panic!("it said `{said}`"));
        let place = |c| request.characters().binary_search(&c).expect("it was asked for");
        text.chars().map(|c| strokes[place(c)].clone()).collect()
    }

    /// Ends its input and waits for its end.
    fn end(&mut self) -> Option<i32> {
        self.stdin = None;
        self.child.wait().expect("our child").code()
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

fn strike(board: &mut Board, strokes: &[Strokes]) {
    for &key in strokes.iter().flatten() {
        board.tap(KeyCode(key.into()));
    }
}

/// 1,000 characters, 100 of them different: of one byte, two, three and four, in an order of no rule.
pub(super) fn long_text() -> String {
    let all: Vec<char> =
        [('a', 5), ('à', 24), ('α', 16), ('→', 20), ('한', 5), ('\u{f8fc}', 8), ('😀', 22)]
            .into_iter()
            .flat_map(|(first, count)| (first..).take(count))
            .collect();
    // Steps through all of them, in another order each time.
    let text: String =
        (0..1000_usize).map(|n| all[n * [7, 13, 29, 37, 43][n / 100 % 5] % 100]).collect();
    assert_eq!(text.chars().collect::<BTreeSet<_>>().len(), 100);
    text
}

pub(crate) fn any_character_is_typed(guest: &mut Guest) {
    let terminal = Terminal::new(1);
    let mut board = Board::with_unused_keys("Board");
    board.pace = std::time::Duration::ZERO;
    let mut helper = Helper::new();
    for text in
        ["λ", "é", "€", "→", "😀", "λé€→", "aλb😀c\u{fe0f}", "\u{f8ff}\u{efff}\u{f000}", "ﬁ"]
    {
        let strokes = helper.spell(text);
        board.text("x");
        strike(&mut board, &strokes);
        board.text("Y");
        terminal.expect(&format!("x{text}Y"));
    }
    let most: String = ('\u{1f300}'..).take(MOST).collect();
    let strokes = helper.spell(&most);
    strike(&mut board, &strokes);
    terminal.expect(&most);
    let text = long_text();
    let start = Instant::now();
    let strokes = helper.spell(&text);
    let bound = start.elapsed();
    board.text("x");
    strike(&mut board, &strokes);
    board.text("Y");
    terminal.expect(&format!("x{text}Y"));
    let keys = strokes.iter().flatten().count();
    guest.note(format!("1,000 characters, {keys} keys, bound in {} µs", bound.as_micros()));
}

pub(crate) fn held_keys_and_locks_change_nothing(_: &mut Guest) {
    let terminal = Terminal::new(1);
    let mut board = Board::with_unused_keys("Board");
    let mut helper = Helper::new();
    let text = "λñ😀É";
    for key in
        [KeyCode::KEY_LEFTSHIFT, KeyCode::KEY_LEFTCTRL, KeyCode::KEY_RIGHTALT, KeyCode::KEY_LEFTALT]
    {
        let strokes = helper.spell(text);
        board.down(key);
        strike(&mut board, &strokes);
        board.up(key);
        terminal.expect(text);
    }
    board.tap(KeyCode::KEY_CAPSLOCK);
    let strokes = helper.spell(text);
    board.text("a");
    strike(&mut board, &strokes);
    board.text("b");
    board.tap(KeyCode::KEY_CAPSLOCK);
    board.text("c");
    terminal.expect(&format!("A{text}Bc"));
}

pub(crate) fn nothing_is_left(_: &mut Guest) {
    let _terminal = Terminal::new(1);
    let before = tables();
    let mut helper = Helper::new();
    for text in ["λ", "😀", &('\u{1f300}'..).take(MOST).collect::<String>()] {
        helper.spell(text);
        assert!(tables() != before);
        assert_eq!(helper.ask(""), "keys");
        assert_same(&before, "after an empty line");
        helper.spell(text);
        assert_eq!(helper.end(), Some(0));
        assert_same(&before, "after the end of its input");
        for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
            helper = Helper::new();
            helper.spell(text);
            send(helper.child.id(), signal);
            assert_eq!(helper.child.wait().expect("our child").code(), Some(0));
            assert_same(&before, &format!("after {signal:?}"));
        }
        helper = Helper::new();
    }
    // Another terminal is in front by then, one that takes no characters.
    helper.spell("é😀");
    let other = Terminal::new(3);
    other.set_keys(Keys::ScanCodes);
    drop(helper);
    other.set_keys(Keys::Unicode);
    assert_same(&before, "with another terminal in front");
}

pub(crate) fn what_a_killed_one_left_is_taken_away(_: &mut Guest) {
    let terminal = Terminal::new(1);
    let mut board = Board::with_unused_keys("Board");
    let before = tables();
    for text in ["λé", "😀λ"] {
        let mut killed = Helper::new();
        let strokes = killed.spell(text);
        let _ = killed.child.kill();
        let _ = killed.child.wait();
        strike(&mut board, &strokes);
        terminal.expect(text);
        let mut next = Helper::new();
        let strokes = next.spell("→");
        strike(&mut board, &strokes);
        terminal.expect("→");
        drop(next);
        assert_same(&before, "afterwards");
    }
}

pub(crate) fn consoles_that_take_no_characters_are_refused(_: &mut Guest) {
    let terminal = Terminal::new(1);
    let before = tables();
    let mut helper = Helper::new();
    helper.spell("λ");
    terminal.set_graphics(true);
    assert_eq!(helper.ask("3bb"), "no graphics");
    terminal.set_graphics(false);
    assert_same(&before, "afterwards");
    for keys in [Keys::Bytes, Keys::Codes, Keys::ScanCodes] {
        terminal.set_keys(keys);
        assert_eq!(helper.ask("3bb"), "no mode", "{keys:?}");
    }
    terminal.set_keys(Keys::Unicode);
    assert_same(&before, "afterwards");
    // Another one in front counts, whatever this one is.
    terminal.set_keys(Keys::Bytes);
    let other = Terminal::new(2);
    let mut board = Board::with_unused_keys("Board");
    let strokes = helper.spell("λ😀");
    strike(&mut board, &strokes);
    other.expect("λ😀");
    drop(other);
    assert_eq!(helper.ask("3bb"), "no mode");
}

pub(crate) fn keys_that_others_use_and_a_second_one_are_refused(_: &mut Guest) {
    let terminal = Terminal::new(1);
    let mut board = Board::with_unused_keys("Board");
    let mut helper = Helper::new();
    load_keys("keycode 251 = z\n");
    let before = tables();
    assert_eq!(helper.ask("3bb"), "no taken");
    assert_same(&before, "afterwards");
    load_keys("keycode 251 = VoidSymbol\n");
    // A keymap that is loaded meanwhile costs nothing.
    helper.spell("λ😀");
    load_keys("keycode 249 = VoidSymbol\nkeycode 252 = VoidSymbol\n");
    let strokes = helper.spell("λ😀");
    strike(&mut board, &strokes);
    terminal.expect("λ😀");
    assert_eq!(Helper::new().ask("3bb"), "no busy");
    for line in ["1b", "x", "3bb 3bb", "110000"] {
        assert_eq!(helper.ask(line), "no invalid", "{line}");
    }
}

pub(crate) fn one_capability_and_the_console_are_enough(_: &mut Guest) {
    let terminal = Terminal::new(1);
    let mut board = Board::with_unused_keys("Board");
    let copy = Path::new("/run/composekey-console");
    fs::copy(program(PROGRAM), copy).expect("a copy");
    let start = || Helper::start(Command::new(copy).uid(NOBODY).gid(NOBODY));
    let mode = |mode| fs::set_permissions("/dev/tty0", fs::Permissions::from_mode(mode));
    mode(0o620).expect("we are root");
    assert_eq!(start().ask("3bb"), "no closed");
    chown("/dev/tty0", None, Some(NOBODY)).expect("we are root");
    assert_eq!(start().ask("3bb"), "no rights");
    run("setcap", &["cap_sys_tty_config+ep", "/run/composekey-console"]);
    let mut helper = start();
    let strokes = helper.spell("λ😀");
    strike(&mut board, &strokes);
    terminal.expect("λ😀");
    let status =
        fs::read_to_string(format!("/proc/{}/status", helper.child.id())).expect("it runs");
    let effective = status.lines().find(|line| line.starts_with("CapEff:"));
    assert_eq!(effective, Some("CapEff:\t0000000004000000"), "this capability and no other");
    assert_eq!(helper.end(), Some(0));
    chown("/dev/tty0", None, Some(5)).expect("we are root");
    // Who is logged in on it owns the terminal by its name.
    let mut helper = start();
    assert_eq!(helper.ask("3bb"), "no closed");
    chown("/dev/tty1", Some(NOBODY), None).expect("we are root");
    assert!(wait_until(|| helper.ask("3bb") == "keys 249"));
    drop(helper);
    chown("/dev/tty1", Some(0), None).expect("we are root");
}
