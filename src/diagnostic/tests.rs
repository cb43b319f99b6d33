use super::*;
use crate::source::Sources;

#[test]
fn a_finding_is_drawn_with_every_place() {
    let mut sources = Sources::default();
    let a = sources.add("a.toml", "x = 1\n\"<Lfet>\" = \"←\"\n");
    let b = sources.add("b.toml", "\ty = \"λ\" # wide: 漢\n");
    let diagnostic = Diagnostic::new(Code::UnknownKeysym, "unknown keysym `Lfet`")
        .at(Span::new(a, 7..13), "")
        .at(Span::new(b, 5..9), "beside this one")
        .help("did you mean `Left`?");
    let expected = "\
error[E0004]: unknown keysym `Lfet`
 --> a.toml:2:2
  |
2 | \"<Lfet>\" = \"←\"
  |  ^^^^^^
  |
 ::: b.toml:1:6
  |
1 |     y = \"λ\" # wide: 漢
  |         --- beside this one
  |
  = help: did you mean `Left`?";
    assert_eq!(render(&diagnostic, &sources, Style::Plain), expected);
    assert!(render(&diagnostic, &sources, Style::Colour).contains("\u{1b}["));
    assert_eq!(
        json_line(&diagnostic, &sources),
        r#"{"code":"E0004","severity":"error","message":"unknown keysym `Lfet`","file":"a.toml","line":2,"column":2,"help":"did you mean `Left`?","labels":[{"file":"a.toml","line":2,"column":2,"text":""},{"file":"b.toml","line":1,"column":6,"text":"beside this one"}]}"#
    );
}

#[test]
fn a_finding_without_a_place() {
    let sources = Sources::default();
    let diagnostic = Diagnostic::new(Code::NoSystemTable, "no table");
    assert_eq!(render(&diagnostic, &sources, Style::Plain), "warning[E0023]: no table");
    assert_eq!(
        json_line(&diagnostic, &sources),
        r#"{"code":"E0023","severity":"warning","message":"no table","help":null,"labels":[]}"#
    );
}

#[test]
fn codes_are_in_order_and_each_is_one() {
    let ids: Vec<&str> = Code::ALL.iter().map(|code| code.id()).collect();
    assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
    assert!(ids.iter().all(|id| id.len() == 5 && id.starts_with('E')), "{ids:?}");
}

#[test]
fn words_alike() {
    assert_eq!(closest("greke", ["greek", "default"]), Some("greek"));
    assert_eq!(closest("x", ["greek", "default"]), None);
    assert_eq!(closest("caps", ["menu", "caps_lock"]), Some("caps_lock"));
    assert_eq!(list(&["a", "b", "c"]), "`a`, `b` or `c`");
}
