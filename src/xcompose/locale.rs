//! Which Compose file a locale has: the tables `locale.alias` and `compose.dir` of the X locales.

/// The locale whose file serves those that have none.
const FALLBACK: &str = "en_US.UTF-8/Compose";

/// The path, below the folder of X locales, of the Compose file of `locale`.
///
/// As libxkbcommon does: `C` and `POSIX` have that of `en_US.UTF-8`, and so has a locale that the
/// tables do not know (libxkbcommon 1.12, `src/compose/paths.c`).
pub(super) fn compose_file<'t>(locale: &str, aliases: &'t str, folder: &'t str) -> &'t str {
    if matches!(locale, "C" | "POSIX" | "") {
        return FALLBACK;
    }
    let name = row(aliases, |columns| columns.0 == locale).map_or(locale, |columns| columns.1);
    row(folder, |columns| columns.1 == name).map_or(FALLBACK, |columns| columns.0)
}

/// The first row that fits. Rows are `left: right` or `left right`, `#` opens a comment.
fn row(table: &str, fits: impl Fn((&str, &str)) -> bool) -> Option<(&str, &str)> {
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut words = line.split_ascii_whitespace();
            let left = words.next()?;
            Some((left.strip_suffix(':').unwrap_or(left), words.next()?))
        })
        .find(|&columns| fits(columns))
}
