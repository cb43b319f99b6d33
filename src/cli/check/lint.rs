//! What the lint has to say about maps: `map::lint` with the layouts that the keymaps name.

use crate::{
    config::{Keymap, Loaded},
    diagnostic::Diagnostic,
    engine::XkbKeyboard,
    map,
    sequence::Rule,
    source::Span,
    xcompose,
};

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) enum What {
    Config,
    Keymap,
}

/// What the lint finds in what the user wrote. A keymap is looked at more closely when the command
/// is about it alone.
pub(in crate::cli) fn lint(loaded: &Loaded, what: What) -> Vec<Diagnostic> {
    let judged = |rule: &Rule| loaded.is_users(rule);
    let subject = map::lint::Subject {
        rules: &loaded.rules,
        replaced: &loaded.replaced,
        classic: xcompose::SYSTEM,
        judged: &judged,
    };
    let own = loaded.rules.iter().filter(|rule| judged(rule));
    let mut found = Vec::new();
    match (what, loaded.keymaps.last()) {
        (What::Keymap, Some(last)) => {
            found.extend(header(last, loaded));
            found.extend(subject.keymap(last.info.default));
        }
        _ => found.extend(subject.own()),
    }
    let layouts =
        loaded.keymaps.iter().filter_map(|keymap| Some((keymap, keymap.info.layout.as_deref()?)));
    for (keymap, layout) in layouts {
        let rules: Vec<&Rule> = own.clone().filter(|rule| rule.keymap == keymap.name).collect();
        if !rules.is_empty() {
            found.extend(untypeable(&rules, layout));
        }
    }
    found
}

fn header(keymap: &Keymap, loaded: &Loaded) -> Option<Diagnostic> {
    let (source, text) = loaded.sources.iter().last()?;
    let at = text.text.find("[keymap]")?;
    map::lint::header(&keymap.info, Span::new(source, at..at + "[keymap]".len()))
}

/// Rules with keys that the layout lacks. A layout that libxkbcommon does not know has none.
fn untypeable(rules: &[&Rule], layout: &str) -> Vec<Diagnostic> {
    let (name, variant) = layout.split_once('(').unwrap_or((layout, ""));
    let keys = XkbKeyboard::from_names(name, variant.trim_end_matches(')'), "")
        .map(|keyboard| keyboard.keysyms())
        .unwrap_or_default();
    let typeable = |keysym| keys.contains(&keysym);
    rules.iter().filter_map(|rule| map::lint::untypeable(rule, layout, &typeable)).collect()
}
