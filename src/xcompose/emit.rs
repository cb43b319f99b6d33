//! Writes rules as a Compose file that every toolkit reads alike.
//!
//! The portable subset: LF, `include "%L"` first, `<Multi_key>` and at most [`MAX_KEYS`] keysyms by
//! name, the result in literal UTF-8 of at most [`MAX_TEXT`] bytes, no rule that is the start of
//! another. What does not fit is left out and said.

use std::{collections::HashMap, fmt::Write as _};

use super::{SYSTEM, escape::escape};
use crate::{
    diagnostic::{Code, Diagnostic},
    keysym::Keysym,
    sequence::Rule,
};

/// The most keysyms after `<Multi_key>`: libX11 drops lines with more than 9 in all.
pub const MAX_KEYS: usize = 8;

/// The most bytes of a result: libX11 cuts longer ones, libxkbcommon drops the line.
pub const MAX_TEXT: usize = 255;

/// A Compose file in the making, and what it could not take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Emitted<'a> {
    /// Whether it includes the locale's own file.
    pub includes_system: bool,
    /// The rules that are in it and their lines, without those of the included file.
    pub lines: Vec<(&'a Rule, String)>,
    /// What is not, in the order of the rules.
    pub left_out: Vec<NotCarried>,
}

impl Emitted<'_> {
    /// The file: the include first, then the lines under the names of their keymaps.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        if self.includes_system {
            text.push_str("include \"%L\"\n\n");
        }
        text.push_str("# Written by composekey from its keymaps: change those, not this file.\n");
        let mut keymap = None;
        for (rule, line) in &self.lines {
            if keymap.replace(&rule.keymap) != Some(&rule.keymap) {
                let _ = writeln!(text, "\n# {}", rule.keymap);
            }
            text.push_str(line);
            text.push('\n');
        }
        text
    }
}

/// A rule, or the removal of one, that the file does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotCarried {
    /// The rule.
    pub rule: Rule,
    /// Why.
    pub diagnostic: Diagnostic,
}

/// Writes `own` rules. `included` are all those of the locale's file, given when the file is to
/// include it; `removed` are rules that should not be there.
#[must_use]
pub fn emit<'a>(own: &[&'a Rule], included: Option<&[&'a Rule]>, removed: &[Rule]) -> Emitted<'a> {
    let mut emitted = Emitted { includes_system: included.is_some(), ..Emitted::default() };
    let lines: Vec<_> = own.iter().map(|&rule| (rule, line(rule))).collect();
    // A rule without a line stands in nobody's way.
    let possible: Vec<_> =
        lines.iter().filter(|(_, line)| line.is_ok()).map(|&(rule, _)| rule).collect();
    let starts = Starts::new(&possible, included.unwrap_or_default());
    for (rule, line) in lines {
        match line.and_then(|line| starts.check(rule).map_or(Ok(line), Err)) {
            Ok(line) => emitted.lines.push((rule, line)),
            Err(diagnostic) => {
                emitted.left_out.push(NotCarried { rule: rule.clone(), diagnostic });
            }
        }
    }
    let hidden = starts.hidden().into_iter().map(|(rule, by)| (rule.clone(), hides(rule, by)));
    let included = |rule: &&Rule| included.is_some() && *rule.keymap == *SYSTEM;
    let removed = removed.iter().filter(included).map(|rule| (rule.clone(), still_there(rule)));
    let more = hidden.chain(removed).map(|(rule, diagnostic)| NotCarried { rule, diagnostic });
    emitted.left_out.extend(more);
    emitted
}

/// The line of a rule, or why it has none.
fn line(rule: &Rule) -> Result<String, Diagnostic> {
    let keysyms = rule.sequence.keysyms();
    if keysyms.len() > MAX_KEYS {
        let message = format!(
            "`{}` is not in the Compose file: it has {} keys, a line there at most {MAX_KEYS}",
            rule.sequence,
            keysyms.len()
        );
        let help =
            "the daemon types it all the same; give it a shorter sequence for other programs";
        return Err(Diagnostic::new(Code::NotCarriedKeys, message).at(rule.span, "").help(help));
    }
    let text = &rule.output.text;
    let refused = |why: String| {
        let message = format!("`{}` is not in the Compose file: its output {why}", rule.sequence);
        let help = "the daemon types it all the same";
        Diagnostic::new(Code::NotCarriedText, message).at(rule.span, "").help(help)
    };
    if text.len() > MAX_TEXT {
        let why = format!("has {} bytes, a line there at most {MAX_TEXT}", text.len());
        return Err(refused(why));
    }
    let Some(quoted) = escape(text) else {
        return Err(refused("has a newline or a tab, which toolkits read differently".into()));
    };
    let mut line = String::from("<Multi_key>");
    for keysym in keysyms {
        let _ = write!(line, " <{}>", keysym.name());
    }
    let _ = write!(line, " : {quoted}");
    // Clients that ask for a keysym instead of a string get one this way.
    let mut chars = text.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        let name = Keysym::from_char(c).name();
        // libxkbcommon takes no name there that begins with a digit.
        if !name.starts_with(|c: char| c.is_ascii_digit()) {
            let _ = write!(line, " {name}");
        }
    }
    if let Some(name) = rule.output.name.as_deref().filter(|name| is_comment(name)) {
        let _ = write!(line, " # {name}");
    }
    Ok(line)
}

