use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::{
    map,
    sequence::{Rule, Said, Sequence},
    source::Sources,
};

fn document(text: &str) -> Document<'_> {
    Document::read(text).unwrap()
}

#[track_caller]
fn add(text: &str, keys: &str, expected: &str) {
    let edited = document(text).add(keys, &Output::plain("λ")).unwrap();
    assert_eq!(edited.text, expected);
    assert!(edited.text[edited.at..].contains(" = "), "points at the key");
    let back = document(&edited.text).remove(edited.at).unwrap();
    assert_eq!(back.text, text, "and back");
}

/// Removes the rule whose line contains `rule`.
#[track_caller]
fn remove(text: &str, rule: &str, expected: &str) {
    let at = text.find(rule).unwrap();
    assert_eq!(document(text).remove(at).unwrap().text, expected);
}

#[track_caller]
fn removal(text: &str, expected: &str) {
    let edited = document(text).add_removal("oc").unwrap();
    assert_eq!(edited.text, expected);
    assert!(Document::read(&edited.text).is_some());
}

#[test]
fn a_rule_stands_behind_the_last_one_and_looks_like_it() {
    add("[sequences]\n\"a\" = \"b\"\n", "la", "[sequences]\n\"a\" = \"b\"\n\"la\" = \"λ\"\n");
    add("[sequences]\na = 'b' # c\n", "la", "[sequences]\na = 'b' # c\nla = 'λ'\n");
    add("[sequences]\na = 'b'\n", "<-", "[sequences]\na = 'b'\n\"<-\" = 'λ'\n");
    add("[sequences]\n'a' = 'b'\n", "'a", "[sequences]\n'a' = 'b'\n\"'a\" = 'λ'\n");
    add("[sequences]\n  a = \"b\"", "la", "[sequences]\n  a = \"b\"\n  la = \"λ\"");
    add(
        "[sequences]\na = { text = 'b' }\n\n# end\n[other]\nx = 1\n",
        "la",
        "[sequences]\na = { text = 'b' }\nla = 'λ'\n\n# end\n[other]\nx = 1\n",
    );
    add("[sequences]\na = '''b\nc''' # d\n", "l", "[sequences]\na = '''b\nc''' # d\nl = 'λ'\n");
}

#[test]
fn a_table_is_made_where_there_is_none() {
    add("", "la", "[sequences]\n\"la\" = \"λ\"\n");
    add("tap_ms = 200\n", "\"u", "tap_ms = 200\n\n[sequences]\n'\"u' = \"λ\"\n");
    add("tap_ms = 200", "la", "tap_ms = 200\n\n[sequences]\n\"la\" = \"λ\"");
    add("# only\n\n", "la", "# only\n\n\n[sequences]\n\"la\" = \"λ\"\n");
    let below = "[sequences.la]\ntext = 'x'\n";
    add(below, "b", &format!("{below}\n[sequences]\n\"b\" = \"λ\"\n"));
}

#[test]
fn other_bytes_stay() {
    add(
        "\u{feff}a = 1\r\n[sequences]\r\n# x\r\nb = 'c'\r\n",
        "la",
        "\u{feff}a = 1\r\n[sequences]\r\n# x\r\nb = 'c'\r\nla = 'λ'\r\n",
    );
    let text = "[ sequences ] # mine\n\n# \"la\" = \"λ\"\n";
    add(text, "x", "[ sequences ] # mine\n\"x\" = \"λ\"\n\n# \"la\" = \"λ\"\n");
}

#[test]
fn every_field_is_written() {
    let said = Said {
        name: Some("lambda".into()),
        alias: vec!["\\lambda".into()],
        tags: vec!["greek".into(), "mine".into()],
        replaces: vec!["x".into()],
        allow: Vec::new(),
    };
    let output = Output { text: "λ".into(), about: said.into() };
    let edited = document("[sequences]\na = 'b'\n").add("la", &output).unwrap();
    assert!(edited.text.ends_with(
        "la = { text = 'λ', name = 'lambda', alias = ['\\lambda'], tags = ['greek', 'mine'], \
         replaces = 'x' }\n"
    ));
}

#[test]
fn replacing_keeps_the_key_and_the_comments() {
    let text = "[sequences]\n# why\n'la'  =  'l'  # what\n";
    let at = text.find("'la'").unwrap();
    let edited = document(text).replace(at, &Output::plain("λ")).unwrap();
    assert_eq!(edited.text, "[sequences]\n# why\n'la'  =  'λ'  # what\n");
}

