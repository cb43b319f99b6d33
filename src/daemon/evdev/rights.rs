//! What is missing to use /dev/uinput and /dev/input, and the line that mends it.

use std::{
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use rustix::fs::{Access, access};

use crate::input::evdev::UINPUT;

/// Why the keyboards cannot be taken, as far as the rights of this user tell: all that is missing, at once.
pub(super) fn check() -> Result<(), String> {
    let uinput = Path::new(UINPUT);
    let inputs = closed_inputs();
    match access(uinput, Access::READ_OK | Access::WRITE_OK).map_err(io::Error::from) {
        Ok(()) if inputs.is_none() => Ok(()),
        Ok(()) => Err(all_missing(inputs.as_slice())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let module = "load the module with `sudo modprobe uinput`";
            let more = inputs.map(|node| format!("; {}", missing(&node))).unwrap_or_default();
            Err(format!("`{UINPUT}` is not there: {module}{more}"))
        }
        Err(_) => {
            let nodes: Vec<_> = [uinput.to_owned()].into_iter().chain(inputs).collect();
            Err(all_missing(&nodes))
        }
    }
}

/// One of the input devices, when there are some and this user may read none.
fn closed_inputs() -> Option<PathBuf> {
    let entries = fs::read_dir("/dev/input").ok()?.flatten();
    let is_event = |name: &std::ffi::OsStr| name.as_encoded_bytes().starts_with(b"event");
    let nodes = entries.filter(|entry| is_event(&entry.file_name())).map(|entry| entry.path());
    let nodes: Vec<_> = nodes.collect();
    let is_closed = |node: &PathBuf| access(node, Access::READ_OK).is_err();
    nodes.iter().all(is_closed).then(|| nodes.into_iter().min()).flatten()
}

/// This user may not open `node`: by which line it may.
pub(super) fn missing(node: &Path) -> String {
    all_missing(&[node.to_owned()])
}

/// The same of several nodes, with one line for all.
fn all_missing(nodes: &[PathBuf]) -> String {
    let names: Vec<_> = nodes.iter().map(|node| format!("`{}`", node.display())).collect();
    let names = names.join(" and ");
    let groups: Vec<_> = nodes.iter().map(|node| group(node)).collect();
    let later: Vec<_> = nodes
        .iter()
        .zip(&groups)
        .filter_map(|(node, group)| group.as_deref().or_else(|| packaged_group(node)))
        .collect();
    let join = format!("sudo usermod -aG {} $USER", later.join(","));
    if groups.iter().all(Option::is_some) {
        return format!("no right to open {names}: `{join}`, then log in again");
    }
    let files = "`packaging/udev/60-composekey.rules` and `packaging/sysusers.d/composekey.conf`";
    let act = "sudo systemd-sysusers && sudo udevadm control --reload && sudo udevadm trigger";
    if later.is_empty() {
        return format!("no right to open {names}: install {files}, then `{act}`");
    }
    format!("no right to open {names}: install {files}, then `{act} && {join}`, and log in again")
}

/// The group that has a node, unless it is root's.
fn group(node: &Path) -> Option<String> {
    let group = group_name(fs::metadata(node).ok()?.gid())?;
    (group != "root").then_some(group)
}

/// The group that a node has when the packaged files are installed, and udev's own rules.
fn packaged_group(node: &Path) -> Option<&'static str> {
    match node {
        node if node == Path::new(UINPUT) => Some("uinput"),
        node if node.starts_with("/dev/input") => Some("input"),
        _ => None,
    }
}

/// The name of a group (group(5)).
fn group_name(id: u32) -> Option<String> {
    let groups = fs::read_to_string("/etc/group").ok()?;
    groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let number: u32 = fields.nth(1)?.parse().ok()?;
        (number == id).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_mends_it() {
        assert_eq!(group_name(0).as_deref(), Some("root"));
        let text = missing(Path::new("/dev/null"));
        assert!(text.contains("`/dev/null`") && text.contains("packaging/udev"), "{text}");
        assert!(!text.contains("usermod"), "no group of ours has it: {text}");
    }

    #[test]
    fn says_all_that_is_missing_in_one_line() {
        // Nodes that are nowhere are root's.
        let text = all_missing(&[UINPUT.into(), "/dev/input/nowhere".into()]);
        assert!(text.starts_with("no right to open `/dev/uinput` and `/dev/input/nowhere`: "));
        assert!(text.ends_with("input $USER`, and log in again"), "{text}");
        assert_eq!(text.matches("usermod").count(), 1, "{text}");
    }
}
