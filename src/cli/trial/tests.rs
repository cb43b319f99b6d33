//! The screen without a terminal: made-up keys, and the picture that they make.

use std::{
    fs,
    time::{Duration, Instant},
};

use ratatui::{Terminal, backend::TestBackend};

use super::{model::Trial, story::Kind};
use crate::{
    cli::screen::{Key, Press, Program, draw::Theme},
    config::{self, Paths},
    diagnostic::Style,
    engine::{Direction, Mode},
};

const MAP: &str = include_str!("../../../tests/shared/trial.toml");

struct Desk {
    trial: Trial,
    now: Instant,
}

impl Desk {
    /// With the map and these settings.
    fn new(settings: &str) -> Self {
        Self::with(&format!("{settings}\n{MAP}"))
    }

    /// With this configuration.
    fn with(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::new(folder.path().into(), None, None, |_| None);
        fs::create_dir_all(&paths.config_dir).unwrap();
        fs::write(&paths.config_file, config).unwrap();
        let loaded = config::load(&paths);
        assert_eq!(loaded.diagnostics, []);
        let trial = Trial::new(loaded, "tab".parse().unwrap(), Theme::new(Style::Plain));
        Self { trial, now: Instant::now() }
    }

    /// A millisecond passes, then a key is pressed.
    fn press(&mut self, press: Press) {
        self.pause(1);
        self.trial.key(&press, self.now);
    }

    /// `⇥` is the leader, `⌫` Backspace, `⎋` Escape.
    fn keys(&mut self, keys: &str) -> &mut Self {
        for c in keys.chars() {
            self.press(Press::new(match c {
                '⇥' => Key::Tab,
                '⌫' => Key::Backspace,
                '⎋' => Key::Escape,
                c => Key::Char(c),
            }));
        }
        self
    }

    fn pause(&mut self, ms: u64) -> &mut Self {
        self.now += Duration::from_millis(ms);
        if self.trial.deadline().is_some_and(|deadline| deadline <= self.now) {
            self.trial.tick(self.now);
        }
        self
    }

    /// The last thing that was told.
    #[track_caller]
    fn last(&self, kind: Kind, said: &str) {
        let told = self.trial.log.back().unwrap();
        assert_eq!((told.kind, told.said.as_str()), (kind, said));
    }

    #[track_caller]
    fn text(&self, expected: &str) {
        assert_eq!(self.trial.text, expected);
    }

    fn picture(&self) -> String {
        let mut terminal = Terminal::new(TestBackend::new(80, 20)).unwrap();
        terminal.draw(|frame| self.trial.draw(frame)).unwrap();
        let text = terminal.backend().to_string();
        let lines = text.lines().map(|line| line.trim_matches('"').trim_end());
        lines.collect::<Vec<_>>().join("\n")
    }
}

#[test]
fn a_hold_by_the_leader() {
    let mut desk = Desk::new("");
    desk.keys("⇥\"u\"x--⇥ab⌫").text("ü–a");
    assert_eq!(desk.trial.view().mode, Mode::Idle);
    desk.last(Kind::Passed, "typed as it is: the trigger is up");
}

#[test]
fn why_nothing_came_out() {
    let mut desk = Desk::new("");
    desk.keys("⇥x").last(Kind::Lost, "no sequence begins with `x`: dropped");
    desk.keys("u\"").last(Kind::Waits, "waits: 2 sequences go on");
    desk.keys("x").last(Kind::Lost, "no sequence begins with `\"x`: dropped");
    desk.keys("al").last(Kind::Waits, "waits: 1 sequence goes on");
    desk.keys("⎋").last(Kind::Aside, "drops what waited");
    desk.keys("--").last(Kind::Waits, "waits: 1 sequence goes on; let go of the trigger for –");
    desk.keys("⌫").last(Kind::Aside, "takes back one key");
    desk.keys("⌫").last(Kind::Aside, "takes back the last key that waited");
    desk.keys("l⇥").last(Kind::Aside, "up; 1 key may still be completed for 300 ms");
    desk.pause(400).last(Kind::Lost, "`l` is only the beginning of a sequence: dropped");
    desk.text("");
}

#[test]
fn the_other_order_is_named() {
    let mut desk = Desk::new("");
    desk.keys("⇥\"l").last(Kind::Lost, "no sequence begins with `\"l`: dropped");
    let mut desk = Desk::with("keymaps = []\n[sequences]\nab = '1'\nbc = '2'\n");
    desk.keys("⇥ba").last(Kind::Lost, "no sequence begins with `ba`: dropped; `ab` gives 1");
}

