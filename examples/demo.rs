//! `make run`: composekeyd on this display, or on a private one with a keyboard that types by itself.
#![expect(clippy::print_stdout, reason = "a demonstration is for the terminal")]

#[expect(dead_code, unused_imports, reason = "the tests use more of it")]
#[path = "../tests/e2e/support/mod.rs"]
mod support;

use std::{
    process::{Command, ExitCode},
    thread,
    time::Duration,
};

use support::{App, Desk, Keyboard, key, program, wait_until};

/// What the fingers do, in words and on the keyboard, and what the window should show for it.
struct Step {
    words: &'static str,
    fingers: fn(&mut Keyboard),
    text: &'static str,
}

const STEPS: &[Step] = &[
    Step {
        words: "type na; hold Caps Lock, type \"i, let go; type ve",
        fingers: |keyboard| {
            keyboard.text("na");
            keyboard.hold("\"i");
            keyboard.text("ve ");
        },
        text: "naïve ",
    },
    Step {
        words: "hold Caps Lock, type \"u 'e =e: three characters in one hold",
        fingers: |keyboard| {
            keyboard.hold("\"u'e=e");
            keyboard.text(" ");
        },
        text: "üé€ ",
    },
    Step {
        words: "hold Caps Lock, type --, let go; again with ---",
        fingers: |keyboard| {
            keyboard.hold("--");
            keyboard.hold("---");
            keyboard.text(" ");
        },
        text: "–— ",
    },
    Step {
        words: "tap Caps Lock, then type ->",
        fingers: |keyboard| {
            keyboard.tap_trigger();
            keyboard.text("-> ");
        },
        text: "→ ",
    },
    Step {
        words: "Shift + Caps Lock is still Caps Lock: type on, hold 'e, and off again",
        fingers: |keyboard| {
            let toggle = |keyboard: &mut Keyboard| {
                keyboard.down(key::SHIFT);
                keyboard.tap_trigger();
                keyboard.up(key::SHIFT);
            };
            toggle(keyboard);
            keyboard.text("on");
            keyboard.hold("'e");
            toggle(keyboard);
            keyboard.text("off ");
        },
        text: "ONéoff ",
    },
];

fn main() -> ExitCode {
    let display = std::env::var("DISPLAY").ok().filter(|display| !display.is_empty());
    if let Some(display) = display {
        println!("composekeyd on display {display}. Hold Caps Lock and type \"u: ü.");
        println!("Ctrl+C ends it, and your keyboard is as it was.\n");
        let status = Command::new(program("composekeyd")).status();
        match status.ok().and_then(|status| status.code()) {
            Some(2) => println!("\nIt cannot run here, so it is shown on a private X server."),
            Some(0) | None => return ExitCode::SUCCESS,
            Some(_) => return ExitCode::FAILURE,
        }
    }
    if show() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Types every step at a person's pace; `false` when something else arrived than should.
fn show() -> bool {
    let mut desk = Desk::without_daemon(App::xterm, "");
    desk.start_daemon();
    desk.keyboard.pace = Duration::from_millis(40);
    println!("A private X server ({}), a keyboard, an xterm, and:\n", desk.server.display());
    desk.daemon().messages().lines().for_each(|line| println!("    {line}"));
    println!("\n{:<72}the window received", "on the keyboard");
    let mut right = true;
    for step in STEPS {
        right &= type_step(&mut desk, step);
    }
    println!("\n\"la\" = \"λ\" is written to config.toml, nothing is restarted.");
    desk.home.write("[sequences]\n\"la\" = \"λ\"\n");
    let step = Step { words: "hold Caps Lock, type la", fingers: |k| k.hold("la"), text: "λ" };
    // A person takes longer than this from the editor to the next key.
    thread::sleep(Duration::from_millis(500));
    right &= type_step(&mut desk, &step);
    right
}

fn type_step(desk: &mut Desk, step: &Step) -> bool {
    let before = desk.app.received();
    let expected = format!("{before}{}", step.text);
    (step.fingers)(&mut desk.keyboard);
    desk.sync();
    let right = wait_until(|| desk.app.received() == expected);
    let received = desk.app.received();
    let new = received.strip_prefix(&before).unwrap_or(&received);
    let remark = if right { String::new() } else { format!("   but {} was expected", step.text) };
    println!("{:<72}{new}{remark}", step.words);
    right
}
