//! The pages about all keymaps: [`page`] has every sequence, [`sources`] where they come from.

use std::fmt::Write as _;

use composekey::{
    map::{self, Map, builtin},
    sequence::{Output, Sequence},
    source::Sources,
};

const WRITTEN: &str =
    "<!-- Written by `cargo run --example packs` from keymaps/*.toml; a test compares. -->";

/// Every built-in keymap as it is read.
fn maps() -> Vec<(builtin::Builtin, Map)> {
    let read = |keymap: &builtin::Builtin| {
        let mut sources = Sources::default();
        let id = sources.add(keymap.file, keymap.text);
        (*keymap, map::load(id, &keymap.name.into(), &sources).0)
    };
    builtin::BUILTIN.iter().map(read).collect()
}

/// `docs/keymaps.md`.
pub(crate) fn page() -> String {
    let maps = maps();
    let count = |on: bool| -> usize {
        maps.iter().filter(|(k, _)| k.default || !on).map(|(_, map)| map.rules.len()).sum()
    };
    let mut page = format!(
        "{WRITTEN}\n\n# The keymaps\n\n{} keymaps are part of the program, with {} sequences; {} of these are on by default.\n\
         `composekey list --keymap NAME` shows one of them in the terminal, and `composekey find` searches them all.\n\
         [map-format.md](map-format.md) says how to switch keymaps on and off, [keymaps/README.md](../keymaps/README.md)\n\
         where they come from.\n\n| Keymap | On | Sequences | How to remember them |\n|---|---|---|---|\n",
        maps.len(),
        count(false),
        count(true),
    );
    for (keymap, map) in &maps {
        let on = if keymap.default { "yes" } else { "" };
        let mnemonic = cell(map.info.mnemonic.as_deref().unwrap_or_default());
        let (name, rules) = (keymap.name, map.rules.len());
        let _ = writeln!(page, "| [{name}](#{name}) | {on} | {rules} | {mnemonic} |");
    }
    for (keymap, map) in &maps {
        section(keymap.name, map, &mut page);
    }
    page
}

fn section(name: &str, map: &Map, page: &mut String) {
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let _ = write!(
        page,
        "\n## {name}\n\n{}: {}.\nMnemonic: {}.\n\n| Keys | Text | Name |\n|---|---|---|\n",
        text(&map.info.title),
        lower(&text(&map.info.description)),
        text(&map.info.mnemonic),
    );
    // Sequences of one text that stand together are one row.
    for group in map.rules.chunk_by(|a, b| a.output.text == b.output.text) {
        let keys: Vec<String> = group.iter().map(|rule| code(&rule.sequence)).collect();
        let output = &group[0].output;
        let text = cell(&shown(&output.text));
        let _ = writeln!(page, "| {} | {text} | {} |", keys.join(" "), cell(&called(output)));
    }
}

/// `keymaps/README.md`.
pub(crate) fn sources() -> String {
    let mut page = format!(
        "{WRITTEN}\n\n# Where the keymaps come from\n\n\
         The keymaps are under the licence of the project ([MIT](../LICENSE)). That some keys give a character is a fact;\n\
         the choice of facts below was made for this project, by hand or by the program in `examples/packs`, and no\n\
         collection was copied. The licence in the table is that of the source which is named.\n\n\
         The sequences of libX11 are from its Compose file for en_US.UTF-8, which is under the MIT licence of X.Org:\n\
         copyright its authors, see `COPYING` in libX11. The Unicode data are used through the crates\n\
         `unicode-normalization` and `unicode_names2` (Unicode-3.0 for the data).\n\n\
         | Keymap | Source | Licence |\n|---|---|---|\n"
    );
    for (keymap, map) in maps() {
        let text = |field: Option<String>| cell(&field.unwrap_or_default());
        let (source, licence) = (text(map.info.source), text(map.info.licence));
        let _ = writeln!(page, "| [{0}]({0}.toml) | {source} | {licence} |", keymap.name);
    }
    page
}

/// The keys as code, readable in a table.
fn code(sequence: &Sequence) -> String {
    let keys = cell(&sequence.to_string().replace(' ', "<space>"));
    // Code with a backtick in it needs more of them around.
    if keys.contains('`') { format!("`` {keys} ``") } else { format!("`{keys}`") }
}

/// A text that a cell of a table can have.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// The text; marks stand on a circle, what has no shape is told by its number.
fn shown(text: &str) -> String {
    match text.chars().next() {
        Some(c) if text.chars().nth(1).is_none() && is_mark(c) => format!("\u{25cc}{c}"),
        Some(c) if c.is_whitespace() || is_format(c) => format!("U+{:04X}", u32::from(c)),
        _ => text.to_owned(),
    }
}

fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

fn is_format(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}')
}

fn called(output: &Output) -> String {
    let mut chars = output.text.chars();
    let unicode = |c| unicode_names2::name(c).map(|name| name.to_string().to_lowercase());
    let one = chars.next().filter(|_| chars.all(|c| c == '\u{fe0f}'));
    output.about.name.clone().or_else(|| one.and_then(unicode)).unwrap_or_default()
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(char::to_lowercase).into_iter().flatten();
    first.chain(chars).collect()
}
