//! Caches of Compose files. A toolkit compares times, and only those of the file itself: what changed in
//! an included file, or took the file's place with an older time, it does not notice.

use std::path::{Path, PathBuf};

use super::super::{
    facts::{Cache, Compose},
    system::{System, text},
};
use crate::config::Paths;

/// libX11 throws its own caches away after a day (`imLcIm.c`).
const DAY: i64 = 24 * 60 * 60;

pub(super) fn read(system: &mut dyn System, paths: &Paths, compose: &Compose) -> Vec<Cache> {
    let home = paths.world.home.clone();
    let folder = system.env("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let Some(folder) = folder.or_else(|| Some(home.as_ref()?.join(".cache"))) else {
        return Vec::new();
    };
    let mut caches = Vec::new();
    for own in compose.own.iter().map(|own| own.file.clone()) {
        let name = format!("{:08x}.cache", glib_hash(&own));
        for (toolkit, below) in [("gtk3", "gtk-3.0"), ("gtk4", "gtk-4.0"), ("ibus", "ibus")] {
            let file = folder.join(below).join("compose").join(&name);
            if let Some(stale) = is_stale(system, &file, &own) {
                caches.push(Cache { toolkit, file, of: own.clone(), stale });
            }
        }
    }
    let of_x11 = compose.readers.iter().find(|reader| reader.toolkit == "libx11");
    if let (Some(home), Some(of)) = (home, of_x11.and_then(|reader| reader.file.clone())) {
        let named = system.env("XCOMPOSECACHE");
        let named = named.map(|value| value.split('=').next().unwrap_or_default().into());
        let folder: PathBuf = named.unwrap_or_else(|| home.join(".compose-cache"));
        for name in system.list(&folder) {
            let file = folder.join(name);
            let Some(stat) = system.stat(&file) else { continue };
            let too_old = stat.modified < system.now() - DAY;
            if let Some(stale) = is_stale(system, &file, &of).filter(|_| !too_old) {
                caches.push(Cache { toolkit: "libx11", file, of: of.clone(), stale });
            }
        }
    }
    caches
}

/// Whether the cache is taken for new, and something that went into it is newer; `None` without a cache.
fn is_stale(system: &mut dyn System, cache: &Path, of: &Path) -> Option<bool> {
    let cached = system.stat(cache)?.modified;
    let file = system.stat(of)?;
    if file.modified > cached {
        return Some(false);
    }
    let mut newest = file.changed;
    for included in includes(system, of) {
        newest = newest.max(system.stat(&included).map_or(0, |stat| stat.modified));
    }
    Some(newest > cached)
}

/// The files that a Compose file includes by their paths, one level deep.
fn includes(system: &mut dyn System, file: &Path) -> Vec<PathBuf> {
    let text = text(system, file).unwrap_or_default();
    let home = system.env("HOME").unwrap_or_default();
    let path = |line: &str| {
        let path = line.trim_start().strip_prefix("include")?.split('"').nth(1)?;
        let path = PathBuf::from(path.replace("%H", &home));
        Some(if path.is_absolute() { path } else { file.parent()?.join(path) })
    };
    text.lines().filter_map(path).collect()
}

/// GLib's `g_str_hash`, by which GTK and IBus name the cache of a path.
fn glib_hash(path: &Path) -> u32 {
    let bytes = path.as_os_str().as_encoded_bytes();
    // Its bytes are signed.
    let number = |byte: u8| i32::from(i8::from_ne_bytes([byte])).cast_unsigned();
    bytes.iter().fold(5381, |sum: u32, byte| sum.wrapping_mul(33).wrapping_add(number(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_glib() {
        // `g_str_hash("a")` is 5381 * 33 + 97.
        assert_eq!(glib_hash(Path::new("a")), 177_670);
        assert_eq!(glib_hash(Path::new("\u{e9}")), (5381 * 33 - 61) * 33 - 87);
    }
}
