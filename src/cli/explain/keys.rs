//! `composekey explain KEYS`: which rule answers, what it hides and what hides it, and what each
//! program types for the keys.

use std::{io, path::Path};

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::{
    Explain,
    answer::{Answer, Types, answers},
};
use crate::{
    cli::{
        Exit, Terminal, generate, load,
        show::{self, json_line, paint, place, visible},
    },
    config::{Disk, Loaded, Paths},
    diagnostic::{Diagnostic, render},
    sequence::{Rule, Sequence},
    source::{LoadError, Loader, Sources, Span},
    xcompose::{
        profile::{Evidence, Profile},
        report::Views,
    },
};

/// How many rules of a kind are shown.
const MOST: usize = 5;

/// What a Compose file is called that nobody wrote yet.
const GENERATED: &str = "what `composekey generate` writes";

/// Explains a sequence.
pub(super) fn run(
    sequence: &Sequence,
    args: &Explain,
    paths: &Paths,
    terminal: &mut Terminal<'_>,
) -> io::Result<Exit> {
    let loaded = load(paths, false, terminal)?;
    let mut sources = Sources::default();
    let profiles = if args.toolkits.is_empty() { Profile::ALL } else { &args.toolkits };
    let file = args.file.as_deref().map(|file| std::path::absolute(file).unwrap_or(file.into()));
    let views = match &file {
        Some(file) => {
            let mut disk = Disk::default();
            if let Err(error) = disk.load(file) {
                let finding = Diagnostic::unloadable(file, &error);
                writeln!(terminal.err, "{}", render(&finding, &sources, terminal.err_style))?;
                return Ok(Exit::Failed);
            }
            Views::read(file, profiles, &paths.world, &mut disk, &mut sources)
        }
        None => {
            let text = generate::compose_file(&loaded, paths);
            let mut written = Generated { text, disk: Disk::default() };
            let name = Path::new(GENERATED);
            Views::read(name, profiles, &paths.world, &mut written, &mut sources)
        }
    };
    let answers = answers(sequence, &views, &sources);
    let rule = loaded.rules.iter().position(|rule| rule.sequence == *sequence);
    if args.json {
        tell_json(sequence, &loaded, rule, (&views, &answers), terminal)?;
    } else {
        daemon(sequence, &loaded, rule, terminal)?;
        let name = file.map_or(GENERATED.to_owned(), |file| file.display().to_string());
        writeln!(terminal.out, "\n{}", paint(terminal.out_style, "1", &format!("with {name}")))?;
        toolkits(&views, &answers, terminal)?;
    }
    let anybody = rule.is_some() || answers.iter().any(|answer| answer.types.text().is_some());
    Ok(if anybody { Exit::Fine } else { Exit::Findings })
}

/// The disk with one file more.
struct Generated {
    text: String,
    disk: Disk,
}

impl Loader for Generated {
    fn load(&mut self, path: &Path) -> Result<Vec<u8>, LoadError> {
        if path == Path::new(GENERATED) {
            return Ok(self.text.clone().into_bytes());
        }
        self.disk.load(path)
    }
}

/// The rules that start with the keys of a sequence, or that its keys start with.
fn around<'l>(sequence: &Sequence, loaded: &'l Loaded) -> (Vec<&'l Rule>, Vec<&'l Rule>) {
    let keys = sequence.keysyms();
    let others = || loaded.rules.iter().filter(|rule| rule.sequence != *sequence);
    let longer = others().filter(|rule| rule.sequence.keysyms().starts_with(keys)).collect();
    let shorter = others().filter(|rule| keys.starts_with(rule.sequence.keysyms())).collect();
    (longer, shorter)
}

/// What composekeyd makes of the keys.
fn daemon(
    sequence: &Sequence,
    loaded: &Loaded,
    rule: Option<usize>,
    terminal: &mut Terminal<'_>,
) -> io::Result<()> {
    let style = terminal.out_style;
    let keys = show::keys(sequence);
    match rule.map(|index| (index, &loaded.rules[index])) {
        Some((index, rule)) => {
            let text = paint(style, "1;32", &visible(&rule.output.text));
            writeln!(terminal.out, "composekeyd types {text} for `{keys}`, by {}", rule.keymap)?;
            line(rule.span, loaded, terminal)?;
            for old in loaded.replaced_by(index) {
                let text = visible(&old.output.text);
                writeln!(terminal.out, "\nwhich hides {text} of {}", old.keymap)?;
                line(old.span, loaded, terminal)?;
            }
        }
        None => {
            writeln!(terminal.out, "composekeyd has no rule for `{keys}`")?;
            for old in loaded.removed.iter().filter(|rule| rule.sequence == *sequence) {
                let text = visible(&old.output.text);
                writeln!(
                    terminal.out,
                    "\nthere is one for {text} in {}, removed by `remove`",
                    old.keymap
                )?;
                line(old.span, loaded, terminal)?;
            }
        }
    }
    let (longer, shorter) = around(sequence, loaded);
    for (rules, head) in [
        (longer, "waits for the next key, because other rules go on from it"),
        (shorter, "on the way, when the trigger is let go or the next key leads nowhere"),
    ] {
        if rules.is_empty() {
            continue;
        }
        writeln!(terminal.out, "\n{head}")?;
        for rule in rules.iter().take(MOST) {
            let (file, line) = place(rule.span, &loaded.sources);
            let keys = show::keys(&rule.sequence);
            let text = paint(style, "1;32", &visible(&rule.output.text));
            let at = paint(style, "2", &format!("{}, {file}:{line}", rule.keymap));
            writeln!(terminal.out, "  {keys}  {text}  {at}")?;
        }
        if rules.len() > MOST {
            let more = format!("  and {} more", rules.len() - MOST);
            writeln!(terminal.out, "{}", paint(style, "2", &more))?;
        }
    }
    Ok(())
}

