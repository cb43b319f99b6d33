//! How each toolkit fares with a Compose file, as a table.

use std::io;

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::{
    cli::{
        Terminal,
        show::{json_line, paint},
    },
    diagnostic::Style,
    xcompose::{
        profile::{Evidence, Outcome, Profile, SystemTable},
        report::{Counts, Row},
    },
};

const HEADS: [&str; 4] = ["kept", "altered", "left out", "hidden"];

/// Behind the name of a toolkit that was read and not run.
const READ: &str = "*";

/// Writes the table.
pub(super) fn write(rows: &[Row], terminal: &mut Terminal<'_>) -> io::Result<()> {
    let style = terminal.out_style;
    let names: Vec<String> = rows.iter().map(name).collect();
    let width = names.iter().map(|name| name.width()).max().unwrap_or(0).max("toolkit".len());
    let heads: String = HEADS.iter().map(|head| format!("  {head}")).collect();
    let heads = format!("{:width$}{heads}  system's table", "toolkit");
    writeln!(terminal.out, "{}", paint(style, "1", &heads))?;
    for (row, name) in rows.iter().zip(&names) {
        writeln!(terminal.out, "{name:width$}{}", cells(row, style))?;
    }
    if rows.iter().any(|row| row.profiles.iter().any(|profile| !is_measured(*profile))) {
        let note = format!("{READ} read, not run: what its source says");
        writeln!(terminal.out, "{}", paint(style, "2", &note))?;
    }
    Ok(())
}

fn is_measured(profile: Profile) -> bool {
    profile.evidence() == Evidence::Measured
}

/// The toolkits of a row.
fn name(row: &Row) -> String {
    let name =
        |&profile: &Profile| format!("{profile}{}", if is_measured(profile) { "" } else { READ });
    row.profiles.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn cells(row: &Row, style: Style) -> String {
    // Why, a finding says.
    if row.file.outcome == Outcome::KillsTable {
        return format!("  {}", paint(style, "1;31", "no table at all"));
    }
    let Counts { kept, altered, dropped, hidden } = row.counts;
    let numbers = [(kept, "1"), (altered, "1;35"), (dropped, "1;31"), (hidden, "1;35")];
    let mut cells = String::new();
    for ((number, colour), head) in numbers.into_iter().zip(HEADS) {
        let (text, colour) = match number {
            0 => ("-".to_owned(), "2"),
            number => (number.to_string(), colour),
        };
        let padding = " ".repeat(2 + head.len().saturating_sub(text.len()));
        cells.push_str(&padding);
        cells.push_str(&paint(style, colour, &text));
    }
    cells.push_str("  ");
    cells.push_str(system(row.file.system));
    if row.file.outcome == Outcome::KillsRest {
        cells.push_str("; not read to its end");
    }
    cells
}

fn system(table: SystemTable) -> &'static str {
    match table {
        SystemTable::Replaced => "replaced",
        SystemTable::Included => "included",
        SystemTable::Added => "there as well",
    }
}

#[derive(Serialize)]
struct JsonRow<'a> {
    toolkit: String,
    measured: bool,
    table: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    kept: usize,
    altered: usize,
    dropped: usize,
    hidden: usize,
    system: &'a str,
}

/// Writes one object a toolkit.
pub(super) fn write_json(rows: &[Row], terminal: &mut Terminal<'_>) -> io::Result<()> {
    for row in rows {
        for profile in &row.profiles {
            let Counts { kept, altered, dropped, hidden } = row.counts;
            let line = JsonRow {
                toolkit: profile.to_string(),
                measured: is_measured(*profile),
                table: match row.file.outcome {
                    Outcome::Kept => "whole",
                    Outcome::KillsRest => "part",
                    Outcome::KillsTable => "none",
                },
                reason: row.file.reason.as_ref().map(ToString::to_string),
                kept,
                altered,
                dropped,
                hidden,
                system: match row.file.system {
                    SystemTable::Replaced => "replaced",
                    SystemTable::Included => "included",
                    SystemTable::Added => "added",
                },
            };
            json_line(&line, terminal.out)?;
        }
    }
    Ok(())
}
