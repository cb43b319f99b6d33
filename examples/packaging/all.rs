//! Every file, by its path below `packaging/`.

use std::io;

use clap::CommandFactory;
use clap_complete::{Shell, generate};
use composekey::{
    cli::{Cli, complete},
    daemon,
};

use serde_json::Value;

use super::{man, output, schema};

/// The folders that are written as a whole.
pub(crate) const FOLDERS: &[&str] = &["completions", "man", "schema"];

/// Loaded by zsh at the first Tab, the file is the function that is called.
const CALL: &str = "
if [ \"$funcstack[1]\" = \"_composekey\" ]; then
    _clap_dynamic_completer_composekey \"$@\"
fi
";

/// Every file and its text.
pub(crate) fn files() -> io::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    let text = |bytes| String::from_utf8(bytes).map_err(io::Error::other);
    for (shell, kind, file, daemon) in [
        ("bash", Shell::Bash, "composekey.bash", "composekeyd.bash"),
        ("zsh", Shell::Zsh, "_composekey", "_composekeyd"),
        ("fish", Shell::Fish, "composekey.fish", "composekeyd.fish"),
    ] {
        // `composekey` answers itself, with what the user has; the daemon has nothing to tell.
        let mut asking = Vec::new();
        complete::script(shell, &mut asking)?;
        if kind == Shell::Zsh {
            asking.extend_from_slice(CALL.as_bytes());
        }
        let mut fixed = Vec::new();
        generate(kind, &mut daemon::command(), "composekeyd", &mut fixed);
        // zsh looks at the first line.
        files.push((format!("completions/{file}"), text(asking)?.trim_start().to_owned()));
        files.push((format!("completions/{daemon}"), text(fixed)?));
    }
    for (name, page) in man::pages(Cli::command(), daemon::command())? {
        files.push((format!("man/{name}"), page));
    }
    let schemas: [(&str, Value); 4] = [
        ("config", schema::config()),
        ("keymap", schema::keymap()),
        ("output", output::output()),
        ("sheet", output::sheet()),
    ];
    for (name, schema) in schemas {
        files.push((format!("schema/{name}.json"), format!("{schema:#}\n")));
    }
    Ok(files)
}
