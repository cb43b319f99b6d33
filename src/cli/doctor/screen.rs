//! [`screen()`]: the answer for people. First what is the case, then what is to be known or mended.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use super::{
    super::{plural, show::paint},
    colour, marked,
    rows::{Mark, Row, groups},
};
use crate::{
    diagnostic::{Severity, Style, wrap},
    doctor::{Facts, Finding},
};

/// The widest column of names that values are aligned to; longer names have a line of their own.
const NAMES: usize = 20;

/// What marks a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signs {
    fine: &'static str,
    warning: &'static str,
    error: &'static str,
    note: &'static str,
}

impl Signs {
    /// For terminals that show Unicode.
    pub const UNICODE: Self = Self { fine: "✓", warning: "!", error: "✗", note: "·" };

    /// For all others.
    pub const ASCII: Self = Self { fine: "+", warning: "!", error: "x", note: "-" };

    /// Those of a locale.
    #[must_use]
    pub fn of_locale(name: &str) -> Self {
        let codeset = name.split('.').nth(1).unwrap_or_default().to_lowercase().replace('-', "");
        if codeset.starts_with("utf8") { Self::UNICODE } else { Self::ASCII }
    }

    fn sign(self, severity: Severity) -> &'static str {
        match severity {
            Severity::Error => self.error,
            Severity::Warning => self.warning,
            Severity::Note => self.note,
        }
    }
}

/// The whole answer, at most this many columns wide but for the lines that are to be copied.
#[must_use]
pub fn screen(
    facts: &Facts,
    findings: &[Finding],
    signs: Signs,
    style: Style,
    width: usize,
) -> String {
    let drawing = Drawing { findings, signs, style, width };
    let mut text = String::new();
    for group in groups(facts) {
        let _ = writeln!(text, "{}", paint(style, "1", group.title));
        for row in &group.rows {
            drawing.row(row, &mut text);
        }
    }
    let _ = writeln!(text);
    for finding in findings {
        drawing.finding(finding, &mut text);
    }
    if !facts.unseen.is_empty() {
        let each = facts.unseen.iter().map(|unseen| format!("{}: {}", unseen.what, unseen.why));
        let each = format!("not looked at: {}", each.collect::<Vec<_>>().join("; "));
        let _ = writeln!(text, "{}\n", paint(style, "2", &wrap(&each, width)));
    }
    let _ = writeln!(text, "{}", drawing.summary());
    text
}

struct Drawing<'a> {
    findings: &'a [Finding],
    signs: Signs,
    style: Style,
    width: usize,
}

impl Drawing<'_> {
    fn row(&self, row: &Row, text: &mut String) {
        let about = self.findings.iter().filter(|finding| finding.topic == row.topic);
        let worst = match row.mark {
            Mark::Topic => about.map(Finding::severity).max(),
            Mark::Own(severity) => severity,
            Mark::Aside => about.map(Finding::severity).max().or(Some(Severity::Note)),
        };
        let mark = match (worst, &row.mark) {
            (Some(Severity::Note), Mark::Aside) => paint(self.style, "2", self.signs.note),
            (None | Some(Severity::Note), _) => paint(self.style, "1;32", self.signs.fine),
            (Some(severity), _) => paint(self.style, colour(severity), self.signs.sign(severity)),
        };
        // A value that does not fit beside its name stands below it.
        let start = 4 + NAMES + 2;
        let (between, indent) = if row.name.width() > NAMES {
            (format!("\n{:8}", ""), 8)
        } else {
            (" ".repeat(NAMES + 2 - row.name.width()), start)
        };
        let value = wrap(&row.value, self.width.saturating_sub(indent));
        let value = value.replace('\n', &format!("\n{:indent$}", ""));
        let _ = writeln!(text, "  {mark} {}{between}{value}", row.name);
    }

    fn finding(&self, finding: &Finding, text: &mut String) {
        let severity = finding.severity();
        let mark = paint(self.style, colour(severity), self.signs.sign(severity));
        let id = finding.code.id();
        let lines = wrap(&finding.what, self.width.saturating_sub(2 + 2 + id.width()));
        for (i, line) in lines.lines().enumerate() {
            if i > 0 {
                let _ = writeln!(text, "  {}", marked(line, self.style));
                continue;
            }
            let gap = self.width.saturating_sub(2 + line.width() + id.width()).max(2);
            let id = paint(self.style, "2", id);
            let _ = writeln!(text, "{mark} {}{:gap$}{id}", marked(line, self.style), "");
        }
        let indented = |words: &str, indent: usize| {
            let lines = wrap(words, self.width.saturating_sub(indent));
            marked(&lines, self.style).replace('\n', &format!("\n{:indent$}", ""))
        };
        let _ = writeln!(text, "  {}", indented(&finding.why, 2));
        let label = paint(self.style, "1;36", "fix:");
        match (&finding.fix, finding.then) {
            // The line is never wrapped: it is there to be copied.
            (Some(line), then) => {
                let _ = writeln!(text, "  {label} {line}");
                if let Some(then) = then {
                    let _ = writeln!(text, "       {}", indented(then, 7));
                }
            }
            (None, Some(then)) => {
                let _ = writeln!(text, "  {label} {}", indented(then, 7));
            }
            (None, None) => {}
        }
        let _ = writeln!(text);
    }

    /// `1 error, 2 warnings`, and where more is told.
    fn summary(&self) -> String {
        let count = |severity| self.findings.iter().filter(|f| f.severity() == severity).count();
        let counted: Vec<String> = [
            (count(Severity::Error), "error"),
            (count(Severity::Warning), "warning"),
            (count(Severity::Note), "note"),
        ]
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, noun)| plural(n, noun))
        .collect();
        match self.findings.first() {
            None => "all is well".to_owned(),
            Some(first) => {
                format!(
                    "{}; `composekey explain {}` tells more",
                    counted.join(", "),
                    first.code.id()
                )
            }
        }
    }
}
