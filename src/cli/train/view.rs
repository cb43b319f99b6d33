//! The picture: the character, the keys typed so far, and what came of them.

use ratatui::{
    Frame,
    style::Style,
    text::{Line, Span},
};

use super::model::{Card, Lesson, Said};
use crate::cli::{
    plural,
    screen::draw::{self, BOLD, DIM, label, row},
    show::{shortened, visible},
};

/// Below this nothing can be read.
const LEAST: (u16, u16) = (30, 10);

pub(super) fn draw(lesson: &Lesson, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.width < LEAST.0 || area.height < LEAST.1 {
        frame.render_widget(Line::raw("the terminal is too small"), area);
        return;
    }
    let left = plural(lesson.deck.left(), "exercise");
    draw::title(frame, "composekey train", Span::styled(format!("{left} left"), DIM));
    if lesson.asks {
        return end(lesson, frame);
    }
    if let Some(card) = lesson.card() {
        exercise(lesson, card, frame);
    }
    said(lesson, frame);
    draw::hints(
        frame,
        &[
            ("Tab", "shows the keys"),
            ("Enter", "lets go of the trigger"),
            ("Backspace", "takes back"),
            ("Escape", "ends"),
        ],
    );
}

fn exercise(lesson: &Lesson, card: &Card, frame: &mut Frame<'_>) {
    let width = usize::from(frame.area().width) - 2;
    let text = Span::styled(shortened(&visible(&card.text), width / 2), lesson.theme.output());
    let name = shortened(&card.name, width / 2);
    let line = vec![Span::styled("type     ", DIM), text, Span::raw("  "), Span::raw(name)];
    frame.render_widget(Line::from(line), row(frame.area(), 2));
    let mut line = vec![Span::styled("keys     ", DIM)];
    let (pending, complete) = lesson.pending();
    if pending.is_empty() {
        line.push(Span::styled("▏", DIM));
    }
    line.extend(draw::caps(pending.into_iter().map(label)));
    if complete {
        line.push(Span::styled("  longer ones go on from here: Enter lets go", DIM));
    }
    frame.render_widget(Line::from(line), row(frame.area(), 4));
    if lesson.shown {
        let mut line = vec![Span::styled("it is    ", DIM)];
        line.extend(draw::caps(card.keysyms().iter().map(|&keysym| label(keysym))));
        frame.render_widget(Line::from(line), row(frame.area(), 6));
    }
}

fn said(lesson: &Lesson, frame: &mut Frame<'_>) {
    let width = usize::from(frame.area().width) - 2;
    let (text, style) = match &lesson.said {
        Said::Nothing => return,
        Said::Right(text, keys) => {
            (format!("right: {keys} is {}", visible(text)), lesson.theme.output())
        }
        Said::Other(text) => {
            (format!("that is {}; type the keys as shown", visible(text)), lesson.theme.wrong())
        }
        Said::Nowhere => {
            ("no sequence begins so; type the keys as shown".to_owned(), lesson.theme.wrong())
        }
    };
    frame.render_widget(Line::styled(shortened(&text, width), style), row(frame.area(), 8));
}

/// The last picture asks whether to remember.
fn end(lesson: &Lesson, frame: &mut Frame<'_>) {
    let (right, asked) = lesson.score();
    let lines: [(String, Style); 4] = [
        (format!("{right} of {} right at once", plural(asked, "exercise")), BOLD),
        (
            "Remember it for the next lesson? What was missed then comes first.".to_owned(),
            Style::new(),
        ),
        ("Kept are the exercises and how often each was right, nothing else.".to_owned(), DIM),
        ("`composekey train --forget` removes it.".to_owned(), DIM),
    ];
    for (y, (text, style)) in [2, 4, 5, 6].into_iter().zip(lines) {
        frame.render_widget(Line::styled(text, style), row(frame.area(), y));
    }
    draw::hints(frame, &[("y", "remembers"), ("any other key", "does not")]);
}
