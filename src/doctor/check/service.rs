//! The daemon, what starts it, and its configuration.

use super::{Facts, Finding, and, plural, typed};
use crate::{
    daemon::LET_GO,
    diagnostic::Code,
    doctor::{
        Topic,
        facts::{Daemon, Systemd},
    },
};

/// The version of this program, which the daemon's should be.
const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings: Vec<Finding> = silent(facts).into_iter().collect();
    match &facts.service.daemon {
        Some(daemon) => {
            let questions =
                [other_version, other_display, paused, kept, refused, no_keyboard, untyped];
            findings.extend(questions.iter().filter_map(|question| question(daemon, facts)));
        }
        None if findings.is_empty() => findings.extend(not_running(facts)),
        None => {}
    }
    findings.extend([started_by_nothing, started_twice].iter().filter_map(|q| q(facts)));
    findings.extend(configuration(facts));
    findings
}

fn unit(facts: &Facts) -> Option<&Systemd> {
    facts.service.systemd.as_ref().filter(|systemd| !systemd.enabled.is_empty())
}

/// The line that starts the daemon anew.
fn restart(facts: &Facts) -> &'static str {
    match unit(facts) {
        Some(_) => "systemctl --user restart composekeyd",
        None => "killall composekeyd; composekeyd &",
    }
}

fn silent(facts: &Facts) -> Option<Finding> {
    let why_silent = facts.service.silent.as_ref()?;
    let pids: Vec<String> = facts.service.processes.iter().map(u32::to_string).collect();
    let process =
        if pids.is_empty() { String::new() } else { format!(" (process {})", and(&pids)) };
    Some(
        Finding::new(
            Code::DaemonSilent,
            Topic::Daemon,
            format!("composekeyd{process} does not answer: {why_silent}"),
            "it hangs, or it is of another version: then holding Caps Lock does nothing",
        )
        .fix(restart(facts)),
    )
}

fn not_running(facts: &Facts) -> Option<Finding> {
    // Without a display, and on one that it cannot serve, it need not run.
    if !facts.has_display() || facts.is_wayland() {
        return None;
    }
    let finding = |code, what: &str, why: &str| Finding::new(code, Topic::Daemon, what, why);
    let nothing = "holding Caps Lock does nothing but lock";
    if facts.service.program.is_none() {
        return Some(
            finding(Code::DaemonNotInstalled, "there is no `composekeyd` on the path", nothing)
                .fix("sudo install -m755 target/release/composekeyd -t /usr/local/bin")
                .then("where it was built with `cargo build --release`"),
        );
    }
    let Some(unit) = unit(facts) else {
        return Some(
            finding(Code::DaemonNotRunning, "composekeyd does not run", nothing)
                .fix("composekeyd &"),
        );
    };
    if unit.active == "failed" {
        let why = "it could not run; its last words tell why";
        return Some(
            finding(Code::DaemonFailed, "the unit `composekeyd` failed", why)
                .fix("journalctl --user --unit composekeyd --lines 20")
                .then("then `systemctl --user restart composekeyd`"),
        );
    }
    if unit.exit_status == Some(LET_GO.into()) {
        let why = "the emergency chord ended it, and nothing starts it again by itself";
        return Some(
            finding(Code::DaemonNotRunning, "composekeyd does not run", why)
                .fix("systemctl --user start composekeyd"),
        );
    }
    if unit.enabled == "enabled" && !unit.graphical_session {
        let why =
            "the unit waits for `graphical-session.target`, which this desktop does not start";
        return Some(
            finding(Code::NoGraphicalSession, "composekeyd is enabled, but nothing starts it", why)
                .fix("systemctl --user disable composekeyd && cp packaging/autostart/composekeyd.desktop ~/.config/autostart/")
                .then("in the folder of composekey's source; then log in again"),
        );
    }
    let start = if unit.enabled == "enabled" { "start" } else { "enable --now" };
    Some(
        finding(Code::DaemonNotRunning, "composekeyd does not run", nothing)
            .fix(format!("systemctl --user {start} composekeyd")),
    )
}

fn finding(code: Code, what: impl Into<String>, why: impl Into<String>) -> Finding {
    Finding::new(code, Topic::Daemon, what, why)
}

fn other_version(daemon: &Daemon, facts: &Facts) -> Option<Finding> {
    let version = &daemon.version;
    let why = "what one of them can do the other may not know";
    let what = format!("composekeyd is version {version}, and this is {VERSION}");
    (version != VERSION).then(|| finding(Code::DaemonVersion, what, why).fix(restart(facts)))
}

fn other_display(daemon: &Daemon, facts: &Facts) -> Option<Finding> {
    let here = &facts.session.x11.as_ref()?.display;
    // `:0.0` is a screen of `:0`.
    let plain = |name: &str| name.trim_end_matches(".0").to_owned();
    if daemon.input != "x11" || daemon.display.is_empty() || plain(here) == plain(&daemon.display) {
        return None;
    }
    let what = format!("composekeyd serves the display `{}`, and this is `{here}`", daemon.display);
    let why = "one daemon serves one display: here holding Caps Lock does nothing";
    Some(
        finding(Code::DaemonElsewhere, what, why)
            .fix(format!("kill {} && composekeyd &", daemon.pid)),
    )
}

