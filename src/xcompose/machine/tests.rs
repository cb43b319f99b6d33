use std::path::Path;

use super::*;
use crate::{
    source::{LoadError, Loader, Sources},
    xcompose::{World, profile},
};

struct Text(&'static str);

impl Loader for Text {
    fn load(&mut self, path: &Path) -> Result<Vec<u8>, LoadError> {
        if path == Path::new("/f") { Ok(self.0.into()) } else { Err(LoadError::NotFound) }
    }
}

/// What came out, key by key; `-` where nothing did.
fn typed(profile: Profile, text: &'static str, names: &str) -> Vec<String> {
    let (world, mut sources) = (World::default(), Sources::default());
    let reading = profile::read(profile, Path::new("/f"), &world, &mut Text(text), &mut sources);
    let mut machine = Machine::new(&reading);
    let keysyms = names.split(' ').map(|name| Keysym::from_name(name).unwrap());
    let shown = |fed| match fed {
        Fed::Composed(gives) => gives.text,
        _ => "-".to_owned(),
    };
    keysyms.map(|keysym| shown(machine.feed(keysym))).collect()
}

const SHORTER_FIRST: &str = "<F1> : \"short\"\n<F1> <F2> : \"long\"\n";
const LONGER_FIRST: &str = "<F1> <F2> : \"long\"\n<F1> : \"short\"\n";

#[test]
fn of_a_rule_and_a_longer_one() {
    let more = ["libxkbcommon@1.0", "libxkbcommon@1.9", "libxkbcommon@1.10", "qt@1.12"];
    let more = more.map(|name| name.parse().unwrap());
    for &profile in Profile::ALL.iter().chain(&more) {
        for text in [SHORTER_FIRST, LONGER_FIRST] {
            let long = typed(profile, text, "F1 F2").contains(&"long".to_owned());
            let short = typed(profile, text, "F1 F3").contains(&"short".to_owned());
            let expected = match Overlap::of(profile) {
                Overlap::Longer | Overlap::Shown => (true, false),
                Overlap::Later => (text == SHORTER_FIRST, text == LONGER_FIRST),
                Overlap::Both => (true, true),
            };
            assert_eq!((long, short), expected, "{profile}: {text}");
        }
    }
}

#[test]
fn modifiers() {
    let text = "! Ctrl <a> : \"control\"\n<a> <Shift_L> <b> : \"shift\"\n<c> <d> : \"plain\"\n";
    let x11 = Family::LibX11.into();
    assert_eq!(typed(x11, text, "a Shift_L b"), ["-", "-", "shift"]);
    assert_eq!(typed(x11, text, "c Shift_L d"), ["-", "-", "plain"]);
    // Of two rules for `a` libxkbcommon keeps the longer one, which nobody can type: it passes Shift over.
    let xkb = Family::Libxkbcommon.into();
    assert_eq!(typed(xkb, text, "a Shift_L b"), ["-", "-", "-"]);
    assert_eq!(typed(xkb, text, "c Shift_L d"), ["-", "-", "plain"]);
}
