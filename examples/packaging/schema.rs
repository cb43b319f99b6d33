//! The JSON Schemas of keymaps and of `config.toml`, for editors (taplo, Even Better TOML), and of
//! what `--json` prints about sequences and findings.
//!
//! What a setting can be comes from the program, what it means and its default from its document.

use composekey::{
    config::{self, DEFAULT_KEYMAPS, Settings, Values},
    diagnostic::Code,
    map::{MAX_TEXT, builtin},
};
use serde_json::{Map, Value, json};

const FORMAT: &str = include_str!("../../docs/map-format.md");

/// The schemas, by name.
pub(crate) fn all() -> Vec<(&'static str, String)> {
    let pretty = |schema: Value| format!("{schema:#}\n");
    vec![
        ("config", pretty(config())),
        ("keymap", pretty(keymap())),
        ("output", pretty(output())),
        ("sheet", pretty(sheet())),
    ]
}

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
fn code() -> Value {
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.id()).collect();
    json!({"enum": codes})
}

/// A keymap.
fn keymap() -> Value {
    let mut info = Map::new();
    for name in ["title", "description", "mnemonic", "source", "licence", "layout"] {
        let _ = info.insert(name.to_owned(), described(name, json!({"type": "string"})));
    }
    let _ = info.insert("default".to_owned(), described("default", json!({"type": "boolean"})));
    let info = json!({"type": "object", "properties": info, "additionalProperties": false});
    schema("composekey keymap", json!({"keymap": info, "sequences": sequences()}))
}

/// `config.toml`.
fn config() -> Value {
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

/// A line that `--json` prints: a rule, or a finding.
fn output() -> Value {
    let string = || json!({"type": "string"});
    let list = || json!({"type": "array", "items": {"type": "string"}});
    let number = || json!({"type": "integer", "minimum": 1});
    let place = |more: Value| {
        let mut properties = json!({"file": string(), "line": number()});
        for (name, schema) in more.as_object().into_iter().flatten() {
            properties[name] = schema.clone();
        }
        properties
    };
    let object = |properties: Value, required: &[&str]| {
        json!({
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        })
    };
    let rule = place(json!({
        "keys": string(),
        "keysyms": list(),
        "text": string(),
        "keymap": string(),
        "name": string(),
        "alias": list(),
        "tags": list(),
        "replaces": object(
            place(json!({"text": string(), "keymap": string()})),
            &["text", "keymap", "file", "line"],
        ),
        "match": {"enum": ["exact", "longer", "near"]},
        "compose": string(),
        "done": {"enum": ["added", "replaced", "there", "deleted", "listed", "shown"]},
        "now": {"type": ["string", "null"]},
    }));
    let label = place(json!({"column": number(), "text": string()}));
    let finding = place(json!({
        "code": code(),
        "severity": {"enum": ["note", "warning", "error"]},
        "message": string(),
        "column": number(),
        "help": {"type": ["string", "null"]},
        "labels": {"type": "array", "items": object(label, &["file", "line", "column", "text"])},
        "notes": list(),
        "toolkits": {"type": "array", "items": object(
            json!({"toolkit": string(), "verdict": string(), "reason": string()}),
            &["toolkit", "verdict", "reason"],
        )},
    }));
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "a rule or a finding, as composekey prints it with --json",
        "anyOf": [{"$ref": "#/definitions/rule"}, {"$ref": "#/definitions/finding"}],
        "definitions": {
            "rule": object(rule, &["keys", "keysyms", "text", "keymap", "file", "line"]),
            "finding": object(finding, &["code", "severity", "message", "labels"]),
        },
    })
}

/// What `cheatsheet --format json` prints.
fn sheet() -> Value {
    let string = || json!({"type": "string"});
    let list = |items: Value| json!({"type": "array", "items": items, "minItems": 1});
    let object = |properties: Value, required: &[&str]| {
        json!({
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        })
    };
    let missing = json!({"type": "boolean"});
    let cap = object(json!({"sign": string(), "press": string(), "missing": missing}), &["sign"]);
    let way = object(json!({"keys": string(), "caps": list(cap)}), &["keys", "caps"]);
    let entry = json!({
        "text": string(),
        "name": string(),
        "alias": list(string()),
        "tags": list(string()),
        "ways": list(way),
    });
    let group = json!({
        "keymap": string(),
        "title": string(),
        "mnemonic": string(),
        "entries": list(object(entry, &["text", "ways"])),
    });
    let group = object(group, &["keymap", "title", "entries"]);
    let sheet = json!({"layout": string(), "trigger": string(), "groups": list(group)});
    let mut schema = object(sheet, &["layout", "trigger", "groups"]);
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!("a cheat sheet, as composekey prints it with --json");
    schema
}
