//! What a verdict says of a rule is what happens when its keys are typed, in every profile: no library is
//! asked here, the machines were compared with them.

use std::collections::BTreeMap;

use composekey::{
    keysym::Keysym,
    xcompose::{
        machine::{Fed, Machine},
        profile::{Family, Outcome, Profile, Reading, Reason, Verdict, What},
        tree::NodeId,
    },
};
use proptest::{
    strategy::{Strategy as _, ValueTree as _},
    test_runner::{Config, TestRunner},
};

use crate::{
    corpus::{self, Key},
    libxkbcommon, random,
    world::{names, read},
};

/// A key that no file has: it ends what waits.
const OTHER: Keysym = Keysym(0xffd4);

/// What is typed by these keys, and by another key if they wait for it. `None` too when they were given up
/// before the last one, which may type something by itself.
fn typed(family: Family, fresh: &Machine<'_>, keys: &[Key]) -> Option<String> {
    let mut machine = fresh.clone();
    let (last, before) = keys.split_last()?;
    let mut feed = |key: &Key| machine.feed_held(key.keysym, key.held);
    // In GTK and IBus a key that is lost may leave those before it.
    let gives_up = |fed: &Fed| match fed {
        Fed::Composed(_) => true,
        Fed::Aborted => !matches!(family, Family::Gtk3 | Family::Gtk4 | Family::Ibus),
        Fed::Pending | Fed::Ignored => false,
    };
    if before.iter().any(|key| gives_up(&feed(key))) {
        return None;
    }
    let fed = match feed(last) {
        Fed::Pending => machine.feed(OTHER),
        fed => fed,
    };
    match fed {
        Fed::Composed(gives) => Some(gives.text),
        _ => None,
    }
}

/// The keys of every rule in the table, with the modifiers that it asks for.
fn held(reading: &Reading) -> BTreeMap<usize, Vec<Key>> {
    let mut rules = BTreeMap::new();
    let mut todo = vec![(NodeId::ROOT, Vec::new())];
    while let Some((at, keys)) = todo.pop() {
        let node = reading.table.node(at);
        for &next in &node.children {
            let child = reading.table.node(next);
            let key = Key { keysym: child.keysym, held: child.modifiers.value };
            todo.push((next, [&keys[..], &[key]].concat()));
        }
        rules.extend(node.rule.map(|rule| (rule, keys)));
    }
    rules
}

/// Whether nobody can type a key: it is too large, or nothing to IBus, which looks at the lower half.
fn is_nothing(profile: Profile, keysym: Keysym) -> bool {
    !(1..=0x1fff_ffff).contains(&keysym.0)
        || profile.family == Family::Ibus && keysym.0 & 0xffff == 0
}

fn is_itself(keysyms: &[Keysym], text: &str) -> bool {
    matches!(keysyms, [key] if key.to_char().map(String::from).as_deref() == Some(text))
}

/// The rule that hides the one that hides … this one; `None` when they hide each other.
fn last(reading: &Reading, rule: usize) -> Option<usize> {
    let by = |rule: &usize| match reading.statements[*rule].verdict {
        Verdict::Hidden { by, .. } => Some(by),
        _ => None,
    };
    let chain = std::iter::successors(Some(rule), by).take(reading.statements.len() + 1);
    chain.last().filter(|last| by(last).is_none())
}

/// Whether another rule for the same keys gives the same text, and counts: then that one was typed.
fn again(reading: &Reading, rule: usize) -> bool {
    let what = &reading.statements[rule].what;
    let mut others = reading.statements.iter().enumerate().filter(|&(other, _)| other != rule);
    others.any(|(_, other)| {
        let same = match (what, &other.what) {
            (
                What::Rule { keysyms, gives },
                What::Rule { keysyms: other_keysyms, gives: other_gives },
            ) => keysyms == other_keysyms && gives.text == other_gives.text,
            _ => false,
        };
        same && matches!(other.verdict, Verdict::Kept | Verdict::Altered { .. })
    })
}

