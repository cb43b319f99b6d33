//! [`Query`]: what is looked for, read in every way that it can be.

use super::{
    data::{self, Called, Entry},
    fit::{Fit, Fitting, How, words},
};
use crate::{
    keysym::Keysym,
    sequence::{Rule, Sequence},
};

/// The fewest letters that are looked for inside of words.
const MIN_PART: usize = 4;

/// The longest output in which nothing is looked for.
const MAX_SIGN: usize = 16;

/// A question.
#[derive(Clone, Debug)]
pub struct Query {
    /// As it was asked.
    text: String,
    /// In lower case, with single blanks.
    lower: String,
    /// The text that it asks for: as such, or by a code point.
    exact: String,
    /// Whether that is surely what is meant.
    only_exact: bool,
    /// As keys.
    sequence: Option<Sequence>,
    /// What the keysym of this name types.
    keysym: Option<char>,
    words: Vec<String>,
}

impl Query {
    /// Reads a question; its words may come in any order.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let text = if text.trim().is_empty() { text } else { text.trim() };
        let mut chars = text.chars();
        let single = chars.next().filter(|_| chars.all(|c| c == '\u{fe0f}'));
        let code = code_point(text);
        let exact = code.map_or_else(|| text.to_owned(), String::from);
        let lower = text.to_lowercase();
        let lower = lower.split_whitespace().collect::<Vec<_>>().join(" ");
        let name = text.strip_prefix('<').and_then(|t| t.strip_suffix('>')).unwrap_or(text);
        Self {
            only_exact: code.is_some() || single.is_some(),
            sequence: Sequence::parse(text).ok(),
            keysym: Keysym::from_name(name).filter(|_| name.len() > 1).and_then(Keysym::to_char),
            words: words(&lower).map(str::to_owned).collect(),
            text: text.to_owned(),
            exact,
            lower,
        }
    }

    /// The same with other words.
    pub(super) fn with_words(words: &[String]) -> Self {
        let mut query = Self::new(&words.join(" "));
        // What was meant is a word, not keys.
        query.sequence = None;
        query
    }

    /// Its words, in lower case.
    #[must_use]
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The character that it asks for, as such or by its code point.
    #[must_use]
    pub fn character(&self) -> Option<char> {
        self.exact.chars().next().filter(|_| self.only_exact)
    }

    /// The text that it asks for, as such or by its code point.
    #[must_use]
    pub fn exact(&self) -> &str {
        &self.exact
    }

    /// Whether it asks for exactly this text.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.exact == text
    }

    /// Whether there are signs in it, which are keys or a notation.
    pub(super) fn has_signs(&self) -> bool {
        self.text.contains(|c: char| !c.is_alphanumeric() && c != ' ')
    }

    /// The lines of the data that are worth a look.
    pub(super) fn entries(&self) -> Vec<Entry> {
        let mut found: Vec<Entry> = data::entry(&self.exact).into_iter().collect();
        if self.only_exact {
            return found;
        }
        found.extend(self.keysym.and_then(|c| data::entry(c.encode_utf8(&mut [0; 4]))));
        // The longest word is in the fewest lines. A name in a notation may have capitals.
        let word = self.words.iter().max_by_key(|word| word.len());
        if let Some(word) = word {
            found.extend(data::containing(word, word.len() >= MIN_PART));
        }
        if word.is_none_or(|word| *word != self.text) && self.text.len() > 1 {
            found.extend(data::containing(&self.text, true));
        }
        found
    }

    /// How well a text fits by what is known of it.
    pub(super) fn entry(&self, entry: Entry) -> Option<Fit> {
        if entry.text == self.exact {
            return Some(Fit::exact(How::Text));
        }
        if self.only_exact {
            return None;
        }
        let typed = self.keysym.is_some_and(|c| entry.text.chars().eq([c]));
        let by_keysym = typed.then_some(Fit::exact(How::Name));
        [by_keysym, self.called(entry.called())].into_iter().flatten().min()
    }

    /// How well the output of a rule fits by its keys, and by what the rule says of it.
    pub(super) fn rule(&self, rule: &Rule) -> Option<Fit> {
        let text = &rule.output.text;
        if *text == self.exact {
            return Some(Fit::exact(How::Text));
        }
        let keys = self.keys(&rule.sequence);
        if keys.is_some_and(|fit| fit.how == How::Keys) {
            return keys;
        }
        if self.only_exact {
            return text.contains(&self.exact).then_some(Fit::exact(How::Part));
        }
        let output = &rule.output;
        let long = text.len() > MAX_SIGN && text.to_lowercase().contains(&self.lower);
        let inside = long.then_some(Fit::exact(How::Part));
        if output.about.name.is_none()
            && output.about.alias.is_empty()
            && output.about.tags.is_empty()
        {
            return [keys, inside].into_iter().flatten().min();
        }
        let name = output.about.name.iter().map(|name| Called::Name(name));
        let alias = output.about.alias.iter().map(|alias| Called::alias(alias));
        let tags = output.about.tags.iter().map(|tag| Called::Word(tag));
        let called = self.called(name.chain(alias).chain(tags));
        [keys, called, inside].into_iter().flatten().min()
    }

    fn keys(&self, sequence: &Sequence) -> Option<Fit> {
        let keysyms = self.sequence.as_ref()?.keysyms();
        if sequence.keysyms() == keysyms {
            return Some(Fit::exact(How::Keys));
        }
        let begins = self.has_signs() && sequence.keysyms().starts_with(keysyms);
        begins.then(|| Fit::exact(How::Starts))
    }

    /// How well something fits that is called so.
    fn called<'a>(&self, called: impl Iterator<Item = Called<'a>>) -> Option<Fit> {
        let mut fitting = Fitting::new(&self.words);
        let mut best: Option<Fit> = None;
        let capital = self.text.starts_with(char::is_uppercase);
        for called in called {
            let fit = match called {
                Called::Code(code) if code == self.text => Fit::exact(How::Code),
                // Who writes a capital means it.
                Called::Code(_) if called.bare() == self.text => {
                    Fit { how: How::Name, distance: u16::from(!capital) }
                }
                Called::Name(name) if name.eq_ignore_ascii_case(&self.lower) => {
                    Fit { how: How::Name, distance: u16::from(capital) }
                }
                Called::Alias(name) if name == self.lower => Fit { how: How::Name, distance: 1 },
                Called::Mnemonic(mnemonic) if mnemonic == self.text => Fit::exact(How::Mnemonic),
                _ => {
                    fitting.add(called);
                    continue;
                }
            };
            best = [best, Some(fit)].into_iter().flatten().min();
        }
        [best, fitting.fit()].into_iter().flatten().min()
    }
}

/// A code point as people write them: `U+00FC`, `u+fc`, `0xfc`, `\u00fc`, `\u{fc}`, `&#252;`, `&#xfc;`.
#[must_use]
pub fn code_point(text: &str) -> Option<char> {
    let hex = |digits| u32::from_str_radix(digits, 16).ok();
    let plain = ["U+", "u+", "0x", "0X", "&#x", "&#X", "\\u", "\\U", "\\x"]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix));
    let number = if let Some(digits) = plain {
        let digits = digits.strip_suffix(';').unwrap_or(digits);
        let braced = digits.strip_prefix('{').and_then(|digits| digits.strip_suffix('}'));
        hex(braced.unwrap_or(digits))
    } else {
        text.strip_prefix("&#")?.strip_suffix(';')?.parse().ok()
    };
    char::from_u32(number?)
}
