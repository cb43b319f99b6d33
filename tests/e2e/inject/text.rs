//! Text to type.

/// Characters of all kinds: Latin with capitals, Greek, Cyrillic, Hebrew, arrows, emoji.
fn alphabet(distinct: usize) -> Vec<char> {
    let all = [
        0xe4..=0xfe,
        0x41..=0x5a,
        0x61..=0x7a,
        0x3b1..=0x3c9,
        0x410..=0x44f,
        0x5d0..=0x5ea,
        0x2190..=0x21ff,
        0x1f600..=0x1f640,
        0x100..=0x17f,
        0x21..=0x40,
        0x2200..=0x22ff,
    ];
    // One of each range in turn, so that even a short alphabet has all kinds.
    let mut ranges: Vec<_> = all.map(|r| r.filter_map(char::from_u32)).into_iter().collect();
    let mut alphabet = Vec::new();
    while alphabet.len() < distinct {
        for range in &mut ranges {
            alphabet.extend(range.next());
        }
    }
    alphabet.truncate(distinct);
    alphabet
}

/// `length` characters of an alphabet of `distinct`, every one of them at least once.
pub(crate) fn mixed(length: usize, distinct: usize) -> String {
    let alphabet = alphabet(distinct);
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap()
    };
    let rest = (distinct..length).map(|_| alphabet[next() % distinct]).collect::<String>();
    alphabet.iter().collect::<String>() + &rest
}
