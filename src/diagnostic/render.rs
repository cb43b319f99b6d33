//! Shows diagnostics: caret text for people, JSON Lines for programs. The only place that knows
//! about colour.

use super::Diagnostic;
use crate::source::Sources;

/// How to draw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Text alone.
    #[default]
    Plain,
    /// Text with ANSI colours.
    Colour,
}

/// The finding as a person reads it, with carets under the place.
#[must_use]
pub fn render(_diagnostic: &Diagnostic, _sources: &Sources, _style: Style) -> String {
    String::new()
}

/// The finding as one line of JSON, without the newline.
#[must_use]
pub fn json_line(_diagnostic: &Diagnostic, _sources: &Sources) -> String {
    String::new()
}
