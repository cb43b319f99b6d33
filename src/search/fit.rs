//! [`Fit`]: how well what a text is called fits a question.

use super::data::Called;

/// In which way a text fits; the first is the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// It is exactly this, or has this code point.
    Text,
    /// A notation calls it exactly this: `&ouml;`, `\lambda`, `:tada:`.
    Code,
    /// Exactly these keys give it.
    Keys,
    /// It is called exactly this, or a keysym of this name types it.
    Name,
    /// RFC 1345 calls it this.
    Mnemonic,
    /// Every word is a word of what it is called.
    Words,
    /// Every word begins such a word, or its keys begin like this.
    Starts,
    /// Every word is in such a word, or it has this among others.
    Part,
    /// It would fit if a word were written a little differently.
    Slip,
}

impl How {
    /// The word for it in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Code => "code",
            Self::Keys => "keys",
            Self::Name => "name",
            Self::Mnemonic => "mnemonic",
            Self::Words => "words",
            Self::Starts => "starts",
            Self::Part => "part",
            Self::Slip => "slip",
        }
    }
}

/// How well a text fits; the least is the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fit {
    /// In which way.
    pub how: How,
    /// How far the nearest name is from the words asked for: those that it has beside them.
    pub distance: u16,
}

/// How far away a name is that has not all of the words, or a word that is no name.
const FAR: u16 = 20;

/// The word for a capital in names.
const CAPITAL: &str = "capital";

/// How far away each letter is that was written wrongly.
const SLIP: u16 = 100;

impl Fit {
    /// Fits without a rest.
    #[must_use]
    pub fn exact(how: How) -> Self {
        Self { how, distance: 0 }
    }

    /// The fit of what was meant, for what was written.
    pub(super) fn slipped(self, letters: usize) -> Self {
        let worse = |how| u16::from(how > How::Mnemonic);
        let letters = u16::try_from(letters).unwrap_or(u16::MAX / SLIP);
        Self { how: How::Slip, distance: self.distance + letters * SLIP + worse(self.how) * FAR }
    }
}

/// How words fit words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Piece {
    Whole,
    Start,
    Part,
}

/// The fewest letters that are looked for inside of words.
const MIN_PART: usize = 4;

/// What a text is called, taken together until it is known how well that fits.
pub(super) struct Fitting<'q> {
    words: &'q [String],
    /// The best piece that was found of each word.
    pieces: Vec<Option<Piece>>,
    /// The least distance of a name that has all words, and of one that has words that begin so.
    distance: [u16; 2],
}

impl<'q> Fitting<'q> {
    /// For words in lower case.
    pub(super) fn new(words: &'q [String]) -> Self {
        Self { words, pieces: vec![None; words.len()], distance: [FAR; 2] }
    }

    /// Takes a name or a word.
    pub(super) fn add(&mut self, called: Called<'_>) {
        let (text, strong) = match called {
            Called::Name(name) | Called::Alias(name) => (name, true),
            Called::Word(word) => (word, false),
            Called::Code(_) => (called.bare(), false),
            Called::Mnemonic(_) => return,
        };
        let mut worst = Some(Piece::Whole);
        for (word, best) in self.words.iter().zip(&mut self.pieces) {
            let piece = piece(text, word);
            worst = worst.zip(piece).map(|(worst, piece)| worst.max(piece));
            *best = [*best, piece].into_iter().flatten().min();
        }
        if let Some(worst @ (Piece::Whole | Piece::Start)) = worst.filter(|_| strong) {
            let rest = words(text).count().saturating_sub(self.words.len());
            // Who means a capital says so.
            let capital = !self.words.iter().any(|word| word == CAPITAL);
            let rest = rest + usize::from(capital && words(text).any(|word| word == CAPITAL));
            let rest = u16::try_from(rest).unwrap_or(FAR);
            for distance in &mut self.distance[usize::from(worst == Piece::Start)..] {
                *distance = rest.min(*distance);
            }
        }
    }

    /// How well all of it fits.
    pub(super) fn fit(&self) -> Option<Fit> {
        let worst = self.pieces.iter().copied().collect::<Option<Vec<_>>>()?.into_iter().max()?;
        let [whole, start] = self.distance;
        let (how, distance) = match worst {
            Piece::Whole => (How::Words, whole),
            Piece::Start => (How::Starts, start),
            Piece::Part => (How::Part, FAR),
        };
        Some(Fit { how, distance })
    }
}

/// The best way in which `word` is in `text`.
fn piece(text: &str, word: &str) -> Option<Piece> {
    let mut best = None;
    for (at, _) in text.match_indices(word) {
        let starts = !text[..at].ends_with(char::is_alphanumeric);
        let ends = !text[at + word.len()..].starts_with(char::is_alphanumeric);
        let piece = match (starts, ends) {
            (true, true) => return Some(Piece::Whole),
            (true, false) => Piece::Start,
            _ if word.len() >= MIN_PART => Piece::Part,
            _ => continue,
        };
        best = best.map_or(Some(piece), |best: Piece| Some(best.min(piece)));
    }
    best
}

/// The words of a text.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}
