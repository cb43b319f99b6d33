//! What the user is told when the daemon starts: see [`notes`] and [`message`].

use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _};

use super::{run::Daemon, say};
use crate::{
    input::x11::KeyboardInfo,
    keycode::Keycode,
    x11::{Display, DisplayError},
};

/// What an option of the keymap makes of Caps Lock; while `composekeyd` runs that is lost.
///
/// By option name as in xkeyboard-config's `rules/evdev.lst`; an entry that ends in `_`
/// stands for all that start so.
const OPTIONS: &[(&str, &str)] = &[
    ("compose:caps", "the classic Compose key"),
    ("ctrl:nocaps", "Control"),
    ("ctrl:swapcaps", "Control"),
    ("ctrl:grouptoggle_capscontrol", "Control"),
    ("ctrl:hyper_capscontrol", "Hyper"),
    ("caps:escape", "Escape"),
    ("caps:escape_shifted_capslock", "Escape"),
    ("caps:swapescape", "Escape"),
    ("caps:backspace", "Backspace"),
    ("caps:ctrl_modifier", "Control"),
    ("caps:none", "nothing"),
    ("caps:super", "Super"),
    ("caps:hyper", "Hyper"),
    ("caps:menu", "Menu"),
    ("caps:numlock", "Num Lock"),
    ("caps:digits_row", "the digits row switch"),
    ("caps:shiftlock", "Shift Lock"),
    ("grp:caps_toggle", "the switch of layouts"),
    ("grp:caps_switch", "the switch of layouts"),
    ("grp:shift_caps_toggle", "the switch of layouts, with Shift"),
    ("grp:alt_caps_toggle", "the switch of layouts, with Alt"),
    ("grp:shift_caps_switch", "the choice of layouts"),
    ("grp:win_caps_toggle", "the switch of layouts, with Super"),
    ("lv3:caps_", "the third level"),
    ("lv5:caps_", "the fifth level"),
];

/// One note per option that gives the trigger another job; none for a trigger that is not Caps
/// Lock.
fn option_notes(trigger: Keycode, options: &str) -> Vec<String> {
    if trigger != Keycode::CAPS_LOCK {
        return Vec::new();
    }
    let note = |option: &str| {
        let matches = |entry: &&(&str, &str)| match entry.0.ends_with('_') {
            true => option.starts_with(entry.0),
            false => option == entry.0,
        };
        let (_, job) = OPTIONS.iter().find(matches)?;
        Some(match *job {
            "nothing" => format!(
                "the keymap option `{option}` switches Caps Lock off: it composes all the same"
            ),
            "the classic Compose key" => format!(
                "the keymap option `{option}` makes Caps Lock {job}: composekeyd takes its place \
                 while it runs; the option may go"
            ),
            job => format!(
                "the keymap option `{option}` makes Caps Lock {job}: that is lost while \
                 composekeyd runs; choose another `trigger` or drop the option"
            ),
        })
    };
    options.split(',').map(str::trim).filter_map(note).collect()
}

/// What the user should know of this display and its keyboards.
///
/// # Errors
/// When the connection broke.
pub(super) fn notes(
    display: &Display,
    trigger: Keycode,
    keyboards: impl Iterator<Item = KeyboardInfo>,
) -> Result<Vec<String>, DisplayError> {
    let atom = display.conn.intern_atom(false, b"_XKB_RULES_NAMES")?.reply()?.atom;
    let property =
        display.conn.get_property(false, display.root, atom, AtomEnum::STRING, 0, 1024)?.reply()?;
    // Five strings, each ended by a zero: rules, model, layout, variant, options.
    let names = String::from_utf8_lossy(&property.value).into_owned();
    let mut notes = option_notes(trigger, names.split('\0').nth(4).unwrap_or_default());
    let mut seen = false;
    for keyboard in keyboards {
        seen = true;
        if keyboard.refused {
            notes.push(format!(
                "another program already grabs the trigger on `{}`: end it, or choose another \
                 `trigger`",
                keyboard.name
            ));
        }
    }
    if !seen {
        notes.push("no keyboard yet: waiting for one".to_owned());
    }
    Ok(notes)
}

/// Says on standard error what runs: keyboards, trigger, output, sequences. The last line is
/// `composekeyd: ready`.
///
/// # Errors
/// When the connection broke.
pub(super) fn message(daemon: &Daemon) -> Result<(), DisplayError> {
    let settings = &daemon.loaded.settings;
    let infos = || daemon.input.keyboards().map(|(_, info)| info);
    let names: Vec<_> = infos().map(|info| info.name).collect();
    let keymaps: Vec<_> =
        daemon.loaded.keymaps.iter().map(|(name, count)| format!("{name} {count}")).collect();
    let config = daemon.paths.config_file.display();
    let absent = if daemon.paths.config_file.exists() { "" } else { " (not there: defaults)" };
    say(&format!("version {}", env!("CARGO_PKG_VERSION")));
    say(&format!("  keyboards  {}", names.join(", ")));
    say(&format!("  trigger    {}, held or tapped", trigger_name(settings.engine.trigger)));
    say(&format!("  output     {}", output_name(daemon)));
    say(&format!("  sequences  {} ({})", daemon.loaded.table.len(), keymaps.join(", ")));
    say(&format!("  settings   {config}{absent}"));
    say("  emergency  Backspace, Escape and Enter together, while the trigger is held");
    for note in notes(&daemon.display, settings.engine.trigger, infos())? {
        say(&format!("note: {note}"));
    }
    if !daemon.loaded.report.is_empty() {
        say(&format!("findings in the settings or maps\n{}", daemon.loaded.report));
    }
    say("ready");
    Ok(())
}

/// The key as a user knows it.
pub(super) fn trigger_name(trigger: Keycode) -> String {
    match Keycode::NAMED.iter().find(|(_, key)| *key == trigger) {
        Some((name, _)) => format!("`{name}` (keycode {trigger})"),
        None => format!("keycode {trigger}"),
    }
}

/// The way text goes out, and why this one.
pub(super) fn output_name(daemon: &Daemon) -> String {
    match daemon.output.capacity() {
        Err(why) => format!("X11, but {why}: nothing can be typed"),
        Ok(places) => format!("X11, free keycodes of the keymap with room for {places} characters"),
    }
}

/// The display's name, as far as it was given one.
pub(super) fn display_name(daemon: &Daemon) -> String {
    let given = daemon.display_name.clone();
    given.or_else(|| std::env::var("DISPLAY").ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(options: &str, words: &[&str]) {
        let notes = option_notes(Keycode::CAPS_LOCK, options);
        assert_eq!(notes.len(), words.len(), "{notes:?}");
        for (note, word) in notes.iter().zip(words) {
            assert!(note.contains(word), "{note}");
        }
        assert_eq!(option_notes(Keycode(108), options), Vec::<String>::new());
    }

    #[test]
    fn each_option_is_named_with_what_is_lost() {
        check("", &[]);
        check("compose:ralt,terminate:ctrl_alt_bksp", &[]);
        check("ctrl:nocaps", &["`ctrl:nocaps` makes Caps Lock Control"]);
        check("ctrl:swapcaps", &["`ctrl:swapcaps` makes Caps Lock Control"]);
        check("caps:escape", &["Escape"]);
        check("compose:caps", &["takes its place"]);
        check("caps:none", &["composes all the same"]);
        check("grp:caps_toggle, caps:super", &["the switch of layouts", "Super"]);
        check("lv3:caps_switch", &["third level"]);
    }
}
