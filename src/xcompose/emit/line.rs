//! One rule as one line that every toolkit reads alike.

use std::fmt::Write as _;

use super::{MAX_KEYS, MAX_TEXT};
use crate::{
    diagnostic::{Code, Diagnostic},
    keysym::Keysym,
    sequence::Rule,
    xcompose::escape::escape,
};

/// Keysyms that got a new name: the old one is known to every version.
const OLD_NAMES: &[(u32, &str)] = &[
    (0x00aa, "ordfeminine"),
    (0x00ab, "guillemotleft"),
    (0x00ba, "masculine"),
    (0x00bb, "guillemotright"),
    (0x07cb, "Greek_LAMDA"),
    (0x07eb, "Greek_lamda"),
    (0x06b6, "Ukrainian_I"),
    (0x06a6, "Ukrainian_i"),
];

/// The name of a keysym that the oldest libraries know, and GTK.
pub(super) fn portable_name(keysym: Keysym) -> String {
    let old = OLD_NAMES.iter().find(|(number, _)| *number == keysym.0);
    old.map_or_else(|| keysym.name(), |(_, name)| (*name).to_owned())
}

/// The line of a rule whose keys follow `<Multi_key>`, or why it has none.
pub(super) fn own(rule: &Rule) -> Result<String, Diagnostic> {
    let keysyms = rule.sequence.keysyms();
    if keysyms.len() > MAX_KEYS {
        let message = format!(
            "`{}` is not in the Compose file: it has {} keys, a line there at most {MAX_KEYS}",
            rule.sequence,
            keysyms.len()
        );
        let help =
            "the daemon types it all the same; give it a shorter sequence for other programs";
        return Err(Diagnostic::new(Code::NotCarriedKeys, message).at(rule.span, "").help(help));
    }
    let text = &rule.output.text;
    let refused = |why: String| {
        let message = format!("`{}` is not in the Compose file: its output {why}", rule.sequence);
        let help = "the daemon types it all the same";
        Diagnostic::new(Code::NotCarriedText, message).at(rule.span, "").help(help)
    };
    if text.len() > MAX_TEXT {
        let why = format!("has {} bytes, a line there at most {MAX_TEXT}", text.len());
        return Err(refused(why));
    }
    let Some(mut line) = whole(&[&[Keysym::MULTI_KEY], keysyms].concat(), text) else {
        return Err(refused("has a newline or a tab, which toolkits read differently".into()));
    };
    if let Some(name) = rule.output.about.name.as_deref().filter(|name| is_comment(name)) {
        let _ = write!(line, " # {name}");
    }
    Ok(line)
}

/// The line of these keysyms, `<Multi_key>` only where it is among them.
pub(super) fn whole(keysyms: &[Keysym], text: &str) -> Option<String> {
    let quoted = escape(text)?;
    let mut line = String::new();
    for &keysym in keysyms {
        let _ = write!(line, "<{}> ", portable_name(keysym));
    }
    let _ = write!(line, ": {quoted}");
    // Clients that ask for a keysym instead of a string get one this way.
    let mut chars = text.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        let name = portable_name(Keysym::from_char(c));
        // libxkbcommon takes no name there that begins with a digit.
        if !name.starts_with(|c: char| c.is_ascii_digit()) {
            let _ = write!(line, " {name}");
        }
    }
    Some(line)
}

/// Whether it can stand after `#`: in libX11 a final `\` would swallow the next line.
fn is_comment(text: &str) -> bool {
    !text.chars().any(char::is_control) && !text.ends_with('\\')
}
