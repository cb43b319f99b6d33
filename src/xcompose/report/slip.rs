//! [`Slip`]: a mistake that can be seen in what is written, whoever reads it, and how it is mended
//! where there is only one way to mend it. Enter at [`slips`].
//!
//! This is no reader of Compose files: what becomes of a line is for the profiles to say. It looks
//! at single lines for what people get wrong in them.

use std::ops::Range;

use crate::{keysym::Keysym, xcompose::escape::escape};

/// A mistake in what is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    /// What kind of mistake.
    pub kind: SlipKind,
    /// Where it is, in bytes of the text.
    pub place: Range<usize>,
    /// What to write there instead, when only one thing can be meant.
    pub mend: Option<Mend>,
}

/// A piece of a text and what to put in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mend {
    /// The piece, in bytes.
    pub range: Range<usize>,
    /// What stands there afterwards.
    pub text: String,
}

/// The kinds of [`Slip`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SlipKind {
    /// A byte order mark at the start.
    ByteOrderMark,
    /// A line that ends as on Windows.
    CarriageReturn,
    /// A last line without an end.
    NoFinalNewline,
    /// `<+>` instead of `<plus>`, `<U+2192>` instead of `<rightarrow>`.
    Character,
    /// `< plus >`.
    Blanks,
    /// `Ctrl <a>`, `! <a>`, `None <a>`.
    Modifiers,
    /// No `:` before the result.
    NoColon,
    /// A result that is neither quoted nor a keysym.
    Unquoted,
    /// A result that is a keysym alone.
    KeysymAlone,
    /// A comment that ends in a backslash.
    ContinuedComment,
    /// A line that starts with blanks and `#`.
    IndentedComment,
    /// `include` with a path that is not quoted.
    BareInclude,
}

/// Every slip in a text, in order.
#[must_use]
pub fn slips(text: &str) -> Vec<Slip> {
    const BYTE_ORDER_MARK: char = '\u{feff}';
    let mut slips = Vec::new();
    let mut at = 0;
    if text.starts_with(BYTE_ORDER_MARK) {
        at = BYTE_ORDER_MARK.len_utf8();
        slips.push(Slip::mended(SlipKind::ByteOrderMark, 0..at, 0..at, ""));
    }
    for line in text[at..].split_inclusive('\n') {
        let ended = line.strip_suffix('\n');
        let content = ended.unwrap_or(line);
        let content = match content.strip_suffix('\r') {
            Some(content) => {
                let place = at + content.len()..at + content.len() + 1;
                let slip = Slip::mended(SlipKind::CarriageReturn, place.clone(), place, "");
                Line { text: content, at, slips: &mut slips }.read();
                slips.push(slip);
                content
            }
            None => {
                Line { text: content, at, slips: &mut slips }.read();
                content
            }
        };
        at += line.len();
        if ended.is_none() && !content.is_empty() {
            slips.push(Slip::mended(SlipKind::NoFinalNewline, at..at, at..at, "\n"));
        }
    }
    slips
}

impl Slip {
    fn mended(kind: SlipKind, place: Range<usize>, range: Range<usize>, text: &str) -> Self {
        Self { kind, place, mend: Some(Mend { range, text: text.to_owned() }) }
    }
}

/// A line without its end, and where it starts in the text.
struct Line<'t, 's> {
    text: &'t str,
    at: usize,
    slips: &'s mut Vec<Slip>,
}

