//! What the user is told when the daemon starts: see [`message`].

use super::{backend::Description, core::Core, say};
use crate::keycode::Keycode;

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

/// What this option of a keymap makes of Caps Lock; `None` for one that leaves it alone.
pub(crate) fn caps_lock_job(option: &str) -> Option<&'static str> {
    let matches = |entry: &&(&str, &str)| match entry.0.ends_with('_') {
        true => option.starts_with(entry.0),
        false => option == entry.0,
    };
    OPTIONS.iter().find(matches).map(|(_, job)| *job)
}

/// One note per option that gives the trigger another job; none for a trigger that is not Caps
/// Lock.
pub(super) fn option_notes(trigger: Keycode, options: &str) -> Vec<String> {
    if trigger != Keycode::CAPS_LOCK {
        return Vec::new();
    }
    let note = |option: &str| {
        let job = caps_lock_job(option)?;
        Some(match job {
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

/// Says on standard error what runs: keyboards, trigger, output, sequences. The last line is
/// `composekeyd: ready`.
pub(super) fn message(core: &Core, description: &Description) {
    let Description { input, why, output, emergency, .. } = description;
    let names: Vec<_> = description.keyboards.iter().map(|info| info.name.as_str()).collect();
    let keymaps: Vec<_> =
        core.loaded.keymaps.iter().map(|(name, count)| format!("{name} {count}")).collect();
    let config = core.paths.config_file.display();
    let absent = if core.paths.config_file.exists() { "" } else { " (not there: defaults)" };
    let trigger = trigger_name(core.loaded.settings.engine.trigger);
    say(&format!("version {}", env!("CARGO_PKG_VERSION")));
    say(&format!("  input      {input}: {why}"));
    say(&format!("  keyboards  {}", names.join(", ")));
    say(&format!("  trigger    {trigger}, held or tapped"));
    say(&format!("  output     {output}"));
    say(&format!("  sequences  {} ({})", core.loaded.table.len(), keymaps.join(", ")));
    say(&format!("  settings   {config}{absent}"));
    say(&format!("  emergency  Backspace, Escape and Enter together{emergency}"));
    for note in notes(description) {
        say(&format!("note: {note}"));
    }
    if !core.loaded.report.is_empty() {
        say(&format!("findings in the settings or maps\n{}", core.loaded.report));
    }
    say("ready");
}

/// What the user should know.
pub(super) fn notes(description: &Description) -> Vec<String> {
    let mut notes = description.notes.clone();
    if description.keyboards.is_empty() {
        notes.push("no keyboard yet: waiting for one".to_owned());
    }
    notes
}

/// The key as a user knows it.
pub(super) fn trigger_name(trigger: Keycode) -> String {
    match Keycode::NAMED.iter().find(|(_, key)| *key == trigger) {
        Some((name, _)) => format!("`{name}` (keycode {trigger})"),
        None => format!("keycode {trigger}"),
    }
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
