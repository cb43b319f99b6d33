//! The JSON Schemas of what `--json` prints. Each kind of line is a definition; a test says which command prints which, and
//! holds its answers against them.

use serde_json::{Value, json};

use super::schema::code;

/// A line that `--json` prints, whatever the command.
pub(crate) fn output() -> Value {
    let mut definitions = json!({
        "rule": rule(),
        "finding": finding(),
        "toolkit": toolkit(),
        "story": story(),
        "daemon": daemon(),
        "program": program(),
        "key": key(),
        "answer": answer(),
        "plain": object(
            json!({"text": text(), "typed": {"enum": ["here"]}, "presses": list(text())}),
            &[],
        ),
        "suggestion": object(
            json!({"keys": text(), "presses": list(text()), "text": text(), "why": text()}),
            &[],
        ),
        "choice": choice(),
    });
    for more in [figures(), control(), option()] {
        definitions.as_object_mut().expect("an object").extend(more);
    }
    let kinds = definitions.as_object().expect("an object").keys();
    let kinds: Vec<Value> = kinds.map(|k| json!({"$ref": format!("#/definitions/{k}")})).collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "a line that composekey prints with --json",
        "anyOf": kinds,
        "definitions": definitions,
    })
}

fn text() -> Value {
    json!({"type": "string"})
}

fn text_or_null() -> Value {
    json!({"type": ["string", "null"]})
}

fn truth() -> Value {
    json!({"type": "boolean"})
}

/// A count.
fn count() -> Value {
    json!({"type": "integer", "minimum": 0})
}

/// A line or a column, counted from 1.
fn ordinal() -> Value {
    json!({"type": "integer", "minimum": 1})
}

fn list(items: Value) -> Value {
    json!({"type": "array", "items": items})
}

/// An object with these properties and no others, all of them there but the optional ones.
fn object(properties: Value, optional: &[&str]) -> Value {
    let names = properties.as_object().expect("an object").keys();
    let required: Vec<&String> = names.filter(|name| !optional.contains(&name.as_str())).collect();
    json!({
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": false,
    })
}

/// Properties with the file and the line where something is written.
fn placed(mut properties: Value) -> Value {
    properties["file"] = text();
    properties["line"] = ordinal();
    properties
}

/// A rule of `list`, `test`, `generate`, `import`, `add` and `remove`.
fn rule() -> Value {
    let replaces = placed(json!({"text": text(), "keymap": text()}));
    let properties = json!({
        "keys": text(),
        "keysyms": list(text()),
        "text": text(),
        "keymap": text(),
        "name": text(),
        "alias": list(text()),
        "tags": list(text()),
        "replaces": object(replaces, &[]),
        "match": {"enum": ["exact", "longer", "near"]},
        "compose": text(),
        "done": {"enum": ["added", "replaced", "there", "deleted", "listed", "shown"]},
        "now": text_or_null(),
    });
    let optional = ["name", "alias", "tags", "replaces", "match", "compose", "done", "now"];
    object(placed(properties), &optional)
}

/// A finding.
fn finding() -> Value {
    let label = placed(json!({"column": ordinal(), "text": text()}));
    let toolkit = json!({"toolkit": text(), "verdict": text(), "reason": text()});
    let properties = json!({
        "code": code(),
        "severity": severity(),
        "message": text(),
        "column": ordinal(),
        "help": text_or_null(),
        "labels": list(object(label, &[])),
        "notes": list(text()),
        "toolkits": list(object(toolkit, &[])),
    });
    object(placed(properties), &["file", "line", "column", "help", "notes", "toolkits"])
}

fn severity() -> Value {
    json!({"enum": ["note", "warning", "error"]})
}

/// How a toolkit fares with a Compose file: `check FILE`.
fn toolkit() -> Value {
    let properties = json!({
        "toolkit": text(),
        "measured": truth(),
        "table": {"enum": ["whole", "part", "none"]},
        "reason": text(),
        "kept": count(),
        "altered": count(),
        "dropped": count(),
        "hidden": count(),
        "system": {"enum": ["replaced", "included", "added"]},
    });
    object(properties, &["reason"])
}

/// What a code means: `explain CODE`.
fn story() -> Value {
    let properties = json!({
        "code": code(),
        "severity": severity(),
        "title": text(),
        "text": text(),
        "examples": list(text()),
        "fix": text(),
    });
    object(properties, &[])
}

/// What composekeyd makes of keys: `explain KEYS`.
fn daemon() -> Value {
    let rule = placed(json!({"keys": text(), "text": text(), "keymap": text()}));
    let rules = list(object(rule, &[]));
    let properties = json!({
        "program": {"const": "composekeyd"},
        "keys": text(),
        "text": text_or_null(),
        "keymap": text(),
        "hides": rules,
        "longer": rules,
        "shorter": rules,
    });
    object(placed(properties), &["keymap", "file", "line"])
}

/// What another program makes of them.
fn program() -> Value {
    let name = json!({"type": "string", "not": {"const": "composekeyd"}});
    let properties =
        json!({"program": name, "keys": text(), "text": text_or_null(), "why": text()});
    object(placed(properties), &["why", "file", "line"])
}

