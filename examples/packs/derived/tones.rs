//! Vietnamese and pinyin: letters with tones.

use unicode_normalization::char::compose;

use super::Pack;

/// A letter in both cases.
fn cases(letter: char) -> [char; 2] {
    [letter, letter.to_ascii_uppercase()]
}

pub(super) fn vietnamese() -> String {
    let mut pack = Pack::new(
        "Vietnamese by the digits of VNI, before the letter: first the shape, then the tone, then the letter.\n\
         `6a` is â, `1a` is á, `61a` is ấ. So nothing has to wait for a further key.",
        &[
            ("title", "Vietnamese"),
            ("description", "All Vietnamese letters with all tones"),
            (
                "mnemonic",
                "the digits of VNI before the letter, the shape first: `6a` â, `1a` á, `61a` ấ",
            ),
            ("source", "Unicode decompositions; VNI's digits, a fact"),
            ("licence", "Unicode-3.0"),
        ],
        false,
    );
    const TONES: &[(char, char)] =
        &[('1', '\u{301}'), ('2', '\u{300}'), ('3', '\u{309}'), ('4', '\u{303}'), ('5', '\u{323}')];
    const SHAPES: &[(&str, &str, Option<char>)] = &[
        ("", "aeiouy", None),
        ("6", "aeo", Some('\u{302}')),
        ("7", "ou", Some('\u{31b}')),
        ("8", "a", Some('\u{306}')),
    ];
    for &(digit, letters, shape) in SHAPES {
        let title = match digit {
            "" => "Tones alone".to_owned(),
            digit => format!("Shape {digit}, alone and with tones"),
        };
        pack.section(&title, &["vietnamese"]);
        for letter in letters.chars().flat_map(cases) {
            let shaped = shape.map_or(Some(letter), |mark| compose(letter, mark));
            let shaped = shaped.expect("Unicode has the letter");
            if shape.is_some() {
                pack.rules([format!("{digit}{letter}")], shaped, &[]);
            }
            for &(tone, mark) in TONES {
                let c = compose(shaped, mark)
                    // The dot below comes before the shape in a decomposition.
                    .or_else(|| compose(compose(letter, mark)?, shape?))
                    .expect("Unicode has the letter with the tone");
                pack.rules([format!("{digit}{tone}{letter}")], c, &[]);
            }
        }
    }
    pack.section("The letter with a stroke", &["vietnamese"]);
    pack.rules(["9d"], 'đ', &[]);
    pack.rules(["9D"], 'Đ', &[]);
    pack.finish()
}

pub(super) fn pinyin() -> String {
    let mut pack = Pack::new(
        "Pinyin as it is typed: the vowel and the number of its tone. `v` is ü, as in input methods.",
        &[
            ("title", "Pinyin"),
            ("description", "The vowels of Chinese in Latin letters with the four tones"),
            ("mnemonic", "the letter and the number of the tone: `a1` is ā; `v` is ü"),
            ("source", "Unicode decompositions; numbers of the tones, a fact"),
            ("licence", "Unicode-3.0"),
        ],
        false,
    );
    const TONES: &[(char, char)] =
        &[('1', '\u{304}'), ('2', '\u{301}'), ('3', '\u{30c}'), ('4', '\u{300}')];
    pack.section("Vowels", &["pinyin"]);
    for key in "aeiouv".chars().flat_map(cases) {
        let letter = match key {
            'v' => 'ü',
            'V' => 'Ü',
            key => key,
        };
        for &(tone, mark) in TONES {
            let c = compose(letter, mark).expect("Unicode has every vowel with every tone");
            pack.rules([format!("{key}{tone}")], c, &[]);
        }
    }
    pack.rules(["v5"], 'ü', &[]);
    pack.rules(["V5"], 'Ü', &[]);
    pack.section("Syllables without a vowel, as far as they are one character", &["pinyin"]);
    for key in "mn".chars().flat_map(cases) {
        for &(tone, mark) in TONES {
            if let Some(c) = compose(key, mark) {
                pack.rules([format!("{key}{tone}")], c, &[]);
            }
        }
    }
    pack.finish()
}
