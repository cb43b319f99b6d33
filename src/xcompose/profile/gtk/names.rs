//! Keysyms as GDK and IBus know them: by an older list than libxkbcommon's, without what vendors added.

use crate::keysym::Keysym;

/// What unknown names are to GDK.
pub(super) const VOID: u32 = 0x00ff_ffff;

/// Names that libxkbcommon has since 1.6.0 and GTK 3.24.49 has not.
const NEW: [&str; 2] = ["dead_schwa", "dead_SCHWA"];

/// The number of a name between angle brackets; [`VOID`] when it has none.
///
/// `U` and hexadecimal digits is a number of its own: the code point, not the keysym of it.
pub(super) fn number(name: &[u8], lookup: impl FnOnce(&str) -> Option<Keysym>) -> u32 {
    let digits = name.strip_prefix(b"U").unwrap_or_default();
    if !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit) {
        return code_point(digits);
    }
    let Ok(name) = std::str::from_utf8(name) else { return VOID };
    // The names of XFree86 are looked up without their beginning.
    let (name, stripped) = name.strip_prefix("XF86").map_or((name, false), |rest| (rest, true));
    let is_number = name.starts_with("0x") || name.starts_with("0X");
    if is_number || name.starts_with("combining_") || NEW.contains(&name) {
        return VOID;
    }
    match lookup(name) {
        // `u0061`: libxkbcommon reads it, GDK does not.
        Some(_) if is_unicode_name(name) => VOID,
        Some(Keysym(number)) if stripped && number > 0xffff => VOID,
        Some(Keysym(number)) if is_known(number) => number,
        _ => VOID,
    }
}

/// What later versions of GTK 4 make of a number: a code point is the keysym that types it.
pub(super) fn normal(name: &[u8], number: u32) -> u32 {
    let is_code_point =
        name.len() > 1 && name[0] == b'U' && name[1..].iter().all(u8::is_ascii_hexdigit);
    let character = char::from_u32(number).filter(|_| is_code_point);
    character.map_or(number, |character| Keysym::from_char(character).0)
}

/// As `strtoll` reads it, cut to 32 bits: a number that is too large is the largest one.
fn code_point(digits: &[u8]) -> u32 {
    let value = digits.iter().fold(0_i64, |value, &digit| {
        let digit = char::from(digit).to_digit(16).expect("a hexadecimal digit");
        value.saturating_mul(16).saturating_add(digit.into())
    });
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "as in C")]
    let cut = value as u32;
    cut
}

/// Whether libxkbcommon reads the name as a code point.
fn is_unicode_name(name: &str) -> bool {
    let digits = name.strip_prefix(['U', 'u']).unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// Whether their list has it: no keysyms of vendors, and no dead key after dead_greek.
fn is_known(number: u32) -> bool {
    !(0xfe8d..=0xfe9f).contains(&number) && !(0x1000_0000..=0x1fff_ffff).contains(&number)
}

/// What differs from libxkbcommon in GTK 3.24.38 and IBus 1.5.27: keysym, and character or nothing.
const OLD: &[(u32, u32)] = &[
    (0x8a1, 0),
    (0x8a2, 0),
    (0x8a3, 0),
    (0x8a7, 0),
    (0x8a8, 0),
    (0x8a9, 0),
    (0x8aa, 0),
    (0x8ab, 0),
    (0x8ac, 0),
    (0x8ad, 0),
    (0x8ae, 0),
    (0x8af, 0),
    (0x8b0, 0),
    (0x8c8, 0x2245),
    (0x8c9, 0),
    (0x9df, 0x2422),
    (0x9ef, 0),
    (0x9f0, 0),
    (0x9f2, 0),
    (0x9f3, 0),
    (0xaac, 0),
    (0xaaf, 0),
    (0xabc, 0x2329),
    (0xabe, 0x232a),
    (0xacf, 0x25a1),
    (0xad5, 0),
    (0xadf, 0x25a0),
    (0xef3, 0),
    (0xef9, 0),
];

/// The character of a keysym, 0 when it has none.
pub(crate) fn character(keysym: u32, old: bool) -> u32 {
    let differs = OLD.iter().find(|&&(known, _)| old && known == keysym);
    if let Some(&(_, character)) = differs {
        return character;
    }
    match keysym {
        // The currency signs by their code points, which libxkbcommon names otherwise.
        0x20a0..=0x20ab => keysym,
        0x13a4 if !old => 0x20ac,
        // KP_Tab and KP_Enter.
        0xff89 | 0xff8d => 0,
        _ => xkbcommon::xkb::keysym_to_utf32(keysym.into()),
    }
}