impl<'t> Line<'t, '_> {
    fn read(&mut self) {
        // Most lines of long files are comments or have nothing to find in them.
        let start = self.blanks(0);
        let rest = &self.text[start..];
        if rest.starts_with('#') {
            if start > 0 {
                self.slip(SlipKind::IndentedComment, start..start + 1, Some((0..start, "")));
            }
            self.comment(start);
        } else if let Some(path) = rest.strip_prefix("include") {
            if path.starts_with([' ', '\t']) {
                self.include(start + "include".len());
            }
        } else if let Some(result) = self.left(start) {
            self.result(result);
        }
    }

    fn slip(&mut self, kind: SlipKind, place: Range<usize>, mend: Option<(Range<usize>, &str)>) {
        let moved = |range: Range<usize>| self.at + range.start..self.at + range.end;
        let mend = mend.map(|(range, text)| Mend { range: moved(range), text: text.to_owned() });
        self.slips.push(Slip { kind, place: moved(place), mend });
    }

    /// Where the blanks from `at` on end.
    fn blanks(&self, at: usize) -> usize {
        let rest = &self.text[at..];
        at + rest.len() - rest.trim_start_matches([' ', '\t']).len()
    }

    fn comment(&mut self, start: usize) {
        if self.text.ends_with('\\') {
            let kept = self.text.trim_end_matches('\\').trim_end();
            let end = self.text.len();
            let from = kept.len().max(start + 1);
            self.slip(SlipKind::ContinuedComment, end - 1..end, Some((from..end, "")));
        }
    }

    fn include(&mut self, at: usize) {
        let start = self.blanks(at);
        let path = self.text[start..].trim_end();
        if !path.is_empty() && !path.contains(['"', '#', ' ']) {
            let range = start..start + path.len();
            let quoted = format!("\"{path}\"");
            self.slip(SlipKind::BareInclude, range.clone(), Some((range, &quoted)));
        }
    }

    /// The keys; returns where the result starts.
    fn left(&mut self, start: usize) -> Option<usize> {
        let mut at = start;
        let mut keys = 0;
        let mut modifiers = None;
        loop {
            let rest = &self.text[at..];
            let end = match rest.chars().next()? {
                '<' => {
                    if let Some(from) = modifiers.take() {
                        let end = self.text[..at].trim_end().len();
                        self.slip(SlipKind::Modifiers, from..end, None);
                    }
                    keys += 1;
                    self.key(at)?
                }
                ':' if keys > 0 => return Some(self.blanks(at + 1)),
                '"' if keys > 0 => {
                    // Everything but the colon is there.
                    let closed = rest.len() > 1 && rest[1..].contains('"');
                    let gap = self.text[..at].trim_end().len();
                    let mend = closed.then_some((gap..at, " : "));
                    self.slip(SlipKind::NoColon, at..at, mend);
                    return Some(at);
                }
                '!' | '~' => {
                    let _ = modifiers.get_or_insert(at);
                    at + 1
                }
                c if c.is_ascii_alphabetic() => {
                    let _ = modifiers.get_or_insert(at);
                    at + rest.len() - rest.trim_start_matches(|c: char| c.is_alphanumeric()).len()
                }
                _ => return None,
            };
            at = self.blanks(end);
        }
    }

    /// A key in angle brackets; returns where it ends.
    fn key(&mut self, at: usize) -> Option<usize> {
        let inside = &self.text[at + 1..];
        let first = inside.chars().next()?;
        // `<<>` and `<>>` too: what is between the brackets is one character.
        let name = match inside[first.len_utf8()..].starts_with('>') {
            true => &inside[..first.len_utf8()],
            false => inside.split_once('>')?.0,
        };
        let place = at + 1..at + 1 + name.len();
        let trimmed = name.trim_matches([' ', '\t']);
        if trimmed.len() < name.len() && Keysym::from_name(trimmed).is_some() {
            self.slip(SlipKind::Blanks, place.clone(), Some((place.clone(), trimmed)));
        } else if let Some(meant) = meant(name) {
            self.slip(SlipKind::Character, place.clone(), Some((place.clone(), &meant)));
        }
        Some(place.end + 1)
    }

    fn result(&mut self, start: usize) {
        let rest = &self.text[start..];
        if let Some(inside) = rest.strip_prefix('"') {
            let Some(end) = string_end(inside) else { return };
            let after = start + 1 + end + 1;
            if let Some(comment) = self.text[after..].find('#') {
                self.comment(after + comment);
            }
            return;
        }
        let written = match rest.find(" #").or_else(|| rest.find("\t#")) {
            Some(comment) => {
                self.comment(start + comment + 1);
                rest[..comment].trim_end()
            }
            None => rest.trim_end(),
        };
        if written.is_empty() || written.starts_with('#') {
            return;
        }
        let place = start..start + written.len();
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let keysym = Keysym::from_name(written).filter(|_| written.chars().all(word));
        if let Some(keysym) = keysym {
            let text = keysym.to_char().and_then(|c| escape(&c.to_string()));
            let text = text.map(|text| format!("{text} {written}"));
            let mend = text.as_deref().map(|text| (place.clone(), text));
            self.slip(SlipKind::KeysymAlone, place.clone(), mend);
            return;
        }
        let text = escape(unquoted(written));
        // A quote somewhere in it: who knows what was meant.
        let mend = text.as_deref().filter(|_| !written.contains('"'));
        self.slip(SlipKind::Unquoted, place.clone(), mend.map(|text| (place.clone(), text)));
    }
}

/// The keysym that is meant by a name that is none: of a character, or `U+` and a number.
fn meant(name: &str) -> Option<String> {
    // Names of keysyms are letters, digits and `_`; most lines have no others.
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return None;
    }
    if let Some(digits) = name.strip_prefix("U+").or_else(|| name.strip_prefix("u+")) {
        let c = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
        return Some(Keysym::from_char(c).name());
    }
    let mut chars = name.chars();
    let c = chars.next().filter(|c| chars.next().is_none() && !c.is_control())?;
    let keysym = Keysym::from_char(c);
    (keysym != Keysym::NO_SYMBOL).then(|| keysym.name())
}

