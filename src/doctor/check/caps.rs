//! Caps Lock, when it is the trigger.

use super::{Facts, Finding, shown, typed};
use crate::{
    diagnostic::Code,
    doctor::{
        Topic,
        facts::{OptionSource, Remapper, XkbOption},
    },
};

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings: Vec<Finding> = lock(facts).into_iter().collect();
    if facts.trigger_is_caps_lock() {
        findings.extend(facts.caps.options.iter().map(|option| taken_by_option(option, facts)));
        findings.extend(facts.caps.remappers.iter().map(|remapper| taken_by(remapper, facts)));
    }
    findings
}

fn taken_by_option(option: &XkbOption, facts: &Facts) -> Finding {
    let XkbOption { name, job, .. } = option;
    let finding = |code, what: String, why: &str| {
        let (line, then) = without(option, facts);
        let finding = Finding::new(code, Topic::Options, what, why).fix(line);
        if let Some(then) = then { finding.then(then) } else { finding }
    };
    match *job {
        "nothing" => finding(
            Code::OptionHarmless,
            format!("the keymap option `{name}` switches Caps Lock off"),
            "it composes all the same while composekeyd runs; the option may stay",
        ),
        "the classic Compose key" => finding(
            Code::OptionHarmless,
            format!("the keymap option `{name}` makes Caps Lock the classic Compose key"),
            "composekeyd takes its place while it runs, tap included; the option may stay",
        ),
        job => finding(
            Code::OptionLost,
            format!("the keymap option `{name}` makes Caps Lock {job}"),
            "that is lost while composekeyd runs: the key composes; or choose another `trigger`",
        ),
    }
}

/// The line that takes an option out, and what is to be done then.
fn without(option: &XkbOption, facts: &Facts) -> (String, Option<&'static str>) {
    let name = &option.name;
    let rest: Vec<&str> =
        option.beside.iter().map(String::as_str).filter(|other| other != name).collect();
    match &option.set_in {
        Some(OptionSource::Gsettings(schema)) => {
            let rest: Vec<String> = rest.iter().map(|name| format!("'{name}'")).collect();
            (format!("gsettings set {schema} xkb-options \"[{}]\"", rest.join(", ")), None)
        }
        Some(OptionSource::File(file, line)) => {
            let root = if file.starts_with("/etc") { "sudo " } else { "" };
            let file = typed(file, facts);
            (format!("{root}sed -i '{line}s/{name},\\?//' {file}"), Some("then log in again"))
        }
        None => {
            let rest: String = rest.iter().map(|name| format!(" -option {name}")).collect();
            (
                format!("setxkbmap -option ''{rest}"),
                Some("for this session; it is set where you log in"),
            )
        }
    }
}

fn taken_by(remapper: &Remapper, facts: &Facts) -> Finding {
    let name = remapper.name;
    let stop = match (&remapper.unit, remapper.user_unit) {
        (Some(unit), true) => format!("systemctl --user disable --now {unit}"),
        (Some(unit), false) => format!("sudo systemctl disable --now {unit}"),
        (None, _) => format!("sudo killall {name}"),
    };
    if !remapper.running {
        return Finding::new(
            Code::RemapperInstalled,
            Topic::Remappers,
            format!("{name} does not run, but starts with the machine"),
            "when it runs it takes keys before composekeyd sees them",
        )
        .fix(stop);
    }
    if let Some((file, line)) = &remapper.names_caps_lock {
        let root = if file.starts_with("/etc") { "sudo " } else { "" };
        return Finding::new(
            Code::RemapperTakesCapsLock,
            Topic::Remappers,
            format!("{name} runs, and line {line} of `{}` is about Caps Lock", shown(file, facts)),
            "what it makes of the key is all that composekeyd sees: holding may do nothing",
        )
        .fix(format!("{root}\"${{EDITOR:-nano}}\" +{line} {}", typed(file, facts)))
        .then("let it pass Caps Lock on, and start it anew; or choose another `trigger`");
    }
    if remapper.settings_seen {
        return Finding::new(
            Code::RemapperRuns,
            Topic::Remappers,
            format!("{name} runs; its settings do not name Caps Lock"),
            "it takes keys before composekeyd sees them, and gives them back as another keyboard's",
        )
        .fix(stop)
        .then("only if holding Caps Lock does nothing");
    }
    Finding::new(
        Code::RemapperTakesCapsLock,
        Topic::Remappers,
        format!("{name} runs, which may take Caps Lock"),
        "what it makes of the key is all that composekeyd sees: holding may do nothing",
    )
    .fix(stop)
    .then("or let it pass Caps Lock on, or choose another `trigger`")
}

fn lock(facts: &Facts) -> Option<Finding> {
    if facts.caps.locked != Some(true) {
        return None;
    }
    if !facts.caps.can_unlock {
        return Some(
            Finding::new(
                Code::CapsLockStuck,
                Topic::Lock,
                "Caps Lock is on, and no key of this keymap turns it off",
                "an option took the key from it while it was on: everything is typed in capitals",
            )
            .fix("composekey unlock-caps"),
        );
    }
    let held = facts.service.daemon.is_some() && facts.trigger_is_caps_lock();
    let then = if held { "or press Shift and Caps Lock" } else { "or press Caps Lock" };
    Some(
        Finding::new(
            Code::CapsLockOn,
            Topic::Lock,
            "Caps Lock is on",
            "if you did not want it: everything is typed in capitals, sequences too",
        )
        .fix("composekey unlock-caps")
        .then(then),
    )
}
