use std::collections::HashMap;

use proptest::prelude::*;

use super::{escape::*, *};
use crate::{
    diagnostic::{Diagnostic, Style, render},
    sequence::{Output, Rule, Sequence},
    source::{LoadError, Loader, SourceId, Sources, Span},
};

/// A loader over texts in memory.
struct Files(HashMap<PathBuf, Vec<u8>>);

impl Loader for Files {
    fn load(&mut self, path: &Path) -> Result<Vec<u8>, LoadError> {
        self.0.get(path).cloned().ok_or(LoadError::NotFound)
    }
}

const ALIAS: &str = "# comment\nPOSIX\tC\nen_US.utf8\t\ten_US.UTF-8\nde:   de_DE.ISO8859-1\n";
const DIR: &str = "\
# comment
iso8859-1/Compose:\t\tde_DE.ISO8859-1
en_US.UTF-8/Compose\t\ten_US.UTF-8
pt_BR.UTF-8/Compose:\t\tpt_BR.UTF-8
";

fn files(files: &[(&str, &[u8])]) -> Files {
    let tables = [("/x/locale.alias", ALIAS.as_bytes()), ("/x/compose.dir", DIR.as_bytes())];
    Files(tables.iter().chain(files).map(|&(path, text)| (path.into(), text.to_vec())).collect())
}

fn world(locale: &str) -> World {
    World { locale: locale.into(), folder: "/x".into(), home: Some("/home/me".into()) }
}

fn shown(rules: &[Rule]) -> Vec<String> {
    rules
        .iter()
        .map(|rule| {
            let names: Vec<_> = rule.sequence.keysyms().iter().map(|k| k.name()).collect();
            format!("{} → {}", names.join(" "), rule.output.text)
        })
        .collect()
}

fn findings(diagnostics: &[Diagnostic], sources: &Sources) -> Vec<String> {
    diagnostics
        .iter()
        .map(|d| {
            let place = d.labels.first().map(|label| {
                let position = sources.position(label.span);
                let file = &sources.get(label.span.source).name;
                format!(" {file}:{}:{}", position.line, position.column)
            });
            format!("{}{} {}", d.code.id(), place.unwrap_or_default(), d.message)
        })
        .collect()
}

#[track_caller]
fn check(text: &str, rules: &[&str], expected: &[&str]) {
    let mut files = files(&[
        ("/a", text.as_bytes()),
        ("/x/en_US.UTF-8/Compose", b"<Multi_key> <a> : \"system\"\n"),
        ("/home/me/b", b"<b> : \"home\"\n"),
        ("/loop", b"<l> : \"l\"\ninclude \"/loop\"\n"),
    ]);
    let mut sources = Sources::default();
    let (found, diagnostics) = read(Path::new("/a"), &world("C"), &mut files, &mut sources);
    assert_eq!(findings(&diagnostics, &sources), expected);
    assert_eq!(shown(&found), rules);
}

#[test]
fn lines_as_libx11_reads_them() {
    check(
        "# comment\n\n<Multi_key> <quotedbl> <u>\t: \"ü\"\tudiaeresis # name\n\
         \t<dead_acute><a>:\"á\"\n<U2192> : rightarrow\n! Ctrl ~Shift <x> : \"\\\"\\\\\"\n\
         <y> : \"y\" # name\r\n<z> : \"z\"\r\n",
        &["Multi_key quotedbl u → ü", "dead_acute a → á", "U2192 → →", "x → \"\\", "y → y"],
        &["E0024 /a:8:10 expected a keysym or the end of the line, found a carriage return"],
    );
}

#[test]
fn a_bad_line_is_left_out_and_the_others_stay() {
    check(
        "<a> \"x\"\n<b> : \"x\n<c> :\n<Mulit_key> <d> : \"x\"\n<e> : \"x\" e f\n: \"x\"\n\
         <f : \"x\"\n<g> : ? \n<h> : \"h\"",
        &["h → h"],
        &[
            "E0024 /a:1:5 expected `<keysym>` or `:`, found `\"x\"`",
            "E0024 /a:2:7 this string has no end",
            "E0024 /a:3:6 expected a string or a keysym, found the end of the line",
            "E0025 /a:4:2 unknown keysym `Mulit_key`",
            "E0024 /a:5:13 expected the end of the line, found `f`",
            "E0024 /a:6:1 expected `<keysym>` or `:`, found `:`",
            "E0024 /a:7:4 expected `>`, found `:`",
            "E0024 /a:8:7 expected a string or a keysym, found `?`",
        ],
    );
}

