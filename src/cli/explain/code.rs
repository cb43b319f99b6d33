//! `composekey explain E0107`: the story of a finding.

use std::io;

use serde::Serialize;

use super::super::{
    Exit, Terminal,
    show::{json_line, paint},
};
use crate::diagnostic::{Code, Part, Severity, Style, wrap};

/// The columns that texts are made for; wider lines are hard to read.
const WIDTH: usize = 80;

#[derive(Serialize)]
struct JsonStory<'a> {
    code: &'a str,
    severity: &'a str,
    title: &'a str,
    text: String,
    examples: Vec<&'a str>,
    fix: String,
}

/// Tells what a code means.
pub(super) fn run(code: Code, json: bool, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let Some(story) = code.story() else {
        writeln!(terminal.err, "internal error: nothing is written about {}", code.id())?;
        return Ok(Exit::Failed);
    };
    let severity = code.severity();
    if json {
        let texts = |wanted: fn(&Part) -> Option<&'static str>| -> Vec<&str> {
            story.parts.iter().filter_map(wanted).collect()
        };
        let line = JsonStory {
            code: code.id(),
            severity: severity.name(),
            title: story.title,
            text: texts(|part| if let Part::Text(text) = part { Some(text) } else { None })
                .join("\n\n"),
            examples: texts(|part| if let Part::Example(text) = part { Some(text) } else { None }),
            fix: texts(|part| if let Part::Fix(text) = part { Some(text) } else { None })
                .join("\n\n"),
        };
        json_line(&line, terminal.out)?;
        return Ok(Exit::Fine);
    }
    let style = terminal.out_style;
    let width = terminal.width.map_or(WIDTH, |width| width.min(WIDTH));
    let head = format!("{}[{}]", severity.name(), code.id());
    let head = paint(style, severity_colour(severity), &head);
    writeln!(terminal.out, "{head}{}", paint(style, "1", &format!(": {}", story.title)))?;
    for part in &story.parts {
        writeln!(terminal.out)?;
        match part {
            Part::Text(text) => writeln!(terminal.out, "{}", prose(text, width, style))?,
            Part::Fix(text) => {
                let text = starting_small(text);
                let fix = prose(&text, width.saturating_sub(5), style).replace('\n', "\n     ");
                writeln!(terminal.out, "{} {fix}", paint(style, "1;36", "fix:"))?;
            }
            Part::Example(text) => {
                for line in text.lines() {
                    writeln!(terminal.out, "{}", format!("    {line}").trim_end())?;
                }
            }
        }
    }
    Ok(Exit::Fine)
}

/// Lists every code.
pub(super) fn list(json: bool, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    for &code in Code::ALL {
        if json {
            run(code, json, terminal)?;
            continue;
        }
        let title = code.story().map_or("", |story| story.title);
        let severity = code.severity();
        let padded = format!("{:7}", severity.name());
        let severity = paint(terminal.out_style, severity_colour(severity), &padded);
        writeln!(terminal.out, "{}  {severity}  {title}", code.id())?;
    }
    Ok(Exit::Fine)
}

fn severity_colour(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "1;31",
        Severity::Warning => "1;35",
        Severity::Note => "1;32",
    }
}

/// The text in lines of this width, without the addresses of its links.
fn prose(text: &str, width: usize, style: Style) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, (name, after))) = link(rest) {
        plain.push_str(before);
        plain.push_str(name);
        rest = after;
    }
    plain.push_str(rest);
    let wrapped = wrap(&plain.replace('\n', " "), width);
    match style {
        Style::Plain => wrapped,
        Style::Colour => highlighted(&wrapped),
    }
}

/// What stands before the first link, what the link is called, and what stands behind it.
fn link(text: &str) -> Option<(&str, (&str, &str))> {
    let middle = text.find("](")?;
    let open = text[..middle].rfind('[')?;
    let close = middle + text[middle..].find(')')?;
    Some((&text[..open], (&text[open + 1..middle], &text[close + 1..])))
}

/// The text as it goes on after a colon.
fn starting_small(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |c| c.to_lowercase().chain(chars).collect())
}

/// Words in backticks stand out.
fn highlighted(text: &str) -> String {
    let mut highlighted = String::with_capacity(text.len());
    for (i, piece) in text.split('`').enumerate() {
        if i % 2 == 0 {
            highlighted.push_str(piece);
        } else {
            highlighted.push_str(&paint(Style::Colour, "1", &format!("`{piece}`")));
        }
    }
    highlighted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lose_their_addresses() {
        let text = "see [maps](map-format.md) and\n[more](x.md)";
        assert_eq!(prose(text, 80, Style::Plain), "see maps and more");
        assert_eq!(prose("[a] (b)", 80, Style::Plain), "[a] (b)");
    }
}
