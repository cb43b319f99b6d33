//! What a user is told of the backend: [`describe`].

use super::{Evdev, beyond::Beyond, rights};
use crate::{
    daemon::{backend::Description, core::Core},
    input::evdev::State,
    ipc::{Keyboard, Untyped},
};

/// What it means that logind tells nothing.
pub(super) const UNHEARD: &str = "whether the session is locked or another one is in front is not known, so the keyboards stay taken";

/// How it is.
pub(super) fn describe(evdev: &Evdev, core: &Core) -> Description {
    let Evdev { input, typist, why, unheard, .. } = evdev;
    let forbidden = input.forbidden().next().map(rights::missing);
    let missing = typist.seat.missing(core.loaded.table.text());
    let way = match &typist.beyond {
        Beyond::Console(way) => way.state().map(|state| state.map(|()| None)),
        _ => room(evdev).map(|room| room.map(|_| by_x(&missing))),
    };
    let (untyped, missing) = match way {
        Some(Ok(note)) => (None, note),
        Some(Err(why)) => not_typed(&missing, why).unzip(),
        None => not_typed(&missing, BY_OPTION.to_owned()).unzip(),
    };
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
        output: output(evdev),
        keyboards: keyboards.collect(),
        ignoring: None,
        caps_lock: typist.seat.caps_lock(),
        emergency: "",
        untyped,
        notes: away.into_iter().chain(forbidden).chain(missing).chain(unheard).collect(),
    }
}

/// The way text goes out.
pub(super) fn output(evdev: &Evdev) -> String {
    let keys = "uinput: the characters that have a key in the keymap, which is";
    let origin = &evdev.typist.seat.origin;
    let others = match room(evdev) {
        Some(Ok(places)) => {
            format!("; X11: the others, by free keycodes with room for {places} characters")
        }
        None if matches!(&evdev.typist.beyond, Beyond::Console(way) if way.works()) => {
            "; on a text console the others, by `composekey-console`".to_owned()
        }
        Some(Err(_)) | None => String::new(),
    };
    format!("{keys} {origin}{others}")
}

/// For how many characters there is room at a time beyond the keymap; why there is none. `None` in a
/// session that has no such way.
fn room(evdev: &Evdev) -> Option<Result<usize, String>> {
    let Evdev { input, typist, .. } = evdev;
    let Beyond::X(way) = &typist.beyond else { return None };
    let sink = typist.sink(input);
    let keyboard = sink.and_then(|sink| input.keyboards().find(|(device, _)| *device == sink));
    Some(way.room(keyboard.and_then(|(_, keyboard)| keyboard.twin.node())))
}

/// Says how many characters have no key and go through an X server.
fn by_x(missing: &[char]) -> Option<String> {
    let (count, go) = match missing.len() {
        0 => return None,
        1 => ("1 character of the sequences has".to_owned(), "goes"),
        n => (format!("{n} characters of the sequences have"), "go"),
    };
    Some(format!("{count} no key in the keymap, and {go} through the X server"))
}

/// What gives keys to characters where nothing but keys types.
const BY_OPTION: &str = "under Wayland `composekey xkb install` gives them keys, and brings them up to date after a change of the sequences";

/// What has no key and is not typed by anything else for this reason, and a note that says so.
fn not_typed(missing: &[char], why: String) -> Option<(Untyped, String)> {
    const SHOWN: usize = 20;
    let visible = missing.iter().filter(|c| !c.is_control() && !c.is_whitespace());
    let shown: String = visible.take(SHOWN).collect();
    let more = if missing.len() > SHOWN { " …" } else { "" };
    let all = match missing.len() {
        0 => return None,
        1 => "1 character of the sequences has".to_owned(),
        n => format!("{n} characters of the sequences have"),
    };
    let note = format!("{all} no key in the keymap and cannot be typed: {shown}{more}; {why}");
    Some((Untyped { count: missing.len(), why }, note))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_typed_is_named() {
        assert_eq!(not_typed(&[], String::new()), None);
        let (untyped, one) = not_typed(&['λ'], BY_OPTION.to_owned()).unwrap();
        assert_eq!(untyped, Untyped { count: 1, why: BY_OPTION.to_owned() });
        assert!(
            one.starts_with("1 character of the sequences has no key") && one.contains("typed: λ;")
        );
        assert_eq!(by_x(&[]), None);
        assert!(by_x(&['λ']).unwrap().contains("has no key in the keymap, and goes through"));
        let many: Vec<char> = ('α'..='ω').collect();
        let (untyped, many) = not_typed(&many, "the server is away".to_owned()).unwrap();
        assert_eq!(untyped.count, 25);
        assert!(many.starts_with("25 characters"), "{many}");
        assert!(many.ends_with("τ …; the server is away"), "{many}");
    }
}
