//! [`rules`]: the rules in use, and the keys that type them.

use xkbcommon::xkb;

use super::{Desk, Stroke, key};

/// A rule that a keyboard can type.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) strokes: Vec<Stroke>,
    pub(crate) text: String,
    /// The keymap it is in.
    pub(crate) keymap: String,
    /// Longer rules start with this one.
    pub(crate) is_prefix: bool,
}

/// The rules in use.
#[derive(Debug)]
pub(crate) struct Rules {
    /// Those that the desk's keyboard can type.
    pub(crate) typeable: Vec<Rule>,
    /// The keymap and the keys of each other.
    pub(crate) others: Vec<(String, String)>,
}

struct Listed {
    keysyms: Vec<u32>,
    keys: String,
    text: String,
    keymap: String,
}

/// The rules in use, as the command line lists them.
pub(crate) fn rules(desk: &Desk) -> Rules {
    let output = desk.home.cli(&["list", "--json"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "`composekey list --json`: {errors}");
    let listed: Vec<Listed> =
        String::from_utf8(output.stdout).expect("JSON is UTF-8").lines().map(listed).collect();
    let mut sorted: Vec<&[u32]> = listed.iter().map(|rule| &rule.keysyms[..]).collect();
    sorted.sort_unstable();
    // What starts with a rule follows it in the order.
    let longer = |keysyms: &[u32]| {
        let next = sorted.partition_point(|other| *other <= keysyms);
        sorted.get(next).is_some_and(|other| other.starts_with(keysyms))
    };
    let layout = &desk.keyboard.layout;
    let stroke = |&keysym: &u32| layout.keysym(keysym).filter(|s| !is_editing(s.code)).cloned();
    let mut rules = Rules { typeable: Vec::new(), others: Vec::new() };
    for Listed { keysyms, keys, text, keymap } in &listed {
        match keysyms.iter().map(stroke).collect() {
            Some(strokes) => rules.typeable.push(Rule {
                strokes,
                text: text.clone(),
                keymap: keymap.clone(),
                is_prefix: longer(keysyms),
            }),
            None => rules.others.push((keymap.clone(), keys.clone())),
        }
    }
    rules
}

/// Keys that edit what is pending, or that are the trigger itself.
fn is_editing(code: u8) -> bool {
    [key::BACKSPACE, key::ESCAPE, key::CAPS].contains(&code)
}

fn listed(line: &str) -> Listed {
    let rule: serde_json::Value = serde_json::from_str(line).expect("one JSON object a line");
    let keysyms = rule["keysyms"].as_array().expect("`keysyms` is a list").iter().map(|name| {
        let name = name.as_str().expect("a keysym's name");
        xkb::keysym_from_name(name, xkb::KEYSYM_NO_FLAGS).raw()
    });
    let string = |field: &str| rule[field].as_str().expect("a string").to_owned();
    Listed {
        keysyms: keysyms.collect(),
        keys: string("keys"),
        text: string("text"),
        keymap: string("keymap"),
    }
}
