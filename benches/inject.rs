//! `cargo bench --bench inject`: how fast text goes out through X11, into windows of a real Xorg with 19
//! free keycodes, and whether all of it arrives.
//!
//! Figures depend on the machine; a character that is wrong or lost ends it.
#![expect(clippy::print_stdout, reason = "figures are for the terminal")]

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/e2e/inject/apps.rs"]
mod apps;
#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/e2e/inject/server.rs"]
mod server;
#[expect(dead_code, unused_imports, reason = "the tests use more of it")]
#[path = "../tests/e2e/support/mod.rs"]
mod support;
#[path = "../tests/e2e/inject/text.rs"]
mod text;

use std::time::{Duration, Instant};

use apps::{App, Kind};
use composekey::output::{TextSink, x11::Typist};
use server::Server;

const LENGTH: usize = 10_000;

/// Fewer than the pool holds, and so many that it has to be filled again and again.
const DISTINCT: [usize; 2] = [60, 500];

/// GTK's entry needs the square of the length of its text, so ten take a tenth each.
const ENTRIES: usize = 10;

fn main() {
    for distinct in DISTINCT {
        into("xterm", Kind::Xterm, 1, distinct);
        into("GTK entries", Kind::Zenity, ENTRIES, distinct);
    }
}

/// Types into so many windows of a kind, each on a server of its own, and looks at what they received.
fn into(name: &str, kind: Kind, windows: usize, distinct: usize) {
    let end = if kind == Kind::Zenity { "\n" } else { "" };
    let text = text::mixed(LENGTH / windows, distinct) + end;
    let mut time = Duration::ZERO;
    for _ in 0..windows {
        let server = Server::start();
        let app = App::start(&server, kind);
        let mut typist = Typist::new(server.connect()).expect("the server takes a pool");
        let start = Instant::now();
        typist.type_text(&text).expect("the server takes it");
        time += start.elapsed();
        app.expect(&text);
    }
    let rate = LENGTH as f64 / time.as_secs_f64();
    println!("{name:<12} {LENGTH} characters, {distinct} distinct: {rate:.0}/s, 0 wrong");
}
