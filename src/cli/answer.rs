//! How characters that were found are drawn: one at length, several in rows, as JSON.
//!
//! ```text
//! ä  U+00E4  latin small letter a with diaeresis
//!    "a   Shift+' a   umlauts
//!    a"   a Shift+'   umlauts
//!    also umlaut  &auml;  \"a
//!
//!   ö   "o   Shift+' o   latin small letter o with diaeresis   umlauts
//! ```

use std::io;

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::{
    Terminal, plural,
    show::{keys, pad, paint, place, shortened, unicode_name, visible},
};
use crate::{
    config::Loaded,
    diagnostic::Style,
    keysym::Keysym,
    layout::{Layout, Press, cap},
    search::{
        Corpus, Hit, Typed,
        data::{self, Called},
    },
    sequence::{Rule, Sequence},
};

/// The widest column of key caps in rows; what is wider is left to the answer at length.
const MAX_CAPS: usize = 22;

/// How many ways to type a text are shown.
const MAX_WAYS: usize = 6;

/// The fewest columns that a name gets.
const MIN_NAME: usize = 12;

/// Draws hits.
#[derive(Debug)]
pub(super) struct Answers<'a> {
    loaded: &'a Loaded,
    corpus: Corpus<'a>,
}

/// One way to type a text.
#[derive(Default)]
struct Way {
    /// What is typed, in the notation of the maps.
    keys: String,
    /// How the layout types that.
    caps: Vec<String>,
    /// The keys that it lacks.
    missing: Vec<String>,
    /// Where it comes from.
    place: String,
    /// Whether it does not work as things are.
    off: bool,
    /// Whether it is the number of the character.
    code_point: bool,
}

impl<'a> Answers<'a> {
    pub(super) fn new(loaded: &'a Loaded, corpus: Corpus<'a>) -> Self {
        Self { loaded, corpus }
    }

    /// Everything about one text.
    pub(super) fn whole(&self, hit: &Hit<'_>, terminal: &mut Terminal<'_>) -> io::Result<()> {
        let style = terminal.out_style;
        let codes: Vec<_> = hit.text.chars().map(code).collect();
        let name = self.name(hit).unwrap_or_default();
        let text = paint(style, "1;32", &visible(hit.text));
        let codes = paint(style, "2", &codes.join(" "));
        writeln!(terminal.out, "{text}  {codes}  {name}")?;
        let (ways, rest) = chosen(self.ways(hit));
        let width = |part: fn(&Way) -> usize| ways.iter().map(part).max().unwrap_or_default();
        let keys_width = width(|way| way.keys.width());
        let caps_width = width(|way| way.caps().width());
        for way in &ways {
            write!(terminal.out, "   {}", paint(style, "1", &way.keys))?;
            pad(keys_width, way.keys.width(), terminal.out)?;
            write!(terminal.out, "   {}", way.drawn(style))?;
            pad(caps_width, way.caps().width(), terminal.out)?;
            writeln!(terminal.out, "   {}", paint(style, "2", &way.place))?;
        }
        if rest > 0 {
            let more = format!("and {} more; `--json` has all of them", plural(rest, "way"));
            writeln!(terminal.out, "   {}", paint(style, "2", &more))?;
        }
        let also = also(hit.text);
        if !also.is_empty() {
            let also = also.join("  ");
            let also = terminal.width.map_or(also.clone(), |width| shortened(&also, width - 9));
            writeln!(terminal.out, "   {} {also}", paint(style, "2", "also"))?;
        }
        Ok(())
    }

