//! What the kernel tells of an input device without its being opened: `/sys/class/input`.
//!
//! To open a device and to close it takes the kernel milliseconds, in which no key is read.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{keys::KeySet, traits::Traits};

/// The physical location of the device at a node, as sysfs has it, which needs no right to open it. It begins with
/// [`OURS`](super::OURS) if it is a twin. `None` when there is no such device.
#[must_use]
pub fn location(node: &Path) -> Option<String> {
    read(&folder(node)?, "phys")
}

/// What the device at a node says of itself. `None` when sysfs does not tell.
pub(super) fn traits(node: &Path) -> Option<Traits> {
    let folder = folder(node)?;
    let number = |name| u16::from_str_radix(&read(&folder, name)?, 16).ok();
    Some(Traits {
        name: read(&folder, "name")?,
        phys: read(&folder, "phys")?,
        id: (number("id/vendor")?, number("id/product")?),
        keys: keys(&read(&folder, "capabilities/key")?)?,
    })
}

fn folder(node: &Path) -> Option<PathBuf> {
    Some(Path::new("/sys/class/input").join(node.file_name()?).join("device"))
}

fn read(folder: &Path, name: &str) -> Option<String> {
    let bytes = fs::read(folder.join(name)).ok()?;
    Some(String::from_utf8_lossy(&bytes).trim_end_matches('\n').to_owned())
}

/// Reads a bitmap: words as wide as an address in hexadecimal, the highest first, those that would be zero before it
/// left out (`input_print_bitmap` in the kernel's `drivers/input/input.c`).
fn keys(bitmap: &str) -> Option<KeySet> {
    let mut keys = KeySet::EMPTY;
    let mut first = 0;
    for word in bitmap.split_ascii_whitespace().rev() {
        let word = usize::from_str_radix(word, 16).ok()?;
        for bit in (0..usize::BITS).filter(|bit| word & (1 << bit) != 0) {
            keys.set(u16::try_from(first + bit).ok()?, true);
        }
        first += usize::BITS;
    }
    Some(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn a_bitmap_is_read_from_its_end() {
        let codes = |text| keys(text).map(|keys| keys.iter().collect::<Vec<_>>());
        assert_eq!(codes("0"), Some(vec![]));
        assert_eq!(codes("6"), Some(vec![1, 2]));
        // A mouse with three buttons.
        assert_eq!(codes("70000 0 0 0 0"), Some(vec![272, 273, 274]));
        assert_eq!(codes("1 8000000000000001"), Some(vec![0, 63, 64]));
        assert_eq!(codes("x"), None);
        assert_eq!(codes(&"1 ".repeat(2000)), None, "far more codes than there are");
    }
}
