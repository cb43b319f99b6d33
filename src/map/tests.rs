use proptest::prelude::*;

use super::*;
use crate::diagnostic::{Style, json_line, render};

/// Loads a keymap and shows its rules and its findings as `code line:column message`.
fn shown(text: &str) -> (String, Vec<String>) {
    let mut sources = Sources::default();
    let id = sources.add("test.toml", text.to_owned());
    let (map, diagnostics) = load(id, &"test".into(), &sources);
    let rules: Vec<_> =
        map.rules.iter().map(|r| format!("{}→{}", r.sequence, r.output.text)).collect();
    let findings = diagnostics
        .iter()
        .map(|d| {
            let place = d.labels.first().map(|label| sources.position(label.span));
            let place = place.map_or(String::new(), |p| format!(" {}:{}", p.line, p.column));
            format!("{}{place} {}", d.code.id(), d.message)
        })
        .collect();
    (rules.join(" "), findings)
}

#[track_caller]
fn check(text: &str, rules: &str, findings: &[&str]) {
    let (found_rules, found) = shown(text);
    assert_eq!(found, findings);
    assert_eq!(found_rules, rules);
}

#[test]
fn strings_and_tables() {
    let text = r#"
        [sequences]
        "la" = "λ"
        '"u' = { text = "ü", name = "u umlaut", alias = ["&uuml;"], tags = "umlaut" }
        "<Left><Right>" = "↔"
        "\u002al" = "Λ"
    "#;
    check(text, "la→λ \"u→ü <Left><Right>→↔ *l→Λ", &[]);
}

