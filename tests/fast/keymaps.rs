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

#[test]
fn no_classic_sequence_changes_or_is_lost() {
    let classic = load("keymaps = ['system']");
    let used = load("");
    let used = by_keys(&used.rules);
    let ascii: Vec<_> =
        classic.rules.iter().filter(|rule| is_ascii(rule.sequence.keysyms())).collect();
    assert!(ascii.len() >= 1199, "{} classic sequences: is this libX11's file?", ascii.len());
    for rule in ascii {
        let keysyms = rule.sequence.keysyms();
        assert_eq!(used.get(keysyms), Some(&rule.output.text.as_str()), "{}", rule.sequence);
        // A longer rule would make it wait for the next key.
        let longer = used.keys().find(|k| k.len() > keysyms.len() && k.starts_with(keysyms));
        assert_eq!(longer, None, "{}", rule.sequence);
    }
}

#[test]
fn the_default_keymap_adds_little_to_the_classic_sequences() {
    let classic = load("keymaps = ['system']");
    let classic = by_keys(&classic.rules);
    let used = load("keymaps = ['default']");
    let new: Vec<_> = used
        .rules
        .iter()
        .filter(|rule| !classic.contains_key(rule.sequence.keysyms()))
        .map(|rule| format!("{} {}", rule.sequence, rule.output.text))
        .collect();
    assert_eq!(new, ["|- †", "|= ‡", "-- –", "-<> ↔"]);
    // A rule that is the start of classic ones ends only with the trigger's release.
    let starts: Vec<_> = used
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
fn the_default_keymap_serves_where_there_are_no_x_locales() {
    let used = load("keymaps = ['default']");
    let texts: BTreeSet<_> = used.rules.iter().map(|rule| rule.output.text.as_str()).collect();
    for c in "äöüÄÖÜßéèêëñçåøæœłčšžőğ€£¥©®™–—“”„‘’«»…≠≤≥±×→←↑↓½²°".chars()
    {
        assert!(texts.contains(c.to_string().as_str()), "{c}");
    }
}

#[test]
fn the_greek_letters() {
    let loaded = load("keymaps = ['system', 'default', 'greek']");
    let rules = by_keys(&loaded.rules);
    let keysyms = |keys: &str| keys.chars().map(Keysym::from_char).collect::<Vec<_>>();
    for (keys, text) in [("la", "λ"), ("*l", "λ"), ("*a", "α"), ("*W", "Ω"), ("*j", "ς")] {
        assert_eq!(rules.get(keysyms(keys).as_slice()), Some(&text), "{keys}");
    }
    // Every letter once, capitals too; what they replace is reachable otherwise.
    let greek: BTreeSet<_> = loaded
        .rules
        .iter()
        .filter(|rule| &*rule.keymap == "greek")
        .map(|rule| rule.output.text.as_str())
        .collect();
    let expected = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρςστυφχψω";
    assert_eq!(greek.into_iter().collect::<String>(), expected);
    for (keys, text) in [("oa", "å"), ("oA", "Å"), ("ou", "ů"), ("oU", "Ů"), ("*'a", "ǻ")] {
        assert_eq!(rules.get(keysyms(keys).as_slice()), Some(&text), "{keys}");
    }
    let replaced: Vec<_> = loaded
        .replaced
        .iter()
        .filter(|replaced| replaced.rule.output.text != loaded.rules[replaced.by].output.text)
        .map(|replaced| replaced.rule.sequence.to_string())
        .collect();
    assert_eq!(replaced, ["*a", "*u", "*A", "*U"]);
}
