//! `/dev/uinput` and `/dev/input`: needed where the keys do not come from an X server.

use super::{Facts, Finding, and};
use crate::{diagnostic::Code, doctor::Topic};

/// What gives `/dev/uinput` to a group, and this user to that: in one line for a shell.
const RULE: &str = "sudo install -Dm644 packaging/udev/60-composekey.rules -t /etc/udev/rules.d \
                    && sudo groupadd -rf uinput && sudo usermod -aG uinput \"$USER\"";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings: Vec<Finding> = for_all(facts).into_iter().chain(input_group(facts)).collect();
    if needed(facts) {
        let questions = [group_not_yet, no_uinput, uinput_denied, input_denied];
        // The first is often why the others are so.
        findings.extend(questions.iter().find_map(|question| question(facts)));
    }
    findings
}

/// Whether a daemon of this user's would have to open the devices.
fn needed(facts: &Facts) -> bool {
    let service = &facts.service;
    let other = service.daemon.is_some() || service.of_machine;
    facts.is_wayland() && !other
}

fn finding(code: Code, what: String, why: &str) -> Finding {
    Finding::new(code, Topic::Devices, what, why)
}

fn group_not_yet(facts: &Facts) -> Option<Finding> {
    let groups = &facts.devices.groups_not_yet;
    if groups.is_empty() || facts.devices.are_open() {
        return None;
    }
    let what = format!("you are in the group {}, but not in this session", and(groups));
    let why = "groups are given at the login: until the next one the devices stay closed";
    Some(
        finding(Code::GroupNotYet, what, why)
            .fix("loginctl terminate-user \"$USER\"")
            .then("which logs you out at once: save your work first"),
    )
}

fn no_uinput(facts: &Facts) -> Option<Finding> {
    if facts.devices.uinput.is_some() {
        return None;
    }
    let why = "keys that are taken from a keyboard go back to the system through it";
    Some(
        finding(Code::NoUinput, "`/dev/uinput` is not there".to_owned(), why)
            .fix("sudo modprobe uinput && echo uinput | sudo tee /etc/modules-load.d/uinput.conf"),
    )
}

fn uinput_denied(facts: &Facts) -> Option<Finding> {
    let device = facts.devices.uinput.as_ref().filter(|device| !device.writable)?;
    let what =
        format!("you may not write to `/dev/uinput` ({}, group {})", device.mode, device.group);
    let why = "keys that are taken from a keyboard go back to the system through it";
    let finding = finding(Code::UinputDenied, what, why);
    Some(match facts.devices.rule {
        Some(_) => finding
            .fix(format!("sudo usermod -aG {} \"$USER\"", device.group))
            .then("then log in again"),
        None => finding
            .fix(RULE)
            .then("in the folder of composekey's source; then start the machine anew"),
    })
}

fn input_denied(facts: &Facts) -> Option<Finding> {
    let devices = &facts.devices;
    if devices.readable > 0 || devices.inputs == 0 {
        return None;
    }
    let what = format!("you may read none of the {} devices in `/dev/input`", devices.inputs);
    let why = "a composekeyd of your own needs them; every other program of yours can read all keys then, too";
    Some(
        finding(Code::InputDenied, what, why)
            .fix("sudo usermod -aG input \"$USER\"")
            .then("then log in again"),
    )
}

fn for_all(facts: &Facts) -> Option<Finding> {
    let device = facts.devices.uinput.as_ref().filter(|device| device.for_all)?;
    let what = format!("everybody may write to `/dev/uinput` ({})", device.mode);
    let why = "any program, of any user, can type into your windows";
    Some(
        finding(Code::UinputForAll, what, why)
            .fix("sudo chmod o-rw /dev/uinput")
            .then("and mend the udev rule that opens it"),
    )
}

fn input_group(facts: &Facts) -> Option<Finding> {
    // On Wayland a daemon of this user needs it.
    if !facts.devices.in_input_group || facts.user.uid == 0 || facts.is_wayland() {
        return None;
    }
    let what = "you are in the group `input`".to_owned();
    let why = "every program that you start can read every key of every keyboard; composekeyd needs that only where it takes the keyboards themselves, as on Wayland";
    Some(
        finding(Code::InInputGroup, what, why)
            .fix("sudo gpasswd --delete \"$USER\" input")
            .then("unless another program needs it"),
    )
}