/// What became of a key: `test --as`.
fn key() -> Value {
    let properties = json!({
        "key": text(),
        "result": {"enum": ["pending", "ignored", "aborted", "composed"]},
        "text": text(),
        "keysym": text(),
        "then": text(),
    });
    object(properties, &["text", "keysym", "then"])
}

/// An answer of `find`, or a piece of a text in `how` that takes a sequence.
fn answer() -> Value {
    let sequence = placed(json!({
        "keys": text(),
        "keysyms": list(text()),
        "presses": list(text()),
        "missing": list(text()),
        "keymap": text(),
        "in_use": truth(),
    }));
    let fits = ["text", "code", "keys", "name", "mnemonic", "words", "starts", "part", "slip"];
    let properties = json!({
        "text": text(),
        "code_points": list(json!({"type": "string", "pattern": "^U\\+[0-9A-F]{4,6}$"})),
        "name": text(),
        "also": list(text()),
        "fit": {"enum": fits},
        "typed": {"enum": ["here", "not_here", "unused", "code_point"]},
        "layout": text(),
        "press": text(),
        "sequences": list(object(sequence, &[])),
    });
    object(properties, &["name", "press"])
}

/// A character of `pick --lines`.
fn choice() -> Value {
    let properties = json!({
        "text": text(),
        "name": text(),
        "sequences": list(text()),
        "words": list(text()),
        "keymap": text(),
    });
    object(properties, &[])
}

type Definitions = serde_json::Map<String, Value>;

fn definitions<const N: usize>(all: [(&str, Value); N]) -> Definitions {
    all.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

/// `list --stats`.
fn figures() -> Definitions {
    let figures = object(json!({"sequences": count(), "texts": count()}), &[]);
    let keymap = json!({
        "keymap": text(),
        "title": text(),
        "in_use": truth(),
        "sequences": count(),
        "texts": count(),
    });
    definitions([
        ("keymap", object(keymap, &["title"])),
        ("sums", object(json!({"in_use": figures, "all": figures}), &[])),
    ])
}

/// What a daemon answers, and that there is none.
fn control() -> Definitions {
    let keyboard = object(json!({"name": text(), "grabbed": truth()}), &[]);
    let untyped = object(json!({"count": count(), "why": text()}), &[]);
    let status = json!({
        "reply": {"const": "status"},
        "version": text(),
        "pid": ordinal(),
        "display": text(),
        "input": {"enum": ["x11", "evdev"]},
        "why": text(),
        "output": text(),
        "trigger": text(),
        "keyboards": list(keyboard),
        "sequences": count(),
        "paused": truth(),
        "ignoring": text_or_null(),
        "caps_lock": truth(),
        "config": text(),
        "kept": truth(),
        "untyped": {"anyOf": [untyped, {"type": "null"}]},
        "notes": list(text()),
    });
    let reloaded = json!({
        "reply": {"const": "reloaded"},
        "sequences": count(),
        "kept": truth(),
        "report": text(),
    });
    definitions([
        ("status", object(status, &[])),
        ("reloaded", object(reloaded, &[])),
        ("done", object(json!({"reply": {"const": "done"}}), &[])),
        ("refused", object(json!({"reply": {"const": "refused"}, "reason": text()}), &[])),
        ("error", object(json!({"error": text()}), &[])),
    ])
}

/// `xkb`.
fn option() -> Definitions {
    let common = json!({
        "option": text(),
        "desktop": {"enum": ["gnome", "kde", "sway", "hyprland", "niri", "other"]},
        "on": {"type": ["boolean", "null"]},
    });
    let with = |more: Value| {
        let mut properties = common.clone();
        for (name, schema) in more.as_object().expect("an object") {
            properties[name] = schema.clone();
        }
        object(properties, &[])
    };
    let files = |mut more: Value| {
        more["folder"] = text();
        more["characters"] = count();
        more["reach_x11"] = count();
        more["left_out"] = text();
        with(more)
    };
    definitions([
        ("xkb_install", files(json!({"changed": truth()}))),
        ("xkb_status", files(json!({"installed": truth(), "up_to_date": truth()}))),
        ("xkb_remove", with(json!({"files": list(text())}))),
    ])
}

/// What `cheatsheet --format json` prints.
pub(crate) fn sheet() -> Value {
    let some = |items: Value| json!({"type": "array", "items": items, "minItems": 1});
    let cap = json!({"sign": text(), "press": text(), "missing": truth()});
    let way = json!({"keys": text(), "caps": some(object(cap, &["press", "missing"]))});
    let entry = json!({
        "text": text(),
        "name": text(),
        "alias": some(text()),
        "tags": some(text()),
        "ways": some(object(way, &[])),
    });
    let group = json!({
        "keymap": text(),
        "title": text(),
        "mnemonic": text(),
        "entries": some(object(entry, &["name", "alias", "tags"])),
    });
    let groups = some(object(group, &["mnemonic"]));
    let sheet = json!({"layout": text(), "trigger": text(), "groups": groups});
    let mut schema = object(sheet, &[]);
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!("a cheat sheet, as composekey prints it with --json");
    schema
}
