//! What was meant by a word with a slip in it.

use strsim::osa_distance;

use super::{Corpus, Query, data, fit::words};

/// The shortest word in which a slip is mended.
const MIN_WORD: usize = 4;

/// From so many letters on a word may have two slips.
const TWO_SLIPS: usize = 8;

/// How many words are tried for one.
const MAX_MEANT: usize = 12;

/// The questions that may have been meant, and how many letters are different in them.
pub(super) fn meant(query: &Query, corpus: &Corpus<'_>) -> Vec<(usize, Query)> {
    let mut meant = Vec::new();
    for (i, word) in query.words().iter().enumerate() {
        for (distance, other) in similar(word, corpus) {
            let mut words = query.words().to_vec();
            words[i] = other;
            meant.push((distance, Query::with_words(&words)));
        }
    }
    meant
}

/// Words that are as this one but for a letter or two, the most similar first.
fn similar(word: &str, corpus: &Corpus<'_>) -> Vec<(usize, String)> {
    let length = word.chars().count();
    if length < MIN_WORD {
        return Vec::new();
    }
    let most = if length < TWO_SLIPS { 1 } else { 2 };
    let letters = letters(word);
    let mut found: Vec<(usize, bool, String)> = Vec::new();
    let mut look_at = |other: &str| {
        // Each slip changes at most two letters of the set.
        let apart = (self::letters(other) ^ letters).count_ones() as usize;
        if other.len().abs_diff(word.len()) > 2 * most || apart > 2 * most {
            return;
        }
        let distance = osa_distance(word, other);
        if (1..=most).contains(&distance) {
            let first = other.chars().next() != word.chars().next();
            found.push((distance, first, other.to_owned()));
        }
    };
    data::words().for_each(&mut look_at);
    for output in corpus.rules.iter().map(|rule| &rule.output) {
        let own = output.about.name.iter().chain(&output.about.alias).chain(&output.about.tags);
        for own in own.filter(|own| !own.starts_with(['&', '\\'])) {
            words(&own.to_lowercase()).for_each(&mut look_at);
        }
    }
    found.sort();
    found.dedup();
    found.truncate(MAX_MEANT);
    found.into_iter().map(|(distance, _, word)| (distance, word)).collect()
}

/// The letters of a word, as a set.
fn letters(word: &str) -> u32 {
    word.bytes().filter(u8::is_ascii_lowercase).fold(0, |set, byte| set | 1 << (byte - b'a'))
}
