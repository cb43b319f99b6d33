//! Compose files: who reads which, what they make of it, and who cannot see it.

use std::path::Path;

use super::{Facts, Finding, and, plural, shown, typed};
use crate::{
    diagnostic::Code,
    doctor::{Topic, facts::Reader},
};

/// How many programs are named.
const NAMED: usize = 6;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings: Vec<Finding> = facts
        .compose
        .own
        .iter()
        .filter_map(|own| broken(facts, &own.file).or_else(|| mistakes(facts, own)))
        .collect();
    let questions = [
        other_file,
        variable_unreadable,
        variable_ignored,
        outdated_programs,
        outdated_file,
        flatpak,
        snap,
        chromium,
    ];
    findings.extend(questions.iter().filter_map(|question| question(facts)));
    findings.extend(caches(facts));
    findings
}

/// The readers that compose by themselves, with what the words of `names` call them.
fn names<'f>(readers: impl Iterator<Item = &'f Reader>) -> Vec<&'f str> {
    readers.map(|reader| reader.toolkit.as_str()).collect()
}

fn broken(facts: &Facts, file: &Path) -> Option<Finding> {
    let readers = || {
        let of_file = facts.compose.readers.iter().filter(|r| r.file.as_deref() == Some(file));
        of_file.filter(|reader| reader.broken.is_some())
    };
    let reason = readers().next()?.broken.as_ref()?;
    let shown = shown(file, facts);
    Some(
        Finding::new(
            Code::ComposeFileBroken,
            Topic::ComposeFile,
            format!("{} compose nothing: `{shown}`, {reason}", and(&names(readers()))),
            "they take the file as a whole or not at all, and say nothing about it",
        )
        .fix(format!("composekey check {}", typed(file, facts))),
    )
}

fn mistakes(facts: &Facts, own: &crate::doctor::facts::Own) -> Option<Finding> {
    let counted = [(own.errors, "error"), (own.warnings, "warning")];
    let counted: Vec<String> =
        counted.into_iter().filter(|(n, _)| *n > 0).map(|(n, noun)| plural(n, noun)).collect();
    // Without the X locales every `include "%L"` is a mistake: that is told of.
    if counted.is_empty() || !facts.locale.folder_there {
        return None;
    }
    Some(
        Finding::new(
            Code::ComposeFileMistakes,
            Topic::ComposeFile,
            format!("`{}` has {} for the toolkits here", shown(&own.file, facts), and(&counted)),
            "toolkits leave such lines out or read them otherwise, each in its own way, in silence",
        )
        .fix(format!("composekey check {}", typed(&own.file, facts))),
    )
}

fn other_file(facts: &Facts) -> Option<Finding> {
    let usual = facts.user.home.as_ref()?.join(".XCompose");
    let by_itself = |reader: &&Reader| reader.through.is_none();
    let readers = || facts.compose.readers.iter().filter(by_itself);
    let reads = |reader: &&Reader, file: &Path| reader.file.as_deref() == Some(file);
    if !readers().any(|reader| reads(&reader, &usual)) {
        return None;
    }
    // What `XCOMPOSEFILE` leads to is told of by itself.
    let named = facts.compose.variable.as_deref();
    let other = facts.compose.own.iter().map(|own| &own.file);
    let other = other.clone().find(|file| **file != usual && Some(file.as_path()) != named)?;
    let who = names(readers().filter(|reader| reads(reader, other)));
    let verb = if who.len() == 1 { "reads" } else { "read" };
    let other_typed = typed(other, facts);
    Some(
        Finding::new(
            Code::ComposeFileHidden,
            Topic::ComposeFile,
            format!("{} {verb} `{}` and not `~/.XCompose`", and(&who), shown(other, facts)),
            "what is added to one of the files does not work in all programs",
        )
        .fix(format!("mv {other_typed} {other_typed}.unused"))
        .then("if all of it is in ~/.XCompose; else move the rest over first"),
    )
}

fn variable_unreadable(facts: &Facts) -> Option<Finding> {
    let file = facts.compose.variable.as_ref().filter(|_| !facts.compose.variable_readable)?;
    Some(
        Finding::new(
            Code::ComposeVariableUnreadable,
            Topic::ComposeFile,
            format!("`XCOMPOSEFILE` names `{}`, which cannot be read", shown(file, facts)),
            "libX11 composes nothing then: it looks nowhere else",
        )
        .fix("unset XCOMPOSEFILE")
        .then("and take it out where it is set"),
    )
}

