//! The daemon, and what starts it.

use std::path::PathBuf;

use super::{
    super::{
        facts::{Daemon, Service, Systemd},
        system::{Answer, Ran, System, first, program, text},
    },
    Processes,
};
use crate::{config::Paths, ipc};

/// The name of the entry in `autostart`.
const ENTRY: &str = "autostart/composekeyd.desktop";

/// Where the unit is that takes the keyboards for the whole machine.
const UNITS: [&str; 3] = [
    "/etc/systemd/system/composekeyd-evdev.service",
    "/usr/lib/systemd/system/composekeyd-evdev.service",
    "/lib/systemd/system/composekeyd-evdev.service",
];

pub(super) fn read(
    system: &mut dyn System,
    paths: &Paths,
    processes: &Processes,
    systemctl: &Ran,
) -> Service {
    let uid = system.identity().uid;
    let (daemon, silent) = match system.daemon(&ipc::socket(&paths.control_dir())) {
        Answer::NotRunning => (None, None),
        Answer::Silent(why) => (None, Some(why)),
        Answer::Status(status) => {
            let refused = status.keyboards.iter().filter(|k| !k.grabbed).map(|k| k.name.clone());
            let daemon = Daemon {
                refused: refused.collect(),
                keyboards: status.keyboards.len(),
                version: status.version,
                pid: status.pid,
                display: status.display,
                input: status.input,
                paused: status.paused,
                kept: status.kept,
                untyped: status.untyped,
            };
            (Some(daemon), None)
        }
    };
    let own = processes.named("composekeyd").filter(|process| process.uid == uid);
    Service {
        systemd: match systemctl {
            Ran::Wrote(text) => Some(systemd(text)),
            Ran::Missing | Ran::Failed | Ran::TooLate => None,
        },
        autostart: autostart(system, paths),
        program: program(system, "composekeyd"),
        of_machine: processes.named("composekeyd").any(|process| process.uid != uid),
        machine_unit: first(system, UNITS.map(PathBuf::from)),
        processes: own.map(|process| process.pid).collect(),
        daemon,
        silent,
    }
}

/// What `systemctl show` says: `Name=value` lines, a blank one between units.
fn systemd(text: &str) -> Systemd {
    let units = || text.split("\n\n");
    let unit = |id: &str| units().find(|unit| unit.lines().any(|line| line == format!("Id={id}")));
    let value = |unit: Option<&str>, name: &str| {
        let line = unit.and_then(|unit| unit.lines().find_map(|line| line.strip_prefix(name)));
        line.unwrap_or_default().to_owned()
    };
    let service = unit("composekeyd.service").filter(|unit| !unit.contains("LoadState=not-found"));
    Systemd {
        enabled: value(service, "UnitFileState="),
        active: value(service, "ActiveState="),
        exit_status: value(service, "ExecMainStatus=").parse().ok(),
        graphical_session: value(unit("graphical-session.target"), "ActiveState=") == "active",
    }
}

/// The entry that counts: the user's own hides that of the machine, and may say that it is off
/// (Desktop Application Autostart Specification).
fn autostart(system: &mut dyn System, paths: &Paths) -> Option<PathBuf> {
    let places = [paths.config_home.join(ENTRY), PathBuf::from("/etc/xdg").join(ENTRY)];
    let file = first(system, places)?;
    let text = text(system, &file).unwrap_or_default();
    let off = |line: &str| {
        let line = line.replace(' ', "");
        line == "Hidden=true" || line == "X-GNOME-Autostart-enabled=false"
    };
    (!text.lines().any(off)).then_some(file)
}
