//! Random sequences of the shipped map, fast, with ordinary letters directly before and after.
//!
//! The choice is the same in every run; `COMPOSEKEY_SEED=N` makes another one.

use std::{
    fmt::Write as _,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use xkbcommon::xkb;

use crate::support::{App, Desk, Keyboard, Stroke, difference, key, wait_until};

/// A rule that this keyboard can type.
#[derive(Clone, Debug)]
struct Rule {
    strokes: Vec<Stroke>,
    text: String,
    /// Longer rules start with this one.
    is_prefix: bool,
}

/// What one hold types, and the letters around it.
struct Round<'r> {
    before: char,
    rules: Vec<&'r Rule>,
    after: char,
}

impl Round<'_> {
    fn expected(&self) -> String {
        let texts: String = self.rules.iter().map(|rule| rule.text.as_str()).collect();
        format!("{}{texts}{}", self.before, self.after)
    }

    fn keys(&self) -> impl Iterator<Item = &Stroke> {
        self.rules.iter().flat_map(|rule| &rule.strokes)
    }
}

/// The rules in use, as the command line lists them.
fn rules(desk: &Desk) -> Vec<Rule> {
    let output = desk.home.cli(&["list", "--json"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "`composekey list --json`: {errors}");
    let listed: Vec<(Vec<u32>, String)> =
        String::from_utf8(output.stdout).expect("JSON is UTF-8").lines().map(listed).collect();
    let longer = |prefix: &[u32]| {
        listed.iter().any(|(keys, _)| keys.len() > prefix.len() && keys.starts_with(prefix))
    };
    let layout = &desk.keyboard.layout;
    let typed = |(keysyms, text): &(Vec<u32>, String)| {
        let stroke = |&keysym: &u32| layout.keysym(keysym).filter(|s| !is_editing(s.code)).cloned();
        let strokes = keysyms.iter().map(stroke).collect::<Option<Vec<_>>>()?;
        Some(Rule { strokes, text: text.clone(), is_prefix: longer(keysyms) })
    };
    listed.iter().filter_map(typed).collect()
}

/// Keys that edit what is pending, or that are the trigger itself.
fn is_editing(code: u8) -> bool {
    [key::BACKSPACE, key::ESCAPE, key::CAPS].contains(&code)
}

fn listed(line: &str) -> (Vec<u32>, String) {
    let rule: serde_json::Value = serde_json::from_str(line).expect("one JSON object a line");
    let keysyms = rule["keysyms"].as_array().expect("`keysyms` is a list").iter().map(|name| {
        let name = name.as_str().expect("a keysym's name");
        xkb::keysym_from_name(name, xkb::KEYSYM_NO_FLAGS).raw()
    });
    (keysyms.collect(), rule["text"].as_str().expect("`text` is text").to_owned())
}

/// SplitMix64: random enough to choose, and the same everywhere.
struct Choice(u64);

impl Choice {
    fn new() -> Self {
        let seed = std::env::var("COMPOSEKEY_SEED").ok();
        Self(seed.map_or(1, |seed| seed.parse().expect("`COMPOSEKEY_SEED` is a number")))
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % limit as u64).expect("below a usize")
    }

    fn letter(&mut self) -> char {
        let letters: Vec<char> = ('a'..='z').chain('A'..='Z').collect();
        letters[self.below(letters.len())]
    }

    /// One to three rules a hold; only the last may be one that waits for more.
    fn rounds<'r>(&mut self, rules: &'r [Rule], count: usize) -> Vec<Round<'r>> {
        let closed: Vec<&Rule> = rules.iter().filter(|rule| !rule.is_prefix).collect();
        let mut round = || {
            let mut chosen: Vec<&Rule> =
                (0..self.below(3)).map(|_| closed[self.below(closed.len())]).collect();
            chosen.push(&rules[self.below(rules.len())]);
            Round { before: self.letter(), rules: chosen, after: self.letter() }
        };
        (0..count).map(|_| round()).collect()
    }
}