#[test]
fn a_comment_goes_with_the_only_rule_that_it_is_about() {
    let text = "[sequences]\n# Greek\na = 'α'\nb = 'β'\n\n# hearts\n# and more\nc = '♥' # red\n\nd = 'd'\n";
    remove(text, "c =", "[sequences]\n# Greek\na = 'α'\nb = 'β'\n\n\nd = 'd'\n");
    let rest = "\n\n# hearts\n# and more\nc = '♥' # red\n\nd = 'd'\n";
    remove(text, "a =", &format!("[sequences]\n# Greek\nb = 'β'{rest}"));
    remove(text, "b =", &format!("[sequences]\n# Greek\na = 'α'{rest}"));
    remove("#:schema x\n[sequences]\n#: y\na = 'b'\n", "a =", "#:schema x\n[sequences]\n#: y\n");
}

#[test]
fn a_table_goes_with_its_last_rule_where_add_would_make_it_again() {
    remove("x = 1\n\n[sequences]\na = 'b'\n", "a =", "x = 1\n");
    remove("x = 1\n[sequences]\na = 'b'\n", "a =", "x = 1\n[sequences]\n");
    remove("\n[sequences] # mine\na = 'b'\n", "a =", "\n[sequences] # mine\n");
    remove("[sequences]\na = 'b'\n\n[x]\n", "a =", "[sequences]\n\n[x]\n");
}

#[test]
fn removals_are_listed() {
    removal("", "remove = [\"oc\"]\n");
    removal("# mine", "# mine\nremove = [\"oc\"]");
    removal(
        "tap_ms = 1 # x\n\n[sequences]\n",
        "tap_ms = 1 # x\nremove = [\"oc\"]\n\n[sequences]\n",
    );
    removal("# head\n[sequences.la]\n", "# head\nremove = [\"oc\"]\n\n[sequences.la]\n");
    removal("remove = []\n", "remove = [\"oc\"]\n");
    removal("remove = 'x' # c\n", "remove = ['x', 'oc'] # c\n");
    removal("remove = ['x'] # c\n", "remove = ['x', 'oc'] # c\n");
    removal("remove = ['x', ]\n", "remove = ['x', 'oc', ]\n");
    removal("remove = [\n  \"x\", # c, d\n]\n", "remove = [\n  \"x\", # c, d\n  \"oc\",\n]\n");
    removal("remove = [\n  \"x\" # c\n]\n", "remove = [\n  \"x\", # c\n  \"oc\"\n]\n");
    removal("remove = [\n  \"x\" ]\n", "remove = [\n  \"x\", \"oc\" ]\n");
    removal("remove = [\"y\",\n  \"x\"]\n", "remove = [\"y\",\n  \"x\", \"oc\"]\n");
}

#[test]
fn what_is_written_otherwise_is_left_alone() {
    for text in ["sequences = { a = 'b' }\n", "sequences.a = 'b'\n", "sequences = 1\n"] {
        let unfit = document(text).add("la", &Output::plain("λ")).unwrap_err();
        assert_eq!(&text[unfit.range], "sequences");
    }
    let text = "[sequences]\na.text = 'b'\n[sequences.c]\ntext = 'd'\n";
    for key in ["a.text", "c]"] {
        let unfit = document(text).remove(text.find(key).unwrap()).unwrap_err();
        assert_eq!(unfit.why, "this rule is not written on a line of its own");
    }
    assert!(document("remove = 1\n").add_removal("oc").is_err());
    assert!(Document::read("la = \n").is_none());
}

/// The rules of a text that is a keymap.
fn rules(text: &str) -> Vec<Rule> {
    let mut sources = Sources::default();
    let id = sources.add("", text);
    map::load(id, &Arc::from("x"), &sources).0.rules
}

/// Whether `longer` is `shorter` with one piece put in.
fn one_piece(shorter: &str, longer: &str) -> bool {
    let (a, b) = (shorter.as_bytes(), longer.as_bytes());
    let before = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let after = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    b.len() >= a.len() && before + after >= a.len()
}

