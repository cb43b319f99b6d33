//! Verdicts, and versions that do not run beside the tests. What the measured ones do with keys is
//! compared with the toolkits themselves in `tests/oracles/`.

use std::path::Path;

use super::super::{Outcome, Profile, Reading, SystemTable, Verdict, What, read};
use crate::{
    keysym::Keysym,
    source::{LoadError, Loader, Sources},
    xcompose::{
        World,
        machine::{Fed, Machine},
    },
};

struct Text(&'static str);

impl Loader for Text {
    fn load(&mut self, path: &Path) -> Result<Vec<u8>, LoadError> {
        if path == Path::new("/f") { Ok(self.0.into()) } else { Err(LoadError::NotFound) }
    }
}

fn reading(profile: &str, text: &'static str) -> Reading {
    let world = World { locale: "C".into(), folder: "/x".into(), home: Some("/h".into()) };
    let profile: Profile = profile.parse().unwrap();
    read(profile, Path::new("/f"), &world, &mut Text(text), &mut Sources::default())
}

/// What becomes of each statement, in a word.
fn verdicts(reading: &Reading) -> Vec<String> {
    let word = |verdict: &Verdict| match verdict {
        Verdict::Kept => "kept".to_owned(),
        Verdict::Dropped(reason) => format!("dropped: {reason}"),
        Verdict::Altered { to, reason } => format!("`{to}`: {reason}"),
        Verdict::Hidden { by, .. } => format!("hidden by {by}"),
    };
    reading.statements.iter().map(|statement| word(&statement.verdict)).collect()
}

#[track_caller]
fn check(profile: &str, text: &'static str, expected: &[&str]) {
    assert_eq!(verdicts(&reading(profile, text)), expected, "{profile}");
}

/// What is typed by these keys.
#[track_caller]
fn types(profile: &str, text: &'static str, keys: &str, expected: &[&str]) {
    let reading = reading(profile, text);
    let mut machine = Machine::new(&reading);
    let word = |fed: Fed| match fed {
        Fed::Composed(composed) => composed.text,
        other => format!("{other:?}").to_lowercase(),
    };
    let keys = keys.split(' ').map(|name| Keysym::from_name(name).unwrap());
    let fed: Vec<_> = keys.map(|keysym| word(machine.feed(keysym))).collect();
    assert_eq!(fed, expected, "{profile}: {text}");
}

#[test]
fn each_family_gives_its_reasons() {
    let text = "include \"%L\"\n<Multi_key> <a> : eacute\n<Multi_key> <a> : \"1\"\n<Multi_key> <a> : \"2\"\n";
    let no_text = "dropped: only a string in quotes is a result";
    check("gtk3", text, &["dropped: includes are not looked at", no_text, "kept", "hidden by 2"]);
    let waits = "hidden by 3";
    let shown = "``: it is only shown: `Multi_key a quotedbl` goes on";
    check("gtk4", text, &["kept", no_text, waits, shown]);
    check("ibus", text, &["kept", no_text, "kept", "hidden by 2"]);
    check("ibus@1.5.33", text, &["kept", no_text, "hidden by 3", "kept"]);
}

#[test]
fn a_file_replaces_or_adds() {
    let system = |profile, text| reading(profile, text).file.system;
    let (alone, includes) = ("<a> <b> : \"x\"\n", "include \"%L\"\n<a> <b> : \"x\"\n");
    for text in [alone, includes] {
        for profile in ["gtk3", "gtk4@4.2", "ibus", "ibus@1.5.32"] {
            assert_eq!(system(profile, text), SystemTable::Added, "{profile}");
        }
    }
    for profile in ["gtk4@4.4", "gtk4", "gtk4@4.20", "ibus@1.5.33"] {
        assert_eq!(system(profile, alone), SystemTable::Replaced, "{profile}");
        assert_eq!(system(profile, includes), SystemTable::Included, "{profile}");
    }
    let keys = "Multi_key o c";
    types("gtk4@4.2", alone, keys, &["pending", "pending", "©"]);
    types("gtk4", includes, keys, &["pending", "pending", "©"]);
    types("gtk4", alone, keys, &["ignored", "ignored", "ignored"]);
    types("ibus@1.5.33", alone, keys, &["ignored", "ignored", "ignored"]);
    types("ibus@1.5.33", includes, keys, &["pending", "pending", "©"]);
}

#[test]
fn later_gtk_4_takes_other_keys() {
    let text =
        "<Multi_key> <nokey> : \"x\"\n<Multi_key> <U0105> : \"y\"\n<Multi_key> <U1F600> : \"z\"\n";
    let cut = "`z`: `U1F600` has more than 16 bits and is cut";
    check("gtk4@4.20", text, &["`x`: unknown keysym `nokey` is taken for `Delete`", "kept", cut]);
    check(
        "gtk4",
        text,
        &["dropped: unknown keysym `nokey`", "kept", "dropped: `U1F600` has more than 16 bits"],
    );
    types("gtk4@4.20", text, "Multi_key Delete", &["pending", "x"]);
    types("gtk4@4.20", text, "Multi_key aogonek", &["pending", "y"]);
    types("gtk4", text, "Multi_key aogonek", &["pending", "aborted"]);
}

#[test]
fn a_first_key_of_zero_leaves_no_keys() {
    let nothing = "``: its first key is cut to nothing, which ends its keys";
    check("gtk4@4.20", "<U110000> <b> : \"x\"\n", &[nothing]);
    for profile in ["gtk3", "gtk4", "gtk4@4.20", "ibus", "ibus@1.5.33"] {
        check(profile, "<U0> <b> : \"x\"\n<Multi_key> <b> : \"y\"\n", &[nothing, "kept"]);
    }
}

#[test]
fn later_ibus_keeps_what_a_wrong_key_follows() {
    let text = "<Multi_key> <a> <b> : \"x\"\n";
    types("ibus", text, "Multi_key a q b", &["pending", "pending", "aborted", "ignored"]);
    types("ibus@1.5.32", text, "Multi_key a q b", &["pending", "pending", "aborted", "x"]);
}

#[test]
fn what_ends_a_file_or_a_program() {
    let nul = reading("gtk3", "<a> <b> : \"x\"\n\0<c> <d> : \"y\"\n");
    assert_eq!((nul.file.outcome, nul.statements.len()), (Outcome::KillsRest, 1));
    let empty = reading("gtk4", "# nothing\n");
    assert_eq!((empty.file.outcome, empty.file.system), (Outcome::KillsTable, SystemTable::Added));
    let cycle = reading("ibus", "<a> <b> : \"x\"\ninclude \"/h/../f\"\n");
    assert_eq!(verdicts(&cycle)[1], "dropped: `/h/../f` is being read already");
    assert!(matches!(cycle.statements[1].what, What::Include { .. }));
}

#[test]
fn results_that_are_too_long_together() {
    let rules = |count: usize| {
        let rule = |i: usize| format!("<a> <U{:04X}> : \"{}\"\n", 0x100 + i, "x".repeat(65));
        let text: String = (0..count).map(rule).collect();
        &*text.leak()
    };
    for (profile, most) in [("gtk3", 992), ("ibus", 1008), ("gtk4", 497)] {
        let outcome = |count| reading(profile, rules(count)).file.outcome;
        assert_eq!(
            (outcome(most), outcome(most + 1)),
            (Outcome::Kept, Outcome::KillsTable),
            "{profile}"
        );
    }
}
