//! [`Decoder`]: what a terminal sends, as key presses. Knows the classic sequences of xterm and the
//! keyboard protocol of kitty (`CSI … u`: releases, lock keys, the text of a key).
//!
//! Sources: xterm's `ctlseqs`; <https://sw.kovidgoyal.net/kitty/keyboard-protocol/>.

use vte::{Params, Parser, Perform};

use crate::engine::Direction;

/// A key, as far as terminals tell keys apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// One that types this character.
    Char(char),
    /// `Enter`
    Enter,
    /// `Tab`
    Tab,
    /// `Escape`
    Escape,
    /// `Backspace`
    Backspace,
    /// `Delete`
    Delete,
    /// `Insert`
    Insert,
    /// `Up`
    Up,
    /// `Down`
    Down,
    /// `Left`
    Left,
    /// `Right`
    Right,
    /// `Home`
    Home,
    /// `End`
    End,
    /// `Page Up`
    PageUp,
    /// `Page Down`
    PageDown,
    /// `F1` and so on.
    F(u8),
    /// Caps Lock itself; seen with kitty's protocol only.
    CapsLock,
    /// A modifier: its keysym. Seen with kitty's protocol only.
    Modifier(u32),
}

/// What a terminal told of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Press {
    /// The key.
    pub key: Key,
    /// Whether Control was down.
    pub ctrl: bool,
    /// Whether Alt or Super was down.
    pub alt: bool,
    /// Down, unless the terminal tells of releases.
    pub direction: Direction,
}

impl Press {
    /// A key without modifiers, pressed.
    #[must_use]
    pub const fn new(key: Key) -> Self {
        Self { key, ctrl: false, alt: false, direction: Direction::Down }
    }

    /// A letter with Control.
    #[must_use]
    pub const fn ctrl(letter: char) -> Self {
        Self { key: Key::Char(letter), ctrl: true, alt: false, direction: Direction::Down }
    }
}

/// What arrives from a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// A key.
    Key(Press),
    /// The answer to `CSI ? u`: the flags of kitty's protocol that are in force.
    Protocol(u16),
    /// The answer to `CSI c`, which every terminal gives: the one before was given or never will.
    Attributes,
}

/// Turns bytes into [`Input`].
#[derive(Default)]
pub(super) struct Decoder {
    parser: Parser,
    found: Found,
    /// The last byte was an Escape: a key, or the start of a sequence.
    escape: bool,
}

#[derive(Default)]
struct Found {
    list: Vec<Input>,
    /// `ESC O` came: the next character names a key.
    ss3: bool,
    /// A string of the terminal ended: the `ESC \\` that ends it is no key.
    string: bool,
}

impl Decoder {
    /// Takes what was read.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if byte == 0x1b && self.escape {
                self.found.press(Key::Escape);
            }
            self.escape = byte == 0x1b;
            self.parser.advance(&mut self.found, &[byte]);
        }
    }

    /// Whether more bytes decide what the last ones mean.
    pub(super) fn waits(&self) -> bool {
        self.escape
    }

    /// No more bytes came: an Escape was the key.
    pub(super) fn flush(&mut self) {
        if std::mem::take(&mut self.escape) {
            self.parser = Parser::new();
            self.found.press(Key::Escape);
        }
    }

    /// What was found since the last time.
    pub(super) fn take(&mut self) -> Vec<Input> {
        std::mem::take(&mut self.found.list)
    }
}

/// Keys are secrets: a debug print shows none.
impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Decoder")
    }
}

impl Found {
    fn press(&mut self, key: Key) {
        self.list.push(Input::Key(Press::new(key)));
    }

    /// A key with the parameters that both protocols share: modifiers and the kind of event.
    fn modified(&mut self, key: Key, modifiers: u16, event: u16) {
        let bits = modifiers.saturating_sub(1);
        self.list.push(Input::Key(Press {
            key,
            ctrl: bits & 0b100 != 0,
            alt: bits & 0b11_1010 != 0,
            direction: match event {
                2 => Direction::Repeat,
                3 => Direction::Up,
                _ => Direction::Down,
            },
        }));
    }
}

impl Perform for Found {
    fn print(&mut self, c: char) {
        if std::mem::take(&mut self.ss3) {
            if let Some(key) = letter(c) {
                self.press(key);
            }
            return;
        }
        self.press(if c == '\u{7f}' { Key::Backspace } else { Key::Char(c) });
    }

