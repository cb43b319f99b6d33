//! However a program ends, the terminal is as it was.

use std::{env, os::unix::process::ExitStatusExt, time::Instant};

use composekey::cli::screen::{Press, Program, run};
use ratatui::{Frame, text::Line};
use rustix::process::Signal;

use crate::support::{Console, Home, Kind};

const MAP: &str = "keymaps = []\n[sequences]\nla = 'λ'\n";

fn start(home: &Home, kind: Kind) -> Console {
    let console = Console::new(kind, home, &["try"]);
    console.expect("nothing yet");
    console
}

#[test]
fn control_c() {
    for kind in [Kind::Classic, Kind::Kitty] {
        let home = Home::new(MAP);
        let mut console = start(&home, kind);
        console.send("\u{3}");
        assert_eq!(console.end().code(), Some(0));
        console.expect_restored();
    }
}

#[test]
fn signals() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT] {
        let home = Home::new(MAP);
        let mut console = start(&home, Kind::Kitty);
        console.signal(signal);
        // Whoever waits for it learns of the signal.
        assert_eq!(console.end().signal(), Some(signal.as_raw()));
        console.expect_restored();
    }
}

struct Panic;

impl Program for Panic {
    fn wants_every_key(&self) -> bool {
        true
    }

    fn key(&mut self, _press: &Press, _now: Instant) {
        panic!("a screen that panics");
    }

    fn draw(&self, frame: &mut Frame<'_>) {
        frame.render_widget(Line::raw("press a key"), frame.area());
    }

    fn is_over(&self) -> bool {
        false
    }
}

/// Says to this test that it is the program in the terminal.
const INSIDE: &str = "COMPOSEKEY_TEST_PANIC";

/// Runs itself: in the terminal that it looks at it is the program that panics.
#[test]
fn a_panic() {
    if env::var_os(INSIDE).is_some() {
        run(&mut Panic).expect("there is a terminal");
    }
    let program = env::current_exe().expect("it runs");
    let inside = format!("{INSIDE}=1");
    let args = [&inside, program.to_str().unwrap(), "--exact", "shell::a_panic", "--nocapture"];
    let home = Home::new(MAP);
    let mut console = Console::with(Kind::Kitty, &home, "/usr/bin/env".as_ref(), &args);
    console.expect("press a key");
    console.send("x");
    assert_eq!(console.end().code(), Some(101));
    console.expect_restored();
    // On the screen of before, where it can be read.
    console.expect("a screen that panics");
}

#[test]
fn stopped_and_continued() {
    for stop in ["\u{1a}", ""] {
        let home = Home::new(MAP);
        let mut console = start(&home, Kind::Kitty);
        console.send(stop);
        if stop.is_empty() {
            console.signal(Signal::TSTP);
        }
        console.expect_stopped();
        console.expect_restored();
        console.signal(Signal::CONT);
        console.expect("nothing yet");
        console.send("x");
        console.expect("typed as it is");
        console.send("\u{3}");
        assert_eq!(console.end().code(), Some(0));
        console.expect_restored();
    }
}

#[test]
fn another_size() {
    let home = Home::new(MAP);
    let mut console = start(&home, Kind::Classic);
    for (rows, columns) in [(12, 50), (40, 120), (3, 10), (24, 80)] {
        console.resize(rows, columns);
        if rows == 3 {
            console.expect("the termin");
            continue;
        }
        console.expect("nothing yet");
        // The hints are on the last line, the state at the right end of the first.
        let at_the_edges = || {
            let text = console.text();
            let lines: Vec<&str> = text.lines().collect();
            lines.len() == usize::from(rows)
                && lines[usize::from(rows) - 1].starts_with(" Ctrl+C")
                && lines[0].ends_with("trigger up")
                && lines[0].chars().count() == usize::from(columns) - 1
        };
        console.wait("picture of this size", at_the_edges);
    }
    console.send("\u{3}");
    assert_eq!(console.end().code(), Some(0));
    console.expect_restored();
}

#[test]
fn without_a_terminal() {
    // `setsid` leaves it without one.
    let home = Home::new(MAP);
    let program = env!("CARGO_BIN_EXE_composekey");
    let args = ["--wait", program, "try"];
    let mut console = Console::with(Kind::Classic, &home, "/usr/bin/setsid".as_ref(), &args);
    assert_eq!(console.end().code(), Some(2));
    console.expect("error: no terminal to draw on:");
}
