use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{sequence::Said, xcompose};

/// Keys, texts and names, in the order of the rules.
type Plain = Vec<(String, String, Option<String>)>;

fn plain<'a>(rules: impl IntoIterator<Item = &'a Rule>) -> Plain {
    let plain = rules.into_iter().map(|rule| {
        (rule.sequence.to_string(), rule.output.text.clone(), rule.output.about.name.clone())
    });
    let mut plain: Plain = plain.collect();
    plain.sort();
    plain
}

fn rule(keys: &str, text: &str, name: Option<&str>) -> Rule {
    Rule {
        sequence: Sequence::parse(keys).unwrap(),
        output: Output {
            text: text.into(),
            about: Said { name: name.map(str::to_owned), ..Said::default() }.into(),
        },
        keymap: "test".into(),
        span: Span::new(SourceId(0), 0..0),
    }
}

/// What is read in a text, and what is said about the rest.
fn import(format: Option<Format>, text: &str) -> (Vec<Rule>, Vec<String>) {
    let mut sources = Sources::default();
    let source = sources.add("file", text.to_owned());
    let (rules, findings) = read(format, source, &"test".into(), &sources).unwrap();
    let told = findings.iter().map(|finding| {
        assert_eq!(finding.code, Code::NotImported);
        let position = sources.position(finding.labels[0].span);
        let message = finding.message.strip_prefix("not imported: ").unwrap();
        format!("{}:{} {message}", position.line, position.column)
    });
    (rules, told.collect())
}

/// The rules of the keymap that import makes of these.
fn through_toml(rules: &[Rule]) -> Vec<Rule> {
    let mut sources = Sources::default();
    let source = sources.add("map", map::write(&map::Info::default(), rules));
    let (map, findings) = map::load(source, &"test".into(), &sources);
    assert_eq!(findings, []);
    map.rules
}

#[track_caller]
fn check(format: Option<Format>, text: &str, rules: &[(&str, &str)], told: &[&str]) {
    let (found, said) = import(format, text);
    let found: Vec<_> =
        found.iter().map(|rule| (rule.sequence.to_string(), rule.output.text.as_str())).collect();
    let found: Vec<_> = found.iter().map(|(keys, text)| (keys.as_str(), *text)).collect();
    assert_eq!(found, rules);
    assert_eq!(said, told);
}

#[test]
fn a_compose_file() {
    check(
        None,
        "include \"%L\"\ninclude \"%H/more\"\n# mine\n<Multi_key> <l> <a>\t: \"λ\" Greek_lambda\n\
         <Multi_key> <o> <c> : copyright\n<dead_acute> <a> : \"á\"\n<Multi_key> <Mulit_key> : \"x\"\n\
         Ctrl <Multi_key> <x> : \"x\"\n<Multi_key> <l> <a> : \"Λ\"\n<Multi_key> <Shift_L> : \"x\"\n\
         <Multi_key> <e> : \"\"\n<Multi_key> <c> : \"\\001\"\nnonsense\n<Multi_key> : \"x\"\n",
        &[("oc", "©"), ("la", "Λ")],
        &[
            "1:1 the locale's own table, which is the keymap `system`",
            "2:1 the included file `%H/more`",
            "6:1 it does not begin with `<Multi_key>` and go on",
            "7:14 unknown keysym `Mulit_key`",
            "8:1 a map has no modifiers such as `Ctrl`",
            "4:1 the same keys come again",
            "10:1 the modifier `Shift_L` is never part of a sequence",
            "11:1 it gives no text",
            "12:1 an output cannot have the control character U+0001",
            "13:1 expected `<keysym>` or `:`, found nothing more",
            "14:1 it does not begin with `<Multi_key>` and go on",
        ],
    );
}

#[test]
fn comments_become_names() {
    let name = |line: &str| import(None, line).0[0].output.about.name.clone();
    let line = "<Multi_key> <l> <a> : \"λ\" Greek_lambda # ";
    assert_eq!(name(&format!("{line}lambda")), Some("lambda".into()));
    assert_eq!(name(&format!("{line}GREEK SMALL LETTER LAMDA")), None);
    assert_eq!(name(line), None);
}

