//! composekeyd on a real kernel, in a virtual machine: keyboards, uinput, a console, a compositor.
//!
//! ```text
//! cargo test --test vm                      the groups that are not asked for by name, one machine a group
//! cargo test --test vm evdev::               the cases of one group
//! cargo test --test vm systemd::             of one that is asked for by name ([`BY_NAME`])
//! cargo test --test vm -- --list             what the first line runs
//! make latency                               figures
//! ```
//!
//! This program is both ends. On the host it boots QEMU ([`machine`]); the guest sees the host's
//! files, runs this same program with `--guest`, and there the cases run, each with a [`Guest`]
//! that types on the machine's keyboards and plugs new ones. docs/testing.md has the picture.
//!
//! A new group is a module with `pub(crate) const GROUP: Group` and a line in [`GROUPS`].

mod console;
mod desktop;
mod evdev;
mod guest;
mod latency;
mod machine;
mod pool;
mod support;
mod sway;
mod systemd;

use std::process::ExitCode;

use guest::Guest;

/// Cases that share a machine.
#[derive(Debug)]
pub(crate) struct Group {
    /// As in `evdev::passes_a_key`.
    name: &'static str,
    /// What QEMU is given beyond what all machines have.
    hardware: &'static [&'static str],
    cases: &'static [Case],
}

/// A name and a function that panics when the case fails.
pub(crate) type Case = (&'static str, fn(&mut Guest));

/// A table of the functions with these names.
macro_rules! cases {
    ($($name:path),* $(,)?) => { &[$((stringify!($name), $name)),*] };
}
pub(crate) use cases;

const GROUPS: &[Group] = &[evdev::GROUP, console::GROUP, desktop::GROUP, pool::GROUP];

/// Only when asked for by name: what tells figures instead of testing, what takes long, and what does not
/// come out alike on a busy machine (docs/testing.md).
const BY_NAME: &[Group] = &[latency::GROUP, sway::GROUP, systemd::GROUP];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, group, filter] = &args[..]
        && mode == "--guest"
    {
        let group =
            GROUPS.iter().chain(BY_NAME).find(|known| known.name == group).expect("a group");
        guest::run(group, filter);
        return ExitCode::SUCCESS;
    }
    // What `cargo test` and people pass to libtest and means nothing here, such as `--nocapture`.
    let filter = args.iter().find(|arg| !arg.starts_with('-')).map_or("", String::as_str);
    let list = args.iter().any(|arg| arg == "--list");
    let (mut failed, mut any) = (Vec::new(), false);
    let named = BY_NAME.iter().filter(|group| filter.starts_with(group.name));
    for group in GROUPS.iter().chain(named) {
        let cases = group.matching(filter);
        any |= !cases.is_empty();
        match (cases.is_empty(), list) {
            (true, _) => {}
            (false, true) => cases.iter().for_each(|case| report(&format!("{case}: test"))),
            (false, false) => failed.extend(machine::run(group, &cases, filter)),
        }
    }
    if !any {
        let groups: Vec<_> = BY_NAME.iter().map(|group| format!("`{}::`", group.name)).collect();
        report(&format!(
            "no case matches `{filter}`; those of {} are asked for by names that begin so",
            groups.join(", ")
        ));
        // A word alone is for all the test programs, as `cargo test WORD` gives it to them; a path means a case.
        return if filter.contains("::") { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    }
    if failed.is_empty() {
        return ExitCode::SUCCESS;
    }
    report(&format!("failed: {}", failed.join(", ")));
    ExitCode::FAILURE
}

impl Group {
    /// Whether the guest's first process is systemd and its files are its own, in memory; else it is a
    /// script, and the files are the host's.
    fn has_systemd(&self) -> bool {
        self.name == systemd::GROUP.name
    }

    /// The full names of the cases that contain `filter`.
    fn matching(&self, filter: &str) -> Vec<String> {
        let names = self.cases.iter().map(|case| self.full(case));
        names.filter(|name| name.contains(filter)).collect()
    }

    fn full(&self, (name, _): &Case) -> String {
        format!("{}::{name}", self.name)
    }
}

#[expect(clippy::print_stdout, reason = "this program is its own test harness")]
fn report(line: &str) {
    println!("{line}");
}
