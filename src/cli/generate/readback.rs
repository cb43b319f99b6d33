//! Reads a written Compose file back with the installed libxkbcommon and compares every rule.

use xkbcommon::xkb::{self, compose};

use crate::{
    diagnostic::{Code, Diagnostic},
    keysym::Keysym,
    sequence::Rule,
    xcompose::{Base, Emitted},
};

/// Whether libxkbcommon reads this file as it was meant; else the first difference.
pub(super) fn compare(
    bytes: &[u8],
    emitted: &Emitted<'_>,
    removed: &[&Rule],
    locale: &str,
) -> Result<(), Diagnostic> {
    let context = xkb::Context::new(xkb::CONTEXT_NO_FLAGS);
    let formats = (compose::FORMAT_TEXT_V1, compose::COMPILE_NO_FLAGS);
    let table = compose::Table::new_from_buffer(&context, bytes, locale, formats.0, formats.1);
    let Ok(table) = table else {
        let message = format!("libxkbcommon refuses the file in the locale `{locale}`");
        return Err(difference(message));
    };
    let gives = |keysyms: &[Keysym]| {
        let mut state = compose::State::new(&table, compose::STATE_NO_FLAGS);
        for keysym in keysyms {
            let _ = state.feed(keysym.0.into());
        }
        (state.status() == compose::Status::Composed).then(|| state.utf8().unwrap_or_default())
    };
    let composed = |rule: &Rule| [&[Keysym::MULTI_KEY], rule.sequence.keysyms()].concat();
    let own = emitted.lines.iter().map(|(rule, _)| (*rule, composed(rule)));
    let system = emitted.system.iter().map(|(rule, _)| (*rule, rule.sequence.keysyms().to_vec()));
    for (rule, keysyms) in own.chain(system) {
        let found = gives(&keysyms);
        if found.as_ref() != Some(&rule.output.text) {
            let found = found.map_or("nothing".to_owned(), |text| format!("`{text}`"));
            let message = format!(
                "libxkbcommon reads `{}` as {found}, not as `{}`",
                rule.sequence, rule.output.text
            );
            return Err(difference(message).at(rule.span, ""));
        }
    }
    let included = emitted.base == Base::Included;
    for rule in removed.iter().filter(|_| !included) {
        if gives(&composed(rule)).is_some() {
            let message = format!("libxkbcommon still has `{}`", rule.sequence);
            return Err(difference(message).at(rule.span, ""));
        }
    }
    Ok(())
}

fn difference(message: String) -> Diagnostic {
    Diagnostic::new(Code::ReadBack, message).help(
        "the file is as it was before; please report this, with `composekey generate --stdout`",
    )
}
