//! [`Own`]: which changes of keymaps are our own.

use std::collections::VecDeque;

/// The sequence numbers of our own changes: the events that they cause tell us nothing.
#[derive(Debug, Default)]
pub struct Own(VecDeque<u16>);

impl Own {
    /// A request that changes a keymap.
    pub fn add(&mut self, sequence: u64) {
        // The server counts in 16 bits in its events.
        self.0.push_back(sequence as u16);
        if self.0.len() > 4096 {
            self.0.pop_front();
        }
    }

    /// The same of an event that is not the next one.
    #[must_use]
    pub fn has(&self, sequence: u16) -> bool {
        self.0.contains(&sequence)
    }

    /// Whether an event with this sequence number was caused by one. Events come in order.
    pub fn contains(&mut self, sequence: u16) -> bool {
        while self.0.front().is_some_and(|own| (sequence.wrapping_sub(*own) as i16) > 0) {
            self.0.pop_front();
        }
        self.0.contains(&sequence)
    }
}