/// A place and the line that stands there.
fn line(span: Span, loaded: &Loaded, terminal: &mut Terminal<'_>) -> io::Result<()> {
    let (file, number) = place(span, &loaded.sources);
    let text = &loaded.sources.get(span.source).text;
    let written = text.lines().nth(number - 1).unwrap_or_default().trim();
    let at = paint(terminal.out_style, "2", &format!("{file}:{number}"));
    writeln!(terminal.out, "  {at}\n  {}", written.replace('\t', "  "))
}

/// What each toolkit makes of the keys.
fn toolkits(views: &Views, answers: &[Answer], terminal: &mut Terminal<'_>) -> io::Result<()> {
    let style = terminal.out_style;
    let names: Vec<String> = views.all.iter().map(|view| names(&view.profiles)).collect();
    let texts: Vec<String> = answers.iter().map(|answer| text(&answer.types)).collect();
    let width = |texts: &[String]| texts.iter().map(|text| text.width()).max().unwrap_or(0);
    let (name_width, text_width) = (width(&names), width(&texts));
    for ((name, text), answer) in names.iter().zip(&texts).zip(answers) {
        let pad = |width: usize, text: &str| " ".repeat(width - text.width());
        let colour = if answer.types.text().is_some() { "1;32" } else { "1;31" };
        let why = match &answer.why {
            why if why.is_empty() => String::new(),
            why => format!("{}  {}", pad(text_width, text), paint(style, "2", why)),
        };
        let gap = pad(name_width, name);
        writeln!(terminal.out, "  {name}{gap}  {}{why}", paint(style, colour, text))?;
    }
    let unread = |profile: &Profile| profile.evidence() == Evidence::Read;
    let mut remarks = Vec::new();
    if views.all.iter().flat_map(|view| &view.profiles).any(unread) {
        remarks.push("* read, not run: what its source says");
    }
    remarks.extend(NOT_READ);
    writeln!(terminal.out)?;
    for remark in remarks {
        writeln!(terminal.out, "{}", paint(style, "2", remark))?;
    }
    Ok(())
}

/// Where no Compose file counts, whatever is in it.
const NOT_READ: [&str; 3] = [
    "no Compose file counts in GTK 4.20 and later on Wayland without an input method,",
    "in Chromium and Electron on Wayland, and where Flatpak or Snap hide the file;",
    "composekeyd types for every program of the session that it runs in",
];

fn names(profiles: &[Profile]) -> String {
    let name = |profile: &Profile| match profile.evidence() {
        Evidence::Measured => profile.to_string(),
        Evidence::Read => format!("{profile}*"),
    };
    profiles.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn text(types: &Types) -> String {
    match types {
        Types::Text(text) => visible(text),
        Types::Early(text, _) => format!("{} and more", visible(text)),
        Types::Waits | Types::Nothing => "-".to_owned(),
    }
}

#[derive(Serialize)]
struct JsonAnswer<'a> {
    program: String,
    keys: String,
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    why: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
}

#[derive(Serialize)]
struct JsonDaemon<'a> {
    program: &'a str,
    keys: String,
    text: Option<&'a str>,
    #[serde(flatten)]
    place: Option<JsonPlace<'a>>,
    hides: Vec<JsonRule<'a>>,
    longer: Vec<JsonRule<'a>>,
    shorter: Vec<JsonRule<'a>>,
}

#[derive(Serialize)]
struct JsonRule<'a> {
    keys: String,
    text: &'a str,
    #[serde(flatten)]
    place: JsonPlace<'a>,
}

#[derive(Serialize)]
struct JsonPlace<'a> {
    keymap: &'a str,
    file: &'a str,
    line: usize,
}

fn json_place<'a>(rule: &'a Rule, loaded: &'a Loaded) -> JsonPlace<'a> {
    let (file, line) = place(rule.span, &loaded.sources);
    JsonPlace { keymap: &rule.keymap, file, line }
}

fn json_rules<'a>(rules: Vec<&'a Rule>, loaded: &'a Loaded) -> Vec<JsonRule<'a>> {
    let json = |rule: &'a Rule| JsonRule {
        keys: rule.sequence.to_string(),
        text: &rule.output.text,
        place: json_place(rule, loaded),
    };
    rules.into_iter().map(json).collect()
}

fn tell_json(
    sequence: &Sequence,
    loaded: &Loaded,
    rule: Option<usize>,
    (views, answers): (&Views, &[Answer]),
    terminal: &mut Terminal<'_>,
) -> io::Result<()> {
    let rules = |rules| json_rules(rules, loaded);
    let (longer, shorter) = around(sequence, loaded);
    let answer = rule.map(|index| &loaded.rules[index]);
    let daemon = JsonDaemon {
        program: "composekeyd",
        keys: sequence.to_string(),
        text: answer.map(|rule| rule.output.text.as_str()),
        place: answer.map(|rule| json_place(rule, loaded)),
        hides: rules(rule.map_or(Vec::new(), |index| loaded.replaced_by(index).collect())),
        longer: rules(longer),
        shorter: rules(shorter),
    };
    json_line(&daemon, terminal.out)?;
    for (view, answer) in views.all.iter().zip(answers) {
        for profile in &view.profiles {
            let line = JsonAnswer {
                program: profile.to_string(),
                keys: sequence.to_string(),
                text: answer.types.text(),
                why: &answer.why,
                file: answer.place.as_ref().map(|(file, _)| file.as_str()),
                line: answer.place.as_ref().map(|(_, line)| *line),
            };
            json_line(&line, terminal.out)?;
        }
    }
    Ok(())
}
