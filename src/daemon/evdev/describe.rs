//! What a user is told of the backend: [`describe`].

use super::{Evdev, rights};
use crate::{
    daemon::{backend::Description, core::Core},
    input::evdev::State,
    ipc::Keyboard,
};

/// What it means that logind tells nothing.
pub(super) const UNHEARD: &str = "whether the session is locked or another one is in front is not known, so the keyboards stay taken";

/// How it is.
pub(super) fn describe(evdev: &Evdev, core: &Core) -> Description {
    let Evdev { input, typist, why, unheard, .. } = evdev;
    let forbidden = input.forbidden().next().map(rights::missing);
    let missing = typist.seat.missing(core.loaded.table.text());
    let away = evdev.why_away(core).map(|why| format!("{why}: the keyboards are let go of"));
    let unheard = unheard.as_ref().map(|why| format!("{UNHEARD}: {why}"));
    let keyboards = input.keyboards().map(|(_, keyboard)| Keyboard {
        name: keyboard.traits().name.clone(),
        grabbed: keyboard.state() == State::Taken,
    });
    Description {
        input: "evdev",
        why: why.clone(),
        display: String::new(),
        output: format!(
            "uinput: the characters that have a key in the keymap, which is {}",
            typist.seat.origin
        ),
        keyboards: keyboards.collect(),
        ignoring: None,
        caps_lock: typist.seat.caps_lock(),
        emergency: "",
        notes: away
            .into_iter()
            .chain(forbidden)
            .chain(not_typed(&missing))
            .chain(unheard)
            .collect(),
    }
}

/// Says which characters have no key, and what gives them one.
fn not_typed(missing: &[char]) -> Option<String> {
    const SHOWN: usize = 20;
    let visible = missing.iter().filter(|c| !c.is_control() && !c.is_whitespace());
    let shown: String = visible.take(SHOWN).collect();
    let more = if missing.len() > SHOWN { " …" } else { "" };
    let all = match missing.len() {
        0 => return None,
        1 => "1 character of the sequences has".to_owned(),
        n => format!("{n} characters of the sequences have"),
    };
    Some(format!(
        "{all} no key in the keymap and cannot be typed: {shown}{more}; under Wayland `composekey xkb \
         install` gives them keys, and brings them up to date after a change of the sequences"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_typed_is_named() {
        assert_eq!(not_typed(&[]), None);
        let one = not_typed(&['λ']).unwrap();
        assert!(
            one.starts_with("1 character of the sequences has no key") && one.contains("typed: λ;")
        );
        let many: Vec<char> = ('α'..='ω').collect();
        let many = not_typed(&many).unwrap();
        assert!(many.starts_with("25 characters") && many.contains("τ …;"), "{many}");
    }
}
