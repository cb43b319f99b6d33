//! [`Leave`]: whether a text may still go out. Pure.
//!
//! ```text
//! open ──take──▶ out ──land──▶ open …          the one who types: a part, and the next
//!   │             │
//!   └──revoke──▶ revoked ◀──land── late        the one who waits
//! ```

use std::sync::atomic::{AtomicU8, Ordering::SeqCst};

const OPEN: u8 = 0;
const OUT: u8 = 1;
const REVOKED: u8 = 2;
/// Revoked while a part was going out.
const LATE: u8 = 3;

/// Shared by a thread that types a text and one that waits for it, and may stop waiting.
#[derive(Debug, Default)]
pub struct Leave(AtomicU8);

impl Leave {
    /// A part of the text is about to go out: whether it may.
    #[must_use]
    pub fn take(&self) -> bool {
        self.0.compare_exchange(OPEN, OUT, SeqCst, SeqCst).is_ok()
    }

    /// The part is out, and whoever reads it has it.
    pub fn land(&self) {
        if self.0.compare_exchange(OUT, OPEN, SeqCst, SeqCst).is_err() {
            let _ = self.0.compare_exchange(LATE, REVOKED, SeqCst, SeqCst);
        }
    }

    /// Nothing more of the text may go out. Whether nothing does: not when a part is going out this
    /// moment.
    pub fn revoke(&self) -> bool {
        let _ = self.0.compare_exchange(OPEN, REVOKED, SeqCst, SeqCst);
        let _ = self.0.compare_exchange(OUT, LATE, SeqCst, SeqCst);
        self.0.load(SeqCst) == REVOKED
    }

    /// Whether it was revoked.
    #[must_use]
    pub fn is_revoked(&self) -> bool {
        self.0.load(SeqCst) >= REVOKED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_revoked_in_time_does_not_go_out() {
        let leave = Leave::default();
        assert!(leave.take());
        leave.land();
        assert!(leave.take(), "the next part");
        leave.land();
        assert!(leave.revoke() && leave.is_revoked());
        assert!(!leave.take() && leave.revoke());
    }

    #[test]
    fn what_is_going_out_is_the_last_part() {
        let leave = Leave::default();
        assert!(leave.take());
        assert!(!leave.revoke() && leave.is_revoked());
        leave.land();
        assert!(leave.revoke() && !leave.take());
    }
}
