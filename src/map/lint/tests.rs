use std::sync::Arc;

use super::*;
use crate::{
    map::{self, Merged},
    sequence::Rule,
    source::{Sources, Span},
};

const CLASSIC: &str =
    "'oc' = '©'\n'\"u' = 'ü'\n'---' = '—'\n'=>' = '⇒'\n'>=' = '≥'\n'λa' = 'no ASCII'";

/// The rules of `[sequences]` with these lines, as a keymap of this name.
fn rules(name: &str, lines: &str, sources: &mut Sources) -> Vec<Rule> {
    let id = sources.add(name, format!("[sequences]\n{lines}\n"));
    let (map, diagnostics) = map::load(id, &Arc::from(name), sources);
    assert_eq!(diagnostics, []);
    map.rules
}

/// The classic sequences, a keymap `other` and the keymap `mine`, put together.
fn together(other: &str, mine: &str) -> Merged {
    let mut sources = Sources::default();
    let keymaps = [("system", CLASSIC), ("other", other), ("mine", mine)]
        .map(|(name, lines)| rules(name, lines, &mut sources));
    map::merge(keymaps.into(), &[], Vec::new(), &mut Vec::new())
}

fn told(found: &[Diagnostic]) -> Vec<String> {
    found.iter().map(|d| format!("{} {}", d.code.id(), d.message)).collect()
}

