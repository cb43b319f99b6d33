//! Alphabets in another shape: double-struck, script, Fraktur, full width.

use super::{Pack, named};

/// The keys before a letter, Unicode's words for the alphabet and for its older members.
const ALPHABETS: &[(&str, &str, &[&str])] = &[
    ("|", "DOUBLE-STRUCK", &["DOUBLE-STRUCK"]),
    ("|&", "SCRIPT", &["SCRIPT"]),
    ("|#", "FRAKTUR", &["BLACK-LETTER"]),
];

/// `|c` is ¢ and `|v` is ↓, `|B`, `|C`, `|G` and `|S` are money in some libX11; these letters have a comma between.
const TAKEN: &str = "BCGScv";

pub(super) fn doublestruck() -> String {
    let mut pack = Pack::new(
        "Letters as blackboards and mathematicians have them. `|c` and `|v` are the classic ¢ and ↓, and newer\n\
         tables have the money of `|B`, `|C`, `|G` and `|S`: these letters have a comma between, as in `|,C`.",
        &[
            ("title", "Double-struck, script and Fraktur"),
            ("description", "The letters of blackboard bold with its digits, script and Fraktur"),
            (
                "mnemonic",
                "`|` and the letter, which gets a second stroke; `|&` curls it, `|#` breaks it",
            ),
            ("source", "Unicode names; keys: composekey's own"),
            ("licence", "Unicode-3.0; MIT"),
        ],
        false,
    );
    for (first, word, older) in ALPHABETS {
        let title = word.to_lowercase();
        let tags: &[&str] = match *word {
            "DOUBLE-STRUCK" => &["double-struck", "blackboard bold"],
            "SCRIPT" => &["script", "calligraphic"],
            _ => &["fraktur"],
        };
        pack.section(&format!("The alphabet: {title}"), tags);
        for letter in ('A'..='Z').chain('a'..='z') {
            let case = if letter.is_lowercase() { "SMALL" } else { "CAPITAL" };
            let upper = letter.to_ascii_uppercase();
            let c = named(&format!("MATHEMATICAL {word} {case} {upper}"))
                .or_else(|| older.iter().find_map(|w| named(&format!("{w} {case} {upper}"))))
                .expect("Unicode has the whole alphabet");
            let comma = if *first == "|" && TAKEN.contains(letter) { "," } else { "" };
            pack.rules([format!("{first}{comma}{letter}")], c, &[]);
        }
    }
    pack.section("Digits", &["double-struck"]);
    const DIGITS: [&str; 10] =
        ["ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE"];
    for (digit, name) in DIGITS.iter().enumerate() {
        let c = named(&format!("MATHEMATICAL DOUBLE-STRUCK DIGIT {name}"));
        pack.rules([format!("|{digit}")], c.expect("Unicode has all digits"), &[]);
    }
    pack.finish()
}

pub(super) fn fullwidth() -> String {
    let mut pack = Pack::new(
        "The characters of ASCII as wide as Chinese and Japanese ones.",
        &[
            ("title", "Full width"),
            ("description", "The letters, digits and signs of ASCII in the width of ideographs"),
            ("mnemonic", "`%%`, two wide keys' worth, and the character itself"),
            ("source", "Unicode: U+FF01 to U+FF5E repeat U+0021 to U+007E"),
            ("licence", "Unicode-3.0"),
        ],
        false,
    );
    pack.section("In the order of ASCII", &["fullwidth"]);
    pack.rules(["%% "], '\u{3000}', &[]);
    for ascii in '!'..='~' {
        let wide = char::from_u32(u32::from(ascii) + 0xfee0).expect("a block without gaps");
        pack.rules([format!("%%{ascii}")], wide, &[]);
    }
    pack.finish()
}
