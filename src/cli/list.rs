//! `composekey list`: every sequence, keymap by keymap.

use std::io;

use super::{
    Exit, Terminal,
    args::List,
    load,
    show::{Rows, json, json_line, paint},
};
use crate::{config::Paths, diagnostic::closest};

pub(super) fn run(args: &List, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let loaded = load(paths, args.all, terminal)?;
    let known = |name: &str| loaded.keymaps.iter().any(|keymap| *keymap.name == *name);
    for name in &args.keymaps {
        if !known(name) && name != "config" {
            let names = loaded.keymaps.iter().map(|keymap| &*keymap.name);
            let hint = match closest(name, names) {
                Some(meant) => format!("; did you mean `{meant}`?"),
                None if args.all => String::new(),
                None => "; `--all` lists those that are not in use too".to_owned(),
            };
            writeln!(terminal.err, "error: no keymap `{name}` is in use{hint}")?;
            return Ok(Exit::Failed);
        }
    }
    let wanted =
        |name: &str| args.keymaps.is_empty() || args.keymaps.iter().any(|keymap| keymap == name);
    let indices: Vec<usize> =
        (0..loaded.rules.len()).filter(|&i| wanted(&loaded.rules[i].keymap)).collect();
    if args.json {
        for &i in &indices {
            json_line(&json(&loaded, i), terminal.out)?;
        }
    } else {
        let groups = indices.chunk_by(|&a, &b| loaded.rules[a].keymap == loaded.rules[b].keymap);
        for (i, group) in groups.enumerate() {
            let rules = group.iter().map(|&i| &loaded.rules[i]);
            let name = &loaded.rules[group[0]].keymap;
            let keymap = loaded.keymaps.iter().find(|keymap| keymap.name == *name);
            let title = keymap.and_then(|keymap| keymap.info.title.as_deref());
            let title = title.map_or(String::new(), |title| format!(": {title}"));
            let blank = if i == 0 { "" } else { "\n" };
            let name = paint(terminal.out_style, "1;4", name);
            writeln!(terminal.out, "{blank}{name}{title} ({})", group.len())?;
            let rows = Rows::new(rules.clone(), terminal);
            for rule in rules {
                rows.write(rule, false, terminal.out)?;
            }
        }
    }
    Ok(if indices.is_empty() { Exit::Findings } else { Exit::Fine })
}
