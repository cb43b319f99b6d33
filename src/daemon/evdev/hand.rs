//! [`Hand`]: presses and releases the keys of the twins, in their order.
//!
//! A twin's events are kept until the end of a step; between two twins the order counts, so what was kept for
//! one goes out before another one is written to.

use super::stroke::{Stroke, Twins};
use crate::engine::DeviceId;

/// Which twins were written to.
#[derive(Debug, Default)]
pub(super) struct Hand {
    /// The one that was written to last: what goes out on another one comes after it.
    last: Option<DeviceId>,
    /// The others that were written to since the last mark.
    unmarked: Vec<DeviceId>,
}

impl Hand {
    /// Sends a stroke; whether the key is down on the first twin, or up on the last.
    pub(super) fn send(&mut self, twins: &mut impl Twins, stroke: Stroke) -> bool {
        self.press(twins, stroke) && Self::counts(twins, stroke)
    }

    /// Sends a stroke; whether it is news to its twin.
    #[inline(always)]
    pub(super) fn press(&mut self, twins: &mut impl Twins, stroke: Stroke) -> bool {
        self.turn_to(twins, stroke.device);
        twins.twin(stroke.device).is_some_and(|twin| twin.key(stroke.code, stroke.down))
    }

    /// Whether the key of a stroke is down on no other twin: then it goes down or up for the session.
    pub(super) fn counts(twins: &mut impl Twins, stroke: Stroke) -> bool {
        let Stroke { device, code, .. } = stroke;
        !twins.twins().any(|(other, twin)| other != device && twin.down().has(code))
    }

    /// What is written next goes to this twin.
    #[inline(always)]
    pub(super) fn turn_to(&mut self, twins: &mut impl Twins, device: DeviceId) {
        if self.last != Some(device) {
            self.change_to(twins, device);
        }
    }

    #[cold]
    fn change_to(&mut self, twins: &mut impl Twins, device: DeviceId) {
        self.flush(twins);
        if let Some(last) = self.last.replace(device) {
            // Where nobody asks for marks it must not grow: each once, and none that is gone.
            self.unmarked.retain(|&other| other != last && twins.twin(other).is_some());
            self.unmarked.push(last);
        }
    }

    /// Sends what was kept.
    #[inline(always)]
    pub(super) fn flush(&self, twins: &mut impl Twins) {
        if let Some(twin) = self.last.and_then(|last| twins.twin(last)) {
            // What goes wrong with a twin shows with the next key.
            let _ = twin.flush();
        }
    }

    /// The twins that a mark is to go down on: those written to since the last one.
    pub(super) fn take_unmarked(&mut self) -> Vec<DeviceId> {
        let mut devices = std::mem::take(&mut self.unmarked);
        devices.extend(self.last);
        devices
    }

    /// Everything that was written has been seen.
    pub(super) fn all_seen(&mut self) {
        self.unmarked.clear();
    }
}