#[test]
fn a_mismatch_may_be_typed() {
    let mut desk = Desk::new("on_mismatch = \"type\"");
    desk.keys("⇥lx").text("lx");
    desk.last(Kind::Gave, "the keys as text: `on_mismatch = \"type\"`");
}

#[test]
fn a_leader_twice_is_a_tap_however_slow() {
    let mut desk = Desk::new("");
    desk.keys("⇥").pause(5000).keys("⇥").last(Kind::Aside, "a tap: the next keys compose");
    desk.pause(4900).keys("l").pause(4900).keys("a").text("λ");
    assert_eq!(desk.trial.view().mode, Mode::Idle);
    desk.keys("⇥⇥").pause(6000).last(Kind::Aside, "5 s without a key: composing is over");
    desk.keys("⇥⇥⇥⇥r").text("λ®");
    let mut desk = Desk::new("tap_action = \"none\"");
    desk.keys("⇥⇥").last(Kind::Aside, "up; a tap alone does nothing: `tap_action = \"none\"`");
}

#[test]
fn a_terminal_that_tells_of_releases() {
    let mut desk = Desk::new("");
    desk.trial.told_of_every_key(true);
    let up = |key| Press { direction: Direction::Up, ..Press::new(key) };
    let repeat = |key| Press { direction: Direction::Repeat, ..Press::new(key) };
    let shift = Key::Modifier(0xffe1);
    for press in [
        Press::new(Key::CapsLock),
        Press::new(shift),
        Press::new(Key::Char('"')),
        repeat(Key::Char('"')),
        up(Key::Char('\'')),
        up(shift),
        Press::new(Key::Char('u')),
        up(Key::CapsLock),
        up(Key::Char('u')),
    ] {
        desk.press(press);
    }
    desk.text("ü");
    // Shift and the trigger are Caps Lock itself.
    for press in [Press::new(shift), Press::new(Key::CapsLock), up(Key::CapsLock), up(shift)] {
        desk.press(press);
    }
    assert!(desk.trial.caps_lock);
    desk.last(Kind::Aside, "Caps Lock itself is on now");
}

#[test]
fn the_code_of_a_character() {
    let mut desk = Desk::new("");
    desk.keys("⇥U+").last(Kind::Waits, "waits for a code point in hex digits");
    desk.keys("3BB ").text("λ");
    desk.last(Kind::Gave, "U+03BB GREEK SMALL LETTER LAMDA");
}

#[test]
fn only_the_end_of_what_is_typed_is_kept() {
    let mut desk = Desk::new("");
    desk.keys(&"x".repeat(1000));
    assert_eq!((desk.trial.text.len(), desk.trial.log.len()), (200, 200));
    desk.press(Press::new(Key::Enter));
    desk.text("");
}

#[test]
fn control_c_ends() {
    let mut desk = Desk::new("");
    desk.press(Press::ctrl('c'));
    assert!(desk.trial.is_over());
}

#[test]
fn the_picture() {
    let mut desk = Desk::new("");
    let idle = "
 composekey try                                                      trigger up
 text     ▏
 pending  nothing

 ── 7 sequences: hold or tap the trigger to compose ───────────────────────────
 Caps Lock itself cannot be seen in this terminal: Tab stands for it.
 Tab presses it, Tab again lets go; twice in a row is a tap.
 With composekeyd at work, Caps Lock composes here as elsewhere.





 ── what each key did ─────────────────────────────────────────────────────────
 nothing yet




 Ctrl+C ends   Tab trigger down or up   Backspace takes back   Escape drops";
    let picture = desk.picture();
    assert_eq!(format!("\n{picture}"), idle, "\n{picture}");
    desk.keys("⇥la\"x\"");
    let waits = "
 composekey try                                                    trigger down
 text     λ▏
 pending   \"

 ── what can follow: 2 sequences ──────────────────────────────────────────────
 o  ö  LATIN SMALL LETTER O WITH DIAERESIS  config
 u  ü  LATIN SMALL LETTER U WITH DIAERESIS  config






 ── what each key did ─────────────────────────────────────────────────────────
  l  waits: 1 sequence goes on
  a  λ  lambda, `la` in config.toml:9
  \"  waits: 2 sequences go on
  x  no sequence begins with `\"x`: dropped
  \"  waits: 2 sequences go on
 Ctrl+C ends   Tab trigger down or up   Backspace takes back   Escape drops";
    let picture = desk.picture();
    assert_eq!(format!("\n{picture}"), waits, "\n{picture}");
}

#[test]
fn a_small_terminal_is_no_panic() {
    let mut desk = Desk::new("");
    desk.keys("⇥la\"");
    for (width, height) in [(1, 1), (30, 8), (31, 9), (200, 3), (29, 100), (300, 100)] {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| desk.trial.draw(frame)).unwrap();
    }
}
