//! Rules to the TOML of a keymap: [`write()`].

use super::Info;
use crate::sequence::{Output, Rule};

/// A keymap file with these rules. Reading it gives them back.
#[must_use]
pub fn write(info: &Info, rules: &[Rule]) -> String {
    let mut text = String::from("[keymap]\n");
    let fields =
        [("title", &info.title), ("description", &info.description), ("source", &info.source)];
    for (name, value) in fields {
        if let Some(value) = value {
            text.push_str(&format!("{name} = {}\n", string(value)));
        }
    }
    text.push_str("\n[sequences]\n");
    for rule in rules {
        text.push_str(&format!(
            "{} = {}\n",
            string(&rule.sequence.to_string()),
            output(&rule.output, Quote::Double)
        ));
    }
    text
}

/// How a string is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quote {
    /// `la`: a key that needs no quotes.
    None,
    /// `"la"`
    Double,
    /// `'la'`
    Single,
}

impl Quote {
    /// How this piece of TOML is quoted, or the first string in it.
    pub(super) fn of(toml: &str) -> Self {
        match toml.find(['"', '\'']).map(|at| toml.as_bytes()[at]) {
            Some(b'\'') => Self::Single,
            Some(_) => Self::Double,
            None => Self::None,
        }
    }
}

/// A text, or a table of it and what is known of it.
pub(super) fn output(output: &Output, quote: Quote) -> String {
    let string = |text: &str| string_like(text, quote);
    let mut fields = vec![format!("text = {}", string(&output.text))];
    if let Some(name) = &output.about.name {
        fields.push(format!("name = {}", string(name)));
    }
    for (name, values) in [
        ("alias", &output.about.alias),
        ("tags", &output.about.tags),
        ("replaces", &output.about.replaces),
    ] {
        let values: Vec<String> = values.iter().map(|value| string(value)).collect();
        match &values[..] {
            [] => {}
            // `replaces` has one text as good as always.
            [one] if name == "replaces" => fields.push(format!("{name} = {one}")),
            _ => fields.push(format!("{name} = [{}]", values.join(", "))),
        }
    }
    match &fields[..] {
        [_] => string(&output.text),
        _ => format!("{{ {} }}", fields.join(", ")),
    }
}

/// A string, quoted as its neighbours are if it can be.
pub(super) fn string_like(text: &str, quote: Quote) -> String {
    if quote == Quote::Single && !text.contains(|c: char| c == '\'' || c.is_control()) {
        return format!("'{text}'");
    }
    string(text)
}

/// A string on one line, as plain as it can be.
pub(super) fn string(text: &str) -> String {
    let escapes = text.contains(|c: char| c == '"' || c == '\\' || c.is_control());
    if escapes && !text.contains(|c: char| c == '\'' || c.is_control()) {
        return format!("'{text}'");
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
