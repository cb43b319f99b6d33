//! The picture: what waits, what can follow, what each key did.

use std::collections::BTreeMap;

use ratatui::{
    Frame,
    style::Style,
    text::{Line, Span},
};
use unicode_width::UnicodeWidthStr;

use super::{
    model::Trial,
    story::{Kind, Told},
};
use crate::{
    cli::{
        plural,
        screen::draw::{self, BOLD, DIM, column, label, row},
        show::{name, shortened, visible},
    },
    engine::{Mode, View},
    keycode::Keycode,
    keysym::Keysym,
    sequence::Rule,
};

/// Below this nothing can be read.
const LEAST: (u16, u16) = (30, 8);

/// The widest column of keys, and of texts.
const COLUMN: usize = 12;

/// The row of the first line below the heading of what can follow.
const FOLLOW: u16 = 5;

pub(super) fn draw(trial: &Trial, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.width < LEAST.0 || area.height < LEAST.1 {
        frame.render_widget(Line::raw("the terminal is too small"), area);
        return;
    }
    let view = trial.view();
    draw::title(frame, "composekey try", state(trial, &view));
    typed(trial, frame);
    pending(trial, &view, frame);
    // Fixed, so that nothing jumps while one types.
    let rows = area.height - FOLLOW - 2;
    let happened = (rows * 2 / 5).max(1);
    let follow = rows - happened;
    following(trial, &view, follow, frame);
    draw::heading(frame, FOLLOW + follow, "what each key did");
    log(trial, FOLLOW + follow + 1, happened, frame);
    hints(trial, frame);
}

/// What the trigger does, at the right of the title.
fn state(trial: &Trial, view: &View) -> Span<'static> {
    let lock = if trial.caps_lock { "Caps Lock on · " } else { "" };
    let (text, style) = match view.mode {
        Mode::Idle => ("trigger up", DIM),
        Mode::Holding => ("trigger down", trial.theme.waits()),
        Mode::Tapped => ("tapped", trial.theme.waits()),
        Mode::Grace => ("trigger up, keys wait", trial.theme.waits()),
    };
    Span::styled(format!("{lock}{text}"), style)
}

/// The end of what an application would have received.
fn typed(trial: &Trial, frame: &mut Frame<'_>) {
    let area = row(frame.area(), 1);
    let width = usize::from(area.width).saturating_sub(10);
    let text = visible(&trial.text);
    let mut start = 0;
    while text[start..].width() > width {
        start += text[start..].chars().next().map_or(1, char::len_utf8);
    }
    let line = vec![
        Span::styled("text     ", DIM),
        Span::styled(text[start..].to_owned(), trial.theme.output()),
        Span::styled("▏", DIM),
    ];
    frame.render_widget(Line::from(line), area);
}

fn pending(trial: &Trial, view: &View, frame: &mut Frame<'_>) {
    let mut line = vec![Span::styled("pending  ", DIM)];
    if view.pending().len() == 0 {
        line.push(Span::styled("nothing", DIM));
    }
    line.extend(draw::caps(view.pending().map(label)));
    if let Some(rule) = view.complete {
        let text = visible(&trial.loaded.rules[rule.index()].output.text);
        line.push(Span::raw("  "));
        line.push(Span::styled(text, trial.theme.output()));
        line.push(Span::styled(" when the trigger goes up", DIM));
    }
    frame.render_widget(Line::from(line), row(frame.area(), 2));
}

/// The rules that the pending keys lead to.
fn candidates<'t>(trial: &'t Trial, view: &View) -> Vec<&'t Rule> {
    let waiting = view.pending().len();
    let leads = |rule: &&Rule| {
        let keysyms = rule.sequence.keysyms();
        keysyms.len() > waiting && view.fits(0, None, keysyms)
    };
    trial.loaded.rules.iter().filter(leads).collect()
}

