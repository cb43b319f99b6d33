//! The system unit and what belongs to it, installed as packaging/README.md says.

use std::{fs, path::Path, thread, time::Duration};

use super::{
    person::{KIM, LEE, journal, run, try_run},
    sleep::sleeps_and_wakes,
    typing::{chord, hold, is_taken, letters, rests},
};
use crate::{
    guest::Guest,
    support::{
        daemon::{gone, program},
        rig::MAP,
        wait_until,
    },
};

const UNIT: &str = "composekeyd-evdev";
const PACKAGING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/packaging");

fn show(property: &str) -> String {
    run(&format!("systemctl show {UNIT} -P {property}"))
}

fn main_process() -> u32 {
    show("MainPID").parse().expect("a number")
}

/// The unit does not run, and what else is packaged is there: people run daemons of their own.
pub(super) fn stop() {
    install();
    run(&format!("systemctl stop {UNIT}"));
}

/// The unit runs, kim is in front, and no other daemon is there.
fn start(guest: &mut Guest) {
    install();
    if KIM.session().is_none() || process_of("kim").is_some() {
        run("loginctl terminate-user kim");
        KIM.log_in("");
    }
    KIM.turn_to();
    run(&format!("systemctl start {UNIT}"));
    composes(guest);
}

/// The daemon of this user.
fn process_of(user: &str) -> Option<String> {
    try_run(&format!("pgrep -u {user} -x composekeyd")).ok()
}

/// Installs the files for the unit where the table of the README has them, and runs its lines.
fn install() {
    if Path::new("/usr/bin/composekeyd").exists() {
        return;
    }
    let readme = fs::read_to_string(format!("{PACKAGING}/README.md")).expect("it is there");
    let rows = readme.lines().filter(|line| line.starts_with('|'));
    let mut installed = 0;
    for row in rows.filter(|row| row.contains("system unit") || row.contains("for that unit")) {
        let names: Vec<_> = row.split('`').skip(1).step_by(2).take(2).collect();
        let [file, folder] = names[..] else { panic!("two names: {row}") };
        run(&format!("install -Dm644 {PACKAGING}/{file} -t {folder}"));
        installed += 1;
    }
    assert_eq!(installed, 4, "unit, user, rule and module");
    run(&format!("install {} -t /usr/bin", program("composekeyd").display()));
    run(&format!("install {} -t /usr/bin", program("composekey").display()));
    run(&format!("install -D {} -t /usr/libexec", program("composekey-console").display()));
    fs::create_dir_all("/etc/composekey").expect("we are root");
    let map = MAP.replace("L!", "λ");
    fs::write("/etc/composekey/config.toml", map).expect("we are root");
    let lines: Vec<_> = readme.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    assert!(lines.iter().any(|line| line.contains(UNIT)), "{lines:?}");
    lines.iter().for_each(|line| drop(run(line)));
}

/// It has the keyboard, and types what no key does.
#[track_caller]
fn composes(guest: &mut Guest) {
    is_taken(guest);
    KIM.clear();
    letters(guest, "a");
    hold(guest, "la");
    letters(guest, "b");
    KIM.expect("aλb");
}

pub(crate) fn the_packaged_unit_is_installed_and_runs(guest: &mut Guest) {
    let is_new = !Path::new("/usr/bin/composekeyd").exists();
    assert_eq!(Path::new("/sys/class/misc/uinput").exists(), !is_new, "modules-load.d is for that");
    start(guest);
    assert_eq!(show("ActiveState"), "active");
    assert_eq!(show("UnitFileState"), "enabled");
    let process = main_process();
    assert_eq!(run(&format!("ps -o user= -p {process}")), "composekey");
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    assert!(status.contains("CapEff:\t0000000000000000"), "no root, no capability: {status}");
    composes(guest);
    let ask = "runuser -u composekey -- env XDG_RUNTIME_DIR=/run/composekey composekey status";
    guest.note(run(ask));
}

pub(crate) fn it_serves_whoever_is_in_front(guest: &mut Guest) {
    start(guest);
    LEE.log_in("");
    for _ in 0..2 {
        LEE.turn_to();
        is_taken(guest);
        LEE.clear();
        hold(guest, "la");
        LEE.expect("λ");
        KIM.turn_to();
        composes(guest);
    }
    // A session ends, and another begins.
    let before = KIM.session().expect("kim is there");
    run("pkill -u kim -x cat");
    KIM.is_new(Some(&before));
    composes(guest);
}

pub(crate) fn a_killed_one_leaves_the_keyboard_and_is_started_again(guest: &mut Guest) {
    start(guest);
    for _ in 0..3 {
        let process = main_process();
        // In the midst of a sequence, with a key down.
        guest.key("j", true);
        guest.key("caps_lock", true);
        letters(guest, "l");
        run(&format!("systemctl kill -s KILL {UNIT}"));
        assert!(gone(&[process]));
        guest.key("caps_lock", false);
        guest.key("j", false);
        KIM.clear();
        letters(guest, "ok");
        KIM.expect("ok");
        let again = || show("ActiveState") == "active" && ![0, process].contains(&main_process());
        assert!(wait_until(again), "{}", journal());
        composes(guest);
        rests();
    }
}

pub(crate) fn it_sleeps_with_the_machine(guest: &mut Guest) {
    start(guest);
    assert!(run("cat /sys/power/mem_sleep").contains("[deep]"), "it sleeps indeed");
    sleeps_and_wakes(guest, &KIM, "λ");
}

pub(crate) fn the_chord_ends_it_for_good(guest: &mut Guest) {
    start(guest);
    chord(guest, &["caps_lock", "backspace", "esc", "ret"]);
    assert!(wait_until(|| show("ActiveState") == "inactive"), "{}", journal());
    assert_eq!(show("Result"), "success");
    KIM.clear();
    letters(guest, "ok");
    KIM.expect("ok");
    // It would be started again after a second.
    thread::sleep(Duration::from_secs(3));
    assert_eq!(show("ActiveState"), "inactive");
    run(&format!("systemctl start {UNIT}"));
    composes(guest);
    run(&format!("systemctl stop {UNIT}"));
    assert!(try_run(&format!("systemctl is-failed {UNIT}")).is_err(), "it ended well");
    KIM.clear();
    letters(guest, "ok");
    KIM.expect("ok");
}
