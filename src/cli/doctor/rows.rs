//! The facts in words: groups of rows, each with what it is about.

use crate::{
    diagnostic::Severity,
    doctor::{
        Facts, Topic,
        facts::{OptionSource, Reader, XkbOption},
        shown,
    },
};

/// Rows under a heading.
pub(super) struct Group {
    pub(super) title: &'static str,
    pub(super) rows: Vec<Row>,
}

/// A fact.
pub(super) struct Row {
    /// What it is about: the worst finding about it marks it.
    pub(super) topic: Topic,
    pub(super) name: String,
    pub(super) value: String,
    /// How it is marked.
    pub(super) mark: Mark,
}

/// How a row is marked.
pub(super) enum Mark {
    /// By the worst finding about its topic.
    Topic,
    /// As this bad, or as fine.
    Own(Option<Severity>),
    /// As something that is not there, or not asked for.
    Aside,
}

fn row(topic: Topic, name: impl Into<String>, value: impl Into<String>) -> Row {
    Row { topic, name: name.into(), value: value.into(), mark: Mark::Topic }
}

/// A row about something that is not there, or not asked for.
fn aside(topic: Topic, name: impl Into<String>, value: impl Into<String>) -> Row {
    Row { mark: Mark::Aside, ..row(topic, name, value) }
}

pub(super) fn groups(facts: &Facts) -> Vec<Group> {
    vec![
        Group { title: "session", rows: session(facts) },
        Group { title: "input methods", rows: vec![methods(facts)] },
        Group { title: "Compose files", rows: compose(facts) },
        Group { title: "Caps Lock", rows: caps(facts) },
        Group { title: "devices", rows: devices(facts) },
        Group { title: "composekeyd", rows: service(facts) },
    ]
}

fn session(facts: &Facts) -> Vec<Row> {
    let session = &facts.session;
    let mut displays = Vec::new();
    if let Some(wayland) = &session.wayland {
        displays.push(format!("Wayland on {}", wayland.display));
    }
    if let Some(x11) = &session.x11 {
        let kind = if x11.xwayland { "XWayland" } else { "X11" };
        let vendor = if x11.vendor.is_empty() { "" } else { ", " };
        let vendor = format!("{vendor}{}", x11.vendor);
        displays.push(format!(
            "{kind} on {}{}",
            x11.display,
            if x11.xwayland { "" } else { &vendor }
        ));
    }
    let mut rows = vec![match displays.is_empty() {
        false => row(Topic::Display, "display", displays.join("; ")),
        true => aside(
            Topic::Display,
            "display",
            if session.ssh { "none: a remote login" } else { "none" },
        ),
    }];
    let manager = session.x11.as_ref().and_then(|x11| x11.window_manager.clone());
    let names = [session.desktop.clone(), session.compositor.clone().or(manager)];
    let names: Vec<String> = names.into_iter().flatten().collect();
    if !names.is_empty() {
        rows.push(row(Topic::User, "desktop", names.join(", ")));
    }
    let locale = &facts.locale;
    let file = locale.compose_file.as_ref().map(|file| {
        let file = file.strip_prefix(&locale.folder).unwrap_or(file);
        format!(", Compose file {}", file.display())
    });
    rows.push(row(Topic::Locale, "locale", format!("{}{}", locale.name, file.unwrap_or_default())));
    rows
}

fn methods(facts: &Facts) -> Row {
    let methods = &facts.methods;
    let variables: Vec<String> =
        methods.variables.iter().map(|v| format!("{}={}", v.name, v.value)).collect();
    let running = match &methods.running[..] {
        [] => "none runs".to_owned(),
        running => running.join(", "),
    };
    let variables =
        if variables.is_empty() { "no variable is set".to_owned() } else { variables.join(" ") };
    let value = format!("{running}; {variables}");
    if methods.running.is_empty() && methods.variables.is_empty() {
        return aside(Topic::InputMethod, "in use", value);
    }
    row(Topic::InputMethod, "in use", value)
}

/// What is read, and by whom. Toolkits that read the same share a row.
fn compose(facts: &Facts) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for reader in &facts.compose.readers {
        let mut who = reader.toolkit.clone();
        // Those have the version of libxkbcommon.
        if let Some(version) =
            reader.version.as_ref().filter(|_| !["qt", "fcitx5"].contains(&&*who))
        {
            who = format!("{who} {version}");
        }
        let what = reads(reader, facts);
        match rows.iter_mut().find(|row| row.name == what) {
            Some(row) => row.value = format!("{}, {who}", row.value),
            None => {
                let mark = Mark::Own(how_bad(reader, facts));
                rows.push(Row { mark, ..row(Topic::ComposeFile, what, who) });
            }
        }
    }
    if rows.is_empty() {
        rows.push(aside(Topic::ComposeFile, "toolkits", "none is installed"));
    }
    let sandboxes = &facts.sandboxes;
    let counted = [(sandboxes.flatpaks, "Flatpak"), (sandboxes.snaps, "Snap")];
    let counted: Vec<String> =
        counted.iter().filter(|(n, _)| *n > 0).map(|(n, kind)| format!("{n} by {kind}")).collect();
    if !counted.is_empty() {
        rows.push(row(Topic::Sandbox, "sandboxed programs", counted.join(", ")));
    }
    if !facts.caches.is_empty() {
        let stale = facts.caches.iter().filter(|cache| cache.stale).count();
        let value = format!("{}, {stale} out of date", facts.caches.len());
        rows.push(row(Topic::Cache, "caches", value));
    }
    rows
}

