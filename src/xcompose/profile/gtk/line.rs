//! A line: [`Reader::line`].

use std::ops::Range;

use super::{
    Composed, Family, File, Keysym, Reader, Reason, Verdict, What, most_keys, names,
    value::{self, Value},
};

/// Why a line does not count, and the place in it.
type Wrong = (Reason, Range<usize>);

/// A line and where it stands in its file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'t> {
    /// Its bytes, without the newline.
    pub(super) bytes: &'t [u8],
    /// Where it starts.
    pub(super) start: usize,
}

impl Line<'_> {
    /// A range of the line as one of the file.
    pub(super) fn place(&self, range: Range<usize>) -> Range<usize> {
        self.start + range.start..self.start + range.end
    }

    /// All of it, without the blanks at its ends.
    pub(super) fn whole(&self) -> Range<usize> {
        self.place(strip(self.bytes, 0..self.bytes.len()))
    }
}

impl Reader<'_, '_> {
    pub(super) fn line(&mut self, file: &File, bytes: &[u8], start: usize) {
        let (mut bytes, mut start) = (bytes, start);
        if self.family == Family::Ibus {
            let blanks = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            (bytes, start) = (&bytes[blanks..], start + blanks);
        }
        let line = Line { bytes, start };
        if bytes.is_empty() || bytes[0] == b'#' {
            return;
        }
        if bytes.starts_with(b"include ") {
            return self.include(file, line);
        }
        if let Err((reason, place)) = self.rule(file, line) {
            // A line of blanks is wrong as well, but nobody minds.
            if !line.whole().is_empty() {
                self.drop(file, line.whole(), line.place(place), reason);
            }
        }
    }

    fn rule(&mut self, file: &File, line: Line<'_>) -> Result<(), Wrong> {
        let bytes = line.bytes;
        let Some(colon) = memchr::memchr(b':', bytes) else {
            let found = "the end of the line".to_owned();
            let end = strip(bytes, 0..bytes.len()).end;
            return Err((Reason::Unexpected { expected: "`:`", found }, end..end));
        };
        let mut cut = None;
        let keysyms = self.keysyms(bytes, 0..colon, &mut cut)?;
        let right = strip(bytes, colon + 1..bytes.len());
        let Value { text, reason, range } = match value::read(self.family, bytes, right.clone()) {
            Ok(value) => value,
            Err((reason, range)) => return Err((reason, range)),
        };
        let span = self.context.span(file.id, line.whole().start..line.start + range.end);
        let altered = reason.map(|reason| (reason, range)).or(cut);
        let gives = Composed { text, keysym: None };
        let altered =
            altered.map(|(reason, range)| (reason, self.context.span(file.id, line.place(range))));
        let _ = self.context.note_rule(span, &keysyms, gives, altered);
        Ok(())
    }

    /// The keys of a rule: whatever stands between `<` and the next `>`. `cut` is the first that is not
    /// what it says.
    fn keysyms(
        &mut self,
        bytes: &[u8],
        left: Range<usize>,
        cut: &mut Option<Wrong>,
    ) -> Result<Vec<Keysym>, Wrong> {
        let whole = strip(bytes, left);
        let mut keysyms = Vec::with_capacity(5);
        let mut at = whole.start;
        for (i, word) in bytes[whole.clone()].split(|&byte| byte == b'<').enumerate() {
            let start = at;
            at += word.len() + 1;
            // What stands before the first `<` is not looked at, nor what follows a `>`.
            if i == 0 || word.is_empty() {
                continue;
            }
            let Some(end) = word.iter().position(|&byte| byte == b'>').filter(|&end| end > 0)
            else {
                return Err((Reason::OpenKeysym, start - 1..start + word.len()));
            };
            keysyms.push(self.number(&word[..end], start - 1..start + end + 1, cut)?);
        }
        if keysyms.is_empty() {
            return Err((Reason::NoKeysym, whole));
        }
        let most = most_keys(self.family);
        if keysyms.len() > most {
            return Err((Reason::TooManyKeysyms(most), whole));
        }
        // A zero ends the list of keys.
        let end =
            keysyms.iter().position(|&keysym| keysym == Keysym::NO_SYMBOL).unwrap_or(keysyms.len());
        keysyms.truncate(end);
        Ok(keysyms)
    }

    fn number(
        &mut self,
        name: &[u8],
        place: Range<usize>,
        cut: &mut Option<Wrong>,
    ) -> Result<Keysym, Wrong> {
        let number = names::number(name, |name| self.context.keysym(name.as_bytes()));
        // Later versions of GTK 4 cut every number to 16 bits: an unknown name becomes Delete.
        let cuts = self.family == Family::Gtk4 && self.context.profile.since(4, 20, 0);
        let number = if cuts { names::normal(name, number) } else { number };
        if number > 0xffff {
            let shown = String::from_utf8_lossy(name).into_owned();
            let reason = match number {
                names::VOID if cuts => Reason::TakenForDelete(shown),
                names::VOID => return Err((Reason::UnknownKeysym(shown), place)),
                _ if cuts || self.family == Family::Ibus => Reason::CutKeysym(shown),
                _ => return Err((Reason::WideKeysym(shown), place)),
            };
            let _ = cut.get_or_insert((reason, place));
        }
        Ok(Keysym(if cuts { number & 0xffff } else { number }))
    }

    /// Notes an include that counts for nothing.
    pub(super) fn no_include(&mut self, file: &File, line: Line<'_>, path: &str, reason: Reason) {
        let span = self.context.span(file.id, line.whole());
        let what = What::Include { path: path.to_owned() };
        let _ = self.context.note(span, span, what, Verdict::Dropped(reason));
    }
}

/// A range without the blanks at its ends, as GLib has them.
pub(super) fn strip(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c);
    let inner = &bytes[range.clone()];
    let Some(first) = inner.iter().position(|byte| !blank(byte)) else {
        return range.start..range.start;
    };
    let last = inner.iter().rposition(|byte| !blank(byte)).expect("there is a first");
    range.start + first..range.start + last + 1
}
