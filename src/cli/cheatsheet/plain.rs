//! A sheet as text: in columns, in Markdown, as JSON.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::sheet::{Entry, Group, Sheet, Way};
use crate::{
    cli::show::{paint, shortened, visible},
    diagnostic::Style,
};

/// As wide as a page of text where no terminal tells.
const WIDTH: usize = 80;

/// The narrowest column.
const COLUMN: usize = 38;

/// The most columns: more are hard to find something in.
const COLUMNS: usize = 4;

/// The widest keys and texts that others are aligned to.
const ALIGNED: usize = 12;

/// For a terminal.
pub(super) fn columns(sheet: &Sheet, width: Option<usize>, style: Style) -> String {
    let width = width.unwrap_or(WIDTH);
    let columns = (width / COLUMN).clamp(1, COLUMNS);
    let column = (width - 2 * (columns - 1)) / columns;
    let mut text = String::new();
    for group in &sheet.groups {
        let _ = writeln!(text, "{}", paint(style, "1;4", &group.title));
        if let Some(mnemonic) = &group.mnemonic {
            let _ = writeln!(text, "{}", paint(style, "2", mnemonic));
        }
        let cells = cells(group, column, style);
        let height = cells.len().div_ceil(columns);
        for row in 0..height {
            let mut line = String::new();
            for (i, (cell, used)) in cells.iter().skip(row).step_by(height).enumerate() {
                line.push_str(if i > 0 { "  " } else { "" });
                line.push_str(cell);
                line.extend(std::iter::repeat_n(' ', column.saturating_sub(*used)));
            }
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text.push('\n');
    }
    let _ = writeln!(
        text,
        "{}",
        paint(
            style,
            "2",
            &format!("hold {}; keys as on the layout {}", sheet.trigger, sheet.layout)
        )
    );
    text
}

/// Each entry of a group in `width` columns, and how many it takes.
fn cells(group: &Group, width: usize, style: Style) -> Vec<(String, usize)> {
    let keys = |entry: &Entry| spelled(entry).join(" ");
    let widest = |of: &dyn Fn(&Entry) -> usize| {
        group.entries.iter().map(of).filter(|&width| width <= ALIGNED).max().unwrap_or(0)
    };
    let keys_width = widest(&|entry| keys(entry).width());
    let text_width = widest(&|entry| visible(&entry.text).width());
    let cell = |entry: &Entry| {
        let keys = shortened(&keys(entry), width / 2);
        let mut used = keys.width().max(keys_width) + 2;
        let gap = " ".repeat(keys_width.saturating_sub(keys.width()) + 2);
        let text = shortened(&visible(&entry.text), width - used);
        let mut cell = format!("{}{gap}{}", paint(style, "1", &keys), paint(style, "1;32", &text));
        used += text.width();
        let gap = text_width.saturating_sub(text.width()) + 2;
        let name = entry.name.as_deref().unwrap_or_default().to_lowercase();
        let room = width.saturating_sub(used + gap);
        if room >= 8 && !name.is_empty() {
            let name = shortened(&name, room);
            let _ = write!(cell, "{:gap$}{}", "", paint(style, "2", &name));
            used += gap + name.width();
        }
        (cell, used)
    };
    group.entries.iter().map(cell).collect()
}

/// The keys of each way, blanks by name.
fn spelled(entry: &Entry) -> Vec<String> {
    entry.ways.iter().map(|way| way.keys.replace(' ', "<space>")).collect()
}

/// Tables in Markdown.
pub(super) fn markdown(sheet: &Sheet) -> String {
    let mut text = "<!-- Written by composekey: `composekey cheatsheet --format md` -->\n\n\
                    # Compose sequences\n"
        .to_owned();
    for group in &sheet.groups {
        let _ = write!(text, "\n## {}\n\n", inert(&group.title));
        if let Some(mnemonic) = &group.mnemonic {
            let _ = write!(text, "{}\n\n", inert(mnemonic));
        }
        text.push_str("| Keys | Text | Name |\n|---|---|---|\n");
        for entry in &group.entries {
            let keys: Vec<String> = spelled(entry).iter().map(|keys| code(keys)).collect();
            let name = entry.name.as_deref().unwrap_or_default().to_lowercase();
            let (shown, name) = (inert(&visible(&entry.text)), inert(&name));
            let _ = writeln!(text, "| {} | {shown} | {name} |", keys.join(" "));
        }
    }
    let (trigger, layout) = (&sheet.trigger, &sheet.layout);
    let missing = |way: &&Way| way.caps.iter().any(|cap| cap.missing);
    let ways = sheet.groups.iter().flat_map(|group| &group.entries).flat_map(|e| &e.ways);
    let _ = write!(text, "\nHold {trigger}, type the keys, let go.\n");
    let missing: Vec<String> = ways.filter(missing).map(|way| code(&way.keys)).collect();
    if !missing.is_empty() {
        let _ = write!(text, "\nThe layout {layout} has not all keys of {}.\n", missing.join(" "));
    }
    text
}

/// Code in a cell; a backtick in it needs more of them around.
fn code(keys: &str) -> String {
    let keys = keys.replace('|', "\\|");
    if keys.contains('`') { format!("`` {keys} ``") } else { format!("`{keys}`") }
}

/// Text that Markdown takes for nothing else.
fn inert(text: &str) -> String {
    let mut inert = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '&') {
            inert.push('\\');
        }
        inert.push(c);
    }
    inert
}

/// One JSON object.
pub(super) fn json(sheet: &Sheet) -> String {
    let json = serde_json::to_string(sheet).expect("strings and lists are always JSON");
    json + "\n"
}
