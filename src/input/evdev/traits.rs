//! [`Traits`]: what an input device says of itself, and what is to be done with it. Pure.

use super::keys::KeySet;

/// How the physical location of our own devices begins. It makes a twin known to this daemon and to
/// every other one, whatever its name.
pub const OURS: &str = "composekey/";

/// A device, as `EVIOCGNAME`, `EVIOCGPHYS`, `EVIOCGID` and `EVIOCGBIT` tell of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traits {
    /// What its maker calls it.
    pub name: String,
    /// Where it is plugged; empty for most virtual ones.
    pub phys: String,
    /// Vendor and product.
    pub id: (u16, u16),
    /// The keys it has.
    pub keys: KeySet,
}

/// Which devices the user adds to those that look like keyboards, or takes from them.
///
/// Each entry is a part of a name, in any case of letters, or `vendor:product` in hexadecimal as
/// `lsusb` prints it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// These are keyboards whatever keys they have.
    pub include: Vec<String>,
    /// These are left alone. Stronger than `include`.
    pub exclude: Vec<String>,
}

/// What is to be done with a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is a keyboard.
    Keyboard,
    /// It is none: mice, power buttons, remote controls.
    Other,
    /// It is a twin, ours or another daemon's.
    Twin,
    /// The user said to leave it alone.
    Excluded,
}

/// `KEY_ESC` to `KEY_S`: what udev too takes for the mark of a full keyboard (`input_id`).
const LETTERS: std::ops::RangeInclusive<u16> = 1..=31;

impl Traits {
    /// What is to be done with it.
    #[must_use]
    pub fn verdict(&self, rules: &Rules) -> Verdict {
        let listed = |entries: &[String]| entries.iter().any(|entry| self.is(entry));
        if self.phys.starts_with(OURS) {
            Verdict::Twin
        } else if listed(&rules.exclude) {
            Verdict::Excluded
        } else if listed(&rules.include) && !self.keys.is_empty()
            || LETTERS.into_iter().all(|code| self.keys.has(code))
        {
            Verdict::Keyboard
        } else {
            Verdict::Other
        }
    }

    fn is(&self, entry: &str) -> bool {
        let (vendor, product) = self.id;
        let entry = entry.to_lowercase();
        !entry.is_empty()
            && (self.name.to_lowercase().contains(&entry)
                || entry == format!("{vendor:04x}:{product:04x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(name: &str, keys: impl IntoIterator<Item = u16>) -> Traits {
        let keys = keys.into_iter().collect();
        Traits { name: name.into(), phys: "usb-1/input0".into(), id: (0x046d, 0xc31c), keys }
    }

    fn rules(include: &[&str], exclude: &[&str]) -> Rules {
        let list = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Rules { include: list(include), exclude: list(exclude) }
    }

    #[test]
    fn a_keyboard_is_known_by_its_keys() {
        let none = Rules::default();
        assert_eq!(device("Keyboard", 1..128).verdict(&none), Verdict::Keyboard);
        assert_eq!(device("Keyboard of no name", [116]).verdict(&none), Verdict::Other);
        assert_eq!(device("Mouse", 0x110..0x118).verdict(&none), Verdict::Other);
        assert_eq!(device("Numbers", 69..84).verdict(&none), Verdict::Other);
        let mixed = (1..128).chain(0x110..0x118);
        assert_eq!(device("Keyboard with a touchpad", mixed).verdict(&none), Verdict::Keyboard);
    }

    #[test]
    fn rules_add_and_take() {
        let keyboard = device("Logitech K120", 1..128);
        let pad = device("Small Pad", 58..60);
        assert_eq!(keyboard.verdict(&rules(&[], &["k120"])), Verdict::Excluded);
        assert_eq!(keyboard.verdict(&rules(&[], &["046D:C31C"])), Verdict::Excluded);
        assert_eq!(keyboard.verdict(&rules(&["k120"], &["k120"])), Verdict::Excluded);
        assert_eq!(keyboard.verdict(&rules(&[], &["", "046d:c31d"])), Verdict::Keyboard);
        assert_eq!(pad.verdict(&rules(&["small"], &[])), Verdict::Keyboard);
        assert_eq!(device("Small", []).verdict(&rules(&["small"], &[])), Verdict::Other);
    }

    #[test]
    fn a_twin_is_never_taken_again() {
        let twin = Traits { phys: "composekey/usb-1/input0".into(), ..device("Keyboard", 1..128) };
        assert_eq!(twin.verdict(&Rules::default()), Verdict::Twin);
        assert_eq!(twin.verdict(&rules(&["keyboard"], &[])), Verdict::Twin);
    }
}
