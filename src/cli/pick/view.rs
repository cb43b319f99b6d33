//! The picture: the query, what it finds, and all about the chosen one.

use ratatui::{
    Frame,
    style::{Modifier, Style},
    text::{Line, Span},
};
use unicode_width::UnicodeWidthStr;

use super::{item::Item, model::Picker};
use crate::cli::{
    screen::draw::{self, BOLD, DIM, column, row},
    show::{shortened, visible},
};

/// Below this nothing can be read.
const LEAST: (u16, u16) = (30, 8);

/// The widest column of texts, and of keys.
const TEXT: usize = 8;
const KEYS: usize = 12;

/// Rows above the list, and below it.
const ABOVE: u16 = 3;
const BELOW: u16 = 5;

pub(super) fn draw(picker: &Picker, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.width < LEAST.0 || area.height < LEAST.1 {
        frame.render_widget(Line::raw("the terminal is too small"), area);
        return;
    }
    let count = format!("{} found, {} in the maps", picker.hits.len(), picker.ranking.len());
    draw::title(frame, "composekey pick", Span::styled(count, DIM));
    query(picker, frame);
    list(picker, area.height - ABOVE - BELOW, frame);
    if let Some(item) = picker.selected() {
        details(item, area.height - BELOW, frame);
    }
    draw::hints(
        frame,
        &[
            ("Enter", "takes it"),
            ("Up, Down", "another one"),
            ("Ctrl+U", "clears"),
            ("Escape", "leaves"),
        ],
    );
}

fn query(picker: &Picker, frame: &mut Frame<'_>) {
    let area = row(frame.area(), 1);
    let room = usize::from(area.width).saturating_sub(3);
    let query = visible(&picker.query);
    let mut start = 0;
    while query[start..].width() > room {
        start += query[start..].chars().next().map_or(1, char::len_utf8);
    }
    let shown = &query[start..];
    let line = vec![Span::styled("> ", DIM), Span::styled(shown.to_owned(), BOLD)];
    frame.render_widget(Line::from(line), area);
    let cursor = area.x + 2 + u16::try_from(shown.width()).unwrap_or(0);
    frame.set_cursor_position((cursor.min(area.right() - 1), area.y));
}

fn list(picker: &Picker, rows: u16, frame: &mut Frame<'_>) {
    if picker.hits.is_empty() {
        let line = Line::styled(
            "nothing is called so, and nothing has these letters",
            picker.theme.wrong(),
        );
        return frame.render_widget(line, row(frame.area(), ABOVE));
    }
    // The bar stays in the picture: page by page.
    let rows = usize::from(rows).max(1);
    let top = picker.at / rows * rows;
    let shown = || picker.hits.iter().skip(top).take(rows).map(|&place| picker.ranking.item(place));
    let widest = |width: &dyn Fn(&Item) -> usize, most: usize| {
        shown().map(|item| width(item).min(most)).max().unwrap_or(0)
    };
    let texts = widest(&|item| visible(&item.text).width(), TEXT);
    let keys = widest(&|item| item.sequences.first().map_or(0, |keys| keys.width()), KEYS);
    for ((i, y), item) in (top..).zip(ABOVE..).zip(shown()) {
        let line = item_line(picker, item, i == picker.at, texts, keys, frame);
        frame.render_widget(line, row(frame.area(), y));
    }
}

fn item_line(
    picker: &Picker,
    item: &Item,
    chosen: bool,
    texts: usize,
    keys: usize,
    frame: &Frame<'_>,
) -> Line<'static> {
    let width = usize::from(frame.area().width).saturating_sub(2);
    let room = width.saturating_sub(2 + texts + 2 + keys + 2 + item.keymap.width() + 2);
    let sequence = item.sequences.first().map_or("", String::as_str);
    let bar = if chosen { "▌ " } else { "  " };
    let style = if chosen { BOLD.add_modifier(Modifier::UNDERLINED) } else { Style::new() };
    Line::from(vec![
        Span::styled(bar, picker.theme.output()),
        Span::styled(column(&visible(&item.text), texts), picker.theme.output()),
        Span::raw("  "),
        Span::styled(column(sequence, keys), BOLD),
        Span::raw("  "),
        Span::styled(shortened(&item.name, room), style),
        Span::styled(format!("  {}", item.keymap), DIM),
    ])
}

/// All about the chosen one: its code points, and each way to type it.
fn details(item: &Item, y: u16, frame: &mut Frame<'_>) {
    let codes: Vec<String> =
        item.text.chars().take(6).map(|c| format!("U+{:04X}", u32::from(c))).collect();
    let heading = format!("{}  {}", visible(&item.text), codes.join(" "));
    draw::heading(frame, y, &heading);
    let name = Line::raw(shortened(&item.name, usize::from(frame.area().width) - 2));
    frame.render_widget(name, row(frame.area(), y + 1));
    let mut spans = Vec::new();
    let mut left = usize::from(frame.area().width) - 2;
    if item.sequences.is_empty() {
        spans.push(Span::styled(item.by_code(), DIM));
    }
    for sequence in &item.sequences {
        let labels = labels(sequence);
        let width = labels.iter().map(|label| label.width() + 3).sum::<usize>() + 2;
        if width > left {
            spans.push(Span::styled("…", DIM));
            break;
        }
        left -= width;
        spans.extend(draw::caps(labels));
        spans.push(Span::raw("   "));
    }
    frame.render_widget(Line::from(spans), row(frame.area(), y + 2));
    let words = shortened(&item.words.join(" "), usize::from(frame.area().width) - 2);
    frame.render_widget(Line::styled(words, DIM), row(frame.area(), y + 3));
}

/// The keys of a sequence in the notation of the maps, one by one.
fn labels(sequence: &str) -> Vec<String> {
    let parsed = crate::sequence::Sequence::parse(sequence);
    parsed.map_or_else(
        |_| vec![sequence.to_owned()],
        |parsed| parsed.keysyms().iter().map(|&keysym| draw::label(keysym)).collect(),
    )
}
