use proptest::prelude::*;

use super::*;

/// What the lines of a text are.
fn shown(text: &[u8]) -> Vec<String> {
    let document = Document::parse(text);
    assert_eq!(document.write(), text);
    let piece = |range: &Range<usize>| document.text(range).into_owned();
    let pieces = |ranges: &[Range<usize>]| ranges.iter().map(piece).collect::<Vec<_>>().join(",");
    let line = |line: &Line| match &line.what {
        Written::Blank => "blank".to_owned(),
        Written::Include { path } => format!("include {}", piece(path)),
        Written::Rule(rule) => {
            let text = rule.text.as_ref().map(|range| document.unquote(range));
            let keysym = rule.keysym.as_ref().map(piece).unwrap_or_default();
            let comment = rule.comment.as_ref().map(piece).unwrap_or_default();
            let (keys, modifiers) = (pieces(&rule.keys), pieces(&rule.modifiers));
            format!("{keys} | {modifiers} | {text:?} | {keysym} | {comment}")
        }
        Written::Wrong { expected, found } => format!("{expected} not {}", piece(found)),
    };
    document.lines.iter().map(line).collect()
}

#[test]
fn lines() {
    let text = b"\xef\xbb\xbf# first\n\n \t\r\n<a> < b > : \"\\\"x\\n\" y # note\r\n\
        ! Ctrl ~Alt <Multi_key>:eacute\ninclude \"%L\" # all\n<a> : \"\\xff\"";
    assert_eq!(
        shown(text),
        [
            "blank",
            "blank",
            "blank",
            "a,b |  | Some(Some(\"\\\"x\\n\")) | y |  note",
            "Multi_key | !,Ctrl,~,Alt | None | eacute | ",
            "include \"%L\"",
            "a |  | Some(None) |  | ",
        ]
    );
    let document = Document::parse(&text[..]);
    assert!(document.byte_order_mark);
    let ends: Vec<_> = document.lines.iter().map(|line| line.end).collect();
    use LineEnd::{CrLf, Lf, Nothing};
    assert_eq!(ends, [Lf, Lf, CrLf, CrLf, Lf, Lf, Nothing]);
    assert_eq!(document.rules().map(|(number, _)| number).collect::<Vec<_>>(), [3, 4, 6]);
}

#[test]
fn lines_that_are_wrong() {
    let text = b"<a> \"x\"\n<b> : \"x\n<c> : # none\n: \"x\"\n<e> : \"x\" e f\n<f : \"x\"\n\
        include %L\ninclude \"a\" b\n<h> : \"a\" \"b\"\n<i>\n\xff\0\n";
    assert_eq!(
        shown(text),
        [
            "`<keysym>` or `:` not \"x\"",
            "a string or a keysym not \"x",
            "a string or a keysym not ",
            "`<keysym>` or `:` not :",
            "the end of the line not f",
            "`<keysym>` or `:` not <f : \"x\"",
            "a path in quotes not %L",
            "the end of the line not b",
            "a keysym or the end of the line not \"b\"",
            "`<keysym>` or `:` not ",
            "`<keysym>` or `:` not \u{fffd}\0",
        ]
    );
}

#[test]
fn edits() {
    let document = Document::parse(*b"<a> : x\r\n");
    let edits = [(6..6, b"\"".to_vec()), (7..9, b"\"\n".to_vec())];
    assert_eq!(document.write_with(&edits), b"<a> : \"x\"\n");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_bytes_come_back(pieces in prop::collection::vec(
        prop_oneof![
            prop::collection::vec(any::<u8>(), 0..6),
            "<a> |<|: \"x\"|\"|\\\\|#|\r\n|\n|include \"".prop_map(String::into_bytes),
        ],
        0..12,
    )) {
        let bytes = pieces.concat();
        let document = Document::parse(bytes.clone());
        prop_assert_eq!(document.write(), bytes);
        for line in &document.lines {
            let mut at = line.range.start;
            for token in &line.tokens {
                prop_assert_eq!(token.range.start, at);
                prop_assert!(token.range.end > at);
                at = token.range.end;
            }
            prop_assert_eq!(at, line.range.end);
        }
    }
}