fn type_plainly(keyboard: &mut Keyboard, round: &Round) {
    keyboard.text(&round.before.to_string());
    keyboard.down(key::CAPS);
    for stroke in round.keys() {
        keyboard.strokes(std::slice::from_ref(stroke));
    }
    keyboard.up(key::CAPS);
    keyboard.text(&round.after.to_string());
}

/// After a pause in which the keyboard was given back: the whole hold may be over before the daemon
/// is woken.
fn type_after_a_pause(keyboard: &mut Keyboard, round: &Round) {
    thread::sleep(Duration::from_millis(150));
    type_plainly(keyboard, round);
}

fn type_overlapping(keyboard: &mut Keyboard, round: &Round) {
    let before = keyboard.layout.text(&round.before.to_string());
    let after = keyboard.layout.text(&round.after.to_string());
    let keys: Vec<Stroke> = round.keys().cloned().collect();
    let last = keyboard.roll(None, &before);
    keyboard.down(key::CAPS);
    let last = keyboard.roll(last, &keys);
    keyboard.up(key::CAPS);
    keyboard.lift(last);
    let last = keyboard.roll(None, &after);
    keyboard.lift(last);
}

/// Programs that do nothing as fast as they can.
struct Busy(Vec<Child>);

impl Busy {
    fn start(count: usize) -> Self {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "sh", "-c", "while :; do :; done"]);
        command.stdin(Stdio::null());
        Self((0..count).map(|_| command.spawn().expect("`sh` starts")).collect())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn check(how: fn(&mut Keyboard, &Round), busy: usize) {
    let mut desk = Desk::without_daemon(App::xterm, "");
    desk.start_daemon();
    let rules = rules(&desk);
    assert!(rules.len() >= 50, "only {} rules can be typed", rules.len());
    let rounds = Choice::new().rounds(&rules, 200);
    let load = Busy::start(busy);
    rounds.iter().for_each(|round| how(&mut desk.keyboard, round));
    let expected: String = rounds.iter().map(Round::expected).collect();
    desk.sync();
    let arrived = wait_until(|| desk.app.received() == expected);
    drop(load);
    assert!(arrived, "{}", explain(&rounds, &expected, &desk.app.received()));
    desk.finish(&expected);
}

/// The difference, and the round in which it begins.
fn explain(rounds: &[Round], expected: &str, received: &str) -> String {
    let same = expected.chars().zip(received.chars()).take_while(|(e, r)| e == r).count();
    let mut seen = 0;
    let round = rounds.iter().position(|round| {
        seen += round.expected().chars().count();
        seen > same
    });
    let mut text = difference(expected, received);
    if let Some(number) = round {
        let keys: Vec<_> = rounds[number].keys().map(|s| (s.code, &s.modifiers)).collect();
        let _ = write!(
            text,
            "\n  in round {number}, which should give {:?}: keys {keys:?}",
            rounds[number].expected()
        );
    }
    text
}

#[test]
fn every_rule_once() {
    let mut desk = Desk::without_daemon(App::xterm, "");
    desk.start_daemon();
    let rules = rules(&desk);
    let rounds: Vec<Round> =
        rules.iter().map(|rule| Round { before: '(', rules: vec![rule], after: ')' }).collect();
    rounds.iter().for_each(|round| type_plainly(&mut desk.keyboard, round));
    let expected: String = rounds.iter().map(Round::expected).collect();
    desk.sync();
    let arrived = wait_until(|| desk.app.received() == expected);
    assert!(arrived, "{}", explain(&rounds, &expected, &desk.app.received()));
    desk.finish(&expected);
}

#[test]
fn fast() {
    check(type_plainly, 0);
}

#[test]
fn fast_on_a_busy_machine() {
    check(type_plainly, 6);
}

#[test]
fn after_pauses_on_a_busy_machine() {
    check(type_after_a_pause, 6);
}

#[test]
fn overlapping() {
    check(type_overlapping, 0);
}

#[test]
fn overlapping_on_a_busy_machine() {
    check(type_overlapping, 6);
}
