//! Markdown as it is in `docs/`, to roff.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use roff::{Inline, Roff, bold, roman};

/// Writes a document without its title; headings of the second level become sections.
pub(crate) fn write(document: &str, roff: &mut Roff) {
    let mut writer = Writer { roff, line: Vec::new(), style: Style::Roman, cell: 0, items: 0 };
    for event in Parser::new_ext(document, Options::ENABLE_TABLES) {
        writer.take(event);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Roman,
    Bold,
    /// Not written at all: the title.
    Hidden,
    /// A block of code.
    Code,
}

struct Writer<'r> {
    roff: &'r mut Roff,
    line: Vec<Inline>,
    style: Style,
    /// Which cell of a row it is.
    cell: usize,
    /// In how many lists.
    items: usize,
}

impl Writer<'_> {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.style == Style::Code => {
                for line in text.lines() {
                    let _ = self.roff.text([roman(line)]);
                }
            }
            Event::Text(text) => self.push(&text),
            Event::Code(code) => self.line.push(match self.style {
                Style::Hidden => return,
                _ => bold(&*code),
            }),
            Event::SoftBreak | Event::HardBreak => self.push(" "),
            other => panic!("no manual page has {other:?}: teach examples/packaging/markdown.rs"),
        }
    }

    fn push(&mut self, text: &str) {
        match self.style {
            Style::Bold => self.line.push(bold(text)),
            Style::Hidden => {}
            Style::Roman | Style::Code => self.line.push(roman(text)),
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Heading { level: HeadingLevel::H1, .. } => self.style = Style::Hidden,
            Tag::Paragraph if self.items == 0 => {
                let _ = self.roff.control("PP", []);
            }
            Tag::List(_) => self.items += 1,
            Tag::Item => {
                let _ = self.roff.control("IP", ["\u{2022}", "2"]);
            }
            Tag::CodeBlock(_) => {
                self.style = Style::Code;
                let _ = self.roff.control("PP", []).control("RS", ["4"]).control("nf", []);
            }
            // What the columns are called is clear from what is in them.
            Tag::TableHead => self.style = Style::Hidden,
            Tag::TableRow => self.cell = 0,
            Tag::TableCell => self.cell += 1,
            Tag::Strong => self.style = Style::Bold,
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => {
                let words: String = self.line.drain(..).map(|inline| plain(&inline)).collect();
                match level {
                    HeadingLevel::H1 => self.style = Style::Roman,
                    HeadingLevel::H2 => {
                        let _ = self.roff.control("SH", [words.to_uppercase().as_str()]);
                    }
                    _ => {
                        let _ = self.roff.control("SS", [words.as_str()]);
                    }
                }
            }
            TagEnd::Paragraph | TagEnd::Item => self.flush(),
            TagEnd::List(_) => self.items -= 1,
            TagEnd::CodeBlock => {
                self.style = Style::Roman;
                let _ = self.roff.control("fi", []).control("RE", []);
            }
            TagEnd::TableHead => self.style = Style::Roman,
            // The first cell is the term, the others tell about it.
            TagEnd::TableCell if self.cell == 1 => {
                if !self.line.is_empty() {
                    let _ = self.roff.control("TP", []);
                }
                self.flush();
            }
            TagEnd::TableCell => self.push(" "),
            TagEnd::TableRow => self.flush(),
            TagEnd::Strong => self.style = Style::Roman,
            _ => {}
        }
    }

    fn flush(&mut self) {
        if !self.line.is_empty() {
            let line = std::mem::take(&mut self.line);
            let _ = self.roff.text(line);
        }
    }
}

fn plain(inline: &Inline) -> String {
    match inline {
        Inline::Roman(text) | Inline::Bold(text) | Inline::Italic(text) => text.clone(),
        Inline::LineBreak => " ".to_owned(),
    }
}