    fn execute(&mut self, byte: u8) {
        self.list.push(Input::Key(match byte {
            0x08 => Press::new(Key::Backspace),
            0x09 => Press::new(Key::Tab),
            0x0d => Press::new(Key::Enter),
            0x00 => Press::ctrl(' '),
            0x01..=0x1a => Press::ctrl(char::from(byte + 0x60)),
            0x1c..=0x1f => Press::ctrl(char::from(byte + 0x40)),
            _ => return,
        }));
    }

    fn osc_dispatch(&mut self, _params: &[&[u8]], bell_terminated: bool) {
        self.string = !bell_terminated;
    }

    fn unhook(&mut self) {
        self.string = true;
    }

    fn esc_dispatch(&mut self, intermediates: &[u8], _ignore: bool, byte: u8) {
        let string = std::mem::take(&mut self.string);
        match (intermediates, byte) {
            ([], b'\\') if string => {}
            ([], b'O') => self.ss3 = true,
            ([], 0x20..=0x7e) => {
                let key = Key::Char(byte.into());
                self.list.push(Input::Key(Press { alt: true, ..Press::new(key) }));
            }
            _ => {}
        }
    }

    fn csi_dispatch(&mut self, params: &Params, intermediates: &[u8], ignore: bool, end: char) {
        if ignore {
            return;
        }
        let mut groups = params.iter();
        let mut group = || groups.next().unwrap_or(&[]);
        let first = group();
        if intermediates == b"?" {
            match end {
                'u' => self.list.push(Input::Protocol(first.first().copied().unwrap_or(0))),
                'c' => self.list.push(Input::Attributes),
                _ => {}
            }
            return;
        }
        let (second, text) = (group(), group());
        let modifiers = second.first().copied().unwrap_or(1);
        let event = second.get(1).copied().unwrap_or(1);
        let number = first.first().copied().unwrap_or(0);
        let key = match end {
            'u' => protocol(first, modifiers, text),
            '~' => numbered(number),
            'Z' => Some(Key::Tab),
            letter_ => letter(letter_),
        };
        if let Some(key) = key {
            self.modified(key, modifiers, event);
        }
    }
}

/// `CSI A` and `ESC O A`.
fn letter(c: char) -> Option<Key> {
    Some(match c {
        'A' => Key::Up,
        'B' => Key::Down,
        'C' => Key::Right,
        'D' => Key::Left,
        'F' => Key::End,
        'H' => Key::Home,
        'M' => Key::Enter,
        'P' => Key::F(1),
        'Q' => Key::F(2),
        'R' => Key::F(3),
        'S' => Key::F(4),
        _ => return None,
    })
}

/// `CSI 3 ~`.
fn numbered(number: u16) -> Option<Key> {
    Some(match number {
        1 | 7 => Key::Home,
        2 => Key::Insert,
        3 => Key::Delete,
        4 | 8 => Key::End,
        5 => Key::PageUp,
        6 => Key::PageDown,
        11..=15 => Key::F(u8::try_from(number - 10).ok()?),
        17..=21 => Key::F(u8::try_from(number - 11).ok()?),
        23 | 24 => Key::F(u8::try_from(number - 12).ok()?),
        _ => return None,
    })
}

/// Caps Lock among the modifiers of kitty's protocol.
const LOCK: u16 = 0b100_0000;

/// `CSI key:shifted:base ; modifiers:event ; text u`.
fn protocol(key: &[u16], modifiers: u16, text: &[u16]) -> Option<Key> {
    let number = key.first().copied().unwrap_or(0);
    Some(match number {
        9 => Key::Tab,
        13 | 57414 => Key::Enter,
        27 => Key::Escape,
        127 => Key::Backspace,
        57358 => Key::CapsLock,
        57376..=57398 => Key::F(u8::try_from(number - 57376 + 13).ok()?),
        // The keypad's keys without text.
        57417 => Key::Left,
        57418 => Key::Right,
        57419 => Key::Up,
        57420 => Key::Down,
        57421 => Key::PageUp,
        57422 => Key::PageDown,
        57423 => Key::Home,
        57424 => Key::End,
        57425 => Key::Insert,
        57426 => Key::Delete,
        // Shift_L, Control_L, Alt_L, Super_L, Hyper_L, Meta_L and the right ones.
        57441..=57452 => {
            const KEYSYMS: [u32; 6] = [0xffe1, 0xffe3, 0xffe9, 0xffeb, 0xffed, 0xffe7];
            let (side, which) = ((number - 57441) / 6, usize::from((number - 57441) % 6));
            Key::Modifier(KEYSYMS[which] + u32::from(side))
        }
        57453 => Key::Modifier(0xfe03),
        57454 => Key::Modifier(0xfe11),
        _ => {
            let shift = modifiers.saturating_sub(1) & 1 != 0;
            let shifted = key.get(1).copied().filter(|&code| shift && code != 0);
            // A repeated or released key has no text, a key on AltGr is known by nothing else.
            let code = text.first().copied().or(shifted).unwrap_or(number);
            // Keys without text have numbers from the private use area.
            if (57344..=63743).contains(&code) {
                return None;
            }
            let c = char::from_u32(code.into()).filter(|c| !c.is_control())?;
            let locked = modifiers.saturating_sub(1) & LOCK != 0;
            Key::Char(if locked && !text.is_empty() { unlocked(c) } else { c })
        }
    })
}