#[test]
fn every_error_is_found_and_the_rest_stays() {
    let text = "\
[sequences]
a = \"1\"
<- = \"2\"
b =
c = 3
\"<Mulit_key>d\" = \"4\"
\"x<Shift_L>\" = \"5\"
\"\" = \"6\"
\"a\\tb\" = \"7\"
e = \"\"
f = { name = \"no text\" }
g = \"\\u001b[0m\"
h = { text = \"8\", nmae = \"x\" }
i.j = \"9\"
k = \"10\"
";
    check(
        text,
        "a→1 h→8 k→10",
        &[
            "E0001 3:1 invalid unquoted key, expected letters, numbers, `-`, `_`",
            "E0001 4:4 string values must be quoted, expected literal string",
            "E0008 5:5 the output of `c` is a number, not a string or a table",
            "E0004 6:2 unknown keysym `Mulit_key`",
            "E0007 7:3 the modifier `Shift_L` is never part of a sequence",
            "E0005 8:1 a sequence needs at least one key",
            "E0006 9:1 no key types the control character U+0009",
            "E0011 10:5 a rule must give some text",
            "E0010 11:1 the rule `f` has no `text`",
            "E0012 12:5 an output cannot have the control character U+001B",
            "E0009 13:19 a rule has no `nmae`",
            "E0009 14:3 a rule has no `j`",
            "E0010 14:1 the rule `i` has no `text`",
        ],
    );
}

#[test]
fn one_sequence_twice() {
    check(
        "[sequences]\nab = \"1\"\n\"<a>b\" = \"2\"\nab = \"3\"\n",
        "ab→1",
        &["E0002 4:1 the key `ab` is there twice", "E0003 3:1 the sequence `ab` is there twice"],
    );
}

#[test]
fn too_long() {
    let keys = "a".repeat(MAX_KEYS + 1);
    let text = "x".repeat(MAX_TEXT + 1);
    check(
        &format!("[sequences]\n{keys} = \"1\"\nb = \"{text}\"\n"),
        "",
        &[
            "E0013 2:1 a sequence has at most 32 keys, this one has 33",
            "E0013 3:5 an output has at most 4096 bytes, this one 4097",
        ],
    );
}

#[test]
fn tables_where_they_belong() {
    check(
        "keymap = 1\nsequence = 2\nsequences = \"x\"\n",
        "",
        &[
            "E0008 1:10 `keymap` is a number, not a table",
            "E0009 2:1 a keymap has no `sequence`",
            "E0008 3:13 `sequences` is a string, not a table",
        ],
    );
    check(
        "[keymap]\ntitel = \"x\"\ntitle = 1\n",
        "",
        &["E0009 2:1 `[keymap]` has no `titel`", "E0008 3:9 `title` is a number, not a string"],
    );
}

#[test]
fn garbage_is_told_once_and_briefly() {
    let (rules, findings) = shown(&"= ?\n".repeat(500));
    assert_eq!(rules, "");
    assert_eq!(findings.len(), 51);
    assert!(findings[50].starts_with("E0031"), "{}", findings[50]);
}

#[test]
fn a_key_is_pointed_at_inside_its_quotes() {
    let mut sources = Sources::default();
    let id = sources.add("test.toml", "[sequences]\n\"x<Lfet>\" = \"←\"\n");
    let (_, diagnostics) = load(id, &"test".into(), &sources);
    let expected = "\
error[E0004]: unknown keysym `Lfet`
 --> test.toml:2:3
  |
2 | \"x<Lfet>\" = \"←\"
  |   ^^^^^^
  |
  = help: did you mean `<Left>`?";
    assert_eq!(render(&diagnostics[0], &sources, Style::Plain), expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// No text makes the reader fail, every finding can be drawn, and what is kept is sound.
    #[test]
    fn any_text_is_read(pieces in prop::collection::vec(
        prop_oneof![
            "\\PC{0,8}",
            Just("[sequences]\n".to_owned()),
            Just("[keymap]\n".to_owned()),
            Just("\"a<Lfet>λ\" = ".to_owned()),
            Just("'<Shift_L>' = \"\"\n".to_owned()),
            Just("{ text = \"漢\", ".to_owned()),
            Just("a.b = ".to_owned()),
            Just("\"\\u002a\" = \"x\"\r\n".to_owned()),
            Just("\u{feff}".to_owned()),
            "[\\[\\]{}=\"',.\n\\\\]{0,6}",
        ],
        0..12,
    )) {
        let mut sources = Sources::default();
        let id = sources.add("any.toml", pieces.concat());
        let (map, diagnostics) = load(id, &"any".into(), &sources);
        for diagnostic in &diagnostics {
            prop_assert!(!render(diagnostic, &sources, Style::Plain).is_empty());
            prop_assert!(!json_line(diagnostic, &sources).is_empty());
        }
        for rule in &map.rules {
            prop_assert!(!rule.output.text.is_empty());
            prop_assert!(rule.sequence.keysyms().len() <= MAX_KEYS);
            prop_assert!(!sources.slice(rule.span).is_empty());
        }
    }
}

/// Rules of one keymap, `keys→text` each, with `!text` for what they replace on purpose.
fn keymap(name: &str, rules: &[(&str, &str, &str)], sources: &mut Sources) -> Vec<Rule> {
    let id = sources.add(name, " ".repeat(99));
    rules
        .iter()
        .enumerate()
        .map(|(i, &(keys, text, replaces))| Rule {
            sequence: Sequence::parse(keys).unwrap(),
            output: crate::sequence::Output {
                text: text.into(),
                about: crate::sequence::Said {
                    replaces: vec![replaces.into()],
                    ..Default::default()
                }
                .into(),
            },
            keymap: name.into(),
            span: Span::new(id, i..i + 1),
        })
        .collect()
}

#[test]
fn later_keymaps_win_and_removals_hold() {
    let mut sources = Sources::default();
    let first = [("a", "1", ""), ("b", "2", ""), ("c", "3", ""), ("d", "4", "")];
    let first = keymap("first", &first, &mut sources);
    let second = [("b", "22", ""), ("c", "33", "3"), ("d", "4", ""), ("e", "5", "")];
    let second = keymap("second", &second, &mut sources);
    let own = keymap("config", &[("b", "222", ""), ("a", "own", "")], &mut sources);
    let remove = |keys: &str| Removal {
        sequence: Sequence::parse(keys).unwrap(),
        span: Span::new(SourceId(2), 5..6),
    };
    let removals = [remove("a"), remove("c"), remove("nothing")];
    let mut diagnostics = Vec::new();
    let merged = merge(vec![first, second], &removals, own, &mut diagnostics);

    let shown = |rules: &[Rule]| {
        let rules: Vec<_> = rules
            .iter()
            .map(|r| format!("{}:{}→{}", r.keymap, r.sequence, r.output.text))
            .collect();
        rules.join(" ")
    };
    assert_eq!(shown(&merged.rules), "second:d→4 second:e→5 config:b→222 config:a→own");
    assert_eq!(shown(&merged.removed), "first:a→1 first:c→3 second:c→33");
    let replaced: Vec<_> = merged
        .replaced
        .iter()
        .map(|r| format!("{}<{}", r.by, shown(std::slice::from_ref(&r.rule))))
        .collect();
    assert_eq!(replaced, ["0<first:d→4", "2<first:b→2", "2<second:b→22"]);
    let messages: Vec<_> = diagnostics.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "`b` gives `22` instead of `2`",
            "no keymap has a rule `nothing` to remove",
            "`b` gives `222` instead of `22`",
        ]
    );
}

#[test]
fn starts_of_others() {
    let mut sources = Sources::default();
    let rules = [("ab", "1", ""), ("x", "2", ""), ("a", "3", ""), ("abc", "4", ""), ("b", "5", "")];
    let rules = keymap("test", &rules, &mut sources);
    let pairs = prefix_pairs(&rules);
    let expected =
        [PrefixPair { short: 0, longer: vec![3] }, PrefixPair { short: 2, longer: vec![0, 3] }];
    assert_eq!(pairs, expected);
}

#[test]
fn the_built_in_keymaps_are_clean() {
    for keymap in builtin::BUILTIN {
        let mut sources = Sources::default();
        let id = sources.add(keymap.file, keymap.text);
        let (map, diagnostics) = load(id, &keymap.name.into(), &sources);
        assert_eq!(diagnostics, [], "{}", keymap.file);
        assert!(map.info.title.is_some() && map.info.source.is_some(), "{}", keymap.file);
        assert!(!map.rules.is_empty(), "{}", keymap.file);
        assert!(builtin::load(keymap, id) == map, "{} reads otherwise when built in", keymap.file);
    }
}
