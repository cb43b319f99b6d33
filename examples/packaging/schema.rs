//! The JSON Schemas of keymaps and of `config.toml`, for editors (taplo, Even Better TOML).
//!
//! What a setting can be comes from the program, what it means and its default from its document.

use composekey::{
    config::{self, DEFAULT_KEYMAPS, Settings, Values},
    diagnostic::Code,
    map::{MAX_TEXT, builtin},
};
use serde_json::{Map, Value, json};

const FORMAT: &str = include_str!("../../docs/map-format.md");

/// What the tables of the document say of the name of a setting or a field: the cells behind it.
fn told(name: &str, field: bool) -> Vec<String> {
    let ticked = format!("`{name}`");
    // A setting and a field may have the same name: settings come last.
    let settings = FORMAT.find("## Settings").unwrap_or_default();
    let is_setting = config::NAMES.contains(&name) && !field;
    let text = if is_setting { &FORMAT[settings..] } else { &FORMAT[..settings] };
    let rows = text.lines().filter_map(|line| line.strip_prefix("| "));
    let mut rows = rows.map(|row| row.trim_end_matches(" |").split(" | "));
    let row = rows.find(|row| row.clone().next().is_some_and(|first| names(first, &ticked)));
    let row = row.unwrap_or_else(|| panic!("docs/map-format.md has no row for {ticked}"));
    row.skip(1).map(str::to_owned).collect()
}

/// Whether the first cell of a row has the name, alone or among others.
fn names(cell: &str, ticked: &str) -> bool {
    cell.split(", ").any(|name| name == ticked)
}

/// The last cell: what it is.
fn described(name: &str, mut schema: Value) -> Value {
    let text = told(name, schema.get("default").is_none()).pop().unwrap_or_default();
    schema["description"] = json!(text);
    schema
}

fn strings() -> Value {
    json!({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})
}

fn schema(title: &str, properties: Value) -> Value {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "definitions": {"rule": rule(), "text": text(), "code": code()},
    })
}

/// An output as text.
fn text() -> Value {
    json!({
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_TEXT,
        "pattern": r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$",
        "description": "What is typed",
    })
}

fn rule() -> Value {
    let allow = json!({"$ref": "#/definitions/code"});
    json!({"anyOf": [
        {"$ref": "#/definitions/text"},
        {
            "type": "object",
            "properties": {
                "text": {"$ref": "#/definitions/text"},
                "name": described("name", json!({"type": "string"})),
                "alias": described("alias", strings()),
                "tags": described("tags", strings()),
                "replaces": described("replaces", strings()),
                "allow": described("allow", json!({
                    "anyOf": [allow, {"type": "array", "items": allow}]
                })),
            },
            "required": ["text"],
            "additionalProperties": false,
        },
    ]})
}

fn sequences() -> Value {
    json!({
        "type": "object",
        "description": "The keys, then what they give",
        "propertyNames": {"minLength": 1, "pattern": r"^[^\u0000-\u001f\u007f]*$"},
        "additionalProperties": {"$ref": "#/definitions/rule"},
    })
}

/// The code of a finding.
pub(crate) fn code() -> Value {
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.id()).collect();
    json!({"enum": codes})
}

/// A keymap.
pub(crate) fn keymap() -> Value {
    let mut info = Map::new();
    for name in ["title", "description", "mnemonic", "source", "licence", "layout"] {
        let _ = info.insert(name.to_owned(), described(name, json!({"type": "string"})));
    }
    let _ = info.insert("default".to_owned(), described("default", json!({"type": "boolean"})));
    let info = json!({"type": "object", "properties": info, "additionalProperties": false});
    schema("composekey keymap", json!({"keymap": info, "sequences": sequences()}))
}

/// `config.toml`.
pub(crate) fn config() -> Value {
    let mut properties = Map::new();
    for &name in config::NAMES {
        let values = config::values(name).expect("every setting has values");
        let mut schema = match values {
            Values::Words(words) => json!({"enum": words}),
            Values::Milliseconds(range) => {
                json!({"type": "integer", "minimum": range.start(), "maximum": range.end()})
            }
            Values::List if name == "keymaps" => keymaps(),
            Values::List => strings(),
            Values::Text => json!({"type": "string"}),
        };
        schema["default"] = match name {
            "ignore" => json!(Settings::default().ignore),
            "keymaps" => json!(DEFAULT_KEYMAPS),
            _ => default(&told(name, false)[0]),
        };
        let _ = properties.insert(name.to_owned(), described(name, schema));
    }
    let _ = properties.insert("sequences".to_owned(), sequences());
    schema("composekey settings and sequences", Value::Object(properties))
}

/// A default as the document has it: `"shift"` or 300, in ticks.
fn default(cell: &str) -> Value {
    serde_json::from_str(cell.trim_matches('`')).expect("defaults are written as in TOML and JSON")
}

fn keymaps() -> Value {
    let mut names: Vec<&str> = DEFAULT_KEYMAPS.to_vec();
    names.extend(builtin::BUILTIN.iter().map(|keymap| keymap.name));
    let entry = json!({"anyOf": [
        {"enum": names},
        {"type": "string", "pattern": r"/|\.toml$", "description": "A keymap of your own"},
    ]});
    json!({"anyOf": [entry, {"type": "array", "items": entry}]})
}
