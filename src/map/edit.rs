//! Changes a TOML text by a rule, and leaves every other byte as it is. Enter at [`Document::read`].
//!
//! `toml_edit` tells what the text is made of and where it stands; the text itself is cut and joined
//! here. Printed by `toml_edit`, it would lose a byte order mark, the line ends of Windows and a last
//! line without an end.

use std::ops::Range;

use toml_edit::{Array, Item, Table};

use super::write::{Quote, output, string, string_like};
use crate::sequence::Output;

/// A TOML text and its parts.
#[derive(Debug)]
pub struct Document<'a> {
    text: &'a str,
    root: toml_edit::Document<&'a str>,
    /// How its lines end.
    eol: &'static str,
}

/// A changed text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// The whole text.
    pub text: String,
    /// Where what is new in it starts, or what was taken out of it was.
    pub at: usize,
}

/// Why a text cannot be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// The place, in bytes of the text.
    pub range: Range<usize>,
    /// What is there.
    pub why: &'static str,
}

/// A piece of a text and what takes its place.
struct Splice(Range<usize>, String);

const SEQUENCES: &str = "sequences";
const REMOVE: &str = "remove";

impl<'a> Document<'a> {
    /// Reads a text; `None` when it is not TOML.
    #[must_use]
    pub fn read(text: &'a str) -> Option<Self> {
        let root = toml_edit::Document::parse(text).ok()?;
        let windows = text.find('\n').is_some_and(|at| text[..at].ends_with('\r'));
        Some(Self { text, root, eol: if windows { "\r\n" } else { "\n" } })
    }

    /// Adds a rule behind the last one, quoted as that is.
    ///
    /// # Errors
    /// When `sequences` is not written as a table of lines.
    pub fn add(&self, keys: &str, output: &Output) -> Result<Edited, Unfit> {
        let Some(table) = self.sequences()? else { return Ok(self.new_table(keys, output)) };
        let last = lines(table).max_by_key(|(key, _)| key.start);
        let (indent, key_quote, quote, at) = match last {
            Some((key, value)) => {
                let indent = &self.text[self.line_start(key.start)..key.start];
                let key_quote = Quote::of(&self.text[key]);
                (indent, key_quote, Quote::of(&self.text[value.clone()]), self.line_end(value.end))
            }
            // Right below the header.
            None => {
                let header = table.span().unwrap_or_default();
                ("", Quote::Double, Quote::Double, self.line_end(header.end))
            }
        };
        let line = format!("{indent}{}", rule(keys, output, key_quote, quote));
        let new = at + self.eol.len() + indent.len();
        let text = self.spliced(vec![Splice(at..at, format!("{}{line}", self.eol))]);
        Ok(Edited { text, at: new })
    }

    /// Gives the rule whose key starts at this byte another output. Its key and comments stay.
    ///
    /// # Errors
    /// When the rule is not written on a line of its own.
    pub fn replace(&self, key: usize, output: &Output) -> Result<Edited, Unfit> {
        let value = self.rule(key)?.1;
        let text = self::output(output, Quote::of(&self.text[value.clone()]));
        Ok(Edited { text: self.spliced(vec![Splice(value, text)]), at: key })
    }

    /// Takes out the rule whose key starts at this byte, with the comment that is about it alone.
    ///
    /// # Errors
    /// When the rule is not written on a line of its own.
    pub fn remove(&self, key: usize) -> Result<Edited, Unfit> {
        let (table, value) = self.rule(key)?;
        let end = self.line_end(value.end);
        let only = lines(table).count() == 1;
        let first = self.comment_above(self.line_start(key), end);
        let cut = match table.span().filter(|_| only) {
            Some(header) => self.emptied(header, first..end),
            None => self.line_before(first)..end,
        };
        let at = cut.start;
        Ok(Edited { text: self.spliced(vec![Splice(cut, String::new())]), at })
    }

