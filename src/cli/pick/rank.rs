//! [`Ranking`]: which items a few letters mean. The matching is fzf's, by the crate `nucleo-matcher`.

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{CaseMatching, Normalization, Pattern},
};

use super::item::Item;

/// Ranks items, again and again.
pub(super) struct Ranking {
    matcher: Matcher,
    /// What is searched of each item.
    haystacks: Vec<String>,
}

impl Ranking {
    pub(super) fn new(items: &[Item]) -> Self {
        let mut config = Config::DEFAULT;
        config.prefer_prefix = true;
        let haystacks = items.iter().map(|item| item.line().to_lowercase()).collect();
        Self { matcher: Matcher::new(config), haystacks }
    }

    /// The items that a query means, the best first; all of them for an empty one. A text, a
    /// sequence or a word that is exactly the query comes before all that only has its letters.
    pub(super) fn rank(&mut self, query: &str, items: &[Item]) -> Vec<usize> {
        let query = query.trim();
        if query.is_empty() {
            return (0..items.len()).collect();
        }
        let pattern = Pattern::parse(query, CaseMatching::Ignore, Normalization::Smart);
        let mut buffer = Vec::new();
        let mut hits: Vec<(u32, usize)> = Vec::new();
        for (i, item) in items.iter().enumerate() {
            let exact = exact(query, item);
            let haystack = Utf32Str::new(&self.haystacks[i], &mut buffer);
            let score = pattern.score(haystack, &mut self.matcher);
            if exact > 0 || score.is_some() {
                hits.push((exact * EXACT + score.unwrap_or(0), i));
            }
        }
        hits.sort_by_key(|&(score, i)| (std::cmp::Reverse(score), i));
        hits.into_iter().map(|(_, i)| i).collect()
    }
}

/// More than any score of letters.
const EXACT: u32 = 1 << 20;

/// How exactly a query means an item: as the text, as its keys or alias, as all of its name.
fn exact(query: &str, item: &Item) -> u32 {
    let bare = |word: &String| {
        word.trim_start_matches(['&', '\\', ':']).trim_end_matches([';', ':']).to_owned()
    };
    if item.text == query {
        3
    } else if item.sequences.iter().any(|keys| keys == query)
        || item.words.iter().any(|word| word == query || bare(word) == query)
    {
        2
    } else {
        u32::from(item.name.eq_ignore_ascii_case(query))
    }
}
