//! The built-in keymaps beside the classic sequences of libX11 (Debian: libx11-data).

use std::collections::{BTreeMap, BTreeSet};

use composekey::{config, keysym::Keysym, sequence::Rule};

use crate::support::Home;

fn load(text: &str) -> config::Loaded {
    let home = Home::with_config(text);
    let mut paths = config::Paths::new("/".into(), None, None, |_| None);
    paths.set_config(home.path("config.toml"));
    let loaded = config::load(&paths);
    assert_eq!(loaded.diagnostics, []);
    assert!(!loaded.rules.is_empty());
    loaded
}

fn by_keys(rules: &[Rule]) -> BTreeMap<&[Keysym], &str> {
    rules.iter().map(|rule| (rule.sequence.keysyms(), rule.output.text.as_str())).collect()
}

fn is_ascii(keysyms: &[Keysym]) -> bool {
    keysyms.iter().all(|keysym| keysym.to_char().is_some_and(|c| c.is_ascii()))
}

/// The classic sequences that the default keymaps give another meaning, on purpose: `replaces` says so,
/// and each text stays within reach.
const REPLACED: &[(&str, &str)] = &[("*a", "å"), ("*u", "ů"), ("*A", "Å"), ("*U", "Ů")];

#[test]
fn no_classic_sequence_changes_or_is_lost() {
    let classic = load("keymaps = ['system']");
    let loaded = load("");
    let used = by_keys(&loaded.rules);
    let ascii: Vec<_> =
        classic.rules.iter().filter(|rule| is_ascii(rule.sequence.keysyms())).collect();
    assert!(ascii.len() >= 1199, "{} classic sequences: is this libX11's file?", ascii.len());
    let mut replaced = Vec::new();
    for rule in ascii {
        let (keysyms, text) = (rule.sequence.keysyms(), rule.output.text.as_str());
        if used.get(keysyms) != Some(&text) {
            let new = loaded.rules.iter().find(|new| new.sequence == rule.sequence).unwrap();
            assert!(new.output.replaces.contains(&rule.output.text), "{}", rule.sequence);
            let elsewhere = loaded
                .rules
                .iter()
                .any(|r| r.output.text == text && is_ascii(r.sequence.keysyms()));
            assert!(elsewhere, "{text} is out of reach");
            replaced.push((rule.sequence.to_string(), text));
        }
        // A longer rule would make it wait for the next key.
        let longer = used.keys().find(|k| k.len() > keysyms.len() && k.starts_with(keysyms));
        assert_eq!(longer, None, "{}", rule.sequence);
    }
    let expected: BTreeSet<_> = REPLACED.iter().map(|&(k, text)| (k.to_owned(), text)).collect();
    assert_eq!(replaced.into_iter().collect::<BTreeSet<_>>(), expected);
}

#[test]
fn one_sequence_of_the_default_keymaps_starts_others() {
    let loaded = load("keymaps = ['default']");
    let starts: Vec<_> = composekey::map::prefix_pairs(&loaded.rules)
        .into_iter()
        .map(|pair| loaded.rules[pair.short].sequence.to_string())
        .collect();
    assert_eq!(starts, ["--"]);
    let classic = load("keymaps = ['system']");
    let classic = by_keys(&classic.rules);
    let starts: Vec<_> = loaded
        .rules
        .iter()
        .filter(|rule| {
            let keysyms = rule.sequence.keysyms();
            classic.keys().any(|k| k.len() > keysyms.len() && k.starts_with(keysyms))
        })
        .map(|rule| rule.sequence.to_string())
        .collect();
    assert_eq!(starts, ["--"]);
}

#[test]
fn the_default_keymaps_share_no_sequence() {
    let loaded = load("keymaps = ['default']");
    assert_eq!(loaded.replaced, []);
    assert!(loaded.rules.len() > 1500);
}

#[test]
fn accents_have_both_orders() {
    let loaded = load("keymaps = ['latin', 'umlauts']");
    let rules = by_keys(&loaded.rules);
    let mut both = 0;
    for (keys, text) in &rules {
        let &[a, b] = *keys else { continue };
        let letter = |k: Keysym| k.to_char().is_some_and(|c| c.is_ascii_alphabetic());
        if letter(a) == letter(b) {
            continue;
        }
        match rules.get([b, a].as_slice()) {
            Some(other) => {
                assert_eq!(other, text, "{a}{b}");
                both += 1;
            }
            // `*` stands after the letter, where it is `o` before; `(` where it is `u` or `b`.
            None => assert!(
                "*(".contains(b.to_char().unwrap())
                    || text.starts_with(['ĉ', 'ĝ', 'ĥ', 'ĵ', 'ŝ', 'Ĉ', 'Ĝ', 'Ĥ', 'Ĵ', 'Ŝ']),
                "{a} {b} {text}"
            ),
        }
    }
    assert!(both > 300, "{both}");
}

#[test]
fn the_default_keymaps_serve_where_there_are_no_x_locales() {
    let used = load("keymaps = ['default']");
    let texts: BTreeSet<_> = used.rules.iter().map(|rule| rule.output.text.as_str()).collect();
    for c in "äöüÄÖÜßéèêëñçåøæœłčšžőğ€£¥©®™–—“”„‘’«»…≠≤≥±×→←↑↓½²°".chars()
    {
        assert!(texts.contains(c.to_string().as_str()), "{c}");
    }
}

#[test]
fn the_greek_letters() {
    let loaded = load("");
    let rules = by_keys(&loaded.rules);
    let keysyms = |keys: &str| keys.chars().map(Keysym::from_char).collect::<Vec<_>>();
    for (keys, text) in
        [("la", "λ"), ("*l", "λ"), ("*a", "α"), ("*W", "Ω"), ("*j", "ς"), ("*;a", "ά")]
    {
        assert_eq!(rules.get(keysyms(keys).as_slice()), Some(&text), "{keys}");
    }
    // Every letter, capitals too; what they replace is reachable otherwise.
    let greek: BTreeSet<_> = loaded
        .rules
        .iter()
        .filter(|rule| &*rule.keymap == "greek" && rule.sequence.keysyms().len() == 2)
        .map(|rule| rule.output.text.as_str())
        .collect();
    let expected = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρςστυφχψω";
    assert_eq!(greek.into_iter().collect::<String>(), expected);
    for (keys, text) in [("oa", "å"), ("oA", "Å"), ("ou", "ů"), ("oU", "Ů"), ("*'a", "ǻ")] {
        assert_eq!(rules.get(keysyms(keys).as_slice()), Some(&text), "{keys}");
    }
}
