//! The file `rules/evdev`, which may be somebody else's too: ours is a block between two lines.

use std::fmt;

use super::NAME;

/// The line that opens our block.
const BEGIN: &str =
    "// composekey: from here to the line `composekey: end`, written by `composekey xkb install`";
/// The line that closes it.
const END: &str = "// composekey: end";
/// By this an opening line is known, whatever it goes on to say.
const MARK: &str = "// composekey: from here";

/// What a file of rules starts with when there was none: everything else is the system's.
const SYSTEM: &str = "! include %S/evdev\n";

/// Why a file of rules is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RulesError {
    /// Our block is opened and not closed, or there are two.
    Marks,
    /// The option means something already, outside of our block.
    OptionTaken,
}

impl fmt::Display for RulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Marks => write!(f, "the lines around the part that composekey wrote are damaged"),
            Self::OptionTaken => write!(f, "it gives the option `{NAME}` a meaning of its own"),
        }
    }
}

/// The rules with our block in them: in its old place, else at the end.
///
/// # Errors
/// When the file is not to be touched.
pub fn merge(old: Option<&str>) -> Result<String, RulesError> {
    let old = old.unwrap_or_default();
    let (before, after) = match split(old)? {
        Some((before, after)) => (before.to_owned(), after),
        // Without this line such a file would take the place of the system's rules.
        None if old.trim().is_empty() => (SYSTEM.to_owned(), ""),
        None if old.ends_with('\n') => (old.to_owned(), ""),
        None => (format!("{old}\n"), ""),
    };
    if before.contains(NAME) || after.contains(NAME) {
        return Err(RulesError::OptionTaken);
    }
    Ok(format!("{before}{}{after}", block()))
}

/// The rules without our block; `None` when nothing else is in them.
///
/// # Errors
/// When the block cannot be found safely.
pub fn without(old: &str) -> Result<Option<String>, RulesError> {
    let Some((before, after)) = split(old)? else { return Ok(Some(old.to_owned())) };
    let rest = format!("{before}{after}");
    let ours = rest.trim().is_empty() || rest.trim() == SYSTEM.trim();
    Ok((!ours).then_some(rest))
}

/// What is before and after our block; `None` without one.
fn split(text: &str) -> Result<Option<(&str, &str)>, RulesError> {
    let opened: Vec<_> = text.match_indices(MARK).map(|(at, _)| at).collect();
    let closed: Vec<_> = text.match_indices(END).map(|(at, _)| at).collect();
    match (&opened[..], &closed[..]) {
        ([], []) => Ok(None),
        ([open], [close]) if open < close => {
            let after = &text[close + END.len()..];
            Ok(Some((&text[..*open], after.strip_prefix('\n').unwrap_or(after))))
        }
        _ => Err(RulesError::Marks),
    }
}

fn block() -> String {
    let part = |part| format!("! option = {part}\n  {NAME} = +composekey(chars)\n");
    let parts = ["keycodes", "types", "symbols"].map(part).concat();
    format!("{BEGIN}\n{parts}{END}\n")
}
