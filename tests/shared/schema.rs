//! Values held against the schemas in `packaging/schema`, by Python's `jsonschema`.

use std::{
    collections::BTreeMap,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

/// Says what definitions of a schema, or (without a name) the schema itself, have against each of several values, one a line.
const VALIDATE: &str = "
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft7Validator.check_schema(schema)
def part(kind):
    return {'$ref': '#/definitions/' + kind, 'definitions': schema['definitions']} if kind else schema
for line in sys.stdin:
    kinds, value = json.loads(line)
    found = {kind: jsonschema.Draft7Validator(part(kind)).iter_errors(value) for kind in kinds}
    print(json.dumps({kind: [error.message[:300] for error in errors] for kind, errors in found.items()}))
";

/// What kinds of a schema have against a value: the definition, or nothing for the schema as a whole, and the complaints.
pub(crate) type Judged = BTreeMap<String, Vec<String>>;

/// What a schema has against each of these values: beside each stand the kinds that it may be of.
pub(crate) fn judge(schema: &str, values: &[(&[&str], Value)]) -> Vec<Judged> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/schema");
    let mut python = Command::new("/usr/bin/python3")
        .args(["-c", VALIDATE])
        .arg(folder.join(format!("{schema}.json")))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3, which `make deps` installs");
    let lines: String =
        values.iter().map(|line| serde_json::json!(line).to_string() + "\n").collect();
    let mut stdin = python.stdin.take().expect("piped");
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = python.wait_with_output().expect("our child");
    let _ = writer.join();
    assert!(output.status.success(), "python3-jsonschema (`make deps`)");
    let text = String::from_utf8(output.stdout).expect("JSON is UTF-8");
    let judged: Vec<_> =
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(judged.len(), values.len());
    judged
}
