//! Which Compose file a locale has: the tables `locale.alias` and `compose.dir` of the X locales.

/// The file that serves locales without one.
pub(super) const FALLBACK: &str = "en_US.UTF-8/Compose";

/// The path, below the folder of X locales, of the Compose file of `locale`; `None` when the tables
/// list none.
///
/// As libxkbcommon does: `C` has that of `en_US.UTF-8` (`src/compose/paths.c`).
pub(super) fn compose_file<'t>(locale: &str, aliases: &'t str, folder: &'t str) -> Option<&'t str> {
    let locale = if locale.is_empty() { "C" } else { locale };
    let name = row(aliases, |columns| columns.0 == locale).map_or(locale, |columns| columns.1);
    if name == "C" {
        return Some(FALLBACK);
    }
    row(folder, |columns| columns.1 == name).map(|columns| columns.0)
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
