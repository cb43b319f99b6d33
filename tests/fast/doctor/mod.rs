//! `composekey doctor`, on machines that are written down: `machine.rs` has the notation.

mod findings;
mod machine;
mod whole;

use std::sync::OnceLock;

use composekey::{
    diagnostic::{Code, Part},
    doctor::{Facts, Finding},
};

pub(crate) use machine::Machine;

/// The codes of the doctor, each with what is found on the machine of its example in
/// `docs/diagnostics.md`.
fn examples() -> &'static [(Code, Facts, Vec<Finding>)] {
    static EXAMPLES: OnceLock<Vec<(Code, Facts, Vec<Finding>)>> = OnceLock::new();
    EXAMPLES.get_or_init(|| {
        let document = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/diagnostics.md");
        let document = std::fs::read_to_string(document).unwrap();
        let is_ours = |code: &&Code| ("E0200".."E0290").contains(&code.id());
        let example = |code: &Code| {
            let section = document.split(&format!("\n### {} ", code.id())).nth(1).unwrap();
            let base = section.split("\n```machine").nth(1).unwrap().lines().next().unwrap().trim();
            let text = code.story().unwrap().parts.into_iter().find_map(|part| match part {
                Part::Example(text) => Some(text),
                _ => None,
            });
            let machine = Machine::named(if base.is_empty() { "x11" } else { base });
            let (facts, findings) = machine.with(text.unwrap()).examine();
            (*code, facts, findings)
        };
        Code::ALL.iter().filter(is_ours).map(example).collect()
    })
}
