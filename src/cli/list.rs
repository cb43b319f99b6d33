//! `composekey list`: every sequence, keymap by keymap.

use std::io;

use super::{
    Exit, Terminal,
    args::List,
    load,
    show::{Rows, json, json_line, paint},
    stats,
};
use crate::{
    config::{Keymap, Loaded, Paths},
    diagnostic::closest,
};

pub(super) fn run(args: &List, paths: &Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let names: Vec<&str> = args.keymaps.iter().chain(&args.named).map(String::as_str).collect();
    // A keymap that is asked for by name is shown, in use or not.
    let all = args.all || args.stats || !names.is_empty();
    let loaded = load(paths, all, terminal)?;
    for name in &names {
        if !look_up(name, &loaded, terminal)? {
            return Ok(Exit::Failed);
        }
    }
    let wanted = |name: &str| names.is_empty() || names.contains(&name);
    if args.stats {
        return stats::write(&loaded, &wanted, args.json, terminal);
    }
    let indices: Vec<usize> =
        (0..loaded.rules.len()).filter(|&i| wanted(&loaded.rules[i].keymap)).collect();
    if args.json {
        for &i in &indices {
            json_line(&json(&loaded, i), terminal.out)?;
        }
    } else {
        let groups = indices.chunk_by(|&a, &b| loaded.rules[a].keymap == loaded.rules[b].keymap);
        for (i, group) in groups.enumerate() {
            if i > 0 {
                writeln!(terminal.out)?;
            }
            write_group(&loaded, group, terminal)?;
        }
    }
    Ok(if indices.is_empty() { Exit::Findings } else { Exit::Fine })
}

fn find<'l>(name: &str, loaded: &'l Loaded) -> Option<&'l Keymap> {
    loaded.keymaps.iter().find(|keymap| *keymap.name == *name)
}

/// Whether there is a keymap of this name; says so when not, or when it is not in use.
fn look_up(name: &str, loaded: &Loaded, terminal: &mut Terminal<'_>) -> io::Result<bool> {
    match find(name, loaded) {
        Some(keymap) if !keymap.in_use => {
            writeln!(terminal.err, "`{name}` is not in use: add it to `keymaps` in config.toml\n")?
        }
        None if name != "config" => {
            let names = loaded.keymaps.iter().map(|keymap| &*keymap.name);
            let hint = match closest(name, names) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "`composekey list --stats` names them all".to_owned(),
            };
            writeln!(terminal.err, "error: there is no keymap `{name}`; {hint}")?;
            return Ok(false);
        }
        _ => {}
    }
    Ok(true)
}

/// The rules of one keymap below its title and its mnemonic.
fn write_group(loaded: &Loaded, group: &[usize], terminal: &mut Terminal<'_>) -> io::Result<()> {
    let rules = group.iter().map(|&i| &loaded.rules[i]);
    let name = &loaded.rules[group[0]].keymap;
    let info = find(name, loaded).map(|keymap| &keymap.info);
    let title = info.and_then(|info| info.title.as_deref());
    let title = title.map_or(String::new(), |title| format!(": {title}"));
    let name = paint(terminal.out_style, "1;4", name);
    writeln!(terminal.out, "{name}{title} ({})", group.len())?;
    if let Some(mnemonic) = info.and_then(|info| info.mnemonic.as_deref()) {
        writeln!(terminal.out, "{}", paint(terminal.out_style, "2", mnemonic))?;
    }
    let rows = Rows::new(rules.clone(), terminal);
    for rule in rules {
        rows.write(rule, false, terminal.out)?;
    }
    Ok(())
}
