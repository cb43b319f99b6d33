//! `composekey explain`: whole answers.

use crate::support::Home;

#[test]
fn a_code_has_its_story() {
    let ran = Home::new().run(&["explain", "e0016"]);
    let expected = "\
note[E0016]: start of another

A rule is also the start of longer ones. The daemon types it when the trigger is
let go, or when another key follows; after a tap it waits for the next key. A
Compose file cannot have both, and `generate` leaves the shorter one out.

    [sequences]
    \"la\" = \"λ\"
    \"la1\" = \"λ₁\"

fix: nothing, unless other programs need the short one too.
";
    assert_eq!((ran.out.as_str(), ran.err.as_str(), ran.status), (expected, "", 0));
    let ran = Home::new().run(&["explain", "E0016", "--color", "always"]);
    assert!(ran.out.starts_with("\u{1b}[1;32mnote[E0016]\u{1b}[0m\u{1b}[1m: start of another"));
    assert!(ran.out.contains("\n    \"la\" = \"λ\"\n"), "{}", ran.out);
}

#[test]
fn a_story_as_json() {
    let ran = Home::new().run(&["explain", "E0001", "--json"]);
    let expected = r#"{"code":"E0001","severity":"error","title":"syntax","text":"The file is not TOML there.\nKeys need quotes unless they are letters, digits, `_` and `-`; texts always do.","examples":["[sequences]\n<- = \"←\""],"fix":"`\"<-\" = \"←\"`."}
"#;
    assert_eq!((ran.out.as_str(), ran.err.as_str(), ran.status), (expected, "", 0));
}

#[test]
fn every_code_is_listed() {
    let ran = Home::new().run(&["explain"]);
    let codes = composekey::diagnostic::Code::ALL;
    assert_eq!((ran.out.lines().count(), ran.status), (codes.len(), 0));
    assert_eq!(ran.out.lines().next(), Some("E0001  error    syntax"));
    assert!(ran.out.lines().all(|line| line.chars().count() <= 80));
}

#[test]
fn a_code_that_is_none() {
    let ran = Home::new().run(&["explain", "E0999"]);
    assert_eq!((ran.out.as_str(), ran.status), ("", 2));
    assert!(ran.err.starts_with("error: there is no code `E0999`"), "{}", ran.err);
}
