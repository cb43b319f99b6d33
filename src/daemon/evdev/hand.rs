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
        let Stroke { device, code, down } = stroke;
        self.turn_to(twins, device);
        let mut elsewhere = false;
        let mut changed = false;
        for (other, twin) in twins.twins() {
            if other == device {
                changed = twin.down().has(code) != down;
                twin.key(code, down);
            } else {
                elsewhere |= twin.down().has(code);
            }
        }
        changed && !elsewhere
    }

    /// What is written next goes to this twin.
    pub(super) fn turn_to(&mut self, twins: &mut impl Twins, device: DeviceId) {
        if self.last != Some(device) {
            self.flush(twins);
            self.unmarked.extend(self.last);
            self.last = Some(device);
        }
    }

    /// Sends what was kept.
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
