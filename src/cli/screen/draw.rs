//! What all screens have in common: a title, a line of hints, key caps, rows.

use ratatui::{
    Frame,
    layout::Rect,
    style::{Color, Modifier, Style},
    text::{Line, Span},
};
use unicode_width::UnicodeWidthStr;

use crate::{
    cli::show::{keys, shortened},
    diagnostic,
    keysym::Keysym,
    sequence::Sequence,
};

/// How things are drawn: the terminal's own colours, which suit dark and light alike.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) struct Theme {
    colour: bool,
}

impl Theme {
    /// With colours or without; bold and reverse are there in any case.
    pub(in crate::cli) fn new(style: diagnostic::Style) -> Self {
        Self { colour: style == diagnostic::Style::Colour }
    }

    /// What keys give.
    pub(in crate::cli) fn output(self) -> Style {
        self.coloured(Color::Green).add_modifier(Modifier::BOLD)
    }

    /// What went wrong.
    pub(in crate::cli) fn wrong(self) -> Style {
        self.coloured(Color::Red)
    }

    /// What waits.
    pub(in crate::cli) fn waits(self) -> Style {
        self.coloured(Color::Yellow)
    }

    fn coloured(self, colour: Color) -> Style {
        if self.colour { Style::new().fg(colour) } else { Style::new() }
    }
}

pub(in crate::cli) const BOLD: Style = Style::new().add_modifier(Modifier::BOLD);
pub(in crate::cli) const DIM: Style = Style::new().add_modifier(Modifier::DIM);
const CAP: Style = Style::new().add_modifier(Modifier::REVERSED);

/// How a key is called on a cap: its character, or its name.
pub(in crate::cli) fn label(keysym: Keysym) -> String {
    let name = Sequence::new([keysym]).map_or_else(String::new, |sequence| keys(&sequence));
    let name = match keysym.to_char() {
        Some('<' | '>') => &name,
        _ => name.trim_start_matches('<').trim_end_matches('>'),
    };
    match name {
        "BackSpace" => "Backspace",
        "Return" => "Enter",
        name => name,
    }
    .to_owned()
}

/// A key, as a cap.
pub(in crate::cli) fn cap(label: &str) -> Span<'static> {
    Span::styled(format!(" {label} "), CAP)
}

/// Caps of keys, a blank between them.
pub(in crate::cli) fn caps(labels: impl IntoIterator<Item = String>) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    for label in labels {
        if !spans.is_empty() {
            spans.push(Span::raw(" "));
        }
        spans.push(cap(&label));
    }
    spans
}

/// The row at `y`, a column free on both sides.
pub(in crate::cli) fn row(area: Rect, y: u16) -> Rect {
    let inside =
        Rect { x: area.x + 1, y: area.y + y, width: area.width.saturating_sub(2), height: 1 };
    inside.intersection(area)
}

/// The title line: the name at the left, something at the right.
pub(in crate::cli) fn title(frame: &mut Frame<'_>, name: &str, right: Span<'static>) {
    let area = row(frame.area(), 0);
    frame.render_widget(Line::styled(name.to_owned(), BOLD), area);
    frame.render_widget(Line::from(right).right_aligned(), area);
}

/// The last line: what keys do. What does not fit is left out, from the end.
pub(in crate::cli) fn hints(frame: &mut Frame<'_>, hints: &[(&str, &str)]) {
    let area = row(frame.area(), frame.area().height.saturating_sub(1));
    let mut left = usize::from(area.width);
    let mut spans = Vec::new();
    for (key, does) in hints {
        let gap = if spans.is_empty() { "" } else { "   " };
        let needed = gap.width() + key.width() + 1 + does.width();
        if needed > left {
            break;
        }
        left -= needed;
        spans.push(Span::raw(gap));
        spans.push(Span::styled((*key).to_owned(), BOLD));
        spans.push(Span::styled(format!(" {does}"), DIM));
    }
    frame.render_widget(Line::from(spans), area);
}

/// A rule across the screen with a heading in it.
pub(in crate::cli) fn heading(frame: &mut Frame<'_>, y: u16, text: &str) {
    let area = row(frame.area(), y);
    let used = text.width() + 4;
    let rest = "─".repeat(usize::from(area.width).saturating_sub(used));
    let line = vec![
        Span::styled("── ", DIM),
        Span::styled(shortened(text, usize::from(area.width).saturating_sub(4)), BOLD),
        Span::styled(format!(" {rest}"), DIM),
    ];
    frame.render_widget(Line::from(line), area);
}

/// The text in a column of this width: filled up with blanks, or cut.
pub(in crate::cli) fn column(text: &str, width: usize) -> String {
    let text = shortened(text, width);
    let gap = width.saturating_sub(text.width());
    text + &" ".repeat(gap)
}