#[test]
fn includes() {
    check(
        "<x> : \"x\"\ninclude \"%L\"\ninclude \"%H/b\" # mine\ninclude \"%S/en_US.UTF-8/Compose\"\n\
         <y> : \"y\"\ninclude \"/missing\"\ninclude \"%Q\"\ninclude \"/loop\"\n",
        &["x → x", "Multi_key a → system", "b → home", "Multi_key a → system", "y → y"]
            .into_iter()
            .chain(["l → l"; 100])
            .collect::<Vec<_>>(),
        &[
            "E0026 /a:6:1 error reading `/missing`: there is no such file",
            "E0026 /a:7:1 error reading ``: there is no such file",
            "E0026 /loop:2:1 includes go deeper than 100 files",
        ],
    );
}

#[test]
fn files_that_include_themselves_over_and_over() {
    let mut files = files(&[("/a", "include \"/a\"\n".repeat(1000).as_bytes())]);
    let mut sources = Sources::default();
    let (_, diagnostics) = read(Path::new("/a"), &world("C"), &mut files, &mut sources);
    assert!(diagnostics.iter().any(|d| d.message == "includes go deeper than 100 files"));
    assert!(diagnostics.len() <= 51);
}

#[test]
fn too_many_bad_lines() {
    let mut files = files(&[("/a", "this is prose.\n".repeat(60).as_bytes())]);
    let mut sources = Sources::default();
    let (rules, diagnostics) = read(Path::new("/a"), &world("C"), &mut files, &mut sources);
    assert_eq!(rules, []);
    assert_eq!(diagnostics.len(), 51);
    assert_eq!(diagnostics[50].code.id(), "E0031");
}

#[test]
fn system_takes_what_starts_with_the_compose_key() {
    let text = b"<dead_acute> <a> : \"a\"\n<Multi_key> <a> <b> : \"ab\"\n<Multi_key> : \"no\"\n\
                 <Multi_key> <Multi_key> <c> : \"c\"\n<nonsense> : \"skipped unread\"\n";
    let mut files = files(&[("/x/pt_BR.UTF-8/Compose", text)]);
    let mut sources = Sources::default();
    let (rules, diagnostics) = system(&world("pt_BR.UTF-8"), &mut files, &mut sources);
    assert_eq!(shown(&rules), ["a b → ab", "Multi_key c → c"]);
    assert_eq!(diagnostics, []);
    assert_eq!(&*rules[0].keymap, SYSTEM);
    assert_eq!(sources.slice(rules[0].span), "<Multi_key> <a> <b>");
    assert_eq!(sources.position(rules[0].span).line, 2);
}

#[test]
fn older_locales_are_read_by_their_keysyms() {
    let text = b"# caf\xe9\n<Multi_key> <A> <quotedbl> : \"\\304\" Adiaeresis\n\
                 <Multi_key> <a> <quotedbl> : \"\xe4\" adiaeresis\n";
    let mut files = files(&[("/x/iso8859-1/Compose", text)]);
    let mut sources = Sources::default();
    let (rules, diagnostics) = system(&world("de"), &mut files, &mut sources);
    assert_eq!(shown(&rules), ["A quotedbl → Ä", "a quotedbl → ä"]);
    assert_eq!(diagnostics, []);
}

#[test]
fn without_x_locales_there_is_no_system_table() {
    let mut sources = Sources::default();
    let (rules, diagnostics) = system(&world("C"), &mut Files(HashMap::new()), &mut sources);
    assert_eq!(rules, []);
    assert_eq!(
        findings(&diagnostics, &sources),
        ["E0023 no Compose file in `/x`: `system` is empty"]
    );
}

#[test]
fn locales() {
    let file = |locale| locale::compose_file(locale, ALIAS, DIR);
    for locale in ["C", "POSIX", "", "en_US.UTF-8", "en_US.utf8"] {
        assert_eq!(file(locale), Some("en_US.UTF-8/Compose"), "{locale}");
    }
    assert_eq!(file("pt_BR.UTF-8"), Some("pt_BR.UTF-8/Compose"));
    assert_eq!(file("de"), Some("iso8859-1/Compose"));
    assert_eq!(file("xx_YY.UTF-8"), None);
}

