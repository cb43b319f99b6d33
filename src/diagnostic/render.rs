//! Shows diagnostics: caret text for people, JSON Lines for programs. The only place that knows
//! how a diagnostic is coloured.

use annotate_snippets::{
    Annotation, AnnotationKind, Level, Renderer, Snippet,
    renderer::{AnsiColor, Effects},
};
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::{Diagnostic, Effect, Severity};
use crate::source::{SourceId, Sources, Span};

/// How to draw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Text alone.
    #[default]
    Plain,
    /// Text with ANSI colours.
    Colour,
}

/// How many columns a diagnostic takes; longer source lines are cut around the carets.
const WIDTH: usize = 80;

/// What stands before the text of a help.
const GUTTER: usize = "123 = help: ".len();

/// Longer than any word of a map: what a label points at is shown up to here.
const LONGEST_LABEL: usize = 200;

/// The finding as a person reads it, with carets under the place, without a final newline.
#[must_use]
pub fn render(diagnostic: &Diagnostic, sources: &Sources, style: Style) -> String {
    let level = match diagnostic.severity {
        Severity::Note => Level::NOTE,
        Severity::Warning => Level::WARNING,
        Severity::Error => Level::ERROR,
    };
    let title = level.primary_title(&diagnostic.message).id(diagnostic.code.id());
    // One snippet a file, in the order in which labels name them.
    let mut files: Vec<SourceId> = Vec::new();
    for label in &diagnostic.labels {
        if !files.contains(&label.span.source) {
            files.push(label.span.source);
        }
    }
    let group = title.elements(files.into_iter().map(|file| snippet(diagnostic, file, sources)));
    let notes = diagnostic.notes.iter();
    let group = group.elements(notes.map(|note| Level::NOTE.message(wrap(note, WIDTH - GUTTER))));
    let group = match &diagnostic.help {
        Some(help) => group.element(Level::HELP.message(wrap(help, WIDTH - GUTTER))),
        None => group,
    };
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        // The yellow of the crate cannot be read on white.
        Style::Colour => {
            let warning = AnsiColor::Magenta.on_default().effects(Effects::BOLD);
            Renderer::styled().warning(warning)
        }
    };
    renderer.term_width(WIDTH).render(&[group])
}

/// The lines of one file that the labels stand on, and those between.
fn snippet<'a>(
    diagnostic: &'a Diagnostic,
    file: SourceId,
    sources: &'a Sources,
) -> Snippet<'a, Annotation<'a>> {
    let source = sources.get(file);
    let labels = || diagnostic.labels.iter().enumerate().filter(|(_, l)| l.span.source == file);
    let spans = || labels().map(|(_, label)| shortened(label.span, sources));
    let first = spans().map(|span| span.start).min().unwrap_or_default();
    let last = spans().map(|span| span.end).max().unwrap_or_default();
    // Only these lines are handed over: the files of locales are long.
    let start = source.text[..first].rfind('\n').map_or(0, |newline| newline + 1);
    let end = source.text[last..].find('\n').map_or(source.text.len(), |newline| last + newline);
    let line = sources.position(Span::new(file, start..start)).line;
    let annotations = labels().zip(spans()).map(|((i, label), span)| {
        let kind = if i == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let text = Some(label.text.as_str()).filter(|text| !text.is_empty());
        kind.span(span.start - start..span.end - start).label(text)
    });
    Snippet::source(&source.text[start..end])
        .path(&source.name)
        .line_start(line)
        .annotations(annotations)
}

/// The text in lines of at most this many columns; a longer word has a line of its own.
#[must_use]
pub fn wrap(text: &str, width: usize) -> String {
    let mut wrapped = String::new();
    let mut column = 0;
    for word in text.split_inclusive(' ') {
        if column > 0 && column + word.trim_end().width() > width {
            wrapped.truncate(wrapped.trim_end().len());
            wrapped.push('\n');
            column = 0;
        }
        wrapped.push_str(word);
        column += word.width();
    }
    wrapped
}

/// The range to underline: no longer than its first line and [`LONGEST_LABEL`].
fn shortened(span: Span, sources: &Sources) -> std::ops::Range<usize> {
    let text = sources.slice(span);
    let line = text.lines().next().unwrap_or_default();
    let end = line.char_indices().nth(LONGEST_LABEL).map_or(line.len(), |(at, _)| at);
    span.range().start..span.range().start + end
}

#[derive(Serialize)]
struct Line<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    #[serde(flatten)]
    place: Option<Place<'a>>,
    help: Option<&'a str>,
    labels: Vec<JsonLabel<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notes: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    toolkits: Vec<JsonEffect<'a>>,
}

#[derive(Serialize)]
struct JsonEffect<'a> {
    toolkit: &'a str,
    verdict: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct JsonLabel<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    line: usize,
    column: usize,
}

/// The finding as one line of JSON, without the newline.
///
/// `file`, `line` and `column` are those of the first label and are missing when there is none.
#[must_use]
pub fn json_line(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let place = |span: Span| {
        let position = sources.position(span);
        let file = sources.get(span.source).name.as_str();
        Place { file, line: position.line, column: position.column }
    };
    let line = Line {
        code: diagnostic.code.id(),
        severity: diagnostic.severity.name(),
        message: &diagnostic.message,
        place: diagnostic.labels.first().map(|label| place(label.span)),
        help: diagnostic.help.as_deref(),
        labels: diagnostic
            .labels
            .iter()
            .map(|label| JsonLabel { place: place(label.span), text: &label.text })
            .collect(),
        notes: &diagnostic.notes,
        toolkits: diagnostic
            .effects
            .iter()
            .map(|Effect { toolkit, verdict, reason }| JsonEffect { toolkit, verdict, reason })
            .collect(),
    };
    serde_json::to_string(&line).expect("strings and numbers are always JSON")
}
