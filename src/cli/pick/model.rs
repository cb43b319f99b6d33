//! [`Picker`]: a query, what it finds, and which of that is chosen.

use std::time::Instant;

use ratatui::Frame;

use super::{item::Item, rank::Ranking, view};
use crate::{
    cli::screen::{Key, Press, Program, draw::Theme},
    engine::Direction,
};

/// The state of the screen.
pub(super) struct Picker {
    pub(super) query: String,
    /// What the query finds, the best first.
    pub(super) hits: Vec<usize>,
    /// The place of the chosen one in `hits`.
    pub(super) at: usize,
    pub(super) theme: Theme,
    pub(super) ranking: Ranking,
    end: Option<End>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Chosen,
    Left,
}

/// How far the page keys go.
const PAGE: usize = 10;

impl Picker {
    pub(super) fn new(mut ranking: Ranking, query: &str, theme: Theme) -> Self {
        let hits = ranking.rank(query);
        Self { query: query.to_owned(), hits, at: 0, theme, ranking, end: None }
    }

    /// What Enter was pressed on.
    pub(super) fn chosen(&self) -> Option<&Item> {
        self.selected().filter(|_| self.end == Some(End::Chosen))
    }

    /// The item under the bar.
    pub(super) fn selected(&self) -> Option<&Item> {
        self.hits.get(self.at).map(|&place| self.ranking.item(place))
    }

    fn search(&mut self) {
        self.hits = self.ranking.rank(&self.query);
        self.at = 0;
    }

    fn go(&mut self, to: usize) {
        self.at = to.min(self.hits.len().saturating_sub(1));
    }

    /// Takes the last word away.
    fn drop_word(&mut self) {
        let kept = self.query.trim_end().rfind(' ').map_or(0, |blank| blank + 1);
        self.query.truncate(kept);
    }
}

impl Program for Picker {
    fn key(&mut self, press: &Press, _now: Instant) {
        if press.direction == Direction::Up || press.alt {
            return;
        }
        match (press.key, press.ctrl) {
            (Key::Char('c' | 'g' | 'd'), true) | (Key::Escape, _) => self.end = Some(End::Left),
            (Key::Enter, _) => self.end = self.selected().map(|_| End::Chosen),
            (Key::Up, _) | (Key::Char('p' | 'k'), true) => self.go(self.at.saturating_sub(1)),
            (Key::Down | Key::Tab, _) | (Key::Char('n' | 'j'), true) => self.go(self.at + 1),
            (Key::PageUp, _) => self.go(self.at.saturating_sub(PAGE)),
            (Key::PageDown, _) => self.go(self.at + PAGE),
            (Key::Home, _) => self.go(0),
            (Key::End, _) => self.go(usize::MAX),
            (Key::Backspace, _) => {
                let _ = self.query.pop();
                self.search();
            }
            (Key::Char('u'), true) => {
                self.query.clear();
                self.search();
            }
            (Key::Char('w'), true) => {
                self.drop_word();
                self.search();
            }
            (Key::Char(c), false) => {
                self.query.push(c);
                self.search();
            }
            _ => {}
        }
    }

    fn draw(&self, frame: &mut Frame<'_>) {
        view::draw(self, frame);
    }

    fn is_over(&self) -> bool {
        self.end.is_some()
    }
}