    /// Adds these keys to the sequences that the keymaps should not have.
    ///
    /// # Errors
    /// When `remove` is neither a list nor a string.
    pub fn add_removal(&self, keys: &str) -> Result<Edited, Unfit> {
        let root = self.root.as_table();
        let splices = match root.get(REMOVE) {
            None => vec![self.new_removal(keys)],
            Some(item) => {
                let range = item.span().unwrap_or_default();
                if let Some(list) = item.as_array() {
                    self.longer_list(list, range, keys)
                } else if item.as_str().is_some() {
                    let old = &self.text[range.clone()];
                    let new = string_like(keys, Quote::of(old));
                    vec![Splice(range.clone(), format!("[{old}, {new}]"))]
                } else {
                    return Err(Unfit { range, why: "`remove` is not a list" });
                }
            }
        };
        let at = splices.last().map_or(0, |splice| splice.0.start);
        Ok(Edited { text: self.spliced(splices), at })
    }

    /// The table `[sequences]`, if there is one.
    fn sequences(&self) -> Result<Option<&Table>, Unfit> {
        let why = "`sequences` is not written as `[sequences]` with a line for each rule";
        let Some((key, item)) = self.root.as_table().get_key_value(SEQUENCES) else {
            return Ok(None);
        };
        match item {
            Item::Table(table) if table.is_implicit() && !table.is_dotted() => Ok(None),
            Item::Table(table) if !table.is_dotted() => Ok(Some(table)),
            _ => Err(Unfit { range: key.span().unwrap_or_default(), why }),
        }
    }

    /// The table of a rule, and the place of its value.
    fn rule(&self, key: usize) -> Result<(&Table, Range<usize>), Unfit> {
        let found = self
            .sequences()?
            .and_then(|table| Some((table, lines(table).find(|(name, _)| name.start == key)?.1)));
        let why = "this rule is not written on a line of its own";
        found.ok_or(Unfit { range: key..self.line_end(key), why })
    }

    /// The text with a table of rules at its end.
    fn new_table(&self, keys: &str, output: &Output) -> Edited {
        let Self { text, eol, .. } = self;
        let line = rule(keys, output, Quote::Double, Quote::Double);
        // A text whose last line has no end keeps that.
        let ended = text.is_empty() || text.ends_with('\n');
        let gap = match (text.is_empty(), ended) {
            (true, _) => String::new(),
            (_, true) => (*eol).to_owned(),
            (_, false) => eol.repeat(2),
        };
        let end = if ended { *eol } else { "" };
        let before = format!("{text}{gap}[{SEQUENCES}]{eol}");
        Edited { at: before.len(), text: format!("{before}{line}{end}") }
    }

    /// A setting `remove`, behind the last setting or before the first table.
    fn new_removal(&self, keys: &str) -> Splice {
        let eol = self.eol;
        let line = format!("{REMOVE} = [{}]", string(keys));
        let settings = lines(self.root.as_table()).map(|(_, value)| value.end);
        if let Some(last) = settings.max() {
            let end = self.line_end(last);
            return Splice(end..end, format!("{eol}{line}"));
        }
        if let Some(header) = first_header(self.root.as_table(), self.text) {
            let at = self.line_start(header);
            return Splice(at..at, format!("{line}{eol}{eol}"));
        }
        let at = self.text.len();
        let ended = self.text.is_empty() || self.text.ends_with('\n');
        let (before, after) = if ended { ("", eol) } else { (eol, "") };
        Splice(at..at, format!("{before}{line}{after}"))
    }

    /// One string more in a list, on a line of its own where the last one has that.
    fn longer_list(&self, list: &Array, range: Range<usize>, keys: &str) -> Vec<Splice> {
        let last = list.iter().last().and_then(toml_edit::Value::span);
        let Some(last) = last else {
            let at = range.start + 1;
            return vec![Splice(at..at, string(keys))];
        };
        let new = string_like(keys, Quote::of(&self.text[last.clone()]));
        let start = self.line_start(last.start);
        let indent = &self.text[start..last.start];
        let comma = self.text[last.end..range.end]
            .find(',')
            .filter(|_| list.trailing_comma())
            .map(|at| last.end + at);
        let after = comma.map_or(last.end, |comma| comma + 1);
        let end = self.line_end(after);
        let own_line = indent.trim().is_empty() && end < range.end;
        match (comma, own_line) {
            (Some(_), true) => vec![Splice(end..end, format!("{}{indent}{new},", self.eol))],
            (Some(_), false) => vec![Splice(after..after, format!(" {new},"))],
            (None, true) => vec![
                Splice(after..after, ",".to_owned()),
                Splice(end..end, format!("{}{indent}{new}", self.eol)),
            ],
            (None, false) => vec![Splice(after..after, format!(", {new}"))],
        }
    }

