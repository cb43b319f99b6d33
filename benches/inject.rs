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

/// GTK's entry needs the square of the length of its text, so it gets ten, with a tenth each.
const ENTRIES: usize = 10;

fn main() {
    for distinct in DISTINCT {
        into("xterm", Kind::Xterm, 1, distinct);
        into("GTK entries", Kind::Zenity, ENTRIES, distinct);
    }
}

/// Types into so many windows of a kind, one after the other, and looks at what they received.
fn into(name: &str, kind: Kind, windows: usize, distinct: usize) {
    let server = Server::start();
    let apps: Vec<App> = (0..windows).map(|_| App::start(&server, kind)).collect();
    let mut typist = Typist::new(server.connect()).expect("the server takes a pool");
    let end = if kind == Kind::Zenity { "\n" } else { "" };
    let part = LENGTH / windows;
    let texts: Vec<String> = (0..windows).map(|_| text::mixed(part, distinct) + end).collect();
    let mut time = Duration::ZERO;
    for (app, text) in apps.iter().zip(&texts) {
        if windows > 1 {
            app.focus(&server);
        }
        let start = Instant::now();
        typist.type_text(text).expect("the server takes it");
        time += start.elapsed();
    }
    for (app, text) in apps.iter().zip(&texts) {
        app.expect(text);
    }
    let rate = LENGTH as f64 / time.as_secs_f64();
    println!("{name:<12} {LENGTH} characters, {distinct} distinct: {rate:.0}/s, 0 wrong");
}
