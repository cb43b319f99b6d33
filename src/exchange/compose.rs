//! Compose files, to be imported: what is written there, whatever the programs make of it.

use super::Found;
use crate::{
    keysym::Keysym,
    sequence::{Output, Said},
    xcompose::document::{Document, Written, WrittenRule},
};

pub(super) fn read(text: &str, found: &mut Found) {
    let document = Document::parse(text.as_bytes());
    for line in &document.lines {
        let tokens = line.range.start..line.range.start + text[line.range.clone()].trim_end().len();
        match &line.what {
            Written::Blank => {}
            Written::Include { path } => include(&document.text(path), tokens, found),
            Written::Wrong { expected, found: at } => {
                let what = match &*document.text(at) {
                    "" => "nothing more".to_owned(),
                    word => format!("`{word}`"),
                };
                found.skip(tokens, &format!("expected {expected}, found {what}"), None);
            }
            Written::Rule(rule) => one_rule(&document, rule, found),
        }
    }
}

fn include(path: &str, range: std::ops::Range<usize>, found: &mut Found) {
    let path = path.trim_matches('"');
    if path == "%L" {
        let help = "list `system` in `keymaps`: it is there by default";
        found.skip(range, "the locale's own table, which is the keymap `system`", Some(help));
    } else {
        let help = "import that file by itself";
        found.skip(range, &format!("the included file `{path}`"), Some(help));
    }
}

fn one_rule(document: &Document, rule: &WrittenRule, found: &mut Found) {
    let (Some(first), Some(last)) = (rule.keys.first(), rule.keys.last()) else { return };
    // The brackets belong to the names.
    let range = first.start.saturating_sub(1)..last.end + 1;
    if let Some(modifier) = rule.modifiers.first() {
        let word = document.text(modifier);
        return found.skip(
            modifier.clone(),
            &format!("a map has no modifiers such as `{word}`"),
            None,
        );
    }
    let mut keysyms = Vec::with_capacity(rule.keys.len());
    for key in &rule.keys {
        let name = document.text(key);
        match Keysym::from_name(&name) {
            Some(keysym) => keysyms.push(keysym),
            None => {
                let help =
                    Keysym::similar_name(&name).map(|meant| format!("did you mean `{meant}`?"));
                let why = format!("unknown keysym `{name}`");
                return found.skip(key.clone(), &why, help.as_deref());
            }
        }
    }
    if keysyms.first() != Some(&Keysym::MULTI_KEY) || keysyms.len() == 1 {
        let help = "the keys of a map are typed while the trigger is held";
        return found.skip(range, "it does not begin with `<Multi_key>` and go on", Some(help));
    }
    let keysyms = keysyms.split_off(1);
    let text = match (&rule.text, &rule.keysym) {
        (Some(text), _) => match document.unquote(text) {
            Some(text) => text,
            None => return found.skip(text.clone(), "its text is not UTF-8", None),
        },
        (None, Some(keysym)) => {
            let keysym = Keysym::from_name(&document.text(keysym));
            keysym.and_then(Keysym::to_char).map(String::from).unwrap_or_default()
        }
        (None, None) => String::new(),
    };
    let comment = rule.comment.as_ref().map(|comment| document.text(comment));
    let name = comment.as_deref().and_then(|comment| name(comment, &text));
    found.rule(keysyms, Output { text, about: Said { name, ..Said::default() }.into() }, range);
}

/// What a comment says of a rule that its character does not say by itself.
fn name(comment: &str, text: &str) -> Option<String> {
    let name = comment.trim_start_matches('#').trim();
    let mut chars = text.chars();
    let unicode = match (chars.next(), chars.next()) {
        (Some(c), None) => unicode_names2::name(c).map(|name| name.to_string()),
        _ => None,
    };
    let known = unicode.is_some_and(|unicode| unicode.eq_ignore_ascii_case(name));
    (!name.is_empty() && !known && !name.chars().any(char::is_control)).then(|| name.to_owned())
}
