//! What the daemon has in memory: no more than it needs ([`refuse_huge_pages`]), and what was needed for a
//! moment goes back to the system ([`hand_back`], [`hand_back_code`]).

use std::{
    ffi::{c_int, c_void},
    fs,
};

/// Gives freed memory back.
///
/// glibc keeps what is freed as long as something above it is in use. After a reading that is more than
/// the daemon needs for the rest of its life.
#[cfg(target_env = "gnu")]
#[expect(unsafe_code, reason = "glibc alone knows which pages are free")]
pub(super) fn hand_back() {
    unsafe extern "C" {
        fn malloc_trim(pad: usize) -> c_int;
    }
    // SAFETY: the declaration is that of malloc_trim(3); any thread may call it at any time, and it
    // touches nothing that is in use.
    let _ = unsafe { malloc_trim(0) };
}

/// Other allocators do so by themselves.
#[cfg(not(target_env = "gnu"))]
pub(super) fn hand_back() {}

/// Some kilobytes stay some kilobytes.
///
/// Where the kernel gives huge pages to whom has not asked, the stack of a thread has 2 MB in memory as soon as
/// it is touched (transparent_hugepage/enabled: `always`).
pub(super) fn refuse_huge_pages() {
    // An old kernel does not know the question.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

/// Gives back the code that only the start has needed: readers of maps, of keymaps, of the command line. What is
/// needed again comes back from the file, or from what the system still has of it, by itself.
pub(super) fn hand_back_code() {
    let maps = fs::read_to_string("/proc/self/maps").unwrap_or_default();
    maps.lines().filter_map(code).for_each(|(start, length)| drop_pages(start, length));
}

/// Start and length of a mapping that is code of a file, and not written (proc_pid_maps(5)).
fn code(line: &str) -> Option<(usize, usize)> {
    let mut words = line.split_ascii_whitespace();
    let (range, rights, file) = (words.next()?, words.next()?, words.nth(3)?);
    let (start, end) = range.split_once('-')?;
    let number = |digits| usize::from_str_radix(digits, 16).ok();
    let (start, end) = (number(start)?, number(end)?);
    (rights == "r-xp" && file.starts_with('/')).then(|| (start, end - start))
}

#[expect(unsafe_code, reason = "the kernel is told what to do with addresses")]
fn drop_pages(start: usize, length: usize) {
    unsafe extern "C" {
        fn madvise(start: *mut c_void, length: usize, advice: c_int) -> c_int;
    }
    const MADV_DONTNEED: c_int = 4;
    // SAFETY: the declaration is that of madvise(2). The pages are code of a file, mapped by the loader for as
    // long as the process lives, and cannot be written: when one is used next, the kernel maps the same bytes.
    let _ = unsafe { madvise(start as *mut c_void, length, MADV_DONTNEED) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_of_files_is_handed_back() {
        let line = |rights, file| format!("7f00-8f00 {rights} 00001000 fe:01 1234 {file}");
        assert_eq!(code(&line("r-xp", "/usr/bin/composekeyd")), Some((0x7f00, 0x1000)));
        for (rights, file) in [
            ("r--p", "/usr/bin/composekeyd"),
            ("rw-p", "/usr/bin/composekeyd"),
            ("rwxp", "/usr/bin/composekeyd"),
            ("r-xp", "[vdso]"),
            ("r-xp", ""),
        ] {
            assert_eq!(code(&line(rights, file)), None, "{rights} {file}");
        }
    }

    #[test]
    fn it_comes_back() {
        hand_back_code();
        assert_eq!(format!("{:?}", code("7f00-8f00 r-xp 0 fe:01 1 /a")), "Some((32512, 4096))");
    }
}