#[test]
fn digraphs() {
    check(
        Some(Format::Vim),
        "\" mine\ndigraphs la 955 oc 169\n:dig a\\ 32\n  call digraph_set('''\"', \"→\")\nset all\n\
         dig x\ncall digraph_set('abc', 'x')\n",
        &[("la", "λ"), ("oc", "©"), ("a\\", " "), ("'\"", "→")],
        &[
            "5:1 it is no digraph of two keys and one character",
            "6:1 it is no digraph of two keys and one character",
            "7:1 it is no digraph of two keys and one character",
        ],
    );
}

#[test]
fn matches() {
    check(
        Some(Format::Espanso),
        "global_vars: []\nmatches:\n  - trigger: \":la\"\n    replace: λ\n  - triggers: [\":é\", b]\n    \
         replace: |\n      two\n      lines\n    search_terms: [x]\n  - trigger: date\n    replace: \"{{d}}\"\n    \
         vars: []\n  - regex: x\n    replace: y\n  - nothing\n  - trigger: \":t\"\n    replace: \"{{c}}\"\n",
        &[("la", "λ"), ("é", "two\nlines\n"), ("b", "two\nlines\n")],
        &[
            "1:1 only `matches` are sequences",
            "10:5 a map has no `vars`",
            "13:5 a map has no `regex`",
            "15:5 this match is no table",
            "16:5 the text has `{{` or `$|$`, which mean something there",
        ],
    );
    let (rules, told) = import(Some(Format::Espanso), "matches: [\n  \"é\n");
    assert_eq!(rules, []);
    assert!(told[0].starts_with("2:3 this is not YAML: "), "{told:?}");
}

#[test]
fn key_bindings() {
    check(
        Some(Format::MacOs),
        "{ // mine\n  \"§\" = { l = { a = (\"insertText:\", \"\\U03bb\"); };\n  \"\\\\^\" = { \"^x\" = (\"insertText:\", a);\n  \
         b = (\"insertText:\", \"B\"); /* c */ c = (\"deleteBackward:\"); d = \"noop:\"; }; };\n  \
         \"^k\" = \"noop:\"; }\n",
        &[("la", "λ"), ("^b", "B")],
        &[
            "3:13 it has a modifier, or is no key of a map",
            "4:41 it does more than to insert a text",
            "4:66 it does not insert a text",
            "5:3 it is no sequence, but one key",
        ],
    );
    check(Some(Format::MacOs), "{ a = \"x }", &[], &["1:7 this string has no end"]);
    check(Some(Format::MacOs), "{ a = b }", &[], &["1:9 expected `;`, found `}`"]);
    check(Some(Format::MacOs), "(a)", &[], &["1:1 this is no table of keys"]);
    let deep = "(".repeat(1000);
    check(Some(Format::MacOs), &deep, &[], &["1:65 more than 64 levels"]);
}

#[test]
fn formats_are_known_by_their_looks() {
    for (text, format) in [
        ("# c\ninclude \"%L\"\n<Multi_key> <a> : \"x\"\n", None),
        ("# c\nmatches:\n", Some(Format::Espanso)),
        ("\" c\ncall digraph_set('ab', 'x')\n", Some(Format::Vim)),
        ("/* c */\n{\n", Some(Format::MacOs)),
    ] {
        assert_eq!(guess(text), format, "{text}");
    }
}

#[test]
fn what_does_not_fit_is_said_once_for_each_reason() {
    let rules = [rule("la", "λ", None), rule("a", "x", None), rule("abc", "x", None)];
    let exported = write(Format::Vim, &rules.iter().collect::<Vec<_>>());
    assert_eq!((exported.carried.len(), exported.left_out.len()), (1, 2));
    let told: Vec<_> = exported.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(told, ["`a` and 1 more are not in the digraphs of Vim: it has not two keys"]);
}

/// One of these.
fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(texts).prop_map(str::to_owned)
}