    /// One row a text.
    pub(super) fn rows(&self, hits: &[Hit<'_>], terminal: &mut Terminal<'_>) -> io::Result<()> {
        let style = terminal.out_style;
        let rows: Vec<(String, Option<Way>, String)> = hits
            .iter()
            .map(|hit| {
                let name = self.name(hit).unwrap_or_default();
                (visible(hit.text), self.ways(hit).into_iter().next(), name)
            })
            .collect();
        let ways = || rows.iter().filter_map(|(_, way, _)| way.as_ref());
        let fits = |way: &Way| if way.caps().width() > MAX_CAPS { 0 } else { way.caps().width() };
        let text_width = rows.iter().map(|(text, ..)| text.width()).max().unwrap_or_default();
        let keys_width = ways().map(|way| way.keys.width()).max().unwrap_or_default();
        let caps_width = ways().map(fits).max().unwrap_or_default();
        let place_width = ways().map(|way| way.place.width()).max().unwrap_or_default();
        let used = 2 + text_width + 2 + keys_width + 2 + caps_width + 2 + 2 + place_width;
        let widest = rows.iter().map(|(.., name)| name.width()).max().unwrap_or_default();
        let name_width = terminal
            .width
            .map_or(widest, |width| widest.min(width.saturating_sub(used + 1).max(MIN_NAME)));
        for (text, way, name) in &rows {
            write!(terminal.out, "  {}", paint(style, "1;32", text))?;
            pad(text_width, text.width(), terminal.out)?;
            let name = shortened(name, name_width);
            let Some(way) = way else {
                write!(terminal.out, "{:1$}", "", 2 + keys_width + 2 + caps_width)?;
                writeln!(terminal.out, "  {name}")?;
                continue;
            };
            write!(terminal.out, "  {}", paint(style, if way.off { "2" } else { "1" }, &way.keys))?;
            pad(keys_width, way.keys.width(), terminal.out)?;
            let drawn = if fits(way) > 0 { way.drawn(style) } else { String::new() };
            write!(terminal.out, "  {drawn}")?;
            pad(caps_width, fits(way), terminal.out)?;
            write!(terminal.out, "  {name}")?;
            pad(name_width, name.width(), terminal.out)?;
            writeln!(terminal.out, "  {}", paint(style, "2", &way.place))?;
        }
        Ok(())
    }

    /// How a text is typed, piece by piece in its order; what keys type plainly is taken together.
    pub(super) fn recipe(&self, hits: &[Hit<'_>], terminal: &mut Terminal<'_>) -> io::Result<()> {
        let style = terminal.out_style;
        let plain = |hit: &Hit<'_>| self.direct(hit.text).is_some();
        let rows: Vec<(String, Option<Way>)> = hits
            .chunk_by(|a, b| plain(a) && plain(b))
            .map(|run| {
                let text: String = run.iter().map(|hit| hit.text).collect();
                let way = if plain(&run[0]) {
                    let caps = run.iter().filter_map(|hit| self.direct(hit.text)).collect();
                    Some(Way { caps, ..Way::default() })
                } else {
                    let (works, _) = chosen(self.ways(&run[0]));
                    let best = works.iter().position(|way| !way.off).unwrap_or_default();
                    works.into_iter().nth(best)
                };
                (visible(&text), way)
            })
            .collect();
        let ways = || rows.iter().filter_map(|(_, way)| way.as_ref());
        let text_width = rows.iter().map(|(text, _)| text.width()).max().unwrap_or_default();
        let keys_width = ways().map(|way| way.keys.width()).max().unwrap_or_default();
        let composed = ways().filter(|way| !way.place.is_empty());
        let caps_width = composed.map(|way| way.caps().width()).max().unwrap_or_default();
        for (text, way) in &rows {
            write!(terminal.out, "  {}", paint(style, "1;32", text))?;
            let Some(way) = way else {
                writeln!(terminal.out, "  {}", paint(style, "33", "no way to type it"))?;
                continue;
            };
            pad(text_width, text.width(), terminal.out)?;
            write!(terminal.out, "  {}", paint(style, if way.off { "2" } else { "1" }, &way.keys))?;
            pad(keys_width, way.keys.width(), terminal.out)?;
            write!(terminal.out, "  {}", way.drawn(style))?;
            if !way.place.is_empty() {
                pad(caps_width, way.caps().width(), terminal.out)?;
                write!(terminal.out, "  {}", paint(style, "2", &way.place))?;
            }
            writeln!(terminal.out)?;
        }
        Ok(())
    }

    /// How a key types this by itself.
    pub(super) fn direct(&self, text: &str) -> Option<String> {
        let mut chars = text.chars();
        let one = chars.next().filter(|_| chars.next().is_none())?;
        self.corpus.layout.direct(one).filter(|press| press.group == 0).map(|&press| told(press))
    }

    /// Says what the brackets around a keymap mean.
    pub(super) fn explain(&self, hits: &[Hit<'_>], terminal: &mut Terminal<'_>) -> io::Result<()> {
        let seen = |(i, hit): &(usize, &Hit<'_>)| {
            hit.typed == Typed::Unused || *i == 0 && hit.typed == Typed::NotHere
        };
        let mut rules = hits.iter().enumerate().filter(seen).flat_map(|(_, hit)| &hit.rules);
        let unused = rules.find(|&&rule| rule >= self.corpus.in_use);
        let Some(&rule) = unused else { return Ok(()) };
        let name = &self.corpus.rules[rule].keymap;
        terminal.out.flush()?;
        let hint = format!("  ({name}): not in use; add \"{name}\" to `keymaps` in config.toml");
        writeln!(terminal.err, "{}", paint(terminal.err_style, "2", &hint))
    }

    /// What a text is called.
    fn name(&self, hit: &Hit<'_>) -> Option<String> {
        let known = data::entry(hit.text).and_then(data::Entry::name).map(str::to_owned);
        known.or_else(|| {
            let own =
                hit.rules.iter().find_map(|&i| self.corpus.rules[i].output.about.name.clone());
            let mut chars = hit.text.chars();
            let one = chars.next().filter(|_| chars.next().is_none());
            own.or_else(|| Some(unicode_name(one?)?.to_lowercase()))
        })
    }

    /// The ways to type a text, the best first.
    fn ways(&self, hit: &Hit<'_>) -> Vec<Way> {
        let mut ways = Vec::new();
        let mut chars = hit.text.chars();
        let one = chars.next().filter(|_| chars.next().is_none());
        if let Some(press) = one.and_then(|c| self.corpus.layout.direct(c)) {
            ways.push(Way {
                keys: keys_of(hit.text),
                caps: vec![told(*press)],
                missing: Vec::new(),
                place: format!("a key of {}", self.corpus.layout.name),
                off: false,
                code_point: false,
            });
        }
        ways.extend(hit.rules.iter().map(|&i| self.way(i)));
        let by_code = one.filter(|_| ways.iter().all(|way| way.off || !way.missing.is_empty()));
        ways.extend(by_code.map(|c| Way {
            keys: code(c),
            caps: Vec::new(),
            missing: Vec::new(),
            place: "by code point".to_owned(),
            off: false,
            code_point: true,
        }));
        ways
    }

    fn way(&self, rule: usize) -> Way {
        let Rule { sequence, keymap, .. } = &self.corpus.rules[rule];
        let in_use = rule < self.corpus.in_use;
        let missing: Vec<_> = self.corpus.layout.missing(sequence).map(cap).collect();
        Way {
            keys: keys(sequence),
            caps: presses(self.corpus.layout, sequence),
            off: !in_use || !missing.is_empty(),
            code_point: false,
            missing,
            place: if in_use { keymap.to_string() } else { format!("({keymap})") },
        }
    }

    /// A hit as a JSON object.
    pub(super) fn json<'h>(&self, hit: &'h Hit<'_>) -> Json<'h> {
        let mut chars = hit.text.chars();
        let one = chars.next().filter(|_| chars.next().is_none());
        let press = one.and_then(|c| self.corpus.layout.direct(c));
        let sequences = hit.rules.iter().map(|&i| {
            let rule = &self.corpus.rules[i];
            let (file, line) = place(rule.span, &self.loaded.sources);
            JsonSequence {
                keys: rule.sequence.to_string(),
                keysyms: rule.sequence.keysyms().iter().map(|keysym| keysym.name()).collect(),
                presses: presses(self.corpus.layout, &rule.sequence),
                missing: self.corpus.layout.missing(&rule.sequence).map(Keysym::name).collect(),
                keymap: rule.keymap.to_string(),
                in_use: i < self.corpus.in_use,
                file: file.to_owned(),
                line,
            }
        });
        Json {
            text: hit.text,
            code_points: hit.text.chars().map(code).collect(),
            name: self.name(hit),
            also: also(hit.text),
            fit: hit.fit.how.word(),
            typed: hit.typed.word(),
            layout: self.corpus.layout.name.clone(),
            press: press.map(|&press| told(press)),
            sequences: sequences.collect(),
        }
    }
}

impl Way {
    /// The key caps, or the keys that are missing.
    fn caps(&self) -> String {
        if self.missing.is_empty() {
            self.caps.join(" ")
        } else {
            format!("no key {}", self.missing.join(" "))
        }
    }

    /// The same in colours: caps look like caps.
    fn drawn(&self, style: Style) -> String {
        if self.missing.is_empty() {
            let caps: Vec<_> = self.caps.iter().map(|cap| paint(style, "7", cap)).collect();
            caps.join(" ")
        } else {
            paint(style, "33", &self.caps())
        }
    }
}

/// The ways that are worth a line, and how many there are beside them: those that work, else those
/// that would.
fn chosen(ways: Vec<Way>) -> (Vec<Way>, usize) {
    let all = ways.len();
    let any = ways.iter().any(|way| !way.off && !way.code_point);
    let mut chosen: Vec<Way> = ways.into_iter().filter(|way| !way.off || !any).collect();
    chosen.truncate(MAX_WAYS);
    let rest = all - chosen.len();
    (chosen, rest)
}

/// How a layout types a sequence, key by key; a key that it lacks stands for itself.
pub(super) fn presses(layout: &Layout, sequence: &Sequence) -> Vec<String> {
    let press = |&keysym: &Keysym| layout.press(keysym).map_or_else(|| cap(keysym), |&p| told(p));
    sequence.keysyms().iter().map(press).collect()
}

/// How one key is told; one of another layout of the keyboard says so.
fn told(press: Press) -> String {
    match press.group {
        0 => press.to_string(),
        group => format!("{press} (layout {})", group + 1),
    }
}

/// A text as keys are written.
fn keys_of(text: &str) -> String {
    if text == " " { "<space>".to_owned() } else { text.to_owned() }
}

fn code(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// What else a text is called: names, then notations.
fn also(text: &str) -> Vec<&'static str> {
    let Some(entry) = data::entry(text) else { return Vec::new() };
    let names = entry.names().skip(1);
    let codes = entry.called().filter_map(|called| match called {
        Called::Code(code) => Some(code),
        _ => None,
    });
    names.chain(codes).collect()
}

/// A hit as a JSON object; docs/command-line.md describes it.
#[derive(Debug, Serialize)]
pub(super) struct Json<'a> {
    text: &'a str,
    code_points: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    also: Vec<&'static str>,
    fit: &'static str,
    typed: &'static str,
    layout: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    press: Option<String>,
    sequences: Vec<JsonSequence>,
}

#[derive(Debug, Serialize)]
struct JsonSequence {
    keys: String,
    keysyms: Vec<String>,
    presses: Vec<String>,
    missing: Vec<String>,
    keymap: String,
    in_use: bool,
    file: String,
    line: usize,
}
