//! Types a generated text into the focused window and tells how fast it went out.
//!
//!     cargo run --release --example inject -- LENGTH DISTINCT [FILE]
//!
//! The text is written to FILE, to be compared with what the window received.

#![expect(clippy::print_stdout, reason = "telling is what it is for")]

#[path = "../tests/e2e/inject/text.rs"]
mod text;

use std::{error::Error, time::Instant};

use composekey::{
    output::{TextSink, x11::Typist},
    x11::Display,
};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [length, distinct, file @ ..] = &args[..] else {
        return Err("usage: inject LENGTH DISTINCT [FILE]".into());
    };
    let (length, distinct) = (length.parse()?, distinct.parse()?);
    let text = text::mixed(length, distinct);
    if let [file] = file {
        std::fs::write(file, &text)?;
    }
    let mut typist = Typist::new(Display::open(None)?)?;
    let start = Instant::now();
    typist.type_text(&text)?;
    let time = start.elapsed();
    typist.close()?;
    let rate = length as f64 / time.as_secs_f64();
    println!("{length} characters, {distinct} distinct: {time:.1?}, {rate:.0} characters/s");
    Ok(())
}
