//! What is typed: every character of the default table, and random mixes of it.

use composekey::config::{self, Paths};
use proptest::{
    strategy::{Strategy as _, ValueTree as _},
    test_runner::TestRunner,
};

/// Every character that an output of the default table has, the blank left out.
pub(crate) fn table() -> Vec<char> {
    let mut paths = Paths::new("/nowhere".into(), None, None, |_| None);
    paths.world.locale = "en_US.UTF-8".to_owned();
    let loaded = config::load(&paths);
    let mut characters: Vec<char> = loaded
        .rules
        .iter()
        .flat_map(|rule| rule.output.text.chars())
        .filter(|c| *c > ' ')
        .collect();
    characters.sort_unstable();
    characters.dedup();
    assert!(characters.len() > 2000, "{}", characters.len());
    characters
}

/// So many characters of the table, in a random order; `COMPOSEKEY_SEED` has no part in it.
pub(crate) fn random(table: &[char], length: usize) -> String {
    let one = proptest::sample::select(table.to_vec());
    let many = proptest::collection::vec(one, length);
    let mut runner = TestRunner::deterministic();
    many.new_tree(&mut runner).expect("no rejects").current().into_iter().collect()
}
