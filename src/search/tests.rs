use std::sync::Arc;

use super::*;
use crate::{
    keysym::Keysym,
    layout::{Held, Press},
    map,
    source::Sources,
};

/// A keyboard with the letters and signs of ASCII.
fn layout() -> Layout {
    let mut layout = Layout::new("ascii");
    for key in (' '..='~').map(Keysym::from_char) {
        let press = Press { key, held: Held::default(), group: 0, dead: false, rare: false };
        layout.add(key, press);
    }
    layout
}

fn rules(name: &str, lines: &str) -> Vec<Rule> {
    let mut sources = Sources::default();
    let id = sources.add(name, format!("[sequences]\n{lines}\n"));
    let (map, diagnostics) = map::load(id, &Arc::from(name), &sources);
    assert_eq!(diagnostics, []);
    map.rules
}

/// The answers, best first, and how the first one fits.
#[track_caller]
fn check(used: &str, unused: &str, query: &str, how: How, expected: &str) {
    let mut all = rules("used", used);
    let in_use = all.len();
    all.extend(rules("unused", unused));
    let layout = layout();
    let corpus = Corpus { rules: &all, in_use, layout: &layout };
    let query = Query::new(query);
    let hits = find(&query, &corpus);
    let texts: Vec<_> = hits.iter().map(|hit| hit.text).collect();
    assert!(texts.join(" ").starts_with(expected), "{texts:?} instead of {expected}");
    assert_eq!(hits[0].fit.how, how);
}

#[test]
fn every_way_of_asking() {
    let used =
        "'->' = '→'\n'sig' = 'Kind regards, Ada'\n'mine' = { text = '⌘', alias = 'propeller' }";
    for (query, how, first) in [
        ("→", How::Text, "→"),
        ("U+2192", How::Text, "→"),
        ("&#8594;", How::Text, "→"),
        ("\\u{2192}", How::Text, "→"),
        ("&rarr;", How::Code, "→"),
        ("\\rightarrow", How::Code, "→"),
        (":tada:", How::Code, "🎉"),
        ("->", How::Keys, "→"),
        ("rightwards arrow", How::Name, "→"),
        ("Rightwards  Arrow", How::Name, "→"),
        ("rarr", How::Name, "→"),
        ("EuroSign", How::Name, "€"),
        ("<EuroSign>", How::Name, "€"),
        ("propeller", How::Name, "⌘"),
        ("L*", How::Mnemonic, "Λ"),
        ("arrow rightwards", How::Words, "→"),
        ("rightw arro", How::Starts, "→"),
        ("terrobang", How::Part, "‽"),
        ("regards", How::Part, "Kind regards, Ada"),
        ("interobang", How::Slip, "‽"),
        ("intrerobang", How::Slip, "‽"),
        ("一", How::Text, "一"),
    ] {
        check(used, "", query, how, first);
    }
}

#[test]
fn what_can_be_typed_comes_first() {
    // Both are arrows of two words: the order of their numbers decides until one can be typed.
    check("", "", "north arrow", How::Words, "↖ ↗");
    check("'/x' = '↗'", "", "north arrow", How::Words, "↗ ↖");
    check("'ö' = '↖'", "'/x' = '↗'", "north arrow", How::Words, "↖ ↗");
    check("'ö' = '↖'\n'/x' = '↗'", "", "north arrow", How::Words, "↗ ↖");
    check("'xyz' = '↖'\n'/x' = '↗'", "", "north arrow", How::Words, "↗ ↖");
    // How well it fits comes before all that.
    check("'/x' = '↗'", "", "north west arrow", How::Name, "↖");
}

#[test]
fn capitals_are_meant() {
    check("'x' = 'Ω'\n'yy' = 'ω'", "", "omega", How::Name, "ω");
    check("'xx' = 'Ω'\n'y' = 'ω'", "", "Omega", How::Name, "Ω");
    check("'xx' = 'Ω'\n'y' = 'ω'", "", "\\Omega", How::Code, "Ω");
}

#[test]
fn the_best_rule_of_a_text_comes_first() {
    let all = rules("used", "'ö' = '→'\n'->>' = '→'\n'->' = '→'");
    let layout = layout();
    let corpus = Corpus { rules: &all, in_use: 3, layout: &layout };
    assert_eq!(corpus.typed("→"), (Typed::Here, vec![2, 1, 0]));
    assert_eq!(corpus.typed("a"), (Typed::Here, vec![]));
    assert_eq!(corpus.typed("ж"), (Typed::CodePoint, vec![]));
}

#[test]
fn suggestions_clash_with_nothing() {
    let rules = rules("used", "'/=' = '≠'\n'ne' = 'x'\n'abc' = 'y'");
    let taken = suggest::Taken::new(&rules);
    let clashes = |keys: &str| taken.clashes(&Sequence::parse(keys).unwrap());
    for keys in ["/=", "ne", "nex", "/=x", "ab", "a", "abc", "abcd"] {
        assert!(clashes(keys), "{keys}");
    }
    for keys in ["=/", "nn", "abd", "b"] {
        assert!(!clashes(keys), "{keys}");
    }
}

#[test]
fn suggestions_can_be_remembered() {
    let layout = layout();
    let keys = |text: &str| -> Vec<String> {
        suggest::candidates(text, &layout).iter().map(|c| c.sequence.to_string()).collect()
    };
    assert_eq!(keys("≠")[..4], ["/=", "=/", "!=", "=!"]);
    assert_eq!(keys("ǟ")[..2], ["\"-a", "a\"-"]);
    assert!(keys("⊕").contains(&"o+".to_owned()), "{:?}", keys("⊕"));
    assert!(keys("☃").contains(&"snow".to_owned()), "{:?}", keys("☃"));
    assert_eq!(keys("no such text"), [""; 0]);
}
