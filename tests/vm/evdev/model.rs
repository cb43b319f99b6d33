//! What must come out, written a second time and simpler: for the settings of `random.rs`, where a tap
//! does nothing, nothing waits for time, and no rule begins another.

use evdev::KeyCode;

/// The rules, as letters and what they give.
pub(crate) const RULES: &[(&str, &str)] = &[("la", "L!"), ("oo", "0"), ("ax", "q")];

/// The keys that are typed, and the letter of those that have one.
pub(crate) const KEYS: &[(KeyCode, Option<char>)] = &[
    (KeyCode::KEY_CAPSLOCK, None),
    (KeyCode::KEY_L, Some('l')),
    (KeyCode::KEY_A, Some('a')),
    (KeyCode::KEY_O, Some('o')),
    (KeyCode::KEY_X, Some('x')),
    (KeyCode::KEY_K, Some('k')),
    (KeyCode::KEY_SPACE, Some(' ')),
    (KeyCode::KEY_F5, None),
    (KeyCode::KEY_LEFTSHIFT, None),
    (KeyCode::KEY_RIGHTSHIFT, None),
];

/// Types nothing; it stands for itself in the text of the model.
pub(crate) const F5: (KeyCode, char) = (KeyCode::KEY_F5, '5');

/// What became of a press.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Passed,
    Swallowed,
    /// A Shift that goes out later, if it is still down then.
    Kept,
}

/// The fingers, and what was typed so far.
#[derive(Debug, Default)]
pub(crate) struct Model {
    down: Vec<(KeyCode, Fate)>,
    holding: bool,
    pending: Option<char>,
    /// What was typed, and [`F5`] where that went out.
    pub(crate) text: String,
}

impl Model {
    /// Whether a finger is on this key.
    pub(crate) fn is_down(&self, key: KeyCode) -> bool {
        self.down.iter().any(|(down, _)| *down == key)
    }

    /// The keys that have a finger.
    pub(crate) fn fingers(&self) -> Vec<KeyCode> {
        self.down.iter().map(|(key, _)| *key).collect()
    }

    pub(crate) fn press(&mut self, key: KeyCode, letter: Option<char>) {
        let fate = if key == KeyCode::KEY_CAPSLOCK {
            self.holding = true;
            Fate::Swallowed
        } else if is_shift(key) {
            if self.holding { Fate::Kept } else { Fate::Passed }
        } else if !self.holding {
            self.type_letter(letter);
            self.pass(key);
            Fate::Passed
        } else {
            self.compose(key, letter)
        };
        self.down.push((key, fate));
    }

    pub(crate) fn release(&mut self, key: KeyCode) {
        self.down.retain(|(down, _)| *down != key);
        if key == KeyCode::KEY_CAPSLOCK {
            self.holding = false;
            self.pending = None;
            self.hand_over();
        }
    }

    /// A key in a hold.
    fn compose(&mut self, key: KeyCode, letter: Option<char>) -> Fate {
        let shift = self.down.iter().any(|(key, _)| is_shift(*key));
        let letter = letter.map(|c| if shift { c.to_ascii_uppercase() } else { c });
        let starts = |c: char| RULES.iter().any(|(keys, _)| keys.starts_with(c));
        match (self.pending.take(), letter) {
            (None, None) => {
                self.hand_over();
                self.pass(key);
                return Fate::Passed;
            }
            (None, Some(c)) => self.pending = Some(c).filter(|c| starts(*c)),
            (Some(first), Some(second)) => {
                let keys: String = [first, second].iter().collect();
                if let Some((_, text)) = RULES.iter().find(|(rule, _)| *rule == keys) {
                    self.text.push_str(text);
                }
            }
            (Some(_), None) => {}
        }
        Fate::Swallowed
    }

    /// A letter that the session sees, with the Shift keys that it has seen.
    fn type_letter(&mut self, letter: Option<char>) {
        let shift = self.down.iter().any(|&(key, fate)| is_shift(key) && fate == Fate::Passed);
        self.text.extend(letter.map(|c| if shift { c.to_ascii_uppercase() } else { c }));
    }

    /// A key that the session sees.
    fn pass(&mut self, key: KeyCode) {
        self.text.extend((key == F5.0).then_some(F5.1));
    }

    fn hand_over(&mut self) {
        for (_, fate) in &mut self.down {
            if *fate == Fate::Kept {
                *fate = Fate::Passed;
            }
        }
    }
}

fn is_shift(key: KeyCode) -> bool {
    matches!(key, KeyCode::KEY_LEFTSHIFT | KeyCode::KEY_RIGHTSHIFT)
}
