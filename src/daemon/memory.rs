//! What the daemon has in memory: no more than it needs ([`refuse_huge_pages`]), and what was needed for a
//! moment goes back to the system ([`hand_back`]).

#[cfg(target_env = "gnu")]
use std::ffi::c_int;

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
