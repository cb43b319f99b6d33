//! What people ask for is found, and found first. The figures are in docs/search.md.
//! `cargo test --test fast search:: -- --nocapture` shows what does not come first.
#![expect(clippy::print_stdout, reason = "what does not come first is for who works on it")]

use std::{fs, path::Path, sync::LazyLock, thread};

use composekey::{
    config::{self, Loaded, Paths},
    engine::XkbKeyboard,
    layout::Layout,
    search::{self, Corpus, Query},
};

/// Every default keymap, the classic sequences, and a US keyboard.
static WORLD: LazyLock<(Loaded, Layout)> = LazyLock::new(|| {
    let home = tempfile::TempDir::new().unwrap();
    let env = |name: &str| (name == "LC_ALL").then(|| "en_US.UTF-8".into());
    let loaded = config::load_all(&Paths::new(home.path().into(), None, None, env));
    (loaded, XkbKeyboard::from_names("us", "", "").unwrap().layout("us"))
});

/// What a question came to.
struct Asked<'q> {
    query: &'q str,
    right: &'q str,
    /// Where the first right answer stands among the answers; `None` when it is not among them.
    place: Option<usize>,
    /// The answers that come first, to be shown.
    first: String,
}

/// Asks all of it, on every processor: a test program is built without optimisation.
fn ask<'q>(
    questions: &'q [(String, String)],
    is_right: impl Fn(&str, &str) -> bool + Sync,
) -> Vec<Asked<'q>> {
    let (loaded, layout) = &*WORLD;
    let corpus = Corpus { rules: &loaded.rules, in_use: loaded.in_use(), layout };
    let asked = |(query, right): &'q (String, String)| {
        let asked = Query::new(query);
        let hits = search::find(&asked, &corpus);
        let place = hits.iter().position(|hit| is_right(hit.text, right));
        let first = hits.iter().take(5).map(|hit| hit.text).collect::<Vec<_>>().join(" ");
        Asked { query, right, place, first }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let share = questions.chunks(questions.len().div_ceil(threads));
        let asking: Vec<_> = share
            .map(|part| scope.spawn(move || part.iter().map(asked).collect::<Vec<_>>()))
            .collect();
        asking.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
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
    let bare = |text: &str| text.replace('\u{fe0f}', "");
    let drawn = drawn();
    let asked = ask(&drawn, |found, text| bare(found) == bare(text));
    let first = asked.iter().filter(|asked| asked.place == Some(0)).count();
    let among = asked.iter().filter(|asked| asked.place.is_some_and(|place| place < 3)).count();
    println!("{first} of 500 first, {among} among the first three");
    tell(&asked);
    assert!(first >= DRAWN_FIRST, "{first} of 500 first, promised are {DRAWN_FIRST}");
    let page = read("docs/search.md");
    let figure = format!("{first} of 500");
    assert!(page.contains(&figure), "docs/search.md does not say `{figure}`");
}

/// Shows what does not come first.
fn tell(asked: &[Asked<'_>]) {
    for Asked { query, right, place, first } in asked.iter().filter(|a| a.place != Some(0)) {
        println!("  {query}: {right} is {place:?} in {first}");
    }
}

#[test]
fn what_people_ask_for_comes_first() {
    let text = read("tests/fast/search/asked.tsv");
    let questions: Vec<(String, String)> = text
        .lines()
        .filter(|line| !line.starts_with("# "))
        .map(|line| line.split_once('\t').unwrap())
        .map(|(query, right)| {
            let right = search::code_point(right).map_or_else(|| right.to_owned(), String::from);
            (query.to_owned(), right)
        })
        .collect();
    let asked =
        ask(&questions, |found, right| found.chars().next().is_some_and(|c| right.contains(c)));
    let first = asked.iter().filter(|asked| asked.place == Some(0)).count();
    let late = asked.iter().filter(|asked| asked.place.is_none_or(|place| place > 2)).count();
    let figure = format!("{first} of {}", asked.len());
    println!("{figure} first, {late} not among the first three");
    tell(&asked);
    assert!(asked.len() >= 120 && first * 100 >= asked.len() * 95 && late == 0);
    assert!(read("docs/search.md").contains(&figure), "docs/search.md does not say `{figure}`");
}
