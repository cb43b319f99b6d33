//! The signature in a text: [`sign`] puts it in, [`origin`] reads it.
//!
//! A text of ours says in its first lines `Written by composekey 0123456789abcdef`: the number is
//! the checksum of everything else. So a text that somebody changed is known by itself, on any
//! machine, with nothing to remember.

/// What stands before the checksum.
const MARK: &str = "Written by composekey";

/// The digits of a checksum.
const DIGITS: usize = 16;

/// Who wrote a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// There is none.
    Nobody,
    /// composekey, to the last byte.
    Composekey,
    /// composekey, and somebody changed it since.
    Changed,
    /// Somebody else.
    Foreign,
}

/// The text with its checksum behind its mark. Without a mark it stays as it is.
#[must_use]
pub fn sign(text: &str) -> String {
    let Some(at) = text.find(MARK) else { return text.to_owned() };
    let (before, after) = text.split_at(at + MARK.len());
    format!("{before} {:016x}{after}", checksum(before.as_bytes(), after.as_bytes()))
}

/// Who wrote this text.
#[must_use]
pub fn origin(text: &[u8]) -> Origin {
    let mark = MARK.as_bytes();
    let Some(at) = text.windows(mark.len()).position(|window| window == mark) else {
        return Origin::Foreign;
    };
    let (before, rest) = text.split_at(at + mark.len());
    let signed = rest.split_at_checked(1 + DIGITS).is_some_and(|(number, after)| {
        number == format!(" {:016x}", checksum(before, after)).as_bytes()
    });
    if signed { Origin::Composekey } else { Origin::Changed }
}

/// The checksum of a text in two pieces.
fn checksum(before: &[u8], after: &[u8]) -> u64 {
    fnv(before.iter().chain(after))
}

/// FNV-1a: it guards against forgetting, not against malice.
pub(super) fn fnv<'a>(bytes: impl IntoIterator<Item = &'a u8>) -> u64 {
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |sum, &byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_ours_is_known_until_somebody_changes_it() {
        let plain = "include \"%L\"\n# Written by composekey: change its keymaps\nλ\n";
        let signed = sign(plain);
        assert_eq!(signed.len(), plain.len() + 17);
        assert_eq!(origin(signed.as_bytes()), Origin::Composekey);
        for (from, to) in [("λ", "x"), ("include", "exclude"), ("composekey ", "composekey  ")] {
            assert_eq!(origin(signed.replacen(from, to, 1).as_bytes()), Origin::Changed, "{from}");
        }
        assert_eq!(origin(plain.as_bytes()), Origin::Changed);
        assert_eq!(origin(&signed.as_bytes()[..40]), Origin::Changed);
        assert_eq!(origin(b"<Multi_key> <a> : \"\xff\"\n"), Origin::Foreign);
        assert_eq!(origin(b""), Origin::Foreign);
    }

    #[test]
    fn a_text_without_a_mark_stays() {
        assert_eq!(sign("<a> : \"x\"\n"), "<a> : \"x\"\n");
    }
}
