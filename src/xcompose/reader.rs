//! Reads a Compose file and what it includes into rules.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    SYSTEM, World, locale,
    parser::{self, Line, LineError},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    keysym::Keysym,
    sequence::{Output, Rule, Sequence},
    source::{Loader, SourceId, Sources, Span},
};

/// How deep includes may go: libxkbcommon's limit.
const MAX_DEPTH: usize = 5;

/// How many files may be read for one: the depth alone would let a few files be read for ever.
const MAX_FILES: usize = 100;

/// How many findings of a file are told.
const MAX_FINDINGS: usize = 50;

/// The rules of the locale's own Compose file that start with `<Multi_key>`, without it.
#[must_use]
pub fn system(
    world: &World,
    loader: &mut dyn Loader,
    sources: &mut Sources,
) -> (Vec<Rule>, Vec<Diagnostic>) {
    let reader = Reader::new(world, SYSTEM, loader, sources);
    Reader { only_composed: true, ..reader }.locale_table()
}

/// All the rules of the locale's own Compose file, as [`read`] gives them.
#[must_use]
pub fn whole_system(
    world: &World,
    loader: &mut dyn Loader,
    sources: &mut Sources,
) -> (Vec<Rule>, Vec<Diagnostic>) {
    Reader::new(world, SYSTEM, loader, sources).locale_table()
}

/// The rules of the Compose file at `path`, with `<Multi_key>` where it is written.
///
/// Later rules for the same keys come later; nothing is left out.
#[must_use]
pub fn read(
    path: &Path,
    world: &World,
    loader: &mut dyn Loader,
    sources: &mut Sources,
) -> (Vec<Rule>, Vec<Diagnostic>) {
    let mut reader = Reader::new(world, "compose", loader, sources);
    reader.file(path, None);
    (reader.rules, reader.diagnostics)
}