    /// Where the comment starts that is about the line from `start` to `end` alone: it stands right
    /// above, and no rule follows that it could be about as well.
    fn comment_above(&self, start: usize, end: usize) -> usize {
        let below = self.text[end..].lines().nth(1).unwrap_or_default().trim();
        if !(below.is_empty() || below.starts_with(['#', '['])) {
            return start;
        }
        let mut first = start;
        while first > self.line_start(0) {
            let above = self.line_start(first - 1);
            let line = self.text[above..first].trim();
            // `#:schema` and the like are for programs.
            if !line.starts_with('#') || line.starts_with("#:") {
                break;
            }
            first = above;
        }
        first
    }

    /// What goes with the last rule of a table: the table too when it is bare, the end of the text,
    /// and set apart by an empty line, as [`Self::add`] makes one.
    fn emptied(&self, header: Range<usize>, rule: Range<usize>) -> Range<usize> {
        let rest = &self.text[rule.end..];
        let between = &self.text[header.end..rule.start];
        let before = &self.text[..header.start];
        let gap = match rest.is_empty() {
            true => self.eol.repeat(2),
            false => self.eol.to_owned(),
        };
        let apart = before.is_empty() || before.ends_with(&self.eol.repeat(2));
        if between == self.eol && (rest.is_empty() || rest == self.eol) && apart {
            return before.len().saturating_sub(gap.len())..self.text.len();
        }
        self.line_before(rule.start)..rule.end
    }

    /// The start of the line with this byte, behind a byte order mark.
    fn line_start(&self, at: usize) -> usize {
        let mark = if self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        self.text[..at].rfind('\n').map_or(mark, |newline| newline + 1)
    }

    /// The end of the line with this byte, before its line end.
    fn line_end(&self, at: usize) -> usize {
        let newline = self.text[at..].find('\n').map(|found| at + found);
        let end = newline.unwrap_or(self.text.len());
        if self.text[at..end].ends_with('\r') { end - 1 } else { end }
    }

    /// The end of the line before the one that starts here.
    fn line_before(&self, start: usize) -> usize {
        let before = &self.text[..start];
        let without = before.strip_suffix('\n').unwrap_or(before);
        without.strip_suffix('\r').unwrap_or(without).len()
    }

    fn spliced(&self, splices: Vec<Splice>) -> String {
        let mut text = self.text.to_owned();
        for Splice(range, new) in splices.into_iter().rev() {
            text.replace_range(range, &new);
        }
        text
    }
}

/// The key and the value of each line of a table that is a rule, or a setting.
fn lines(table: &Table) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
    table.iter().filter_map(|(name, item)| {
        let key = table.key(name)?.span()?;
        item.is_value().then(|| Some((key, item.span()?)))?
    })
}

/// Where the first `[table]` stands.
fn first_header(table: &Table, text: &str) -> Option<usize> {
    let below = table.iter().filter_map(|(_, item)| match item {
        Item::Table(table) => first_header(table, text),
        Item::ArrayOfTables(tables) => tables.iter().find_map(|table| first_header(table, text)),
        _ => None,
    });
    let own = table.span().map(|span| span.start).filter(|&at| text[at..].starts_with('['));
    own.into_iter().chain(below).min()
}

fn rule(keys: &str, output: &Output, key_quote: Quote, quote: Quote) -> String {
    format!("{} = {}", key(keys, key_quote), self::output(output, quote))
}

/// A key, without quotes where its neighbour has none and it needs none.
fn key(keys: &str, quote: Quote) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if quote == Quote::None && keys.chars().all(bare) {
        return keys.to_owned();
    }
    string_like(keys, quote)
}

#[cfg(test)]
mod tests;
