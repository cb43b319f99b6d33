//! [`Layout`]: which keysyms the keys of a keyboard type, and how.

use std::fmt;

use rustc_hash::FxHashMap;
use unicode_normalization::char::is_combining_mark;

use crate::{keysym::Keysym, sequence::Sequence};

/// The keysyms that a keyboard types.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// What it is called: `us`, `de(neo)`.
    pub name: String,
    presses: FxHashMap<Keysym, Press>,
}

/// How a keysym is typed: which key is pressed, and what is held meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Press {
    /// What the key types with nothing held: what is printed on it.
    pub key: Keysym,
    /// What is held.
    pub held: Held,
    /// Which of the keyboard's layouts must be chosen; 0 is the first.
    pub group: u32,
    /// Whether the key is dead: in a sequence it counts as its sign, by itself it types nothing.
    pub dead: bool,
    /// Whether some keyboards do not have the key: the one between Shift and Z.
    pub rare: bool,
}

/// Modifiers that choose a level of a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Held {
    /// The fifth level's modifier, as in Neo.
    pub level5: bool,
    /// AltGr.
    pub altgr: bool,
    /// Shift.
    pub shift: bool,
}

impl Held {
    /// How many keys that are.
    #[must_use]
    pub fn count(self) -> usize {
        usize::from(self.level5) + usize::from(self.altgr) + usize::from(self.shift)
    }
}

impl Layout {
    /// An empty layout, to be filled.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), presses: FxHashMap::default() }
    }

    /// Adds a way to type a keysym, unless there is a simpler one.
    pub fn add(&mut self, keysym: Keysym, press: Press) {
        let cost = |p: &Press| (p.group, p.rare, p.dead, p.held.count(), p.held);
        let known = self.presses.entry(keysym).or_insert(press);
        if cost(&press) < cost(known) {
            *known = press;
        }
    }

    /// How a keysym is typed; `None` when no key has it.
    #[must_use]
    pub fn press(&self, keysym: Keysym) -> Option<&Press> {
        self.presses.get(&keysym)
    }

    /// How a character is typed by one key.
    #[must_use]
    pub fn direct(&self, c: char) -> Option<&Press> {
        self.press(Keysym::from_char(c)).filter(|press| !press.dead)
    }

    /// The keys of a sequence that no key has. A further tap of the trigger is always possible.
    pub fn missing<'a>(&'a self, sequence: &'a Sequence) -> impl Iterator<Item = Keysym> + 'a {
        let keysyms = sequence.keysyms().iter().copied();
        keysyms.filter(|&k| k != Keysym::MULTI_KEY && self.press(k).is_none())
    }

    /// Whether every key of a sequence can be typed.
    #[must_use]
    pub fn types(&self, sequence: &Sequence) -> bool {
        self.missing(sequence).next().is_none()
    }
}

/// As it would be told: `Shift+'`, `AltGr+q`, `Left`.
impl fmt::Display for Press {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (held, name) in [
            (self.held.level5, "Level5+"),
            (self.held.altgr, "AltGr+"),
            (self.held.shift, "Shift+"),
        ] {
            if held {
                f.write_str(name)?;
            }
        }
        f.write_str(&cap(self.key))
    }
}

/// What is printed on the cap of a key.
#[must_use]
pub fn cap(key: Keysym) -> String {
    match key.to_char() {
        Some(' ') => "Space".to_owned(),
        // A mark would stand on what is before it.
        Some(c) if is_combining_mark(c) => format!("\u{25cc}{c}"),
        Some(c) => c.to_string(),
        None if key == Keysym::MULTI_KEY => "Compose".to_owned(),
        None => key.name(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(key: &str, shift: bool, altgr: bool) -> Press {
        let key = Keysym::from_name(key).unwrap();
        Press {
            key,
            held: Held { level5: false, altgr, shift },
            group: 0,
            dead: false,
            rare: false,
        }
    }

    #[test]
    fn the_simplest_way_is_kept() {
        let mut layout = Layout::new("test");
        let bar = Keysym::from_char('|');
        layout.add(bar, press("1", false, true));
        layout.add(bar, press("backslash", true, false));
        layout.add(bar, press("q", true, true));
        assert_eq!(layout.press(bar).unwrap().to_string(), "Shift+\\");
        layout.add(Keysym::from_char('o'), press("o", false, false));
        let sequence = |text| Sequence::parse(text).unwrap();
        assert!(layout.types(&sequence("o|")) && layout.types(&sequence("<Multi_key>o")));
        let missing: Vec<_> = layout.missing(&sequence("ö|ä")).map(Keysym::name).collect();
        assert_eq!(missing, ["odiaeresis", "adiaeresis"]);
    }

    #[test]
    fn caps() {
        let caps = ["space", "Left", "odiaeresis", "dead_acute", "Multi_key"];
        let caps = caps.map(|name| cap(Keysym::from_name(name).unwrap()));
        assert_eq!(caps, ["Space", "Left", "ö", "dead_acute", "Compose"]);
    }
}