/// Rules with what is hard in any of the formats.
fn rules() -> impl Strategy<Value = Vec<Rule>> {
    let key = prop_oneof![
        "[ -~]",
        one_of(&["λ", "ж", "😀", "<Left>", "<KP_Add>", "<less>", "é", "\u{a0}"]),
    ];
    let keys = prop::collection::vec(key, 1..5).prop_map(|keys| keys.concat());
    let text = prop_oneof![
        "[ -~]{1,6}",
        "\\PC{1,3}",
        one_of(&["\"", "'", "\\", "{{x}}", "$|$", "a\nb", "\t", "😀", "¯\\_(ツ)_/¯", "#"]),
    ];
    let name = prop::option::of("[a-z]([a-z \"'#:\\\\]{0,8}[a-z])?");
    prop::collection::vec((keys, text, name), 0..20).prop_map(|rules| {
        let mut map = BTreeMap::new();
        for (keys, text, name) in rules {
            // Two keys side by side may be read as the name of a third.
            let Ok(sequence) = Sequence::parse(&keys) else { continue };
            let text = if text.is_empty() { "x".to_owned() } else { text };
            map.insert(sequence.to_string(), rule(&sequence.to_string(), &text, name.as_deref()));
        }
        map.into_values().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// What a file carries comes back from it, through a keymap too.
    #[test]
    fn what_is_written_is_read(rules in rules()) {
        let all: Vec<&Rule> = rules.iter().collect();
        prop_assert_eq!(plain(&through_toml(&rules)), plain(&rules));
        for format in [Format::Vim, Format::Espanso, Format::MacOs] {
            let exported = write(format, &all);
            let (found, told) = import(Some(format), &exported.text);
            prop_assert_eq!(told, Vec::<String>::new(), "{}", exported.text);
            let mut expected = plain(exported.carried.iter().copied());
            let mut found = plain(&found);
            if format != Format::Espanso {
                // These have no place for names.
                expected.iter_mut().chain(&mut found).for_each(|(.., name)| *name = None);
            }
            prop_assert_eq!(found, expected, "{}", exported.text);
            prop_assert_eq!(exported.carried.len() + exported.left_out.len(), rules.len());
        }
    }

    /// Import, generate, import: a Compose file comes back as it was.
    #[test]
    fn a_compose_file_comes_back(rules in rules()) {
        let all: Vec<&Rule> = rules.iter().collect();
        let emit = |rules: &[Rule]| {
            let request = xcompose::Request {
                rules: rules.iter().collect(),
                is_users: Box::new(|_| true),
                system: None,
                removed: Vec::new(),
                flatten: xcompose::Flatten::WhenNeeded,
            };
            xcompose::emit(&request).text()
        };
        let first = emit(&rules);
        let (imported, told) = import(None, &first);
        prop_assert_eq!(told, Vec::<String>::new(), "{}", first);
        let keymap = through_toml(&imported);
        prop_assert_eq!(plain(&keymap), plain(&imported));
        prop_assert_eq!(emit(&keymap), first);

        // WinCompose's is read by the same reader; keys beyond Latin-1 stand there by number.
        let exported = write(Format::WinCompose, &all);
        let (found, told) = import(Some(Format::WinCompose), &exported.text);
        prop_assert_eq!(told, Vec::<String>::new(), "{}", &exported.text);
        prop_assert_eq!(found.len(), exported.carried.len());
    }

    /// No text makes a reader fail.
    #[test]
    fn any_text_is_read(pieces in prop::collection::vec(prop_oneof![
        "\\PC{0,6}",
        one_of(&[
            "{", "}", "(", ")", "=", ";", ",", "\"", "\\U", "\\", "/*", "//", "insertText:", "\n", "  ",
            "matches:\n", "- trigger: ", "replace: ", "dig ", "call digraph_set(", "'", "\"%L\"", "include",
            "<Multi_key>", "<a>", ":", "# x", "&a", "*a", "\u{feff}", "\r\n", "\0",
        ]),
    ], 0..16)) {
        let text = pieces.concat();
        let _ = guess(&text);
        for format in [None, Some(Format::Vim), Some(Format::Espanso), Some(Format::MacOs)] {
            let (rules, _) = import(format, &text);
            prop_assert_eq!(plain(&through_toml(&rules)), plain(&rules));
        }
    }
}
