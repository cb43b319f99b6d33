//! The picker without a terminal.

use std::{fs, time::Instant};

use ratatui::{Terminal, backend::TestBackend};

use super::{
    item::{Item, items},
    model::Picker,
    rank::Ranking,
};
use crate::{
    cli::screen::{Key, Press, Program, draw::Theme},
    config::{self, Loaded, Paths},
    diagnostic::Style,
    engine::XkbKeyboard,
};

const MAP: &str = r#"
keymaps = []
[sequences]
"la" = { text = "λ", name = "lambda", alias = ["\\lambda"], tags = ["greek"] }
"*l" = "λ"
"\"o" = { text = "ö", alias = ["&ouml;", "umlaut"] }
"<dead_diaeresis>o" = "ö"
"->" = "→"
"nl" = "two\nlines"
"'" = "\u0301"
"#;

fn all() -> Loaded {
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::new(folder.path().into(), None, None, |_| None);
    fs::create_dir_all(&paths.config_dir).unwrap();
    fs::write(&paths.config_file, MAP).unwrap();
    config::load(&paths)
}

fn picker(query: &str) -> Picker {
    let layout = XkbKeyboard::from_names("us", "", "").unwrap().layout("us");
    Picker::new(Ranking::new(all(), layout), query, Theme::new(Style::Plain))
}

#[track_caller]
fn first(query: &str, text: &str) {
    let picker = picker(query);
    assert_eq!(picker.selected().map(|item| item.text.as_str()), Some(text), "{query}");
}

fn press(picker: &mut Picker, press: Press) {
    picker.key(&press, Instant::now());
}

fn picture(picker: &Picker) -> String {
    let mut terminal = Terminal::new(TestBackend::new(80, 14)).unwrap();
    terminal.draw(|frame| picker.draw(frame)).unwrap();
    let text = terminal.backend().to_string();
    let lines = text.lines().map(|line| line.trim_matches('"').trim_end());
    format!("\n{}", lines.collect::<Vec<_>>().join("\n"))
}

#[test]
fn a_line_for_each_text() {
    let lines: Vec<String> = items(&all()).iter().map(Item::line).collect();
    let expected = [
        "λ  lambda  la *l  \\lambda greek",
        "ö  LATIN SMALL LETTER O WITH DIAERESIS  \"o <dead_diaeresis>o  &ouml; umlaut",
        "→  RIGHTWARDS ARROW  ->",
        "two\\nlines  nl",
        "◌\u{301}  COMBINING ACUTE ACCENT  '",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn what_a_few_letters_mean() {
    for (query, text) in [
        ("lam", "λ"),
        ("λ", "λ"),
        ("*l", "λ"),
        ("ouml", "ö"),
        ("umlaut", "ö"),
        ("->", "→"),
        ("rarr", "→"),
        ("arrow right", "→"),
        ("o dia", "ö"),
    ] {
        first(query, text);
    }
    assert_eq!(picker("").hits.len(), 5);
    assert!(picker("zzzzqqqq").hits.is_empty());
}

/// However a query came to be: typed letter by letter or all at once.
#[test]
fn the_answers_are_those_of_the_query_alone() {
    let texts = |picker: &Picker| -> Vec<String> {
        picker.hits.iter().map(|&place| picker.ranking.item(place).text.clone()).collect()
    };
    let at_once = texts(&picker("arrow"));
    let mut typed = picker("");
    for c in "arrow".chars() {
        press(&mut typed, Press::new(Key::Char(c)));
    }
    assert_eq!(texts(&typed), at_once);
    let given = at_once.iter().filter(|text| *text == "→").count();
    assert_eq!((given, at_once.len()), (1, 51), "one of the maps, 50 others");
}

#[test]
fn keys_move_type_and_end() {
    let mut picker = picker("");
    for key in [Key::Down, Key::Down, Key::Down, Key::Up, Key::PageDown, Key::Home, Key::End] {
        press(&mut picker, Press::new(key));
    }
    assert_eq!(picker.at, 4);
    for c in "zzzzqqqq".chars() {
        press(&mut picker, Press::new(Key::Char(c)));
    }
    assert!(picker.selected().is_none());
    press(&mut picker, Press::new(Key::Enter));
    assert!(!picker.is_over(), "there is nothing to take");
    press(&mut picker, Press::ctrl('u'));
    for c in "lambdax".chars() {
        press(&mut picker, Press::new(Key::Char(c)));
    }
    press(&mut picker, Press::new(Key::Backspace));
    press(&mut picker, Press::new(Key::Enter));
    assert!(picker.is_over());
    assert_eq!(picker.chosen().map(|item| item.text.as_str()), Some("λ"));
    let mut picker = self::picker("arrow right");
    press(&mut picker, Press::ctrl('w'));
    assert_eq!(picker.query, "arrow ");
    press(&mut picker, Press::ctrl('u'));
    assert_eq!((picker.query.as_str(), picker.hits.len()), ("", 5));
    press(&mut picker, Press::new(Key::Escape));
    assert!(picker.is_over() && picker.chosen().is_none());
}

#[test]
fn the_picture() {
    // Few letters in this order, and nothing is called so.
    let expected = r#"
 composekey pick                                         1 found, 5 in the maps
 > twlnes

 ▌ two\nli…  nl    config





 ── two\nlines  U+0074 U+0077 U+006F U+000A U+006C U+0069 ─────────────────────

  n   l

 Enter takes it   Up, Down another one   Ctrl+U clears   Escape leaves"#;
    let picture = picture(&picker("twlnes"));
    assert_eq!(picture, expected, "{picture}");
}

#[test]
fn a_small_terminal_is_no_panic() {
    for (width, height) in [(1, 1), (30, 8), (31, 9), (200, 3), (29, 100), (300, 100)] {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| picker("").draw(frame)).unwrap();
    }
}
