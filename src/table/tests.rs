use proptest::prelude::*;
use std::collections::BTreeMap;

use super::*;
use crate::{
    sequence::Output,
    source::{SourceId, Span},
};

fn rule(keys: &str, text: &str) -> Rule {
    Rule {
        sequence: Sequence::parse(keys).unwrap(),
        output: Output::plain(text),
        keymap: "test".into(),
        span: Span::new(SourceId(0), 0..0),
    }
}

/// Walks `keys` and shows the end: `-` nowhere, `…` a prefix, `X` a rule, `X…` both.
fn walk(table: &Table, keys: &[Keysym]) -> String {
    let mut step = None;
    for &keysym in keys {
        let cursor = step.map_or(Cursor::default(), |step: Step| step.cursor);
        match table.feed(cursor, keysym) {
            Some(next) => step = Some(next),
            None => return "-".into(),
        }
    }
    let Some(step) = step else { return "…".into() };
    let text = step.rule.map_or("", |rule| table.output(rule));
    format!("{text}{}", if step.more { "…" } else { "" })
}

#[track_caller]
fn check(rules: &[(&str, &str)], expected: &[(&str, &str)]) {
    let rules: Vec<_> = rules.iter().map(|(keys, text)| rule(keys, text)).collect();
    let table = Table::new(&rules);
    for (keys, shown) in expected {
        assert_eq!(walk(&table, Sequence::parse(keys).unwrap().keysyms()), *shown, "{keys}");
    }
}

#[test]
fn a_node_may_end_a_rule_and_lead_on() {
    check(
        &[("ab", "X"), ("abc", "Y"), ("d", "Z")],
        &[("a", "…"), ("ab", "X…"), ("abc", "Y"), ("d", "Z"), ("b", "-"), ("abcd", "-")],
    );
}

#[test]
fn the_later_of_equal_sequences_wins() {
    check(&[("ab", "1"), ("c", "2"), ("ab", "3")], &[("ab", "3")]);
}

#[test]
fn an_empty_table_answers_nothing() {
    assert_eq!(Table::default().feed(Cursor::default(), Keysym(97)), None);
    assert_eq!(Table::new(&[]).feed(Cursor::default(), Keysym(97)), None);
}

proptest! {
    /// The trie answers every sequence as a plain map of sequences would.
    #[test]
    fn answers_as_a_map_does(
        rules in prop::collection::vec(("[a-d]{1,5}", "[α-ω]{1,2}"), 0..60),
        asked in prop::collection::vec("[a-e]{1,6}", 60),
    ) {
        let compiled: Vec<_> = rules.iter().map(|(keys, text)| rule(keys, text)).collect();
        let table = Table::new(&compiled);
        let model: BTreeMap<&str, &str> =
            rules.iter().map(|(keys, text)| (keys.as_str(), text.as_str())).collect();
        for keys in model.keys().copied().chain(asked.iter().map(String::as_str)) {
            let more = model.keys().any(|k| k.len() > keys.len() && k.starts_with(keys));
            let text = model.get(keys).copied().unwrap_or("");
            let expected = match (text, more) {
                ("", false) => "-".to_owned(),
                (text, more) => format!("{text}{}", if more { "…" } else { "" }),
            };
            prop_assert_eq!(walk(&table, Sequence::parse(keys).unwrap().keysyms()), expected);
        }
    }
}
