//! The language and its Compose file.

use super::{Facts, Finding, shown, typed};
use crate::{diagnostic::Code, doctor::Topic};

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let questions = [no_locales, plain_c, not_utf8, without_file];
    // The first says why the others would be so.
    questions.iter().find_map(|question| question(facts)).into_iter().collect()
}

fn finding(code: Code, what: String, why: &str, facts: &Facts) -> Finding {
    let locale = &facts.locale;
    // Where a language is chosen, only its characters are to change.
    let variable = match locale.variable {
        Some("LC_ALL") => "LC_ALL",
        Some(_) if code != Code::LocaleC => "LC_CTYPE",
        other => other.unwrap_or("LANG"),
    };
    Finding::new(code, Topic::Locale, what, why)
        .fix(format!("export {variable}={}", locale.better))
        .then("for every login: `sudo localectl set-locale`, or the language in the desktop's settings")
}

fn no_locales(facts: &Facts) -> Option<Finding> {
    let locale = &facts.locale;
    if locale.folder_there {
        return None;
    }
    let mut finding = Finding::new(
        Code::NoXLocales,
        Topic::Locale,
        format!("`{}/compose.dir` is not there", shown(&locale.folder, facts)),
        "the system's Compose files belong to it: `system` is empty, and Qt and others compose nothing",
    )
    .fix("sudo apt install libx11-data");
    finding.then = Some("elsewhere it belongs to the package `libX11-common` or `libx11`");
    Some(finding)
}

fn plain_c(facts: &Facts) -> Option<Finding> {
    let locale = &facts.locale;
    if !matches!(locale.name.as_str(), "C" | "POSIX") {
        return None;
    }
    let what = match locale.variable {
        Some(variable) => format!("the locale is `{}`, by `{variable}`", locale.name),
        None => "the locale is `C`: `LANG` is not set".to_owned(),
    };
    let why = "programs then know ASCII only: what is composed arrives as `?` or not at all";
    Some(finding(Code::LocaleC, what, why, facts))
}

fn not_utf8(facts: &Facts) -> Option<Finding> {
    let name = &facts.locale.name;
    let codeset = name.split('.').nth(1)?.split('@').next().unwrap_or_default();
    if codeset.to_lowercase().replace('-', "") == "utf8" {
        return None;
    }
    let what = format!("the locale `{name}` is not in UTF-8");
    let why =
        "libxkbcommon refuses its Compose file, so Qt and most Wayland programs compose nothing";
    Some(finding(Code::LocaleNotUtf8, what, why, facts))
}

fn without_file(facts: &Facts) -> Option<Finding> {
    let locale = &facts.locale;
    if locale.compose_file.is_some() {
        return None;
    }
    let table = typed(&locale.folder.join("compose.dir"), facts);
    let what = format!(
        "no Compose file belongs to the locale `{}`: `{table}` does not list it",
        locale.name
    );
    let why =
        "`system` is empty, and without a file of your own libX11 and older Qt compose nothing";
    Some(finding(Code::LocaleWithoutFile, what, why, facts))
}
