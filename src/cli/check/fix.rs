//! `composekey check --fix`: mends a Compose file, and shows first what that changes.

use std::{
    io::{self, BufRead, IsTerminal},
    path::Path,
};

use super::{Check, Format, unreadable};
use crate::{
    cli::{
        Terminal, plural,
        write::{How, Over, Wrote, write},
    },
    config::{Disk, Paths},
    diagnostic::{Code, Diagnostic, wrap},
    source::{LoadError, Loader},
    xcompose::report::{Mended, SlipKind, mended},
};

/// How wide a line of words may be.
const WIDTH: usize = 80;

/// Mends the file, when somebody says yes. A failure has been said.
pub(super) fn run(
    args: &Check,
    file: &Path,
    paths: &Paths,
    terminal: &mut Terminal<'_>,
) -> io::Result<bool> {
    let failed = |finding: &Diagnostic, terminal: &mut Terminal<'_>| {
        unreadable(finding, terminal).map(|_| false)
    };
    let text = match text(file) {
        Ok(text) => text,
        Err(finding) => return failed(&finding, terminal),
    };
    let done = mended(&text, args.include);
    if done.text == text {
        said(args, "nothing to mend\n\n", terminal)?;
        return Ok(true);
    }
    let shown = How { dry_run: true, over: Over::Any };
    // Findings for programs stay alone on the standard output.
    let mut nowhere = io::sink();
    let out: &mut dyn io::Write =
        if args.format() == Format::Text { &mut *terminal.out } else { &mut nowhere };
    let (out_style, err_style, width) = (terminal.out_style, terminal.err_style, terminal.width);
    let mut aside =
        Terminal { out, err: &mut *terminal.err, out_style, err_style, width, pager: None };
    if let Err(finding) = write(file, &done.text, shown, paths, &mut aside)? {
        return failed(&finding, terminal);
    }
    said(args, &format!("\n{}\n", words(&done)), terminal)?;
    if !args.yes && !confirmed(file, terminal)? {
        let hint = if io::stdin().is_terminal() { "" } else { ": `--yes` writes it" };
        said(args, &format!("not written{hint}\n\n"), terminal)?;
        return Ok(true);
    }
    let over = How { dry_run: false, over: Over::Any };
    match write(file, &done.text, over, paths, terminal)? {
        Ok(Wrote::New(place)) => {
            let shown = place.shown();
            let undo = format!("`composekey undo {}` brings the old one back", file.display());
            said(args, &format!("{shown} is written; {undo}\n\n"), terminal)?;
            Ok(true)
        }
        Ok(Wrote::Same(_) | Wrote::Shown) => Ok(true),
        Err(finding) => failed(&finding, terminal),
    }
}

/// The text of a file that can be mended.
fn text(file: &Path) -> Result<String, Diagnostic> {
    let bytes = Disk::default().load(file).map_err(|error| Diagnostic::unloadable(file, &error))?;
    String::from_utf8(bytes).map_err(|error| {
        let error = LoadError::NotUtf8(error.utf8_error().valid_up_to());
        Diagnostic::new(Code::NotUtf8, format!("`{}` is left alone: {error}", file.display()))
            .help("save it as UTF-8 first, for example with `iconv -t UTF-8`")
    })
}

/// Says something beside the findings.
fn said(args: &Check, text: &str, terminal: &mut Terminal<'_>) -> io::Result<()> {
    match args.format() {
        Format::Text => write!(terminal.out, "{text}"),
        Format::Json | Format::Sarif => write!(terminal.err, "{}", text.trim_start()),
    }
}

/// Asks a person; nobody is there to say yes when either side is no terminal.
fn confirmed(file: &Path, terminal: &mut Terminal<'_>) -> io::Result<bool> {
    if !io::stdin().is_terminal() || terminal.width.is_none() {
        return Ok(false);
    }
    write!(terminal.out, "write {}? [y/N] ", file.display())?;
    terminal.out.flush()?;
    let mut answer = String::new();
    let _ = io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// What was mended, in one line.
fn words(done: &Mended) -> String {
    let mut words: Vec<String> =
        done.kinds.iter().map(|&(kind, count)| plural(count, noun(kind))).collect();
    if done.include {
        words.insert(0, "1 missing include".to_owned());
    }
    wrap(&format!("mended: {}", words.join(", ")), WIDTH)
}

fn noun(kind: SlipKind) -> &'static str {
    match kind {
        SlipKind::ByteOrderMark => "byte order mark",
        SlipKind::CarriageReturn => "Windows line end",
        SlipKind::NoFinalNewline => "missing line end",
        SlipKind::Character => "misnamed key",
        SlipKind::Blanks => "padded key",
        SlipKind::Modifiers => "modifier",
        SlipKind::NoColon => "missing colon",
        SlipKind::Unquoted => "unquoted result",
        SlipKind::KeysymAlone => "result without a text",
        SlipKind::ContinuedComment => "continued comment",
        SlipKind::IndentedComment => "indented comment",
        SlipKind::BareInclude => "unquoted path",
    }
}
