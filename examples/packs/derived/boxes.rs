//! Lines that boxes are drawn with, read from their Unicode names.

use super::{Pack, named};

/// The arms of a piece in the order of the keys; the key of each arm's line.
type Arms = [char; 4];

pub(super) fn boxes() -> String {
    let mut pack = Pack::new(
        "Lines for boxes and tables. After `[` come four keys, one for each arm of the piece, clockwise from\n\
         the top: up, right, down, left; `.` for no line, `-` light, `#` heavy, `=` double.",
        &[
            ("title", "Boxes and blocks"),
            ("description", "All box drawings, and the blocks that bars and shades are made of"),
            (
                "mnemonic",
                "`[` and the lines up, right, down, left, each `.`, `-`, `#` or `=`; `[[` blocks",
            ),
            ("source", "Unicode names; keys: composekey's own"),
            ("licence", "Unicode-3.0; MIT"),
        ],
        false,
    );
    pack.section("By their arms: up, right, down, left", &["box"]);
    for c in '\u{2500}'..='\u{257f}' {
        if let Some(arms) = name(c).and_then(|name| arms(&name)) {
            let keys: String = arms.iter().collect();
            pack.rules([format!("[{keys}")], c, &[]);
        }
    }
    pack.section("Round corners: their place on the number pad", &["box", "corner"]);
    for (digit, where_to) in [
        ('7', "DOWN AND RIGHT"),
        ('9', "DOWN AND LEFT"),
        ('1', "UP AND RIGHT"),
        ('3', "UP AND LEFT"),
    ] {
        let c = named(&format!("BOX DRAWINGS LIGHT ARC {where_to}"));
        pack.rules([format!("[({digit}")], c.expect("Unicode has four arcs"), &[]);
    }
    pack.section("Dashed: the number of dashes, the line, the direction", &["box", "dash"]);
    for (digit, count) in [('2', "DOUBLE"), ('3', "TRIPLE"), ('4', "QUADRUPLE")] {
        for (line, weight) in [('-', "LIGHT"), ('#', "HEAVY")] {
            for (key, direction) in [('-', "HORIZONTAL"), ('|', "VERTICAL")] {
                let c = named(&format!("BOX DRAWINGS {weight} {count} DASH {direction}"));
                pack.rules([format!("[{digit}{line}{key}")], c.expect("Unicode has twelve"), &[]);
            }
        }
    }
    pack.section("Diagonals", &["box", "diagonal"]);
    for (keys, c) in [("[//", '╱'), ("[\\\\", '╲'), ("[><", '╳')] {
        pack.rules([keys], c, &[]);
    }
    blocks(&mut pack);
    pack.finish()
}

fn blocks(pack: &mut Pack) {
    pack.section("Blocks: upper, lower, left and right half, full; shades by number", &["block"]);
    for (key, c) in [
        ('u', '▀'),
        ('d', '▄'),
        ('l', '▌'),
        ('r', '▐'),
        ('f', '█'),
        ('1', '░'),
        ('2', '▒'),
        ('3', '▓'),
    ] {
        pack.rules([format!("[[{key}")], c, &[]);
    }
    pack.section("Bars in eighths: from below, from the left", &["block", "bar"]);
    const EIGHTHS: [&str; 7] = [
        "ONE EIGHTH",
        "ONE QUARTER",
        "THREE EIGHTHS",
        "HALF",
        "FIVE EIGHTHS",
        "THREE QUARTERS",
        "SEVEN EIGHTHS",
    ];
    for (key, side) in [('_', "LOWER"), ('|', "LEFT")] {
        for (i, part) in EIGHTHS.iter().enumerate() {
            let names = [format!("{side} {part} BLOCK"), format!("{side} {part}")];
            let c = names.iter().find_map(|name| named(name)).expect("Unicode has every eighth");
            pack.rules([format!("[[{key}{}", i + 1)], c, &[]);
        }
    }
    pack.section("Squares of a quarter, by their place on the number pad", &["block", "quadrant"]);
    for (key, side) in
        [('7', "UPPER LEFT"), ('9', "UPPER RIGHT"), ('1', "LOWER LEFT"), ('3', "LOWER RIGHT")]
    {
        let c = named(&format!("QUADRANT {side}"));
        pack.rules([format!("[[q{key}")], c.expect("Unicode has four"), &[]);
    }
}

/// What follows `BOX DRAWINGS` in the name.
fn name(c: char) -> Option<String> {
    let name = unicode_names2::name(c)?.to_string();
    name.strip_prefix("BOX DRAWINGS ").map(str::to_owned)
}

/// The arms that a name tells: `DOWN LIGHT AND RIGHT UP HEAVY`, `LIGHT VERTICAL`.
fn arms(name: &str) -> Option<Arms> {
    if ["DASH", "ARC", "DIAGONAL"].iter().any(|word| name.contains(word)) {
        return None;
    }
    let line = |word: &str| match word {
        "LIGHT" | "SINGLE" => Some('-'),
        "HEAVY" => Some('#'),
        "DOUBLE" => Some('='),
        _ => None,
    };
    let mut arms = ['.'; 4];
    let mut last = None;
    for part in name.split(" AND ") {
        // A part without a line of its own has that of the part before.
        let weight = part.split(' ').find_map(line).or(last)?;
        last = Some(weight);
        for word in part.split(' ') {
            let directions: &[usize] = match word {
                "UP" => &[0],
                "RIGHT" => &[1],
                "DOWN" => &[2],
                "LEFT" => &[3],
                "VERTICAL" => &[0, 2],
                "HORIZONTAL" => &[1, 3],
                _ => &[],
            };
            directions.iter().for_each(|&i| arms[i] = weight);
        }
    }
    Some(arms)
}
