//! Latin letters with marks.

use unicode_normalization::char::compose;

use super::Pack;

/// A mark and the keys for it.
struct Mark {
    title: &'static str,
    /// The end of its letters' HTML names: `&eacute;`.
    entity: &'static str,
    tags: &'static [&'static str],
    combining: char,
    /// Keys before the letter.
    before: &'static [&'static str],
    /// Keys after it.
    after: &'static [&'static str],
}

const fn mark(
    title: &'static str,
    entity: &'static str,
    tags: &'static [&'static str],
    combining: char,
    [before, after]: [&'static [&'static str]; 2],
) -> Mark {
    Mark { title, entity, tags, combining, before, after }
}

const MARKS: &[Mark] = &[
    mark("Acute: `'`", "acute", &["acute"], '\u{301}', [&["'"], &["'"]]),
    mark("Grave: a backtick", "grave", &["grave"], '\u{300}', [&["`"], &["`"]]),
    mark("Circumflex: `^`", "circ", &["circumflex"], '\u{302}', [&["^"], &["^"]]),
    mark("Tilde: `~`", "tilde", &["tilde"], '\u{303}', [&["~"], &["~"]]),
    mark("Diaeresis, trema: `\"`", "uml", &["diaeresis", "trema"], '\u{308}', [&["\""], &["\""]]),
    mark("Cedilla: `,`", "cedil", &["cedilla"], '\u{327}', [&[","], &[","]]),
    mark("Comma below: `;`", "", &["comma below"], '\u{326}', [&[";"], &[";"]]),
    mark("Ogonek: `;`", "", &["ogonek"], '\u{328}', [&[";"], &[";"]]),
    mark(
        "Caron, hacek: `<` or `v`",
        "caron",
        &["caron", "hacek"],
        '\u{30c}',
        [&["<", "v"], &["<"]],
    ),
    mark(
        "Breve: `u` or `b` before the letter, `(` after",
        "",
        &["breve"],
        '\u{306}',
        [&["u", "b"], &["("]],
    ),
    mark("Macron: `_` or `-`", "", &["macron"], '\u{304}', [&["_", "-"], &["_", "-"]]),
    mark("Dot above: `.`", "", &["dot above"], '\u{307}', [&["."], &["."]]),
    mark("Ring: `o` before the letter, `*` after", "ring", &["ring"], '\u{30a}', [&["o"], &["*"]]),
    mark("Double acute: `=`", "", &["double acute"], '\u{30b}', [&["="], &["="]]),
    mark("Horn: `+`", "", &["horn"], '\u{31b}', [&["+"], &["+"]]),
];

/// Letters with a stroke, which Unicode does not take apart.
const STROKES: &[(&str, &[&str], char)] = &[
    ("d", &["-", "/"], 'đ'),
    ("h", &["/"], 'ħ'),
    ("l", &["/"], 'ł'),
    ("t", &["/"], 'ŧ'),
    ("b", &["/"], 'ƀ'),
    ("g", &["/"], 'ǥ'),
    ("z", &["/"], 'ƶ'),
];

/// Letters of their own.
const OWN: &[(&[&str], char)] = &[
    (&["th"], 'þ'),
    (&["TH"], 'Þ'),
    (&["dh"], 'ð'),
    (&["DH"], 'Ð'),
    (&["ng"], 'ŋ'),
    (&["NG"], 'Ŋ'),
    (&["ij"], 'ĳ'),
    (&["IJ", "Ij"], 'Ĳ'),
    (&["i.", ".i"], 'ı'),
    (&["ee"], 'ə'),
    (&["kk"], 'ĸ'),
];

/// Keys that give something else: the classic `,e` is ę, `-y` is ¥, `vl` is |; `U+` begins a code point.
const TAKEN: &[&str] = &[",e", "e,", ",E", "E,", "-y", "y-", "-Y", "Y-", "vl", "vL", "U+"];

/// Keys that the keymaps `umlauts` and `esperanto` have.
const ELSEWHERE: &[&str] = &[
    "\"a", "a\"", "\"o", "o\"", "\"u", "u\"", "\"A", "A\"", "\"O", "O\"", "\"U", "U\"", "oa", "oA",
    "^c", "^g", "^h", "^j", "^s", "^C", "^G", "^H", "^J", "^S", "uu",
];

/// Letters of living languages beyond the first blocks: Welsh, Guarani.
const BEYOND: &str = "ẀẁẂẃẄẅỲỳẼẽỸỹ";

pub(super) fn latin() -> String {
    let mut pack = Pack::new(
        "Latin letters with accents: the mark and the letter, in either order. The marks are those of the\n\
         classic Compose key, which often knows one order only.",
        &[
            ("title", "Latin letters with accents"),
            ("description", "The accented letters of the languages of Europe, and of others"),
            (
                "mnemonic",
                "the key that looks like the mark, and the letter, in either order: `'e` or `e'`",
            ),
            (
                "source",
                "Unicode decompositions; keys for the marks: libX11, nls/en_US.UTF-8/Compose.pre",
            ),
            ("licence", "Unicode-3.0; MIT"),
        ],
        true,
    );
    for mark in MARKS {
        pack.section(mark.title, mark.tags);
        for base in ('a'..='z').chain('A'..='Z') {
            let Some(letter) = compose(base, mark.combining).filter(|&c| is_common(c)) else {
                continue;
            };
            let before = mark.before.iter().map(|key| format!("{key}{base}"));
            let keys = before.chain(mark.after.iter().map(|key| format!("{base}{key}")));
            let free = |keys: &String| {
                !TAKEN.contains(&keys.as_str()) && !ELSEWHERE.contains(&keys.as_str())
            };
            pack.rules(keys.filter(free), letter, &entity(base, letter, mark.entity));
        }
    }
    pack.section("Stroke: `/`, and `-` for đ", &["stroke"]);
    for &(base, keys, letter) in STROKES {
        for upper in [false, true] {
            let case = |text: String| if upper { text.to_uppercase() } else { text };
            let letter = letter.to_uppercase().next().filter(|_| upper).unwrap_or(letter);
            let orders = keys
                .iter()
                .flat_map(|key| [case(format!("{key}{base}")), case(format!("{base}{key}"))]);
            pack.rules(orders, letter, &[]);
        }
    }
    pack.section("Letters of their own", &[]);
    for &(keys, letter) in OWN {
        pack.rules(keys, letter, &[]);
    }
    pack.finish()
}

/// Latin-1, Latin Extended-A and Extended-B, and a few beyond.
fn is_common(letter: char) -> bool {
    letter < '\u{250}' || BEYOND.contains(letter)
}

/// HTML names the letters of Latin-1 after letter and mark, and of later ones these.
fn entity(base: char, letter: char, mark: &str) -> Vec<String> {
    let named = letter < '\u{100}' || "ŠšŸ".contains(letter);
    if named && !mark.is_empty() { vec![format!("&{base}{mark};")] } else { Vec::new() }
}