fn following(trial: &Trial, view: &View, rows: u16, frame: &mut Frame<'_>) {
    let waiting = view.pending().len();
    let rules = candidates(trial, view);
    let count = plural(rules.len(), "sequence");
    let heading = match (view.mode, waiting) {
        (Mode::Idle, _) => format!("{count}: hold or tap the trigger to compose"),
        (_, 0) => format!("{count} can follow, by their first key"),
        _ => format!("what can follow: {count}"),
    };
    draw::heading(frame, FOLLOW - 1, &heading);
    let space = usize::from(rows);
    let fits = rules.len() <= space;
    let lines = if view.mode == Mode::Idle {
        help(trial)
    } else if fits || waiting > 0 && rules.len() <= 2 * space {
        each(trial, &rules, waiting, usize::from(frame.area().width))
    } else {
        by_key(trial, &rules, waiting, usize::from(frame.area().width))
    };
    let cut = lines.len() > space;
    let shown = if cut { space.saturating_sub(1) } else { lines.len() };
    let more = lines.len() - shown;
    let mut lines: Vec<Line<'_>> = lines.into_iter().take(shown).collect();
    if cut && space > 0 {
        lines.push(Line::styled(format!("… and {more} more"), DIM));
    }
    for (i, line) in (0_u16..).zip(lines) {
        frame.render_widget(line, row(frame.area(), FOLLOW + i));
    }
}

/// What to do, while nothing is composed.
fn help(trial: &Trial) -> Vec<Line<'static>> {
    let leader = trial.leader;
    let trigger = trial.settings.trigger;
    let how = if trial.sees_trigger {
        let stands = match trigger.name().filter(|_| trigger != Keycode::CAPS_LOCK) {
            Some(name) => format!(", which stands for your trigger `{name}` here,"),
            None => String::new(),
        };
        vec![format!("Hold Caps Lock{stands} and type a sequence, or tap it and type one.")]
    } else {
        vec![
            format!("Caps Lock itself cannot be seen in this terminal: {leader} stands for it."),
            format!("{leader} presses it, {leader} again lets go; twice in a row is a tap."),
        ]
    };
    let mut lines: Vec<Line<'_>> = how.into_iter().map(Line::raw).collect();
    lines
        .push(Line::styled("With composekeyd at work, Caps Lock composes here as elsewhere.", DIM));
    lines
}

/// A line a rule: the keys that are missing, what they give, what that is.
fn each(trial: &Trial, rules: &[&Rule], waiting: usize, width: usize) -> Vec<Line<'static>> {
    let rest = |rule: &Rule| missing(&rule.sequence.keysyms()[waiting..]);
    let mut rules = rules.to_vec();
    rules.sort_by_key(|rule| (rule.sequence.keysyms().len(), rest(rule)));
    let keys = rules.iter().map(|rule| rest(rule).width().min(COLUMN)).max().unwrap_or(0);
    let texts = |rule: &&&Rule| visible(&rule.output.text).width().min(COLUMN);
    let texts = rules.iter().map(|rule| texts(&rule)).max().unwrap_or(0);
    let left = width.saturating_sub(2 + keys + 2 + texts + 2);
    rules
        .iter()
        .map(|rule| {
            let keymap = rule.keymap.to_string();
            let room = left.saturating_sub(keymap.width() + 2);
            let name = name(rule).unwrap_or_default();
            Line::from(vec![
                Span::styled(column(&rest(rule), keys), BOLD),
                Span::raw("  "),
                Span::styled(column(&visible(&rule.output.text), texts), trial.theme.output()),
                Span::raw("  "),
                Span::raw(shortened(&name, room)),
                Span::styled(format!("  {keymap}"), DIM),
            ])
        })
        .collect()
}

/// The keys that are still to be typed.
fn missing(keysyms: &[Keysym]) -> String {
    let single = |label: &String| label.chars().count() == 1;
    let labels: Vec<String> = keysyms.iter().map(|&keysym| label(keysym)).collect();
    if labels.iter().all(single) { labels.concat() } else { labels.join(" ") }
}

