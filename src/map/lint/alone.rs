//! What can be wrong with one rule, or with what a keymap says of itself.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::unless_allowed;
use crate::{
    diagnostic::{Code, Diagnostic},
    keysym::Keysym,
    map::Info,
    sequence::Rule,
    source::Span,
};

/// The longest sequence that libX11 reads, in keys after the Compose key.
const MAX_PORTABLE_KEYS: usize = 8;

/// What a keymap does not say of itself; `span` is its `[keymap]`.
#[must_use]
pub fn header(info: &Info, span: Span) -> Option<Diagnostic> {
    let missing: Vec<&str> = [
        ("title", &info.title),
        ("description", &info.description),
        ("mnemonic", &info.mnemonic),
        ("source", &info.source),
        ("licence", &info.licence),
        ("layout", &info.layout),
    ]
    .into_iter()
    .filter(|(_, value)| value.is_none())
    .map(|(name, _)| name)
    .collect();
    let first = missing.first()?;
    let message = format!("the keymap does not say its `{}`", missing.join("`, `"));
    let help = format!("whoever finds the keymap needs it: add `{first} = \"…\"`");
    Some(Diagnostic::new(Code::IncompleteHeader, message).at(span, "").help(help))
}

/// The first key of a rule that the layout does not have.
pub fn untypeable(
    rule: &Rule,
    layout: &str,
    typeable: &dyn Fn(Keysym) -> bool,
) -> Option<Diagnostic> {
    let keysyms = rule.sequence.keysyms();
    let key = keysyms.iter().find(|&&k| k != Keysym::MULTI_KEY && !typeable(k))?;
    unless_allowed(Code::NotOnLayout, &[rule], || {
        let message = format!("no key of the layout `{layout}` types `{key}`");
        Diagnostic::new(Code::NotOnLayout, message)
            .at(rule.span, "this sequence cannot be typed there")
            .help("choose another key, or name the layout that has it in `[keymap]`")
    })
}

pub(super) fn too_many_keys(rule: &Rule) -> Option<Diagnostic> {
    let keys = rule.sequence.keysyms().len();
    if keys <= MAX_PORTABLE_KEYS {
        return None;
    }
    unless_allowed(Code::LongSequence, &[rule], || {
        Diagnostic::new(Code::LongSequence, format!("`{}` has {keys} keys", rule.sequence))
            .at(rule.span, format!("a Compose file has room for {MAX_PORTABLE_KEYS}"))
            .help("a shorter sequence works in every program, and is typed faster")
    })
}

pub(super) fn multi_key(rule: &Rule) -> Option<Diagnostic> {
    if !rule.sequence.keysyms().contains(&Keysym::MULTI_KEY) {
        return None;
    }
    unless_allowed(Code::NotInHold, &[rule], || {
        let message = format!("`{}` cannot be typed while the trigger is held", rule.sequence);
        Diagnostic::new(Code::NotInHold, message)
            .at(rule.span, "`<Multi_key>` is a further tap of the trigger")
            .help("begin with another key: `:` and `&` begin few sequences")
    })
}

/// Every sequence of `U+` and hex digits is a code point already.
pub(super) fn code_point(rule: &Rule) -> Option<Diagnostic> {
    if !rule.sequence.keysyms().starts_with(&['U', '+'].map(Keysym::from_char)) {
        return None;
    }
    unless_allowed(Code::CodePointPrefix, &[rule], || {
        let message = format!("`{}` is in the way of code points", rule.sequence);
        Diagnostic::new(Code::CodePointPrefix, message)
            .at(rule.span, "`U+` and hex digits type a character by its number")
            .help("begin with other keys")
    })
}

pub(super) fn not_composed(rule: &Rule) -> Option<Diagnostic> {
    let text = &rule.output.text;
    if is_nfc(text) {
        return None;
    }
    unless_allowed(Code::NotComposed, &[rule], || {
        let codes = |text: &str| {
            let codes: Vec<_> = text.chars().map(|c| format!("U+{:04X}", u32::from(c))).collect();
            codes.join(" ")
        };
        let composed: String = text.nfc().collect();
        let message = format!("the output of `{}` is not in normal form (NFC)", rule.sequence);
        Diagnostic::new(Code::NotComposed, message)
            .at(rule.span, codes(text))
            .help(format!("searching finds it as {}: write that", codes(&composed)))
    })
}
