//! [`Queue`]: what is still to be typed, in order. Pure.

use std::{collections::VecDeque, fmt, time::Instant};

use crate::{keycode::Keycode, output::Ticket};

/// The symbols of Return and Tab.
pub(super) const RETURN: u32 = 0xff0d;
pub(super) const TAB: u32 = 0xff09;

/// One thing for the output to do.
#[derive(Clone, PartialEq, Eq)]
pub enum Item {
    /// Type this text.
    Text(String),
    /// Press a real key: what the applications see is that key under the present layout.
    Press(Keycode),
    /// Release a real key.
    Release(Keycode),
    /// A modifier that was pressed while its keyboard was held and is still down: let the
    /// applications see it down, unless it went up meanwhile.
    HandOver(Keycode),
    /// Switch Caps Lock on or off.
    ToggleCapsLock,
}

/// Keys are secrets: a debug print shows neither text nor key.
impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Text(…)",
            Self::Press(_) => "Press(…)",
            Self::Release(_) => "Release(…)",
            Self::HandOver(_) => "HandOver(…)",
            Self::ToggleCapsLock => "ToggleCapsLock",
        })
    }
}

/// A text that is being typed.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Text {
    /// Whose outcome it is.
    pub(super) ticket: Ticket,
    /// The symbols that are left.
    pub(super) symbols: VecDeque<u32>,
    /// Since when a modifier has kept it waiting.
    pub(super) waiting: Option<Instant>,
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({:?}, …)", self.ticket)
    }
}

/// What is at the front.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// Some text.
    Text(Text),
    /// Anything else; never [`Item::Text`].
    Other(Item),
}

/// The queue.
#[derive(Debug, Default)]
pub(super) struct Queue {
    work: VecDeque<Work>,
    tickets: u64,
}

impl Queue {
    /// Names the next item.
    pub(super) fn ticket(&mut self) -> Ticket {
        self.tickets += 1;
        Ticket(self.tickets)
    }

    /// Appends a text.
    pub(super) fn push_text(&mut self, ticket: Ticket, symbols: VecDeque<u32>) {
        self.work.push_back(Work::Text(Text { ticket, symbols, waiting: None }));
    }

    /// Appends anything but a text.
    pub(super) fn push(&mut self, item: Item) {
        self.work.push_back(Work::Other(item));
    }

    /// Moves to the front the releases whose presses do not wait here; whether there were any.
    ///
    /// Only for a text that waits until Control is up: it must not keep Control from going up.
    /// Otherwise order is everything: a Shift that goes up early makes small letters.
    pub(super) fn hasten_releases(&mut self) -> bool {
        let mut pressed = Vec::new();
        let (mut releases, mut rest) = (VecDeque::new(), VecDeque::new());
        for work in self.work.drain(..) {
            match &work {
                Work::Other(Item::Release(key)) if !pressed.contains(key) => {
                    releases.push_back(work);
                    continue;
                }
                Work::Other(Item::Press(key) | Item::HandOver(key)) => pressed.push(*key),
                Work::Other(_) | Work::Text(_) => {}
            }
            rest.push_back(work);
        }
        let any = !releases.is_empty();
        releases.append(&mut rest);
        self.work = releases;
        any
    }

    /// The front.
    pub(super) fn front(&mut self) -> Option<&mut Work> {
        self.work.front_mut()
    }

    /// Removes the front.
    pub(super) fn pop(&mut self) {
        self.work.pop_front();
    }

    /// Whether nothing is left to do.
    pub(super) fn is_empty(&self) -> bool {
        self.work.is_empty()
    }
}

/// The symbols of a text; `None` when it has a character that no key can have.
pub(super) fn symbols(text: &str) -> Option<VecDeque<u32>> {
    let text = text.replace("\r\n", "\n");
    text.chars()
        .map(|c| match c {
            '\n' | '\r' => Some(RETURN),
            '\t' => Some(TAB),
            c if c.is_control() => None,
            // Beyond Latin-1 always the Unicode form: tables of the older names have holes
            // (libX11 gives no text for `ifonlyif`, U+21D4).
            c @ '\0'..='\u{ff}' => Some(c.into()),
            c => Some(0x0100_0000 | u32::from(c)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(items: &[Item], hasten: bool) -> Vec<Item> {
        let mut queue = Queue::default();
        for item in items {
            match item {
                Item::Text(_) => {
                    let ticket = queue.ticket();
                    queue.push_text(ticket, VecDeque::new());
                }
                item => queue.push(item.clone()),
            }
        }
        if hasten {
            queue.hasten_releases();
        }
        let as_item = |work| match work {
            Work::Text(_) => Item::Text(String::new()),
            Work::Other(item) => item,
        };
        queue.work.into_iter().map(as_item).collect()
    }

    #[test]
    fn a_release_overtakes_a_text_that_waits_for_it_unless_its_press_waits() {
        let (ctrl, b) = (Keycode(37), Keycode(56));
        let text = Item::Text(String::new());
        assert_eq!(
            order(&[text.clone(), Item::Press(b), Item::Release(b), Item::Release(ctrl)], true),
            [Item::Release(ctrl), text.clone(), Item::Press(b), Item::Release(b)]
        );
        assert_eq!(
            order(&[text.clone(), Item::HandOver(ctrl), Item::Release(ctrl)], true),
            [text, Item::HandOver(ctrl), Item::Release(ctrl)]
        );
    }

    /// Shift is down, its press is out already: it must not go up before the letter.
    #[test]
    fn otherwise_nothing_overtakes() {
        let (shift, b) = (Keycode(50), Keycode(56));
        let items = [Item::Press(b), Item::Release(b), Item::Release(shift)];
        assert_eq!(order(&items, false), items);
    }

    #[test]
    fn releases_keep_their_order() {
        let (a, b) = (Keycode(1), Keycode(2));
        let items = [Item::Release(a), Item::Release(b)];
        assert_eq!(order(&items, true), items);
    }

    #[test]
    fn symbols_of_a_text() {
        assert_eq!(symbols("aλ").unwrap(), [0x61, 0x0100_03bb]);
        assert_eq!(symbols("😀\r\n\t").unwrap(), [0x0101_f600, RETURN, TAB]);
        assert_eq!(symbols("a\u{7}"), None);
    }
}
