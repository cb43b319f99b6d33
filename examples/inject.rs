//! scratch
use composekey::{
    output::{TextSink, x11::Typist},
    x11::Display,
};
fn main() {
    let display = Display::open(None).unwrap();
    let text = std::env::args().nth(1).unwrap();
    let mut t = Typist::new(display).unwrap();
    let start = std::time::Instant::now();
    println!("{:?}", t.type_text(&text));
    println!(
        "{:?} {}",
        start.elapsed(),
        text.chars().count() as f64 / start.elapsed().as_secs_f64()
    );
    t.close().unwrap();
}