/// Whether it can stand after `#`: in libX11 a final `\` would swallow the next line.
fn is_comment(text: &str) -> bool {
    !text.chars().any(char::is_control) && !text.contains('\\')
}

/// Which sequences are starts of others.
struct Starts<'a> {
    /// For each sequence that is a start of others, one of those.
    longer: HashMap<&'a [Keysym], &'a Rule>,
    own: HashMap<&'a [Keysym], &'a Rule>,
    included: &'a [&'a Rule],
}

impl<'a> Starts<'a> {
    fn new(own: &[&'a Rule], included: &'a [&'a Rule]) -> Self {
        let mut longer = HashMap::new();
        // Own rules first: they are the better example.
        for &rule in own.iter().chain(included) {
            let keysyms = rule.sequence.keysyms();
            for length in 1..keysyms.len() {
                longer.entry(&keysyms[..length]).or_insert(rule);
            }
        }
        let own = own.iter().map(|&rule| (rule.sequence.keysyms(), rule)).collect();
        Self { longer, own, included }
    }

    /// Why the rule cannot be in the file beside a longer one.
    fn check(&self, rule: &Rule) -> Option<Diagnostic> {
        let longer = self.longer.get(rule.sequence.keysyms())?;
        let message = format!(
            "`{}` is not in the Compose file: `{}` starts with it",
            rule.sequence, longer.sequence
        );
        let diagnostic = Diagnostic::new(Code::NotCarriedPrefix, message)
            .at(rule.span, "this rule is left out")
            .at(longer.span, "for this longer one")
            .help("the daemon has both; for other programs give the short one another ending");
        Some(diagnostic)
    }

    /// The included rules that own ones start with: the toolkits drop those.
    fn hidden(&self) -> Vec<(&'a Rule, &'a Rule)> {
        self.included
            .iter()
            .filter(|rule| !self.own.contains_key(rule.sequence.keysyms()))
            .filter_map(|&rule| {
                let by = self.longer.get(rule.sequence.keysyms())?;
                self.own.contains_key(by.sequence.keysyms()).then_some((rule, *by))
            })
            .collect()
    }
}

fn hides(rule: &Rule, by: &Rule) -> Diagnostic {
    let message = format!("`{}` hides `{}` in the Compose file", by.sequence, rule.sequence);
    Diagnostic::new(Code::NotCarriedPrefix, message)
        .at(by.span, "this longer rule wins there")
        .at(rule.span, "over this one of the locale")
        .help("the daemon has both; for other programs choose another sequence")
}

fn still_there(rule: &Rule) -> Diagnostic {
    let message = format!("`{}` is not removed in the Compose file", rule.sequence);
    Diagnostic::new(Code::NotCarriedRemoval, message)
        .at(rule.span, "the included file has it")
        .help("a Compose file cannot take back a line of a file that it includes")
}
