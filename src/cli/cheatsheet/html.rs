//! A sheet as one HTML file that loads nothing: see `page.css` and `page.js` beside this.

use std::fmt::Write;

use super::sheet::{Cap, Entry, Group, Sheet};
use crate::cli::show::visible;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The whole page.
pub(super) fn page(sheet: &Sheet) -> String {
    let mut page = format!(
        "<!doctype html>\n\
         <!-- Written by composekey: `composekey cheatsheet --format html` -->\n\
         <html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n\
         <title>Compose sequences</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <header>\n<h1>Compose sequences</h1>\n\
         <p>Hold <kbd>{}</kbd>, type, let go. Keys as on the layout {}.</p>\n\
         <input type=\"search\" id=\"search\" placeholder=\"character, name or keys\" \
         aria-label=\"Search\" autocomplete=\"off\" spellcheck=\"false\">\n\
         <p id=\"said\" role=\"status\"></p>\n</header>\n<main>\n",
        escaped(&sheet.trigger),
        escaped(&sheet.layout),
    );
    for group in &sheet.groups {
        section(group, &mut page);
    }
    let _ = write!(page, "</main>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n");
    page
}

fn section(group: &Group, page: &mut String) {
    let title = escaped(&group.title);
    let _ = writeln!(page, "<section>\n<h2>{title}</h2>");
    if let Some(mnemonic) = &group.mnemonic {
        let _ = writeln!(page, "<p>{}</p>", ticked(mnemonic));
    }
    page.push_str("<ul>\n");
    for each in &group.entries {
        entry(each, &group.keymap, page);
    }
    page.push_str("</ul>\n</section>\n");
}

fn entry(entry: &Entry, keymap: &str, page: &mut String) {
    let name = entry.name.as_deref().unwrap_or_default().to_lowercase();
    let keys = entry.ways.iter().map(|way| way.keys.as_str());
    let words = entry.alias.iter().chain(&entry.tags).map(String::as_str);
    let found: Vec<&str> =
        [entry.text.as_str(), &name, keymap].into_iter().chain(keys).chain(words).collect();
    let _ = write!(
        page,
        "<li><button type=\"button\" data-text=\"{}\" data-find=\"{}\"><b>{}</b><span>",
        escaped(&entry.text),
        escaped(&found.join("\n")),
        escaped(&visible(&entry.text)),
    );
    for way in &entry.ways {
        page.push_str("<span class=\"way\">");
        for each in &way.caps {
            cap(each, page);
        }
        page.push_str("</span> ");
    }
    let _ = writeln!(page, "</span><i>{}</i></button></li>", escaped(&name));
}

fn cap(cap: &Cap, page: &mut String) {
    let sign = escaped(&cap.sign);
    let _ = match &cap.press {
        _ if cap.missing => {
            write!(
                page,
                "<kbd class=\"missing\" title=\"this layout has no such key\">{sign}</kbd>"
            )
        }
        Some(press) => {
            let press = escaped(press);
            let short = press.replace("Shift+", "⇧").replace("AltGr+", "⇮").replace("Level5+", "⇯");
            write!(page, "<kbd title=\"{press}\">{sign}<small>{short}</small></kbd>")
        }
        None => write!(page, "<kbd>{sign}</kbd>"),
    };
}

/// A text with keys in backticks.
fn ticked(text: &str) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    // A backtick that is a key itself.
    if pieces.len().is_multiple_of(2) || pieces.contains(&"") && text.contains("``") {
        return escaped(text);
    }
    let mut ticked = String::new();
    for (i, piece) in pieces.into_iter().enumerate() {
        let piece = escaped(piece);
        let _ = match i % 2 {
            0 => write!(ticked, "{piece}"),
            _ => write!(ticked, "<code>{piece}</code>"),
        };
    }
    ticked
}

/// A text that is text, in an element or an attribute.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            c => escaped.push(c),
        }
    }
    escaped
}
