//! Built-in keymaps as `src/map/builtin.rs` takes them: TOML is read here, once, and not at each start.
//!
//! Records end in `\x1e` and their fields in `\x1f`; lists have `\x1d` between their items. The first
//! record is what the keymap says of itself, each other one a rule:
//!
//! ```text
//! title description mnemonic source licence layout default
//! start end keys text name alias tags replaces allow
//! ```

use std::{fs, path::Path};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

const INFO: &[&str] =
    &["title", "description", "mnemonic", "source", "licence", "layout", "default"];
const RULE: &[&str] = &["name", "alias", "tags", "replaces", "allow"];

/// The name of each keymap of the folder, and the keymap.
pub(crate) fn all(folder: &Path) -> Vec<(String, String)> {
    let mut keymaps = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let name = path.file_stem().and_then(|stem| stem.to_str()).expect("a plain name");
            let text = fs::read_to_string(&path).expect("it can be read");
            keymaps.push((name.to_owned(), keymap(&text, &format!("keymaps/{name}.toml"))));
        }
    }
    keymaps
}

fn keymap(text: &str, file: &str) -> String {
    let root = DeTable::parse(text).unwrap_or_else(|error| panic!("{file}: {error}"));
    let table = |name: &str| match root.get_ref().get(name).map(Spanned::get_ref) {
        Some(DeValue::Table(table)) => table,
        _ => panic!("{file}: there is no [{name}]"),
    };
    let mut records = String::new();
    record(INFO.iter().map(|field| value(table("keymap"), field)), &mut records);
    let mut rules: Vec<_> = table("sequences").iter().collect();
    rules.sort_by_key(|(keys, _)| keys.span().start);
    for (keys, output) in rules {
        let span = keys.span();
        let mut fields = vec![span.start.to_string(), span.end.to_string()];
        fields.push(keys.get_ref().to_string());
        match output.get_ref() {
            DeValue::String(text) => {
                fields.push(text.to_string());
                fields.extend(RULE.iter().map(|_| String::new()));
            }
            DeValue::Table(table) => {
                fields.push(value(table, "text"));
                fields.extend(RULE.iter().map(|field| value(table, field)));
            }
            _ => panic!("{file}: `{}` is neither a text nor a table", keys.get_ref()),
        }
        record(fields, &mut records);
    }
    records
}

fn record(fields: impl IntoIterator<Item = String>, records: &mut String) {
    for field in fields {
        assert!(!field.contains(['\x1e', '\x1f']), "no keymap has such a text");
        records.push_str(&field);
        records.push('\x1f');
    }
    records.push('\x1e');
}

/// A value as a field; nothing when there is none.
fn value(table: &DeTable<'_>, name: &str) -> String {
    match table.get(name).map(Spanned::get_ref) {
        None => String::new(),
        Some(DeValue::String(text)) => text.to_string(),
        Some(DeValue::Boolean(value)) => value.to_string(),
        Some(DeValue::Array(items)) => {
            let items: Vec<&str> = items
                .iter()
                .map(|item| item.get_ref().as_str().expect("a list of texts"))
                .collect();
            items.join("\x1d")
        }
        Some(_) => panic!("`{name}` is neither a text nor a list of texts"),
    }
}