struct Reader<'a> {
    world: &'a World,
    loader: &'a mut dyn Loader,
    sources: &'a mut Sources,
    keymap: Arc<str>,
    /// Only rules that start with `<Multi_key>` are wanted, without it.
    only_composed: bool,
    depth: usize,
    files: usize,
    /// The numbers of the names seen: a name is asked for some 4 times in a large file.
    names: HashMap<Box<str>, Option<Keysym>>,
    rules: Vec<Rule>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn new(
        world: &'a World,
        keymap: &str,
        loader: &'a mut dyn Loader,
        sources: &'a mut Sources,
    ) -> Self {
        Self {
            world,
            loader,
            sources,
            keymap: keymap.into(),
            only_composed: false,
            depth: 0,
            files: 0,
            names: HashMap::new(),
            rules: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    fn locale_table(mut self) -> (Vec<Rule>, Vec<Diagnostic>) {
        match self.locale_file() {
            Some(path) => self.file(&path, None),
            None => self.diagnostics.push(
                Diagnostic::new(
                    Code::NoSystemTable,
                    format!("no Compose file in `{}`: `system` is empty", self.world.folder.display()),
                )
                .help(
                    "install the X locales (Debian: libx11-data), or leave `system` out of `keymaps`",
                ),
            ),
        }
        (self.rules, self.diagnostics)
    }

    /// Reads a file; `from` is the include that names it.
    fn file(&mut self, path: &Path, from: Option<Span>) {
        let text = match self.loader.load(path) {
            // Only files of older locales are no UTF-8; their results have keysyms as well.
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => text,
                Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
            },
            Err(error) => {
                let diagnostic = Diagnostic::unloadable(path, &error);
                self.diagnostics.push(match from {
                    Some(span) => {
                        let diagnostic = Diagnostic { code: Code::ComposeInclude, ..diagnostic };
                        diagnostic.at(span, "included here")
                    }
                    None => diagnostic,
                });
                return;
            }
        };
        let id = self.sources.add(path.display().to_string(), String::new());
        let mut findings = 0;
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            match self.line(line.trim_end_matches(['\n', '\r']), id, start) {
                Ok(()) => {}
                Err(error) if findings < MAX_FINDINGS => {
                    findings += 1;
                    let span = Span::new(id, start + error.range.start..start + error.range.end);
                    self.diagnostics.push(skipped(error, span));
                }
                Err(_) => {
                    let message =
                        format!("`{}` has more than {MAX_FINDINGS} bad lines", path.display());
                    let help = "is this really a Compose file? what follows was not read";
                    self.diagnostics
                        .push(Diagnostic::new(Code::TooManyFindings, message).help(help));
                    break;
                }
            }
            start += line.len();
        }
        self.sources.set_text(id, text);
    }

    fn line(&mut self, line: &str, source: SourceId, start: usize) -> Result<(), LineError> {
        // Most lines of a locale's file start with a dead key and need no reading.
        let first = line.trim_ascii_start().strip_prefix('<').map(str::trim_ascii_start);
        if self.only_composed && first.is_some_and(|name| !name.starts_with("Multi_key")) {
            return Ok(());
        }
        match parser::line(line)? {
            None => Ok(()),
            Some(Line::Include { path }) => {
                let at = line.find("include").unwrap_or_default();
                let end = line.trim_ascii_end().len();
                self.include(&path, Span::new(source, start + at..start + end));
                Ok(())
            }
            Some(Line::Production { keysyms, text, keysym }) => {
                let composed = keysyms[0].0 == "Multi_key";
                if self.only_composed && (!composed || keysyms.len() == 1) {
                    return Ok(());
                }
                let left = &keysyms[usize::from(self.only_composed)..];
                let numbers = left.iter().map(|(name, range)| self.keysym(name, range.clone()));
                let numbers = numbers.collect::<Result<Box<[_]>, _>>()?;
                let Some(sequence) = Sequence::new(numbers) else { return Ok(()) };
                let text = match (text, keysym) {
                    (Some(text), _) if !text.contains('\u{fffd}') => text,
                    (_, Some((name, range))) => {
                        self.keysym(name, range)?.to_char().map(String::from).unwrap_or_default()
                    }
                    (text, None) => text.unwrap_or_default(),
                };
                // An empty result swallows keys in some toolkits; as a rule it gives nothing.
                if text.is_empty() {
                    return Ok(());
                }
                let (first, last) = (&keysyms[0].1, &keysyms[keysyms.len() - 1].1);
                let span = Span::new(source, start + first.start..start + last.end);
                let output = Output { text, ..Output::default() };
                self.rules.push(Rule { sequence, output, keymap: self.keymap.clone(), span });
                Ok(())
            }
        }
    }

    fn keysym(&mut self, name: &str, range: std::ops::Range<usize>) -> Result<Keysym, LineError> {
        let known = match self.names.get(name) {
            Some(known) => *known,
            None => {
                let known = Keysym::from_name(name);
                self.names.insert(name.into(), known);
                known
            }
        };
        known.ok_or_else(|| LineError {
            code: Code::ComposeKeysym,
            range,
            message: format!("unknown keysym `{name}`"),
        })
    }

    fn include(&mut self, path: &str, span: Span) {
        let complaint =
            |message: String| Diagnostic::new(Code::ComposeInclude, message).at(span, "");
        self.files += 1;
        if self.files > MAX_FILES {
            // Said once: after that every include is one too many.
            if self.files == MAX_FILES + 1 {
                let message = format!("more than {MAX_FILES} files are included");
                self.diagnostics.push(complaint(message));
            }
            return;
        }
        if self.depth == MAX_DEPTH {
            let message = format!("includes go deeper than {MAX_DEPTH} files");
            let help = "libxkbcommon refuses the whole file then; does it include itself?";
            self.diagnostics.push(complaint(message).help(help));
            return;
        }
        match self.expand(path) {
            Ok(path) => {
                self.depth += 1;
                self.file(&path, Some(span));
                self.depth -= 1;
            }
            Err(message) => self.diagnostics.push(complaint(message)),
        }
    }

    /// Replaces `%L`, `%H`, `%S` and `%%`.
    fn expand(&mut self, path: &str) -> Result<PathBuf, String> {
        let mut expanded = String::with_capacity(path.len());
        let mut chars = path.chars();
        while let Some(c) = chars.next() {
            if c != '%' {
                expanded.push(c);
                continue;
            }
            match chars.next() {
                Some('%') => expanded.push('%'),
                Some('S') => expanded.push_str(&self.world.folder.to_string_lossy()),
                Some('H') => match &self.world.home {
                    Some(home) => expanded.push_str(&home.to_string_lossy()),
                    None => {
                        return Err("`%H` stands for the home directory, and there is none".into());
                    }
                },
                Some('L') => match self.locale_file() {
                    Some(file) => expanded.push_str(&file.to_string_lossy()),
                    None => {
                        return Err(
                            "`%L` stands for the locale's Compose file, and there is none".into()
                        );
                    }
                },
                Some(other) => return Err(format!("`%{other}` means nothing in an include")),
                None => return Err("the path ends in a lone `%`".into()),
            }
        }
        Ok(expanded.into())
    }

    /// The locale's Compose file; `None` without X locales.
    fn locale_file(&mut self) -> Option<PathBuf> {
        let world = self.world;
        let mut table = |name| {
            let bytes = self.loader.load(&world.file(name)).ok()?;
            Some(String::from_utf8_lossy(&bytes).into_owned())
        };
        // Without aliases only exact names are found.
        let aliases = table("locale.alias").unwrap_or_default();
        let folder = table("compose.dir")?;
        let file = locale::compose_file(&world.locale, &aliases, &folder);
        Some(world.file(file.unwrap_or(locale::FALLBACK)))
    }
}

fn skipped(error: LineError, span: Span) -> Diagnostic {
    let diagnostic = Diagnostic::new(error.code, error.message).at(span, "this line is left out");
    if error.code == Code::ComposeKeysym {
        return diagnostic.help(
            "the installed libxkbcommon does not know it; more than ten such names in a file \
                   make it refuse the file",
        );
    }
    diagnostic
}
