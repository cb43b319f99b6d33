//! [`Deck`]: which exercises a lesson has, in which order. Spaced repetition by boxes (Leitner), with
//! lessons for days: no clock, no chance.
//!
//! An exercise that was right at once `level` times in a row comes back `2^level` lessons later: after
//! 1, 2, 4, 8, 16, 32. One miss sets it back to level 0, and it is asked again in the same lesson,
//! until it is right. A lesson takes what is due first, the most often missed before the others; then
//! what is new, in the order of the map; then what would be due soonest.

use std::{cmp::Reverse, collections::VecDeque};

use super::{
    model::Card,
    store::{Count, Counts},
};

/// The highest level.
const TOP: u8 = 5;

/// How many other exercises come before a missed one is asked again.
const AGAIN: usize = 3;

/// The exercises of a lesson that are still to come.
#[derive(Debug)]
pub(super) struct Deck {
    counts: Counts,
    /// Indices of cards, the next one first.
    queue: VecDeque<usize>,
    /// How many exercises the lesson has.
    pub(super) size: usize,
    /// Cards that were missed in this lesson.
    missed: Vec<usize>,
}

impl Deck {
    /// A lesson of `size` exercises at most.
    pub(super) fn new(cards: &[Card], mut counts: Counts, size: usize) -> Self {
        counts.lessons += 1;
        let mut order: Vec<usize> = (0..cards.len()).collect();
        order.sort_by_key(|&i| rank(counts.exercises.get(&cards[i].keys), counts.lessons, i));
        order.truncate(size);
        Self { counts, size: order.len(), queue: order.into(), missed: Vec::new() }
    }

    /// The card that is asked for.
    pub(super) fn current(&self) -> Option<usize> {
        self.queue.front().copied()
    }

    /// How many exercises are not done yet.
    pub(super) fn left(&self) -> usize {
        self.queue.len()
    }

    /// The present card was not typed right. It stays in place until it is.
    pub(super) fn miss(&mut self, cards: &[Card]) {
        let Some(card) = self.current() else { return };
        if self.missed.contains(&card) {
            return;
        }
        self.missed.push(card);
        let count = self.count(&cards[card]);
        count.wrong += 1;
        count.level = 0;
    }

    /// The present card was typed. Whether it was right at once; if not it comes again.
    pub(super) fn solve(&mut self, cards: &[Card], at_once: bool) {
        let Some(card) = self.queue.pop_front() else { return };
        if at_once && !self.missed.contains(&card) {
            let count = self.count(&cards[card]);
            count.right += 1;
            count.level = (count.level + 1).min(TOP);
        }
        if !at_once {
            self.queue.insert(AGAIN.min(self.queue.len()), card);
        }
    }

    fn count(&mut self, card: &Card) -> &mut Count {
        let lesson = self.counts.lessons;
        let count = self.counts.exercises.entry(card.keys.clone()).or_default();
        count.lesson = lesson;
        count
    }

    /// How often the cards of this lesson were missed at first.
    pub(super) fn missed(&self) -> &[usize] {
        &self.missed
    }

    /// What is known at the end.
    pub(super) fn into_counts(self) -> Counts {
        self.counts
    }
}

/// The place of a card in the lesson of this number: the least comes first.
fn rank(count: Option<&Count>, lesson: u32, index: usize) -> (u8, Reverse<u32>, u32, usize) {
    match count {
        None => (1, Reverse(0), 0, index),
        Some(count) => {
            let due = count.lesson + (1 << count.level.min(TOP));
            if due <= lesson {
                // Most missed, for the times that it was asked.
                let share = 1000 * count.wrong / (count.right + count.wrong).max(1);
                (0, Reverse(share), due, index)
            } else {
                (2, Reverse(0), due, index)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cards(count: usize) -> Vec<Card> {
        (0..count).map(|i| Card::made_up(&format!("k{i}"), "x")).collect()
    }

    fn queue(deck: &Deck) -> Vec<usize> {
        deck.queue.iter().copied().collect()
    }

    #[test]
    fn a_first_lesson_follows_the_map() {
        assert_eq!(queue(&Deck::new(&cards(5), Counts::default(), 3)), [0, 1, 2]);
        assert_eq!(Deck::new(&cards(2), Counts::default(), 3).size, 2);
    }

    #[test]
    fn what_is_due_comes_before_what_is_new_and_what_is_not_due_last() {
        let mut counts = Counts { lessons: 9, ..Counts::default() };
        let mut set = |key: &str, right, wrong, level, lesson| {
            counts.exercises.insert(key.into(), Count { right, wrong, level, lesson });
        };
        set("k0", 3, 0, 3, 9); // due at 17
        set("k1", 1, 0, 1, 8); // due at 10
        set("k3", 1, 3, 0, 9); // due at 10, missed more often
        set("k4", 1, 0, 1, 9); // due at 11
        assert_eq!(queue(&Deck::new(&cards(5), counts, 5)), [3, 1, 2, 4, 0]);
    }

    #[test]
    fn a_miss_comes_again_until_it_is_right() {
        let cards = cards(5);
        let mut deck = Deck::new(&cards, Counts::default(), 5);
        deck.miss(&cards);
        deck.miss(&cards);
        deck.solve(&cards, false);
        assert_eq!(queue(&deck), [1, 2, 3, 0, 4]);
        for _ in 0..5 {
            deck.solve(&cards, true);
        }
        assert_eq!(deck.current(), None);
        let counts = deck.into_counts();
        let expected = Count { right: 0, wrong: 1, level: 0, lesson: 1 };
        assert_eq!(counts.exercises["k0"], expected);
        let expected = Count { right: 1, wrong: 0, level: 1, lesson: 1 };
        assert_eq!(counts.exercises["k4"], expected);
    }

    #[test]
    fn what_is_known_comes_less_and_less_often() {
        let cards = cards(1);
        let mut counts = Counts::default();
        let mut seen = Vec::new();
        for lesson in 1..=40 {
            let fillers = [cards[0].clone(), Card::made_up(&format!("new{lesson}"), "y")];
            let mut deck = Deck::new(&fillers, counts, 1);
            if deck.current() == Some(0) {
                seen.push(lesson);
            }
            deck.solve(&fillers, true);
            counts = deck.into_counts();
        }
        assert_eq!(seen, [1, 3, 7, 15, 31]);
    }
}