/// The text without quotes of another kind around it.
fn unquoted(text: &str) -> &str {
    const QUOTES: [(char, char); 5] =
        [('\'', '\''), ('`', '`'), ('“', '”'), ('„', '“'), ('«', '»')];
    QUOTES
        .iter()
        .find_map(|&(open, close)| text.strip_prefix(open)?.strip_suffix(close))
        .filter(|inside| !inside.is_empty())
        .unwrap_or(text)
}

/// Where the quote that ends a string is, in what stands behind the one that opens it.
fn string_end(inside: &str) -> Option<usize> {
    let mut escaped = false;
    inside.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The slips of a text and what it is once they are mended.
    #[track_caller]
    fn check(text: &str, kinds: &[SlipKind], mended: &str) {
        let found = slips(text);
        assert_eq!(found.iter().map(|slip| slip.kind).collect::<Vec<_>>(), kinds, "{text:?}");
        let mut result = text.to_owned();
        for mend in found.iter().rev().filter_map(|slip| slip.mend.as_ref()) {
            result.replace_range(mend.range.clone(), &mend.text);
        }
        assert_eq!(result, mended);
        if kinds.iter().all(|kind| *kind != SlipKind::Modifiers) {
            let again = slips(&result);
            assert!(again.iter().all(|slip| slip.mend.is_none()), "{result:?}: {again:?}");
        }
    }

    #[test]
    fn nothing_is_wrong() {
        for text in [
            "",
            "\n",
            "# comment\n",
            "include \"%L\"\n",
            "<Multi_key> <a> : \"x\" U0078 # comment\n",
            "<Multi_key> <a> : \"\\\"# \\\\\" # c\n",
            "<Multi_key> <U2192> <0x61> : \"x\"\n",
        ] {
            check(text, &[], text);
        }
    }

    #[test]
    fn whole_files() {
        check("\u{feff}# x\n", &[SlipKind::ByteOrderMark], "# x\n");
        check("# x\r\n\r\n", &[SlipKind::CarriageReturn; 2], "# x\n\n");
        check("# x", &[SlipKind::NoFinalNewline], "# x\n");
        check("# x\r", &[SlipKind::CarriageReturn, SlipKind::NoFinalNewline], "# x\n");
    }

    #[test]
    fn keys() {
        check("<<> <-> : \"x\"\n", &[SlipKind::Character; 2], "<less> <minus> : \"x\"\n");
        check("<>> <λ> : \"x\"\n", &[SlipKind::Character; 2], "<greater> <Greek_lamda> : \"x\"\n");
        check("<U+2192> : \"x\"\n", &[SlipKind::Character], "<rightarrow> : \"x\"\n");
        check("< a > : \"x\"\n", &[SlipKind::Blanks], "<a> : \"x\"\n");
        check("<Mulit_key> : \"x\"\n", &[], "<Mulit_key> : \"x\"\n");
        check("! Ctrl ~Alt <a> : \"x\"\n", &[SlipKind::Modifiers], "! Ctrl ~Alt <a> : \"x\"\n");
    }

    #[test]
    fn results() {
        check("<a> \"x\"\n", &[SlipKind::NoColon], "<a> : \"x\"\n");
        check("<a>\"x\"\n", &[SlipKind::NoColon], "<a> : \"x\"\n");
        check("<a> : → # arrow\n", &[SlipKind::Unquoted], "<a> : \"→\" # arrow\n");
        check("<a> : hello world\n", &[SlipKind::Unquoted], "<a> : \"hello world\"\n");
        check("<a> : “x”\n", &[SlipKind::Unquoted], "<a> : \"x\"\n");
        check("<a> : \\o/\n", &[SlipKind::Unquoted], "<a> : \"\\\\o/\"\n");
        check("<a> : x\"\n", &[SlipKind::Unquoted], "<a> : x\"\n");
        check("<a> : eacute # é\n", &[SlipKind::KeysymAlone], "<a> : \"é\" eacute # é\n");
        check("<a> : dead_acute\n", &[SlipKind::KeysymAlone], "<a> : dead_acute\n");
        check("<a> : \"x\n", &[], "<a> : \"x\n");
        check("<a> :\n", &[], "<a> :\n");
    }

    #[test]
    fn comments_and_includes() {
        check("# x \\\n", &[SlipKind::ContinuedComment], "# x\n");
        check("#\\\n", &[SlipKind::ContinuedComment], "#\n");
        check("<a> : \"x\" # y\\\n", &[SlipKind::ContinuedComment], "<a> : \"x\" # y\n");
        check("  # x\n", &[SlipKind::IndentedComment], "# x\n");
        check("include %L\n", &[SlipKind::BareInclude], "include \"%L\"\n");
    }
}
