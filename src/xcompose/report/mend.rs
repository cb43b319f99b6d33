//! [`mended`]: a Compose file without the mistakes that can be mended in one way only.

use super::slip::{Mend, SlipKind, slips};

/// A text without its slips.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// The text.
    pub text: String,
    /// What was mended, and how often.
    pub kinds: Vec<(SlipKind, usize)>,
    /// Whether an include of the system's table was added.
    pub include: bool,
}

/// Mends a text; with `include` it also takes in the system's table, unless it does already.
#[must_use]
pub fn mended(text: &str, include: bool) -> Mended {
    let mut kinds: Vec<(SlipKind, usize)> = Vec::new();
    let mut mends: Vec<Mend> = Vec::new();
    for slip in slips(text) {
        let Some(mend) = slip.mend else { continue };
        match kinds.iter_mut().find(|(kind, _)| *kind == slip.kind) {
            Some((_, count)) => *count += 1,
            None => kinds.push((slip.kind, 1)),
        }
        mends.push(mend);
    }
    mends.sort_by_key(|mend| mend.range.start);
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for Mend { range, text: with } in mends {
        result.push_str(&text[at..range.start]);
        result.push_str(&with);
        at = range.end;
    }
    result.push_str(&text[at..]);
    let include = include && !includes_system(&result);
    if include {
        result.insert_str(first_statement(&result), "include \"%L\"\n");
    }
    Mended { text: result, kinds, include }
}

/// Whether some line includes the locale's own file, by `%L` or by its name.
fn includes_system(text: &str) -> bool {
    let path = |line: &str| Some(line.trim().strip_prefix("include")?.trim().to_owned());
    text.lines().filter_map(path).any(|path| names_system(&path))
}

/// Whether an include names a file of the system: the locale's by `%L`, or another.
pub(super) fn names_system(include: &str) -> bool {
    ["%L", "%S", "/X11/locale/"].iter().any(|piece| include.contains(piece))
}

/// Where the first line starts that is neither blank nor a comment: what is above it is a heading.
fn first_statement(text: &str) -> usize {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        if !content.is_empty() && !content.starts_with('#') {
            break;
        }
        at += line.len();
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mends_what_can_be_mended() {
        let text = "\u{feff}# my keys\r\n<a> <b> : λ\r\n<c> \"x";
        let done = mended(text, false);
        assert_eq!(done.text, "# my keys\n<a> <b> : \"λ\"\n<c> \"x\n");
        let kinds = [
            (SlipKind::ByteOrderMark, 1),
            (SlipKind::CarriageReturn, 2),
            (SlipKind::Unquoted, 1),
            (SlipKind::NoFinalNewline, 1),
        ];
        assert_eq!(done.kinds, kinds);
        assert_eq!(mended(&done.text, false).kinds, [], "once is enough");
    }

    #[test]
    fn an_include_comes_before_the_first_rule() {
        let text = "# my keys\n\n<a> : \"x\"\n";
        let done = mended(text, true);
        assert_eq!(done.text, "# my keys\n\ninclude \"%L\"\n<a> : \"x\"\n");
        assert!(done.include);
        for text in ["include \"%L\"\n", "  include \"%S/C/Compose\"\n"] {
            assert_eq!(mended(text, true).text, text);
        }
        assert_eq!(mended("", true).text, "include \"%L\"\n");
    }
}