/// A line a next key: how many sequences go on with it, and what the shortest of them give.
fn by_key(trial: &Trial, rules: &[&Rule], waiting: usize, width: usize) -> Vec<Line<'static>> {
    let mut groups: BTreeMap<String, Vec<&Rule>> = BTreeMap::new();
    for rule in rules {
        groups.entry(label(rule.sequence.keysyms()[waiting])).or_default().push(rule);
    }
    let mut groups: Vec<(String, Vec<&Rule>)> = groups.into_iter().collect();
    groups.sort_by_cached_key(|(key, rules)| {
        let count =
            if waiting == 0 { std::cmp::Reverse(rules.len()) } else { std::cmp::Reverse(0) };
        (if waiting == 0 { u8::from(!key.is_ascii()) } else { reach(key) }, count, key.clone())
    });
    let keys = groups.iter().map(|(key, _)| key.width().min(COLUMN)).max().unwrap_or(0);
    let room = width.saturating_sub(2 + keys + 2 + 6 + 2);
    groups
        .into_iter()
        .map(|(key, mut rules)| {
            rules.sort_by_key(|rule| rule.sequence.keysyms().len());
            let mut texts = String::new();
            for rule in &rules {
                let text = visible(&rule.output.text);
                if texts.width() + text.width() + 1 > room {
                    break;
                }
                texts = texts + &text + " ";
            }
            let only = rules.first().filter(|_| rules.len() == 1 && waiting > 0);
            let name = only.and_then(|rule| name(rule)).unwrap_or_default();
            let name = shortened(&name, room.saturating_sub(texts.width() + 1));
            Line::from(vec![
                Span::styled(column(&key, keys), BOLD),
                Span::styled(format!("  {:>4}  ", rules.len()), DIM),
                Span::styled(texts.trim_end().to_owned(), trial.theme.output()),
                Span::raw(format!("  {name}")),
            ])
        })
        .collect()
}

/// Which keys come first: letters, capitals, digits, signs; at last what few keyboards have.
fn reach(key: &str) -> u8 {
    let mut chars = key.chars();
    match (chars.next(), chars.next()) {
        (Some('a'..='z'), None) => 0,
        (Some('A'..='Z'), None) => 1,
        (Some('0'..='9'), None) => 2,
        (Some(c), None) if c.is_ascii() => 3,
        _ => 4,
    }
}

fn log(trial: &Trial, y: u16, rows: u16, frame: &mut Frame<'_>) {
    if trial.log.is_empty() {
        let line = Line::styled("nothing yet", DIM);
        return frame.render_widget(line, row(frame.area(), y));
    }
    let skip = trial.log.len().saturating_sub(rows.into());
    let labels = trial.log.iter().skip(skip).map(|told| told.key.width() + 2).max().unwrap_or(0);
    for (i, told) in (0_u16..).zip(trial.log.iter().skip(skip)) {
        let line = told_line(trial, told, labels, usize::from(frame.area().width));
        frame.render_widget(line, row(frame.area(), y + i));
    }
}

fn told_line(trial: &Trial, told: &Told, labels: usize, width: usize) -> Line<'static> {
    let style = match told.kind {
        Kind::Waits => trial.theme.waits(),
        Kind::Gave | Kind::Passed => Style::new(),
        Kind::Lost => trial.theme.wrong(),
        Kind::Aside => DIM,
    };
    let mut spans = Vec::new();
    let mut used = labels + 1;
    if told.key.is_empty() {
        spans.push(Span::raw(" ".repeat(labels + 1)));
    } else {
        spans.push(draw::cap(&told.key));
        spans.push(Span::raw(" ".repeat(labels - (told.key.width() + 2) + 1)));
    }
    if !told.text.is_empty() {
        let text = shortened(&visible(&told.text), width / 2);
        used += text.width() + 2;
        let style = if told.kind == Kind::Gave { trial.theme.output() } else { BOLD };
        spans.push(Span::styled(text, style));
        spans.push(Span::raw("  "));
    }
    let room = width.saturating_sub(2 + used);
    spans.push(Span::styled(shortened(&visible(&told.said), room), style));
    Line::from(spans)
}

fn hints(trial: &Trial, frame: &mut Frame<'_>) {
    let leader = trial.leader.to_string();
    let mut list = vec![("Ctrl+C", "ends")];
    if trial.sees_trigger {
        list.push(("Caps Lock", "hold or tap"));
    } else {
        list.push((leader.as_str(), "trigger down or up"));
    }
    list.push(("Backspace", "takes back"));
    list.push(("Escape", "drops"));
    draw::hints(frame, &list);
}