fn variable_ignored(facts: &Facts) -> Option<Finding> {
    let file = facts.compose.variable.as_ref().filter(|_| facts.compose.variable_readable)?;
    let home = facts.user.home.as_ref()?;
    let ignores = |reader: &&Reader| matches!(reader.toolkit.as_str(), "gtk3" | "gtk4");
    let ignoring = facts.compose.readers.iter().filter(|reader| reader.through.is_none());
    let who = names(ignoring.filter(ignores));
    if who.is_empty() || *file == home.join(".XCompose") {
        return None;
    }
    Some(
        Finding::new(
            Code::ComposeVariableIgnored,
            Topic::ComposeFile,
            format!("{} do not look at `XCOMPOSEFILE`", and(&who)),
            format!("the sequences in `{}` do not work there", shown(file, facts)),
        )
        .fix(format!("ln -s {} ~/.XCompose", typed(file, facts)))
        .then("unless you have that file already"),
    )
}

fn outdated_programs(facts: &Facts) -> Option<Finding> {
    let programs = &facts.compose.outdated_programs;
    if programs.is_empty() {
        return None;
    }
    let named = programs.iter().take(NAMED).cloned().collect::<Vec<_>>();
    let more = programs.len() - named.len();
    let list = if more > 0 { format!("{} and {more} more", named.join(", ")) } else { and(&named) };
    let verb = if programs.len() == 1 { "is" } else { "are" };
    Some(
        Finding::new(
            Code::ProgramsOutdated,
            Topic::ComposeFile,
            format!("{list} {verb} older than your Compose file"),
            "programs read it when they start, so these compose by what it said then",
        )
        .then("start those programs anew, or log in again; what composekeyd types needs neither"),
    )
}

fn outdated_file(facts: &Facts) -> Option<Finding> {
    let generated = facts.compose.generated.as_ref().filter(|generated| generated.outdated)?;
    Some(
        Finding::new(
            Code::GeneratedOutdated,
            Topic::ComposeFile,
            format!("your keymaps changed after `{}` was written", shown(&generated.file, facts)),
            "programs that compose by themselves do not know the newest sequences",
        )
        .fix("composekey generate"),
    )
}

fn flatpak(facts: &Facts) -> Option<Finding> {
    let sandboxes = &facts.sandboxes;
    if sandboxes.flatpaks == 0 || sandboxes.flatpak_sees || !facts.has_own_file() {
        return None;
    }
    Some(
        Finding::new(
            Code::FlatpakBlind,
            Topic::Sandbox,
            format!(
                "{} cannot see your Compose file",
                plural(sandboxes.flatpaks, "Flatpak program")
            ),
            "a Flatpak program has no home folder unless it is given one",
        )
        .fix("flatpak override --user --filesystem=~/.XCompose:ro")
        .then("then start those programs anew"),
    )
}

fn snap(facts: &Facts) -> Option<Finding> {
    let snaps = facts.sandboxes.snaps;
    if snaps == 0 || !facts.has_own_file() {
        return None;
    }
    Some(
        Finding::new(
            Code::SnapBlind,
            Topic::Sandbox,
            format!("{} cannot see your Compose file", plural(snaps, "snap")),
            "a snap may not read hidden files of the home folder, and nothing can allow that",
        )
        .then("none; what composekeyd types works there as well"),
    )
}

fn chromium(facts: &Facts) -> Option<Finding> {
    let programs = &facts.sandboxes.chromium;
    if programs.is_empty() || !facts.is_wayland() || !facts.has_own_file() {
        return None;
    }
    Some(
        Finding::new(
            Code::ChromiumBlind,
            Topic::Sandbox,
            format!("{} may ignore your Compose file", and(programs)),
            "on Wayland, Chromium composes by a table of its own and reads no file",
        )
        .fix(format!("{} --ozone-platform=x11", programs.first()?))
        .then("as an X program it composes as GTK 3 does"),
    )
}

fn caches(facts: &Facts) -> Vec<Finding> {
    let stale = facts.caches.iter().filter(|cache| cache.stale);
    let finding = |cache: &crate::doctor::facts::Cache| {
        Finding::new(
            Code::StaleCache,
            Topic::Cache,
            format!("{} keeps an old form of `{}`", cache.toolkit, shown(&cache.of, facts)),
            "it compares times alone: what came with an older time, or by an include, it overlooks",
        )
        .fix(format!("rm {}", typed(&cache.file, facts)))
        .then("then start the programs anew")
    };
    stale.map(finding).collect()
}
