//! The manual pages: of the commands from their `--help`, of the map format from its document.

use std::io;

use clap::Command;
use clap_mangen::Man;
use roff::{Roff, bold, roman};

use super::markdown;

const FORMAT: &str = include_str!("../../docs/map-format.md");

const CONSOLE: &str = "Where no display server runs, characters that the layout has no key for are typed by \
composekey-console, which is looked for beside composekeyd and in ../libexec. It binds keycodes that no keyboard has \
in the keymap of the kernel, for as long as a text takes, and needs the capability CAP_SYS_TTY_CONFIG on its file: \
setcap cap_sys_tty_config+ep FILE. composekey status says what is missing.";

/// The pages, by the names of their files.
pub(crate) fn pages(cli: Command, daemon: Command) -> io::Result<Vec<(String, String)>> {
    let mut cli = cli.disable_help_subcommand(true);
    cli.build();
    let mut pages = vec![
        page(&cli, &client())?,
        page(&daemon, &service())?,
        ("composekey-map.5".to_owned(), format_page()),
    ];
    for command in cli.get_subcommands() {
        pages.push(page(command, &see_also(&["composekey(1)", "composekey-map(5)"]))?);
    }
    Ok(pages)
}

/// The page of a command, with more at its end.
fn page(command: &Command, end: &Roff) -> io::Result<(String, String)> {
    let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
    let mut text = Vec::new();
    Man::new(command.clone()).manual("composekey").render(&mut text)?;
    let text = String::from_utf8(text).map_err(io::Error::other)?;
    Ok((format!("{name}.1"), text + &end.to_roff()))
}

fn client() -> Roff {
    let mut end = Roff::new();
    section("EXIT STATUS", &mut end);
    for (status, what) in [
        ("0", "all is well"),
        ("1", "nothing was found, or there are errors or warnings"),
        ("2", "the command could not run"),
    ] {
        row(status, what, &mut end);
    }
    section("ENVIRONMENT", &mut end);
    for (name, what) in [
        ("NO_COLOR", "no colours, unless --color says otherwise"),
        ("PAGER, LESS", "how a long list is shown on a terminal"),
        ("VISUAL, EDITOR", "what edit opens"),
        ("XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_RUNTIME_DIR", "where the files below are"),
    ] {
        row(name, what, &mut end);
    }
    files(&mut end);
    end.extend([see_also(&["composekeyd(1)", "composekey-map(5)", "Compose(5)"])]);
    end
}

fn service() -> Roff {
    let mut end = Roff::new();
    section("EXIT STATUS", &mut end);
    for (status, what) in [
        ("0", "it was asked to end, or the X server went away"),
        ("1", "its connection was cut: only then is it to be started again"),
        ("2", "it could not run"),
        ("3", "Backspace, Escape and Enter were held together"),
    ] {
        row(status, what, &mut end);
    }
    section("TEXT CONSOLE", &mut end);
    let _ = end.text([roman(CONSOLE)]);
    files(&mut end);
    end.extend([see_also(&["composekey(1)", "composekey-map(5)", "setcap(8)", "loadkeys(1)"])]);
    end
}

fn files(end: &mut Roff) {
    section("FILES", end);
    for (name, what) in [
        ("~/.config/composekey/config.toml", "settings and your own sequences"),
        ("~/.local/state/composekey/versions/", "what files were before composekey wrote them"),
        ("$XDG_RUNTIME_DIR/composekey/", "the socket by which the daemon is asked"),
    ] {
        row(name, what, end);
    }
}

fn see_also(pages: &[&str]) -> Roff {
    let mut end = Roff::new();
    section("SEE ALSO", &mut end);
    let _ = end.text([roman(pages.join(", "))]);
    end
}

fn section(name: &str, roff: &mut Roff) {
    let _ = roff.control("SH", [name]);
}

fn row(name: &str, what: &str, roff: &mut Roff) {
    let _ = roff.control("TP", []).text([bold(name)]).text([roman(what)]);
}

/// `composekey-map(5)`.
fn format_page() -> String {
    let mut page = Roff::new();
    let version = concat!("composekey ", env!("CARGO_PKG_VERSION"));
    let _ = page.control("TH", ["composekey-map", "5", "", version, "composekey"]);
    section("NAME", &mut page);
    let _ = page.text([roman("composekey-map - maps of compose sequences, and settings")]);
    section("DESCRIPTION", &mut page);
    markdown::write(FORMAT, &mut page);
    page.extend([see_also(&["composekey(1)", "composekeyd(1)"])]);
    page.to_roff()
}
