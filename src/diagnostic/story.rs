//! [`Story`]: what `docs/diagnostics.md` tells about a code. The document is the only place of the
//! texts; a test sees to it that it tells of every code.

use super::Code;

const DOCUMENT: &str = include_str!("../../docs/diagnostics.md");

/// What is to be known of a kind of finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// What it is, in a few words.
    pub title: &'static str,
    /// Its parts, in order.
    pub parts: Vec<Part>,
}

/// A piece of a [`Story`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Sentences, a line each.
    Text(&'static str),
    /// A file that causes the finding, or a piece of one.
    Example(&'static str),
    /// What to do about it.
    Fix(&'static str),
}

impl Code {
    /// What the documentation tells about it; nothing for a code that it does not have.
    #[must_use]
    pub fn story(self) -> Option<Story> {
        let heading = format!("### {} ", self.id());
        let start = DOCUMENT.find(&heading)? + heading.len();
        let section = DOCUMENT[start..].split("\n##").next()?;
        let (title, body) = section.split_once('\n')?;
        let title = title.rsplit_once(" (").map_or(title, |(title, _)| title);
        Some(Story { title, parts: parts(body) })
    }
}

/// Paragraphs and fenced blocks.
fn parts(body: &'static str) -> Vec<Part> {
    let mut parts = Vec::new();
    // Every second piece between the fences is a block.
    for (i, piece) in body.split("```").enumerate() {
        if i % 2 == 1 {
            let example = piece.split_once('\n').map_or("", |(_, example)| example);
            parts.push(Part::Example(example.trim_end()));
            continue;
        }
        let paragraphs = piece.split("\n\n").map(str::trim).filter(|text| !text.is_empty());
        parts.extend(paragraphs.map(|text| match text.strip_prefix("Fix: ") {
            Some(fix) => Part::Fix(fix),
            None => Part::Text(text),
        }));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_story_with_an_example_and_a_fix() {
        for code in Code::ALL {
            let story = code.story().unwrap_or_else(|| panic!("{} is not told of", code.id()));
            assert!(!story.title.is_empty() && !story.title.ends_with(')'), "{}", story.title);
            let has = |kind: fn(&Part) -> bool| story.parts.iter().any(kind);
            assert!(has(|part| matches!(part, Part::Text(_))), "{}: no text", code.id());
            assert!(has(|part| matches!(part, Part::Example(_))), "{}: no example", code.id());
            assert!(has(|part| matches!(part, Part::Fix(_))), "{}: no fix", code.id());
        }
    }

    #[test]
    fn a_story_is_cut_where_the_next_begins() {
        let story = Code::Syntax.story().unwrap();
        assert_eq!(story.title, "syntax");
        let expected = [
            Part::Text(
                "The file is not TOML there.\nKeys need quotes unless they are letters, digits, \
                 `_` and `-`; texts always do.",
            ),
            Part::Example("[sequences]\n<- = \"←\""),
            Part::Fix("`\"<-\" = \"←\"`."),
        ];
        assert_eq!(story.parts, expected);
    }
}