fn how_bad(reader: &Reader, facts: &Facts) -> Option<Severity> {
    let own = facts.compose.own.iter().find(|own| Some(&own.file) == reader.file.as_ref());
    let mistakes = own.is_some_and(|own| own.errors + own.warnings > 0);
    match (reader.through.is_some(), reader.broken.is_some(), mistakes) {
        (false, true, _) => Some(Severity::Error),
        (false, false, true) => Some(Severity::Warning),
        _ => None,
    }
}

fn reads(reader: &Reader, facts: &Facts) -> String {
    if let Some(method) = &reader.through {
        return format!("through {method}");
    }
    let file = reader.file.as_ref().map(|file| match file.starts_with(&facts.locale.folder) {
        true => "the locale's file".to_owned(),
        false => shown(file, facts),
    });
    match (file, &reader.broken) {
        (Some(file), Some(_)) => format!("{file}: nothing"),
        (Some(file), None) => file,
        (None, Some(_)) => "nothing".to_owned(),
        (None, None) => "own table".to_owned(),
    }
}

fn caps(facts: &Facts) -> Vec<Row> {
    let caps = &facts.caps;
    let lock = match caps.locked {
        Some(true) => "Caps Lock is on",
        Some(false) => "Caps Lock is off",
        None => "nothing tells of the lock",
    };
    let mut rows = vec![match caps.locked {
        Some(_) => row(Topic::Lock, "lock", lock),
        None => aside(Topic::Lock, "lock", lock),
    }];
    let option = |option: &XkbOption| match &option.set_in {
        None => option.name.clone(),
        Some(OptionSource::Gsettings(_)) => format!("{} (gsettings)", option.name),
        Some(OptionSource::File(file, line)) => {
            format!("{} ({}:{line})", option.name, shown(file, facts))
        }
    };
    let options: Vec<String> = caps.options.iter().map(option).collect();
    let options =
        if options.is_empty() { "none of the keymap's".to_owned() } else { options.join(", ") };
    rows.push(row(Topic::Options, "options", options));
    let others = caps.remappers.iter().map(|remapper| match remapper.running {
        true => remapper.name.to_owned(),
        false => format!("{} (not running)", remapper.name),
    });
    let others: Vec<String> = others.collect();
    let others =
        if others.is_empty() { "no program that takes keys".to_owned() } else { others.join(", ") };
    rows.push(row(Topic::Remappers, "others", others));
    rows
}

fn devices(facts: &Facts) -> Vec<Row> {
    let devices = &facts.devices;
    let uinput = match &devices.uinput {
        None => "not there".to_owned(),
        Some(device) => {
            let open = if device.writable { "open to you" } else { "closed to you" };
            format!("{} {}, {open}", device.mode, device.group)
        }
    };
    let inputs = match devices.inputs {
        0 => "none to be seen".to_owned(),
        all => format!("{all}, {} open to you", devices.readable),
    };
    [("/dev/uinput", uinput), ("/dev/input", inputs)]
        .into_iter()
        .map(|(name, value)| aside(Topic::Devices, name, value))
        .collect()
}

fn service(facts: &Facts) -> Vec<Row> {
    let service = &facts.service;
    let daemon = match (&service.daemon, &service.silent) {
        (Some(daemon), _) => {
            let state = if daemon.paused { "paused" } else { "ready" };
            let display = match daemon.display.is_empty() {
                true => daemon.input.clone(),
                false => format!("{} on {}", daemon.input, daemon.display),
            };
            row(
                Topic::Daemon,
                "daemon",
                format!("{}, process {}, {display}, {state}", daemon.version, daemon.pid),
            )
        }
        (None, Some(_)) => row(Topic::Daemon, "daemon", "does not answer"),
        (None, None) if service.of_machine => {
            row(Topic::Daemon, "daemon", "runs for the whole machine, as a user of its own")
        }
        (None, None) => aside(Topic::Daemon, "daemon", "does not run"),
    };
    let mut starts = Vec::new();
    if let Some(systemd) = service.systemd.as_ref().filter(|systemd| !systemd.enabled.is_empty()) {
        starts.push(format!("systemd unit, {}", systemd.enabled));
    }
    if let Some(entry) = &service.autostart {
        starts.push(shown(entry, facts));
    }
    let start = match starts.is_empty() {
        true => aside(Topic::Start, "at login", "nothing starts it"),
        false => row(Topic::Start, "at login", starts.join("; ")),
    };
    let config = &facts.config;
    let file = match config.there {
        true => shown(&config.file, facts),
        false => "defaults".to_owned(),
    };
    let settings = format!("{file}, {} sequences, trigger {}", config.sequences, config.trigger);
    vec![daemon, start, row(Topic::Config, "settings", settings)]
}
