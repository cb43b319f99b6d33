//! Which keys type a character: a keymap asked by a person's fingers.

use std::collections::HashMap;

use xkbcommon::xkb;

use super::key;

/// A key and the modifier keys that must be down with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stroke {
    pub(crate) code: u8,
    pub(crate) modifiers: Vec<u8>,
}

/// One group of a layout, from keysym to stroke.
///
/// Compiled from the rule names and not read from the server, whose keymap also holds the keycodes
/// that the daemon binds.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    strokes: HashMap<u32, Stroke>,
}

impl Layout {
    /// What is printed on the keys of a US keyboard.
    pub(crate) fn us() -> Self {
        Self::new("us", "", 0)
    }

    /// Group `group` of `setxkbmap -layout LAYOUT -variant VARIANT`.
    pub(crate) fn new(layout: &str, variant: &str, group: u32) -> Self {
        let context = xkb::Context::new(xkb::CONTEXT_NO_FLAGS);
        let flags = xkb::KEYMAP_COMPILE_NO_FLAGS;
        let keymap =
            xkb::Keymap::new_from_names(&context, "evdev", "pc105", layout, variant, None, flags)
                .unwrap_or_else(|| panic!("no layout `{layout}` with variant `{variant}`"));
        let mut strokes = HashMap::new();
        let combinations: [&[u8]; 4] =
            [&[], &[key::SHIFT], &[key::ALTGR], &[key::SHIFT, key::ALTGR]];
        for modifiers in combinations {
            let mut state = xkb::State::new(&keymap);
            state.update_mask(0, 0, 0, 0, 0, group);
            for &code in modifiers {
                state.update_key(u32::from(code).into(), xkb::KeyDirection::Down);
            }
            for code in key::ESCAPE..=key::MENU {
                let keysym = state.key_get_one_sym(u32::from(code).into()).raw();
                let stroke = Stroke { code, modifiers: modifiers.to_vec() };
                strokes.entry(keysym).or_insert(stroke);
            }
        }
        Self { strokes }
    }

    /// The keys that type this keysym, when the layout has any.
    pub(crate) fn keysym(&self, keysym: u32) -> Option<&Stroke> {
        self.strokes.get(&keysym).filter(|_| keysym != 0)
    }

    /// The keys that type this character.
    pub(crate) fn character(&self, c: char) -> Option<&Stroke> {
        self.keysym(match c {
            '\n' => xkb::keysyms::KEY_Return,
            c => xkb::utf32_to_keysym(u32::from(c)).raw(),
        })
    }

    /// The keys that type this text, each character on its own.
    pub(crate) fn text(&self, text: &str) -> Vec<Stroke> {
        let stroke = |c| self.character(c).unwrap_or_else(|| panic!("no key types `{c}`")).clone();
        text.chars().map(stroke).collect()
    }
}
