//! [`Ranking`]: what a few letters mean. First what the project's own search finds ([`crate::search`]:
//! names, aliases, keys, code points, small slips), then whatever else has the letters in this order,
//! as fzf finds it (`nucleo-matcher`).

use std::collections::{HashMap, HashSet};

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{CaseMatching, Normalization, Pattern},
};

use super::item::{Item, items};
use crate::{
    config::Loaded,
    layout::Layout,
    search::{self, Corpus, Query},
};

/// How many characters without a sequence are among the answers at most.
const ADDED: usize = 50;

/// Ranks items, again and again.
pub(super) struct Ranking {
    /// Every text that the maps give; behind them those that the last query added.
    items: Vec<Item>,
    loaded: Loaded,
    layout: Layout,
    matcher: Matcher,
    /// What is matched letter by letter, of each text of the maps.
    haystacks: Vec<String>,
    places: HashMap<String, usize>,
}

impl Ranking {
    pub(super) fn new(loaded: Loaded, layout: Layout) -> Self {
        let items = items(&loaded);
        let mut config = Config::DEFAULT;
        config.prefer_prefix = true;
        Self {
            haystacks: items.iter().map(|item| item.line().to_lowercase()).collect(),
            places: items.iter().enumerate().map(|(i, item)| (item.text.clone(), i)).collect(),
            items,
            loaded,
            layout,
            matcher: Matcher::new(config),
        }
    }

    /// The item at a place that [`Ranking::rank`] gave.
    pub(super) fn item(&self, place: usize) -> &Item {
        &self.items[place]
    }

    /// How many texts the maps give.
    pub(super) fn len(&self) -> usize {
        self.haystacks.len()
    }

    /// The items that a query means, the best first; all of the maps' for an empty one.
    pub(super) fn rank(&mut self, query: &str) -> Vec<usize> {
        let query = query.trim();
        if query.is_empty() {
            return (0..self.len()).collect();
        }
        let mut places = self.search(query);
        let seen: HashSet<usize> = places.iter().copied().collect();
        places.extend(self.letters(query).into_iter().filter(|place| !seen.contains(place)));
        places
    }

    /// What the search finds. A character that no map gives becomes an item, until the next query.
    fn search(&mut self, query: &str) -> Vec<usize> {
        for item in self.items.drain(self.haystacks.len()..) {
            self.places.remove(&item.text);
        }
        let asked = Query::new(query);
        let in_use = self.loaded.in_use();
        let corpus = Corpus { rules: &self.loaded.rules, in_use, layout: &self.layout };
        let hits = search::find(&asked, &corpus);
        let texts: Vec<String> = hits.iter().map(|hit| hit.text.to_owned()).collect();
        let mut added = 0;
        texts
            .into_iter()
            .filter_map(|text| {
                if let Some(&place) = self.places.get(&text) {
                    return Some(place);
                }
                added += 1;
                (added <= ADDED).then(|| {
                    self.places.insert(text.clone(), self.items.len());
                    self.items.push(Item::without_sequence(text));
                    self.items.len() - 1
                })
            })
            .collect()
    }

    /// The texts of the maps that have these letters in this order.
    fn letters(&mut self, query: &str) -> Vec<usize> {
        let pattern = Pattern::parse(query, CaseMatching::Ignore, Normalization::Smart);
        let mut buffer = Vec::new();
        let mut hits: Vec<(u32, usize)> = Vec::new();
        for (i, haystack) in self.haystacks.iter().enumerate() {
            let haystack = Utf32Str::new(haystack, &mut buffer);
            if let Some(score) = pattern.score(haystack, &mut self.matcher) {
                hits.push((score, i));
            }
        }
        hits.sort_by_key(|&(score, i)| (std::cmp::Reverse(score), i));
        hits.into_iter().map(|(_, i)| i).collect()
    }
}