/// The keys with a modifier more at some of them, in every way; of many keys the first ones alone.
fn ways(keys: &[Key]) -> Vec<Vec<Key>> {
    /// None, Shift, Lock, Control, Mod1.
    const MODIFIERS: [u8; 5] = [0, 1, 2, 4, 8];
    const MOST: usize = 4;
    let mut ways = vec![keys.to_vec()];
    for at in 0..keys.len().min(MOST) {
        let with = |way: &Vec<Key>, more: u8| {
            let mut way = way.clone();
            way[at].held |= more;
            way
        };
        ways = ways.iter().flat_map(|way| MODIFIERS.map(|more| with(way, more))).collect();
    }
    // Two that are held all the time.
    let all = (0..16).map(|more| {
        keys.iter().map(|&Key { keysym, held }| Key { keysym, held: held | more }).collect()
    });
    ways.extend(all);
    ways
}

/// The rules of a reading of which something else is said than what happens.
fn wrong(reading: &Reading) -> Vec<String> {
    let mut wrong = Vec::new();
    if reading.file.outcome == Outcome::KillsTable {
        return wrong;
    }
    let fresh = Machine::new(reading);
    let held = held(reading);
    for (index, statement) in reading.statements.iter().enumerate() {
        let What::Rule { keysyms, gives } = &statement.what else { continue };
        if keysyms.iter().any(|&keysym| is_nothing(reading.profile, keysym)) {
            continue;
        }
        let plain = || keysyms.iter().map(|&keysym| Key { keysym, held: 0 }).collect();
        let keys: Vec<Key> = held.get(&index).cloned().unwrap_or_else(plain);
        let is_it = |typed: &Option<String>| typed.as_ref() == Some(&gives.text);
        let family = reading.profile.reader();
        // A rule of libX11 may count only while modifiers are held that it does not speak of.
        let with_more = || ways(&keys).iter().map(|keys| typed(family, &fresh, keys)).find(is_it);
        let typed = match typed(family, &fresh, &keys) {
            other if family == Family::LibX11 && !is_it(&other) => with_more().unwrap_or(other),
            typed => typed,
        };
        let right = match &statement.verdict {
            // A key that gives its own character is left to the application.
            Verdict::Kept if typed.is_none() => is_itself(keysyms, &gives.text),
            Verdict::Kept => typed.as_deref() == Some(&gives.text),
            // Without that key they may be the keys of another rule.
            Verdict::Altered { reason: Reason::ModifierKey(_), .. } => true,
            Verdict::Altered { to, .. } if typed.is_none() => {
                to.is_empty() || is_itself(keysyms, to)
            }
            Verdict::Altered { to, .. } => typed.as_deref() == Some(to),
            // A modifier is no key to most: the others alone may be another rule's.
            Verdict::Hidden { .. } if keysyms.iter().any(|keysym| keysym.is_modifier()) => true,
            Verdict::Hidden { by, .. } => {
                let gives_other = || typed.as_ref() != Some(&gives.text);
                // In the end it may be an include of the toolkit's own table, or they hide each other.
                let other = last(reading, *by).and_then(|by| reading.gives(by));
                other.is_some_and(|other| other.text == gives.text)
                    || gives_other()
                    || again(reading, index)
            }
            Verdict::Dropped(_) => true,
        };
        if !right {
            let said = &statement.verdict;
            let keys = names(keysyms);
            wrong.push(format!(
                "{}: {index}: {keys} gives {:?}: {said:?}, typed {typed:?}",
                reading.profile, gives.text
            ));
        }
    }
    wrong
}

#[track_caller]
fn check(wrong: &[String]) {
    let shown = &wrong[..wrong.len().min(90)];
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), shown.join("\n"));
}

#[test]
fn of_the_corpus() {
    let mut found = Vec::new();
    for case in corpus::cases() {
        for &profile in Profile::ALL {
            let readings = case.read(profile);
            let of_case = readings
                .iter()
                .flat_map(wrong)
                .take(2)
                .map(|line| format!("{}: {line}", case.name));
            found.extend(of_case);
        }
    }
    check(&found);
}

#[test]
fn of_random_files() {
    let folder = tempfile::tempdir().unwrap();
    libxkbcommon::includes(folder.path());
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    let files = random::file(folder.path().to_str().unwrap());
    let mut found = Vec::new();
    for _ in 0..300 {
        let text = files.new_tree(&mut runner).unwrap().current();
        for &profile in Profile::ALL {
            let reading = read(profile, &text);
            let shown = String::from_utf8_lossy(&text);
            found.extend(wrong(&reading).iter().map(|line| format!("{line}\n{shown}")));
        }
    }
    check(&found);
}
