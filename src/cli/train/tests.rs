//! A lesson without a terminal.

use std::time::Instant;

use ratatui::{Terminal, backend::TestBackend};

use super::{
    deck::Deck,
    model::{Card, Lesson, Said},
    store::{Count, Counts},
};
use crate::{
    cli::screen::{Key, Press, Program, draw::Theme},
    diagnostic::Style,
};

fn lesson(ask: bool) -> Lesson {
    let cards: Vec<Card> = [("\"u", "ü"), ("--", "–"), ("---", "—"), ("hi", "hello")]
        .map(|(keys, text)| Card::made_up(keys, text))
        .into();
    let deck = Deck::new(&cards, Counts::default(), 4);
    let table = Card::table(&cards);
    Lesson::new(cards, table, deck, ask, Theme::new(Style::Plain))
}

/// `⏎` is Enter, `⇥` Tab, `⎋` Escape.
fn keys(lesson: &mut Lesson, keys: &str) {
    for c in keys.chars() {
        let key = match c {
            '⏎' => Key::Enter,
            '⇥' => Key::Tab,
            '⎋' => Key::Escape,
            c => Key::Char(c),
        };
        lesson.key(&Press::new(key), Instant::now());
    }
}

fn picture(lesson: &Lesson) -> String {
    let mut terminal = Terminal::new(TestBackend::new(80, 12)).unwrap();
    terminal.draw(|frame| lesson.draw(frame)).unwrap();
    let text = terminal.backend().to_string();
    let lines = text.lines().map(|line| line.trim_matches('"').trim_end());
    format!("\n{}", lines.collect::<Vec<_>>().join("\n"))
}

#[test]
fn all_right() {
    let mut lesson = lesson(false);
    keys(&mut lesson, "\"u");
    assert_eq!(lesson.said, Said::Right("ü".into(), "\"u".into()));
    // A beginning of a longer one is complete when the trigger goes up.
    keys(&mut lesson, "--⏎---hi");
    assert!(lesson.is_over());
    assert_eq!(lesson.score(), (4, 4));
    let counts = lesson.into_counts();
    assert_eq!(counts.exercises.len(), 4);
    let right = Count { right: 1, wrong: 0, level: 1, lesson: 1 };
    assert!(counts.exercises.values().all(|count| *count == right), "{counts:?}");
}

#[test]
fn a_miss_shows_the_keys_and_comes_again() {
    let mut lesson = lesson(false);
    keys(&mut lesson, "x");
    assert_eq!((&lesson.said, lesson.shown), (&Said::Nowhere, true));
    // Typed as shown, it is asked again later.
    keys(&mut lesson, "\"u");
    assert!(!lesson.shown);
    keys(&mut lesson, "---");
    assert_eq!(lesson.said, Said::Other("—".into()));
    keys(&mut lesson, "--⏎");
    keys(&mut lesson, "---hi");
    assert_eq!(lesson.card().unwrap().text, "ü");
    keys(&mut lesson, "\"u--⏎");
    assert!(lesson.is_over());
    assert_eq!(lesson.score(), (2, 4));
    let counts = lesson.into_counts();
    assert_eq!(counts.exercises["\"u"], Count { right: 0, wrong: 1, level: 0, lesson: 1 });
}

#[test]
fn a_lesson_can_be_left() {
    let mut lesson = lesson(true);
    keys(&mut lesson, "⎋");
    assert!(lesson.is_over(), "nothing was asked: nothing to remember");
    let mut lesson = self::lesson(true);
    keys(&mut lesson, "\"u⎋");
    assert!(lesson.asks && !lesson.is_over());
    keys(&mut lesson, "n");
    assert!(lesson.is_over() && !lesson.remember());
    let mut lesson = self::lesson(true);
    keys(&mut lesson, "\"u⎋y");
    assert!(lesson.is_over() && lesson.remember());
    assert_eq!(lesson.score(), (1, 1));
}

/// Where a daemon composes, the character itself arrives.
#[test]
fn the_character_itself_is_right_too() {
    let mut lesson = lesson(false);
    keys(&mut lesson, "ü–");
    assert_eq!(lesson.said, Said::Right("–".into(), "--".into()));
    assert_eq!(lesson.deck.missed().len(), 0);
}

#[test]
fn counts_are_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state/train.json");
    assert_eq!(Counts::read(&file), Ok(Counts::default()));
    let mut lesson = lesson(false);
    keys(&mut lesson, "\"u⎋");
    let counts = lesson.into_counts();
    counts.write(&file).unwrap();
    assert_eq!(Counts::read(&file), Ok(counts));
    std::fs::write(&file, "{\"lessons\": 1, \"typed\": []}").unwrap();
    assert!(Counts::read(&file).unwrap_err().contains("unknown field `typed`"));
}

#[test]
fn the_picture() {
    let mut lesson = lesson(true);
    keys(&mut lesson, "x\"");
    let expected = r#"
 composekey train                                              4 exercises left

 type     ü  LATIN SMALL LETTER U WITH DIAERESIS

 keys      "

 it is     "   u

 no sequence begins so; type the keys as shown


 Tab shows the keys   Enter lets go of the trigger   Backspace takes back"#;
    let picture = picture(&lesson);
    assert_eq!(picture, expected, "{picture}");
    keys(&mut lesson, "u⎋");
    let expected = r#"
 composekey train                                              4 exercises left

 0 of 1 exercise right at once

 Remember it for the next lesson? What was missed then comes first.
 Kept are the exercises and how often each was right, nothing else.
 `composekey train --forget` removes it.




 y remembers   any other key does not"#;
    let picture = self::picture(&lesson);
    assert_eq!(picture, expected, "{picture}");
}