fn lint(merged: &Merged, lint: fn(Subject<'_>) -> Vec<Diagnostic>) -> Vec<String> {
    let judged = |rule: &Rule| &*rule.keymap == "mine";
    let (rules, replaced) = (&merged.rules[..], &merged.replaced[..]);
    told(&lint(Subject { rules, replaced, classic: "system", judged: &judged }))
}

/// What the author of `mine` is told, `mine` being on by default.
#[track_caller]
fn author(other: &str, mine: &str, expected: &[&str]) {
    assert_eq!(lint(&together(other, mine), |subject| subject.keymap(true)), expected);
}

/// What its owner is told, when it is a configuration.
#[track_caller]
fn owner(other: &str, mine: &str, expected: &[&str]) {
    assert_eq!(lint(&together(other, mine), |subject| subject.own()), expected);
}

#[test]
fn starts_of_others() {
    let pair = "E0016 `la` is also the start of `la1`";
    author("", "'la' = 'λ'\n'la1' = 'λ₁'", &[pair]);
    author("'la' = 'λ'", "'la1' = 'λ₁'", &[pair]);
    author("'la1' = 'λ₁'", "'la' = 'λ'", &[pair]);
    author("'la' = 'λ'\n'la1' = 'λ₁'", "", &[]);
    author("", "'la' = { text = 'λ', allow = 'E0016' }\n'la1' = 'λ₁'", &[]);
    author("", "'la' = 'λ'\n'la1' = { text = 'λ₁', allow = ['E0016'] }", &[]);
    // Another code does not help.
    author("", "'la' = { text = 'λ', allow = 'E0080' }\n'la1' = 'λ₁'", &[pair]);
    author(
        "",
        "'l' = 'x'\n'la' = 'λ'\n'lo' = 'y'",
        &["E0016 `l` is also the start of `la` and 1 more"],
    );
}

#[test]
fn in_the_way_of_classic_sequences() {
    author("", "'oc1' = '1'", &["E0080 `oc` is also the start of `oc1`, one of them classic"]);
    author("", "'--' = '–'", &["E0080 `--` is also the start of `---`, one of them classic"]);
    author("", "'--' = { text = '–', allow = 'E0080' }", &[]);
    // A classic sequence that a keymap repeats is still classic.
    let starts = "E0080 `oc` is also the start of `oc1`, one of them classic";
    author("'oc' = '©'", "'oc1' = '1'", &[starts]);
    owner("", "'oc1' = '1'", &[starts]);
    // What no ASCII keyboard types is in nobody's way.
    author("", "'λ' = 'x'", &["E0016 `λ` is also the start of `λa`"]);
}

#[test]
fn the_header() {
    let mut sources = Sources::default();
    let id = sources.add("x", "[keymap]\n");
    let span = Span::new(id, 0..8);
    let mut info = map::Info { title: Some("t".into()), ..map::Info::default() };
    let found: Vec<_> = header(&info, span).into_iter().collect();
    let missing = "E0081 the keymap does not say its `description`, `mnemonic`, `source`, `licence`, `layout`";
    assert_eq!(told(&found), [missing]);
    for field in [
        &mut info.description,
        &mut info.mnemonic,
        &mut info.source,
        &mut info.licence,
        &mut info.layout,
    ] {
        *field = Some("x".into());
    }
    assert_eq!(header(&info, span), None);
}

#[test]
fn keys_that_the_layout_lacks() {
    let typeable = |keysym: Keysym| keysym.to_char().is_some_and(|c| c.is_ascii());
    let told = |line: &str| {
        let rules = rules("mine", line, &mut Sources::default());
        told(&untypeable(&rules[0], "us", &typeable).into_iter().collect::<Vec<_>>())
    };
    assert_eq!(told("'aöü' = 'x'"), ["E0082 no key of the layout `us` types `odiaeresis`"]);
    assert_eq!(told("'<Left>' = 'x'"), ["E0082 no key of the layout `us` types `Left`"]);
    assert_eq!(told("'a~' = 'x'"), [""; 0]);
    assert_eq!(told("'aö' = { text = 'x', allow = 'E0082' }"), [""; 0]);
}

#[test]
fn more_keys_than_a_compose_file_has() {
    author("", "'12345678' = 'x'", &[]);
    author("", "'123456789' = 'x'", &["E0083 `123456789` has 9 keys"]);
    owner("", "'123456789' = 'x'", &[]);
    author("", "'123456789' = { text = 'x', allow = 'E0083' }", &[]);
}

#[test]
fn what_a_hold_cannot_type() {
    let finding = "E0084 `<Multi_key>a` cannot be typed while the trigger is held";
    author("", "'<Multi_key>a' = 'x'", &[finding]);
    owner("", "'<Multi_key>a' = 'x'", &[finding]);
    author("'<Multi_key>a' = 'x'", "", &[]);
    author("", "'<Multi_key>a' = { text = 'x', allow = 'E0084' }", &[]);
}

#[test]
fn outputs_in_normal_form() {
    let finding = "E0085 the output of `ab` is not in normal form (NFC)";
    author("", "'ab' = \"e\\u0301\"", &[finding]);
    owner("", "'ab' = \"e\\u0301\"", &[finding]);
    // The Kelvin sign is the letter K.
    author("", "'ab' = \"\\u212A\"", &[finding]);
    author("", "'ab' = \"é\"", &[]);
    // A mark alone, an emoji with its selector and a letter without a composed form are fine.
    author("", "'ab' = \"\\u0301\"\n'cd' = \"❤\\uFE0F\"\n'ef' = \"q\\u0301\"", &[]);
    author("", "'ab' = { text = \"e\\u0301\", allow = 'E0085' }", &[]);
}

#[test]
fn names_that_mean_one_thing() {
    let finding = "E0086 both `x` and `y` are called `ex`";
    let x = "'ab' = { text = 'x', alias = 'ex' }";
    author("", &format!("{x}\n'cd' = {{ text = 'y', name = 'ex' }}"), &[finding]);
    author(x, "'cd' = { text = 'y', alias = 'ex' }", &[finding]);
    author(x, "'cd' = { text = 'x', alias = 'ex' }", &[]);
    // Case tells `\\gamma` from `\\Gamma`, and topics are for many.
    author(x, "'cd' = { text = 'y', alias = 'Ex' }", &[]);
    author("", "'ab' = { text = 'x', tags = 't' }\n'cd' = { text = 'y', tags = 't' }", &[]);
    // One's own name for something is nobody else's concern.
    owner(x, "'cd' = { text = 'y', alias = 'ex' }", &[]);
    owner("", &format!("{x}\n'cd' = {{ text = 'y', alias = 'ex' }}"), &[finding]);
    author(x, "'cd' = { text = 'y', alias = 'ex', allow = 'E0086' }", &[]);
}

#[test]
fn the_other_order() {
    author("", "'ab' = 'x'\n'ba' = 'x'", &[]);
    author(
        "",
        "'ab' = 'x'\n'ba' = 'y'",
        &["E0087 `ab` gives `x`, but `ba` gives `y`", "E0087 `ba` gives `y`, but `ab` gives `x`"],
    );
    author("'ba' = 'y'", "'ab' = 'x'", &["E0087 `ab` gives `x`, but `ba` gives `y`"]);
    author("", "'u\"' = 'x'", &["E0087 `u\"` gives `x`, but `\"u` gives `ü`"]);
    author("'ba' = 'y'", "'ab' = { text = 'x', allow = 'E0087' }", &[]);
    author("'ba' = 'y'", "'ab' = { text = 'x', replaces = 'y' }", &[]);
    // The classic ones are known.
    author("", "'=>' = '⇒'", &[]);
    owner("", "'ab' = 'x'\n'ba' = 'y'", &[]);
}

#[test]
fn a_sequence_in_two_keymaps() {
    let finding = "E0088 `ab` is in the keymap `other` already";
    author("'ab' = 'x'", "'ab' = 'x'", &[finding]);
    author("'ab' = 'x'", "'ab' = { text = 'x', allow = 'E0088' }", &[]);
    owner("'ab' = 'x'", "'ab' = 'x'", &[]);
    // The classic sequences may be repeated: not every machine has them.
    author("", "'oc' = '©'", &[]);
    let merged = together("'ab' = 'x'", "'ab' = 'x'");
    assert_eq!(lint(&merged, |subject| subject.keymap(false)), [""; 0], "not on by default");
}

#[test]
fn in_the_way_of_code_points() {
    let finding = "E0089 `U+` is in the way of code points";
    author("", "'U+' = 'Ư'", &[finding]);
    owner("", "'U+' = 'Ư'", &[finding]);
    author("", "'U+' = { text = 'Ư', allow = 'E0089' }", &[]);
    author("", "'u+' = 'ư'\n'+U' = 'Ư'", &[]);
}