/// Lines that maps are made of; `@` is another key each time.
const LINES: &[&str] = &[
    "",
    "  ",
    "# a comment",
    "#: one for programs",
    "\"@\" = \"x\"",
    "'@' = 'y' # why",
    "  @ = { text = \"z\", tags = [\"t\"] }",
    "@ = '''two\nlines'''",
    "@ = \"\"\"\n# no comment\n\"\"\" # one",
    "@.text = 'dotted'",
    "@ = [\n 1, # one\n 2,\n]",
    "[keymap]",
    "[sequences]",
    "[sequences.@]",
    "[ sequences ]\t# mine",
    "[@]",
    "sequences = { @ = 'x' }",
    "remove = [\"@\"]",
    "remove = [\n  '@', # this\n  'b@',\n]",
];

/// TOML texts, most of them maps.
fn texts() -> impl Strategy<Value = String> {
    let lines = prop::collection::vec(0..LINES.len(), 0..14);
    (lines, "(\r)?\n", any::<bool>(), any::<bool>(), any::<bool>()).prop_filter_map(
        "TOML",
        |(lines, eol, ended, mark, table)| {
            let table = table.then(|| LINES.iter().position(|l| *l == "[sequences]").unwrap());
            let lines = table.into_iter().chain(lines).enumerate();
            let lines: Vec<String> =
                lines.map(|(i, line)| LINES[line].replace('@', &format!("k{i}"))).collect();
            let end = if ended { "\n" } else { "" };
            let text = format!("{}{end}", lines.join("\n")).replace('\n', &eol);
            let text = if mark { format!("\u{feff}{text}") } else { text };
            Document::read(&text).is_some().then_some(text)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn add_then_remove_is_the_identity(
        text in texts(),
        keys in "[ -~λé]{1,6}",
        output in "\\PC{1,8}",
    ) {
        prop_assume!(Sequence::parse(&keys).is_ok());
        let before = document(&text);
        if let Ok(edited) = before.add(&keys, &Output::plain(&output)) {
            prop_assert!(one_piece(&text, &edited.text), "{:?}", edited.text);
            let sequence = Sequence::parse(&keys).unwrap();
            let rules = rules(&edited.text);
            let found = rules.iter().find(|r| r.span.range().start == edited.at);
            // A key that the text has already is for the caller to find.
            if let Some(rule) = found {
                prop_assert_eq!((&rule.sequence, &rule.output.text), (&sequence, &output));
                let back = document(&edited.text).remove(edited.at).unwrap().text;
                // An empty table at the end cannot be told from one that was made.
                let bare = text.trim_end().ends_with("[sequences]");
                prop_assert!(back == text || bare && text.starts_with(back.as_str()), "{:?}", back);
            } else {
                prop_assert!(rules.iter().any(|r| r.sequence == sequence) || rules.is_empty());
            }
        }
    }

    #[test]
    fn removing_keeps_every_other_rule_and_byte(text in texts(), which in any::<prop::sample::Index>()) {
        let mut before = rules(&text);
        if before.is_empty() {
            return Ok(());
        }
        let rule = before.remove(which.index(before.len()));
        if let Ok(edited) = document(&text).remove(rule.span.range().start) {
            prop_assert!(one_piece(&edited.text, &text), "{:?}", edited.text);
            let gone = text.len() - edited.text.len();
            prop_assert!(gone >= text[rule.span.range()].len());
            let plain = |rules: &[Rule]| {
                rules.iter().map(|r| (r.sequence.clone(), r.output.clone())).collect::<Vec<_>>()
            };
            prop_assert_eq!(plain(&rules(&edited.text)), plain(&before));
        }
    }

    #[test]
    fn a_removal_changes_nothing_else(text in texts(), keys in "[ -~λé]{1,6}") {
        prop_assume!(Sequence::parse(&keys).is_ok());
        if let Ok(edited) = document(&text).add_removal(&keys) {
            let read = toml_edit::Document::parse(edited.text.as_str()).unwrap();
            let list = read.as_table()["remove"].as_array().unwrap();
            let last = list.iter().last().unwrap();
            prop_assert_eq!(last.as_str(), Some(keys.as_str()));
            prop_assert_eq!(rules(&edited.text).len(), rules(&text).len());
            // Every line that was there is there, but for a comma more.
            let lines = text.trim_start_matches('\u{feff}').lines();
            let lines: Vec<&str> = lines.filter(|line| !line.starts_with("remove")).collect();
            let mut rest = edited.text.trim_start_matches('\u{feff}').lines();
            for line in lines {
                let same = |l: &str| l == line || l.replacen("',", "'", 1) == line;
                prop_assert!(rest.any(same), "{:?} lost in {:?}", line, edited.text);
            }
        }
    }
}
