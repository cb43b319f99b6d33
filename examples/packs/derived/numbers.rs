//! Digits and letters above and below the line, and fractions.

use unicode_normalization::UnicodeNormalization;

use super::{Pack, named};

/// What is raised and lowered: key and Unicode's word for it.
const SIGNS: &[(char, &str)] = &[
    ('0', "ZERO"),
    ('1', "ONE"),
    ('2', "TWO"),
    ('3', "THREE"),
    ('4', "FOUR"),
    ('5', "FIVE"),
    ('6', "SIX"),
    ('7', "SEVEN"),
    ('8', "EIGHT"),
    ('9', "NINE"),
    ('+', "PLUS SIGN"),
    ('-', "MINUS"),
    ('=', "EQUALS SIGN"),
    ('(', "LEFT PARENTHESIS"),
    (')', "RIGHT PARENTHESIS"),
];

/// Greek letters by the keys of the keymap `greek`.
const GREEK: &[(char, &str)] =
    &[('b', "BETA"), ('g', "GAMMA"), ('d', "DELTA"), ('r', "RHO"), ('f', "PHI"), ('x', "CHI")];

pub(super) fn supersub() -> String {
    let mut pack = Pack::new(
        "What stands above and below the line. The classic `^a` is â and `_a` is ā, so letters have one key\n\
         more: `^_` as ever, and `_,` for the lower ones. The classic `^_a` and `^_o` are ª and º; the\n\
         raised letters a and o are `^,a` and `^,o`.",
        &[
            ("title", "Superscripts and subscripts"),
            ("description", "Digits, signs and letters above and below the line"),
            (
                "mnemonic",
                "`^` and `_` with digits and signs; `^_` and `_,` with letters; `*` for Greek",
            ),
            ("source", "Unicode names; `^`, `_` and `^_`: libX11, nls/en_US.UTF-8/Compose.pre"),
            ("licence", "Unicode-3.0; MIT"),
        ],
        true,
    );
    for (key, word, title) in [
        ('^', "SUPERSCRIPT", "Digits and signs above"),
        ('_', "SUBSCRIPT", "Digits and signs below"),
    ] {
        let tags: &[&str] = if key == '^' { &["superscript"] } else { &["subscript"] };
        pack.section(title, tags);
        for &(sign, name) in SIGNS {
            let c = named(&format!("{word} {name}")).expect("Unicode has all of them");
            if (key, sign) == ('^', '-') {
                // libX11 1.7.2 has the macron there, later ones this sign.
                pack.rule_over("^-", c, '¯');
                continue;
            }
            // Digits have both orders above the line, where `x 2 ^` is thought as well.
            let other = (key == '^' && sign.is_ascii_digit()).then(|| format!("{sign}{key}"));
            pack.rules([format!("{key}{sign}")].into_iter().chain(other), c, &[]);
        }
    }
    pack.section("Letters above", &["superscript"]);
    pack.rules(["^_a"], 'ª', &["&ordf;".into()]);
    pack.rules(["^_o"], 'º', &["&ordm;".into()]);
    for letter in ('a'..='z').chain('A'..='Z') {
        if let Some(c) = raised(letter) {
            let first = if "ao".contains(letter) { "^," } else { "^_" };
            pack.rules([format!("{first}{letter}")], c, &[]);
        }
    }
    pack.section("Letters below", &["subscript"]);
    for letter in 'a'..='z' {
        if let Some(c) = named(&format!("LATIN SUBSCRIPT SMALL LETTER {letter}")) {
            pack.rules([format!("_,{letter}")], c, &[]);
        }
    }
    for (first, word, title) in [
        ("^_*", "MODIFIER LETTER SMALL", "Greek letters above"),
        ("_,*", "GREEK SUBSCRIPT SMALL LETTER", "Greek letters below"),
    ] {
        pack.section(title, if first.starts_with('^') { &["superscript"] } else { &["subscript"] });
        for (letter, name) in GREEK {
            let names = [format!("{word} {name}"), format!("{word} GREEK {name}")];
            if let Some(c) = names.iter().find_map(|name| named(name)) {
                pack.rules([format!("{first}{letter}")], c, &[]);
            }
        }
    }
    pack.finish()
}

/// The letter above the line; most are letters that modify the sound of another.
fn raised(letter: char) -> Option<char> {
    let case = if letter.is_lowercase() { "SMALL" } else { "CAPITAL" };
    let upper = letter.to_ascii_uppercase();
    named(&format!("SUPERSCRIPT LATIN {case} LETTER {upper}"))
        .or_else(|| named(&format!("MODIFIER LETTER {case} {upper}")))
}

pub(super) fn fractions() -> String {
    let mut pack = Pack::new(
        "Fractions: the two numbers, with or without the stroke between them.",
        &[
            ("title", "Fractions"),
            ("description", "Every fraction that is one character"),
            ("mnemonic", "numerator and denominator, as they are read: `12` or `1/2`"),
            (
                "source",
                "Unicode decompositions; without the stroke: libX11, nls/en_US.UTF-8/Compose.pre",
            ),
            ("licence", "Unicode-3.0; MIT"),
        ],
        true,
    );
    pack.section("In the order of Unicode", &["fraction"]);
    for c in ('\u{bc}'..='\u{be}').chain('\u{2150}'..='\u{215e}').chain(['\u{2189}']) {
        let parts: String = c.nfkd().collect();
        let (above, below) = parts.split_once('\u{2044}').expect("a fraction has a stroke");
        let entity = (above.len() + below.len() == 2 && (c < '\u{2150}' || below == "8"))
            .then(|| format!("&frac{above}{below};"));
        pack.rules([format!("{above}{below}"), format!("{above}/{below}")], c, entity.as_slice());
    }
    pack.finish()
}
