//! Random Compose files: rules that are right, rules with bytes put in and taken out, and nonsense.

use proptest::prelude::*;

/// The keys of the random rules. Few, so that rules meet.
pub(crate) const KEYSYMS: &[&str] =
    &["a", "b", "c", "Multi_key", "dead_acute", "U263A", "Shift_L", "ISO_Level5_Shift", "0xff20"];

fn one_of(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(words).prop_map(str::to_owned)
}

fn blank() -> impl Strategy<Value = String> {
    prop_oneof![8 => Just(" ".to_owned()), 2 => one_of(&["", "\t", "  ", "\r", "\x0b", "\x0c "])]
}

fn keysym() -> impl Strategy<Value = String> {
    prop_oneof![
        40 => prop::sample::select(&KEYSYMS[..4]).prop_map(|name| format!("<{name}>")),
        10 => prop::sample::select(KEYSYMS).prop_map(|name| format!("<{name}>")),
        1 => one_of(&["<nonsense>", "< a>", "<a >", "<>", "<U110000>", "<U41>", "<NoSymbol>", "<a", "<\0>"]),
    ]
}

fn modifiers() -> impl Strategy<Value = String> {
    prop_oneof![
        30 => Just(String::new()),
        1 => one_of(&["None ", "! ", "! Ctrl ~Alt ", "~Shift Meta", "Lock Caps ", "Super ", "~", "!!"]),
    ]
}

fn left() -> impl Strategy<Value = String> {
    let event = || (modifiers(), keysym(), blank()).prop_map(|(m, k, b)| m + &k + &b);
    prop_oneof![
        40 => prop::collection::vec(event(), 1..4),
        1 => prop::collection::vec(event(), 0..12),
    ]
    .prop_map(|events| events.concat())
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => one_of(&["x", "y", "λ", "→", "xyz"]),
        3 => one_of(&[
            "\\\\", "\\\"", "\\n", "\\q", "\\x41", "\\X7f", "\\xe9", "\\x", "\\xg", "\\101", "\\0",
            "\\x0", "\\377", "\\400", "\\1234", "\\8", "\\303\\251", "\\", "#", "<", "%", "\0", "\t",
        ]),
        1 => prop::sample::select(&[250_usize, 253, 254, 255, 256, 1021, 1022, 1023, 1030][..])
            .prop_map(|length| "z".repeat(length)),
    ]
}

fn string() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..4).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

fn right() -> impl Strategy<Value = String> {
    let name =
        || one_of(&["y", "Greek_lambda", "Return", "Left", "U263A", "nonsense", "1", "include"]);
    prop_oneof![
        10 => string(),
        5 => (string(), blank(), name()).prop_map(|(s, b, n)| s + &b + &n),
        3 => name(),
        1 => (name(), blank(), string()).prop_map(|(n, b, s)| n + &b + &s),
        1 => (string(), string()).prop_map(|(a, b)| a + &b),
        1 => (string(), name(), name()).prop_map(|(s, a, b)| format!("{s} {a} {b}")),
        1 => (string(), name(), left(), string()).prop_map(|(s, n, l, t)| format!("{s} {n} {l}: {t}")),
        1 => Just(String::new()),
    ]
}

fn comment() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => Just(String::new()),
        2 => one_of(&["# note", " #", "# <a> : \"no\"", "# end \\", "#\0"]),
    ]
}

fn end() -> impl Strategy<Value = String> {
    prop_oneof![30 => Just("\n".to_owned()), 2 => Just("\r\n".to_owned()), 1 => Just(String::new())]
}

fn rule() -> impl Strategy<Value = String> {
    (left(), blank(), right(), comment(), end()).prop_map(|(left, blank, right, comment, end)| {
        left + ":" + &blank + &right + &comment + &end
    })
}

fn include(folder: String) -> impl Strategy<Value = String> {
    let path = prop_oneof![
        20 => prop::sample::select(&["1", "2", "3", "4", "5", "6", "wrong", "plain"][..])
            .prop_map(move |name| format!("{folder}/{name}")),
        3 => one_of(&["/no/such/file", "", "%Q", "%", "%%", "%S", "%H", "/dev\0/null", "\\"]),
        1 => prop::sample::select(&[1021_usize, 1022, 1023][..]).prop_map(|n| "/".repeat(n)),
    ];
    (blank(), path, comment(), end())
        .prop_map(|(blank, path, comment, end)| format!("include{blank}\"{path}\"{comment}{end}"))
}

fn nonsense() -> impl Strategy<Value = String> {
    prop_oneof![
        "[<>:\"\\\\#!~%a \\n]{0,12}",
        "\\PC{0,8}\n",
        one_of(&[
            "include\n",
            "include %L\n",
            "include\n\"x\"\n",
            "<a> <b>\n",
            ": \"x\"\n",
            "None\n",
            "=\n"
        ]),
    ]
}

/// What is done to the bytes of a line: nothing, most often.
#[derive(Clone, Debug)]
enum Change {
    Nothing,
    Remove,
    Insert(u8),
    Double,
}

fn change() -> impl Strategy<Value = Change> {
    let byte = prop::sample::select(&b"<>:\"\\#!~ \n\r\0a0x_-\xc3\xa9\xff"[..]);
    prop_oneof![
        20 => Just(Change::Nothing),
        1 => Just(Change::Remove),
        2 => byte.prop_map(Change::Insert),
        1 => Just(Change::Double),
    ]
}

fn line(folder: String) -> impl Strategy<Value = Vec<u8>> {
    let text = prop_oneof![
        40 => rule(),
        1 => include(folder),
        1 => nonsense(),
    ];
    (text, change(), any::<prop::sample::Index>()).prop_map(|(text, change, at)| {
        let mut bytes = text.into_bytes();
        if bytes.is_empty() {
            return bytes;
        }
        let at = at.index(bytes.len());
        match change {
            Change::Nothing => {}
            Change::Remove => drop(bytes.remove(at)),
            Change::Insert(byte) => bytes.insert(at, byte),
            Change::Double => bytes.extend_from_within(at..),
        }
        bytes
    })
}

/// A whole file; includes name files of `folder`.
pub(crate) fn file(folder: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    let start = prop_oneof![30 => Just(&b""[..]), 1 => Just(&b"\xef\xbb\xbf"[..])];
    (start, prop::collection::vec(line(folder.to_owned()), 0..14))
        .prop_map(|(start, lines)| [start, &lines.concat()].concat())
}