#[test]
fn escapes() {
    for (written, meant) in [
        (r"plain λ", "plain λ"),
        (r#"\"\\\q"#, "\"\\q"),
        (r"\n\r\t", "\n\r\t"),
        (r"\101\x42\X43", "ABC"),
        (r"\303\274", "ü"),
        (r"\1011", "A1"),
        (r"\x4142", "A42"),
        (r"end\", "end"),
    ] {
        assert_eq!(unescape(written).as_deref(), Some(meant), "{written}");
    }
    assert_eq!(unescape(r"\344"), None);
    assert_eq!(escape("a\"\\λ").as_deref(), Some(r#""a\"\\λ""#));
    assert_eq!(unescape(r#"a\"\\λ"#).as_deref(), Some("a\"\\λ"));
    assert_eq!(escape("a\nb"), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// No text makes the reader fail, and every finding can be drawn.
    #[test]
    fn any_text_is_read(pieces in prop::collection::vec(
        prop_oneof![
            "\\PC{0,8}",
            Just("<Multi_key> <a> ".to_owned()),
            Just(": \"λ\" ".to_owned()),
            Just("\"\\".to_owned()),
            Just("\\377\"".to_owned()),
            Just("include \"%L\"\n".to_owned()),
            Just("include \"/a\"\n".to_owned()),
            "[<>:\"\\\\#!~% \r\n]{0,6}",
        ],
        0..12,
    )) {
        let mut files = files(&[("/a", pieces.concat().as_bytes())]);
        let mut sources = Sources::default();
        let (rules, diagnostics) = read(Path::new("/a"), &world("C"), &mut files, &mut sources);
        for diagnostic in &diagnostics {
            prop_assert!(!render(diagnostic, &sources, Style::Plain).is_empty());
        }
        for rule in &rules {
            prop_assert!(!rule.output.text.is_empty());
            prop_assert!(!sources.slice(rule.span).is_empty());
        }
    }
}

fn rule(keys: &str, text: &str, keymap: &str) -> Rule {
    Rule {
        sequence: Sequence::parse(keys).unwrap(),
        output: Output::plain(text),
        keymap: keymap.into(),
        span: Span::new(SourceId(0), 0..0),
    }
}

/// The rules of a locale, as a Compose file has them.
fn locale(rules: &[(&str, &str)]) -> Vec<Rule> {
    rules.iter().map(|(keys, text)| rule(keys, text, SYSTEM)).collect()
}

/// Rules of the keymap `config` are the user's.
fn request<'a>(own: &'a [Rule], system: Option<&'a [Rule]>, removed: &'a [Rule]) -> Request<'a> {
    Request {
        rules: own.iter().collect(),
        is_users: Box::new(|rule| &*rule.keymap == "config"),
        system,
        removed: removed.iter().collect(),
        flatten: Flatten::WhenNeeded,
    }
}

fn told(emitted: &Emitted<'_>) -> Vec<String> {
    emitted.findings.iter().map(|d| format!("{} {}", d.code.id(), d.message)).collect()
}

#[test]
fn writes_what_every_toolkit_reads() {
    let mut named = rule("<Left>λ", "x\"y\\", "config");
    named.output.about.name = Some("a name".into());
    let own = [
        rule("la", "λ", "greek"),
        rule("--", "–", "greek"),
        rule("---", "—", "greek"),
        rule("23456781", "8", "greek"),
        rule("123456780", "9", "greek"),
        rule("nl", "a\nb", "greek"),
        rule("long", &"x".repeat(256), "greek"),
        rule("q", "starts a system rule", "greek"),
        rule("sy1", "longer than a system rule", "config"),
        rule("<U2192>", "a wide key", "config"),
        named,
    ];
    let system = locale(&[("<Multi_key>qq", "system"), ("<Multi_key>sy", "short")]);
    let emitted = emit(&request(&own, Some(&system), &[]));
    let expected = "\
include \"%L\"

# Written by composekey: change its keymaps, not this file.

# greek
<Multi_key> <l> <a> : \"λ\" Greek_lamda
<Multi_key> <minus> <minus> <minus> : \"—\" emdash
<Multi_key> <2> <3> <4> <5> <6> <7> <8> <1> : \"8\"

# config
<Multi_key> <s> <y> <1> : \"longer than a system rule\"
<Multi_key> <U2192> : \"a wide key\"
<Multi_key> <Left> <Greek_lamda> : \"x\\\"y\\\\\" # a name
";
    assert_eq!(emitted.text(), expected);
    assert_eq!(
        told(&emitted),
        [
            "E0028 `123456780` is not in the Compose file: it has 9 keys, a line there at most 8",
            "E0029 `nl` is not in the Compose file: its output has a newline or a tab, which \
             toolkits read differently",
            "E0029 `long` is not in the Compose file: its output has 256 bytes, a line there at \
             most 255",
            "E0027 `--` is not in the Compose file: `---` starts with it",
            "E0027 `q` is not in the Compose file: `qq` starts with it",
            "E0027 `sy1` hides `sy` in the Compose file",
            "E0045 GTK and IBus do not know the key `U2192` of `<U2192>`",
        ]
    );
    assert_eq!(emitted.left_out.len(), 5);
    assert!(!emit(&request(&own, None, &[])).text().contains("include"));
}

#[test]
fn the_locale_is_written_out_when_an_include_cannot_do_it() {
    let system = locale(&[
        ("<dead_acute>a", "á"),
        ("<Multi_key>oc", "old"),
        ("<Multi_key>oc", "©"),
        ("<Multi_key><3", "♥"),
        ("<Multi_key>--.", "–"),
        ("<Multi_key>---", "—"),
        ("<Multi_key>sy", "short"),
        ("<Multi_key>ab", "starts abc"),
        ("<Multi_key>abc", "abc"),
    ]);
    let own =
        [rule("--", "mine", "config"), rule("sy1", "longer", "greek"), rule("---x", "x", "greek")];
    let removed = [rule("<3", "♥", SYSTEM)];
    let emitted = emit(&request(&own, Some(&system), &removed));
    let expected = "\
# Written by composekey: change its keymaps, not this file.
# The table of the locale is written out: without `<3`, which an include has.

<dead_acute> <a> : \"á\" aacute
<Multi_key> <o> <c> : \"©\" copyright
<Multi_key> <a> <b> <c> : \"abc\"

# config
<Multi_key> <minus> <minus> : \"mine\"

# greek
<Multi_key> <s> <y> <1> : \"longer\"
";
    assert_eq!(emitted.text(), expected);
    assert_eq!(
        told(&emitted),
        [
            "E0027 `---x` is not in the Compose file: it starts with `--`",
            "E0027 `--` hides `--.` and 1 more in the Compose file",
            "E0027 `sy1` hides `sy` in the Compose file",
            "E0030 `<3` is removed, but not for every program",
        ]
    );

    // The user's short rule alone is a reason, a keymap's is not; being asked is one.
    let reason = |own: &[Rule], always: bool| {
        let flatten = if always { Flatten::Always } else { Flatten::WhenNeeded };
        let request = Request { flatten, ..request(own, Some(&system), &[]) };
        emit(&request).base
    };
    let flattened = |why: &str| Base::Flattened(why.into());
    assert_eq!(
        reason(&own[..1], false),
        flattened("`--` would be hidden by longer rules of an include")
    );
    assert_eq!(reason(&[rule("--", "–", "greek")], false), Base::Included);
    assert_eq!(reason(&[], true), flattened("as asked"));
    assert_eq!(emit(&request(&own, None, &removed)).base, Base::Nothing);

    // Where it must not be, these give way.
    let never = Request { flatten: Flatten::Never, ..request(&own[..1], Some(&system), &removed) };
    let emitted = emit(&never);
    assert_eq!((emitted.base.clone(), emitted.lines.len()), (Base::Included, 0));
    assert_eq!(
        told(&emitted),
        [
            "E0027 `--` is not in the Compose file: `--.` starts with it",
            "E0030 `<3` is not removed",
        ]
    );
}

#[test]
fn gtk_4_gets_no_more_than_it_takes() {
    let many = |keymap: &str, n: usize, text: &str| -> Vec<Rule> {
        (0..n).map(|i| rule(&format!("{i:06}"), text, keymap)).collect()
    };
    // 7 units a rule, 44 rows of an index of 9, beside the 17,711 of GTK's own table.
    let room = (0x8000 - 1 - 17_711 - 44 * 9) / 7;
    let mut own = many("greek", room, "x");
    own.push(rule("mine", "x", "config"));
    let emitted = emit(&request(&own, Some(&[]), &[]));
    assert_eq!(emitted.lines.len(), room);
    assert!(emitted.lines.iter().any(|(rule, _)| &*rule.keymap == "config"), "one's own first");
    let first = room - 1;
    assert_eq!(
        told(&emitted),
        [format!(
            "E0044 `{first:06}` did not fit into the Compose file: GTK 4 takes no table that large"
        )]
    );
    // Texts have a room of their own.
    let long = many("greek", 1000, &"x".repeat(99));
    assert_eq!(emit(&request(&long, None, &[])).lines.len(), 327);
    assert_eq!(emit(&request(&many("greek", 1000, "λ"), None, &[])).lines.len(), 1000);
}
