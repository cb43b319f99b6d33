//! [`Pack`]: a keymap as text, rule by rule.

use std::fmt::Write as _;

/// A keymap being written.
pub(crate) struct Pack {
    text: String,
    tags: &'static [&'static str],
    empty: bool,
}

impl Pack {
    /// A keymap with this comment and these lines of `[keymap]`.
    pub(crate) fn new(comment: &str, info: &[(&str, &str)], default: bool) -> Self {
        let mut text = String::new();
        for line in comment.lines().chain([
            "",
            "Written by `cargo run --example packs`: change examples/packs/derived, not this file.",
        ]) {
            let _ = writeln!(text, "{}", format!("# {line}").trim_end());
        }
        text.push_str("\n[keymap]\n");
        for (key, value) in info {
            let _ = writeln!(text, "{key} = {}", quoted(value));
        }
        if default {
            text.push_str("default = true\n");
        }
        text.push_str("layout = \"us\"\n\n[sequences]\n");
        Self { text, tags: &[], empty: true }
    }

    /// Begins a group of rules that share tags.
    pub(crate) fn section(&mut self, title: &str, tags: &'static [&'static str]) {
        let blank = if self.empty { "" } else { "\n" };
        let _ = writeln!(self.text, "{blank}# {title}");
        self.tags = tags;
        self.empty = false;
    }

    /// Keys that give one text. The first of them carries the aliases and tags.
    pub(crate) fn rules<K: AsRef<str>>(
        &mut self,
        keys: impl IntoIterator<Item = K>,
        text: char,
        alias: &[String],
    ) {
        let text = quoted(&text.to_string());
        for (i, keys) in keys.into_iter().enumerate() {
            let list = |name: &str, words: Vec<String>| {
                let words = words.join(", ");
                if words.is_empty() { words } else { format!(", {name} = [{words}]") }
            };
            let alias = list("alias", alias.iter().map(|word| quoted(word)).collect());
            let tags = list("tags", self.tags.iter().map(|word| quoted(word)).collect());
            let keys = quoted(keys.as_ref());
            let _ = if i > 0 || (alias.is_empty() && tags.is_empty()) {
                writeln!(self.text, "{keys} = {text}")
            } else {
                writeln!(self.text, "{keys} = {{ text = {text}{alias}{tags} }}")
            };
        }
    }

    /// Keys that give a text although they have another one in some releases of libX11.
    pub(crate) fn rule_over(&mut self, keys: &str, text: char, old: char) {
        let tags: Vec<String> = self.tags.iter().map(|word| quoted(word)).collect();
        let [keys, text, old] = [keys, &text.to_string(), &old.to_string()].map(quoted);
        let tags = tags.join(", ");
        let _ =
            writeln!(self.text, "{keys} = {{ text = {text}, tags = [{tags}], replaces = {old} }}");
    }

    /// The whole file.
    pub(crate) fn finish(self) -> String {
        self.text
    }
}

/// A TOML string; what shows nothing or leans on its neighbour is escaped.
fn quoted(text: &str) -> String {
    let mut chars = text.chars();
    if let (Some(c @ ('\u{300}'..='\u{36f}' | '\u{3000}')), None) = (chars.next(), chars.next()) {
        return format!("\"\\u{:04X}\"", u32::from(c));
    }
    toml::Value::from(text).to_string()
}
