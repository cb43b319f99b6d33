//! What is missing to use /dev/uinput and /dev/input, and the line that mends it.

use std::{fs, io, os::unix::fs::MetadataExt, path::Path};

use rustix::fs::{Access, access};

use crate::input::evdev::UINPUT;

/// Why the keyboards cannot be taken, as far as the rights of this user tell.
pub(super) fn check() -> Result<(), String> {
    match access(UINPUT, Access::READ_OK | Access::WRITE_OK).map_err(io::Error::from) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(format!("`{UINPUT}` is not there: load the module with `sudo modprobe uinput`"))
        }
        Err(_) => Err(missing(Path::new(UINPUT))),
    }
}

/// This user may not open `node`: by which line it may.
pub(super) fn missing(node: &Path) -> String {
    let group = fs::metadata(node).ok().and_then(|metadata| group_name(metadata.gid()));
    let mend = match group.as_deref() {
        None | Some("root") => "install `packaging/udev/60-composekey.rules` and `packaging/sysusers.d/composekey.conf`, \
             then `sudo systemd-sysusers && sudo udevadm control --reload && sudo udevadm trigger`"
            .to_owned(),
        Some(group) => format!("`sudo usermod -aG {group} $USER`, then log in again"),
    };
    format!("no right to open `{}`: {mend}", node.display())
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
    }
}