fn paused(daemon: &Daemon, _: &Facts) -> Option<Finding> {
    let why = "it let go of the keyboards when it was asked to, until it is asked to go on";
    daemon
        .paused
        .then(|| finding(Code::DaemonPaused, "composekeyd is paused", why).fix("composekey resume"))
}

fn kept(daemon: &Daemon, _: &Facts) -> Option<Finding> {
    let why = "the newest settings or keymaps have errors, and replace nothing";
    daemon.kept.then(|| {
        finding(Code::DaemonKept, "composekeyd goes by older settings", why).fix("composekey check")
    })
}

fn refused(daemon: &Daemon, _: &Facts) -> Option<Finding> {
    if daemon.refused.is_empty() || daemon.paused {
        return None;
    }
    let names: Vec<String> = daemon.refused.iter().map(|name| format!("`{name}`")).collect();
    if daemon.input == "evdev" {
        let what = format!("composekeyd does not have {}", and(&names));
        let why = "another program took it first, a key is held down on it, or the session is \
                   locked or not in front";
        return Some(
            finding(Code::KeyboardNotTaken, what, why)
                .fix("sudo fuser -v /dev/input/event*")
                .then("shows who has which; `composekey status` says what composekeyd waits for"),
        );
    }
    let what = format!("another program has the trigger on {}", and(&names));
    let why = "the X server gives a key to one program only, and that one came first";
    Some(
        finding(Code::TriggerRefused, what, why)
            .fix("composekey status")
            .then("end the program that grabs the key (a hotkey of the desktop?), or choose another `trigger`"),
    )
}

fn no_keyboard(daemon: &Daemon, _: &Facts) -> Option<Finding> {
    let why = "it waits for one: nobody can hold a key";
    let (list, shows) = match &*daemon.input {
        "evdev" => {
            ("cat /proc/bus/input/devices", "shows what the kernel has; a new one is noticed")
        }
        _ => ("xinput list", "shows what the X server has; a new one is noticed"),
    };
    (daemon.keyboards == 0).then(|| {
        finding(Code::NoKeyboard, "composekeyd serves no keyboard", why).fix(list).then(shows)
    })
}

fn untyped(daemon: &Daemon, facts: &Facts) -> Option<Finding> {
    let untyped = daemon.untyped.as_ref()?;
    let count = plural(untyped.count, "character");
    let what = format!("{count} of your sequences cannot be typed in this session");
    let finding = |why: &str| finding(Code::CharactersUntyped, what, why);
    Some(match facts.is_wayland() {
        true => finding("a compositor takes keys alone, and no key has them")
            .fix("composekey xkb install")
            .then("gives them keys; `composekey status` names some of them"),
        false => finding(&untyped.why).fix("composekey status").then("names some of them"),
    })
}

fn started_by_nothing(facts: &Facts) -> Option<Finding> {
    let by_unit = unit(facts).is_some_and(|unit| unit.enabled == "enabled");
    // What does not run has findings enough.
    if by_unit || facts.service.autostart.is_some() || facts.service.daemon.is_none() {
        return None;
    }
    let finding = Finding::new(
        Code::NotStartedAtLogin,
        Topic::Start,
        "nothing starts composekeyd when you log in",
        "it runs now, and not after the next login",
    );
    Some(match unit(facts) {
        Some(_) => finding.fix("systemctl --user enable composekeyd"),
        None => finding
            .fix("install -Dm644 packaging/autostart/composekeyd.desktop -t ~/.config/autostart")
            .then("in the folder of composekey's source"),
    })
}

fn started_twice(facts: &Facts) -> Option<Finding> {
    let entry = facts.service.autostart.as_ref()?;
    unit(facts).filter(|unit| unit.enabled == "enabled")?;
    let root = if entry.starts_with("/etc") { "sudo " } else { "" };
    Some(
        Finding::new(
            Code::StartedTwice,
            Topic::Start,
            "composekeyd is started by systemd and by the desktop",
            "the second one ends at once and says so in the log; which is first is chance",
        )
        .fix(format!("{root}rm {}", typed(entry, facts))),
    )
}

fn configuration(facts: &Facts) -> Option<Finding> {
    let config = &facts.config;
    let (code, counted) = match (config.errors, config.warnings) {
        (0, 0) => return None,
        (0, warnings) => (Code::ConfigWarnings, plural(warnings, "warning")),
        (errors, 0) => (Code::ConfigErrors, plural(errors, "error")),
        (errors, warnings) => {
            let counted = [plural(errors, "error"), plural(warnings, "warning")];
            (Code::ConfigErrors, and(&counted))
        }
    };
    let why = match code {
        Code::ConfigErrors => {
            "what is wrong is left out, and a running composekeyd takes nothing of it"
        }
        _ => "it works, but hardly as it was meant",
    };
    Some(
        Finding::new(code, Topic::Config, format!("your settings and keymaps have {counted}"), why)
            .fix("composekey check"),
    )
}
