//! The program `composekey`. Enter at [`run`], which needs no process: [`main`] gives it the world.
//!
//! `args.rs` is the command line, one file a command follows; `show.rs` draws rules.

mod answer;
mod args;
mod cheatsheet;
mod check;
pub mod complete;
pub mod doctor;
mod edit;
mod explain;
mod find;
mod generate;
mod how;
mod import;
mod keyboard;
mod keysyms;
mod list;
mod pager;
mod pick;
#[doc(hidden)]
pub mod screen;
mod show;
mod stats;
mod status;
mod suggest;
mod test;
mod train;
mod trial;
mod type_text;
mod undo;
mod unlock;
mod write;
mod xkb;

use std::{
    ffi::OsString,
    io::{self, BufWriter, IsTerminal, Write},
};

use clap::Parser;

pub use args::{Cli, Color, Command};
pub use check::{Check, Format};
pub use explain::Explain;
pub use list::List;
pub use pager::Pager;
pub use pick::Pick;
pub use status::Watch;
pub use train::Train;
pub use trial::{Leader, Try};
pub use unlock::Unlock;
pub use xkb::Xkb;

use crate::{
    config::{self, Loaded, Paths},
    diagnostic::{Diagnostic, Severity, Style, json_line, render},
    ipc::Request,
    source::Sources,
};

/// How a command ended. The number is the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All went well.
    Fine = 0,
    /// Nothing was found, or there are findings.
    Findings = 1,
    /// It could not run.
    Failed = 2,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Where a command writes.
pub struct Terminal<'a> {
    /// Answers.
    pub out: &'a mut dyn Write,
    /// What is said beside them.
    pub err: &'a mut dyn Write,
    /// How answers are drawn.
    pub out_style: Style,
    /// How the rest is drawn.
    pub err_style: Style,
    /// The columns of the answers, when a terminal shows them.
    pub width: Option<usize>,
    /// What shows an answer that is longer than the terminal; none where there is no terminal.
    pub pager: Option<Pager>,
}

impl std::fmt::Debug for Terminal<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Terminal").field("width", &self.width).finish_non_exhaustive()
    }
}

/// The narrowest terminal that is drawn for.
const MIN_WIDTH: usize = 40;

/// Runs the program with the arguments and streams of this process.
#[must_use]
pub fn main() -> Exit {
    if complete::answer(std::env::args_os()) {
        return Exit::Fine;
    }
    let stdout = io::stdout();
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let style = |terminal: bool| {
        if terminal && !no_color { Style::Colour } else { Style::Plain }
    };
    // A terminal that does not know its size says 0.
    let (width, pager) = if stdout.is_terminal() {
        let size = rustix::termios::tcgetwinsize(&stdout);
        let (columns, rows) = size.map_or((0, 0), |size| (size.ws_col.into(), size.ws_row.into()));
        let width = if columns == 0 { 80 } else { columns.max(MIN_WIDTH) };
        let pager = Pager::new(std::env::var("PAGER").ok(), if rows == 0 { 24 } else { rows });
        (Some(width), pager)
    } else {
        (None, None)
    };
    let mut terminal = Terminal {
        out_style: style(stdout.is_terminal()),
        err_style: style(io::stderr().is_terminal()),
        width,
        pager,
        out: &mut BufWriter::new(stdout.lock()),
        err: &mut io::stderr(),
    };
    run(std::env::args_os(), &Paths::from_env(), &mut terminal)
}

/// Runs one command. `args` start with the name of the program.
pub fn run(
    args: impl IntoIterator<Item = OsString>,
    paths: &Paths,
    terminal: &mut Terminal<'_>,
) -> Exit {
    let ended = match Cli::try_parse_from(args::set_keys_apart(args)) {
        Ok(cli) => dispatch(cli, paths.clone(), terminal),
        Err(error) => usage(&error, terminal),
    };
    match ended.and_then(|exit| terminal.out.flush().map(|()| exit)) {
        Ok(exit) => exit,
        // The reader has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Fine,
        Err(error) => {
            let _ = writeln!(terminal.err, "error writing the answer: {error}");
            Exit::Failed
        }
    }
}