/// The character that the key types when Caps Lock is off: the engine takes no notice of it.
fn unlocked(c: char) -> char {
    let other = if c.is_lowercase() { c.to_uppercase().next() } else { c.to_lowercase().next() };
    other.unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: &[Press]) {
        let mut decoder = Decoder::default();
        decoder.feed(bytes);
        decoder.flush();
        let expected: Vec<Input> = expected.iter().copied().map(Input::Key).collect();
        assert_eq!(decoder.take(), expected);
    }

    fn keys(keys: &[Key]) -> Vec<Press> {
        keys.iter().copied().map(Press::new).collect()
    }

    #[test]
    fn characters_and_control_characters() {
        use Key::{Backspace, Char, Enter, Tab};
        check(
            "aλ\u{1f600}\r\t\u{7f}\u{8}".as_bytes(),
            &keys(&[Char('a'), Char('λ'), Char('\u{1f600}'), Enter, Tab, Backspace, Backspace]),
        );
        check(
            b"\x03\x1a\x00\x1d",
            &[Press::ctrl('c'), Press::ctrl('z'), Press::ctrl(' '), Press::ctrl(']')],
        );
    }

    #[test]
    fn keys_without_text() {
        use Key::{Delete, Down, End, F, Home, Left, PageUp, Up};
        check(b"\x1b[A\x1bOB\x1b[1;2D\x1b[H\x1bOF", &keys(&[Up, Down, Left, Home, End]));
        check(b"\x1b[3~\x1b[5~\x1bOP\x1b[15~\x1b[24~", &keys(&[Delete, PageUp, F(1), F(5), F(12)]));
    }

    #[test]
    fn escape_is_a_key_when_nothing_follows() {
        check(b"\x1b", &keys(&[Key::Escape]));
        check(b"\x1b\x1b[A", &keys(&[Key::Escape, Key::Up]));
        let alt = Press { alt: true, ..Press::new(Key::Char('x')) };
        check(b"\x1bx", &[alt]);
        let mut decoder = Decoder::default();
        decoder.feed(b"\x1b");
        assert!(decoder.waits());
        decoder.feed(b"[A");
        assert!(!decoder.waits());
        assert_eq!(decoder.take(), [Input::Key(Press::new(Key::Up))]);
    }

    #[test]
    fn the_protocol_of_kitty() {
        let up = |key| Press { direction: Direction::Up, ..Press::new(key) };
        check(b"\x1b[57358u\x1b[57358;1:3u", &[Press::new(Key::CapsLock), up(Key::CapsLock)]);
        // `"` with its text, its release without; `|` on AltGr; `a` while Caps Lock is on.
        check(
            b"\x1b[39:34;2;34u\x1b[39:34;2:3u",
            &[Press::new(Key::Char('"')), up(Key::Char('"'))],
        );
        check(b"\x1b[60;1;124u", &keys(&[Key::Char('|')]));
        check(b"\x1b[97;65;65u\x1b[97;66;97u", &keys(&[Key::Char('a'), Key::Char('A')]));
        check(
            b"\x1b[57441u\x1b[57447;2:3u",
            &[Press::new(Key::Modifier(0xffe1)), up(Key::Modifier(0xffe2))],
        );
        check(b"\x1b[99;5u", &[Press::ctrl('c')]);
        check(b"\x1b[1;1:3A", &[up(Key::Up)]);
    }

    #[test]
    fn answers_are_no_keys() {
        let mut decoder = Decoder::default();
        decoder.feed(b"\x1b[?31u\x1b[?62;22c");
        assert_eq!(decoder.take(), [Input::Protocol(31), Input::Attributes]);
    }

    #[test]
    fn nonsense_is_no_key() {
        check(b"\x1b[999~\x1b[u\x1b[57999u\x1b]0;title\x07\x1bP1$r\x1b\\\x9c", &[]);
    }
}
