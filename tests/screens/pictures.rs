//! The pictures in docs/screens/: what the emulator shows, as SVG. They are compared with what the
//! program draws now; `make pictures` writes them.

use std::{env, fmt::Write as _, fs, path::Path};

use vt100::{Cell, Color};

use crate::support::{Console, Home, Kind};

/// A map of one's own: the pictures are about the screens, not about the shipped keymaps.
const MAP: &str = r#"
keymaps = []
[sequences]
"\"a" = "ä"
"\"o" = "ö"
"\"u" = "ü"
"\"e" = "ë"
"\"<" = "“"
"\">" = "”"
"*a" = { text = "α", alias = ["\\alpha"] }
"*b" = { text = "β", alias = ["\\beta"] }
"*l" = { text = "λ", name = "lambda", alias = ["\\lambda", "&lambda;"], tags = ["greek"] }
"la" = { text = "λ", name = "lambda" }
"->" = "→"
"<-" = "←"
"=>" = "⇒"
"--" = "–"
"---" = "—"
"ss" = "ß"
"=e" = "€"
"oC" = "°C"
"12" = "½"
"34" = "¾"
":)" = "🙂"
"<3" = "♥"
"shrug" = "¯\\_(ツ)_/¯"
"#;

/// The size of a cell, in pixels: the proportions of DejaVu Sans Mono at 14 pixels.
const CELL: (f32, f32) = (8.43, 17.0);

/// The space around the text.
const EDGE: f32 = 10.0;

/// Colours by what they are for, so that one picture suits a light page and a dark one.
const STYLE: &str = "\
.b{fill:#fbfbf9}.f{fill:#2c2c2a}.g{fill:#1a7f37}.r{fill:#c0262d}.y{fill:#9a6700}
text{font:14px 'DejaVu Sans Mono',Menlo,Consolas,monospace}.w{font-weight:bold}.d{opacity:.62}
@media(prefers-color-scheme:dark){
.b{fill:#1c1d21}.f{fill:#dcdcd6}.g{fill:#5fc272}.r{fill:#ff7b72}.y{fill:#e3b341}}
";

/// The page's colour in which a cell is drawn.
fn colour(cell: &Cell) -> &'static str {
    match cell.fgcolor() {
        Color::Default => "f",
        Color::Idx(1) => "r",
        Color::Idx(2) => "g",
        Color::Idx(3) => "y",
        other => panic!("{other:?}: which colour is that on a page?"),
    }
}

/// Cells that are drawn alike and lie side by side.
struct Run {
    column: u16,
    width: u16,
    text: String,
    class: String,
    inverse: bool,
}

fn runs(screen: &vt100::Screen, row: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut open = false;
    for column in 0..80 {
        let cell = screen.cell(row, column).expect("80 columns");
        if cell.is_wide_continuation() {
            continue;
        }
        let inverse = cell.inverse();
        let width = if cell.is_wide() { 2 } else { 1 };
        let text = if cell.has_contents() { cell.contents() } else { " " };
        let mut class = if inverse { "b" } else { colour(cell) }.to_owned();
        for (is, name) in [(cell.bold(), " w"), (cell.dim(), " d")] {
            class += if is { name } else { "" };
        }
        // What is not ASCII may come from another font, with another width: it stands alone.
        let ascii = text.is_ascii();
        match runs.last_mut() {
            Some(run) if open && ascii && run.class == class && run.inverse == inverse => {
                run.text += text;
                run.width += width;
            }
            _ => runs.push(Run { column, width, text: text.to_owned(), class, inverse }),
        }
        open = ascii;
    }
    runs
}

fn svg(screen: &vt100::Screen) -> String {
    let (width, height) = (80.0 * CELL.0 + 2.0 * EDGE, 24.0 * CELL.1 + 2.0 * EDGE);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\">\n\
         <style>{STYLE}</style>\n<rect class=\"b\" width=\"100%\" height=\"100%\" rx=\"6\"/>\n"
    );
    for row in 0..24 {
        for run in runs(screen, row) {
            let (x, y) = (EDGE + f32::from(run.column) * CELL.0, EDGE + f32::from(row) * CELL.1);
            let width = f32::from(run.width) * CELL.0;
            if run.inverse {
                let height = CELL.1 - 2.0;
                writeln!(
                    svg,
                    "<rect class=\"f\" x=\"{x:.1}\" y=\"{y:.0}\" width=\"{width:.1}\" height=\"{height}\" rx=\"3\"/>"
                )
                .unwrap();
            }
            let text = run.text.trim();
            if text.is_empty() {
                continue;
            }
            // Blanks at the start of a text are not drawn by every program.
            let blanks = run.text.len() - run.text.trim_start().len();
            let x = x + f32::from(u16::try_from(blanks).unwrap()) * CELL.0;
            // Where the font's own width may differ.
            let cells = f32::from(u16::try_from(text.len()).unwrap());
            let fit = match text.is_ascii() {
                true => format!(" textLength=\"{:.1}\"", cells * CELL.0),
                false => String::new(),
            };
            let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let (base, class) = (y + 13.0, &run.class);
            writeln!(
                svg,
                "<text class=\"{class}\" x=\"{x:.1}\" y=\"{base:.0}\"{fit}>{text}</text>"
            )
            .unwrap();
        }
    }
    svg + "</svg>\n"
}

/// Compares a picture with the one in docs/, or writes it.
#[track_caller]
fn check(name: &str, console: &Console) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/screens").join(name);
    let new = console.cells(svg);
    if env::var_os("COMPOSEKEY_PICTURES").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        return fs::write(file, new).unwrap();
    }
    let old = fs::read_to_string(&file).unwrap_or_default();
    assert!(old == new, "docs/screens/{name} shows another picture; `make pictures` draws it anew");
}

#[test]
fn of_try() {
    let home = Home::new(MAP);
    let mut console = Console::new(Kind::Classic, &home, &["try"]);
    console.expect("nothing yet");
    console.keys(&["n", "a", "\t", "\"", "e", "-", ">", "u", "*", "l", "-", "-", "\""]);
    console.expect("pending   \"");
    // The line that is drawn last.
    console.expect("waits: 6 sequences go on");
    check("try.svg", &console);
}

#[test]
fn of_pick() {
    let home = Home::new(MAP);
    let mut console = Console::new(Kind::Classic, &home, &["pick"]);
    console.expect("22 found, 22 in the maps");
    console.send("arrow");
    console.expect("> arrow");
    // The line that is drawn last.
    console.expect("U+2192");
    console.expect(" -   >");
    check("pick.svg", &console);
}

#[test]
fn of_train() {
    let home = Home::new(MAP);
    let mut console = Console::new(Kind::Classic, &home, &["train"]);
    console.expect("exercises left");
    console.keys(&["\"", "a", "\"", "i"]);
    console.expect("no sequence begins so");
    check("train.svg", &console);
}
