//! [`Keysym`]: what a key means under the layout. Names and characters are libxkbcommon's.

use std::fmt;

use xkbcommon::xkb;

use crate::diagnostic::closest;

/// A keysym number as X11 and libxkbcommon define it (`keysymdef.h`, `xkbcommon-keysyms.h`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Keysym(pub u32);

impl Keysym {
    /// The classic Compose key.
    pub const MULTI_KEY: Self = Self(0xff20);
    /// The keysym of the Caps Lock key.
    pub const CAPS_LOCK: Self = Self(0xffe5);
    /// The keysym of a key that locks Shift, and so capitals.
    pub const SHIFT_LOCK: Self = Self(0xffe6);
    /// `EuroSign`.
    const EURO_SIGN: Self = Self(0x20ac);
    /// "No meaning": what an unbound key gives.
    pub const NO_SYMBOL: Self = Self(0);

    /// The keysym with this exact name (`quotedbl`, `Left`, `U03BB`, `0x1000301`), if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        if name.is_empty() || name.contains('\0') {
            return None;
        }
        let sym = xkb::keysym_from_name(name, xkb::KEYSYM_NO_FLAGS);
        (sym.raw() != 0).then_some(Self(sym.raw()))
    }

    /// The name of a keysym that is most like this wrong one.
    #[must_use]
    pub fn similar_name(wrong: &str) -> Option<String> {
        let folded = xkb::keysym_from_name(wrong.trim(), xkb::KEYSYM_CASE_INSENSITIVE);
        if folded.raw() != 0 {
            return Some(Self(folded.raw()).name());
        }
        // libxkbcommon lists no names: ask for that of every number where names are.
        let numbers = (0x20..=0xffff).chain(0x1008_1000..=0x1008_ffff);
        let names: Vec<String> = numbers
            .map(|number| Self(number).name())
            .filter(|name| !name.starts_with("0x"))
            .collect();
        closest(wrong, names.iter().map(String::as_str)).map(str::to_owned)
    }

    /// The keysym that types this character: the legacy one where it exists, else `0x01000000 + c`.
    #[must_use]
    pub fn from_char(c: char) -> Self {
        match c {
            // libxkbcommon before 1.4.1 gives 0x13a4, which has no name and is on no keyboard.
            '€' => Self::EURO_SIGN,
            c => Self(xkb::utf32_to_keysym(c.into()).raw()),
        }
    }

    /// The character this keysym types; `None` for keys without text and for dead keys.
    ///
    /// Control characters (`Return`, `BackSpace`, `Escape`, `Tab`, `Delete`) count as no text.
    #[must_use]
    pub fn to_char(self) -> Option<char> {
        char::from_u32(xkb::keysym_to_utf32(self.0.into())).filter(|c| !c.is_control())
    }

    /// The text that libxkbcommon gives for this keysym, control characters included; may be empty.
    #[must_use]
    pub fn to_text(self) -> String {
        let c = char::from_u32(xkb::keysym_to_utf32(self.0.into())).filter(|&c| c != '\0');
        c.map_or_else(String::new, String::from)
    }

    /// The canonical name; a keysym without one is written `0x…` as libxkbcommon does.
    #[must_use]
    pub fn name(self) -> String {
        xkb::keysym_get_name(self.0.into())
    }

    /// Whether this is Shift, Control, AltGr, a group switch or another modifier: such keys are
    /// never part of a sequence (libxkbcommon `src/compose/state.c`).
    #[must_use]
    pub fn is_modifier(self) -> bool {
        matches!(self.0,
            0xffe1..=0xffee   // Shift_L ..= Hyper_R
            | 0xfe01..=0xfe13 // ISO_Lock ..= ISO_Level5_Lock
            | 0xff7e          // Mode_switch
            | 0xff7f          // Num_Lock
            | 0xff14) // Scroll_Lock
    }

    /// Whether this is a dead key (`dead_grave` ..= `dead_longsolidusoverlay`).
    #[must_use]
    pub fn is_dead(self) -> bool {
        (0xfe50..=0xfe93).contains(&self.0)
    }
}

impl fmt::Debug for Keysym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keysym({})", self.name())
    }
}

impl fmt::Display for Keysym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_characters() {
        let sym = Keysym::from_name("quotedbl").unwrap();
        assert_eq!((sym.to_char(), sym.name().as_str()), (Some('"'), "quotedbl"));
        assert_eq!(Keysym::from_name("U03BB"), Some(Keysym(0x0100_03bb)));
        assert_eq!(Keysym::from_char('λ'), Keysym::from_name("Greek_lamda").unwrap());
        assert_eq!(Keysym::from_char('€'), Keysym::from_name("EuroSign").unwrap());
        assert_eq!(Keysym::from_name("Mulit_key"), None);
        assert_eq!(Keysym::similar_name("Mulit_key").as_deref(), Some("Multi_key"));
        assert_eq!(Keysym::similar_name("left").as_deref(), Some("Left"));
        assert_eq!(Keysym::similar_name("nothing_like_this"), None);
        assert_eq!(Keysym::from_name("Return").unwrap().to_char(), None);
        assert_eq!(Keysym::from_name("dead_acute").unwrap().to_char(), None);
    }

    #[test]
    fn kinds() {
        for name in ["Shift_L", "ISO_Level3_Shift", "Mode_switch", "Caps_Lock", "ISO_Next_Group"] {
            assert!(Keysym::from_name(name).unwrap().is_modifier(), "{name}");
        }
        assert!(!Keysym::MULTI_KEY.is_modifier());
        assert!(Keysym::from_name("dead_circumflex").unwrap().is_dead());
        assert!(!Keysym::from_name("asciicircum").unwrap().is_dead());
    }
}