fn dispatch(cli: Cli, mut paths: Paths, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    match cli.color {
        Color::Auto => {}
        Color::Always => (terminal.out_style, terminal.err_style) = (Style::Colour, Style::Colour),
        Color::Never => (terminal.out_style, terminal.err_style) = (Style::Plain, Style::Plain),
    }
    if let Some(file) = cli.config {
        if !file.exists() {
            writeln!(terminal.err, "error: there is no configuration `{}`", file.display())?;
            return Ok(Exit::Failed);
        }
        paths.set_config(file);
    }
    match cli.command {
        Command::Test(args) => test::run(&args, &paths, terminal),
        Command::Try(args) => trial::run(&args, &paths, terminal),
        Command::Pick(args) => pick::run(&args, &paths, terminal),
        Command::Train(args) => train::run(&args, &paths, terminal),
        Command::List(args) => list::run(&args, &paths, terminal),
        Command::Find(args) => find::run(&args, &paths, terminal),
        Command::How(args) => how::run(&args, &paths, terminal),
        Command::Suggest(args) => suggest::run(&args, &paths, terminal),
        Command::Generate(args) => generate::run(&args, &paths, terminal),
        Command::Import(args) => import::run(&args, &paths, terminal),
        Command::Add(args) => edit::add(args, &paths, terminal),
        Command::Remove(args) => edit::remove(&args, &paths, terminal),
        Command::Edit(args) => edit::edit(&args, &paths, terminal),
        Command::Cheatsheet(args) => cheatsheet::run(&args, &paths, terminal),
        Command::Undo(args) => undo::run(&args, &paths, terminal),
        Command::Check(args) => check::run(&args, &paths, terminal),
        Command::Doctor(args) => doctor::run(&args, &paths, terminal),
        Command::Explain(args) => explain::run(&args, &paths, terminal),
        Command::Status(args) => status::status(&args, &paths, terminal),
        Command::Reload(args) => status::run(&Request::Reload, &args, &paths, terminal),
        Command::Pause(args) => status::run(&Request::Pause, &args, &paths, terminal),
        Command::Resume(args) => status::run(&Request::Resume, &args, &paths, terminal),
        Command::UnlockCaps(args) => unlock::run(&args, &paths, terminal),
        Command::Xkb(args) => xkb::run(&args, &paths, terminal),
        Command::Type(args) => type_text::run(args, &paths, terminal),
    }
}

/// Help and version are answers; the rest is about arguments that cannot be.
fn usage(error: &clap::Error, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let (stream, style, exit) = if error.use_stderr() {
        (&mut terminal.err, terminal.err_style, Exit::Failed)
    } else {
        (&mut terminal.out, terminal.out_style, Exit::Fine)
    };
    let text = error.render();
    match style {
        Style::Colour => write!(stream, "{}", text.ansi())?,
        Style::Plain => write!(stream, "{text}")?,
    }
    Ok(exit)
}

/// `1 rule`, `2 rules`.
fn plural(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// Says the finding that ends a command.
fn refuse(
    finding: &Diagnostic,
    sources: &Sources,
    json: bool,
    terminal: &mut Terminal<'_>,
) -> io::Result<Exit> {
    if json {
        writeln!(terminal.out, "{}", json_line(finding, sources))?;
    } else {
        writeln!(terminal.err, "{}", render(finding, sources, terminal.err_style))?;
    }
    Ok(Exit::Failed)
}

/// Loads the configuration and says what is wrong with it beside the answer.
fn load(paths: &Paths, all: bool, terminal: &mut Terminal<'_>) -> io::Result<Loaded> {
    let loaded = if all { config::load_all(paths) } else { config::load(paths) };
    for diagnostic in &loaded.diagnostics {
        if diagnostic.severity > Severity::Note {
            let text = render(diagnostic, &loaded.sources, terminal.err_style);
            writeln!(terminal.err, "{text}\n")?;
        }
    }
    Ok(loaded)
}
