//! What people ask for is found, and found first. The figures are in docs/search.md.
//! `cargo test --test fast search:: -- --nocapture` shows what does not come first.
#![expect(clippy::print_stdout, reason = "what does not come first is for who works on it")]

use std::{fs, path::Path};

use composekey::{
    config::{self, Loaded, Paths},
    engine::XkbKeyboard,
    layout::Layout,
    search::{self, Corpus, Query},
};

/// Every default keymap, the classic sequences, and a US keyboard.
fn world() -> (Loaded, Layout) {
    let home = tempfile::TempDir::new().unwrap();
    let env = |name: &str| (name == "LC_ALL").then(|| "en_US.UTF-8".into());
    let loaded = config::load_all(&Paths::new(home.path().into(), None, None, env));
    (loaded, XkbKeyboard::from_names("us", "", "").unwrap().layout("us"))
}

/// Where the first right answer stands among the answers; `None` when it is not among them.
fn rank(query: &str, right: &dyn Fn(&str) -> bool, corpus: &Corpus<'_>) -> Option<usize> {
    let query = Query::new(query);
    search::find(&query, corpus).iter().position(|hit| right(hit.text))
}

/// The answers that come first, to be shown.
fn answers(query: &str, corpus: &Corpus<'_>) -> String {
    let query = Query::new(query);
    let hits = search::find(&query, corpus);
    hits.iter().take(5).map(|hit| hit.text).collect::<Vec<_>>().join(" ")
}

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The share of [`drawn`] that must come first, of 500; docs/search.md has the figure.
const DRAWN_FIRST: usize = 470;

/// Numbers that are always the same (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % n as u64).unwrap()
    }
}

/// 500 names and their texts: of HTML entities with their signs and without, of emoji in words and as
/// in chats, of Lean's abbreviations.
fn drawn() -> Vec<(String, String)> {
    let mut dice = Dice(20);
    let entities: Vec<_> =
        entities::ENTITIES.iter().filter(|entity| entity.entity.ends_with(';')).collect();
    let emoji: Vec<_> = emojis::iter().collect();
    let lean = read("data/lean.tsv");
    let lean: Vec<_> = lean.lines().flat_map(abbreviations).collect();
    let mut drawn = Vec::new();
    for i in 0..500 {
        drawn.push(match i % 5 {
            0 | 1 => {
                let entity = entities[dice.below(entities.len())];
                let bare = entity.entity.trim_matches(['&', ';']);
                let name = if i % 5 == 0 { entity.entity } else { bare };
                (name.to_owned(), entity.characters.to_owned())
            }
            2 | 3 => {
                let emoji = emoji[dice.below(emoji.len())];
                let code = emoji.shortcode().filter(|_| i % 5 == 2);
                let name = code.map_or(emoji.name().to_owned(), |code| format!(":{code}:"));
                (name, emoji.as_str().to_owned())
            }
            _ => lean[dice.below(lean.len())].clone(),
        });
    }
    drawn
}

/// The abbreviations in a line of data/lean.tsv.
fn abbreviations(line: &str) -> Vec<(String, String)> {
    let mut fields = line.split('\t');
    let codes = fields.next().unwrap().split(' ');
    let text: String =
        codes.map(|code| char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap()).collect();
    fields.map(|name| (name.to_owned(), text.clone())).collect()
}

#[test]
fn names_that_are_drawn_come_first() {
    let (loaded, layout) = world();
    let corpus = Corpus { rules: &loaded.rules, in_use: loaded.in_use(), layout: &layout };
    let (mut first, mut among) = (0, 0);
    let bare = |text: &str| text.replace('\u{fe0f}', "");
    for (query, text) in drawn() {
        let place = rank(&query, &|found| bare(found) == bare(&text), &corpus);
        first += usize::from(place == Some(0));
        among += usize::from(place.is_some_and(|place| place < 3));
        if place != Some(0) {
            println!("  {query}: {text} is {place:?} in {}", answers(&query, &corpus));
        }
    }
    println!("{first} of 500 first, {among} among the first three");
    assert!(first >= DRAWN_FIRST, "{first} of 500 first, promised are {DRAWN_FIRST}");
    let page = read("docs/search.md");
    let figure = format!("{first} of 500");
    assert!(page.contains(&figure), "docs/search.md does not say `{figure}`");
}

#[test]
fn what_people_ask_for_comes_first() {
    let (loaded, layout) = world();
    let corpus = Corpus { rules: &loaded.rules, in_use: loaded.in_use(), layout: &layout };
    let text = read("tests/fast/search/asked.tsv");
    let asked: Vec<(&str, &str)> = text
        .lines()
        .filter(|line| !line.starts_with("# "))
        .map(|line| line.split_once('\t').unwrap())
        .collect();
    let (mut first, mut wrong) = (0, Vec::new());
    for (query, right) in &asked {
        let right = search::code_point(right).map_or_else(|| (*right).to_owned(), String::from);
        let fits = |text: &str| text.chars().next().is_some_and(|c| right.contains(c));
        match rank(query, &fits, &corpus) {
            Some(0) => first += 1,
            place => wrong.push((query, right, place)),
        }
    }
    let late = wrong.iter().filter(|(.., place)| place.is_none_or(|place| place > 2)).count();
    let figure = format!("{first} of {}", asked.len());
    println!("{figure} first, {late} not among the first three");
    for (query, right, place) in &wrong {
        println!("  {query}: {right} is {place:?} in {}", answers(query, &corpus));
    }
    assert!(asked.len() >= 120 && first * 100 >= asked.len() * 95 && late == 0);
    assert!(read("docs/search.md").contains(&figure), "docs/search.md does not say `{figure}`");
}
